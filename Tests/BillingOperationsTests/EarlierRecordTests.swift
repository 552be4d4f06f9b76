// Records of earlier runs where a format has no id, where there are many, and where their keys are damaged.

import BillingStore
import Glibc
import RatingEngine
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct EarlierRecordTests {
  private static let sources = "pbx,pbx*,row-csv,DE,,\n"
  private static let format = """
    format: row-csv
    summary: calls without an id
    kind: voice
    type: csv
    header: names
    fields:
      start: {column: start, time: iso}
      from: from
      to: to
      billable: billable
    key: row
    """

  static func rowDesk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.writeCatalog("catalog", sources: sources)
    try desk.folder.write(format, to: "catalog/formats/row-csv.yaml")
    return desk
  }

  private static func write(_ desk: NightDesk, _ rows: [String], to name: String) throws {
    try desk.folder.write(
      "start,from,to,billable\n" + rows.map { "2026-01-05T\($0),03023125101,00442079460123,61\n" }.joined(),
      to: name)
  }

  /// Twins inside a file are both rated; the n-th identical row of a later run is the copy of the n-th of an earlier one.
  @Test func twinsOfAnEarlierRunAreCountedOnce() throws {
    let desk = try Self.rowDesk()
    try Self.write(desk, ["09:00:00Z", "09:00:00Z", "10:00:00Z"], to: "usage/pbx-1.csv")
    #expect(try desk.rate(["usage/pbx-1.csv"]).doors == "3 3 0 0 0")
    // Three of the first (one is new), one of the second, one that is new.
    try Self.write(
      desk, ["09:00:00Z", "09:00:00Z", "09:00:00Z", "10:00:00Z", "11:00:00Z"], to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage/pbx-2.csv"]).doors == "5 2 0 3 0")
    try Self.write(desk, ["09:00:00Z", "09:00:00Z", "09:00:00Z", "09:00:00Z"], to: "usage/pbx-3.csv")
    #expect(try desk.rate(["usage/pbx-3.csv"]).doors == "4 1 0 3 0")
    #expect(try desk.bill() == ["acme 6 0.12"])
  }

  /// In one run and in three: the same.
  @Test func twinsAddUpAsInOneRun() throws {
    let desk = try Self.rowDesk()
    let days = [["09:00:00Z", "09:00:00Z"], ["09:00:00Z"], ["09:00:00Z", "09:00:00Z", "09:00:00Z"]]
    for (index, rows) in days.enumerated() { try Self.write(desk, rows, to: "usage/pbx-\(index).csv") }
    try desk.rate(["usage"], store: "whole")
    for index in [2, 0, 1] { try desk.rate(["usage/pbx-\(index).csv"]) }
    #expect(try desk.usage()["summary.csv.zst"] == desk.usage(store: "whole")["summary.csv.zst"])
  }

  /// More keys than a window of the key file holds, and than the filter has been made for.
  @Test func manyEarlierRecordsAreAllKnown() throws {
    let desk = try NightDesk()
    let calls = (0..<40_000).map { "k\($0) 2026-01-05 101 442079460123 61" }
    try desk.write(calls, to: "usage/pbx-1.csv")
    #expect(try desk.rate(["usage"]).doors == "40000 40000 0 0 0")
    try desk.write(
      calls + (0..<1000).map { "n\($0) 2026-01-05 101 442079460123 61" }, to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "41000 1000 0 40000 0")
  }

  @Test func damagedKeysEndTheRun() throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let run = try #require(try desk.store().runs().first)
    let keys = desk.storePath + "/runs/" + run.id + "/" + RatingResult.keyFileName
    let whole = try #require(FileContent.bytes(of: keys))
    try desk.write(StoreRatingTests.tuesday, to: "usage/pbx-2.csv")
    for offset in whole.indices {
      var changed = whole
      changed[offset] ^= 0x10
      try FileContent.write(changed, to: keys)
      #expect(throws: OperationFault.self, "byte \(offset)") { try desk.rate(["usage"]) }
    }
    for length in [0, 1, 7, 8, whole.count - 20, whole.count - 1] {
      try FileContent.write(Array(whole[..<length]), to: keys)
      #expect(throws: OperationFault.self, "\(length) bytes") { try desk.rate(["usage"]) }
    }
    try FileContent.write(whole, to: keys)
    #expect(try desk.rate(["usage"]).doors == "2 2 0 0 0")
  }
}
