// Usage that depends on whole periods after its runs were purged: what was billed stays, and later months come to what they come to in a
// store that has forgotten nothing.

import BillingCalendar
import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct SettledPurgeTests {
  /// Two desks with the same usage: one purges what it may, the other nothing.
  private static func desks(
    _ seed: UInt64, throughMonth: Int, hasGrant: Bool = false
  ) throws -> (purging: NightDesk, keeping: NightDesk, purged: [Int]) {
    let months = SettledMonths(seed: seed)
    let (purging, keeping) = (try months.desk(hasGrant: hasGrant), try months.desk(hasGrant: hasGrant))
    let purged = try purging.live(throughMonth: throughMonth, purges: true)
    try keeping.live(throughMonth: throughMonth, purges: false)
    return (purging, keeping, purged)
  }

  // MARK: the story

  @Test(arguments: [1, 2] as [UInt64], [false, true])
  func monthsAfterAPurgeAreThoseOfAStoreThatKeepsEverything(seed: UInt64, hasGrant: Bool) throws {
    let months = SettledMonths(seed: seed)
    let (purging, keeping) = (try months.desk(hasGrant: hasGrant), try months.desk(hasGrant: hasGrant))
    var purged: [[Int]] = []
    for month in SettledMonths.months.indices {
      purged.append(try purging.live(fromMonth: month, throughMonth: month, purges: true))
      try keeping.live(fromMonth: month, throughMonth: month, purges: false)
      expectSameDocuments(try purging.documents(), try keeping.documents(), "after month \(month + 1)")
      #expect(try purging.adjustments() == keeping.adjustments())
      try purging.expectWhole()
    }
    let counts = purged.map(\.count)
    if hasGrant {
      // Runs with usage of its account wait for the end of the grant in March.
      #expect(counts[2] > counts[0] + counts[1])
    } else {
      // Nights that reach into the next month stay until that is billed.
      #expect(purged[0] == [1, 2, 3] && purged[1] == [4, 5], "\(purged)")
    }
    #expect(counts.reduce(0, +) >= 14)
  }

  /// What was billed has the same bytes before and after, and so have the tables of the book that are made of it.
  @Test func aPurgeChangesNoSum() throws {
    let desk = try SettledMonths(seed: 3).desk()
    try desk.live(throughMonth: 1, purges: false)
    func sums() throws -> [[String]] {
      try ["usage_by_account", "adjustments", "billed", "current_usage"].map {
        try SQLiteShell.run("SELECT * FROM \($0)", desk.storePath + "/book.sqlite")
      }
    }
    let before = (try desk.documents(), try sums())
    #expect(try desk.purge(before: "2026-03-01", at: NightDesk.inSummer) == [1, 2, 3, 4, 5])
    expectSameDocuments(try desk.documents(), before.0)
    #expect(try sums() == before.1)
    try desk.expectWhole()
    for number in 1...5 {
      let run = try desk.store().run(named: "\(number)")
      let names = FileContent.names(in: desk.storePath + "/runs/" + run.id)
      #expect(!names.contains("events.bin") && !names.contains("keys.bin"))
    }
  }

  // MARK: after a purge

  private static func purgedJanuary(_ changes: [(String, String)] = []) throws -> NightDesk {
    let desk = try PoolDesk.small(changes)
    try PoolDesk.rate(PoolDesk.january, as: "jan", desk)
    try PoolDesk.rate(["c 2026-01-31 2", "b 2026-02-01 8"], as: "both", desk)
    try desk.markBilled("2026-01")
    try #require(try desk.purge(before: "2026-02-01", at: NightDesk.inSummer) == [1])
    return desk
  }

  @Test func lateRecordsOfAPurgedPeriodWait() throws {
    let desk = try Self.purgedJanuary()
    let before = try desk.documents()
    #expect(
      try PoolDesk.rate(["a 2026-01-20 50", "b 2026-01-31T23:59:59 9"], as: "late", desk) == "2 0 0 0 2")
    #expect(try desk.waiting().allSatisfy { $0.hasSuffix("outside-duplicate-window") })
    #expect(try desk.recycle(catalog: "settling").doors == "nothing, 2")
    expectSameDocuments(try desk.documents(), before)
    #expect(try desk.adjustments() == [])
    // The first instant behind it is no late record.
    #expect(try PoolDesk.rate(["a 2026-02-01T00:00:00 1"], as: "next", desk) == "1 1 0 0 0")
    try desk.expectWhole()
  }

  /// What a purge has closed cannot be taken out again; what is open can, and leaves what a store without it has.
  @Test func whatIsClosedIsNotTakenBack() throws {
    let desk = try Self.purgedJanuary()
    try PoolDesk.rate(["b 2026-02-03 5"], as: "feb", desk)
    let before = try desk.documents()
    let purged = #expect(throws: OperationFault.self) { try desk.revoke("1") }
    #expect(purged.map { "\($0)".contains("was purged") } == true)
    let reaching = #expect(throws: OperationFault.self) { try desk.revoke("2") }
    #expect(reaching.map { "\($0)".contains("in periods that a purge has closed") } == true)
    #expect(throws: OperationFault.self) { try desk.revoke(file: "pbx-both.csv") }
    expectSameDocuments(try desk.documents(), before)
    try desk.revoke("3")
    try desk.expectWhole()
    // b and c had 10 minutes and used 10 of them in January; of February's 10 b has 8.
    #expect(try desk.bill("2026-02").filter { $0.hasPrefix("b ") } == ["b 1 0"])
  }

  /// Documents without the account that has no usage: nothing of it was purged, so nothing is closed.
  private static func withoutIdle(_ documents: [String: String]) -> [String: String] {
    documents.mapValues { text in
      text.split(separator: "\n").filter { !$0.contains("idle") }.joined(separator: "\n")
    }
  }

  /// Rating again leaves closed periods as they were billed. All others are those of a store that has forgotten nothing.
  @Test(arguments: [1, 2] as [UInt64]) func ratingAgainLeavesClosedPeriods(seed: UInt64) throws {
    let (purging, keeping, purged) = try Self.desks(seed, throughMonth: 1)
    #expect(purged == [1, 2, 3, 4, 5])
    for desk in [purging, keeping] {
      for night in 6...8 { try desk.rateNight(night) }
      try SettledMonths.write(
        "dear", [("0.041", "0.077"), ("90 min", "45 min"), (", period_maximum: 0.6", "")], to: desk)
    }
    let before = try purging.documents()
    func isClosed(_ name: String) -> Bool { name.hasPrefix("2026-01") || name.hasPrefix("2026-02") }
    for accounts in [["emil"], nil] as [Set<Label>?] {
      for desk in [purging, keeping] { try desk.rerate("dear", EventBox(accounts: accounts)) }
      let (found, expected) = (try purging.documents(), try keeping.documents())
      expectSameDocuments(
        Self.withoutIdle(found.filter { isClosed($0.key) }),
        Self.withoutIdle(before.filter { isClosed($0.key) }), "closed")
      expectSameDocuments(
        found.filter { !isClosed($0.key) }, expected.filter { !isClosed($0.key) }, "open")
      try purging.expectWhole()
    }
    #expect(try purging.documents() != before)
    let runCount = try purging.store().runs().count
    try purging.rerate("dear")
    #expect(try purging.store().runs().count == runCount, "the same catalog has nothing to rate again")
    // A later night, and taking one back, settle with what is left.
    for desk in [purging, keeping] {
      try desk.rateNight(9, catalog: "dear")
      try desk.revoke(file: "pbx-8.csv")
    }
    expectSameDocuments(
      try purging.documents().filter { !isClosed($0.key) },
      try keeping.documents().filter { !isClosed($0.key) },
      "nights after")
    let reaching = try #require(
      try purging.store().currentRuns().first { run in
        try !run.isPurged && purging.store().files(of: run).contains { $0.name.hasSuffix("pbx-5.csv") }
      })
    #expect(throws: OperationFault.self) { try purging.revoke("\(reaching.number)") }
    for desk in [purging, keeping] { try desk.rerate("settling") }
    let expected = try before.filter { isClosed($0.key) }.merging(
      keeping.documents().filter { !isClosed($0.key) }
    ) { first, _ in first }
    expectSameDocuments(try purging.documents(), expected, "there and back")
    try purging.expectWhole()
  }

  /// Calls of open months are told as before; of closed ones there are none.
  @Test func callsOfOpenMonthsStay() throws {
    let (purging, keeping, _) = try Self.desks(4, throughMonth: 1)
    for desk in [purging, keeping] { for night in 6...8 { try desk.rateNight(night) } }
    func detail(_ desk: NightDesk, _ period: String) throws -> [UInt8]? {
      let choice = try #require(UsagePeriodChoice.parse(period))
      let out = desk.folder.path(of: "detail")
      _ = try StoreDetail.writeUsage(of: choice, to: out, in: desk.store(), semantics: 1)
      return FileContent.bytes(of: out + "/detail.csv.zst").flatMap { ZstdContent.decode($0) }
    }
    func calls(_ desk: NightDesk, _ period: String) throws -> [String] {
      String(decoding: try detail(desk, period) ?? [], as: UTF8.self).replacing(desk.folder.path, with: "")
        .split(separator: "\n").map(String.init)
    }
    #expect(try calls(purging, "2026-03") == calls(keeping, "2026-03"))
    #expect(try calls(purging, "2026-03").count > 10)
    let closed = #expect(throws: OperationFault.self) { try detail(purging, "2026-02") }
    #expect(closed.map { "\($0)".contains("go on without them") } == true)
  }

  /// A month of which every event was left to be settled: a night that stays has some of them, and they are not told without the others.
  @Test func callsOfAClosedMonthAreNotToldInPart() throws {
    let desk = try Self.purgedJanuary()
    func detail(_ period: String) throws -> Int64 {
      let choice = try #require(UsagePeriodChoice.parse(period))
      return try StoreDetail.writeUsage(
        of: choice, to: desk.folder.path(of: "detail"), in: desk.store(), semantics: 1
      ).eventCount
    }
    let closed = #expect(throws: OperationFault.self) { try detail("2026-01") }
    #expect(
      closed.map { "\($0)".contains("of account 'a' in 2026-01-01/2026-02-01 were purged") } == true)
    #expect(try detail("2026-02") == 1)
  }

  /// An account that comes to a pool later begins there with it; one that has had usage of its own before cannot, because the pool's
  /// closed periods cannot be settled with it.
  @Test func accountsThatComeToAPoolBeginBehindWhatIsClosed() throws {
    let desk = try Self.purgedJanuary()
    try PoolDesk.writeSmall("more", [("c,team,x,UTC\n", "c,team,x,UTC\nd,team,x,UTC\n")], to: desk)
    let before = try desk.documents()
    try PoolDesk.rate(["d 2026-02-07 9"], as: "d", desk, catalog: "more")
    expectSameDocuments(
      try desk.documents().filter { $0.key.hasPrefix("2026-01") },
      before.filter { $0.key.hasPrefix("2026-01") })
    // Of the pool's 10 minutes b has used 8; 2 are left for d.
    #expect(try desk.bill("2026-02").filter { $0.hasPrefix("d ") }.sorted() == ["d 0 7", "d 1 0"])
    try desk.expectWhole()
    try PoolDesk.writeSmall(
      "joined", [("a,single,,UTC", "a,team,x,UTC"), ("c,team,x,UTC\n", "c,team,x,UTC\nd,team,x,UTC\n")],
      to: desk)
    #expect(
      try PoolDesk.rate(["b 2026-02-08 1"], as: "b", desk, catalog: "joined") == "1 1 0 0 0",
      "a is closed as well")
    let other = try PoolDesk.small()
    try PoolDesk.rate(Array(PoolDesk.january.dropFirst()), as: "jan", other)
    try PoolDesk.rate(Array(PoolDesk.january.prefix(1)), as: "a", other)
    try other.markBilled("2026-01", accounts: ["b", "c"])
    #expect(try other.purge(before: "2026-02-01", at: NightDesk.inSummer) == [1])
    try PoolDesk.writeSmall("joined", [("a,single,,UTC", "a,team,x,UTC")], to: other)
    #expect(throws: OperationFault.self) {
      try PoolDesk.rate(["b 2026-02-08 1"], as: "b", other, catalog: "joined")
    }
  }

  @Test(arguments: [
    "DELETE FROM closed_usage", "DELETE FROM closed_usage WHERE owner = 'a'",
    "UPDATE closed_usage SET usage_period = '2025-12-01/2026-01-01' WHERE owner = 'b'",
    "UPDATE closed_usage SET end_second = end_second - 1",
  ])
  func aChangeOfWhatIsClosedShows(change: String) throws {
    let desk = try Self.purgedJanuary()
    try desk.expectWhole()
    try SQLiteShell.run(change, desk.storePath + "/book.sqlite")
    #expect(try !desk.store().verify(deep: false, catalogHash: StoreCatalog.hash).findings.isEmpty)
  }
}
