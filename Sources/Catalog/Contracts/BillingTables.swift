// Everything of the catalog that only invoices need, besides the contract lines themselves.

/// The billing tables: price book, counts, one-time charges, tickets, discounts, commitments, taxes, opening.
public struct BillingTables: Sendable {
  /// Agreements of `contracts/`, by the names of their files.
  public var agreements: [Agreement] = []
  /// What is sold at which price.
  public var priceBook = PriceBook()
  /// Seats, devices and licences by day.
  public var counts = CountBook()
  /// One-time charges, in file order.
  public var charges: [OneTimeCharge] = []
  /// Tickets, in file order.
  public var tickets: [Ticket] = []
  /// Discounts, in file order.
  public var discounts: [Discount] = []
  /// Commitments, in file order.
  public var commitments: [Commitment] = []
  /// Taxes, in the order of counting.
  public var taxes: [TaxRule] = []
  /// Taxes that accounts do not pay, in file order.
  public var exemptions: [TaxExemption] = []
  /// Layouts of other programs' exports, by name.
  public var feeds: [FeedDescriptor] = []
  /// How billing stood on the first day.
  public var opening = Opening()

  /// Nothing.
  public init() {}

  /// Files that only invoices need: they make `Catalog.billingHash`.
  public static let files = [
    "contracts.csv", "price-book.csv", "counts.csv", "charges.csv", "tickets.csv", "discounts.csv",
    "commitments.csv", "taxes.csv", "exemptions.csv", "opening.csv",
  ]
  /// Folders that only invoices need; they belong to `Catalog.billingHash`, too.
  public static let folders = ["contracts", "feeds"]
}
