// A credit note as blocks for paper, and the door by which a document of either kind comes to paper.

import BillingCalendar
import Money
import Tables
import UsageSummary

extension PaperSheet {
  /// The sheet of a finished document, an invoice or a credit note, from the bytes of its JSON; they must be sealed.
  public init(document bytes: [UInt8], name: String) throws(DraftsFolderFault) {
    let kind: JSONValue?
    do {
      kind = try JSONReader.read(bytes)["document"]
    } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "name the JSON document of an invoice")
    }
    guard kind == .text("credit-note") else {
      self = InvoiceSheet(document: try InvoiceDocument(bytes, name: name)).sheet()
      return
    }
    do {
      try SealedJSON.check(bytes)
      self = try CreditNoteSheet(root: JSONNode(try JSONReader.read(bytes))).sheet()
    } catch {
      throw DraftsFolderFault(file: name, message: "\(error)", hint: "restore it from a good copy")
    }
  }
}

/// Makes the blocks of a credit note.
struct CreditNoteSheet {
  let root: JSONNode

  /// The sheet; throws where the document has another shape.
  func sheet() throws -> PaperSheet {
    guard let currency = Currency(code: try text("currency")) else { throw root.fault("no currency") }
    func money(_ amount: Amount) -> String { PrintedNumber.money(amount, digits: currency.minorDigits) }
    let brand = try? root.member("seller").member("name").text().description
    let number = try text("number")
    let corrects = try root.member("corrects")
    let (net, tax, total) = (try root.amount("net"), try root.amount("tax"), try root.amount("total"))
    let period = try root.member("period")
    let taxes = try root.member("taxes").elements()
    let kinds = try taxes.map { try InvoiceDocument.tax($0) }
    let lines = try root.member("lines").elements()
    let taxNotes = LineTaxNotes(kinds, lines: try lines.map { Int(try $0.member("line").integer()) })
    var sum = Amount.zero
    var blocks: [PaperBlock] = [
      .head(
        brand: brand ?? "", lines: (try? root.member("seller").member("address").text().description) ?? "",
        title: "Credit note"),
      .parties(
        name: try root.member("account").member("name").text().description,
        lines: PostalAddress.lines(of: try details("account", "details")).joined(separator: "\n"),
        facts: [
          PaperFact("Credit note number", number),
          PaperFact("Date", PrintedNumber.day(try root.day("date"))),
          PaperFact(
            "Corrects invoice",
            "\(try corrects.member("number").text()) of \(PrintedNumber.day(try corrects.day("date")))"),
          PaperFact(
            "Period", PrintedNumber.days(try period.day("from")..<period.day("until"))),
          PaperFact("Account", try root.member("account").member("id").text().description),
        ]),
      .due(
        text: CreditNote.title(of: total), note: try text("reason"),
        sum: "\(currency) \(money(total < .zero ? -total : total))"),
      .table(
        title: "Lines taken back",
        columns: [
          PaperColumn("Description", width: 0, isNumber: false), PaperColumn("Line", width: 40),
          PaperColumn("Amount", width: 80), PaperColumn("Discount", width: 80), PaperColumn("Net", width: 80),
        ],
        rows: try lines.map { line in
          let own = try line.amount("net")
          sum += own
          let place = Int(try line.member("line").integer())
          return PaperRow(
            [
              try line.member("description").text().description, "\(place)",
              money(try line.amount("amount")), money(try line.amount("discount")), money(own),
            ], notes: taxNotes[place].map { [$0] } ?? [], sum: money(sum))
        }, subtotal: money(net)),
    ]
    if !kinds.isEmpty {
      blocks.append(
        .table(
          title: "Tax taken back", columns: InvoiceSheet.shareColumns("Tax"),
          rows: kinds.map { tax in
            PaperRow(["\(tax.tax), \(tax.place)", money(tax.base), tax.printedRate, money(tax.amount)])
          }, subtotal: money(tax)))
    }
    let parts = kinds.isEmpty ? [] : [PaperFact("Before tax", money(net)), PaperFact("Tax", money(tax))]
    blocks.append(.totals(parts + [PaperFact(CreditNote.totalTitle, "\(currency) \(money(total))")]))
    blocks.append(
      .notes([
        "This credit note takes back lines of invoice \(try corrects.member("number").text()), with the discounts and "
          + "taxes on them."
      ]))
    var sheet = PaperSheet(
      title: "Credit note \(number)", author: brand ?? "", date: try text("date"),
      foot: [brand ?? "", "Credit note \(number)"].filter { !$0.isEmpty }.joined(separator: " \u{b7} "),
      blocks: blocks)
    sheet.colour = Branding(try details("seller")).parts
    return sheet
  }

  private func text(_ name: Label) throws -> String { try root.member(name).text().description }

  private func details(_ path: Label...) throws -> [InvoiceDraft.Detail] {
    try path.reduce(root) { try $0.member($1) }.members().map {
      InvoiceDraft.Detail(name: $0.name, text: try $0.node.text())
    }
  }
}
