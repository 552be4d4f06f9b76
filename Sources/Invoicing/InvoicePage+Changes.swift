// What has changed since the invoice before, what was included and used, and where usage falls.

import BillingCalendar
import Money
import Tables
import UsageSummary

extension InvoicePage {
  /// The box below the sum: counts that changed, one-time charges, and the sums of the invoice before.
  mutating func changes() {
    let counts = draft.countChanges.filter { $0.nowMicro != $0.beforeMicro }
    let hasOneTime = !draft.oneTime.isEmpty
    guard !counts.isEmpty || draft.previous != nil || hasOneTime else { return }
    page.markup("<section class=\"changes\">\n")
    page.element("h2", "What changed since last month")
    page.markup("<dl>\n")
    for change in counts {
      let (before, now) = (
        PrintedCharge.quantity(change.beforeMicro), PrintedCharge.quantity(change.nowMicro)
      )
      row(
        change.description.description, "\(before) \u{2192} \(now)",
        PrintedNumber.signed(count: change.nowMicro - change.beforeMicro))
    }
    if let previous = draft.previous {
      comparison("Recurring charges", previous.recurring, draft.recurringSubtotal)
      comparison("Usage", previous.usage, draft.usageSubtotal)
      comparison(totalTitle, previous.total, draft.total)
    }
    if hasOneTime {
      let count = draft.oneTime.count
      row("One-time charges", count == 1 ? "1 new" : "\(count) new", "+" + money(draft.oneTimeSubtotal))
    }
    page.markup("</dl>\n</section>\n")
  }

  private mutating func comparison(_ title: String, _ before: Amount, _ now: Amount) {
    guard before != now else { return }
    let difference = now - before
    let sign = difference > .zero ? "+" : ""
    row(title, "\(money(before)) \u{2192} \(money(now))", sign + money(difference))
  }

  private mutating func row(_ title: String, _ change: String, _ difference: String) {
    page.element("dt", title)
    page.element("dd", change)
    page.element("dd", style: "number", difference)
  }

  /// Allowances, each with a bar of what was used.
  mutating func allowances() {
    guard !draft.allowances.isEmpty else { return }
    page.markup("<section>\n")
    page.element("h2", "Included in your plan")
    page.markup("<div class=\"meters\">\n")
    for use in draft.allowances { meter(use) }
    page.markup("</div>\n</section>\n")
  }

  private mutating func meter(_ use: AllowanceUse) {
    page.markup("<div class=\"meter\">\n<p class=\"what\">")
    page.text(use.name)
    if !use.pool.isEmpty { page.element("small", "shared in \(use.pool)") }
    page.markup("</p>\n<div class=\"bar\"><i")
    page.attribute("style", "width:\(Self.percent(use.used, of: use.available))%")
    page.markup("></i></div>\n")
    var words =
      "\(quantity(use.used, use)) of \(quantity(use.available, use)) used, \(quantity(use.left, use)) left"
    if use.usedHere != use.used { words += "; \(quantity(use.usedHere, use)) of it by you" }
    if use.rolledIn != 0 { words += "; \(quantity(use.rolledIn, use)) came from last month" }
    if use.rolledOut != 0 { words += "; \(quantity(use.rolledOut, use)) go on to next month" }
    if use.expired != 0 { words += "; \(quantity(use.expired, use)) expired" }
    page.element("p", style: "small grey", words)
    page.markup("</div>\n")
  }

  private func quantity(_ value: Int128, _ use: AllowanceUse) -> String {
    switch use.unit {
    case .kind(let kind): PrintedUsage(kind: kind).quantity(value, price: nil)
    case .money(let currency):
      "\(currency) \(PrintedNumber.money(Amount(pico: value), digits: currency.minorDigits))"
    }
  }

  /// Whole per cent, 0 to 100; what was begun shows, and only all of it is full.
  static func percent(_ used: Int128, of available: Int128) -> Int {
    guard available > 0, used > 0 else { return 0 }
    if used >= available { return 100 }
    // Quantities are far below 2¹²⁰, so a hundred times one fits.
    return Int(min(99, max(1, RoundingRule.divide(used * 100, by: available, mode: .halfUp))))
  }

  /// Usage by cost centre.
  mutating func costCentres() {
    guard draft.costCentres.count > 1 else { return }
    page.markup("<section>\n")
    page.element("h2", "Usage by cost centre")
    page.markup("<table class=\"rows\">\n<thead><tr><th scope=\"col\">Cost centre</th>")
    page.markup("<th scope=\"col\" class=\"number amount\">Amount</th></tr></thead>\n<tbody>\n")
    for use in draft.costCentres {
      page.open("tr")
      page.element("td", use.name.isEmpty ? "without" : use.name.description)
      page.element("td", style: "number", money(use.amount))
      page.close("tr")
    }
    end(subtotal: draft.usageSubtotal, columnCount: 1, isRounded: false)
  }
}
