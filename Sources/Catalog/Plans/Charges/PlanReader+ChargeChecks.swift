// Doubts about charges that are each without fault: never reached, or too small to be charged.

import Money
import Tables

extension PlanCharge {
  /// Whether every event that `other` takes is taken by this charge.
  fileprivate func covers(_ other: PlanCharge) -> Bool {
    func holds<T: Equatable>(_ mine: [T], _ theirs: [T]) -> Bool {
      mine.isEmpty || (!theirs.isEmpty && theirs.allSatisfy(mine.contains))
    }
    return holds(kinds, other.kinds) && holds(directions, other.directions)
      && holds(ratingGroups ?? [], other.ratingGroups ?? []) && dates.covers(other.dates)
  }

  /// The least quantity that it charges, where it says so: the smallest step of its increment, else one second, message
  /// or event. Nil for data without an increment: nobody sells bytes.
  fileprivate func smallestQuantity(of kind: UsageKind) -> Int64? {
    if let increment { return increment.steps.map(\.size).min() }
    return kind == .data ? nil : kind.onePerUnit
  }
}

extension RoundingRule {
  /// Whether a price that is not 0 comes to 0 for this quantity.
  func loses(_ price: UnitPrice, quantity: Int64) -> Bool {
    let numerator = Int128(price.pico) * Int128(quantity)
    // Whole steps are never lost: that settles nearly all rows of a deck without a division.
    return price.pico > 0 && numerator < Int128(price.units) * stepPico
      && round(numeratorPico: numerator, over: Int128(price.units)) == .zero
  }
}

extension PlanReading {
  /// Warns of charges whose every event an earlier charge takes.
  func warnOfUnreached(_ charges: [PlacedCharge]) {
    for (index, later) in charges.enumerated() {
      guard let earlier = charges[..<index].first(where: { $0.charge.covers(later.charge) }) else { continue }
      findings.warning(
        "charge \(Quoted.text(later.charge.name)) is never reached: "
          + "\(Quoted.text(earlier.charge.name)) on line \(earlier.place.line)"
          + (earlier.place.file == later.place.file ? "" : " of \(findings.file(of: earlier.place))")
          + " takes all its events",
        at: later.place, hint: "put the narrower charge first")
    }
  }

  /// Warns of prices that come to 0 for the least quantity. A deck's increments are not known here, so that a charge that
  /// leaves them to a deck is looked at when all decks are.
  func warnOfTinyPrices(_ charges: [PlacedCharge]) {
    for placed in charges {
      let charge = placed.charge
      guard case .unit(let price) = charge.price, charge.gauge == nil, let kind = charge.kinds.first,
        charge.increment != nil || lookUp[Int(kind.rawValue)] == nil,
        let quantity = charge.smallestQuantity(of: kind), rounding.loses(price, quantity: quantity)
      else { continue }
      let shown = QuantityText.text(quantity, of: kind)
      findings.warning(
        "charge \(Quoted.text(charge.name)): \(shown) comes to 0 at \(rounding.scale) digits",
        at: placed.place,
        hint: "raise the scale of 'rounding', or the increment", hasFigures: true)
    }
  }
}
