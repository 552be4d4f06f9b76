// The draft of one invoice: the truth that the JSON document and the page are both made from.
//
// Every amount in it is rounded to the currency's digits, once per line; subtotals and the total are sums of lines and are
// never rounded again.

public import BillingCalendar
public import Money
public import Tables
public import UsageSummary

/// What one account owes for one usage period in one currency.
public struct InvoiceDraft: Hashable, Sendable {
  /// A name and its text, such as `address`.
  public struct Detail: Hashable, Sendable {
    /// The name, as the catalog has it.
    public var name: Label
    /// The text; may have several lines.
    public var text: Label

    /// Makes a detail.
    public init(name: Label, text: Label) {
      self.name = name
      self.text = text
    }
  }

  /// Who sends it, in the order of the catalog.
  public var seller: [Detail]
  /// Account id.
  public var account: Label
  /// Account name.
  public var accountName: Label
  /// What the catalog says about the account that belongs on an invoice, in the order of `InvoiceParty.detailNames`.
  public var accountDetails: [Detail]
  /// The usage period.
  public var period: UsagePeriod
  /// The currency of every amount.
  public var currency: Currency
  /// Charges of contracts, in the order of contracts.csv.
  public var recurring: [RecurringLine]
  /// Usage by kind: voice, message, data, event, then rows without event; only kinds with lines.
  public var usage: [UsageSection]
  /// `UsageFolder.manifestHash` of the folder it was made from.
  public var usageManifestHash: String

  /// Makes a draft.
  public init(
    seller: [Detail], account: Label, accountName: Label, accountDetails: [Detail], period: UsagePeriod,
    currency: Currency, recurring: [RecurringLine], usage: [UsageSection], usageManifestHash: String
  ) {
    self.seller = seller
    self.account = account
    self.accountName = accountName
    self.accountDetails = accountDetails
    self.period = period
    self.currency = currency
    self.recurring = recurring
    self.usage = usage
    self.usageManifestHash = usageManifestHash
  }

  /// The date on it: the end of the usage period, the first day on which all of it is over. No clock is asked.
  public var date: CivilDate { period.until }
  /// Sum of the recurring lines.
  public var recurringSubtotal: Amount { recurring.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of the usage lines.
  public var usageSubtotal: Amount { usage.reduce(.zero) { $0 + $1.subtotal } }
  /// What is owed.
  public var total: Amount { recurringSubtotal + usageSubtotal }
  /// Sum of the roundings of all lines.
  public var rounding: Amount {
    let lines = recurring.map(\.amount) + usage.flatMap { $0.lines.map(\.amount) }
    return lines.reduce(.zero) { $0 + $1.rounding }
  }
}

/// An amount as it is billed, and what rounding changed.
public struct LineAmount: Hashable, Sendable {
  /// Before rounding, at 10⁻¹² (half-even where a prorated price does not end there).
  public var exact: Amount
  /// What is billed, in the currency's digits.
  public var rounded: Amount

  /// Makes an amount.
  public init(exact: Amount, rounded: Amount) {
    self.exact = exact
    self.rounded = rounded
  }

  /// What rounding added; negative where it took away.
  public var rounding: Amount { rounded - exact }

  /// Rounds the exact amount `numeratorPico / denominator` to the digits of `currency`, half-up, once.
  ///
  /// `exact` is for the eye; the billed amount is rounded from the fraction itself.
  /// - Precondition: `denominator > 0`, and `denominator × 10¹²` fits an Int128.
  public init(numeratorPico: Int128, over denominator: Int128, in currency: Currency) {
    exact = RoundingRule.none.round(numeratorPico: numeratorPico, over: denominator)
    rounded = RoundingRule(scale: currency.minorDigits, mode: .halfUp)
      .round(numeratorPico: numeratorPico, over: denominator)
  }
}

/// A charge of a contract.
public struct RecurringLine: Hashable, Sendable {
  /// Text of the contract.
  public var description: Label
  /// How many, in millionths.
  public var quantityMicro: Int64
  /// Price of one, for one whole interval.
  public var price: Amount
  /// Months of a whole interval.
  public var intervalMonths: Int
  /// The days that are charged, half-open.
  public var days: Range<CivilDate>
  /// These days over the days of the whole interval.
  public var proration: Proration
  /// price × quantity × days / interval days.
  public var amount: LineAmount

  /// Makes a line.
  public init(
    description: Label, quantityMicro: Int64, price: Amount, intervalMonths: Int, days: Range<CivilDate>,
    proration: Proration, amount: LineAmount
  ) {
    self.description = description
    self.quantityMicro = quantityMicro
    self.price = price
    self.intervalMonths = intervalMonths
    self.days = days
    self.proration = proration
    self.amount = amount
  }
}

/// Usage of one kind.
public struct UsageSection: Hashable, Sendable {
  /// What is metered; nil for rows without event over several kinds, such as period minimums.
  public var kind: ServiceKind?
  /// The lines, by name as bytes.
  public var lines: [UsageLine]

  /// Makes a section.
  public init(kind: ServiceKind?, lines: [UsageLine]) {
    self.kind = kind
    self.lines = lines
  }

  /// Sum of the lines.
  public var subtotal: Amount { lines.reduce(.zero) { $0 + $1.amount.rounded } }
}

/// Usage that is charged alike.
public struct UsageLine: Hashable, Sendable {
  /// The rating group; the charge where there is no group.
  public var name: Label
  /// Events.
  public var eventCount: Int128
  /// Quantity as recorded, in the integer unit of the kind.
  public var quantityRaw: Int128
  /// Quantity after minimum and increments.
  public var quantityBilled: Int128
  /// Billed quantity that allowances covered.
  public var quantityCovered: Int128
  /// The one price of the line; nil where its rows have several or none.
  public var price: LinePrice?
  /// Sum of its rows.
  public var amount: LineAmount

  /// Makes a line.
  public init(
    name: Label, eventCount: Int128, quantityRaw: Int128, quantityBilled: Int128, quantityCovered: Int128,
    price: LinePrice?, amount: LineAmount
  ) {
    self.name = name
    self.eventCount = eventCount
    self.quantityRaw = quantityRaw
    self.quantityBilled = quantityBilled
    self.quantityCovered = quantityCovered
    self.price = price
    self.amount = amount
  }
}

/// A price for a quantity.
public struct LinePrice: Hashable, Sendable {
  /// The price of `perQuantity`.
  public var amount: Amount
  /// The quantity it pays for, in the integer unit of the kind.
  public var perQuantity: Int128

  /// Makes a price.
  public init(amount: Amount, perQuantity: Int128) {
    self.amount = amount
    self.perQuantity = perQuantity
  }
}
