// A finished invoice as blocks for paper. It shows what the document says and computes nothing.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// Makes the blocks of an invoice.
struct InvoiceSheet {
  let document: InvoiceDocument

  /// The sheet of the invoice.
  func sheet() -> PaperSheet {
    let number = document.number.isEmpty ? "draft" : document.number.description
    let brand = document.seller.text(of: "name")?.description ?? ""
    var sheet = PaperSheet(
      title: "Invoice \(number)", author: brand, date: document.date.description,
      foot: [brand, "Invoice \(number)"].filter { !$0.isEmpty }.joined(separator: " \u{b7} "),
      blocks: [head(brand), parties(), due()] + changes() + tables() + [totals()] + payment() + [notes()])
    sheet.colour = Branding(document.seller).parts
    return sheet
  }

  private var digits: Int { document.currency.minorDigits }

  func money(_ amount: Amount) -> String { PrintedNumber.money(amount, digits: digits) }

  private func head(_ brand: String) -> PaperBlock {
    .head(
      brand: brand, lines: document.seller.text(of: "address")?.description ?? "",
      title: document.number.isEmpty ? "Draft invoice" : "Invoice")
  }

  private func parties() -> PaperBlock {
    var facts = [
      PaperFact("Invoice number", document.number.isEmpty ? "none yet" : document.number.description),
      PaperFact("Date", PrintedNumber.day(document.date)),
      PaperFact("Period", PrintedNumber.days(document.period.days)),
      PaperFact("Account", document.account.description),
    ]
    if !document.replaces.isEmpty {
      facts.append(
        PaperFact("In place of", document.replaces.map(\.description).joined(separator: ", ")))
    }
    for (name, title) in InvoicePage.factTitles {
      if let text = document.accountDetails.text(of: name) {
        facts.append(PaperFact(title, text.description))
      }
    }
    return .parties(
      name: document.accountName.description,
      lines: PostalAddress.lines(of: document.accountDetails).joined(separator: "\n"), facts: facts)
  }

  private func due() -> PaperBlock {
    let due = document.total > .zero ? document.dueDate : nil
    let note = due.map { "to be paid by \(PrintedNumber.day($0))" }
    return .due(
      text: "Total for \(PrintedNumber.days(document.period.days))",
      note: note ?? (document.total < .zero ? PrintedCharge.nothingToPay : ""),
      sum: "\(document.currency) \(money(document.total))")
  }

  // MARK: tables

  private static let titles: [(section: Label, title: String, total: String)] = [
    ("recurring", "Recurring charges", "Recurring charges"), ("usage", "Usage", "Usage"),
    ("one-time", "One-time charges", "One-time charges"), ("result", "Service levels", "Service levels"),
    ("commitment", "Minimum commitments", "Minimum commitments"),
    ("adjustment", "Corrections of earlier periods", "Corrections of earlier periods"),
  ]

  private func tables() -> [PaperBlock] {
    let sections = Self.titles.compactMap { section, title, _ in table(title, lines(section)) }
    return sections + allowances() + costCentres() + discounts() + taxes()
  }

  /// The lines of a section; refunds stand with what they refund.
  private func lines(_ section: Label) -> [DocumentLine] {
    document.lines.filter {
      (["refund", "correction"].contains($0.section) ? "recurring" : $0.section) == section
    }
  }

  private func table(_ title: String, _ lines: [DocumentLine]) -> PaperBlock? {
    guard !lines.isEmpty else { return nil }
    var sum = Amount.zero
    let taxNotes = LineTaxNotes(document.taxes, lines: document.lines.map(\.number))
    let rows = lines.map { line in
      sum += line.amount
      let notes = notes(of: line) + (taxNotes[line.number].map { [$0] } ?? [])
      return PaperRow(
        [
          line.description.description, PrintedNumber.days(line.days, isShort: true), quantity(line),
          price(line), money(line.amount),
        ], notes: notes.isEmpty ? [] : [notes.joined(separator: " \u{b7} ")], sum: money(sum))
    }
    return .table(
      title: title,
      columns: [
        PaperColumn("Description", width: 0, isNumber: false),
        PaperColumn("Days", width: 96, isNumber: false),
        PaperColumn("Quantity", width: 62), PaperColumn("Price", width: 84), PaperColumn("Amount", width: 66),
      ], rows: rows, subtotal: money(sum))
  }

  /// A member of the line's JSON that is a text; empty where there is none.
  func text(_ line: DocumentLine, _ member: Label) -> String {
    guard case .string(let text)? = document.lineNodes[line.number]?.value[member] else { return "" }
    return text.description
  }

  private func kind(_ line: DocumentLine) -> ServiceKind? {
    line.unit.isEmpty ? nil : ServiceKind.allCases.first { Label($0.name) == line.taxClass }
  }

  private func quantity(_ line: DocumentLine) -> String {
    guard line.section == "usage" || line.section == "adjustment" else { return grouped(line.quantity) }
    let kind = kind(line)
    guard let kind, case .success(let value) = DecimalText.parse(line.quantity, scale: kind.quantityDigits)
    else {
      return ""
    }
    return PrintedUsage(kind: kind).quantity(value, price: linePrice(line, kind))
  }

