// The price of one event in full generality: what the fast form of CompiledPrice is a special case of.

import Catalog
import Money

/// Prices single events exactly; pure functions.
enum EventPrice {
  /// What an event costs.
  struct Priced: Equatable {
    var billed: Int64
    var amount: Amount
    /// The exact amount before rounding, as a fraction in pico.
    var exactNumerator: Int128
    var exactDenominator: Int128
    var stretches: [IncrementSteps.Stretch]
    var feePico: Int64
    /// The parts of an event that may have several, or none: see `inParts`. Otherwise empty.
    var parts: [Part] = []
  }
  /// Why it has no price.
  struct Fault: Error { var reason: SuspenseReason }

  /// Rounds the quantity up, prices each stretch, adds the fee, rounds once, then applies maximum and minimum.
  ///
  /// Negative quantities mirror positive ones, without fee; a negative duration is a fault. Zero is zero, unless the plan
  /// charges answered calls of zero seconds their first increment (without minimum).
  static func exact(
    quantity: Int64, isVoice: Bool, isAnswered: Bool, price: CompiledPrice, increment: BillingIncrement,
    plan: CompiledPlan, charge: CompiledCharge
  ) -> Result<Priced, Fault> {
    if quantity < 0, isVoice { return .failure(Fault(reason: .negativeQuantity)) }
    guard quantity != .min, quantity.magnitude < UInt64(Int64.max / 4) else {
      return .failure(Fault(reason: .amountTooLarge))
    }
    var used = Int64(quantity.magnitude)
    if isVoice, !plan.keepsMilliseconds { used = (used + 999) / 1000 * 1000 }
    var stretches: [IncrementSteps.Stretch] = []
    let rowPrice = UnitPrice(pico: price.pricePico, units: price.priceUnits)
    if used > 0 {
      stretches = IncrementSteps.stretches(max(used, price.minimum), increment, rowPrice: rowPrice)
    } else if isVoice, isAnswered, plan.chargesAnsweredZero {
      stretches = IncrementSteps.stretches(1, increment, rowPrice: rowPrice)
    }
    let billed = stretches.reduce(0) { $0 + $1.billed }
    let fee =
      owesFee(plan.connectionFee, used: used, billed: billed, isRefund: quantity < 0) ? price.feePico : 0
    guard let exact = sum(stretches, onto: (Int128(fee), 1)) else {
      return .failure(Fault(reason: .amountTooLarge))
    }
    var amount = plan.rounding.round(numeratorPico: exact.numerator, over: exact.denominator)
    if let maximum = charge.eventMaximum, amount > maximum { amount = maximum }
    if let minimum = charge.eventMinimum, exact.numerator != 0, amount < minimum { amount = minimum }
    guard amount.pico.magnitude < OutcomeRow.amountPicoLimit.magnitude else {
      return .failure(Fault(reason: .amountTooLarge))
    }
    let isRefund = quantity < 0
    return .success(
      Priced(
        billed: isRefund ? -billed : billed, amount: isRefund ? -amount : amount,
        exactNumerator: exact.numerator,
        exactDenominator: exact.denominator, stretches: stretches, feePico: fee))
  }

  static func owesFee(_ rule: ConnectionFeeRule, used: Int64, billed: Int64, isRefund: Bool) -> Bool {
    if isRefund { return false }
    switch rule {
    case .chargeable: return billed > 0
    case .answered: return used > 0
    case .always: return true
    }
  }

  /// The sum of the stretches and what is there already as one exact fraction in pico; nil where it does not fit.
  static func sum(
    _ stretches: [IncrementSteps.Stretch], onto first: (numerator: Int128, denominator: Int128)
  ) -> (numerator: Int128, denominator: Int128)? {
    var (numerator, denominator) = first
    for stretch in stretches {
      let part = Int128(stretch.price.pico) * Int128(stretch.billed)
      let units = Int128(stretch.price.units)
      if units == denominator {
        let (total, overflow) = numerator.addingReportingOverflow(part)
        guard !overflow else { return nil }
        numerator = total
        continue
      }
      // n/d + p/u = (n·(u/g) + p·(d/g)) / (d·(u/g)), g = gcd(d, u).
      let divisor = gcd(denominator, units)
      let (a, o1) = numerator.multipliedReportingOverflow(by: units / divisor)
      let (b, o2) = part.multipliedReportingOverflow(by: denominator / divisor)
      let (total, o3) = a.addingReportingOverflow(b)
      let (common, o4) = denominator.multipliedReportingOverflow(by: units / divisor)
      // The rounding step (10¹²) is multiplied onto the denominator later.
      guard !o1, !o2, !o3, !o4, common < 1 << 86 else { return nil }
      numerator = total
      denominator = common
    }
    return (numerator, denominator)
  }

  private static func gcd(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }
}
