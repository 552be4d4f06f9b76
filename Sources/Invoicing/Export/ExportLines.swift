// `lines.csv`: every line of every document, with its discounts and taxes.

import BillingCalendar
import Money
import Tables

/// Rows of lines.csv.
enum ExportLines {
  /// The name of the file.
  static let fileName = "lines.csv"

  /// The header. `amount + discount = net`, `net + tax = gross`; the gross of a document's lines is its total.
  static let header: [[Label]] = [
    [
      "document", "account", "account_name", "period_from", "period_until", "date", "due_date", "currency",
      "line", "section", "description", "contract", "item", "project", "ticket", "service_from",
      "service_until", "quantity", "unit", "unit_price", "amount", "discount", "net", "tax", "gross",
      "tax_class", "purchase_order",
    ]
  ]

  /// The rows of a document, by line.
  static func rows(of document: ExportedDocument) -> [[Label]] {
    func money(_ amount: Amount) -> Label {
      Label(amount.text(minimumDigits: document.currency.minorDigits))
    }
    func day(_ day: CivilDate?) -> Label { Label(day?.description ?? "") }
    return document.lines.map { line in
      [
        document.name, document.account, document.accountName, day(document.period.from),
        day(document.period.until), day(document.date), day(document.dueDate),
        Label(document.currency.code), Label(String(line.number)), line.section, line.description,
        line.contract, line.item, line.project, line.ticket, day(line.from), day(line.until),
        Label(line.quantity), Label(line.unit), Label(line.unitPrice), money(line.amount),
        money(line.discount), money(line.net), money(line.tax), money(line.gross), line.taxClass,
        line.purchaseOrder,
      ]
    }
  }
}
