// The life of a suspended record: it waits, is rated after all, is written off or corrected, and is never lost or billed twice.

import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct SuspenseTests {
  /// One call that the catalog rates, two to a country that its deck lacks, one of a caller whom nobody knows.
  static let calls = [
    "a1 2026-01-05 101 442079460123 61", "a2 2026-01-05 101 33144556677 60",
    "a3 2026-01-05 201 33144556677 30",
    "a4 2026-01-05 301 442079460123 9",
  ]

  /// A desk with the catalog `catalog`, and `mended`, whose deck has France.
  private static func desk(_ calls: [String] = calls) throws -> NightDesk {
    let desk = try NightDesk()
    try writeMendedCatalog(desk)
    try desk.write(calls, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    return desk
  }

  static func writeMendedCatalog(_ desk: NightDesk) throws {
    try desk.writeCatalog("mended")
    try desk.folder.write(
      "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n1,United States,0.0200,1/1\n"
        + "33,France,0.0500,60/60\n", to: "mended/decks/retail.csv")
  }

  @Test func whatIsRatedNowLeavesSuspense() throws {
    let desk = try Self.desk()
    #expect(try desk.waiting() == ["1-1 no-price", "1-2 no-price", "1-3 unknown-service"])
    #expect(try desk.recycle(catalog: "mended").doors == "2 2 0 0 0, 1")
    #expect(try desk.waiting() == ["1-3 unknown-service"])
    #expect(try desk.suspense(ofRun: "1") == "3 2 0 1")
    #expect(try desk.bill() == ["acme 1 0.05", "acme 1 0.02", "zebra 1 0.05"])
    let runs = try desk.store().runs()
    #expect(runs.map(\.kind) == [.rate, .recycle])
    try desk.expectWhole()
    // Nothing is left that this catalog could rate.
    #expect(try desk.recycle(catalog: "mended").doors == "nothing, 1")
    #expect(try desk.store().runs().count == 2)
  }

  /// Suspended first and recycled later is the same as rated at once.
  @Test func recycledUsageIsWhatRatingAtOnceGives() throws {
    let desk = try Self.desk()
    try desk.recycle(catalog: "mended")
    try desk.rate(["usage"], catalog: "mended", store: "whole")
    #expect(try desk.usage()["summary.csv.zst"] == desk.usage(store: "whole")["summary.csv.zst"])
    #expect(try desk.usage()["suspense-digest.csv"] == desk.usage(store: "whole")["suspense-digest.csv"])
  }

  @Test func whatStaysMayHaveAnotherReason() throws {
    let desk = try Self.desk()
    try desk.writeCatalog("known")
    try desk.folder.write(
      "kind,key,account,service\nrange,493023125200-493023125399,zebra,\n", to: "known/services.csv")
    // Callers 1xx are nobody's now, 3xx are rated.
    #expect(try desk.recycle(catalog: "known").doors == "1 1 0 0 0, 2")
    #expect(try desk.waiting() == ["1-1 unknown-service", "1-2 no-price"])
    #expect(
      try SQLiteShell.run("SELECT reason, event_count FROM unrated", desk.storePath + "/book.sqlite") == [
        "no-price|1", "unknown-service|1",
      ])
    #expect(
      try SQLiteShell.run("SELECT * FROM suspense_states", desk.storePath + "/book.sqlite").map {
        $0.split(separator: "|").suffix(4).joined(separator: " ")
      } == ["3 1 0 2"])
    try desk.expectWhole()
    let audited = try desk.store().verify(deep: false, catalogHash: StoreCatalog.hash).auditCount
    try desk.recycle(catalog: "known")
    #expect(try desk.store().verify(deep: false, catalogHash: StoreCatalog.hash).auditCount == audited)
  }

  @Test func anOutlookLeavesNoTrace() throws {
    let desk = try Self.desk()
    let before = FileContent.copy(desk.storePath)
    #expect(try desk.outlook() == [])
    #expect(try desk.outlook(catalog: "mended") == ["no-price 2"])
    #expect(FileContent.copy(desk.storePath) == before)
  }

  /// A copy that a later run left out stays out, before and after.
  @Test func copiesOfSuspendedRecordsAreDuplicates() throws {
    let desk = try Self.desk()
    try desk.write(Self.calls, to: "usage/pbx-2.csv")
    try desk.write(["b1 2026-01-06 101 442079460123 61"] + Self.calls, to: "usage/pbx-3.csv")
    #expect(try desk.rate(["usage/pbx-3.csv"]).doors == "5 1 0 4 0")
    #expect(try desk.recycle(catalog: "mended").doors == "2 2 0 0 0, 1")
    try desk.write(["b2 2026-01-06 101 442079460123 61"] + Self.calls, to: "usage/pbx-4.csv")
    #expect(try desk.rate(["usage/pbx-4.csv"], catalog: "mended").doors == "5 1 0 4 0")
    try desk.expectWhole()
  }

  @Test func whatIsWrittenOffIsNeverRated() throws {
    let desk = try Self.desk()
    try desk.writeOff(["1-2", "1-3"])
    #expect(try desk.waiting() == ["1-1 no-price"])
    #expect(try desk.suspense(ofRun: "1") == "3 0 2 1")
    #expect(throws: StoreFault.self) { try desk.writeOff(["1-2"]) }
    #expect(throws: StoreFault.self) { try desk.writeOff(["1-9"]) }
    #expect(try desk.recycle(catalog: "mended").doors == "1 1 0 0 0, 0")
    try desk.write(["b1 2026-01-06 101 442079460123 61"] + Self.calls, to: "more/pbx-2.csv")
    #expect(try desk.rate(["more"], catalog: "mended").doors == "5 1 0 4 0")
    #expect(try desk.bill() == ["acme 1 0.05", "acme 2 0.04"])
    try desk.expectWhole()
  }

  @Test func aCorrectedRecordIsRatedAsCorrected() throws {
    let desk = try Self.desk()
    try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125302,00442079460123,9")
    // A second correction counts in place of the first one.
    #expect(throws: Never.self) {
      try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125201,00442079460123,9")
    }
    #expect(throws: OperationFault.self) { try desk.correct("1-9", "x") }
    #expect(try desk.recycle().doors == "1 1 0 0 0, 2")
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
    let record = try #require(try desk.store().suspended(SuspenseID(runNumber: 1, row: 3)))
    #expect(record.state == .recycled)
    #expect(record.row.original == "a4,2026-01-05T09:14:02Z,03023125301,00442079460123,9")
    try desk.expectWhole()
  }

  private static let corrected = "a4,2026-01-05T09:14:02Z,03023125201,00442079460123,9"

  /// A correction is exactly one record: nothing else can stand for one.
  @Test(arguments: [
    "", "\n", "\n\n", "\r", "\(SuspenseTests.corrected)\n\(SuspenseTests.corrected)",
    "\n\(SuspenseTests.corrected)\n\(SuspenseTests.corrected)\n",
  ])
  func aCorrectionThatIsNotOneRecordIsRefused(text: String) throws {
    let desk = try Self.desk()
    let before = FileContent.copy(desk.storePath)
    #expect(throws: OperationFault.self) { try desk.correct("1-3", text) }
    #expect(FileContent.copy(desk.storePath) == before)
  }

  /// Blank lines around are none of the record.
  @Test(arguments: [
    "\(SuspenseTests.corrected)\n", "\n\(SuspenseTests.corrected)", "\(SuspenseTests.corrected)\r",
  ])
  func blankLinesAroundACorrectionDoNotMatter(text: String) throws {
    let desk = try Self.desk()
    try desk.correct("1-3", text)
    #expect(
      try desk.store().suspended(SuspenseID(runNumber: 1, row: 3))?.corrected
        == Label(Self.corrected))
    #expect(try desk.recycle(catalog: "mended").doors == "3 3 0 0 0, 0")
    try desk.expectWhole()
  }

  /// Bytes that are not one record stay in suspense by themselves, whatever stands before and behind them.
  @Test(
    arguments: ["\n", "\(SuspenseTests.corrected)\n\(SuspenseTests.corrected)", "one\ntwo\nthree"],
    ["1-1", "1-2", "1-3"])
  func whatIsNotOneRecordIsNeverRecycled(text: String, name: String) throws {
    let desk = try Self.desk()
    // As a program of before had taken it.
    try desk.correctUnchecked(name, text)
    let others = ["1-1", "1-2"].filter { $0 != name }.count
    #expect(try desk.recycle(catalog: "mended").doors == "\(others) \(others) 0 0 0, \(3 - others)")
    #expect(try desk.waiting().contains { $0.hasPrefix(name + " ") })
    #expect(try desk.suspense(ofRun: "1") == "3 \(others) 0 \(3 - others)")
    try desk.expectWhole()
  }

  /// A format that allows line ends in quotes has records of several lines; a quote that stays open would take the next one in.
  @Test func aRecordOfSeveralLinesMayBeCorrected() throws {
    let desk = try NightDesk()
    for name in ["catalog", "mended"] {
      try desk.writeCatalog(name, sources: "pbx,pbx*,lines,DE,,\n")
      try desk.folder.write(GrowingFileTests.formatOfLines, to: name + "/formats/lines.yaml")
    }
    func record(_ id: String, _ from: String, _ note: String) -> String {
      "\(id),2026-01-05T09:14:02Z,03023125\(from),00442079460123,61,\(note)"
    }
    let records = [
      record("a", "301", "\"two\nlines\""), record("b", "301", "x"), record("c", "301", "x"),
    ]
    try desk.folder.write(
      "id,start,from,to,billable,note\n" + records.map { $0 + "\n" }.joined(), to: "usage/pbx-1.csv"
    )
    #expect(try desk.rate(["usage"]).doors == "3 0 0 0 3")
    #expect(throws: OperationFault.self) {
      try desk.correct("1-1", record("a", "101", "\"two\nlines"))
    }
    #expect(throws: OperationFault.self) {
      try desk.correct("1-1", record("a", "101", "two\nlines"))
    }
    try desk.correct("1-1", record("a", "101", "\"now\nthree\nlines\""))
    try desk.correctUnchecked("1-2", record("b", "101", "\"open"))
    try desk.correct("1-3", record("c", "101", "x"))
    #expect(try desk.recycle().doors == "2 2 0 0 0, 1")
    #expect(try desk.waiting() == ["1-2 unknown-service"])
    #expect(try desk.bill() == ["acme 2 0.04"])
    try desk.expectWhole()
  }

  /// A correction may turn out to be what was rated meanwhile, or to contradict it.
  @Test(arguments: [("61", "1 0 0 1 0, 2"), ("62", "nothing, 3")])
  func aCorrectionIsComparedWithWhatWasRated(seconds: String, doors: String) throws {
    let desk = try Self.desk()
    try desk.correct("1-3", "a1,2026-01-05T09:14:02Z,03023125101,00442079460123,\(seconds)")
    #expect(try desk.recycle().doors == doors)
    #expect(try desk.bill() == ["acme 1 0.02"])
    try desk.expectWhole()
  }

  @Test func ofContradictingRecordsTheRightOneCanBeRated() throws {
    let desk = try Self.desk(["c1 2026-01-05 101 442079460123 61", "c1 2026-01-05 101 442079460123 62"])
    #expect(try desk.waiting() == ["1-1 duplicate-conflict", "1-2 duplicate-conflict"])
    #expect(try desk.recycle().doors == "nothing, 2")
    try desk.writeOff(["1-1"])
    #expect(try desk.recycle().doors == "1 1 0 0 0, 0")
    #expect(try desk.bill() == ["acme 1 0.02"])
    // The one that was written off comes again: it still contradicts.
    try desk.write(
      ["c1 2026-01-05 101 442079460123 61", "c2 2026-01-05 101 442079460123 61"], to: "more/pbx-2.csv")
    #expect(try desk.rate(["more"]).doors == "2 1 0 0 1")
    // What was decided counts still.
    #expect(try desk.bill() == ["acme 2 0.04"])
    try desk.expectWhole()
  }

  /// Records of two runs that contradict each other stay until one of them is gone.
  @Test func aConflictWithAnEarlierRunStays() throws {
    let desk = try Self.desk(["c1 2026-01-05 101 442079460123 61"])
    try desk.write(
      ["c1 2026-01-05 101 442079460123 62", "c2 2026-01-05 101 442079460123 1"], to: "more/pbx-2.csv")
    #expect(try desk.rate(["more"]).doors == "2 1 0 0 1")
    #expect(try desk.recycle().doors == "nothing, 2")
    try desk.expectWhole()
  }

  @Test func inBilledPeriodsTheyAreAdjustments() throws {
    let desk = try Self.desk()
    try desk.markBilled("2026-01")
    try desk.recycle(catalog: "mended")
    #expect(try desk.adjustments() == ["2026-01-01 acme 1 0.05"])
    try desk.write(["d1 2026-02-05 101 442079460123 61"], to: "more/pbx-2.csv")
    try desk.rate(["more"])
    try desk.markBilled("2026-02")
    #expect(try desk.adjustments() == [])
    try desk.revoke("2")
    #expect(try desk.adjustments() == ["2026-01-01 acme -1 -0.05"])
    try desk.expectWhole()
  }

  @Test func aRevokedRecyclePutsItsRecordsBack() throws {
    let desk = try Self.desk()
    try desk.recycle(catalog: "mended")
    try desk.revoke("2")
    #expect(try desk.suspense(ofRun: "1") == "3 0 0 3")
    #expect(try desk.waiting().count == 3)
    try desk.expectWhole()
    // Again, as a third run.
    #expect(try desk.recycle(catalog: "mended").doors == "2 2 0 0 0, 1")
    #expect(try desk.store().runs().map(\.state) == [.current, .revoked, .current])
    try desk.expectWhole()
  }

  @Test func aRunTakesWhatWasRecycledOfItAlong() throws {
    let desk = try Self.desk()
    try desk.write(["e1 2026-01-06 102 33144556677 60"], to: "more/pbx-2.csv")
    try desk.rate(["more"])
    #expect(try desk.recycle(catalog: "mended").doors == "3 3 0 0 0, 1")
    try desk.revoke("1")
    #expect(try desk.store().runs().map(\.state) == [.revoked, .current, .revoked])
    #expect(try desk.waiting() == ["2-1 no-price"])
    #expect(try desk.recycle(catalog: "mended").doors == "1 1 0 0 0, 0")
    #expect(try desk.bill() == ["acme 1 0.05"])
    // The first file again: rated by the mended catalog at once.
    #expect(try desk.rate(["usage"], catalog: "mended").doors == "4 3 0 0 1")
    try desk.expectWhole()
  }

  @Test func groupsAreEstimatedByWhatUsageCostsNow() throws {
    let desk = try Self.desk()
    let groups = try desk.store().suspenseGroups(SuspenseFilter())
    // 90 s to France and 9 s of nobody at 0.02 for 61 s, all that is rated.
    #expect(
      groups.map { "\($0.reason) \($0.count) \($0.example)" } == ["no-price 2 1-1", "unknown-service 1 1-3"])
    let values = groups.flatMap { $0.values.map { "\($0.key) \($0.value)" } }
    #expect(values == ["EUR 0.02950819672", "EUR 0.002950819672"])
    #expect(groups.allSatisfy { $0.unvaluedCount == 0 })
  }

  /// Each makes the sums of suspense disagree with its records or with the audit trail.
  @Test(arguments: [
    "UPDATE suspense_moves SET last_row = last_row + 1", "DELETE FROM suspense_moves",
    "UPDATE suspense_moves SET state = 'written off'", "UPDATE suspense_actions SET record_count = 9",
    "UPDATE suspense_changes SET event_count = event_count + 1",
    "UPDATE suspense_changes SET quantity = quantity + 1",
    "UPDATE suspense_actions SET run_id = NULL", "DELETE FROM suspense_changes",
    "UPDATE run_suspense SET event_count = event_count + 1",
  ])
  func aChangeOfTheBookShows(change: String) throws {
    let desk = try Self.desk()
    try desk.recycle(catalog: "mended")
    try desk.expectWhole()
    try SQLiteShell.run(change, desk.storePath + "/book.sqlite")
    #expect(try !desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).findings.isEmpty)
  }

  /// Files of one source may have their columns in other orders; bytes may be none of UTF-8.
  @Test func recordsAreReadByTheHeaderOfTheirFile() throws {
    let desk = try Self.desk()
    var turned = Array("to,from,start,billable,id\n".utf8)
    turned += Array("0033144556677,03023125101,2026-01-05T10:00:00Z,61,f".utf8) + [0xE9] + Array("1\n".utf8)
    turned += Array("00442079460123,03023125101,2026-01-05T10:00:00Z,61,f2\n".utf8)
    try desk.folder.write(turned, to: "more/pbx-2.csv")
    #expect(try desk.rate(["more"]).doors == "2 1 0 0 1")
    #expect(try desk.recycle(catalog: "mended").doors == "3 3 0 0 0, 1")
    #expect(try desk.bill() == ["acme 2 0.15", "acme 2 0.04", "zebra 1 0.05"])
    try desk.expectWhole()
  }
}
