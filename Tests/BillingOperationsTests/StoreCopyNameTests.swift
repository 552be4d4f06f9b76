// Of a record with copies in several files the detail names the first one by name and place, as one run over all files does, whichever a
// run has read first.

import BillingStore
import DurableFiles
import Glibc
import RatingEngine
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreCopyNameTests {
  private static let periods = ["2026-01", "2026-02", "2026-03"]

  /// Nights that hold copies of each other's calls: some in a night of their own, some of whole files.
  private static func copyingDesk(seed: UInt64) throws -> (desk: NightDesk, names: [String]) {
    var random = SeededGenerator(seed: seed)
    var nights = SettledNights(seed: seed, nightCount: 5, callCount: 120).nights.map {
      $0.split(separator: "\n").dropFirst().map { String($0) }
    }
    let calls = nights.flatMap { $0 }
    for _ in 0..<60 {
      let night = Int.random(in: 0..<5, using: &random)
      let place = Int.random(in: 0...nights[night].count, using: &random)
      nights[night].insert(calls.randomElement(using: &random) ?? "", at: place)
    }
    // Nothing but copies, before all others by its name, between them, and behind them.
    nights.insert(Array(calls.shuffled(using: &random).prefix(10)), at: 0)
    nights.insert(Array(calls.shuffled(using: &random).prefix(25)), at: 3)
    nights.append(Array(calls.shuffled(using: &random).prefix(10)))
    // Whole files once more.
    nights.insert(nights[2], at: 1)
    nights.append(nights[5])
    let desk = try SettledNights(seed: seed, nightCount: 1).desk()
    var names: [String] = []
    for (night, lines) in nights.enumerated() {
      names.append("copies/" + SettledNights.name(night))
      try desk.folder.write(SettledNights.header + lines.map { $0 + "\n" }.joined(), to: names[night])
    }
    return (desk, names)
  }

  @Test(arguments: 31...36) func howCopiesWereDividedDoesNotShow(seed: UInt64) throws {
    let (desk, names) = try Self.copyingDesk(seed: seed)
    try desk.rate(["copies"], catalog: "settling", store: "whole")
    let whole = try Self.periods.map { try desk.detailedUsage($0, store: "whole") }
    #expect(
      try desk.detailRows(Self.periods, store: "whole") == desk.rowsOfOneRun(["copies"], catalog: "settling"))
    var random = SeededGenerator(seed: seed)
    let orders = [
      ("sorted", names), ("reversed", Array(names.reversed())), ("shuffled", names.shuffled(using: &random)),
    ]
    for (store, order) in orders {
      // With small chunks some hold nothing but copies, and others not.
      for name in order {
        try desk.rate([name], catalog: "settling", store: store) { $0.chunkBytes = seed % 2 == 0 ? 300 : nil }
      }
      for (period, expected) in zip(Self.periods, whole) {
        #expect(try desk.detailedUsage(period, store: store) == expected, "seed \(seed), \(store), \(period)")
      }
    }
  }

  /// What a file has grown by may be copies, and others may hold copies of it.
  @Test(arguments: ["a-master/pbx.csv", "z-master/pbx.csv"]) func aFileThatGrewHasCopies(name: String) throws
  {
    let (desk, names) = try Self.copyingDesk(seed: 37)
    let file = try GrowingFile(desk, name)
    var text = SettledNights.header
    var random = SeededGenerator(seed: 37)
    for night in names.shuffled(using: &random) {
      let lines = String(decoding: desk.folder.bytes(of: night) ?? [], as: UTF8.self).split(separator: "\n")
      text += lines.dropFirst().shuffled(using: &random).prefix(9).map { $0 + "\n" }.joined()
      try file.become(text)
      try file.rate(catalog: "settling")
      try desk.rate([night], catalog: "settling")
    }
    try desk.rate([name, "copies"], catalog: "settling", store: "whole")
    for period in Self.periods {
      #expect(try desk.detailedUsage(period) == desk.detailedUsage(period, store: "whole"), "\(period)")
    }
    #expect(try desk.detailRows(Self.periods) == desk.rowsOfOneRun([name, "copies"], catalog: "settling"))
  }

  /// The n-th row of one file is the copy of the n-th of another.
  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func twinsAreNamedOneByOne(order: [Int]) throws {
    let desk = try EarlierRecordTests.rowDesk()
    let nights = [["08", "09", "08"], ["08", "08", "07", "08"], ["07", "09", "09"]]
    let names = nights.indices.map { "usage/pbx-\($0).csv" }
    for (name, hours) in zip(names, nights) {
      try desk.folder.write(
        "start,from,to,billable\n"
          + hours.map { "2026-01-05T\($0):14:02Z,03023125101,00442079460123,61\n" }.joined(), to: name)
    }
    for night in order { try desk.rate([names[night]]) { $0.chunkBytes = 60 } }
    try desk.rate(["usage"], store: "whole")
    let found = try desk.namedRecords().map { $0.split(separator: " ")[1] }
    #expect(
      found == ["pbx-1.csv:4", "pbx-0.csv:2", "pbx-0.csv:4", "pbx-1.csv:5", "pbx-0.csv:3", "pbx-2.csv:4"])
    #expect(try desk.detailedUsage() == desk.detailedUsage(store: "whole"))
    #expect(try desk.detailRows(["2026-01"]) == desk.rowsOfOneRun(["usage"]))
  }

  /// Of twins that an allowance covers in part the first one is covered first, also where it stands in a file that came later.
  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func twinsAreCoveredInTheirOrder(order: [Int]) throws {
    let desk = try EarlierRecordTests.rowDesk()
    try desk.folder.write(
      "plan: retail\nlook_up: {voice: retail}\nallowances: [{allowance: minutes, quantity: 90 s, kinds: [voice]}]\n"
        + "charges:\n  - {charge: calls, kinds: [voice], price: deck}\n", to: "catalog/plans/retail.yaml")
    let names = (0..<3).map { "usage/pbx-\($0).csv" }
    for (name, count) in zip(names, [1, 3, 2]) {
      let row = "2026-01-05T08:14:02Z,03023125101,00442079460123,61\n"
      try desk.folder.write(
        "start,from,to,billable\n" + String(repeating: row, count: count)
          + "2026-01-0\(count)T07:14:02Z,03023125101,00442079460123,0\n", to: name)
    }
    for night in order { try desk.rate([names[night]]) { $0.chunkBytes = 60 } }
    try desk.rate(["usage"], store: "whole")
    let found = try desk.namedRecords().map { $0.split(separator: " ")[1] }
    #expect(
      found == [
        "pbx-0.csv:3", "pbx-2.csv:4", "pbx-1.csv:5", "pbx-0.csv:2", "pbx-0.csv:2", "pbx-1.csv:3",
        "pbx-1.csv:4",
      ])
    #expect(try desk.detailedUsage() == desk.detailedUsage(store: "whole"))
    #expect(try desk.detailRows(["2026-01"]) == desk.rowsOfOneRun(["usage"]))
  }

  private static let calls = ["a 2026-01-05 101 442079460123 61", "b 2026-01-06 101 442079460123 61"]

  /// A desk that has read two calls in `pbx-2.csv`, and then their copies in `pbx-1.csv`.
  private static func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.write(calls, to: "usage/pbx-2.csv")
    try desk.write(calls.reversed(), to: "usage/pbx-1.csv")
    for file in [2, 1] { try desk.rate(["usage/pbx-\(file).csv"]) }
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2"])
    return desk
  }

  /// Also those of runs that have read nothing else, and whichever run stands for them.
  @Test func aCopyIsNamedAsLongAsItsFileCounts() throws {
    let desk = try Self.desk()
    try desk.writeCatalog("dear", price: "0.0500")
    try desk.rerate("dear")
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2"])
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.namedRecords() == ["a pbx-2.csv:2", "b pbx-2.csv:3"])
    try desk.expectWhole()
  }

  @Test func aRunThatLosesAFileNamesTheCopiesOfItsOthers() throws {
    let desk = try NightDesk()
    try desk.write(Self.calls, to: "usage/pbx-3.csv")
    try desk.rate(["usage"])
    try desk.write(Self.calls.reversed(), to: "more/pbx-1.csv")
    try desk.write(Self.calls + ["c 2026-01-07 101 442079460123 61"], to: "more/pbx-2.csv")
    try desk.rate(["more"]) { $0.chunkBytes = 60 }
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2", "c pbx-2.csv:4"])
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.namedRecords() == ["a pbx-2.csv:2", "b pbx-2.csv:3", "c pbx-2.csv:4"])
    try desk.expectWhole()
  }

  /// What the copies stood for is taken back: they count when their file is rated again.
  @Test func aCopyThatCountsAgainIsNamedByItself() throws {
    let desk = try Self.desk()
    try desk.revoke(file: "pbx-2.csv")
    try desk.rate(["usage/pbx-1.csv"])
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2"])
    try desk.rate(["usage/pbx-2.csv"])
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2"])
    try desk.expectWhole()
  }

  /// Places are kept of files whose names come before one that was read, and of no others.
  @Test func onlyWhatMayComeFirstIsKept() throws {
    let desk = try NightDesk()
    try desk.write(Self.calls, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.write(Self.calls.reversed(), to: "usage/pbx-1.csv")
    try desk.write(Self.calls + [Self.calls[0]], to: "usage/pbx-3.csv")
    for name in ["usage/pbx-1.csv", "usage/pbx-3.csv"] { try desk.rate([name]) }
    let runs = try desk.store().runs()
    let kept = try runs.map { run in
      FileContent.names(in: try desk.store().folder(of: run)).contains(KeptCopies.fileName)
    }
    #expect(kept == [false, true, false])
    #expect(try desk.namedRecords() == ["a pbx-1.csv:3", "b pbx-1.csv:2"])
  }

  /// A file that was only moved goes by the name under which it was read.
  @Test func aWholeCopyIsNamedAndAMovedFileIsNot() throws {
    let desk = try NightDesk()
    try desk.write(Self.calls, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    let path = desk.folder.path(of: "usage/")
    try #require(rename(path + "pbx-2.csv", path + "pbx-1.csv") == 0)
    #expect(try desk.rate(["usage"]).doors == "nothing new")
    #expect(try desk.namedRecords() == ["a pbx-2.csv:2", "b pbx-2.csv:3"])
    try desk.write(Self.calls, to: "copy/pbx-3.csv")
    #expect(try desk.rate(["copy"]).known == ["pbx-3.csv"])
    try desk.write(["c 2026-01-07 101 442079460123 61"] + Self.calls, to: "copy/pbx-4.csv")
    try desk.rate(["copy"])
    // By its whole name it comes before.
    #expect(try desk.namedRecords() == ["a pbx-3.csv:2", "b pbx-3.csv:3", "c pbx-4.csv:2"])
  }

  /// A record that waited is named by the file that it came in, or by the first copy of it.
  @Test(arguments: [false, true]) func recycledRecordsAreNamedByTheirOwnFile(hasCopy: Bool) throws {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    let calls = ["a 2026-01-05 101 442079460123 61", "b 2026-01-05 101 33144556677 60"]
    try desk.write(calls, to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    if hasCopy {
      try desk.write(calls.reversed(), to: "usage/pbx-1.csv")
      try desk.rate(["usage"])
    }
    try desk.recycle(catalog: "mended")
    try desk.rerate("mended")
    try desk.rate(["usage"], catalog: "mended", store: "whole")
    #expect(
      try desk.namedRecords()
        == (hasCopy ? ["a pbx-1.csv:3", "b pbx-1.csv:2"] : ["a pbx-2.csv:2", "b pbx-2.csv:3"]))
    #expect(try desk.detailedUsage() == desk.detailedUsage(store: "whole"))
  }
}
