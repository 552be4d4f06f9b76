// `ratemill invoice show`: one invoice or credit note with its lines.

internal import BillingCalendar
internal import BillingStore
internal import Money
internal import OptionTable
internal import Tables

/// Shows a document.
enum InvoiceShowCommand: StoreLook {
  static let spec = CommandSpec(
    name: "invoice show",
    summary: "Show an invoice or credit note with its lines",
    about: [
      "NUMBER is as it stands on the document. --json prints the document itself, as it was finalised."
    ],
    usage: ["--store DIR [OPTION...] NUMBER"],
    examples: [CommandExample("Look at an invoice", "ratemill invoice show --store store INV-0007")],
    operands: Operands("NUMBER", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.invoiceStatuses)

  static func look(
    at store: BillingStore, _ asked: StoreLookConfiguration, _ console: Console
  ) throws(StoreFault) -> String {
    let record = try store.invoice(asked.name)
    // Also for people: a document that is not the one that was finalised is not shown.
    let document = try store.document(of: record)
    return asked.store.printsJSON
      ? String(decoding: document, as: UTF8.self) : try text(record, in: store, console)
  }

  private static func text(
    _ record: InvoiceRecord, in store: BillingStore, _ console: Console
  ) throws(StoreFault) -> String {
    var rows = [
      ["number", record.number], ["kind", record.kind.rawValue],
      ["account", console.path("\(record.account), \(record.accountName)")],
      ["period", record.period.description], ["date", record.date.description],
      ["due", record.dueDate?.description ?? "-"],
    ]
    if let corrects = record.corrects {
      rows.append(["corrects", "\(corrects): \(console.path(record.reason))"])
    }
    for note in try store.creditNotes(of: record.number) {
      rows.append(["corrected by", "\(note.number): \(console.path(note.reason))"])
    }
    if let drafts = record.draftID { rows.append(["drafts", console.path(store.draftsPath(drafts))]) }
    rows.append(["folder", console.path(store.invoicePath(record.number))])
    let digits = record.currency.minorDigits
    func money(_ amount: Amount) -> String { amount.text(minimumDigits: digits) }
    var lines = [["line", "section", "description", "net", "tax"]]
    for line in try store.lines(of: record) {
      lines.append([
        String(line.number), line.texts[0].description, console.path(line.texts[1].description),
        money(line.amount + line.discount), money(line.tax),
      ])
    }
    lines.append(["", "", "", money(record.net), money(record.tax)])
    let total = "total \(InvoiceText.money(record.total, record.currency))\n"
    return AlignedRows.lines(rows, indent: 0) + "lines\n" + AlignedRows.lines(lines) + total
  }
}
