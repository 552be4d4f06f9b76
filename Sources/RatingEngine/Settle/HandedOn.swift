// Lots of a billed period: what they have handed on is spoken for, and usage that comes late may not take it again.
//
// What was taken may reach into what is handed on for a while, where refunds give it back before the period ends: so it was when
// the period was billed. Therefore a period is settled without bounds first. Only where too little is left in the end it is
// settled again, and then all that is taken of a lot, whatever is given back, is bounded by its total, without what it has handed on,
// with what is given back.

/// What may be taken of the lots of one owner and billed period. One owner at a time.
struct HandedOn {
  /// What is settled again, and how often it was.
  struct Bounds {
    /// By lot: what all that is given back may come to at most, as far as it may be taken again; nil for no bound.
    fileprivate var givenBackMax: [Int128?]
    fileprivate var passCount: Int
  }

  private struct Lot {
    var total: Int128
    /// What of it is spoken for: not more than there is.
    var reserved: Int128
    var used: Int128 = 0
    var givenBack: Int128 = 0
    /// Bound of all that is taken; nil for none.
    var takenMax: Int128?
  }

  private var lots: [Lot]
  private let bounds: Bounds?

  /// Passes whose bounds follow what the pass before has found; later ones count nothing as given back. Each bounds a lot more
  /// closely than before, so there is a last one.
  private static let followingPassesMax = 4

  init(_ lots: [AllowanceLot], _ bounds: Bounds?) {
    self.bounds = bounds
    self.lots = lots.indices.map { index in
      let total = lots[index].granted + lots[index].rolledIn
      let reserved = min(total, lots[index].handedOn ?? 0)
      let givenBackMax = bounds?.givenBackMax[index]
      return Lot(total: total, reserved: reserved, takenMax: givenBackMax.map { total - reserved + $0 })
    }
  }

  /// Takes from a lot, or gives back where `quantity` is negative.
  mutating func take(_ quantity: Int128, from lot: Int) {
    lots[lot].used += quantity
    if quantity < 0 { lots[lot].givenBack -= quantity }
  }

  /// What may be taken of a lot now.
  func takeable(_ index: Int) -> Int128 {
    let lot = lots[index]
    let left = lot.total - lot.used
    return lot.takenMax.map { min(left, $0 - lot.used - lot.givenBack) } ?? left
  }

  /// Bounds for another pass where less is left of a lot than was handed on; nil where that is nowhere so.
  func boundsOfNextPass() -> Bounds? {
    let passCount = (bounds?.passCount ?? 0) + 1
    var next = bounds?.givenBackMax ?? [Int128?](repeating: nil, count: lots.count)
    var isOverdrawn = false
    for (index, lot) in lots.enumerated() where lot.total - lot.used < lot.reserved {
      isOverdrawn = true
      next[index] = passCount < Self.followingPassesMax ? lot.givenBack : 0
    }
    return isOverdrawn ? Bounds(givenBackMax: next, passCount: passCount) : nil
  }
}
