// The draft of one invoice: the truth that the JSON document and the page are both made from.
//
// Every amount in it is rounded to the currency's digits, once per line; subtotals and the total are sums of lines and are
// never rounded again.

public import BillingCalendar
import Catalog
public import Money
public import Tables

/// What makes a document final.
public struct InvoiceIssue: Hashable, Sendable {
  /// Its number.
  public var number: Label
  /// The date on it.
  public var date: CivilDate

  /// Makes one.
  public init(number: Label, date: CivilDate) {
    self.number = number
    self.date = date
  }
}

/// Which charges stand on a document, where an account gets several for one period.
public enum DocumentPart: Int, Hashable, Comparable, Sendable {
  /// Recurring charges, usage, and one-time charges that belong to it.
  case main
  /// One-time charges of projects, for accounts that want them apart.
  case projects

  /// Orders documents of one period.
  public static func < (a: DocumentPart, b: DocumentPart) -> Bool { a.rawValue < b.rawValue }
}

/// What one account owes for one usage period in one currency.
///
/// Lines are numbered from 1 in this order: recurring, usage by section, one-time, results, commitments, adjustments. Discounts
/// and taxes name the lines that they are on.
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
  /// What of the account's charges it holds.
  public var part = DocumentPart.main
  /// Number and date; nil as long as it is a draft.
  public var issue: InvoiceIssue?
  /// Charges of contracts, in the order of contracts.csv.
  public var recurring: [RecurringLine]
  /// Usage by kind: voice, message, data, event, then rows without event; only kinds with lines.
  public var usage: [UsageSection]
  /// One-time charges: those of charges.csv, then those of tickets, each by day of delivery.
  public var oneTime: [OneTimeLine] = []
  /// Charges and credits for results, by contract.
  public var values: [ValueLine] = []
  /// The contracts in force on the last day of the period.
  public var contracts: [ContractReference] = []
  /// What is missing to commitments, in the order of commitments.csv.
  public var commitments: [CommitmentLine] = []
  /// Corrections of periods that were billed before, by period.
  public var adjustments: [AdjustmentLine] = []
  /// Discounts in the order in which they were taken.
  public var discounts: [DiscountLine] = []
  /// Taxes in the order in which they were counted.
  public var taxes: [TaxLine] = []
  /// Whether the catalog has taxes, and where the account is taxed.
  public var taxation = Taxation.none
  /// What became of its allowances and of those of its pool in this period.
  public var allowances: [AllowanceUse] = []
  /// Usage by cost centre, as bytes; empty where no usage names one. They add up to the usage.
  public var costCentres: [CostCentreUse] = []
  /// The sums of the draft for the period before; nil where none was given.
  public var previous: PreviousTotals?
  /// How counts have changed since the usage period before, by item.
  public var countChanges: [CountChange] = []
  /// `UsageFolder.manifestHash` of the folder it was made from.
  public var usageManifestHash: String
  /// Lines of which a flat tax stands on another document of the account and period; no part of the JSON document.
  var linesTaxedElsewhere: Set<Int> = []
  /// Invoices of the period that were credited in full, and in whose place it stands.
  public var replaces: [Label] = []
  /// The calls behind its page; no part of the JSON document.
  var appendix = CallAppendix.none

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

  /// The date on it; of a draft the end of the usage period, the first day on which all of it is over. No clock is asked.
  public var date: CivilDate { issue?.date ?? period.until }
  /// Sum of the recurring lines.
  public var recurringSubtotal: Amount { recurring.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of the usage lines.
  public var usageSubtotal: Amount { usage.reduce(.zero) { $0 + $1.subtotal } }
  /// Sum of the one-time lines.
  public var oneTimeSubtotal: Amount { oneTime.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of the charges and credits for results.
  public var valueSubtotal: Amount { values.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of what is missing to commitments.
  public var commitmentSubtotal: Amount { commitments.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of the corrections of earlier periods.
  public var adjustmentSubtotal: Amount { adjustments.reduce(.zero) { $0 + $1.amount.rounded } }
  /// Sum of the discounts; above zero only where a credit is discounted as what it corrects was.
  public var discountTotal: Amount { discounts.reduce(.zero) { $0 + $1.amount.rounded } }
  /// What is owed before tax.
  public var net: Amount {
    recurringSubtotal + usageSubtotal + oneTimeSubtotal + valueSubtotal + commitmentSubtotal
      + adjustmentSubtotal + discountTotal
  }
  /// Sum of the taxes.
  public var tax: Amount { taxes.reduce(.zero) { $0 + $1.amount.rounded } }
  /// What is owed.
  public var total: Amount { net + tax }
  /// Sum of the roundings of everything that was rounded.
  public var rounding: Amount {
    let charged = recurring.map(\.amount) + usage.flatMap { $0.lines.map(\.amount) } + oneTime.map(\.amount)
    let others =
      values.map(\.amount) + commitments.map(\.amount) + discounts.map(\.amount) + taxes.map(\.amount)
    return (charged + others + adjustments.map(\.amount)).reduce(.zero) { $0 + $1.rounding }
  }
  /// The last day to pay, where the account's terms say so many days.
  public var dueDate: CivilDate? {
    let terms = accountDetails.first { $0.name == "terms" }?.text
    return terms.flatMap { PaymentTerms($0) }?.dueDate(of: date)
  }
}

/// Sums of an earlier draft, to be set beside those of this one.
public struct PreviousTotals: Hashable, Sendable {
  /// Sum of the recurring lines.
  public var recurring: Amount
  /// Sum of the usage lines.
  public var usage: Amount
  /// Sum of everything else before tax.
  public var other: Amount
  /// What was owed.
  public var total: Amount
}

/// What of the usage falls on a cost centre.
public struct CostCentreUse: Hashable, Sendable {
  /// Its name; empty for usage without one.
  public var name: Label
  /// Its part of the usage, in whole minor units.
  public var amount: Amount
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

  /// Rounds `factors[0] × factors[1] × … ÷ denominator`, pico in all, as `init(numeratorPico:over:in:)` does.
  ///
  /// Throws where the product does not fit, or the amount is above a trillion units: so the sums of a document fit, too.
  init(
    product factors: [Int128], over denominator: Int128, in currency: Currency, origin: LineOrigin
  ) throws(InvoiceDraftFault) {
    var product: Int128 = 1
    for factor in factors {
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: factor)
      guard !isTooLarge else { throw .amountTooLarge(origin) }
      product = next
    }
    self.init(numeratorPico: product, over: denominator, in: currency)
    guard rounded.pico.magnitude <= Self.unitsMax.pico.magnitude else { throw .amountTooLarge(origin) }
  }

  /// The most that a line may come to.
  private static let unitsMax = Amount(minorUnits: 1_000_000_000_000, digits: 0)

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
