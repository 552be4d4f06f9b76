// What was charged for each day by rows of contracts.csv with the same texts, and what would be charged for it now.

import BillingCalendar
import Catalog
import Money
import Tables

/// Quantities by day and invoice, before and now.
struct ChargedDays {
  struct Piece: Hashable {
    var days: Range<CivilDate>
    var quantityMicro: Int64
    /// What one costs; zero where prices are not compared.
    var price: Amount
    /// The period on whose invoice it belongs; nil for one that is not looked at.
    var period: UsagePeriod?
  }

  let rows: [Contract]
  /// Whether days are compared price by price (`ChargedDays+Prices`).
  let comparesPrices: Bool
  private let intervals: [ContractIntervals]
  /// The intervals of the rows as if these had no end: what was charged before a row ended.
  private let endlessIntervals: [ContractIntervals]
  private(set) var now: [Piece] = []
  /// The place of the row of each of them.
  private(set) var rowOfNow: [Int] = []
  private(set) var then: [Piece] = []
  private var own: [Range<CivilDate>] = []
  private(set) var charged: [DraftBasis.ChargedLine] = []

  /// Takes rows of the same texts.
  init(rows: [Contract], recurring: RecurringCharges) {
    self.rows = rows
    comparesPrices = Self.comparePrices(rows, recurring.billing.priceBook)
    intervals = rows.map {
      ContractIntervals($0, cycleDay: recurring.cycleDay, opening: recurring.opening)
    }
    endlessIntervals = rows.map { row in
      var endless = row
      endless.until = nil
      return ContractIntervals(endless, cycleDay: recurring.cycleDay, opening: recurring.opening)
    }
  }

  /// Adds a line that the row at that place would have on the invoice of a period now.
  mutating func addNow(_ line: RecurringLine, row: Int, _ period: UsagePeriod) {
    let piece = Piece(
      days: whole(line.days), quantityMicro: line.quantityMicro, price: comparesPrices ? line.price : .zero,
      period: period)
    now.append(piece)
    rowOfNow.append(row)
  }

  /// Adds days that were charged, or given back, with the period on whose invoice they belong; nil for one that is not looked at.
  mutating func addThen(
    _ days: Range<CivilDate>, _ quantityMicro: Int64, _ price: Amount, _ period: UsagePeriod?
  ) {
    then.append(
      Piece(
        days: whole(days), quantityMicro: quantityMicro, price: comparesPrices ? price : .zero,
        period: period))
  }

  /// Adds a line of an invoice.
  mutating func addThen(_ line: DraftBasis.ChargedLine, _ period: UsagePeriod?) {
    addThen(line.from..<line.until, line.quantityMicro, line.price, period)
    charged.append(line)
  }

  /// Adds days that the invoice at hand charges.
  mutating func addOwn(_ days: Range<CivilDate>) { own.append(whole(days)) }

  // A part of an interval that is not prorated costs as much as all of it.
  private func whole(_ days: Range<CivilDate>) -> Range<CivilDate> {
    guard let row = rows.last, row.proration == .whole else { return days }
    return interval(of: days)?.interval.whole ?? days
  }

  /// Whether every invoice has the lines that it would have now.
  var isEven: Bool {
    func counted(_ pieces: [Piece]) -> [Piece: Int] {
      pieces.filter { $0.quantityMicro != 0 && $0.period != nil }.reduce(into: [:]) {
        $0[$1, default: 0] += 1
      }
    }
    return counted(now) == counted(then)
  }

  /// The days between which nothing changes, in order.
  var stretches: [Range<CivilDate>] {
    let known = ((now + then).map(\.days) + own).filter { !$0.isEmpty }
    guard let first = known.map(\.lowerBound).min(), let last = known.map(\.upperBound).max() else {
      return []
    }
    var bounds = Set(known.flatMap { [$0.lowerBound, $0.upperBound] })
    for interval in intervals.flatMap({ $0.overlapping(first..<last) }) {
      bounds.formUnion([interval.part.lowerBound, interval.part.upperBound])
    }
    let sorted = bounds.filter { first <= $0 && $0 <= last }.sorted()
    return zip(sorted, sorted.dropFirst()).map { $0..<$1 }
  }

