// What earlier invoices charged too little or too much for contracts, as starts and counts that became known later tell.

import BillingCalendar
import Catalog
import Money
import Tables

/// Corrections of recurring charges on earlier invoices of one account.
///
/// For every usage period that an invoice has billed, the lines that would stand on it now are held against those that stood on
/// it, day by day: rows of contracts.csv with the same contract, description, item and currency together. A day that has more
/// now is charged, a day that has less is given back, each once, with what it comes to for its part of its own interval; the
/// line names the invoice that it corrects.
///
/// Left as they are, because nobody can tell them from a row that was written anew: days on which no row of the same texts
/// holds (ends are `ContractRefunds`), written quantities of days that were charged, a row that is counted in another way than
/// before, and days that were charged by a row that is gone, of the same contract and item or of the same description, where nobody
/// can tell which row that is now (`RenamedContracts`). Prices are not
/// corrected: a day that was charged was charged at its price. Where several rows have the same texts, their own days tell from
/// when on another price or quantity was meant (`ChargedDays.datedStretches`): then what was charged is given back at its price,
/// and what is owed is charged.
struct ContractCorrections {
  /// Rows that an invoice cannot tell apart.
  struct Texts: Hashable {
    var contract: Label
    var description: Label
    var item: Label
    var currency: Currency

    init(_ contract: Contract) {
      (self.contract, description, item) = (contract.name, contract.description, contract.item)
      currency = contract.currency
    }

    init(_ line: DraftBasis.ChargedLine) {
      (contract, description, item, currency) = (line.contract, line.description, line.item, line.currency)
    }

    /// Whether both may be of one row whose texts were changed.
    func isLike(_ other: Texts) -> Bool {
      description == other.description || (contract, item) == (other.contract, other.item)
    }
  }

  /// A correction, with the currency of its contract.
  typealias Correction = (line: RecurringLine, currency: Currency)

  /// The rows of the account.
  let contracts: [Contract]
  /// What they charge.
  let recurring: RecurringCharges
  /// What its invoices have charged, whatever was credited since.
  let charged: [DraftBasis.ChargedLine]
  /// The invoices whose periods are looked at.
  let invoices: [DraftBasis.EarlierInvoice]
  /// The period that is drafted.
  let period: UsagePeriod

  /// Of all invoices of an account those of the year before `period`: what is older is left to people.
  init(
    contracts: [Contract], recurring: RecurringCharges, charged: [DraftBasis.ChargedLine],
    invoices: [DraftBasis.EarlierInvoice], before period: UsagePeriod
  ) {
    self.contracts = contracts
    self.recurring = recurring
    self.charged = charged
    self.period = period
    let first = period.from.advanced(by: -Self.dayCount)
    self.invoices = invoices.filter {
      $0.period < period && $0.period.from >= first && $0.period.cycleDay == period.cycleDay
    }
  }

  /// How many days back periods are looked at.
  static let dayCount = 366

  /// The corrections, by row, then by day. `refunds` are those on the same invoice: what they give back is not given twice.
  /// `own` are the lines of rows on that invoice: days that both it and an earlier one charge are given back.
  func lines(
    besides refunds: [Correction], _ own: [Correction]
  ) throws(InvoiceDraftFault) -> [Correction] {
    guard !invoices.isEmpty else { return [] }
    var corrections: [Correction] = []
    for texts in rowsInOrder {
      var days = try chargedDays(of: texts, refunds)
      if days.isEven { continue }
      for (line, currency) in own where texts.isOf(line, currency) && line.kind == .interval {
        days.addOwn(line.days)
      }
      for part in parts(of: days) { corrections.append((try line(of: part), texts.currency)) }
    }
    return corrections
  }

  /// Whether any day was charged otherwise than it would be now, as far as sums tell: then it is worth to look closer.
  func mayDiffer() throws(InvoiceDraftFault) -> Bool {
    for texts in rowsInOrder where try !chargedDays(of: texts, []).isEven { return true }
    return false
  }

  private var rowsInOrder: [Texts] {
    var seen: Set<Texts> = []
    return contracts.map(Texts.init).filter { seen.insert($0).inserted }
  }

