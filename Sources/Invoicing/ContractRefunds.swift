// What a contract gives back that ends inside days which an invoice has charged ahead.

import BillingCalendar
import Catalog
import Money
import Tables

/// Refunds of one account.
///
/// A line that an invoice has charged belongs to the row of contracts.csv with the same contract, description and item that was
/// in force when its days began; of several the first charge is that of the first row. Where that row ends in the usage period,
/// the days after its end are given back: what was charged for them, at the price and quantity of then. Rows that are not
/// prorated (`proration: whole`) give nothing back, and what credit notes took back is not given twice. An end before the
/// period became known after the invoice: the days are given back, too, until another row with the same texts follows: what that
/// one costs otherwise is a correction. A row with other texts that follows is (`ContractCorrections`).
struct ContractRefunds {
  /// The rows of the account.
  let contracts: [Contract]
  /// Where its periods begin.
  let cycleDay: Int32
  /// What its invoices have charged beyond the beginning of the period.
  let charged: [DraftBasis.ChargedLine]

  /// The refunds on the invoice of `period`, in the order of what they correct.
  func lines(in period: UsagePeriod) throws(InvoiceDraftFault) -> [(line: RecurringLine, currency: Currency)]
  {
    var lines: [(line: RecurringLine, currency: Currency)] = []
    for (index, charge) in charged.enumerated() where !charge.isRefund {
      guard let contract = contract(of: charge, at: index), contract.proration != .whole,
        let line = try refund(of: charge, contract, in: period)
      else { continue }
      lines.append((line, charge.currency))
    }
    return lines
  }

  private func contract(of charge: DraftBasis.ChargedLine, at index: Int) -> Contract? {
    let own = contracts.filter { contract in
      contract.name == charge.contract && contract.description == charge.description
        && contract.item == charge.item && contract.currency == charge.currency
    }
    let inForce = own.filter { $0.days.contains(charge.from) }
    // Charged ahead for days that it did not see.
    guard !inForce.isEmpty else { return own.last { $0.days.upperBound <= charge.from } }
    let twins = charged[..<index].count { $0.isTwin(of: charge) }
    return inForce[min(twins, inForce.count - 1)]
  }

  /// The days until another row goes on where one has ended.
  private func days(_ days: Range<CivilDate>, untilAnotherFollows ended: Contract) -> Range<CivilDate> {
    let others = contracts.filter { other in
      (other.file, other.line) != (ended.file, ended.line) && other.days.overlaps(days)
        && ContractCorrections.Texts(other) == ContractCorrections.Texts(ended)
    }
    let next = others.map { max($0.from, days.lowerBound) }.min() ?? days.upperBound
    return days.lowerBound..<next
  }

  private func refund(
    of charge: DraftBasis.ChargedLine, _ contract: Contract, in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> RecurringLine? {
    let end = contract.days.upperBound
    guard end <= period.until else { return nil }
    let given = charged.filter { $0.isRefund && $0.isOfSameRow(as: charge) && $0.until == charge.until }
    var unused = max(end, charge.from)..<max(end, given.map(\.from).min() ?? charge.until)
    if end < period.from, !unused.isEmpty { unused = days(unused, untilAnotherFollows: contract) }
    // What was given back of days before another row is not given back again.
    let before = charged.filter {
      $0.isRefund && $0.isOfSameRow(as: charge) && $0.from <= unused.lowerBound
        && $0.until > unused.lowerBound
    }
    if let done = before.map(\.until).max() { unused = done..<max(done, unused.upperBound) }
    guard !unused.isEmpty else { return nil }
    var endless = contract
    endless.until = nil
    let intervals = ContractIntervals(endless, cycleDay: cycleDay, opening: nil)
    guard
      let whole = intervals.overlapping(charge.from..<charge.from.advanced(by: 1)).first?.whole
    else { return nil }
    let all = IntervalShare(charge.from..<charge.until, of: whole, contract.proration, contract.interval)
    let used = IntervalShare(
      charge.from..<unused.lowerBound, of: whole, contract.proration, contract.interval)
    let after = IntervalShare(
      unused.upperBound..<charge.until, of: whole, contract.proration, contract.interval)
    let days =
      all.days - (unused.lowerBound > charge.from ? used.days : 0)
      - (unused.upperBound < charge.until ? after.days : 0)
    let origin = LineOrigin(file: contract.file, line: contract.line)
    // Of prices by quantity the line tells what they came to, and no price of one.
    let amount =
      contract.tiers == nil && charge.price != .zero
      ? try LineAmount(
        product: [charge.price.pico, -Int128(charge.quantityMicro), Int128(days)],
        over: 1_000_000 * Int128(all.ofDays), in: charge.currency, origin: origin)
      : try LineAmount(
        product: [-charge.amount.pico, Int128(days)], over: Int128(all.days), in: charge.currency,
        origin: origin)
    var line = RecurringLine(
      description: contract.description, quantityMicro: -charge.quantityMicro, price: charge.price,
      interval: contract.interval, days: unused, share: IntervalShare(days: days, ofDays: all.ofDays),
      amount: amount)
    line.kind = .refund
    line.contract = contract.name
    line.item = contract.item
    if !contract.taxClass.isEmpty { line.taxClass = contract.taxClass }
    line.purchaseOrder = contract.purchaseOrder
    line.corrects = charge.invoice
    line.discountThen =
      try LineAmount(
        product: [-charge.discount.pico, Int128(days)], over: Int128(all.days), in: charge.currency,
        origin: origin
      ).rounded
    line.supplyDay = charge.from
    line.origin = origin
    return line
  }
}
