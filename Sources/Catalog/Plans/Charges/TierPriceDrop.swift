// Tiers in which one more comes to less: the whole quantity falls to the price of the next tier.

import Money

/// A bound past which the total is smaller.
struct TierPriceDrop: Equatable {
  /// Index of the tier above the bound.
  var step: Int
  /// The bound, in the measure of the tiers.
  var quantity: Int128
  /// What the bound comes to, and one more; each rounded half-even to 10⁻¹² for messages.
  var cost: Amount
  var costAbove: Amount

  /// The bounds past which `oneMore` comes to less, exactly. Graduated tiers have none: their totals only grow.
  static func find(
    in steps: [ChargeTiers.Step], kind: ChargeTiers.Kind, oneMore: Int128
  ) -> [TierPriceDrop] {
    guard kind == .volume || kind == .stairstep || kind == .percentage else { return [] }
    return steps.indices.dropFirst().compactMap { index in
      guard let bound = steps[index - 1].upTo,
        let next = bound.sum(with: oneMore), let below = ExactCost(of: bound, in: steps[index - 1]),
        let above = ExactCost(of: next, in: steps[index]), above < below
      else { return nil }
      return TierPriceDrop(step: index, quantity: bound, cost: below.amount, costAbove: above.amount)
    }
  }
}

extension Int128 {
  /// The sum; nil where it is too large.
  fileprivate func sum(with other: Int128) -> Int128? {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? nil : sum
  }
}

/// What a whole quantity comes to in one tier: `pico + rest / units`.
private struct ExactCost: Comparable {
  var pico: Int128
  var rest: Int128
  var units: Int128

  /// Nil where the numbers are too large to be compared.
  init?(of quantity: Int128, in step: ChargeTiers.Step) {
    let price: (numerator: Int128, denominator: Int128) =
      if let share = step.share {
        (Int128(share.numerator), Int128(share.denominator))
      } else {
        (Int128(step.price?.pico ?? 0), Int128(step.price?.units ?? 1))
      }
    let (product, isTooLarge) = quantity.multipliedReportingOverflow(by: price.numerator)
    let (whole, left) = product.quotientAndRemainder(dividingBy: price.denominator)
    guard !isTooLarge, let cost = step.flat.pico.sum(with: whole) else { return nil }
    (pico, rest, units) = (cost, left, price.denominator)
    if let cap = step.cap?.pico, pico >= cap { (pico, rest, units) = (cap, 0, 1) }
  }

  var amount: Amount {
    Amount(pico: pico + RoundingRule.divide(rest, by: units, mode: .halfEven))
  }

  static func < (a: ExactCost, b: ExactCost) -> Bool {
    // Both denominators fit 63 bits, so the products fit 126.
    a.pico != b.pico ? a.pico < b.pico : a.rest * b.units < b.rest * a.units
  }
}
