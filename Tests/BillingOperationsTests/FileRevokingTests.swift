// Taking one of several files back: what is left is what a store without it would hold, and copies of its records count again.

import BillingStore
import Glibc
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct FileRevokingTests {
  private static let calls = (0..<12).map {
    "c\($0) 2026-01-0\(1 + $0 % 9) \(100 + $0 % 2 * 100 + $0) 442079460123 \(30 * $0 + 5)"
  }

  /// A store that has read these files together, and one that has read all but `gone`.
  private func desks(_ files: [String: [String]], without gone: String) throws -> (NightDesk, NightDesk) {
    let (desk, anew) = (try NightDesk(), try NightDesk())
    for (name, calls) in files {
      try desk.write(calls, to: "usage/\(name)")
      if name != gone { try anew.write(calls, to: "usage/\(name)") }
    }
    try desk.rate(["usage"])
    try anew.rate(["usage"])
    return (desk, anew)
  }

  private func expectSame(
    _ desk: NightDesk, _ anew: NightDesk, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for name in ["summary.csv.zst", "suspense-digest.csv", "allowances.csv"] {
      #expect(try desk.usage()[name] == anew.usage()[name], "\(name)", sourceLocation: sourceLocation)
    }
    func doors(_ desk: NightDesk) throws -> [[String]] {
      let store = try desk.store()
      return try store.currentRuns().map { run in
        try store.files(of: run).map { "\($0.name.split(separator: "/").last ?? "") \($0.doors)" }
      }
    }
    #expect(try doors(desk) == doors(anew), sourceLocation: sourceLocation)
    try desk.expectWhole(sourceLocation: sourceLocation)
  }

  @Test(arguments: ["pbx-1.csv", "pbx-2.csv", "pbx-3.csv"])
  func whatIsLeftIsWhatTheOthersHold(gone: String) throws {
    let calls = Self.calls
    let files = [
      "pbx-1.csv": Array(calls[0..<4]) + [
        "x1 2026-01-05 301 442079460123 9", "x2 2026-01-05 101 33144556677 60",
      ],
      // Copies of what is in the others, and records of its own.
      "pbx-2.csv": Array(calls[2..<8]), "pbx-3.csv": Array(calls[6..<12]) + Array(calls[0..<2]),
    ]
    let (desk, anew) = try desks(files, without: gone)
    let done = try desk.revoke(file: gone)
    #expect(done.missing.isEmpty)
    #expect(done.replacing.count == 1)
    try expectSame(desk, anew)
    // Its file can be rated again: its own records are new, the others are copies.
    let again = try desk.rate(["usage"])
    try anew.write(files[gone] ?? [], to: "usage/\(gone)")
    #expect(try again.doors == anew.rate(["usage"]).doors)
    try desk.expectWhole()
    // And what is left can be rated again, and be taken back file by file.
    for desk in [desk, anew] {
      try desk.writeCatalog("dear", price: "0.1000")
      try desk.rerate("dear")
    }
    #expect(try desk.usage()["summary.csv.zst"] == anew.usage()["summary.csv.zst"])
    for name in files.keys.sorted() { try desk.revoke(file: name) }
    #expect(try desk.store().currentRuns().isEmpty)
    try desk.expectWhole()
  }

  /// A run that was rated again in part: each event keeps the catalog that has priced it last, by account and by day.
  @Test(arguments: ["pbx-1.csv", "pbx-2.csv", "pbx-3.csv"])
  func whatWasRatedAgainInPartStaysSo(gone: String) throws {
    let calls = Self.calls
    let files = [
      "pbx-1.csv": Array(calls[0..<4]) + [
        "x1 2026-01-05 301 442079460123 9", "x2 2026-01-05 101 33144556677 60",
      ],
      "pbx-2.csv": Array(calls[2..<8]), "pbx-3.csv": Array(calls[6..<12]) + Array(calls[0..<2]),
    ]
    let (desk, anew) = try desks(files, without: gone)
    for desk in [desk, anew] {
      try desk.writeCatalog("dear", price: "0.1000")
      try desk.writeCatalog("dearer", price: "0.3000")
      try desk.rerate("dear", EventBox(accounts: ["acme"]))
      // The fourth and fifth of January.
      let day: Int64 = 86_400_000
      try desk.rerate("dearer", EventBox(from: 20_457 * day, until: 20_459 * day))
    }
    let done = try desk.revoke(file: gone)
    #expect(done.missing.isEmpty)
    try expectSame(desk, anew)
    #expect(try desk.bill() != [])
    // In both the catalogs of before are those of the events.
    for desk in [desk, anew] { try desk.rerate("dear") }
    try expectSame(desk, anew)
    try desk.rate(["usage"], catalog: "dear")
    try desk.expectWhole()
  }

  /// What is missing stays so when its run is rated again, or another file is taken back.
  @Test(arguments: [false, true]) func whatIsMissingIsNotForgotten(isRevoked: Bool) throws {
    let calls = Self.calls
    let desk = try NightDesk()
    try desk.write(Array(calls[0..<3]), to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    // A file of copies alone, of which nothing is kept, beside others.
    try desk.write(calls[0..<3].reversed(), to: "usage/pbx-2.csv")
    try desk.write(Array(calls[3..<5]), to: "usage/pbx-3.csv")
    try desk.write(Array(calls[5..<7]), to: "usage/pbx-4.csv")
    #expect(try desk.rate(["usage"]).doors == "7 4 0 3 0")
    #expect(try desk.revoke(file: "pbx-1.csv").missing.map(\.count) == [3])
    func toRateAgain() throws -> [Int?] {
      try desk.store().periods().flatMap { period in period.filesToRateAgain.map(\.recordsMax) }
    }
    #expect(try toRateAgain() == [3])
    try desk.writeCatalog("dear", price: "0.1000")
    if isRevoked { try desk.revoke(file: "pbx-4.csv") } else { try desk.rerate("dear") }
    #expect(unlink(desk.folder.path(of: "usage/pbx-1.csv")) == 0)
    #expect(try toRateAgain() == [3])
    try desk.rate(["usage"], catalog: isRevoked ? "catalog" : "dear")
    #expect(try toRateAgain() == [])
    #expect(try desk.store().currentRuns().reduce(0) { $0 + Int($1.doors.rated) } == 7)
    try desk.expectWhole()
  }

  /// Rows without an id: the n-th of one file is the copy of the n-th of another.
  @Test func twinsAreCountedAsBefore() throws {
    let row = "2026-01-05 101 442079460123 30"
    let files = [
      "pbx-1.csv": [row, row, "2026-01-06 101 442079460123 30"], "pbx-2.csv": [row, row, row],
      "pbx-3.csv": [row, "2026-01-07 101 442079460123 30"],
    ]
    for gone in files.keys.sorted() {
      let (desk, anew) = (try EarlierRecordTests.rowDesk(), try EarlierRecordTests.rowDesk())
      for (name, calls) in files {
        let text = Array(
          ("start,from,to,billable\n"
            + calls.map { call in
              let cells = call.split(separator: " ")
              return "\(cells[0])T09:14:02Z,03023125\(cells[1]),00\(cells[2]),\(cells[3])\n"
            }.joined()).utf8)
        try desk.folder.write(text, to: "usage/\(name)")
        if name != gone { try anew.folder.write(text, to: "usage/\(name)") }
      }
      try desk.rate(["usage"])
      try anew.rate(["usage"])
      try desk.revoke(file: gone)
      #expect(try desk.bill() == anew.bill(), "\(gone)")
      try desk.expectWhole()
    }
  }

  /// Copies in a later run count there; of a file that is nothing but copies nothing was kept, and it is to be read again.
  @Test func whatWasNotKeptIsNamedAndReadAgain() throws {
    let calls = Self.calls
    let desk = try NightDesk()
    try desk.write(Array(calls[0..<6]), to: "usage/pbx-1.csv")
    try desk.write(Array(calls[6..<8]), to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.write(Array(calls[3..<10]), to: "usage/pbx-3.csv")
    #expect(try desk.rate(["usage"]).doors == "7 2 0 5 0")
    try desk.write(Array(calls[0..<5]), to: "usage/pbx-4.csv")
    #expect(try desk.rate(["usage"]).doors == "5 0 0 5 0")
    let done = try desk.revoke(file: "pbx-1.csv")
    // c3, c4 and c5 are in the third file; c0 to c2 only in the fourth, of which nothing was kept.
    #expect(done.revivedCount == 3)
    #expect(done.missing.map { "\($0.run.number) \($0.count)" } == ["3 5"])
    #expect(done.missing.allSatisfy { $0.file.description.hasSuffix("pbx-4.csv") })
    try desk.expectWhole()
    func count() throws -> Int { try desk.store().currentRuns().reduce(0) { $0 + Int($1.doors.rated) } }
    #expect(try count() == 7)
    #expect(try desk.rate(["usage/pbx-4.csv"]).doors == "5 3 0 2 0")
    #expect(try count() == 10)
    try desk.expectWhole()
    #expect(try desk.rate(["usage/pbx-2.csv", "usage/pbx-3.csv", "usage/pbx-4.csv"]).doors == "nothing new")
  }

  @Test func decisionsAboutTheOtherFilesStay() throws {
    let desk = try NightDesk()
    try desk.write(SuspenseTests.calls, to: "usage/pbx-1.csv")
    try desk.write(
      ["d1 2026-01-06 101 33144556699 60", "d2 2026-01-06 101 442079460123 60"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.writeOff(["1-1", "1-4"])
    try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125201,00442079460123,9")
    try desk.revoke(file: "pbx-2.csv")
    #expect(try desk.suspense(ofRun: "2") == "3 0 1 2")
    try desk.expectWhole()
    #expect(try desk.recycle().doors == "1 1 0 0 0, 1")
    try desk.revoke("2")
    #expect(try desk.store().currentRuns().isEmpty)
    try desk.expectWhole()
  }

  /// Recycled, written off and corrected, then rated again with a catalog that could rate all of it: what is left of the run keeps it so.
  @Test(arguments: [nil, ["zebra"]] as [[Label]?]) func decisionsStayWhereTheRunWasRatedAgainSince(
    accounts: [Label]?
  )
    throws
  {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    let calls =
      SuspenseTests.calls + [
        "a5 2026-01-05 101 33144556678 60", "a6 2026-01-05 101 39068123456 60", "bad 0 0 0 0",
        "a7 2026-01-05 201 442079460123 30",
      ]
    try desk.write(calls, to: "usage/pbx-1.csv")
    try desk.write(
      ["d1 2026-01-06 101 39068123456 60", "d2 2026-01-06 101 442079460123 60"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    #expect(try desk.suspense(ofRun: "1") == "7 0 0 7")
    // In the order of the file: a2, a3, a4, a5, a6, bad; d1.
    try desk.writeOff(["1-1", "1-6"])
    try desk.correct("1-3", "a4,2026-01-05T09:14:02Z,03023125201,00442079460123,9")
    #expect(try desk.recycle(catalog: "mended").doors == "3 3 0 0 0, 2")
    #expect(try desk.suspense(ofRun: "1") == "7 3 2 2")
    try desk.folder.write(
      "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n33,France,0.0700,60/60\n",
      to: "mended/decks/retail.csv")
    for name in ["catalog.yaml", "accounts.csv", "services.csv", "sources.csv", "plans/retail.yaml"] {
      try desk.folder.write(
        FileContent.bytes(of: desk.folder.path(of: "mended/" + name)) ?? [], to: "dear/" + name)
    }
    try desk.folder.write(
      "prefix,destination,price,increment\n44,United Kingdom,0.0200,60/60\n33,France,0.0700,60/60\n",
      to: "dear/decks/retail.csv")
    try desk.rerate("dear", EventBox(accounts: accounts.map { Set($0) }))
    let run = try #require(
      try desk.store().currentRuns().first { $0.replaces != nil && $0.doors.suspended > 0 })
    #expect(try desk.suspense(ofRun: "\(run.number)") == "7 3 2 2")
    let before = try desk.bill()
    try desk.revoke(file: "pbx-2.csv")
    try desk.expectWhole()
    let left = try #require(try desk.store().currentRuns().first { $0.doors.suspended > 0 })
    // All but d1, which waited.
    #expect(try desk.suspense(ofRun: "\(left.number)") == "6 3 2 1")
    #expect(try desk.bill() != before)
    // The run that has recycled them is taken back, and does it again.
    let recycle = try #require(try desk.store().currentRuns().first { $0.id != left.id })
    try desk.revoke("\(recycle.number)")
    #expect(try desk.suspense(ofRun: "\(left.number)") == "6 0 2 4")
    #expect(try desk.recycle(catalog: "dear").doors == "3 3 0 0 0, 1")
    #expect(try desk.suspense(ofRun: "\(left.number)") == "6 3 2 1")
    try desk.expectWhole()
    // The same without the file from the beginning: each event with the catalog that has priced it.
    try desk.rerate("dear")
    try desk.rate(["usage/pbx-1.csv"], catalog: "dear", store: "anew")
    let rows = try desk.bill()
    #expect(rows.contains { $0.hasPrefix("zebra") })
    #expect(rows == ["acme 1 0.04", "acme 1 0.07", "zebra 1 0.07", "zebra 1 0.02"] || rows.count == 4)
    try desk.expectWhole()
  }

  /// What was recycled of other files stays so; what was recycled of the file goes first.
  @Test func recycledRecordsOfTheOtherFilesStay() throws {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    try desk.write(SuspenseTests.calls, to: "usage/pbx-1.csv")
    try desk.write(["d2 2026-01-06 101 442079460123 60"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.recycle(catalog: "mended")
    let fault = #expect(throws: OperationFault.self) { try desk.revoke(file: "pbx-1.csv") }
    #expect(fault.map { "\($0)" }?.contains("run 2 has recycled") == true)
    try desk.revoke(file: "pbx-2.csv")
    #expect(try desk.suspense(ofRun: "3") == "3 2 0 1")
    try desk.expectWhole()
    try desk.revoke("2")
    #expect(try desk.suspense(ofRun: "3") == "3 0 0 3")
    try desk.expectWhole()
  }

  /// A file of a month that is settled, and copies of it in a later night.
  @Test func aFileOfASettledMonthIsAsIfItHadNeverBeen() throws {
    let nights = SettledNights(seed: 51, nightCount: 4)
    let desk = try nights.desk()
    let texts = nights.nights.map { String($0.dropFirst(SettledNights.header.count)) }
    let both = String(texts[1].split(separator: "\n").prefix(9).joined(separator: "\n")) + "\n" + texts[3]
    try desk.folder.write(SettledNights.header + both, to: "usage/" + SettledNights.name(3))
    for name in [0, 1, 2].map(SettledNights.name) { #expect(!name.isEmpty) }
    let first = [0, 1, 2].map { "usage/" + SettledNights.name($0) }
    try desk.rate(first, catalog: "settling")
    try desk.rate(["usage/" + SettledNights.name(3)], catalog: "settling")
    try desk.rate([first[0], first[2]], catalog: "settling", store: "anew")
    try desk.rate(["usage/" + SettledNights.name(3)], catalog: "settling", store: "anew")
    let done = try desk.revoke(file: SettledNights.name(1))
    #expect(done.revivedCount == 9)
    for period in ["2026-01", "2026-02", "2026-03"] {
      let (found, expected) = (try desk.usage(period), try desk.usage(period, store: "anew"))
      for name in ["summary.csv.zst", "allowances.csv"] {
        #expect(found[name] == expected[name], "\(period) \(name)")
      }
    }
    try desk.expectWhole()
  }

  private func remove(_ name: String, _ desk: NightDesk) { unlink(desk.folder.path(of: name)) }

  /// A copy of a call of another run goes with its file; when that run goes as well, nothing may take the call for a duplicate.
  @Test func aCallWhoseCopiesAreGoneIsNew() throws {
    let desk = try NightDesk()
    try desk.write(["c9 2026-01-05 101 442079460123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(
      ["c9 2026-01-05 101 442079460123 60", "c1 2026-01-05 101 442079460123 60"], to: "usage/pbx-2.csv")
    try desk.write(["c15 2026-01-05 101 442079460123 60"], to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    try desk.revoke(file: "pbx-2.csv")
    remove("usage/pbx-2.csv", desk)
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.rate(["usage"]).doors == "1 1 0 0 0")
    #expect(try desk.bill() == ["acme 2 0.02"])
    try desk.expectWhole()
  }

  /// A run that has read again what was missing is revoked: its file can be rated once more.
  @Test func aFileThatWasReadAgainCanBeReadAgainAndAgain() throws {
    let desk = try NightDesk()
    try desk.write(["c0 2026-01-05 101 442079460123 60"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    // Another content, so that the file is read: nothing but a duplicate, which nobody keeps.
    try desk.folder.write(NightDesk.text(["c0 2026-01-05 101 442079460123 60"]) + [10], to: "usage/pbx-2.csv")
    try desk.write(["c5 2026-01-05 101 442079460123 60"], to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    #expect(try desk.revoke(file: "pbx-1.csv").missing.map(\.count) == [1])
    remove("usage/pbx-1.csv", desk)
    for _ in 0..<3 {
      #expect(try desk.rate(["usage"]).doors == "1 1 0 0 0")
      #expect(try desk.bill() == ["acme 2 0.02"])
      try desk.revoke("\(try #require(try desk.store().currentRuns().last).number)")
      #expect(try desk.bill() == ["acme 1 0.01"])
      try desk.expectWhole()
    }
  }

  /// Random files of calls that come again and contradict each other, some of them taken back: what counts is what all files that are
  /// left agree on.
  @Test(arguments: 1...8) func whatCountsIsWhatTheFilesAgreeOn(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let desk = try NightDesk()
    var files: [String: [String]] = [:]
    for step in 0..<9 {
      let name = "pbx-\(step).csv"
      if step > 3, Int.random(in: 0..<3, using: &random) == 0,
        let gone = files.keys.sorted().randomElement(using: &random)
      {
        try desk.revoke(file: gone)
        remove("usage/" + gone, desk)
        files[gone] = nil
      } else {
        var calls = ["own\(step) 2026-01-05 101 442079460123 60"]
        for _ in 0..<Int.random(in: 1..<5, using: &random) {
          let call = Int.random(in: 0..<6, using: &random)
          let seconds = Int.random(in: 0..<5, using: &random) == 0 ? 61 : 60
          calls.append("c\(call) 2026-01-05 101 442079460123 \(seconds)")
        }
        files[name] = calls
        try desk.write(calls, to: "usage/" + name)
      }
      // Also what is missing since something was taken back.
      for _ in 0..<2 { try desk.rate(["usage"]) }
      var contents: [Substring: Set<Substring>] = [:]
      for call in files.values.joined() {
        let cells = call.split(separator: " ")
        contents[cells[0], default: []].insert(cells[4])
      }
      let expected = contents.values.filter { $0.count == 1 }.count
      let found = try desk.store().periods().reduce(0) { $0 + $1.eventCount }
      #expect(found == Int64(expected), "step \(step)")
      try desk.expectWhole()
    }
  }
}
