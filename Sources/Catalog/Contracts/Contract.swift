// Contract lines: what an account owes whether it uses anything or not. Read here, billed by Invoicing.

public import BillingCalendar
public import Money
public import Tables

/// One recurring charge: a row of `contracts.csv`, or a line of an agreement in `contracts/`.
public struct Contract: Sendable, Hashable {
  /// Index in `Catalog.accounts`.
  public var accountIndex: Int
  /// The contract that it belongs to, by which discounts and commitments name it; empty for none.
  public var name: Label = .empty
  /// Text on the invoice.
  public var description: Label
  /// What is sold: a name of the price book and of the counts; empty for none.
  public var item: Label = .empty
  /// Price of one, for one whole interval; nil for that of the price book on the interval's first day, and for tiers.
  public var price: Amount?
  /// Prices by quantity, for one whole interval; nil where one price holds.
  public var tiers: PriceTiers?
  /// Currency of the price.
  public var currency: Currency
  /// How many, in millionths; what `count` says where it is not `fixed`.
  public var quantityMicro: Int64
  /// Whether and how the quantity follows the counts of `item`.
  public var count: CountMode = .fixed
  /// How many of the count cost nothing, in millionths.
  public var includedMicro: Int64 = 0
  /// How long one interval is.
  public var interval: ContractInterval
  /// On which invoice an interval stands.
  public var timing: ContractTiming = .current
  /// From which day intervals are counted.
  public var anchor: ContractAnchor = .account
  /// What a part of an interval costs.
  public var proration: ProrationBasis = .days
  /// First day.
  public var from: CivilDate
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?
  /// Class by which taxes know the line; empty for that of the item, or `service`.
  public var taxClass: Label = .empty
  /// The client's order; empty for none.
  public var purchaseOrder: Label = .empty
  /// Allowance that the charge pays for, so that the invoice shows what became of it; empty for none.
  public var allowance: Label = .empty
  /// File inside the catalog.
  public var file = "contracts.csv"
  /// Line in the file.
  public var line: Int

  /// Makes a line with a price and a quantity of its own.
  public init(
    accountIndex: Int, description: Label, price: Amount?, currency: Currency, quantityMicro: Int64,
    interval: ContractInterval, from: CivilDate, until: CivilDate?, line: Int
  ) {
    self.accountIndex = accountIndex
    self.description = description
    self.price = price
    self.currency = currency
    self.quantityMicro = quantityMicro
    self.interval = interval
    self.from = from
    self.until = until
    self.line = line
  }

  /// Days on which it holds.
  public var days: Range<CivilDate> { from..<max(from, until ?? .distantFuture) }
}