  /// What was charged for each day by rows of these texts, and what would be now.
  func chargedDays(
    of texts: Texts, _ refunds: [Correction]
  ) throws(InvoiceDraftFault) -> ChargedDays {
    let rows = contracts.filter { Texts($0) == texts }
    var days = ChargedDays(rows: rows, recurring: recurring)
    let periods = Dictionary(invoices.map { ($0.number, $0.period) }, uniquingKeysWith: { $1 })
    for period in Set(periods.values) {
      for (place, row) in rows.enumerated() {
        for line in try recurring.lines(of: row, in: period) { days.addNow(line, row: place, period) }
      }
    }
    if days.comparesPrices {
      for (place, row) in rows.enumerated() {
        for (line, period) in try chargedElsewhere(row, periods) { days.addNow(line, row: place, period) }
      }
    }
    for line in charged where Texts(line) == texts {
      days.addThen(line, periods[line.corrects.isEmpty ? line.invoice : line.corrects])
    }
    for (line, currency) in refunds where texts.isOf(line, currency) {
      days.addThen(line.days, line.quantityMicro, line.price, periods[line.corrects])
    }
    return days
  }

  /// Intervals of a row that belong on invoices of periods that have none, of days that the invoice of another period has charged: where
  /// a row ends and goes on as another, its days have other invoices. Each with the days that were charged, and the period of the
  /// invoice that did.
  private func chargedElsewhere(
    _ row: Contract, _ periods: [Label: UsagePeriod]
  ) throws(InvoiceDraftFault) -> [(line: RecurringLine, period: UsagePeriod)] {
    let invoiced = Set(periods.values)
    var found: [(line: RecurringLine, period: UsagePeriod)] = []
    var earlier = period.previous
    while earlier.from >= period.from.advanced(by: -Self.dayCount) {
      if !invoiced.contains(earlier) {
        for line in try recurring.lines(of: row, in: earlier) {
          guard let charge = Self.charge(of: line, of: row, in: charged),
            let own = periods[charge.corrects.isEmpty ? charge.invoice : charge.corrects]
          else { continue }
          var line = line
          line.days = line.days.clamped(to: charge.from..<charge.until)
          found.append((line, own))
        }
      }
      earlier = earlier.previous
    }
    return found
  }

  /// What has charged days of an interval under the texts of its row; nil for nothing.
  static func charge(
    of line: RecurringLine, of row: Contract, in charged: [DraftBasis.ChargedLine]
  ) -> DraftBasis.ChargedLine? {
    guard line.kind == .interval else { return nil }
    return charged.first {
      Texts($0) == Texts(row) && $0.quantityMicro > 0 && !($0.from..<$0.until).clamped(to: line.days).isEmpty
    }
  }

  // MARK: parts

  /// A stretch of days of one interval that is to be corrected alike.
  private struct Part {
    var days: Range<CivilDate>
    var row: Contract
    var interval: ContractIntervals.Charged
    /// The period on whose invoice it belongs.
    var period: UsagePeriod
    /// How many were charged on each day, in millionths.
    var before: Int64
    /// How many more are owed.
    var more: Int64
    /// What one cost where days are given back, and what it costs where a row tells from when on.
    var paid: Amount?

    func continues(_ last: Part) -> Bool {
      last.days.upperBound == days.lowerBound && last.interval == interval && last.period == period
        && (last.before, last.more, last.paid) == (before, more, paid)
        && (last.row.file, last.row.line) == (row.file, row.line)
    }
  }

  private func parts(of days: ChargedDays) -> [Part] {
    var parts: [Part] = []
    let dated = days.datedStretches
    let undated = Set(days.undatedStretches)
    func add(_ part: Part) {
      if let last = parts.lastIndex(where: { part.continues($0) }) {
        parts[last].days = parts[last].days.lowerBound..<part.days.upperBound
      } else {
        parts.append(part)
      }
    }
    for stretch in days.stretches where !undated.contains(stretch) {
      guard let (row, interval) = days.row(on: stretch) else { continue }
      if dated.contains(stretch) {
        for change in days.priceChanges(on: stretch) {
          let then = change.more < 0 ? days.chargedInterval(on: stretch, at: change.price) : nil
          add(
            Part(
              days: stretch, row: then?.row ?? row, interval: then?.interval ?? interval,
              period: change.period, before: change.before, more: change.more, paid: change.price))
        }
        continue
      }
      // Of several rows with prices by quantity nobody knows which of them has the last ones.
      let hasTiers = price(of: row, interval).tiers != nil
      if hasTiers, days.rowCount(on: stretch) > 1 { continue }
      for (period, more) in days.differences(on: stretch) where isCorrected(more, stretch, row, days) {
        let paid = more < 0 && !hasTiers ? days.paidPrice(on: stretch) : nil
        let then = paid.flatMap { days.chargedInterval(on: stretch, at: $0) }
        add(
          Part(
            days: stretch, row: then?.row ?? row, interval: then?.interval ?? interval, period: period,
            before: days.before(stretch) + (hasTiers ? countElsewhere(row, interval, days, stretch) : 0),
            more: more, paid: paid))
      }
    }
    return parts
  }

