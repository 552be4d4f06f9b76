// Gauges: one quantity out of the samples of a period (RULES 6).

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@testable import RatingEngine

/// One plan with a gauge at 1.00 a unit, and samples as `item day-of-January hour value`.
struct GaugeSheet {
  var measure: String
  var accounts = "account,plan\na,p\n"
  var charge = ""
  var more = ""
  var period = "2026-01-01"

  func settle(_ lines: String) throws -> (quantities: [Int64], amounts: [Int128], result: SettledSheet) {
    let plan = """
      plan: p
      currency: EUR
      charges:
        - {charge: seats, kinds: [event], gauge: \(measure), price: 1\(charge)}
      \(more)
      """
    let catalog = try SettleSheet(plans: [plan], accounts: accounts).catalog()
    var groups: [String] = []
    var samples: [GaugeSample] = []
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let group = words.count > 4 ? words[4] : ""
      if !groups.contains(group) { groups.append(group) }
      let account = words.count > 5 ? catalog.accounts.firstIndex { $0.id == Label(words[5]) } ?? 0 : 0
      let zone = catalog.accounts[account].zone
      let day = words[1].count > 2 ? words[1] : "2026-01-\(words[1].count < 2 ? "0" : "")\(words[1])"
      guard let start = Instant.parse("\(day)T\(words[2]):00", in: zone) else {
        throw SheetFault(String(line))
      }
      samples.append(
        GaugeSample(
          startMillis: start, value: Int64(try decimal(words[3], 6)), place: Int64(samples.count),
          // As the rater does: a peak of sums has samples of one instant, and asks for no item.
          item: measure == "peak-of-sum"
            ? 0 : UInt32(words[0].utf8.reduce(0) { Int($0) * 31 + Int($1) } & 0xFFFF), owner: 0,
          account: UInt32(account), baseCell: UInt32(groups.firstIndex(of: group) ?? 0), period: 0))
    }
    let classes = groups.map {
      UsageClass(
        plan: 0, charge: 0, kind: .event, direction: .outbound, ratingGroup: Label($0),
        price: UnitPrice(pico: 1_000_000_000_000, units: 1_000_000))
    }
    let tables = SettleTables(catalog, classes: classes, classByCell: classes.indices.map { UInt32($0) })
    guard let first = CivilDate.parse(period) else { throw SheetFault(period) }
    let pool = catalog.accounts[0].pool
    let rules = SettleRules(
      tables, pool.isEmpty ? .account(0) : .pool(pool, accounts: Array(catalog.accounts.indices)),
      UsagePeriod.containing(first, cycleDay: Int32(catalog.accounts[0].cycleDay)))
    let events = GaugeMeasurement.events(&samples, rules, tables).sorted(by: PackedEvent.precedes)
    var settlement = Settlement(tables, OneBandStretching())
    events.withUnsafeBufferPointer { settlement.settle($0, rules) }
    let result = SettledSheet(
      catalog: catalog, rules: rules, names: events.indices.map { "G\($0)" },
      kinds: events.map { _ in .event },
      parts: Array(settlement.parts), rows: settlement.rows, balances: settlement.balances)
    return (events.map(\.quantity), settlement.parts.map(\.amountPico), result)
  }
}

@Suite struct GaugeTests {
  static let samples = """
    x 1 00:00 4
    x 11 00:00 10
    x 21 00:00 6
    y 2 00:00 3
    y 31 00:00 0
    z 20 12:00 1
    """

  @Test(arguments: [
    // measure, quantity in millionths
    ("max", 14_000_000), ("last", 7_000_000), ("distinct", 3_000_000),
    // x: 4 × 10 + 10 × 10 + 6 × 11 = 206 days; y: 3 × 29 = 87; z: 11.5 days; over 31 days.
    ("average", 9_822_581),
    ("p95", 14_000_000), ("peak-of-sum", 10_000_000),
    ("{measure: count, at: last-day}", 0), ("{measure: count, at: 20}", 1_000_000),
    ("{measure: count, at: first-day}", 1_000_000), ("{measure: count, at: 31}", 0),
    ("{measure: count, at: 2}", 1_000_000), ("{measure: count, at: 3}", 0),
  ])
  func aMeasure(measure: String, quantity: Int64) throws {
    let (quantities, amounts, _) = try GaugeSheet(measure: measure).settle(Self.samples)
    #expect(quantities == [quantity])
    #expect(amounts == [Int128(quantity) * 1_000_000])
  }

