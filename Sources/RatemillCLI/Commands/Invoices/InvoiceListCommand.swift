// `ratemill invoice list`: the drafts of a store and what was decided about them, invoices and credit notes.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Invoicing
internal import Money
internal import OptionTable
internal import Tables

/// Lists drafts and invoices.
enum InvoiceListCommand: Command {
  static let table = StoreOptions.table

  static let spec = CommandSpec(
    name: "invoice list",
    summary: "List the drafts, invoices and credit notes of a store",
    about: [
      "Invoices and credit notes by number; before them the latest drafts that are none yet, with what was decided."
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [CommandExample("See what went out", "ratemill invoice list --store store")],
    options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)

  static func configuration(
    _ options: StoreOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> StoreConfiguration {
    try StoreConfiguration(options.shared)
  }

  static func run(_ configuration: StoreConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.storePath, for: .reading, console: console) { store throws(StoreFault) in
      let drafts = try store.openDrafts()
      let invoices = try store.invoices()
      if configuration.printsJSON {
        return console.finish(
          JSONText.document([
            "drafts": .array(drafts.map(json)), "invoices": .array(invoices.map(InvoiceText.json)),
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
        let header = ["number", "date", "account", "period", "total", "corrects"]
        if !text.isEmpty { text += "\n" }
        text += AlignedRows.lines([header] + invoices.map { cells($0, console) }, indent: 0)
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

  private static func cells(_ record: InvoiceRecord, _ console: Console) -> [String] {
    [
      record.number, record.date.description, console.path(record.account.description),
      record.period.description, InvoiceText.money(record.total, record.currency), record.corrects ?? "",
    ]
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