  /// How many the interval was charged for on an invoice that is not known here: before the store, or on one that is yet to be made. Of
  /// prices by quantity a change costs what it costs beside these.
  private func countElsewhere(
    _ row: Contract, _ interval: ContractIntervals.Charged, _ days: ChargedDays, _ stretch: Range<CivilDate>
  ) -> Int64 {
    let intervals = ContractIntervals(row, cycleDay: recurring.cycleDay, opening: recurring.opening)
    let period = intervals.invoicePeriod(of: interval)
    guard row.count != .fixed, !invoices.contains(where: { $0.period == period }),
      !days.wasChargedBefore(stretch)
    else { return 0 }
    return IntervalCount(row, recurring.billing.counts, interval.part, isClosed: false).quantityMicro
  }

  private func isCorrected(
    _ more: Int64, _ stretch: Range<CivilDate>, _ row: Contract, _ days: ChargedDays
  ) -> Bool {
    // An interval that now begins on another day: what it has of days that were charged is charged once.
    if more < 0, days.isChargedAgain(stretch) { return true }
    // A written quantity of a day that was charged may be a new agreement.
    if days.wasCharged(stretch), !days.wasCountedAlike(stretch, row) { return false }
    if more < 0 { return days.isCharged(stretch) }
    return !days.wasChargedBefore(stretch) && !wasChargedByAnother(stretch, row)
  }

  /// Whether a row that is gone has charged these days under the same contract and item, or under the same description, in
  /// whatever currency: then it was given other texts.
  private func wasChargedByAnother(_ days: Range<CivilDate>, _ row: Contract) -> Bool {
    let present = Set(contracts.map(Texts.init))
    return charged.contains { line in
      Texts(line).isLike(Texts(row)) && line.quantityMicro > 0 && (line.from..<line.until).overlaps(days)
        && !present.contains(Texts(line))
    }
  }

  // MARK: lines

  private func price(of row: Contract, _ interval: ContractIntervals.Charged) -> IntervalPrice {
    IntervalPrice(row, recurring.billing.priceBook, on: interval.part.lowerBound)
  }

  private func line(of part: Part) throws(InvoiceDraftFault) -> RecurringLine {
    let (row, interval) = (part.row, part.interval)
    let price = price(of: row, interval)
    let days = row.proration == .whole ? interval.part : part.days.clamped(to: interval.part)
    var line = recurring.line(of: row, price, interval, days: days)
    line.kind = .correction
    line.corrects = number(of: part.period, row.currency)
    line.quantityMicro = part.more
    // What is given back is given back at what it cost.
    if let paid = part.paid { line.price = paid }
    let after = IntervalCount(quantityMicro: part.before + part.more)
    price.describe(&line, from: part.before, to: after.quantityMicro)
    line.amount = try price.amount(of: line, in: row.currency, from: part.before, to: after)
    return line
  }

  /// The invoice of a period: the main one in that currency before all others.
  private func number(of period: UsagePeriod, _ currency: Currency) -> Label {
    let own = invoices.filter { $0.period == period }
    let best = own.first { $0.currency == currency && !$0.isProjects } ?? own.first { !$0.isProjects }
    return (best ?? own.first)?.number ?? .empty
  }
}

extension ContractCorrections.Texts {
  /// Whether a line is of these rows.
  func isOf(_ line: RecurringLine, _ currency: Currency) -> Bool {
    (contract, description, item, self.currency) == (line.contract, line.description, line.item, currency)
  }
}
