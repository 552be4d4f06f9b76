// The page of a draft: one self-contained HTML file for the screen, the phone and A4 paper. It shows what the draft holds and
// computes nothing.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// Renders one draft.
struct InvoicePage {
  let draft: InvoiceDraft
  let appendix: CallAppendix
  // All tables have the column, or none: columns of one page stand below each other.
  private let hasRounding: Bool
  private let taxNotes: LineTaxNotes
  // How many lines are drawn: they stand in the order of their numbers.
  private var lineCount = 0
  var page = HTMLText()

  private init(_ draft: InvoiceDraft) {
    self.draft = draft
    appendix = draft.appendix
    let charged = draft.recurring.map(\.amount) + draft.usage.flatMap { $0.lines.map(\.amount) }
    let others =
      draft.oneTime.map(\.amount) + draft.values.map(\.amount) + draft.commitments.map(\.amount)
      + draft.adjustments.map(\.amount)
      + draft.discounts.map(\.amount)
      + draft.taxes.map(\.amount)
    taxNotes = LineTaxNotes(
      lines: draft.netLines.map(\.number),
      taxes: draft.taxes.map { tax in
        let rate = tax.exemption == nil ? PrintedCharge.rate(of: tax.method) : "exempt"
        return ("\(tax.tax), \(tax.place) \(rate)", tax.lines)
      })
    hasRounding = (charged + others).contains { $0.rounding != .zero }
  }

  /// The bytes of the page, with its calls behind it. Equal drafts and calls give equal bytes.
  static func html(of draft: InvoiceDraft) -> [UInt8] {
    var renderer = InvoicePage(draft)
    renderer.render()
    return renderer.page.bytes
  }

  private mutating func render() {
    let name = draft.issue.map { "Invoice \($0.number)" } ?? "Draft invoice"
    page.begin(title: "\(name) \u{b7} \(draft.accountName) \u{b7} \(PrintedNumber.days(draft.period.days))")
    page.beginSheet(of: draft.seller)
    head()
    parties()
    due()
    changes()
    recurring()
    allowances()
    for section in draft.usage { usage(section) }
    costCentres()
    oneTime()
    values()
    commitments()
    adjustments()
    discounts()
    taxes()
    // On paper they stand together, so that small print is no sheet of its own.
    page.markup("<div class=\"closing\">\n")
    totals()
    payment()
    notes()
    attachedCalls()
    page.markup("</div>\n")
    calls()
    page.markup("</main>\n")
    page.end()
  }

  /// What the sum at the end is: only where taxes were looked for is it more than a sum before tax.
  var totalTitle: String {
    if case .place = draft.taxation { return "Total" }
    return "Total before tax"
  }

  var digits: Int { draft.currency.minorDigits }

  func money(_ amount: Amount) -> String { PrintedNumber.money(amount, digits: digits) }

  private func seller(_ name: Label) -> Label? { draft.seller.first { $0.name == name }?.text }

  private mutating func head() {
    page.head(seller: draft.seller, title: "Invoice", isDraft: draft.issue == nil)
  }

  private mutating func parties() {
    var facts = [
      ("Invoice number", draft.issue?.number.description ?? "none yet"),
      ("Date", PrintedNumber.day(draft.date)), ("Period", PrintedNumber.days(draft.period.days)),
      ("Account", draft.account.description),
    ]
    if !draft.replaces.isEmpty {
      facts.append(("In place of", draft.replaces.map(\.description).joined(separator: ", ")))
    }
    for (name, title) in Self.factTitles {
      if let detail = draft.accountDetails.first(where: { $0.name == name }) {
        facts.append((title, detail.text.description))
      }
    }
    facts += draft.contracts.map { ("Contract", PrintedCharge.name(of: $0)) }
    page.parties(name: draft.accountName, details: draft.accountDetails, facts: facts)
  }

  static let factTitles: [(Label, String)] = [
    ("tax_id", "Your tax ID"), ("vat_id", "Your VAT ID"), ("purchase_order", "Purchase order"),
    ("reference", "Your reference"), ("terms", "Terms"),
  ]

  private mutating func due() {
    page.markup("<div class=\"due\">\n")
    page.open("p")
    page.text("\(totalTitle) for \(PrintedNumber.days(draft.period.days))")
    if let due = draft.dueDate, draft.total > .zero {
      page.element("small", "to be paid by \(PrintedNumber.day(due))")
    } else if draft.total < .zero {
      page.element("small", PrintedCharge.nothingToPay)
    }
    page.close("p")
    page.element("p", style: "sum", "\(draft.currency) \(money(draft.total))")
    page.markup("</div>\n")
  }
}