  /// How many more are owed for each day of a stretch, by period; together never more than all periods together lack.
  func differences(on stretch: Range<CivilDate>) -> [(period: UsagePeriod, more: Int64)] {
    var byPeriod: [UsagePeriod: Int64] = [:]
    for (pieces, sign) in [(now, Int64(1)), (then, Int64(-1))] {
      for piece in pieces where piece.days.overlaps(stretch) {
        if let period = piece.period { byPeriod[period, default: 0] += sign * piece.quantityMicro }
      }
    }
    // A line that moved from one invoice to another is no difference.
    var total = byPeriod.values.reduce(0, +)
    var found: [(period: UsagePeriod, more: Int64)] = []
    for (period, more) in byPeriod.sorted(by: { $0.key < $1.key })
    where total != 0 && more.signum() == total.signum() {
      let part = total > 0 ? min(more, total) : max(more, total)
      total -= part
      found.append((period, part))
    }
    return found
  }

  // MARK: questions about a stretch

  /// The row that holds on a stretch, the one that began last of several, with its interval; nil where none holds.
  func row(on stretch: Range<CivilDate>) -> (row: Contract, interval: ContractIntervals.Charged)? {
    interval(of: stretch)
  }

  private func interval(
    of days: Range<CivilDate>
  ) -> (row: Contract, interval: ContractIntervals.Charged)? {
    var found: (row: Contract, interval: ContractIntervals.Charged)?
    for (row, own) in zip(rows, intervals) {
      guard let interval = own.overlapping(days).first else { continue }
      if let last = found, last.row.from > row.from { continue }
      found = (row, interval)
    }
    return found
  }

  /// How many were charged, in millionths.
  func before(_ stretch: Range<CivilDate>) -> Int64 {
    then.reduce(0) { $0 + ($1.days.overlaps(stretch) ? $1.quantityMicro : 0) }
  }

  /// Whether a line of an invoice that is looked at, or of the one at hand, would stand there now, if only with a count of 0.
  func isCharged(_ stretch: Range<CivilDate>) -> Bool {
    now.contains { $0.days.overlaps(stretch) } || own.contains { $0.overlaps(stretch) }
  }

  /// Whether the invoice at hand charges an interval of days that were charged.
  func isChargedAgain(_ stretch: Range<CivilDate>) -> Bool {
    own.contains { $0.overlaps(stretch) } && wasCharged(stretch)
  }

  /// Whether anything was charged.
  func wasCharged(_ stretch: Range<CivilDate>) -> Bool {
    then.contains { $0.days.overlaps(stretch) && $0.quantityMicro > 0 }
  }

  /// Whether an invoice that is not looked at has charged it.
  func wasChargedBefore(_ stretch: Range<CivilDate>) -> Bool {
    then.contains { $0.period == nil && $0.days.overlaps(stretch) && $0.quantityMicro > 0 }
  }

  /// Whether what was charged was counted, with as many for nothing as now.
  func wasCountedAlike(_ stretch: Range<CivilDate>, _ row: Contract) -> Bool {
    guard row.count != .fixed else { return false }
    return charged.allSatisfy { line in
      // Corrections follow the counts of what they correct.
      !line.corrects.isEmpty || !(line.from..<line.until).overlaps(stretch)
        || (line.isCounted && line.includedMicro == row.includedMicro)
    }
  }

  /// The price at which a stretch was charged, of several the one that stands; nil where nothing was.
  func paidPrice(on stretch: Range<CivilDate>) -> Amount? {
    if comparesPrices, let price = standingPrice(on: stretch) { return price }
    return charged.first { $0.quantityMicro > 0 && ($0.from..<$0.until).overlaps(stretch) }?.price
  }

  /// The interval of which a stretch was charged at a price, with its row: a row that follows may have others. Nil where no row
  /// has an interval that holds all of what was charged.
  func chargedInterval(
    on stretch: Range<CivilDate>, at price: Amount
  ) -> (row: Contract, interval: ContractIntervals.Charged)? {
    let lines = charged.filter {
      $0.price == price && $0.quantityMicro > 0 && ($0.from..<$0.until).overlaps(stretch)
    }
    for line in lines {
      for (row, intervals) in zip(rows, endlessIntervals) where row.from <= line.from {
        if let interval = intervals.overlapping(stretch).first,
          interval.whole.lowerBound <= line.from && line.until <= interval.whole.upperBound
        {
          return (row, interval)
        }
      }
    }
    return nil
  }

  /// How many rows hold on a stretch.
  func rowCount(on stretch: Range<CivilDate>) -> Int {
    intervals.count { !$0.overlapping(stretch).isEmpty }
  }
}
