// Which charges of a contract fall into a usage period, and how much of their interval is owed.

import BillingCalendar
import Catalog
import Money

/// Charges of contracts, in advance.
///
/// Intervals follow the account's own periods: the first begins with the period that holds the contract's first day, and
/// each is `intervalMonths` long, so that contracts of any start close together. An interval is charged, whole or in part,
/// on the invoice of the period in which it begins. A part is counted in days: those from `from` up to `until` over those
/// of the whole interval; rounding happens once, on the line.
enum RecurringCharges {
  /// The charge of `contract` on the invoice of `period`; nil where no interval of it begins there.
  ///
  /// - Precondition: `period` is a period of the contract's account.
  static func line(of contract: Contract, in period: UsagePeriod) throws(InvoiceDraftFault) -> RecurringLine?
  {
    let first = UsagePeriod.containing(contract.from, cycleDay: period.cycleDay)
    let months = monthsBetween(first, period)
    guard months >= 0, months % contract.intervalMonths == 0 else { return nil }
    let end = period.from.adding(months: Int32(contract.intervalMonths), anchorDay: period.cycleDay)
    let interval = period.from..<end
    let inForce = contract.from..<max(contract.from, contract.until ?? .distantFuture)
    let days = inForce.clamped(to: interval)
    guard !days.isEmpty else { return nil }
    let proration = Proration(of: inForce, in: interval)
    return RecurringLine(
      description: contract.description, quantityMicro: contract.quantityMicro, price: contract.price,
      intervalMonths: contract.intervalMonths, days: days, proration: proration,
      amount: try amount(of: contract, proration))
  }

  // Periods of one cycle begin in one month each.
  private static func monthsBetween(_ first: UsagePeriod, _ last: UsagePeriod) -> Int {
    let (a, b) = (first.from.components, last.from.components)
    return (Int(b.year) - Int(a.year)) * 12 + Int(b.month) - Int(a.month)
  }

  private static func amount(of contract: Contract, _ proration: Proration) throws(InvoiceDraftFault)
    -> LineAmount
  {
    let (whole, isWholeTooLarge) = contract.price.pico.multipliedReportingOverflow(
      by: Int128(contract.quantityMicro))
    let (part, isPartTooLarge) = whole.multipliedReportingOverflow(by: Int128(proration.days))
    guard !isWholeTooLarge, !isPartTooLarge else { throw .amountTooLarge(contractLine: contract.line) }
    return LineAmount(
      numeratorPico: part, over: 1_000_000 * Int128(proration.periodDays), in: contract.currency)
  }
}
