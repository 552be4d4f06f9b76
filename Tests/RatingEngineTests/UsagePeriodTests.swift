// Usage periods end at local midnights, also where clocks change at midnight: as `UsageCycle` says.

import BillingCalendar
import Testing

@testable import RatingEngine

@Suite struct UsagePeriodTests {
  static let changes: [(zone: String, day: String, what: String)] = [
    // Clocks go from 00:00 to 01:00: the day has no midnight.
    ("America/Sao_Paulo", "2017-10-15", "midnight is skipped"),
    ("Asia/Beirut", "2017-03-26", "midnight is skipped"),
    ("Africa/Cairo", "2014-05-16", "midnight is skipped"),
    ("Africa/Cairo", "2023-04-28", "midnight is skipped"),
    // Clocks go back to 23:00 as midnight comes: it comes once, an hour later.
    ("America/Sao_Paulo", "2018-02-18", "the hour before comes twice"),
    ("Asia/Beirut", "2017-10-29", "the hour before comes twice"),
    // Clocks go back at 00:01, so that midnight comes twice.
    ("America/St_Johns", "2006-10-29", "midnight comes twice"),
    // Clocks go back from 01:00 to midnight, as in Havana.
    ("America/Havana", "2017-11-05", "the first hour comes twice"), ("Europe/Berlin", "2025-03-30", "later"),
    // A day that does not exist.
    ("Pacific/Apia", "2011-12-30", "the day is skipped"),
    ("Pacific/Apia", "2011-12-31", "the day before is skipped"),
  ]

  @Test(arguments: changes)
  func everyInstantIsInThePeriodOfItsMidnights(_ row: (zone: String, day: String, what: String)) throws {
    let zone = try Zone.load(named: row.zone)
    let day = try #require(CivilDate.parse(row.day))
    let cycle = try #require(UsageCycle(zone: zone, cycleDay: day.day))
    let midnight = zone.midnight(of: day)
    var tariff = try PriceSheet(
      "zone \(row.zone)\ndeck prefix per-minute increment\n. 44 0.60 1/1\naccount a cycle=\(day.day)"
    ).tariff
    // Offsets in seconds around midnight, forwards and back so that remembered periods are left and entered.
    let around: [Int64] = [
      0, 1, 59, 60, 61, 1800, 3599, 3600, 3601, 5400, 7199, 7200, 7201, 86_399, 86_400, 86_401,
    ]
    let instants = (around + around.map { -$0 }).map { midnight + $0 }
    tariff.sources[0].defaultAccount = "a"
    let text =
      "id,start,billable,to\n"
      + instants.map { "e\($0),\(Instant.text(millis: $0 * 1000)),1,447123456\n" }.joined()
    let result = try Trial("switch-1.csv", text).run(tariff.catalog()) { $0.groupBy = [.usage_period] }
    var expected: [String: Int] = [:]
    for instant in Set(instants) {
      expected[cycle.span(containingUTC: instant).period.description, default: 0] += 1
    }
    let found = result.rows.map { ($0["usage_period"] ?? "", Int($0["event_count"] ?? "") ?? 0) }
    #expect(Dictionary(uniqueKeysWithValues: found) == expected)
    #expect(result.report.rated == Set(instants).count)
  }
}
