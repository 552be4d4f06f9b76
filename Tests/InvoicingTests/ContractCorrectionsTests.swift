// Corrections over random histories: whatever becomes known when, in the end every day is charged as if all had been known.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import Invoicing

@Suite struct ContractCorrectionsTests {
  private static let months = (1...7).map {
    UsagePeriod.containing(CivilDate(year: 2026, month: Int32($0), day: 1)!, cycleDay: 1)
  }
  private static let currency = Currency(code: "EUR")!
  private static let key = CountBook.Key(accountIndex: 0, item: "seat")

  /// A row that is entered in one month with one start, and may get an earlier one in a later month.
  private struct RowHistory {
    var entered: Int
    var contract: Contract
    var corrected: Int
    var earlierStart: CivilDate

    func row(in month: Int) -> Contract? {
      guard month >= entered else { return nil }
      var row = contract
      if month >= corrected { row.from = min(row.from, earlierStart) }
      return row
    }
  }

  private struct History {
    var rows: [RowHistory] = []
    /// Counts with the month in which each becomes known; the last one known for a day holds.
    var counts: [(known: Int, snapshot: CountSnapshot)] = []

    init(_ random: inout SeededGenerator) {
      func day(_ random: inout SeededGenerator) -> CivilDate {
        CivilDate(year: 2026, month: 1, day: 1)!.advanced(by: Int.random(in: 0..<180, using: &random))
      }
      for number in 0..<Int.random(in: 1...3, using: &random) {
        let isCounted = Bool.random(using: &random)
        var row = Contract(
          accountIndex: 0, description: Label("row \(number)"),
          price: Amount(pico: Int128.random(in: 1...99, using: &random) * 310_000_000_000),
          currency: currency, quantityMicro: Int64.random(in: 1...9, using: &random) * 1_000_000,
          interval: .months([1, 1, 3].randomElement(using: &random)!), from: day(&random), until: nil,
          line: number + 2)
        if Bool.random(using: &random) { row.anchor = .day(CivilDate(year: 2026, month: 1, day: 1)!) }
        row.item = isCounted ? "seat" : .empty
        row.count =
          isCounted
          ? [CountMode.prorate, .full, .highWater, .onDay(15)].randomElement(using: &random)! : .fixed
        row.includedMicro = isCounted ? Int64.random(in: 0...2, using: &random) * 1_000_000 : 0
        row.timing = ContractTiming.allCases.randomElement(using: &random)!
        rows.append(
          RowHistory(
            entered: Int.random(in: 1...6, using: &random), contract: row,
            corrected: Int.random(in: 1...7, using: &random), earlierStart: day(&random)))
      }
      for number in 0..<Int.random(in: 1...6, using: &random) {
        counts.append(
          (
            number == 0 ? 1 : Int.random(in: 1...7, using: &random),
            CountSnapshot(
              day: day(&random), quantityMicro: Int64.random(in: 0...9, using: &random) * 1_000_000,
              source: "ad", line: number)
          ))
      }
    }

    func tables(in month: Int) -> BillingTables {
      var byDay: [CivilDate: CountSnapshot] = [:]
      for (known, snapshot) in counts.sorted(by: { $0.known < $1.known }) where known <= month {
        byDay[snapshot.day] = snapshot
      }
      var tables = BillingTables()
      tables.counts = CountBook([key: Array(byDay.values)])
      return tables
    }
  }

  /// What stands on the invoice of a month, with what was known then.
  private func draft(
    _ history: History, _ month: Int, _ charged: [DraftBasis.ChargedLine],
    _ invoices: [DraftBasis.EarlierInvoice]
  ) throws -> (own: [RecurringLine], corrections: [RecurringLine]) {
    let recurring = RecurringCharges(billing: history.tables(in: month), cycleDay: 1)
    let rows = history.rows.compactMap { $0.row(in: month) }
    let period = Self.months[month - 1]
    let own = try rows.flatMap { try recurring.lines(of: $0, in: period) }
    let corrections = try ContractCorrections(
      contracts: rows, recurring: recurring, charged: charged, invoices: invoices, before: period
    ).lines(besides: [], own.map { ($0, Self.currency) })
    return (own, corrections.map(\.line))
  }

