// Exchange rates, by which a cost in one currency is set beside revenue in another. Nothing else is converted.

public import BillingCalendar
public import Money

/// One row of `fx.csv`. It holds from its date until the next one of the same pair.
public struct ExchangeRate: Sendable, Hashable {
  /// The currency of the amount that is converted.
  public var from: Currency
  /// The currency that it becomes.
  public var to: Currency
  /// First day, UTC.
  public var date: CivilDate
  /// What one unit of `from` is in `to`, in 10⁻¹².
  public var ratePico: Int64
  /// Line in the file.
  public var line: Int

  /// Makes a rate.
  public init(from: Currency, to: Currency, date: CivilDate, ratePico: Int64, line: Int) {
    self.from = from
    self.to = to
    self.date = date
    self.ratePico = ratePico
    self.line = line
  }
}
