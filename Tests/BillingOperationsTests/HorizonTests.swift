// Copies are looked for in runs of some days only: what is older is never billed twice, because it is not billed.

import BillingStore
import Glibc
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct HorizonTests {
  /// Tools whose clock stands on a day of 2026, counted from the first of January.
  private func tools(_ desk: NightDesk, day: Int64) -> StoreTools {
    var tools = desk.tools()
    tools.clock = { 1_767_225_600 + day * 86_400 + 3600 }
    return tools
  }

  @Test func whatIsOlderThanTheHorizonWaitsAndIsNotBilledTwice() throws {
    let desk = try NightDesk()
    try desk.write(
      ["a1 2026-01-05 101 442079460123 61", "a2 2026-01-25 101 442079460123 61"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"], tools: tools(desk, day: 25))
    try desk.write(
      [
        // Copies, and new ones, on both sides of the horizon: day 40 less 20 is the 21st of January.
        "a1 2026-01-05 101 442079460123 61", "a2 2026-01-25 101 442079460123 61",
        "b1 2026-01-20 101 442079460123 61",
        "b2 2026-01-21 101 442079460123 61",
      ], to: "more/pbx-2.csv")
    #expect(try desk.rate(["more"], tools: tools(desk, day: 40), horizonDays: 20).doors == "4 1 0 2 1")
    #expect(try desk.waiting() == ["2-1 outside-duplicate-window"])
    // The runs of days 25 and 40 are not asked any more on day 70 with 20 days; what they have read waits.
    try desk.write(
      ["a2 2026-01-25 101 442079460123 61", "c1 2026-02-25 101 442079460123 61"], to: "late/pbx-3.csv")
    #expect(try desk.rate(["late"], tools: tools(desk, day: 70), horizonDays: 20).doors == "2 1 0 0 1")
    #expect(try desk.bill() == ["acme 3 0.06"])
    // Compared with all runs one is new, and one a copy.
    #expect(try desk.recycle().doors == "2 1 0 1 0, 0")
    #expect(try desk.bill() == ["acme 4 0.08"])
    try desk.expectWhole()
  }

  /// A file that grows every night is known from its beginning, however old that is.
  @Test func theBeginningOfAFileThatGrowsIsKnown() throws {
    let desk = try NightDesk()
    let old = ["a1 2026-01-05 101 442079460123 61", "a2 2026-01-06 101 442079460123 61"]
    try desk.write(old, to: "usage/pbx-1.csv")
    try desk.rate(["usage"], tools: tools(desk, day: 6))
    let row = "a3,2026-03-01T09:14:02Z,03023125101,00442079460123,61\n"
    let file = open(desk.folder.path(of: "usage/pbx-1.csv"), O_WRONLY | O_APPEND)
    try #require(file >= 0)
    #expect(write(file, row, row.utf8.count) == row.utf8.count)
    close(file)
    #expect(try desk.rate(["usage"], tools: tools(desk, day: 60), horizonDays: 10).doors == "1 1 0 0 0")
    try desk.expectWhole()
  }

  @Test func eventsThatAreNeededToSettleAreNotPurged() throws {
    let desk = try SettledNights(seed: 61, nightCount: 1).desk()
    try desk.rate(["usage"], catalog: "settling")
    for period in ["2026-01", "2026-02", "2026-03"] { try desk.markBilled(period) }
    #expect(try desk.purge(before: "2026-03-03") == [])
    try desk.rerate("settling")
    try desk.expectWhole()
  }
}
