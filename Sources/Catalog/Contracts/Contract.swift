// Contracts: what an account owes whether it uses anything or not. Read here, billed by Invoicing.

public import BillingCalendar
public import Money
public import Tables

/// One row of `contracts.csv`.
public struct Contract: Sendable {
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// Text on the invoice.
  public var description: Label
  /// Price of one, for one whole interval.
  public var price: Amount
  /// Currency of the price.
  public var currency: Currency
  /// How many, in millionths.
  public var quantityMicro: Int64
  /// Months between charges: 1, 3, 6, 12 …
  public var intervalMonths: Int
  /// First day.
  public var from: CivilDate
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// Line in the file.
  public var line: Int

  /// Makes a contract.
  public init(
    accountIndex: Int, description: Label, price: Amount, currency: Currency, quantityMicro: Int64,
    intervalMonths: Int,
    from: CivilDate, until: CivilDate?, line: Int
  ) {
    self.accountIndex = accountIndex
    self.description = description
    self.price = price
    self.currency = currency
    self.quantityMicro = quantityMicro
    self.intervalMonths = intervalMonths
    self.from = from
    self.until = until
    self.line = line
  }
}
