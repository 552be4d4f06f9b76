// What is old goes, what was billed stays provable, and nothing is billed twice because it was forgotten.

import BillingCalendar
import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

extension NightDesk {
  /// Purges: numbers of the runs that were purged.
  ///
  /// It is the third of March 2026, if not `at` another second: the usual clock of a desk stands in January.
  @discardableResult func purge(
    before day: String, at second: Int64 = 1_772_500_000, tools: StoreTools? = nil
  ) throws -> [Int] {
    var tools = tools ?? self.tools()
    tools.clock = { second }
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools)
    let day = try #require(CivilDate.parse(day))
    return try StorePurging.purge(before: day, reason: "test", in: store).runs.map(\.number)
  }
}

@Suite struct PurgeTests {
  private static let day = "2026-03-01"

  /// A desk whose first run is billed, with a suspended record that was recycled, and whose second is not.
  private static func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    try desk.write(SuspenseTests.calls, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.recycle(catalog: "mended")
    try desk.markBilled("2026-01")
    try desk.write(["f1 2026-02-05 101 442079460123 61"], to: "more/pbx-2.csv")
    try desk.rate(["more"])
    return desk
  }

  @Test func onlyWhatIsBilledAndDoneWithIsPurged() throws {
    let desk = try Self.desk()
    #expect(try desk.purge(before: "2025-12-31") == [])
    #expect(throws: OperationFault.self, "a day to come") { try desk.purge(before: "2026-03-04") }
    // Run 1 has a record that waits; February is not billed.
    #expect(try desk.purge(before: Self.day) == [2])
    try desk.writeOff(["1-3"])
    #expect(try desk.purge(before: Self.day) == [1])
    #expect(try desk.purge(before: Self.day) == [])
    try desk.expectWhole()
    #expect(try desk.store().runs().map(\.isPurged) == [true, true, false])
    try desk.markBilled("2026-02")
    #expect(try desk.purge(before: "2026-02-15") == [])
    #expect(try desk.purge(before: Self.day) == [3])
    try desk.expectWhole()
  }

  /// A kill between the book and the files leaves records: they are left over, no fault, and go with the next change.
  @Test(arguments: [false, true]) func whatAKilledPurgeHasLeftGoesWithTheNextChange(isDeep: Bool)
    throws
  {
    let desk = try Self.desk()
    try desk.writeOff(["1-3"])
    let run = try #require(try desk.store().runs().first)
    let events = desk.storePath + "/runs/\(run.id)/events.bin"
    let bytes = try #require(FileContent.bytes(of: events))
    #expect(try desk.purge(before: Self.day) == [1, 2])
    let name = String(events.dropFirst(desk.folder.path.count + 1))
    try desk.folder.write(bytes, to: name)
    func verified() throws -> StoreVerification {
      try desk.store().verify(deep: isDeep, catalogHash: StoreCatalog.hash)
    }
    #expect(try verified().findings == [])
    #expect(try verified().leftovers == ["runs/\(run.id)/events.bin"])
    #expect(try verified().purgedCount == 2)
    #expect(try verified().purgedWithRecordsCount == 1)
    // Whoever opens it next finishes the purge, and knows.
    if isDeep {
      let opened = try BillingStore.open(
        desk.storePath, for: .changing(creates: false), tools: desk.tools())
      #expect(opened.purgesFinished == [run.id])
    }
    try desk.write(["g1 2026-03-05 101 442079460123 61"], to: "more/pbx-3.csv")
    try desk.rate(["more"])
    #expect(try verified().leftovers == [])
    #expect(try verified().purgedWithRecordsCount == 0)
    #expect(desk.folder.bytes(of: name) == nil)
    let opened = try BillingStore.open(
      desk.storePath, for: .changing(creates: false), tools: desk.tools())
    #expect(opened.purgesFinished == [])
  }

