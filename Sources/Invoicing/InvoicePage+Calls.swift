// The appendix of itemised calls: what the lines of usage are made of, service by service.

import BillingCalendar
import Money
import Tables
import UsageSummary

extension InvoicePage {
  /// Where the calls of the document lie, if that is in a file beside it.
  mutating func attachedCalls() {
    guard let file = appendix.file else { return }
    page.markup("<section class=\"attached\">\n")
    page.element("h2", "Itemised usage")
    page.element(
      "p", style: "small grey",
      file.rowCount == 1
        ? "The one entry is in the attached file \(file.name)."
        : "All \(PrintedNumber.count(Int128(file.rowCount))) entries are in the attached file \(file.name).")
    page.markup("</section>\n")
  }

  /// The calls of the document, on sheets of their own.
  mutating func calls() {
    guard !appendix.listed.isEmpty else { return }
    page.markup("<section class=\"appendix\">\n")
    page.element("h2", "Itemised usage")
    page.element(
      "p", style: "small grey",
      "Times are local. Amounts are exact; each line of the invoice is their sum, rounded once.")
    var from = 0
    while from < appendix.listed.count {
      let service = appendix.listed[from].service
      let until = appendix.listed[from...].firstIndex { $0.service != service } ?? appendix.listed.count
      table(of: appendix.listed[from..<until])
      from = until
    }
    page.markup("</section>\n")
  }

  // One service; the head with its name is repeated on every sheet of paper.
  private mutating func table(of calls: ArraySlice<ItemisedCall>) {
    guard let first = calls.first else { return }
    page.markup("<table class=\"rows calls\">\n<thead>\n<tr><th class=\"service\" colspan=\"5\">")
    page.text(first.service.isEmpty ? draft.accountName : first.service)
    page.markup(
      """
      </th></tr>
      <tr><th scope="col" class="when">Start</th><th scope="col" class="party">Number</th>
      <th scope="col" class="name">Charged as</th><th scope="col" class="number quantity">Quantity</th>
      <th scope="col" class="number amount">Amount</th></tr>
      </thead>
      <tbody>

      """)
    for call in calls { row(call) }
    page.markup("<tr class=\"subtotal\"><td colspan=\"4\">")
    page.text("\(PrintedNumber.count(Int128(calls.count))) \(calls.count == 1 ? "entry" : "entries")")
    page.markup("</td><td class=\"number\">")
    page.text(money(calls.reduce(.zero) { $0 + $1.amount }))
    page.markup("</td></tr>\n</tbody>\n</table>\n")
  }

  private mutating func row(_ call: ItemisedCall) {
    page.open("tr")
    page.element("td", call.start)
    page.open("td")
    page.text((call.direction == "inbound" ? "from " : "") + call.party.description)
    page.close("td")
    page.open("td")
    page.text(call.group.name)
    let place = call.destination
    if !place.isEmpty, place != call.group.name { page.element("small", place.description) }
    page.close("td")
    numberCell("Quantity", PrintedUsage(kind: call.group.kind).quantity(call.quantityBilled, price: nil))
    page.element("td", style: "number", money(call.amount))
    page.close("tr")
  }
}

/// What a page shows of its calls.
struct CallAppendix: Hashable, Sendable {
  /// Calls on the page.
  var listed: [ItemisedCall] = []
  /// The file in which they lie instead.
  var file: AttachedCalls?

  /// Nothing is itemised.
  static let none = CallAppendix()

  /// The calls of `draft` among those of its account. Throws where they do not add up to its lines, to the last digit.
  ///
  /// What was charged without an event (fees, minimums, gauges) is known by line and is no call.
  init(_ calls: AccountCalls, of draft: InvoiceDraft) throws(InvoiceDraftFault) {
    guard draft.part == .main else { return }
    var left = calls.sums.filter { $0.key.period == draft.period && $0.key.currency == draft.currency }
    for section in draft.usage {
      guard let kind = section.kind else { continue }
      for line in section.lines {
        let group = CallGroup(period: draft.period, currency: draft.currency, kind: kind, name: line.name)
        let sum = (left.removeValue(forKey: group) ?? .zero) + line.withoutEvent
        guard sum == line.amount.exact else {
          throw .callsDoNotMeet(account: draft.account, line: line.name, calls: sum, exact: line.amount.exact)
        }
      }
    }
    if let (group, sum) = left.min(by: { $0.key.name < $1.key.name }) {
      throw .callsDoNotMeet(account: draft.account, line: group.name, calls: sum, exact: Amount.zero)
    }
    listed = calls.listed.filter { $0.group.period == draft.period && $0.group.currency == draft.currency }
    if !draft.usage.isEmpty { file = calls.file }
  }

  private init() {}
}