  @Test func theNearestRankOfTwentyAndTwentyOneSamples() throws {
    for (count, rank) in [(1, 1), (19, 19), (20, 19), (21, 20), (40, 38), (41, 39)] {
      let lines = (1...count).map { value in
        let minute = (value * 7) % 60
        return "x \(1 + value % 28) 10:\(minute < 10 ? "0" : "")\(minute) \(value)"
      }
      let quantities = try GaugeSheet(measure: "p95").settle(lines.joined(separator: "\n")).quantities
      #expect(quantities == [Int64(rank) * 1_000_000], "\(count) samples")
    }
  }

  @Test func anInstantsSamplesAreAddedUpForThePeak() throws {
    let lines = "x 1 00:00 4\ny 1 00:00 5\nx 2 00:00 8\ny 3 00:00 7"
    #expect(try GaugeSheet(measure: "peak-of-sum").settle(lines).quantities == [9_000_000])
    #expect(try GaugeSheet(measure: "max").settle(lines).quantities == [15_000_000])
  }

  @Test func theLastValueHoldsToTheEndOfThePlansDays() throws {
    // 10 of 31 days at 31, whatever comes after the plan; before the first sample there is nothing.
    let accounts = "account,plan,from,until\na,p,,2026-01-21\n"
    #expect(
      try GaugeSheet(measure: "average", accounts: accounts).settle("x 11 00:00 31").quantities == [
        10_000_000
      ])
    #expect(
      try GaugeSheet(measure: "average", accounts: "account,plan\na,p\n").settle("x 11 00:00 31").quantities
        == [21_000_000])
    #expect(
      try GaugeSheet(measure: "average", accounts: accounts, charge: ", until: 2026-01-16")
        .settle("x 11 00:00 31").quantities == [5_000_000])
  }

  @Test func aDayOf23HoursHasLessWeight() throws {
    // March of 2026 in Berlin has 743 hours; 743 for the last hour alone is 1.
    let sheet = GaugeSheet(
      measure: "average", accounts: "account,plan,zone\na,p,Europe/Berlin\n", period: "2026-03-01")
    #expect(try sheet.settle("x 2026-03-31 23:00 743").quantities == [1_000_000])
    #expect(
      try sheet.settle("x 2026-03-29 00:00 743\nx 2026-03-30 00:00 0").quantities == [23_000_000])
  }

  @Test func daysOfTheMonthInPeriodsThatCrossMonths() throws {
    let sheet = { (day: String, cycle: Int, period: String) in
      GaugeSheet(
        measure: "{measure: count, at: \(day)}", accounts: "account,plan,cycle_day\na,p,\(cycle)\n",
        period: period)
    }
    for (day, cycle, period, sample) in [
      ("20", 15, "2026-01-15", "2026-01-20"), ("14", 15, "2026-01-15", "2026-02-14"),
      ("31", 15, "2026-02-15", "2026-02-28"), ("15", 15, "2026-01-15", "2026-01-15"),
      ("last-day", 15, "2026-01-15", "2026-02-14"), ("30", 31, "2026-01-31", "2026-02-27"),
    ] {
      #expect(
        try sheet(day, cycle, period).settle("x \(sample) 10:00 1").quantities == [1_000_000],
        "\(day) of \(period)")
      let other = sample == "2026-02-01" ? "2026-02-02" : "2026-02-01"
      #expect(
        try sheet(day, cycle, period).settle("x \(other) 10:00 1").quantities == [0], "\(day) of \(period)")
    }
  }

  @Test func oneRowForEachAccountAndRatingGroup() throws {
    let accounts = "account,plan,pool\na,p,club\nb,p,club\n"
    let (quantities, _, result) = try GaugeSheet(measure: "last", accounts: accounts)
      .settle("x 1 00:00 4 small a\nx 1 00:00 5 small b\ny 1 00:00 6 small a\nx 1 00:00 7 large a")
    #expect(quantities.sorted() == [5_000_000, 7_000_000, 10_000_000])
    #expect(result.parts.allSatisfy { $0.eventCount == 0 })
  }

  @Test func gaugesGoThroughAllowancesAndTiersButTakeNoMoneyAndNoEvents() throws {
    let more = """
      allowances:
        - {allowance: free, kinds: [event], quantity: 2, priority: 1}
        - {allowance: one, events: 1}
        - {allowance: money, amount: 1}
      """
    let (_, _, result) = try GaugeSheet(measure: "last", more: more).settle("x 1 00:00 5")
    for line in [
      "parts G0 2:free=0 3=3", "balance a one 1 0 0 1 1 0", "balance a money 1 0 0 1 1 0",
    ] {
      #expect(result.fault(line.split(separator: " ").map(String.init)) == nil)
    }
  }
}