// The tables.
extension InvoicePage {
  // A column by its heading and its class: what it holds decides width and side.
  struct Column {
    var title: String
    var style: StaticString
  }

  private mutating func recurring() {
    guard !draft.recurring.isEmpty else { return }
    let columns = [
      Column(title: "Description", style: "name"), Column(title: "Days", style: "days"),
      Column(title: "Quantity", style: "number count"), Column(title: "Price", style: "number price"),
    ]
    begin(table: "Recurring charges", columns: columns)
    for line in draft.recurring {
      let share = line.share.isWhole ? [] : ["\(line.share.days) of \(line.share.ofDays) days"]
      lineRow(
        [
          .text(line.description.description, notes: PrintedCharge.notes(of: line)),
          .text(PrintedNumber.days(line.days, isShort: true), notes: share),
          .number("Quantity", PrintedCharge.quantity(of: line)),
          .number("Price", PrintedCharge.price(of: line, money(line.price))),
        ], line.amount)
    }
    end(subtotal: draft.recurringSubtotal, columnCount: columns.count)
  }

  private mutating func usage(_ section: UsageSection) {
    let words = PrintedUsage(kind: section.kind)
    let hasCovered = section.lines.contains { $0.quantityCovered != 0 }
    let hasPrice = section.lines.contains { $0.price != nil }
    var columns = [Column(title: "Usage", style: "name")]
    if section.kind != nil {
      columns.append(Column(title: words.countTitle, style: "number count"))
      columns.append(Column(title: words.quantityTitle, style: "number quantity"))
    }
    if hasCovered { columns.append(Column(title: "Included", style: "number quantity")) }
    if hasPrice { columns.append(Column(title: "Price", style: "number price")) }
    begin(table: words.title, columns: columns)
    for line in section.lines {
      let tiers = line.tiers.map { words.tier($0, digits: digits) }
      let besides = PrintedUsage.besidesPrice(line, digits: digits).map { [$0] } ?? []
      var cells = [Cell.text(line.name.description, notes: tiers + besides)]
      if section.kind != nil {
        cells.append(.number(words.countTitle, PrintedNumber.count(line.eventCount)))
        cells.append(.number(words.quantityTitle, words.quantity(line.quantityBilled, price: line.price)))
      }
      if hasCovered {
        let covered = line.quantityCovered
        cells.append(.number("Included", covered == 0 ? "" : words.quantity(covered, price: line.price)))
      }
      if hasPrice {
        cells.append(.number("Price", line.price.map { words.price($0, digits: digits) } ?? "several"))
      }
      lineRow(cells, line.amount)
    }
    end(subtotal: section.subtotal, columnCount: columns.count)
  }

  // A section with its heading and the head of its table; rounding and amount are always the last columns.
  mutating func begin(table title: String, columns: [Column]) {
    page.markup("<section>\n")
    page.element("h2", title)
    page.markup("<table class=\"rows\">\n<thead><tr>\n")
    var all = columns
    if hasRounding { all.append(Column(title: "Rounding", style: "number rounding")) }
    all.append(Column(title: "Amount", style: "number amount"))
    for column in all {
      page.markup("<th scope=\"col\" class=\"")
      page.markup(column.style)
      page.markup("\">")
      page.text(column.title)
      page.close("th")
    }
    page.markup("</tr></thead>\n<tbody>\n")
  }

  mutating func end(subtotal: Amount, columnCount: Int, isRounded: Bool = true) {
    page.markup("<tr class=\"subtotal\"><td")
    page.attribute("colspan", String(hasRounding && isRounded ? columnCount + 1 : columnCount))
    page.markup(">Subtotal</td><td class=\"number\">")
    page.text(money(subtotal))
    page.markup("</td></tr>\n</tbody>\n</table>\n</section>\n")
  }

  // A cell before rounding and amount: text with small notes below it, or a number that a card names by its column.
  enum Cell {
    case text(String, notes: [String] = [])
    case number(String, String)
  }

  /// A line that discounts and taxes fall on; where lines have other taxes than others, it says which.
  mutating func lineRow(_ cells: [Cell], _ amount: LineAmount) {
    lineCount += 1
    var cells = cells
    if let note = taxNotes[lineCount], case .text(let text, let notes) = cells[0] {
      cells[0] = .text(text, notes: notes + [note])
    }
    row(cells, amount)
  }

