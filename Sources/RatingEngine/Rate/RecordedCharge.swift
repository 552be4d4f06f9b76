// What an amount that a record carries becomes: passed on, multiplied, or charged by percentage.

import Catalog
import Money

/// Prices recorded amounts exactly; pure functions.
enum RecordedCharge {
  /// The amount charged for a recorded one.
  ///
  /// Rounded once to the plan's scale, then cut by the maximum and minimum of a percentage, then by those of the charge.
  /// Negative amounts mirror positive ones. Refunds pay no fixed fee: records with a negative amount or a negative
  /// quantity. Nil where it is beyond any amount.
  static func amount(
    _ recorded: Amount, quantity: Int64, _ price: RecordedPrice, plan: CompiledPlan, charge: CompiledCharge
  ) -> (amount: Amount, exact: (numerator: Int128, denominator: Int128))? {
    guard let magnitude = Int128(exactly: recorded.pico.magnitude) else { return nil }
    let isNegative = recorded.pico < 0
    let isRefund = isNegative || quantity < 0
    var exact = (numerator: magnitude, denominator: Int128(1))
    switch price {
    case .asItIs: break
    case .scaled(let scale):
      guard let scaled = product(magnitude, scale.ratio) else { return nil }
      exact = scaled
    case .percentage(let percentage):
      guard var part = product(magnitude, percentage.share) else { return nil }
      if !isRefund {
        let (fixed, o1) = percentage.fixed.pico.multipliedReportingOverflow(by: part.denominator)
        let (sum, o2) = part.numerator.addingReportingOverflow(fixed)
        guard !o1, !o2 else { return nil }
        part.numerator = sum
      }
      exact = part
    }
    var amount = plan.rounding.round(numeratorPico: exact.numerator, over: exact.denominator)
    if case .percentage(let percentage) = price {
      if let maximum = percentage.maximum, amount > maximum { amount = maximum }
      if let minimum = percentage.minimum, exact.numerator != 0, amount < minimum { amount = minimum }
    }
    if let maximum = charge.eventMaximum, amount > maximum { amount = maximum }
    if let minimum = charge.eventMinimum, exact.numerator != 0, amount < minimum { amount = minimum }
    guard amount.pico.magnitude < OutcomeRow.amountPicoLimit.magnitude else { return nil }
    return (isNegative ? -amount : amount, exact)
  }

  /// The quantity of the row: nothing is rounded up for an amount, but a begun second of a call counts as elsewhere.
  static func billed(_ quantity: Int64, isVoice: Bool, plan: CompiledPlan) -> Int64 {
    isVoice && !plan.keepsMilliseconds ? (quantity + 999) / 1000 * 1000 : quantity
  }

  private static func product(_ pico: Int128, _ ratio: PriceRatio) -> (
    numerator: Int128, denominator: Int128
  )? {
    let (product, overflow) = pico.multipliedReportingOverflow(by: Int128(ratio.numerator))
    return overflow ? nil : (product, Int128(ratio.denominator))
  }
}
