// A document as the tables of an export see it: a draft, an invoice or a credit note.

import BillingCalendar
import Money
import Tables
import UsageSummary

/// What both tables are made from.
struct ExportedDocument {
  /// Its number; of a draft the name of its files.
  var name: Label
  var account: Label
  var accountName: Label
  var period: UsagePeriod
  var currency: Currency
  var date: CivilDate
  var dueDate: CivilDate?
  var lines: [DocumentLine]
  /// What each tax comes to, in the order of counting.
  var taxes: [(tax: Label, amount: Amount)]

  init(_ draft: InvoiceDraft, name: Label) {
    self.name = name
    (account, accountName, period) = (draft.account, draft.accountName, draft.period)
    (currency, date, dueDate) = (draft.currency, draft.date, draft.dueDate)
    lines = draft.documentLines
    taxes = draft.taxes.map { ($0.tax, $0.amount.rounded) }
  }

  /// Reads a finished document of either kind; it must be sealed and add up.
  init(json bytes: [UInt8], name: String) throws(DraftsFolderFault) {
    do {
      let root = JSONNode(try JSONReader.read(bytes))
      guard try root.member("document").text() == "credit-note" else {
        self.init(try InvoiceDocument(bytes, name: name))
        return
      }
      try SealedJSON.check(bytes)
      try self.init(creditNote: root)
    } catch let fault as DraftsFolderFault {
      throw fault
    } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "restore it from a good copy")
    }
  }

  private init(_ invoice: InvoiceDocument) {
    (name, account, accountName) = (invoice.number, invoice.account, invoice.accountName)
    (period, currency) = (invoice.period, invoice.currency)
    (date, dueDate, lines) = (invoice.date, invoice.dueDate, invoice.lines)
    taxes = invoice.taxes.map { ($0.tax, $0.amount) }
  }

  private init(creditNote root: JSONNode) throws {
    let days = try root.member("period")
    guard let currency = Currency(code: try root.member("currency").text().description),
      let period = UsagePeriod.parse("\(try days.member("from").text())/\(try days.member("until").text())")
    else { throw root.fault("no period or currency") }
    (self.currency, self.period) = (currency, period)
    name = try root.member("number").text()
    account = try root.member("account").member("id").text()
    accountName = try root.member("account").member("name").text()
    date = try root.day("date")
    lines = try root.member("lines").elements().map { try Self.line($0) }
    taxes = try root.member("taxes").elements().map { (try $0.member("tax").text(), try $0.amount("amount")) }
    guard total == (try root.amount("total")) else {
      throw root.fault("its lines do not add up to its total")
    }
  }

  private static func line(_ node: JSONNode) throws -> DocumentLine {
    var line = DocumentLine(
      number: Int(try node.member("line").integer()), section: try node.member("section").text(),
      description: try node.member("description").text(), from: try node.day("from"),
      until: try node.day("until"), amount: try node.amount("amount"))
    (line.contract, line.item) = (try node.member("contract").text(), try node.member("item").text())
    line.quantity = try node.member("quantity").text().description
    line.unit = try node.member("unit").text().description
    line.unitPrice = try node.member("price").text().description
    (line.discount, line.tax) = (try node.amount("discount"), try node.amount("tax"))
    (line.taxClass, line.purchaseOrder) = (
      try node.member("tax_class").text(), try node.member("purchase_order").text()
    )
    return line
  }

  /// What is owed.
  var total: Amount { lines.reduce(.zero) { $0 + $1.net } + taxes.reduce(.zero) { $0 + $1.amount } }
}
