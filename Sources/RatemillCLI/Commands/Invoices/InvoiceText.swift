// Invoices as rows and JSON of reports.

internal import BillingCalendar
internal import BillingStore
internal import Money
internal import Tables

/// Words of reports on invoices.
enum InvoiceText {
  static func money(_ amount: Amount, _ currency: Currency) -> String {
    "\(currency) \(amount.text(minimumDigits: currency.minorDigits))"
  }

  /// Totals by currency, ascending.
  static func totals(_ records: [InvoiceRecord]) -> [(currency: Currency, total: Amount)] {
    Dictionary(grouping: records, by: \.currency).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.reduce(.zero) { $0 + $1.total }) }
  }

  static func json(_ record: InvoiceRecord) -> JSONValue {
    func money(_ amount: Amount) -> JSONValue {
      .text(amount.text(minimumDigits: record.currency.minorDigits))
    }
    return [
      "number": .text(record.number), "kind": .text(record.kind.rawValue),
      "corrects": .textOrNull(record.corrects), "account": .string(record.account),
      "account_name": .string(record.accountName), "period": .text(record.period.description),
      "part": .text(record.isProjects ? "projects" : "main"), "currency": .text(record.currency.code),
      "date": .text(record.date.description), "due_date": .textOrNull(record.dueDate?.description),
      "net": money(record.net), "tax": money(record.tax), "total": money(record.total),
      "reason": .text(record.reason), "finalised_at": .text(record.finalisedAt),
      "json_sha256": .text(record.jsonHash),
    ]
  }
}
