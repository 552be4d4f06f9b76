// One-time charges of billed periods that invoices have otherwise than the tables say now, or not at all: people decide.

import BillingCalendar
import Catalog
import Money
import Tables

/// One-time charges of one account whose period has an invoice.
///
/// A charge with an id that no invoice has stands on the next one (`LateCharges`), and one that an invoice has is not billed again,
/// whatever its price is now: that is named. A charge without an id is looked for by its text and its day, because nothing
/// else tells it from another; one that no invoice has is named, for it would be billed by none.
struct EarlierOneTimeCharges {
  /// A line of an invoice.
  struct Billed {
    /// What it has charged.
    var line: DraftBasis.ChargedLine
    /// How the store names the charge; empty for one without an id.
    var charge: Label
  }

  /// Where its periods begin.
  let cycleDay: Int32
  /// The price book.
  let charges: OneTimeCharges
  /// The one-time lines of its invoices.
  let billed: [Billed]
  /// The invoices whose periods are looked at.
  let invoices: [DraftBasis.EarlierInvoice]

  /// By row: charges.csv, then tickets.
  func findings(_ all: [OneTimeCharge], _ tickets: [Ticket]) -> [DraftBasis.Uncorrected] {
    let numbers = Dictionary(
      invoices.filter { !$0.isProjects }.map { ($0.period, $0.number) },
      uniquingKeysWith: { first, _ in first })
    var nameless = billed.filter(\.charge.isEmpty).map(\.line)
    var findings: [DraftBasis.Uncorrected] = []
    for charge in all + OneTimeCharges.charges(of: tickets, besides: all) where charge.isBillable {
      guard let day = charge.delivered,
        let invoice = numbers[.containing(day, cycleDay: cycleDay)],
        // What cannot be counted is named when it is drafted.
        let now = try? charges.line(of: charge, day).amount.rounded
      else { continue }
      func add(_ reason: DraftBasis.Uncorrected.Reason, _ invoice: Label, _ more: Amount) {
        findings.append(
          DraftBasis.Uncorrected(
            account: invoices[0].account, reason: reason, description: charge.description, invoice: invoice,
            invoiceCount: 1, more: more, currency: charge.currency,
            origin: LineOrigin(file: charge.file, line: charge.line)))
      }
      let was: DraftBasis.ChargedLine?
      if let name = charge.storeName {
        was = billed.last { $0.charge == name }?.line
      } else {
        let alike = nameless.indices.filter {
          nameless[$0].description == charge.description && nameless[$0].from == day
            && nameless[$0].currency == charge.currency
        }
        was = (alike.first { nameless[$0].amount == now } ?? alike.first).map { nameless.remove(at: $0) }
        if was == nil, now != .zero { add(.unbilled, invoice, now) }
      }
      // What a credit note took back is left to its writer.
      guard let was, !was.isCredited, was.currency == charge.currency, was.amount != now else { continue }
      add(.charge, was.invoice, now - was.amount)
    }
    return findings
  }
}
