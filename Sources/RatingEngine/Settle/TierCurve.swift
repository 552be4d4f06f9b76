// Tiers of a charge, compiled: what a position of the counter belongs to and what a quantity in a tier comes to, exactly.
//
// All amounts are numerators over one common denominator, so that a sum over tiers is one integer. It rounds nothing.

import Catalog
import Money

/// The tiers of one charge. Immutable; whoever made it gives its steps back.
///
/// A counter's position may be negative (refunds without what they refund): then everything is the mirror of the positive
/// side. Overflow stops the run.
struct TierCurve: Sendable {
  /// One tier, ready for arithmetic.
  struct Step: Sendable {
    /// Where it begins, exclusive, and ends, inclusive. Of packages, where the first one that begins in it begins, and
    /// where the last one ends.
    var from: Int128
    var upTo: Int128
    /// Price of one of `size`, over the common denominator.
    var price: Int128
    /// 1, or the size of a package.
    var size: Int128
    var flat: Int128
    var cap: Int128?
    /// What the summary shows; units 0 for none.
    var shown: UnitPrice
  }

  let kind: ChargeTiers.Kind
  let countsCovered: Bool
  let billsFlatOnZero: Bool
  /// Whether recorded amounts move the counter, not quantities.
  let isOverSpend: Bool
  let steps: RuleTable<Step>
  let denominator: Int128

  /// Whether the whole quantity takes the price of the tier that the total reached.
  var isWhole: Bool { kind == .volume || kind == .stairstep || kind == .percentage }

  init(_ tiers: ChargeTiers) {
    kind = tiers.kind
    countsCovered = tiers.counted == .all
    billsFlatOnZero = tiers.billsFlatOnZero
    isOverSpend = tiers.measure == .spend
    let (steps, denominator) = Self.steps(of: tiers)
    self.steps = RuleTable(steps)
    self.denominator = denominator
  }

  /// The tiers ready for arithmetic, and their common denominator.
  static func steps(of tiers: ChargeTiers) -> ([Step], denominator: Int128) {
    let isPackage = tiers.kind == .package
    let prices = tiers.steps.map { price(of: $0, isPackage: isPackage) }
    let common = prices.reduce(Int128(1)) { least, price in
      least / ExactAmount.greatestCommonDivisor(least, price.denominator) * price.denominator
    }
    var from: Int128 = 0
    let steps = zip(tiers.steps, prices).map { step, price in
      let size = isPackage ? Int128(step.price?.units ?? 1) : 1
      // A package that was begun in a tier is whole, so the next tier begins where it ends.
      var upTo = step.upTo ?? .max
      if upTo != .max { upTo = upTo <= from ? from : from + (upTo - from + size - 1) / size * size }
      defer { from = upTo }
      return Step(
        from: from, upTo: upTo, price: price.numerator * (common / price.denominator), size: size,
        flat: step.flat.pico * common, cap: step.cap.map { $0.pico * common },
        shown: step.price ?? UnitPrice(pico: 0, units: 0))
    }
    return (steps, common)
  }

  /// The price of one of `size` in lowest terms, so that the common denominator stays small.
  private static func price(
    of step: ChargeTiers.Step, isPackage: Bool
  ) -> (numerator: Int128, denominator: Int128) {
    if let share = step.share { return (Int128(share.numerator), Int128(share.denominator)) }
    guard let price = step.price else { return (0, 1) }
    if isPackage { return (Int128(price.pico), 1) }
    let divisor = ExactAmount.greatestCommonDivisor(Int128(price.pico), Int128(price.units))
    return (Int128(price.pico) / divisor, Int128(price.units) / divisor)
  }

  /// What `quantity` of a tier comes to. Odd: a negative quantity is the mirror of the positive one. Zero is zero.
  @inline(__always) func cost(_ tier: Int, _ quantity: Int128) -> Int128 {
    if quantity == 0 { return 0 }
    let step = steps[tier]
    let size = quantity < 0 ? -quantity : quantity
    let count = step.size == 1 ? size : (size + step.size - 1) / step.size
    var amount = step.flat + step.price * count
    if let cap = step.cap, amount > cap { amount = cap }
    return quantity < 0 ? -amount : amount
  }

  /// The tier that a total lies in: its bounds are inclusive.
  @inline(__always) func tier(reachedBy position: Int128) -> Int {
    let size = position < 0 ? -position : position
    var tier = 0
    while size > steps[tier].upTo { tier += 1 }
    return tier
  }

