// Work that was done and is on no draft: closed tickets without a charge, delivered charges on hold.

import BillingCalendar
import Catalog
import Money
import Tables

/// Looks at tickets and one-time charges of the periods that were drafted.
struct ChargeReview {
  let catalog: Catalog
  let periods: Set<UsagePeriod>

  /// The flags of all accounts.
  func flags() -> [ReviewFlag] { ticketFlags() + holdFlags() }

  private func ticketFlags() -> [ReviewFlag] {
    let charged = Set(catalog.billing.charges.map(\.ticket))
    return catalog.billing.tickets.compactMap { ticket in
      guard let closed = ticket.closed, wasDrafted(closed, ticket.accountIndex), ticket.isBillable != false,
        ticket.charge == nil, !charged.contains(ticket.id)
      else { return nil }
      let labour = usualLabour(of: ticket, on: closed)
      let hours = ticket.hoursMicro == 0 ? "" : ", \(PrintedCharge.quantity(ticket.hoursMicro)) h"
      let basis = labour.map { " (at the price of '\($0.item)')" } ?? ""
      return ReviewFlag(
        .ticketWithoutCharge, account: catalog.accounts[ticket.accountIndex].id,
        "ticket \(ticket.id), \(ticket.summary): closed on \(closed)\(hours), nothing charged\(basis)",
        money: labour?.money, currency: labour?.currency,
        origin: LineOrigin(file: ticket.file, line: ticket.line))
    }
  }

  private func wasDrafted(_ day: CivilDate, _ accountIndex: Int) -> Bool {
    let cycleDay = Int32(catalog.accounts[accountIndex].cycleDay)
    return periods.contains(UsagePeriod.containing(day, cycleDay: cycleDay))
  }

  /// What the hours would come to at the item that most tickets are charged by; nil where no ticket is.
  private func usualLabour(
    of ticket: Ticket, on day: CivilDate
  ) -> (item: Label, money: Amount, currency: Currency)? {
    guard ticket.hoursMicro > 0 else { return nil }
    let charges = catalog.billing.tickets.compactMap(\.charge).filter { $0.price == .book }
    let counts = Dictionary(grouping: charges, by: \.item).mapValues(\.count)
    guard let item = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return nil }
    let own = catalog.contracts.first { $0.accountIndex == ticket.accountIndex }?.currency
    guard let currency = own ?? catalog.defaults.currency,
      let price = catalog.billing.priceBook[item]?.price(in: currency, on: day)
    else { return nil }
    let money = RoundingRule(scale: currency.minorDigits, mode: .halfUp)
      .round(numeratorPico: price.amount.pico * Int128(ticket.hoursMicro), over: 1_000_000)
    return (item, money, currency)
  }

  private func holdFlags() -> [ReviewFlag] {
    let all = catalog.billing.charges + catalog.billing.tickets.compactMap(\.charge)
    guard let end = periods.map(\.until).max() else { return [] }
    return all.compactMap { charge in
      guard let decision = charge.decision, decision.verdict == .hold, let day = charge.delivered, day < end
      else { return nil }
      let by = decision.by.isEmpty ? "" : " by \(decision.by)"
      return ReviewFlag(
        .chargeOnHold, account: catalog.accounts[charge.accountIndex].id,
        "\(charge.description): delivered on \(day), on hold\(by)",
        origin: LineOrigin(file: charge.file, line: charge.line))
    }
  }
}
