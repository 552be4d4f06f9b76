// Rating again what had suspended records that were recycled, written off or corrected since: what was decided stays decided, and
// sums are those of a store in which everything was rated with the other catalog from the beginning.

import BillingStore
import DurableFiles
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct RerateSuspenseTests {
  /// Calls to France (a1, a2, d1) and to number 301 (a4, nobody's) are suspended by the catalog of a desk.
  private static let monday = [
    "a0 2026-01-05 101 442079460123 61", "a1 2026-01-05 101 33144556677 60",
    "a2 2026-01-05 201 33144556677 30",
    "a3 2026-01-05 102 33144556677 90", "a4 2026-01-05 301 442079460123 9",
  ]
  private static let tuesday = ["d0 2026-01-06 201 442079460123 10", "d1 2026-01-06 101 33144556699 45"]

  /// A desk with three catalogs: France has no price in `catalog`, 0.0600 in `mended`, 0.1200 in `dear`; `shut` has closed it.
  private func desk(store: String? = "catalog") throws -> NightDesk {
    let desk = try NightDesk()
    try SuspenseTests.writeMendedCatalog(desk)
    for (name, price, status) in [("dear", "0.1200", ""), ("shut", "", "blocked")] {
      try desk.writeCatalog(name, price: "0.0200")
      try desk.folder.write(
        "prefix,destination,price,increment,status\n44,United Kingdom,0.0200,60/60,\n1,United States,0.0200,1/1,\n"
          + "33,France,\(price),60/60,\(status)\n", to: name + "/decks/retail.csv")
    }
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.write(Self.tuesday, to: "usage/pbx-2.csv")
    if let store {
      try desk.rate(["usage/pbx-1.csv"], catalog: store)
      try desk.rate(["usage/pbx-2.csv"], catalog: store)
    }
    return desk
  }

  private func states(_ desk: NightDesk) throws -> [String] {
    try desk.store().currentRuns().map { run in
      "\(run.number) \(run.kind.rawValue) \(try desk.suspense(ofRun: String(run.number)))"
    }
  }

  @Test func whatWasRecycledCountsOnceWithTheOtherPrice() throws {
    let desk = try desk()
    #expect(try desk.recycle(catalog: "mended").doors == "4 4 0 0 0, 1")
    #expect(try states(desk) == ["1 rate 4 3 0 1", "2 rate 1 1 0 0", "3 recycle 0 0 0 0"])
    try desk.rerate("dear")
    try desk.expectWhole()
    #expect(try states(desk) == ["4 rerate 4 3 0 1", "5 rerate 1 1 0 0", "6 rerate 0 0 0 0"])
    let anew = try self.desk(store: "dear")
    #expect(try desk.bill() == anew.bill())
    #expect(try desk.usage()["summary.csv.zst"] == anew.usage()["summary.csv.zst"])
    // There and back.
    let before = try self.desk()
    try before.recycle(catalog: "mended")
    let summary = try before.usage()["summary.csv.zst"]
    try before.rerate("dear")
    try before.rerate("mended")
    try desk.rerate("mended")
    #expect(try desk.bill() == before.bill())
    // The first run was rated with `catalog`; prices of what it had rated are the same in `mended`.
    #expect(try before.usage()["summary.csv.zst"] == summary)
    try before.expectWhole()
  }

  @Test func whatWasWrittenOffStaysSo() throws {
    let desk = try desk()
    try desk.writeOff(["1-1", "1-4"])
    try desk.rerate("dear")
    try desk.expectWhole()
    // a2 and a3 were tried again and have a price now; a1 and a4 are not billed.
    #expect(try states(desk) == ["3 rerate 2 0 2 0", "4 rerate 0 0 0 0"])
    #expect(try desk.waiting() == [])
    let anew = try self.desk(store: "catalog")
    try anew.writeOff(["1-1", "1-4"])
    try anew.recycle(catalog: "dear")
    try anew.rerate("dear")
    #expect(try desk.usage()["summary.csv.zst"] == anew.usage()["summary.csv.zst"])
    // Back with the first prices: what is written off is the same, what was rated waits again.
    try desk.rerate("catalog")
    #expect(try states(desk) == ["5 rerate 4 0 2 2", "6 rerate 1 0 0 1"])
    try desk.expectWhole()
  }

  @Test func aCorrectionIsKeptUntilItIsRated() throws {
    let desk = try desk()
    try desk.correct("1-4", "a4,2026-01-05T09:14:02Z,03023125101,00442079460123,9")
    try desk.rerate("dear")
    #expect(try states(desk) == ["3 rerate 1 0 0 1", "4 rerate 0 0 0 0"])
    #expect(try desk.waiting() == ["3-1 unknown-service"])
    #expect(try desk.recycle(catalog: "dear").doors == "1 1 0 0 0, 0")
    try desk.expectWhole()
    #expect(try desk.bill().contains("acme 2 0.06"))
    try desk.rerate("mended")
    try desk.expectWhole()
    #expect(try desk.bill().contains("acme 2 0.03"))
  }

  /// A recycled record that the other catalog cannot rate waits in the run that had recycled it, under the header of its file.
  @Test func whatTheOtherCatalogCannotRateWaitsAgain() throws {
    let desk = try desk()
    try desk.recycle(catalog: "mended")
    try desk.rerate("shut")
    try desk.expectWhole()
    #expect(try states(desk) == ["4 rerate 4 3 0 1", "5 rerate 1 1 0 0", "6 rerate 4 0 0 4"])
    #expect(try desk.waiting().filter { $0.hasSuffix("destination-closed") }.count == 4)
    let anew = try self.desk(store: "shut")
    #expect(try desk.usage()["summary.csv.zst"] == anew.usage()["summary.csv.zst"])
    #expect(try desk.waiting().count == anew.waiting().count)
    #expect(try desk.recycle(catalog: "dear").doors == "4 4 0 0 0, 1")
    try desk.expectWhole()
    #expect(try states(desk).suffix(2) == ["6 rerate 4 4 0 0", "7 recycle 0 0 0 0"])
    // The first night takes both of them with it, and its file can be rated again.
    try desk.revoke("4")
    #expect(try states(desk) == ["5 rerate 1 0 0 1"])
    try desk.expectWhole()
  }

  /// Only the run that suspended is rated again, or only the one that recycled.
  @Test(arguments: ["catalog", "mended", "dear"]) func oneOfTheTwoIsAnotherRun(first: String) throws {
    let desk = try desk()
    try desk.recycle(catalog: "mended")
    for catalog in [first, "shut", "mended", "dear", "catalog", "mended"] {
      try desk.rerate(catalog)
      try desk.expectWhole()
      let total = try desk.store().currentRuns().map { run in
        try desk.store().suspenseCounts(run)
      }
      #expect(total.allSatisfy { $0.suspended == $0.recycled + $0.writtenOff + $0.waiting })
      let anew = try self.desk(store: catalog)
      #expect(try desk.usage()["summary.csv.zst"] == anew.usage()["summary.csv.zst"], "\(catalog)")
      #expect(try desk.waiting().count == anew.waiting().count, "\(catalog)")
    }
  }

  @Test func aRunThatRecycledIsTakenBackAfterRatingAgain() throws {
    let desk = try desk()
    try desk.recycle(catalog: "mended")
    try desk.rerate("dear")
    try desk.revoke("6")
    #expect(try states(desk) == ["4 rerate 4 0 0 4", "5 rerate 1 0 0 1"])
    try desk.expectWhole()
    #expect(try desk.recycle(catalog: "dear").doors == "4 4 0 0 0, 1")
    #expect(
      try desk.usage()["summary.csv.zst"] == self.desk(store: "dear").usage()["summary.csv.zst"])
  }

  /// The limits of a partial rerate: what lies outside of them keeps the reason for which it was last tried.
  @Test func reasonsOutsideOfTheLimitsStay() throws {
    let desk = try desk()
    // Nothing can be rated by it; the three calls to France have another reason since.
    #expect(try desk.recycle(catalog: "shut").doors == "nothing, 5")
    let tried = try desk.waiting()
    #expect(tried.filter { $0.hasSuffix("destination-closed") }.count == 4)
    try desk.writeOff(["2-1"])
    try desk.rerate("dear", EventBox(accounts: ["zebra"]))
    try desk.expectWhole()
    #expect(try desk.waiting().filter { $0.hasSuffix("destination-closed") }.count == 2)
    #expect(try states(desk) == ["3 rerate 3 0 0 3", "4 rerate 1 0 1 0"])
  }

  /// What is too old to be compared with others is not rated because prices have changed.
  @Test func whatIsTooOldStaysInSuspense() throws {
    let desk = try NightDesk()
    try desk.write(["f1 2026-01-05 101 442079460123 61"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    #expect(try desk.purge(before: "2026-03-01") == [1])
    try desk.write(
      ["f1 2026-01-05 101 442079460123 61", "f2 2026-03-02 101 442079460123 61"], to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "2 1 0 0 1")
    try desk.writeCatalog("dear", price: "0.0900")
    try desk.rerate("dear")
    // The purged run stays as it is, too.
    #expect(try states(desk) == ["1 rate 0 0 0 0", "3 rerate 1 0 0 1"])
    #expect(try desk.bill("2026-01") == ["acme 1 0.02"])
    #expect(try desk.bill("2026-03") == ["acme 1 0.18"])
    try desk.expectWhole()
  }
}