  mutating func row(_ cells: [Cell], _ amount: LineAmount) {
    page.open("tr")
    for cell in cells {
      switch cell {
      case .text(let text, let notes):
        page.open("td")
        page.text(text)
        for note in notes { page.element("small", note) }
        page.close("td")
      case .number(let title, let text): numberCell(title, text)
      }
    }
    amountCells(amount)
    page.close("tr")
  }

  mutating func numberCell(_ title: String, _ text: String) {
    page.markup("<td class=\"number\"")
    page.attribute("data-label", title)
    page.markup(">")
    page.text(text)
    page.close("td")
  }

  private mutating func amountCells(_ amount: LineAmount) {
    if hasRounding {
      page.markup("<td class=\"number rounding\" data-label=\"Rounding\">")
      if amount.rounding != .zero { page.text(PrintedNumber.signed(amount.rounding)) }
      page.close("td")
    }
    page.element("td", style: "number", money(amount.rounded))
  }
}

// What follows the tables.
extension InvoicePage {
  private mutating func totals() {
    page.markup("<table class=\"totals\">\n<tbody>\n")
    if !draft.recurring.isEmpty { total("Recurring charges", draft.recurringSubtotal) }
    if !draft.usage.isEmpty { total("Usage", draft.usageSubtotal) }
    if !draft.oneTime.isEmpty { total("One-time charges", draft.oneTimeSubtotal) }
    if !draft.values.isEmpty { total("Service levels", draft.valueSubtotal) }
    if !draft.commitments.isEmpty { total("Minimum commitments", draft.commitmentSubtotal) }
    if !draft.adjustments.isEmpty { total("Corrections of earlier periods", draft.adjustmentSubtotal) }
    if !draft.discounts.isEmpty { total("Discounts", draft.discountTotal) }
    if !draft.taxes.isEmpty {
      total("Before tax", draft.net)
      total("Tax", draft.tax)
    }
    page.markup("<tr class=\"total\"><td>")
    page.text(totalTitle)
    page.markup("</td><td class=\"number\">")
    page.text("\(draft.currency) \(money(draft.total))")
    page.markup("</td></tr>\n</tbody>\n</table>\n")
  }

  private mutating func total(_ title: String, _ amount: Amount) {
    page.open("tr")
    page.element("td", title)
    page.element("td", style: "number", money(amount))
    page.close("tr")
  }

  private mutating func payment() {
    guard draft.total > .zero, let payment = seller("payment") else { return }
    page.markup("<div class=\"payment\">\n<p class=\"label\">Payment</p>\n")
    page.element("p", style: "lines", payment.description)
    page.markup("</div>\n")
  }

  private mutating func notes() {
    page.markup("<footer class=\"notes small grey\">\n")
    if draft.issue == nil {
      page.element("p", "This draft is for review. It has no number\(taxNote) and asks for no payment.")
    }
    if hasRounding {
      page.element(
        "p",
        "Amounts are in \(draft.currency). Each line and tax is rounded once, half up, to \(digits) digits; the column Rounding shows "
          + "what that changed, to six digits. Together: \(PrintedNumber.signed(draft.rounding)).")
    }
    let shown: [Label] = ["name", "address", "payment"]
    let others = draft.seller.filter { !shown.contains($0.name) && !Branding.isUsed($0) }
    if !others.isEmpty {
      let parts = others.map { "\(Self.title(of: $0.name)): \($0.text)" }
      page.element("p", parts.joined(separator: " \u{b7} "))
    }
    page.element("p", "Made from usage \(draft.usageManifestHash.prefix(16)).")
    page.markup("</footer>\n")
  }

  private var taxNote: String {
    switch draft.taxation {
    case .none: ", holds no tax"
    case .placeUnknown: ", holds no tax because nobody has said where the client is taxed"
    case .place: ""
    }
  }

  // `tax_id` → `Tax ID`; an unknown name as words.
  static func title(of name: Label) -> String {
    switch name.description {
    case "tax_id": return "Tax ID"
    case "vat_id": return "VAT ID"
    case "email": return "E-mail"
    default:
      let words = name.description.split(separator: "_").joined(separator: " ")
      return words.prefix(1).uppercased() + words.dropFirst()
    }
  }
}
