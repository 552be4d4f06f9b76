// What a store says of its periods: sums, gaps in numbered files, sources that fell silent.

import BillingCalendar
import BillingStore
import Money
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StorePeriodTests {
  @Test func aPeriodShowsAccountsEventsAndAmounts() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.write(StoreRatingTests.wednesday, to: "usage/pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    try desk.rate(["usage/pbx-2.csv"])
    let periods = try desk.store().periods()
    #expect(periods.map(\.period.description) == ["2026-01-01/2026-02-01", "2026-02-01/2026-03-01"])
    #expect(periods.map(\.state) == [.open, .open])
    #expect(periods.map(\.accountCount) == [2, 1])
    #expect(periods.map(\.eventCount) == [3, 1])
    #expect(periods.map { $0.amounts.map(\.amount.description) } == [["0.06"], ["0.01"]])
  }

  @Test func missingNumbersAreNamed() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,ratemill-csv,DE,pbx-{n}.csv,\n")
    for number in [7, 8, 10, 13] {
      try desk.write(["k\(number) 2026-01-05 101 442079460123 61"], to: "usage/pbx-\(number).csv")
      try desk.rate(["usage"])
    }
    #expect(try desk.store().periods().flatMap(\.missingFiles).map(\.description) == ["pbx 9", "pbx 11-12"])
  }

  @Test func aSilentSourceIsLate() throws {
    let desk = try NightDesk()
    try desk.writeCatalog(
      "catalog", sources: "pbx,pbx*,ratemill-csv,DE,,daily\nbranch,branch*,ratemill-csv,DE,,hourly\n")
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let late = try desk.store().periods().flatMap(\.lateSources)
    #expect(late.map(\.source) == ["branch"])
    #expect(late.map(\.lastSeen) == [nil])
  }
}
