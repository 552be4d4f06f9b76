// The catalog: everything people write that decides what usage costs, read and checked, ready to be compiled.
//
// Owns the authored types and their folder; the compiled forms that the hot loop reads belong to RatingEngine.

public import BillingCalendar
public import Money
public import Tables

/// A whole catalog folder, checked. Immutable; every reference between tables is an index that was verified.
public struct Catalog: Sendable {
  /// Defaults from `catalog.yaml`.
  public var defaults: CatalogDefaults
  /// Where usage files come from, in file order.
  public var sources: [UsageSource]
  /// Format descriptors, built in ones included, sorted by name.
  public var formats: [FormatDescriptor]
  /// Accounts, sorted by the bytes of their id.
  public var accounts: [Account]
  /// Service keys, in file order.
  public var services: [ServiceKey]
  /// Rate decks, sorted by name.
  public var decks: [RateDeck]
  /// Rate plans, sorted by name.
  public var plans: [RatePlan]
  /// Recurring charges for the invoice stage, in file order.
  public var contracts: [Contract]
  /// What else only invoices need: price book, counts, one-time charges, taxes …
  public var billing = BillingTables()
  /// Lists of holidays, in the order of their first rows.
  public var holidays: [HolidayList] = []
  /// Packs and opening balances, in file order.
  public var grants: [AllowanceGrant] = []
  /// Prices that accounts have for themselves, in file order.
  public var accountPrices: [AccountPrice] = []
  /// Suppliers, in file order; the first whose conditions an event meets carries it.
  public var suppliers: [SupplierRule] = []
  /// Dated exchange rates, in file order.
  public var exchangeRates: [ExchangeRate] = []
  /// States of North American numbers.
  public var states = StateTable(rows: [])
  /// SHA-256 of all that decides prices (with the zones used), as 64 hex digits.
  public var ratingHash: String
  /// SHA-256 of the billing tables (contracts …), as 64 hex digits.
  public var billingHash: String
  /// What `check` wants people to know although the catalog can be used.
  public var warnings: [CatalogFinding]

  /// Makes a catalog from its parts; `CatalogFolder` is what checks them.
  public init(
    defaults: CatalogDefaults, sources: [UsageSource], formats: [FormatDescriptor], accounts: [Account],
    services: [ServiceKey], decks: [RateDeck], plans: [RatePlan], contracts: [Contract], ratingHash: String,
    billingHash: String, warnings: [CatalogFinding]
  ) {
    self.defaults = defaults
    self.sources = sources
    self.formats = formats
    self.accounts = accounts
    self.services = services
    self.decks = decks
    self.plans = plans
    self.contracts = contracts
    self.ratingHash = ratingHash
    self.billingHash = billingHash
    self.warnings = warnings
  }
}

/// What holds where a row says nothing.
public struct CatalogDefaults: Sendable {
  /// Zone of accounts, sources and decks without one of their own.
  public var zone: Zone
  /// Currency of decks and plans without one of their own.
  public var currency: Currency?
  /// ISO 3166 code of the country whose dialling habits sources without one follow.
  public var country: Label?
  /// Who sends the invoices: `name`, `address`, `email`, `tax_id`, `payment` … in file order.
  public var seller: [(key: Label, value: Label)]
  /// Where taxes are rounded.
  public var taxRounding = TaxRounding.total
  /// The series that invoices are numbered in.
  public var invoiceSeries: Label = "INV"
  /// The series that credit notes are numbered in.
  public var creditNoteSeries: Label = "CN"

  /// Makes defaults.
  public init(zone: Zone, currency: Currency?, country: Label?, seller: [(key: Label, value: Label)]) {
    self.zone = zone
    self.currency = currency
    self.country = country
    self.seller = seller
  }
}
