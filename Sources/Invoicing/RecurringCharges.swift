// Which charges of contracts fall on an invoice, how many are counted, and how much of an interval is owed.

import BillingCalendar
import Catalog
import Money
import Tables

/// Recurring lines of one account.
///
/// A line is price × quantity × share, rounded once. Counts change inside intervals: the mode of the line says whether a
/// change is charged from its day on, for all of the interval, or from the next one. What is charged before its counts are
/// known is charged for the count of its first day, and put right on the invoice of the period in which it ends.
struct RecurringCharges {
  /// Price book and counts.
  let billing: BillingTables
  /// Where the account's periods begin.
  let cycleDay: Int32
  /// How billing of the account has begun.
  let opening: AccountOpening?

  init(billing: BillingTables, cycleDay: Int32, opening: AccountOpening? = nil) {
    self.billing = billing
    self.cycleDay = cycleDay
    self.opening = opening
  }

  /// The lines of `contract` on the invoice of `period`, in the order of their days.
  ///
  /// - Precondition: `period` is a period of the contract's account.
  func lines(of contract: Contract, in period: UsagePeriod) throws(InvoiceDraftFault) -> [RecurringLine] {
    let intervals = ContractIntervals(contract, cycleDay: cycleDay, opening: opening)
    var lines: [RecurringLine] = []
    for interval in intervals.charged(in: period) {
      let isClosed = intervals.endPeriod(of: interval) <= period
      lines.append(try base(of: contract, interval, isClosed: isClosed))
    }
    for interval in intervals.overlapping(period.days) {
      lines += try changes(of: contract, interval, intervals, in: period)
      if let line = try trueUp(of: contract, interval, intervals, in: period) { lines.append(line) }
    }
    // Stable: an interval stands before the changes of its first day.
    return lines.enumerated().sorted {
      ($0.element.days.lowerBound, $0.offset) < ($1.element.days.lowerBound, $1.offset)
    }.map(\.element)
  }

  // MARK: lines

  /// The charge of an interval, also where its count is nothing: the client sees that it was counted.
  private func base(
    of contract: Contract, _ interval: ContractIntervals.Charged, isClosed: Bool
  ) throws(InvoiceDraftFault) -> RecurringLine {
    let count = IntervalCount(contract, billing.counts, interval.part, isClosed: isClosed)
    let price = IntervalPrice(contract, billing.priceBook, on: interval.part.lowerBound)
    var line = line(of: contract, price, interval, days: interval.part)
    line.quantityMicro = count.quantityMicro
    line.countedMicro = count.countedMicro
    price.describe(&line, from: 0, to: count.quantityMicro)
    line.amount = try price.amount(of: line, in: contract.currency, from: 0, to: count)
    return line
  }

