// `lines.csv`: every line of every document, with its discounts and taxes.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

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

  /// What a row says of its line alone.
  private struct Row {
    var section: Label
    var description: Label
    var project = Label.empty
    var ticket = Label.empty
    var from: CivilDate
    var until: CivilDate
    var quantity = ""
    var unit = ""
    var unitPrice = ""
    var amount: Amount
    var purchaseOrder = Label.empty
  }

  /// The rows of a document, by line.
  static func rows(of draft: InvoiceDraft, document: Label) -> [[Label]] {
    let discounts = sums(draft.discounts.map(\.shares))
    let taxes = sums(draft.taxes.map(\.shares))
    func money(_ amount: Amount) -> Label { Label(amount.text(minimumDigits: draft.currency.minorDigits)) }
    func day(_ day: CivilDate?) -> Label { Label(day?.description ?? "") }
    return zip(draft.netLines, lines(of: draft)).map { line, row in
      let discount = discounts[line.number] ?? .zero
      let tax = taxes[line.number] ?? .zero
      let net = row.amount + discount
      return [
        document, draft.account, draft.accountName, day(draft.period.from), day(draft.period.until),
        day(draft.date), day(draft.dueDate), Label(draft.currency.code), Label(String(line.number)),
        row.section, row.description, line.contract, line.item, row.project, row.ticket, day(row.from),
        day(row.until), Label(row.quantity), Label(row.unit), Label(row.unitPrice), money(row.amount),
        money(discount), money(net), money(tax), money(net + tax), line.taxClass, row.purchaseOrder,
      ]
    }
  }

  private static func sums(_ shares: [[LineShare]]) -> [Int: Amount] {
    var sums: [Int: Amount] = [:]
    for share in shares.joined() { sums[share.number, default: .zero] += share.amount }
    return sums
  }

  // In the order of `InvoiceDraft.netLines`.
  private static func lines(of draft: InvoiceDraft) -> [Row] {
    func quantity(_ micro: Int64) -> String { DecimalText.format(Int128(micro), scale: 6) }
    var rows = draft.recurring.map { line in
      Row(
        section: "recurring", description: line.description, from: line.days.lowerBound,
        until: line.days.upperBound, quantity: quantity(line.quantityMicro), unitPrice: "\(line.price)",
        amount: line.amount.rounded, purchaseOrder: line.purchaseOrder)
    }
    for section in draft.usage {
      let digits = section.kind?.quantityDigits ?? 0
      rows += section.lines.map { line in
        Row(
          section: "usage", description: line.name, from: draft.period.from, until: draft.period.until,
          quantity: DecimalText.format(line.quantityBilled, scale: digits), unit: section.kind?.unit ?? "",
          unitPrice: line.price.map { "\($0.amount)" } ?? "", amount: line.amount.rounded)
      }
    }
    rows += draft.oneTime.map { line in
      Row(
        section: "one-time", description: line.description, project: line.project, ticket: line.ticket,
        from: line.delivered, until: line.delivered.advanced(by: 1), quantity: quantity(line.quantityMicro),
        unitPrice: "\(line.price)", amount: line.amount.rounded, purchaseOrder: line.purchaseOrder)
    }
    rows += draft.values.map { line in
      Row(
        section: "result", description: line.description, from: draft.period.from, until: draft.period.until,
        amount: line.amount.rounded)
    }
    rows += draft.commitments.map { line in
      Row(
        section: "commitment", description: line.description, from: draft.period.from,
        until: draft.period.until, amount: line.amount.rounded)
    }
    return rows
  }
}