  func grouped(_ quantity: String) -> String {
    guard case .success(let micro) = DecimalText.parse(quantity, scale: 6) else { return quantity }
    return PrintedNumber.decimal(micro, scale: 6)
  }

  private func linePrice(_ line: DocumentLine, _ kind: ServiceKind) -> LinePrice? {
    guard case .success(let price) = DecimalText.parse(line.unitPrice, scale: Amount.scale),
      case .success(let per) = DecimalText.parse(text(line, "per"), scale: kind.quantityDigits)
    else { return nil }
    return LinePrice(amount: Amount(pico: price), perQuantity: per)
  }

  private func price(_ line: DocumentLine) -> String {
    if let kind = kind(line) {
      return linePrice(line, kind).map { PrintedUsage(kind: kind).price($0, digits: digits) } ?? ""
    }
    let tiers = text(line, "tier_kind")
    if !tiers.isEmpty, line.unitPrice.isEmpty { return tiers == "graduated" ? tiers : "by quantity" }
    guard case .success(let pico) = DecimalText.parse(line.unitPrice, scale: Amount.scale) else { return "" }
    let price = money(Amount(pico: pico))
    return interval(line).map { "\(price) / \($0)" } ?? price
  }

  /// `1 months` as people say it: `month`.
  private func interval(_ line: DocumentLine) -> String? {
    let words = text(line, "interval").split(separator: " ")
    guard words.count == 2, let count = Int(words[0]) else { return nil }
    switch (words[1], count) {
    case ("months", 1): return "month"
    case ("months", 3): return "quarter"
    case ("months", 12): return "year"
    default: return "\(words[0]) \(words[1])"
    }
  }

  private func discounts() -> [PaperBlock] {
    let rows = document.discountNodes.compactMap { node -> PaperRow? in
      guard let base = try? node.amount("base"), let amount = try? node.amount("amount"),
        let name = try? node.member("description").text()
      else { return nil }
      let percent = try? node.member("percent").text()
      return PaperRow([name.description, money(base), percent.map { "\($0)%" } ?? "", money(amount)])
    }
    guard !rows.isEmpty else { return [] }
    let total = document.lines.reduce(Amount.zero) { $0 + $1.discount }
    return [
      .table(title: "Discounts", columns: Self.shareColumns("Discount"), rows: rows, subtotal: money(total))
    ]
  }

  private func taxes() -> [PaperBlock] {
    guard !document.taxes.isEmpty else { return [] }
    let rows = zip(document.taxes, document.taxNodes).map { tax, node in
      // A tax that is no share is on so many lines or minutes.
      let quantity = (try? node.member("quantity").text()).map { grouped($0.description) }
      return PaperRow(
        [
          "\(tax.tax), \(tax.place)", quantity ?? money(tax.base), tax.printedRate, money(tax.amount),
        ], notes: tax.exemption.isEmpty ? [] : ["exempt: \(tax.exemption)"])
    }
    return [
      .table(title: "Tax", columns: Self.shareColumns("Tax"), rows: rows, subtotal: money(document.tax))
    ]
  }

  static func shareColumns(_ name: String) -> [PaperColumn] {
    [
      PaperColumn(name, width: 0, isNumber: false), PaperColumn("On", width: 90),
      PaperColumn("Rate", width: 80),
      PaperColumn("Amount", width: 80),
    ]
  }

  // MARK: what follows

  private func totals() -> PaperBlock {
    var facts = Self.titles.compactMap { section, _, title -> PaperFact? in
      let lines = lines(section)
      return lines.isEmpty ? nil : PaperFact(title, money(lines.reduce(.zero) { $0 + $1.amount }))
    }
    let discount = document.lines.reduce(Amount.zero) { $0 + $1.discount }
    if discount != .zero { facts.append(PaperFact("Discounts", money(discount))) }
    if !document.taxes.isEmpty {
      facts.append(PaperFact("Before tax", money(document.net)))
      facts.append(PaperFact("Tax", money(document.tax)))
    }
    return .totals(facts + [PaperFact("Total", "\(document.currency) \(money(document.total))")])
  }

  private func payment() -> [PaperBlock] {
    guard document.total > .zero else { return [] }
    return document.seller.text(of: "payment").map { [.payment($0.description)] } ?? []
  }

  private func notes() -> PaperBlock {
    let shown: Set<Label> = ["name", "address", "payment"]
    let others = document.seller.filter { !shown.contains($0.name) && !Branding.isUsed($0) }
      .map { "\(InvoicePage.title(of: $0.name)): \($0.text)" }
    var notes: [String] = []
    if !others.isEmpty { notes.append(others.joined(separator: " \u{b7} ")) }
    notes.append(
      "Each line and tax is rounded once, half up, to \(digits) digits. Document SHA-256 \(document.hash.prefix(16))."
    )
    return .notes(notes)
  }
}

extension DocumentLine {
  /// Its days.
  var days: Range<CivilDate> { from..<max(until, from.advanced(by: 1)) }
}
