// The page of a credit note: one self-contained HTML file, as invoices have it.

import BillingCalendar
import Money
import Tables

extension CreditNote {
  /// The bytes of its page. Equal credit notes give equal bytes.
  public func page() -> [UInt8] {
    var page = HTMLText()
    page.begin(title: "Credit note \(number) \u{b7} \(invoice.accountName)")
    page.beginSheet(of: invoice.seller)
    page.head(seller: invoice.seller, title: "Credit note", isDraft: false)
    page.parties(
      name: invoice.accountName, details: invoice.accountDetails,
      facts: [
        ("Credit note number", number.description), ("Date", PrintedNumber.day(date)),
        ("Corrects invoice", "\(invoice.number) of \(PrintedNumber.day(invoice.date))"),
        ("Period", PrintedNumber.days(invoice.period.days)), ("Account", invoice.account.description),
      ])
    page.markup("<div class=\"due\">\n")
    page.open("p")
    page.text(Self.title(of: total))
    page.element("small", reason.description)
    page.close("p")
    page.element("p", style: "sum", "\(invoice.currency) \(money(total < .zero ? -total : total))")
    page.markup("</div>\n")
    table(&page)
    taxTable(&page)
    page.markup("<div class=\"closing\">\n")
    totals(&page)
    page.markup("<footer class=\"notes small grey\">\n")
    page.element(
      "p",
      "This credit note takes back \(lines.count == invoice.lines.count ? "all" : "some") lines of invoice "
        + "\(invoice.number), with the discounts and taxes on them.")
    page.markup("</footer>\n</div>\n</main>\n")
    page.end()
    return page.bytes
  }

  /// What a credit note comes to: nobody has to pay it. One that takes back a credit asks for that again.
  static func title(of total: Amount) -> String { total > .zero ? "A credit taken back" : "To your credit" }

  /// What stands before its sum.
  static let totalTitle = "Total taken back"

  private func money(_ amount: Amount) -> String {
    PrintedNumber.money(amount, digits: invoice.currency.minorDigits)
  }

  private func table(_ page: inout HTMLText) {
    page.markup("<section>\n<h2>Lines taken back</h2>\n<table class=\"rows\">\n<thead><tr>\n")
    page.markup(
      "<th scope=\"col\" class=\"number\">Line</th>\n<th scope=\"col\" class=\"name\">Description</th>\n")
    page.markup(
      "<th scope=\"col\" class=\"days\">Days</th>\n<th scope=\"col\" class=\"number price\">Amount</th>\n")
    page.markup("<th scope=\"col\" class=\"number price\">Discount</th>\n")
    page.markup("<th scope=\"col\" class=\"number amount\">Net</th>\n</tr></thead>\n<tbody>\n")
    let taxNotes = LineTaxNotes(taxes, lines: lines.map(\.number))
    for line in lines {
      page.open("tr")
      page.element("td", style: "number", String(line.number))
      page.open("td")
      page.text(line.description.description)
      if let note = taxNotes[line.number] { page.element("small", note) }
      page.close("td")
      page.element(
        "td", line.from < line.until ? PrintedNumber.days(line.from..<line.until, isShort: true) : "")
      page.element("td", style: "number", money(line.amount))
      page.element("td", style: "number", line.discount == .zero ? "" : money(line.discount))
      page.element("td", style: "number", money(line.net))
      page.close("tr")
    }
    page.markup("</tbody>\n</table>\n</section>\n")
  }

  private func taxTable(_ page: inout HTMLText) {
    guard !taxes.isEmpty else { return }
    page.markup("<section>\n<h2>Tax taken back</h2>\n<table class=\"rows\">\n<thead><tr>\n")
    page.markup(
      "<th scope=\"col\" class=\"name\">Tax</th>\n<th scope=\"col\" class=\"number price\">On</th>\n")
    page.markup("<th scope=\"col\" class=\"number amount\">Amount</th>\n</tr></thead>\n<tbody>\n")
    for tax in taxes {
      page.open("tr")
      page.element("td", tax.name)
      page.element("td", style: "number", money(tax.base))
      page.element("td", style: "number", money(tax.amount))
      page.close("tr")
    }
    page.markup("</tbody>\n</table>\n</section>\n")
  }

  private func totals(_ page: inout HTMLText) {
    page.markup("<table class=\"totals\">\n<tbody>\n")
    for (title, amount) in [("Before tax", net), ("Tax", tax)] where !taxes.isEmpty {
      page.open("tr")
      page.element("td", title)
      page.element("td", style: "number", money(amount))
      page.close("tr")
    }
    page.markup("<tr class=\"total\"><td>")
    page.text(Self.totalTitle)
    page.markup("</td><td class=\"number\">")
    page.text("\(invoice.currency) \(money(total))")
    page.markup("</td></tr>\n</tbody>\n</table>\n")
  }
}