  /// The changes that a line counts from their day on, where they fall on the invoice of `period`.
  private func changes(
    of contract: Contract, _ interval: ContractIntervals.Charged, _ intervals: ContractIntervals,
    in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> [RecurringLine] {
    guard contract.count == .prorate else { return [] }
    let onOneInvoice = contract.timing == .arrears
    if onOneInvoice, intervals.invoicePeriod(of: interval) != period { return [] }
    let shown = onOneInvoice ? interval.part : interval.part.clamped(to: period.days)
    let series = billing.counts.series(contract.countKey)
    let price = IntervalPrice(contract, billing.priceBook, on: interval.part.lowerBound)
    var lines: [RecurringLine] = []
    for snapshot in series where shown.contains(snapshot.day) && snapshot.day > interval.part.lowerBound {
      guard let before = billing.counts.snapshot(contract.countKey, on: snapshot.day.advanced(by: -1)) else {
        continue
      }
      let delta = contract.billed(snapshot.quantityMicro) - contract.billed(before.quantityMicro)
      if delta == 0 || before.day == snapshot.day { continue }
      var line = line(of: contract, price, interval, days: snapshot.day..<interval.part.upperBound)
      line.kind = .change
      line.quantityMicro = delta
      line.countedMicro = snapshot.quantityMicro
      let (less, more) = (contract.billed(before.quantityMicro), contract.billed(snapshot.quantityMicro))
      price.describe(&line, from: less, to: more)
      line.amount = try price.amount(
        of: line, in: contract.currency, from: less, to: IntervalCount(quantityMicro: more))
      // What is taken back is discounted and taxed as the charge of the interval was.
      if line.amount.exact < .zero, price.ofOne >= .zero { line.supplyDay = interval.part.lowerBound }
      lines.append(line)
    }
    return lines
  }

  /// What an interval that was charged on an earlier invoice comes to more or less; nil where it does not.
  private func trueUp(
    of contract: Contract, _ interval: ContractIntervals.Charged, _ intervals: ContractIntervals,
    in period: UsagePeriod
  ) throws(InvoiceDraftFault) -> RecurringLine? {
    guard contract.count.isKnownAtEnd, intervals.endPeriod(of: interval) == period,
      intervals.invoicePeriod(of: interval) < period
    else { return nil }
    let charged = IntervalCount(contract, billing.counts, interval.part, isClosed: false)
    let known = IntervalCount(contract, billing.counts, interval.part, isClosed: true)
    let days = Int128(interval.part.count)
    let isSame =
      (known.unitDaysMicro ?? Int128(known.quantityMicro) * days) == Int128(charged.quantityMicro) * days
    if isSame { return nil }
    let price = IntervalPrice(contract, billing.priceBook, on: interval.part.lowerBound)
    var line = line(of: contract, price, interval, days: interval.part)
    line.kind = .trueUp
    line.quantityMicro = known.quantityMicro - charged.quantityMicro
    line.countedMicro = known.countedMicro
    price.describe(&line, from: charged.quantityMicro, to: known.quantityMicro)
    line.amount = try price.amount(of: line, in: contract.currency, from: charged.quantityMicro, to: known)
    return line
  }

  /// A line of `days` of an interval, without quantity and amount.
  func line(
    of contract: Contract, _ price: IntervalPrice, _ interval: ContractIntervals.Charged,
    days: Range<CivilDate>
  ) -> RecurringLine {
    var line = RecurringLine(
      description: contract.description, quantityMicro: 0, price: price.ofOne, interval: contract.interval,
      days: days,
      share: IntervalShare(days, of: interval.whole, contract.proration, contract.interval),
      amount: LineAmount(exact: .zero, rounded: .zero))
    line.contract = contract.name
    line.item = contract.item
    line.includes = billing.priceBook[contract.item]?.includes ?? []
    line.includedMicro = contract.includedMicro
    line.isBookPrice = price.isOfBook
    if !contract.taxClass.isEmpty { line.taxClass = contract.taxClass }
    line.purchaseOrder = contract.purchaseOrder
    line.allowance = contract.allowance
    line.origin = LineOrigin(file: contract.file, line: contract.line)
    return line
  }
}

extension IntervalShare {
  /// The share of `days` in `whole`, by the basis of a line.
  init(
    _ days: Range<CivilDate>, of whole: Range<CivilDate>, _ basis: ProrationBasis,
    _ interval: ContractInterval
  ) {
    switch (basis, interval) {
    case (.whole, _): self.init(days: 1, ofDays: 1)
    case (.thirtyDayMonths, .months(let count)):
      let total = Int64(count) * 30
      // The whole is whole however long its months are.
      self.init(days: days == whole ? total : min(total, Self.thirtyDayCount(days)), ofDays: total)
    case (.days, _), (.thirtyDayMonths, .days):
      self.init(days: Int64(days.count), ofDays: Int64(whole.count))
    }
  }

  // Each month has 30 days; the 31st is the 30th.
  private static func thirtyDayCount(_ days: Range<CivilDate>) -> Int64 {
    func number(_ day: CivilDate) -> Int64 {
      let (year, month, day) = day.components
      return Int64(year) * 360 + Int64(month) * 30 + Int64(min(day, 30))
    }
    return number(days.upperBound) - number(days.lowerBound)
  }
}