  private func charge(_ line: RecurringLine, on invoice: Label) -> DraftBasis.ChargedLine {
    var charged = DraftBasis.ChargedLine(
      invoice: invoice, account: "acme", isRefund: false, contract: line.contract,
      description: line.description, item: line.item, from: line.days.lowerBound,
      until: line.days.upperBound, quantityMicro: line.quantityMicro, price: line.price,
      currency: Self.currency)
    charged.amount = line.amount.rounded
    charged.corrects = line.corrects
    charged.isCounted = line.countedMicro != nil
    charged.includedMicro = line.includedMicro
    return charged
  }

  /// Quantities of a row by day, without days of nothing.
  private func levels(_ lines: [(Range<CivilDate>, Int64)]) -> [CivilDate: Int64] {
    var levels: [CivilDate: Int64] = [:]
    for (days, quantity) in lines { for day in days { levels[day, default: 0] += quantity } }
    return levels.filter { $0.value != 0 }
  }

  @Test func whateverBecomesKnownWhenEveryDayIsChargedInTheEnd() throws {
    var random = SeededGenerator()
    for scenario in 0..<300 {
      let history = History(&random)
      var charged: [DraftBasis.ChargedLine] = []
      var invoices: [DraftBasis.EarlierInvoice] = []
      for month in 1...7 {
        let lines = try draft(history, month, charged, invoices)
        let number = Label("INV-\(month)")
        charged += (lines.own + lines.corrections).map { charge($0, on: number) }
        invoices.append(
          DraftBasis.EarlierInvoice(
            number: number, account: "acme", period: Self.months[month - 1], currency: Self.currency,
            isProjects: false, recurring: .zero, usage: .zero, other: .zero, total: .zero))
        // At once the same again: nothing is left.
        let again = try ContractCorrections(
          contracts: history.rows.compactMap { $0.row(in: month) },
          recurring: RecurringCharges(billing: history.tables(in: month), cycleDay: 1), charged: charged,
          invoices: invoices, before: Self.months[month - 1].next
        ).lines(besides: [], [])
        try #require(again.isEmpty, "scenario \(scenario) of seed \(random.seed), month \(month)")
      }
      let recurring = RecurringCharges(billing: history.tables(in: 7), cycleDay: 1)
      for row in history.rows.compactMap({ $0.row(in: 7) }) {
        let owed = try Self.months.flatMap { try recurring.lines(of: row, in: $0) }
        let was = charged.filter { $0.description == row.description }
        let then = levels(was.map { ($0.from..<$0.until, $0.quantityMicro) })
        let now = levels(owed.map { ($0.days, $0.quantityMicro) })
        // A quarter that begins elsewhere is charged later; what it has of days that were charged ahead is given back then.
        let isAnchored = row.interval == .months(1) || row.anchor != .account
        let end = isAnchored ? CivilDate.distantFuture : Self.months[6].until
        let wrong = Set(then.keys).union(now.keys).filter { $0 < end && then[$0] != now[$0] }.min()
        try #require(
          wrong == nil, "scenario \(scenario) of seed \(random.seed): \(row.description)")
        // A day of a quarter that begins elsewhere has another price.
        if !isAnchored { continue }
        // Parts of intervals add up, whatever the order in which they were charged; lines are rounded to cents.
        let (paid, due) = (
          was.reduce(Amount.zero) { $0 + $1.amount }, owed.reduce(Amount.zero) { $0 + $1.amount.exact }
        )
        let cents = Int128(was.count + 1) * 5_000_000_000
        try #require(
          (paid.pico - due.pico).magnitude <= cents.magnitude,
          "scenario \(scenario) of seed \(random.seed): \(row.description) \(paid) \(due)")
      }
    }
  }
}