  /// The tier in which the next unit up (or down) from a position lies, and how far it goes on.
  @inline(__always) func next(from position: Int128, isUp: Bool) -> (tier: Int, room: Int128) {
    let size = position < 0 ? -position : position
    // Away from zero a tier begins behind its bound; back to zero the bound is still its own.
    let isOutward = position == 0 || (position > 0) == isUp
    var tier = 0
    if isOutward {
      while size >= steps[tier].upTo { tier += 1 }
      return (tier, steps[tier].upTo == .max ? .max : steps[tier].upTo - size)
    }
    while size > steps[tier].upTo { tier += 1 }
    return (tier, size - steps[tier].from)
  }
}

/// The counters of one owner and period: how far each has come, and what it comes to.
struct TierCounters {
  private struct Counter {
    var position: Int128 = 0
    /// What has a price: all of it, unless covered quantity counts too.
    var priced: Int128 = 0
    /// Over the curve's denominator.
    var exact: Int128 = 0
    /// What belongs to the charge but to no tier: fees.
    var extraPico: Int128 = 0
    /// Both, rounded.
    var roundedPico: Int128 = 0
    /// First of its tiers' quantities in `fills`.
    var firstFill: Int
  }

  private var counters: [Counter] = []
  /// Quantity with a price in each tier, of curves that are not whole.
  private var fills: [Int128] = []

  /// Forgets all.
  mutating func removeAll() {
    counters.removeAll(keepingCapacity: true)
    fills.removeAll(keepingCapacity: true)
  }

  /// Adds a counter at 0; their numbers ascend from 0.
  mutating func append(_ curve: TierCurve) {
    counters.append(Counter(firstFill: fills.count))
    if !curve.isWhole { fills.append(contentsOf: repeatElement(0, count: curve.steps.count)) }
  }

  /// Whether a counter stands at 0.
  func isAtZero(_ number: Int) -> Bool { counters[number].position == 0 }

  /// Where a counter stands.
  func position(_ number: Int) -> Int128 { counters[number].position }

  /// What a counter comes to with its fees, rounded.
  func roundedPico(_ number: Int) -> Int128 { counters[number].roundedPico }

  /// One move of a counter.
  struct Move {
    /// At most up to the end of a tier; curves that are whole move at once.
    var moved: Int128
    var tier: Int
    /// The difference of the rounded totals.
    var amountPico: Int128
    /// The difference of the exact totals, over the curve's denominator.
    var exact: Int128
  }

  /// Moves a counter; what is left of the quantity is moved by further calls.
  ///
  /// - Precondition: `quantity != 0`.
  mutating func advance(
    _ number: Int, by quantity: Int128, isPriced: Bool, _ curve: TierCurve, _ rounding: ExactRounding
  ) -> Move {
    var counter = counters[number]
    let exactBefore = counter.exact
    var moved = quantity
    let tier: Int
    if curve.isWhole {
      counter.position += quantity
      if isPriced { counter.priced += quantity }
      tier = curve.tier(reachedBy: counter.position)
      counter.exact = curve.cost(tier, counter.priced)
    } else {
      let next = curve.next(from: counter.position, isUp: quantity > 0)
      tier = next.tier
      if (quantity < 0 ? -quantity : quantity) > next.room { moved = quantity < 0 ? -next.room : next.room }
      counter.position += moved
      if isPriced {
        let fill = counter.firstFill + tier
        counter.exact += curve.cost(tier, fills[fill] + moved) - curve.cost(tier, fills[fill])
        fills[fill] += moved
      }
    }
    let amount = round(&counter, curve, rounding)
    counters[number] = counter
    return Move(moved: moved, tier: tier, amountPico: amount, exact: counter.exact - exactBefore)
  }

  /// Adds an amount that belongs to the charge but to no tier, such as a fee; returns the difference of the rounded
  /// totals.
  mutating func add(pico: Int128, to number: Int, _ curve: TierCurve, _ rounding: ExactRounding) -> Int128 {
    var counter = counters[number]
    counter.extraPico += pico
    let amount = round(&counter, curve, rounding)
    counters[number] = counter
    return amount
  }

  private func round(_ counter: inout Counter, _ curve: TierCurve, _ rounding: ExactRounding) -> Int128 {
    let exact = counter.exact + counter.extraPico * curve.denominator
    let total = ExactAmount(numerator: exact, denominator: curve.denominator).rounded(rounding)
    defer { counter.roundedPico = total }
    return total - counter.roundedPico
  }
}