  /// Plans whose usage depends on whole periods, which none of the purged usage has: later nights and rerates need nothing of it.
  @Test(arguments: ["retail", "minutes"]) func laterNightsDoNotAskForWhatWasPurged(planOfZebra: String) throws
  {
    let desk = try NightDesk()
    for (name, price) in [("catalog", "0.0100"), ("dear", "0.0500")] {
      try desk.writeCatalog(name, price: price)
      try desk.folder.write(
        "account,plan\nacme,retail\nzebra,\(planOfZebra)\n", to: name + "/accounts.csv")
      try desk.folder.write(
        "plan: minutes\nextends: retail\nallowances: [{allowance: minutes, quantity: 1 min, kinds: [voice]}]\n",
        to: name + "/plans/minutes.yaml")
    }
    for (night, calls) in [
      ["a1 2026-01-05 101 442079460123 61"], ["a2 2026-02-05 101 442079460123 61"],
      ["a3 2026-02-06 101 442079460123 61", "z1 2026-02-06 201 442079460123 61"],
    ].enumerated() {
      try desk.write(calls, to: "night-\(night)/pbx-\(night).csv")
      try desk.rate(["night-\(night)"])
      if night == 0 {
        try desk.markBilled("2026-01")
        #expect(try desk.purge(before: "2026-02-01") == [1])
      }
      try desk.expectWhole()
    }
    // Of zebra's two minutes the plan covers one, in a row of its own; the call is counted there.
    let isFlat = planOfZebra == "retail"
    func zebra() throws -> [String] { try desk.bill("2026-02").filter { $0.hasPrefix("zebra") }.sorted() }
    #expect(try desk.bill("2026-01") == ["acme 1 0.02"])
    #expect(try zebra() == (isFlat ? ["zebra 1 0.02"] : ["zebra 0 0.01", "zebra 1 0"]))
    try desk.rerate("dear")
    #expect(try desk.bill("2026-01") == ["acme 1 0.02"])
    #expect(try zebra() == (isFlat ? ["zebra 1 0.1"] : ["zebra 0 0.05", "zebra 1 0"]))
    try desk.rerate("catalog", EventBox(accounts: ["acme"]))
    #expect(try zebra() == (isFlat ? ["zebra 1 0.1"] : ["zebra 0 0.05", "zebra 1 0"]))
    try desk.expectWhole()
  }

  /// What was purged of a file that grows is known by its hash: nothing of it is compared, and what is new is rated. Under another name
  /// it is another file.
  @Test func aFileIsReadOnBehindWhatWasPurged() throws {
    let desk = try NightDesk()
    let file = try GrowingFile(desk)
    let first = GrowingFileTests.header + GrowingFileTests.row("a") + GrowingFileTests.row("b")
    try file.become(first)
    try file.rate()
    try desk.markBilled("2026-01")
    #expect(try desk.purge(before: Self.day) == [1])
    let second = first + "c,2026-03-02T09:14:02Z,03023125101,00442079460123,61\n"
    try file.become(second)
    #expect(try file.rate() == "1 1 0 0 0, \(first.utf8.count)")
    try desk.folder.write(second + GrowingFileTests.row("d"), to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "4 0 0 1 3")
    try desk.expectWhole()
  }

  /// No byte of a number is left in the store, but for what the catalog and the sums by service hold.
  @Test func numbersAreGone() throws {
    let desk = try Self.desk()
    try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125101,00339999999999,9")
    try desk.writeOff(["1-3"])
    func traces() -> [String] {
      FileContent.files(below: desk.storePath).filter { file in
        guard let stored = FileContent.bytes(of: desk.storePath + "/" + file) else { return false }
        let bytes = file.hasSuffix(".zst") ? ZstdContent.decode(stored) ?? [] : stored
        let text = String(decoding: bytes, as: UTF8.self)
        let hex = "33393939393939393939"
        return text.contains("33144556677") || text.contains("339999999999") || text.contains(hex)
      }
    }
    #expect(!traces().isEmpty)
    try desk.purge(before: Self.day)
    #expect(traces() == [])
  }

  @Test func sumsAndAdjustmentsStay() throws {
    let desk = try Self.desk()
    let before = try (desk.bill(), desk.adjustments(), desk.usage()["summary.csv.zst"])
    try desk.writeOff(["1-3"])
    try desk.purge(before: Self.day)
    #expect(try desk.bill() == before.0)
    #expect(try desk.adjustments() == before.1)
    #expect(try desk.usage()["summary.csv.zst"] == before.2)
    #expect(throws: OperationFault.self) { try desk.revoke("1") }
  }

  /// What cannot be compared any more is not rated: neither copies nor late records, but what is newer is.
  @Test func oldRecordsGoToSuspenseAfterAPurge() throws {
    let desk = try Self.desk()
    try desk.writeOff(["1-3"])
    try desk.purge(before: Self.day)
    try desk.write(
      SuspenseTests.calls + ["g1 2026-02-28 101 442079460123 61", "g2 2026-03-01 101 442079460123 61"],
      to: "late/pbx-3.csv")
    #expect(try desk.rate(["late"]).doors == "6 1 0 0 5")
    #expect(try desk.waiting().allSatisfy { $0.hasSuffix("outside-duplicate-window") })
    // The file of a purged run is still known as a whole.
    #expect(try desk.rate(["usage"]).doors == "nothing new")
    #expect(try desk.recycle(catalog: "mended").doors == "nothing, 5")
    try desk.expectWhole()
  }

  @Test func aRunThatWasTakenBackIsPurgedToo() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.revoke("1")
    #expect(try desk.purge(before: Self.day) == [1])
    try desk.expectWhole()
  }

  @Test(arguments: [
    "DELETE FROM purged_runs", "INSERT INTO purged_runs SELECT run_id, 1 FROM runs WHERE number = 3",
  ])
  func aChangeOfTheBookShows(change: String) throws {
    let desk = try Self.desk()
    try desk.writeOff(["1-3"])
    try desk.purge(before: Self.day)
    try SQLiteShell.run(change, desk.storePath + "/book.sqlite")
    #expect(try !desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).findings.isEmpty)
  }
}
