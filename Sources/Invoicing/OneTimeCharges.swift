// Which one-time charges and closed tickets stand on an invoice, and what they come to.

import BillingCalendar
import Catalog
import Money
import Tables

/// What earlier invoices of an account say about its one-time charges.
struct LateCharges {
  /// Where its periods begin.
  let cycleDay: Int32
  /// Periods before that it has an invoice for.
  let invoicedPeriods: Set<UsagePeriod>
  /// Charges that invoices bill, by the store's names for them.
  let billed: Set<Label>

  /// Whether a charge of that day is owed on the invoice of `period`: it belongs to it, or to an earlier period whose invoice
  /// was sent without it. Nothing is billed twice; what has no name of its own is not looked for in earlier periods.
  func isOwed(_ name: Label?, _ day: CivilDate, in period: UsagePeriod) -> Bool {
    guard let name else { return period.contains(day) }
    if billed.contains(name) { return false }
    return period.contains(day)
      || (day < period.from && invoicedPeriods.contains(.containing(day, cycleDay: cycleDay)))
  }
}

/// One-time lines of an account: charges by day of delivery, then tickets by day of closing.
struct OneTimeCharges {
  /// Price book, charges and tickets.
  let billing: BillingTables
  /// What earlier invoices tell; nil without a store: then a charge stands on the invoice of its own period alone.
  var late: LateCharges?

  /// The lines of `charges` and `tickets`, all of one account, that stand on the invoices of `period`, with their currency.
  ///
  /// What is held or rejected, not delivered, or open stands on none. A ticket that a row of charges.csv names is billed by
  /// that row alone.
  func lines(
    _ charges: [OneTimeCharge], _ tickets: [Ticket], in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> [(line: OneTimeLine, currency: Currency)] {
    let fromTickets = Self.charges(of: tickets, besides: charges)
    var lines: [(line: OneTimeLine, currency: Currency)] = []
    for charge in delivered(charges, in: period) + delivered(fromTickets, in: period) {
      lines.append((try line(of: charge.charge, charge.day), charge.charge.currency))
    }
    return lines
  }

  /// The charges of tickets that no row of charges.csv names.
  static func charges(of tickets: [Ticket], besides charges: [OneTimeCharge]) -> [OneTimeCharge] {
    let billedTickets = Set(charges.map(\.ticket))
    return tickets.filter { !billedTickets.contains($0.id) }.compactMap(\.charge)
  }

  private func delivered(
    _ charges: [OneTimeCharge], in period: UsagePeriod
  ) -> [(charge: OneTimeCharge, day: CivilDate)] {
    var found: [(charge: OneTimeCharge, day: CivilDate)] = []
    for charge in charges where charge.isBillable {
      guard let day = charge.delivered else { continue }
      if late?.isOwed(charge.storeName, day, in: period) ?? period.contains(day) {
        found.append((charge, day))
      }
    }
    // Stable: those of one day stay in file order.
    return found.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }
      .map(\.element)
  }

  /// What a charge comes to that was delivered on that day.
  func line(of charge: OneTimeCharge, _ day: CivilDate) throws(InvoiceDraftFault) -> OneTimeLine {
    let unit: Amount
    var cost: CostBasis?
    // The price of one is unit.pico × factor ÷ whole.
    var (factor, whole): (Int128, Int128) = (1, 1)
    switch charge.price {
    case .own(let amount): unit = amount
    case .book:
      unit = billing.priceBook[charge.item]?.price(in: charge.currency, on: day)?.amount ?? .zero
    case .cost(let amount, let markup):
      unit = amount
      cost = CostBasis(cost: amount, markup: markup)
      (factor, whole) = (Share.whole + Int128(markup), Share.whole)
    }
    let origin = LineOrigin(file: charge.file, line: charge.line)
    let amount = try LineAmount(
      product: [unit.pico, factor, Int128(charge.quantityMicro)], over: 1_000_000 * whole,
      in: charge.currency, origin: origin)
    var line = OneTimeLine(
      description: charge.description, delivered: day, quantityMicro: charge.quantityMicro,
      price: RoundingRule.none.round(numeratorPico: unit.pico * factor, over: whole), cost: cost,
      item: charge.item, contract: charge.contract, project: charge.project, milestone: charge.milestone,
      ticket: charge.ticket, taxClass: charge.taxClass.isEmpty ? "one-time" : charge.taxClass,
      purchaseOrder: charge.purchaseOrder, decision: charge.decision, origin: origin,
      amount: amount)
    line.id = charge.id
    return line
  }
}

extension OneTimeCharge {
  /// How a store names it; nil for a row of charges.csv without an id.
  var storeName: Label? {
    if file != "charges.csv" { return DraftBasis.name(ofTicket: ticket) }
    return id.isEmpty ? nil : DraftBasis.name(ofCharge: id)
  }

  /// Whether nobody has held or rejected it.
  var isBillable: Bool { decision.map { $0.verdict == .approve } ?? true }
}

/// Shares of something, as the catalog writes percentages.
enum Share {
  /// A whole in the unit of shares: 10⁻¹⁰.
  static let whole: Int128 = 10_000_000_000
}
