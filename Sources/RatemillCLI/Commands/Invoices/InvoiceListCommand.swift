// `ratemill invoice list`: the drafts of a store and what was decided about them, invoices and credit notes.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import Invoicing
internal import Money
internal import OptionTable
internal import Tables

/// The options of `invoice list` as typed.
struct InvoiceListOptions: ReportingCommandOptions {
  var shared = SharedOptions()
  var reporting = ReportingOptions()

  static let table: [OptionSpec<InvoiceListOptions>] =
    [.store("Look at the billing store in DIR")] + OptionSpec.reporting + [
      .json(), .quiet, .color, .help, .version,
    ]
}

/// What `invoice list` is asked to do.
struct InvoiceListConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let reporting: ReportingChoice?
}

/// Lists drafts and invoices.
enum InvoiceListCommand: Command {
  static let table = InvoiceListOptions.table

  static let spec = CommandSpec(
    name: "invoice list",
    summary: "List the drafts, invoices and credit notes of a store",
    about: [
      "Invoices and credit notes by number; before them the latest drafts that are none yet, with what was decided."
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [
      CommandExample("See what went out", "ratemill invoice list --store store"),
      CommandExample(
        "See it in euros, too", "ratemill invoice list --store store --report-in EUR --fx catalog/fx.csv"),
    ],
    options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)

  static func configuration(
    _ options: InvoiceListOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceListConfiguration {
    InvoiceListConfiguration(
      store: try StoreConfiguration(options.shared), reporting: try ReportingChoice(options.reporting))
  }

  static func run(_ configuration: InvoiceListConfiguration, console: Console) -> ExitStatus {
    let reporting: ReportingCurrency?
    do throws(CatalogFault) { reporting = try configuration.reporting?.load() } catch {
      return CatalogFaultLines.fail(
        error, catalogPath: configuration.reporting?.ratesPath ?? "", console: console)
    }
    return StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      let drafts = try store.openDrafts()
      let invoices = try store.invoices()
      if configuration.store.printsJSON {
        return console.finish(
          JSONText.document([
            "drafts": .array(drafts.map(json)),
            "invoices": .array(invoices.map { json($0, reporting) }),
          ]))
      }
      guard !drafts.isEmpty || !invoices.isEmpty else {
        return console.finish("nothing was drafted yet; 'ratemill invoice draft' begins\n")
      }
      var text = ""
      if !drafts.isEmpty {
        let header = ["draft", "period", "total", "decided", "by", "reason"]
        text += AlignedRows.lines([header] + drafts.map { cells($0, console) }, indent: 0)
      }
      if !invoices.isEmpty {
        let header =
          ["number", "date", "account", "period", "total"]
          + (reporting.map { ["in \($0.currency)", "rate"] } ?? [])
          + ["corrects"]
        if !text.isEmpty { text += "\n" }
        text += AlignedRows.lines([header] + invoices.map { cells($0, reporting, console) }, indent: 0)
        if let reporting { text += together(invoices, reporting) }
      }
      return console.finish(text)
    }
  }

  private static func cells(_ draft: OpenDraft, _ console: Console) -> [String] {
    [
      console.path(draft.name.description), draft.period.description,
      InvoiceText.money(draft.total, draft.currency), draft.decision?.verdict.rawValue ?? "-",
      console.path(draft.decision?.by ?? "-"), console.path(draft.decision?.reason ?? ""),
    ]
  }

  private static func cells(
    _ record: InvoiceRecord, _ reporting: ReportingCurrency?, _ console: Console
  ) -> [String] {
    var reported: [String] = []
    if let reporting {
      let total = reporting.total(record.total, in: record.currency, on: record.date)
      reported = [
        total.map { $0.amount.text(minimumDigits: reporting.currency.minorDigits) } ?? "-",
        total.map { total in total.rate.map { "\($0.rateText) of \($0.date)" } ?? "" } ?? "none",
      ]
    }
    return [
      record.number, record.date.description, console.path(record.account.description),
      record.period.description, InvoiceText.money(record.total, record.currency),
    ] + reported + [record.corrects ?? ""]
  }

  /// The sum of what could be converted, and how many could not.
  private static func together(_ invoices: [InvoiceRecord], _ reporting: ReportingCurrency) -> String {
    let totals = invoices.map { reporting.total($0.total, in: $0.currency, on: $0.date) }
    let sum = totals.reduce(Amount.zero) { $0 + ($1?.amount ?? .zero) }
    let missing = totals.count { $0 == nil }
    let left =
      missing == 0
      ? "" : ", without \(ReadableText.count(missing, "document", "documents")) that have no rate"
    return "together \(InvoiceText.money(sum, reporting.currency))\(left)\n"
  }

  private static func json(_ record: InvoiceRecord, _ reporting: ReportingCurrency?) -> JSONValue {
    guard let reporting, case .object(let members) = InvoiceText.json(record) else {
      return InvoiceText.json(record)
    }
    let total = reporting.total(record.total, in: record.currency, on: record.date)
    let reported: JSONValue = [
      "currency": .text(reporting.currency.code),
      "total": .textOrNull(total?.amount.text(minimumDigits: reporting.currency.minorDigits)),
      "rate": .textOrNull(total?.rate?.rateText), "rate_date": .textOrNull(total?.rate?.date.description),
    ]
    return .object(members + [JSONMember(name: "reporting", value: reported)])
  }

  private static func json(_ draft: OpenDraft) -> JSONValue {
    [
      "name": .string(draft.name), "account": .string(draft.account),
      "period": .text(draft.period.description), "currency": .text(draft.currency.code),
      "total": .text(draft.total.text(minimumDigits: draft.currency.minorDigits)),
      "decision": draft.decision.map {
        [
          "verdict": .text($0.verdict.rawValue), "by": .text($0.by), "at": .text($0.at),
          "reason": .text($0.reason),
        ]
      } ?? .null,
    ]
  }
}
