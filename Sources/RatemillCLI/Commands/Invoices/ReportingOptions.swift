// Totals in one currency: which, and by which rates.

internal import Catalog
internal import Invoicing
internal import Money
internal import OptionTable

/// What is typed to ask for them.
struct ReportingOptions: Sendable {
  var currency: Currency?
  var rates: String?
}

/// The options of a command that can add totals in a currency.
protocol ReportingCommandOptions: CommandOptions {
  /// What was typed.
  var reporting: ReportingOptions { get set }
}

extension OptionSpec where Raw: ReportingCommandOptions {
  static var reporting: [OptionSpec] {
    [
      .value(
        "report-in", "CODE", in: OptionGroup.output, into: \.reporting.currency, ReportingChoice.parser,
        "Add totals in this currency, for reports",
        details: """
          Each document is converted by the rate in force on its date, which stands beside it. Documents themselves \
          never are: they keep their own currency and sums.
          """),
      .value(
        "fx", "FILE", in: OptionGroup.input, into: \.reporting.rates, OptionValue.file,
        "With --report-in: take rates from this fx.csv",
        details:
          "Columns from, to, date and rate, as in a catalog; rates hold in this direction, until the next one."
      ),
    ]
  }
}

/// A currency for reports, before its rates are read.
struct ReportingChoice: Equatable, Sendable {
  let currency: Currency
  let ratesPath: String

  /// Nil where none is asked for.
  init?(_ options: ReportingOptions) throws(UsageError) {
    guard let currency = options.currency else {
      if options.rates != nil { throw UsageError("--fx is for --report-in; add it, or leave --fx out") }
      return nil
    }
    self.currency = currency
    ratesPath = try Requirement.given(options.rates, "--fx", "FILE, such as catalog/fx.csv")
  }

  static let parser = ValueParser<Currency> { text throws(ValueFault) in
    guard let currency = Currency(code: text) else {
      throw .expected("a currency such as EUR", got: text)
    }
    return currency
  }

  /// Reads the rates.
  func load() throws(CatalogFault) -> ReportingCurrency {
    ReportingCurrency(currency, rates: try ExchangeRateFile.load(ratesPath))
  }
}
