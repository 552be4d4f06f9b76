// Setting a sum in one currency beside sums in another.

public import BillingCalendar
public import Money

extension ExchangeRate {
  /// The rate from one currency to another that is in force on a day: the latest of those that have begun; nil for none.
  ///
  /// Complexity: O(rates).
  public static func inForce(
    _ rates: [ExchangeRate], from: Currency, to: Currency, on day: CivilDate
  ) -> ExchangeRate? {
    rates.filter { $0.from == from && $0.to == to && $0.date <= day }.max { $0.date < $1.date }
  }

  /// An amount in `from` as one in `to`, half-even at 10⁻¹²; nil where it is beyond any amount.
  public func converted(_ amount: Amount) -> Amount? {
    let (product, overflow) = amount.pico.multipliedReportingOverflow(by: Int128(ratePico))
    guard !overflow else { return nil }
    return RoundingRule(scale: Amount.scale, mode: .halfEven).round(
      numeratorPico: product, over: 1_000_000_000_000)
  }
}
