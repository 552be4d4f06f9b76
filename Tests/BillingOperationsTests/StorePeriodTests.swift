// What a store says of its periods: sums, gaps in numbered files, sources that fell silent.

import BillingCalendar
import BillingStore
import Glibc
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
    #expect(
      periods.map { $0.period?.description } == ["2026-01-01/2026-02-01", "2026-02-01/2026-03-01"])
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

  /// `period: source first-last …` of each period that misses something; `-` for no period.
  private func gaps(_ desk: NightDesk) throws -> [String] {
    try desk.store().periods().filter { !$0.missingFiles.isEmpty }.map { period in
      "\(period.period?.from.description ?? "-"): "
        + period.missingFiles.map(\.description).joined(separator: ", ")
    }
  }

  private func numberedDesk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,ratemill-csv,DE,pbx-{n}.csv,\n")
    return desk
  }

  private static let call = "442079460123 61"

  /// A gap is named whatever became of the records behind it: settled with their period, filtered, suspended, unreadable, or none.
  @Test(arguments: [
    ["s1 2026-01-06 201 \(StorePeriodTests.call)"], ["f1 2026-01-06 101 442079460123 0"],
    ["x1 2026-01-06 301 \(StorePeriodTests.call)"],
    ["b1 never 101 \(StorePeriodTests.call)"], [],
  ]) func aGapBeforeAnyKindOfFileIsNamed(calls: [String]) throws {
    let desk = try numberedDesk()
    try desk.folder.write("account,plan\nacme,retail\nzebra,minutes\n", to: "catalog/accounts.csv")
    try desk.folder.write(
      "plan: minutes\nextends: retail\nallowances: [{allowance: minutes, quantity: 1 min, kinds: [voice]}]\n",
      to: "catalog/plans/minutes.yaml")
    try desk.write(["a1 2026-01-05 101 \(Self.call)"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(calls, to: "usage/pbx-4.csv")
    try desk.rate(["usage"])
    #expect(try gaps(desk) == ["2026-01-01: pbx 2-3"])
    // And behind any kind.
    try desk.write(["a7 2026-01-07 101 \(Self.call)"], to: "usage/pbx-7.csv")
    try desk.rate(["usage"])
    #expect(try gaps(desk) == ["2026-01-01: pbx 2-3, pbx 5-6"])
  }

  /// Nothing at all was rated: there is no period to name, and what is missing is said nevertheless.
  @Test(arguments: [
    ["x1 2026-01-06 301 \(StorePeriodTests.call)"], ["f1 2026-01-06 101 442079460123 0"], [],
  ])
  func aGapWithoutAnyPeriodIsNamed(calls: [String]) throws {
    let desk = try numberedDesk()
    for number in [1, 4] {
      // Not the same bytes: a copy would be no file of its own.
      try desk.write(calls.map { "\(number)\($0)" }, to: "usage/pbx-\(number).csv")
      try desk.rate(["usage"])
    }
    // Without records both are the same bytes: the second one is known, and counts as read under its name.
    #expect(try gaps(desk) == ["-: pbx 2-3"])
    let periods = try desk.store().periods()
    #expect(periods.count == 1 && periods[0].period == nil)
  }

  /// A gap stands with the periods that its records may be of, however files were divided into runs.
  @Test(arguments: [
    ["1", "3", "5", "7", "9"], ["13579"], ["15", "379"], ["9", "7", "5", "3", "1"], ["39", "157"],
  ])
  func gapsDoNotDependOnRuns(runs: [String]) throws {
    let desk = try numberedDesk()
    let days = ["1": "01-30", "3": "02-02", "5": "02-05", "7": "03-03", "9": "04-01"]
    for run in runs {
      let names = run.map { "usage/pbx-\($0).csv" }
      for number in run.map(String.init) {
        // The last one is in suspense: its day is known all the same, its period is none of the store's.
        let from = number == "9" ? "301" : "101"
        try desk.write(
          ["c\(number) 2026-\(days[number] ?? "") \(from) \(Self.call)"],
          to: "usage/pbx-\(number).csv")
      }
      try desk.rate(names)
    }
    let expected = [
      "2026-01-01: pbx 2", "2026-02-01: pbx 2, pbx 4, pbx 6", "2026-03-01: pbx 6, pbx 8",
    ]
    #expect(try gaps(desk) == expected)
    // Runs that stand for others know the days of those.
    try desk.writeCatalog(
      "dear", price: "0.1000", sources: "pbx,pbx*,ratemill-csv,DE,pbx-{n}.csv,\n")
    try desk.rerate("dear")
    #expect(try gaps(desk) == expected)
    try desk.revoke(file: "pbx-5.csv")
    #expect(
      try gaps(desk) == [
        "2026-01-01: pbx 2", "2026-02-01: pbx 2, pbx 4-6", "2026-03-01: pbx 4-6, pbx 8",
      ])
    try desk.expectWhole()
  }

  /// The days are those of the source's zone, in which periods begin and end.
  @Test func daysOfAGapAreLocal() throws {
    let desk = try NightDesk()
    try desk.folder.write("currency: EUR\nzone: Europe/Berlin\n", to: "catalog/catalog.yaml")
    try desk.folder.write(
      "source,pattern,format,country,sequence\npbx,pbx*,ratemill-csv,DE,pbx-{n}.csv\n",
      to: "catalog/sources.csv")
    for (number, time) in [(1, "22:58:00"), (3, "23:10:00"), (5, "23:20:00")] {
      try desk.folder.write(
        "id,start,from,to,billable\nc\(number),2026-01-31T\(time)Z,0302312510\(number),00442079460123,61\n",
        to: "usage/pbx-\(number).csv")
    }
    try desk.rate(["usage"])
    #expect(try gaps(desk) == ["2026-01-01: pbx 2", "2026-02-01: pbx 2, pbx 4"])
  }

  /// Files that were recognised as copies are read, whatever they are called; taken back with what they are copies of.
  @Test func copiesAreNotMissing() throws {
    let desk = try numberedDesk()
    try desk.write(["a1 2026-01-05 101 \(Self.call)"], to: "usage/pbx-1.csv")
    try desk.write([], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.write([], to: "usage/pbx-3.csv")
    #expect(
      symlink(desk.folder.path(of: "usage/pbx-2.csv"), desk.folder.path(of: "usage/pbx-4.csv")) == 0
    )
    #expect(try desk.rate(["usage"]).doors == "nothing new")
    try desk.write(["a6 2026-01-06 101 \(Self.call)"], to: "usage/pbx-6.csv")
    try desk.rate(["usage"])
    #expect(try gaps(desk) == ["2026-01-01: pbx 5"])
    try desk.writeCatalog(
      "dear", price: "0.1000", sources: "pbx,pbx*,ratemill-csv,DE,pbx-{n}.csv,\n")
    try desk.rerate("dear")
    #expect(try gaps(desk) == ["2026-01-01: pbx 5"])
    try desk.revoke(file: "pbx-2.csv")
    #expect(try gaps(desk) == ["2026-01-01: pbx 2-5"])
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

  /// Late is what has sent nothing for twice its interval until now, also where nobody has sent anything; rating again is no sign of life.
  @Test(arguments: [false, true]) func lateIsMeasuredFromNow(hasPeriod: Bool) throws {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: "pbx,pbx*,ratemill-csv,DE,,daily\n")
    try desk.write(
      ["a1 2026-01-05 \(hasPeriod ? "101" : "301") \(Self.call)"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let seen = try #require(Instant.parse(desk.store().runs()[0].committedAt)) / 1000
    func late(_ seconds: Int64) throws -> [String?] {
      var tools = desk.tools()
      tools.clock = { seen + seconds }
      let store = try BillingStore.open(desk.storePath, for: .reading, tools: tools)
      let periods = try store.periods()
      #expect(periods.contains { $0.period != nil } == hasPeriod)
      let late = periods.flatMap(\.lateSources)
      #expect(try store.lateSources() == late)
      return late.map(\.lastSeen)
    }
    let twoDays: Int64 = 2 * 86_400
    #expect(try late(twoDays) == [])
    #expect(try late(twoDays + 1) == [Instant.text(millis: seen * 1000)])
    try desk.writeCatalog("dear", price: "0.1000", sources: "pbx,pbx*,ratemill-csv,DE,,daily\n")
    try desk.rerate("dear")
    #expect(try late(twoDays + 1) == [Instant.text(millis: seen * 1000)])
    // A copy of a known file is a sign of life.
    try desk.write(
      ["a1 2026-01-05 \(hasPeriod ? "101" : "301") \(Self.call)"], to: "usage/pbx-2.csv")
    var tools = desk.tools()
    tools.clock = { seen + twoDays }
    #expect(try desk.rate(["usage"], catalog: "dear", tools: tools).doors == "nothing new")
    #expect(try late(2 * twoDays) == [])
    #expect(try late(2 * twoDays + 1).count == 1)
  }

  /// A period that was billed and lost all its usage since is no unknown one.
  @Test func whatWasBilledAndIsGoneIsToldFromWhatNeverWas() throws {
    let desk = try NightDesk()
    try desk.write(["k1 2026-01-08 101 442079460123 600"], to: "usage/pbx-1.csv")
    try desk.write(["k2 2026-02-08 101 442079460123 600"], to: "more/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.rate(["more"])
    try desk.markBilled("2026-01")
    try desk.revoke("1")
    for (period, text) in [("2026-01", "'ratemill adjustments"), ("2025-12", "'ratemill periods")] {
      let fault = #expect(throws: StoreFault.self) { try desk.usage(period) }
      #expect(fault?.description.contains(text) == true, "\(period)")
    }
  }
}
