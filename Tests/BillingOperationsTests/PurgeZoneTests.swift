// A purge forgets the keys of runs: of none that holds a record which may come again and be compared, in whatever zone its period ended.

import BillingStore
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct PurgeZoneTests {
  private static let header = "id,start,from,to,billable\n"

  /// A desk whose account acme lives in a zone.
  private static func desk(_ zone: String) throws -> NightDesk {
    let desk = try NightDesk()
    try desk.folder.write(
      "account,plan,zone\nacme,retail,\(zone)\nzebra,retail,UTC\n", to: "catalog/accounts.csv")
    return desk
  }

  /// Rates one call of acme at a time in UTC, as a file of its own.
  private static func rate(
    _ id: String, _ time: String, as name: String, _ desk: NightDesk
  )
    throws
  {
    try desk.folder.write(
      header + "\(id),2026-\(time)Z,03023125101,00442079460123,61\n", to: "\(name)/pbx-\(name).csv")
    try desk.rate([name])
  }

  /// In the west January ends in the first hours of February in UTC: a copy of a call of these hours would be compared with nothing.
  @Test(arguments: [
    ("01-31T23:59:59", true), ("02-01T00:00:00", false), ("02-01T09:59:59", false),
  ])
  func inTheWestARunWithTheLastHoursStays(time: String, isPurged: Bool) throws {
    let desk = try Self.desk("Pacific/Honolulu")
    try Self.rate("a", time, as: "one", desk)
    #expect(try desk.bill("2026-01") == ["acme 1 0.02"])
    try desk.markBilled("2026-01")
    let left = try desk.leftByPurge(before: "2026-02-01")
    #expect(left == (isPurged ? [:] : [1: "some of its records began on 2026-02-01 or later"]))
    #expect(try desk.store().runs().map(\.isPurged) == [isPurged])
    // Beside a call of its own, so that the file is not known as a whole.
    try desk.folder.write(
      Self.header
        + "a,2026-\(time)Z,03023125101,00442079460123,61\nz,2026-03-01T00:00:00Z,03023125201,00442079460123,61\n",
      to: "copy/pbx-copy.csv")
    #expect(try desk.rate(["copy"]).doors == (isPurged ? "2 1 0 0 1" : "2 1 0 1 0"))
    #expect(try desk.bill("2026-01") == ["acme 1 0.02"])
    #expect(try desk.adjustments() == [])
    try desk.expectWhole()
    #expect(try desk.leftByPurge(before: "2026-02-02")[1] == nil)
    #expect(try desk.store().runs()[0].isPurged)
    try desk.expectWhole()
  }

  /// In the east February begins on the last day of January in UTC: its calls are of a month that is not billed.
  @Test(arguments: [("01-31T09:59:59", true), ("01-31T10:00:00", false)])
  func inTheEastTheFirstHoursAreOfTheNextMonth(time: String, isPurged: Bool) throws {
    let desk = try Self.desk("Pacific/Kiritimati")
    try Self.rate("a", time, as: "one", desk)
    if !isPurged { try Self.rate("b", "01-20T00:00:00", as: "two", desk) }
    try desk.markBilled("2026-01")
    let left = try desk.leftByPurge(before: "2026-02-01")
    #expect(left == (isPurged ? [:] : [1: "2026-02-01/2026-03-01 of account 'acme' is not billed"]))
    #expect(try desk.store().runs()[0].isPurged == isPurged)
    if !isPurged {
      try desk.markBilled("2026-02")
      #expect(try desk.leftByPurge(before: "2026-02-28").keys.sorted() == [1])
      #expect(try desk.leftByPurge(before: "2026-03-01") == [:])
    }
    try desk.expectWhole()
  }

  /// What was written off bills nobody: its time, which may be any, keeps nothing. What was recycled does.
  @Test(arguments: [false, true]) func aRecordThatWasWrittenOffKeepsNoRun(isWrittenOff: Bool) throws {
    let desk = try Self.desk("UTC")
    try SuspenseTests.writeMendedCatalog(desk)
    try desk.write(
      ["a 2026-01-05 101 442079460123 61", "b 2026-02-01 101 33144556677 60"], to: "one/pbx-one.csv")
    try desk.rate(["one"])
    if isWrittenOff { try desk.writeOff(["1-1"]) } else { try desk.recycle(catalog: "mended") }
    try desk.markBilled("2026-01")
    if !isWrittenOff { try desk.markBilled("2026-02") }
    let left = try desk.leftByPurge(before: "2026-02-01")
    #expect(left[1] == (isWrittenOff ? nil : "some of its records began on 2026-02-01 or later"))
    try desk.expectWhole()
  }
}
