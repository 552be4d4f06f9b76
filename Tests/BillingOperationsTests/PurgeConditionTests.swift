// What keeps a run from being purged whose usage depends on whole periods: each condition from both sides.

import BillingCalendar
import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct PurgeConditionTests {
  /// A store with January, and a night of February behind it.
  private static func january(_ desk: NightDesk, billed: [String]? = ["a", "b", "c"]) throws {
    try PoolDesk.rate(PoolDesk.january, as: "jan", desk)
    try PoolDesk.rate(["a 2026-02-05 1"], as: "feb", desk)
    if let billed { try desk.markBilled("2026-01", accounts: billed) }
  }

  @Test func aRunWaitsUntilAllOfItsPoolIsBilled() throws {
    let desk = try PoolDesk.small()
    try Self.january(desk, billed: ["a", "b"])
    #expect(
      try desk.leftByPurge(before: "2026-02-01") == [
        1: "2026-01-01/2026-02-01 of account 'c' is not billed", 2: PoolDesk.later("2026-02-01"),
      ])
    try desk.markBilled("2026-01", accounts: ["c"])
    #expect(try desk.purge(before: "2026-02-01", at: NightDesk.inSummer) == [1])
    try desk.expectWhole()
  }

  /// The period of an account ends at its own midnight: records of it may come while that of UTC has passed.
  @Test(arguments: [("UTC", true), ("Pacific/Auckland", true), ("America/New_York", false)])
  func aPeriodEndsInItsZone(zone: String, isPurged: Bool) throws {
    let desk = try PoolDesk.small([(",UTC", "," + zone)])
    try Self.january(desk)
    let why = "2026-01-01/2026-02-01 of account 'a' has not ended by 2026-02-01"
    let left = try desk.leftByPurge(before: "2026-02-01")
    #expect(left[1] == (isPurged ? nil : why))
    #expect(try desk.store().runs().map(\.isPurged) == [isPurged, false])
    #expect(try desk.leftByPurge(before: "2026-02-02")[1] == nil)
    #expect(try desk.store().runs().map(\.isPurged) == [true, false])
    try desk.expectWhole()
  }

  /// A night in which the next month begins stays until that is billed; the others go before it, and its events of the closed month count
  /// once.
  @Test func aNightOfTwoMonthsStaysAndCountsOnce() throws {
    let desk = try PoolDesk.small()
    try PoolDesk.rate(PoolDesk.january, as: "jan", desk)
    try PoolDesk.rate(["a 2026-01-31T23:59:59 9", "a 2026-02-01T00:00:00 2"], as: "both", desk)
    try desk.markBilled("2026-01")
    let before = try desk.documents()
    #expect(try desk.leftByPurge(before: "2026-02-01") == [2: PoolDesk.later("2026-02-01")])
    #expect(try desk.store().runs().map(\.isPurged) == [true, false])
    expectSameDocuments(try desk.documents(), before)
    // 10 + 0 of January less 13 leave nothing to roll over: 10 of February less 2 and 9 leave none, 1 is charged.
    try PoolDesk.rate(["a 2026-02-10 9"], as: "feb", desk)
    #expect(try desk.bill("2026-02").filter { $0.hasPrefix("a ") }.sorted() == ["a 0 1", "a 2 0"])
    try desk.expectWhole()
    try desk.markBilled("2026-02")
    #expect(try desk.purge(before: "2026-03-01", at: NightDesk.inSummer) == [2, 3])
    #expect(try desk.bill("2026-01").filter { $0.hasPrefix("a ") }.sorted() == ["a 0 3", "a 2 0"])
    try desk.expectWhole()
  }

  /// A grant has one balance from its first day to its last: usage of all its months waits for its end.
  @Test func aGrantKeepsTheRunsOfItsMonths() throws {
    let desk = try PoolDesk.small(grants: "a,pack,20 min,voice,2026-01-20,2026-03-01\n")
    try PoolDesk.rate(PoolDesk.january, as: "jan", desk)
    try PoolDesk.rate(["a 2026-02-05 1"], as: "feb", desk)
    try desk.markBilled("2026-01")
    #expect(
      try desk.leftByPurge(before: "2026-02-01") == [
        1: "its usage draws on grant 'pack' of 'a', which goes on after 2026-01-01/2026-02-01",
        2: PoolDesk.later("2026-02-01"),
      ])
    try desk.markBilled("2026-02")
    #expect(try desk.leftByPurge(before: "2026-02-28").keys.sorted() == [1, 2])
    #expect(try desk.purge(before: "2026-03-01", at: NightDesk.inSummer) == [1, 2])
    try desk.expectWhole()
  }

  /// A record that waits may be of any account: it is rated, or written off, before.
  @Test func suspendedRecordsKeepTheRunsOfTheirTime() throws {
    let desk = try PoolDesk.small()
    try Self.january(desk)
    // Nobody knows the account of the first; the second begins on the day of the purge.
    try PoolDesk.rate(["nobody 2026-01-09 1"], as: "lost", desk)
    let why =
      "1 of the records of run 3 wait in suspense, and some may belong to its periods; recycle them or write them off"
    let left = try desk.leftByPurge(before: "2026-02-01")
    #expect(left[1] == why)
    try desk.writeOff(["3-1"])
    try PoolDesk.rate(["nobody 2026-02-02 1"], as: "later", desk)
    #expect(try desk.purge(before: "2026-02-01", at: NightDesk.inSummer) == [1, 3])
    try desk.expectWhole()
  }

  /// Minutes of an account without usage go on from month to month: until somebody has billed it, what is handed on may still change.
  @Test(arguments: [false, true]) func aRunWaitsUntilItsRolloverIsBilled(isBilledAlone: Bool) throws {
    let (purging, keeping) = (try PoolDesk.small(), try PoolDesk.small())
    for desk in [purging, keeping] {
      try PoolDesk.rate(["a 2026-01-05 4", "b 2026-02-03 3"], as: "both", desk)
      try desk.markBilled("2026-01", accounts: ["a"])
      try desk.markBilled("2026-02", accounts: ["b"])
    }
    let why = "what 'a' hands on of allowance 'minutes' in 2026-02-01/2026-03-01 is not billed"
    #expect(try purging.leftByPurge(before: "2026-03-01") == [1: why])
    if isBilledAlone {
      // Without usage the account is billed with its next invoice.
      for desk in [purging, keeping] {
        try PoolDesk.rate(["a 2026-03-05 1", "c 2026-03-06 2"], as: "march", desk)
        try desk.markBilled("2026-03")
      }
      #expect(try purging.leftByPurge(before: "2026-04-01") == [:])
      #expect(try purging.store().runs().map(\.isPurged) == [true, true])
    }
    for desk in [purging, keeping] {
      try PoolDesk.rate(["a 2026-04-05 40", "b 2026-04-06 50"], as: "april", desk)
    }
    expectSameDocuments(try purging.documents(), try keeping.documents())
    try purging.expectWhole()
  }

  /// Two of a pool that are settled with different catalogs cannot be closed together; when one catalog has settled both, they can.
  @Test func aRunWaitsWhereSeveralCatalogsHaveSettledAPool() throws {
    let (purging, keeping) = (try PoolDesk.small(), try PoolDesk.small())
    for desk in [purging, keeping] {
      try PoolDesk.writeSmall("apart", [("c,team,x,UTC", "c,team,y,UTC")], to: desk)
      try PoolDesk.rate(["b 2026-01-06 7", "c 2026-01-07 1"], as: "jan", desk)
      // In the new catalog b has the pool for itself; c stays as it was settled with the pool of both.
      try PoolDesk.rate(["b 2026-01-08 1"], as: "more", desk, catalog: "apart")
      try desk.markBilled("2026-01")
    }
    let left = try purging.leftByPurge(before: "2026-02-01")
    #expect(left[1] == "its usage of account 'c' was settled with several catalogs, or with one without it")
    for desk in [purging, keeping] { try PoolDesk.rate(["c 2026-02-02 1"], as: "c", desk, catalog: "apart") }
    // What the new pool hands on of January was never billed: it is with the next period of its account.
    #expect(
      try purging.leftByPurge(before: "2026-02-01")[1]
        == "what 'y' hands on of allowance 'minutes' in 2026-01-01/2026-02-01 is not billed")
    for desk in [purging, keeping] { try desk.markBilled("2026-02") }
    #expect(try purging.leftByPurge(before: "2026-03-01") == [:])
    #expect(try purging.store().runs().map(\.isPurged) == [true, true, true])
    for desk in [purging, keeping] {
      try PoolDesk.rate(["b 2026-03-05 20", "c 2026-03-06 30"], as: "mar", desk, catalog: "apart")
    }
    expectSameDocuments(try purging.documents(), try keeping.documents())
    try purging.expectWhole()
  }

  // MARK: records that belong to other accounts than when they were read

  /// Two accounts with minutes; with the catalog `moved` the numbers of the second one are the first one's.
  private static func movingDesk(_ nights: [[String]]) throws -> NightDesk {
    let desk = try NightDesk()
    for name in ["catalog", "moved"] {
      try desk.writeCatalog(name)
      try desk.folder.write("account,plan\nacme,minutes\nzebra,minutes\n", to: name + "/accounts.csv")
      try desk.folder.write(
        "plan: minutes\nextends: retail\nallowances: [{allowance: minutes, quantity: 1 min, kinds: [voice]}]\n",
        to: name + "/plans/minutes.yaml")
    }
    try desk.folder.write(
      "kind,key,account,service\nrange,493023125100-493023125299,acme,main\n", to: "moved/services.csv")
    for (night, calls) in nights.enumerated() {
      try desk.write(calls, to: "night-\(night)/pbx-\(night).csv")
      try desk.rate(["night-\(night)"])
    }
    return desk
  }

  @Test func aRunThatStaysWithMovedRecordsKeepsOthers() throws {
    let desk = try Self.movingDesk([
      ["a1 2026-01-05 101 442079460123 61", "z1 2026-01-06 201 442079460123 61"],
      ["z2 2026-01-31 202 442079460123 61", "z3 2026-02-01 202 442079460123 61"],
    ])
    try desk.rerate("moved")
    try desk.markBilled("2026-01")
    let why =
      "run 4, which stays, was rated again with other services: its records of that time belong to other accounts than when they were read"
    #expect(
      try desk.leftByPurge(before: "2026-02-01") == [3: why, 4: PoolDesk.later("2026-02-01")])
    // Where such a run goes itself, nothing is left to be told apart.
    try desk.markBilled("2026-02")
    #expect(try desk.purge(before: "2026-03-01") == [3, 4])
    try desk.expectWhole()
  }

  /// A catalog that brings a record of a run that stays to an account whose period is closed: it would be billed nowhere.
  @Test func recordsCannotMoveToWhatIsClosed() throws {
    let desk = try Self.movingDesk([
      ["a1 2026-01-05 101 442079460123 61"],
      ["z2 2026-01-31 202 442079460123 61", "z3 2026-02-01 202 442079460123 61"],
    ])
    try desk.markBilled("2026-01")
    #expect(try desk.purge(before: "2026-02-01") == [1])
    let before = try (desk.bill("2026-01"), desk.bill("2026-02"))
    let fault = #expect(throws: OperationFault.self) { try desk.rerate("moved") }
    #expect(fault.map { "\($0)".contains("belong to periods of accounts that a purge has closed") } == true)
    #expect(try desk.bill("2026-01") == before.0)
    #expect(try desk.bill("2026-02") == before.1)
    try desk.expectWhole()
  }
}
