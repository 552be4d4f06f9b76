// Totals of documents in one currency, for reports. Nobody pays by it: documents keep their own currency and sums.

public import BillingCalendar
public import Catalog
public import Money
import Tables

/// A currency for reports, with the rates by which others are set beside it.
public struct ReportingCurrency: Sendable {
  /// A total, and by which rate it was converted.
  public struct Total: Sendable, Hashable {
    /// Rounded once, half-up, to the digits of the reporting currency.
    public var amount: Amount
    /// The rate; nil where the document is in this currency.
    public var rate: ExchangeRate?
  }

  /// The currency.
  public let currency: Currency
  private let rates: [ExchangeRate]

  /// Takes the currency and all rates that are known.
  public init(_ currency: Currency, rates: [ExchangeRate]) {
    self.currency = currency
    self.rates = rates
  }

  /// `amount` of a document of that day, by the rate in force then; nil where there is none, or it is beyond any amount.
  public func total(_ amount: Amount, in own: Currency, on day: CivilDate) -> Total? {
    if own == currency { return Total(amount: amount, rate: nil) }
    guard let rate = ExchangeRate.inForce(rates, from: own, to: currency, on: day),
      let converted = rate.converted(amount)
    else { return nil }
    let rounding = RoundingRule(scale: currency.minorDigits, mode: .halfUp)
    return Total(amount: rounding.round(converted), rate: rate)
  }
}

extension ExchangeRate {
  /// What one unit is, decimal.
  public var rateText: String { DecimalText.format(Int128(ratePico), scale: Amount.scale) }
}

/// `totals.csv`: every document in its own currency and in that of the report.
struct ExportTotals {
  static let fileName = "totals.csv"
  static let header: [Label] = [
    "document", "account", "date", "currency", "net", "tax", "total", "reporting_currency", "rate",
    "rate_date",
    "reporting_net", "reporting_tax", "reporting_total",
  ]

  /// The row of a document; the last cells are empty where there is no rate. Net and tax are converted, the total is their sum.
  static func row(of document: ExportedDocument, _ reporting: ReportingCurrency) -> [Label] {
    let net = document.lines.reduce(Amount.zero) { $0 + $1.net }
    let tax = document.taxes.reduce(Amount.zero) { $0 + $1.amount }
    func money(_ amount: Amount, _ currency: Currency) -> Label {
      Label(amount.text(minimumDigits: currency.minorDigits))
    }
    let own: [Label] = [
      document.name, document.account, Label(document.date.description), Label(document.currency.code),
      money(net, document.currency), money(tax, document.currency), money(net + tax, document.currency),
      Label(reporting.currency.code),
    ]
    guard let reportedNet = reporting.total(net, in: document.currency, on: document.date),
      let reportedTax = reporting.total(tax, in: document.currency, on: document.date)
    else { return own + ["", "", "", "", ""] }
    return own + [
      Label(reportedNet.rate?.rateText ?? "1"), Label(reportedNet.rate?.date.description ?? ""),
      money(reportedNet.amount, reporting.currency), money(reportedTax.amount, reporting.currency),
      money(reportedNet.amount + reportedTax.amount, reporting.currency),
    ]
  }
}
