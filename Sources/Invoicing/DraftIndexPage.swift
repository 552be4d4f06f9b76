// The first page of a folder of drafts, for the person who reviews them: what is owed by whom, and what is not on any draft.

import BillingCalendar
import Money
import Tables
import UsageSummary

/// Renders `index.html`.
struct DraftIndexPage {
  /// The name of the file.
  static let fileName = "index.html"

  private let report: InvoiceDraftReport
  private let seller: Label
  private var page = HTMLText()

  private init(_ report: InvoiceDraftReport, seller: Label) {
    self.report = report
    self.seller = seller
  }

  /// The bytes of the page.
  static func html(of report: InvoiceDraftReport, seller: Label) -> [UInt8] {
    var renderer = DraftIndexPage(report, seller: seller)
    renderer.render()
    return renderer.page.bytes
  }

  private mutating func render() {
    page.begin(title: "Draft invoices")
    page.markup("<main class=\"sheet wide\">\n<header class=\"head\">\n<div>\n")
    if !seller.isEmpty { page.element("p", style: "brand", seller.description) }
    page.markup(
      "</div>\n<div class=\"title\">\n<h1>Draft invoices</h1>\n<p class=\"badge\">For review</p>\n</div>\n</header>\n"
    )
    for (currency, total) in report.totals {
      let count = report.drafts.count { $0.currency == currency }
      page.markup("<div class=\"due\">\n")
      page.element("p", count == 1 ? "1 draft" : "\(PrintedNumber.count(Int128(count))) drafts")
      page.element(
        "p", style: "sum", "\(currency) \(PrintedNumber.money(total, digits: currency.minorDigits))")
      page.markup("</div>\n")
    }
    if report.drafts.isEmpty {
      page.markup("<section><p>No account owes anything in these periods.</p></section>\n")
    }
    alerts()
    for (period, _) in report.periods { table(of: period) }
    page.markup("</main>\n")
    page.end()
  }

  // What is missing from the drafts comes before them.
  private mutating func alerts() {
    var texts: [String] = []
    let suspended = report.suspendedCounts.reduce(0) { $0 + $1.count }
    if suspended > 0 {
      let unknown = report.suspendedCount(of: .empty)
      texts.append(
        "\(PrintedNumber.count(Int128(suspended))) usage records are in suspense and on no draft"
          + (unknown > 0
            ? "; \(PrintedNumber.count(Int128(unknown))) of them belong to no known account." : "."))
    }
    for input in report.skippedInputs { texts.append("Input \(input) was skipped when the usage was rated.") }
    if report.isOtherCatalog {
      texts.append("The usage was rated with another catalog than these drafts were made with.")
    }
    for period in report.periodsOfLateUsage {
      texts.append(
        "There is some usage of \(PrintedNumber.days(period.days)). Its drafts hold no recurring charges; "
          + "if they are owed, draft that period alone (--period \(period)).")
    }
    guard !texts.isEmpty else { return }
    page.markup("<div class=\"alert\">\n")
    for text in texts { page.element("p", text) }
    page.markup("</div>\n")
  }

  private mutating func table(of period: UsagePeriod) {
    page.markup("<section>\n")
    page.element("h2", PrintedNumber.days(period.days))
    page.markup(
      """
      <table class="rows index">
      <thead><tr>
      <th scope="col">Account</th><th scope="col" class="number">In suspense</th><th scope="col" class="number">Recurring</th>
      <th scope="col" class="number">Usage</th><th scope="col" class="number">Other</th><th scope="col" class="number">Tax</th>
      <th scope="col">Document</th><th scope="col" class="number">Total</th>
      </tr></thead>
      <tbody>

      """)
    for draft in report.drafts where draft.period == period { row(draft) }
    page.markup("</tbody>\n</table>\n</section>\n")
  }

  private mutating func row(_ draft: DraftEntry) {
    let digits = draft.currency.minorDigits
    let suspended = report.suspendedCount(of: draft.account)
    page.markup("<tr><td><a")
    page.attribute("href", draft.fileName + ".html")
    page.markup(">")
    page.text(draft.accountName)
    page.markup("</a>")
    if draft.accountName != draft.account { page.element("small", draft.account.description) }
    page.close("td")
    number("In suspense", suspended == 0 ? "" : PrintedNumber.count(Int128(suspended)))
    number("Recurring", PrintedNumber.money(draft.recurring, digits: digits))
    number("Usage", PrintedNumber.money(draft.usage, digits: digits))
    number("Other", draft.other == .zero ? "" : PrintedNumber.money(draft.other, digits: digits))
    number("Tax", draft.tax == .zero ? "" : PrintedNumber.money(draft.tax, digits: digits))
    page.markup("<td><a")
    page.attribute("href", draft.fileName + ".json")
    page.markup(">JSON</a></td><td class=\"number\">")
    page.text("\(draft.currency) \(PrintedNumber.money(draft.total, digits: digits))")
    page.markup("</td></tr>\n")
  }

  private mutating func number(_ title: String, _ text: String) {
    page.markup("<td class=\"number\"")
    page.attribute("data-label", title)
    page.markup(">")
    page.text(text)
    page.close("td")
  }
}
