// The events of a period out of a store: the rows that one run over all files writes, however the usage was divided into runs.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreDetailTests {
  private static let periods = ["2026-01", "2026-02", "2026-03"]

  private static func rows(_ text: String?) -> [Substring] {
    (text ?? "").split(separator: "\n").dropFirst().map { $0 }
  }

  @Test(arguments: [21, 22]) func howTheUsageWasDividedDoesNotShow(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 6)
    let desk = try nights.desk()
    try desk.rate(["usage"], catalog: "settling", store: "whole")
    var random = SeededGenerator(seed: seed)
    for night in nights.nights.indices.shuffled(using: &random) {
      try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling")
    }
    var rows: [Substring] = []
    for period in Self.periods {
      let one = try desk.detailedUsage(period, store: "whole")
      #expect(try desk.detailedUsage(period) == one)
      #expect(one["detail-index.csv"].map { $0.split(separator: "\n").count } == 6)
      rows += Self.rows(one["detail.csv.zst"])
    }
    #expect(rows.count > 250)
    #expect(try rows.sorted() == desk.rowsOfOneRun(["usage"], catalog: "settling"))
  }

  /// A row without file and line.
  private static func withoutPlace(_ row: Substring) -> [Substring] {
    row.split(separator: ",", omittingEmptySubsequences: false).dropLast(2)
  }

  /// The minimum of a charge is a row of its kind, also where there is nothing else of that kind.
  @Test func aMinimumWithoutUsageOfItsKindIsNoFault() throws {
    let desk = try SettledNights(seed: 25, nightCount: 1).desk()
    try desk.folder.write(
      SettledNights.header + "t,2026-01-05T10:00:00Z,anna,outbound,message,,,1,\n", to: "texts/pbx.csv")
    #expect(try desk.rowsOfOneRun(["texts"], catalog: "settling").count == 1)
    _ = try UsageFolder.open(desk.folder.path(of: "one-run"))
    try desk.rate(["texts"], catalog: "settling")
    #expect(Self.rows(try desk.detailedUsage("2026-01")["detail.csv.zst"]).count == 1)
  }

  @Test func aFileThatGrewHasTheRowsOfTheWholeFile() throws {
    let nights = SettledNights(seed: 23, nightCount: 5)
    let desk = try nights.desk()
    let file = try GrowingFile(desk, "master/pbx.csv")
    var text = SettledNights.header
    for night in nights.nights {
      text += night.dropFirst(SettledNights.header.count)
      try file.become(text)
      try file.rate(catalog: "settling")
    }
    try file.rate(catalog: "settling", store: "whole")
    for period in Self.periods {
      #expect(try desk.detailedUsage(period) == desk.detailedUsage(period, store: "whole"))
    }
  }

  /// Each event with the catalog that has priced it, and what is settled with that of its settlement; the sums meet.
  @Test func severalCatalogsAreOneDetail() throws {
    let nights = SettledNights(seed: 24, nightCount: 4)
    let desk = try nights.desk()
    try SettledNights.writeDearCatalog("dear", to: desk)
    for night in 0..<3 { try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling") }
    // Prices alone are others: what a catalog settles another one must be able to settle.
    var files = SettledNights.catalog
    files["decks/retail.csv"] = files["decks/retail.csv"]?.replacing("0.041", with: "0.077")
    for (name, text) in files { try desk.folder.write(text, to: "priced/" + name) }
    try desk.rate(["usage/" + SettledNights.name(3)], catalog: "priced")
    var count = 0
    for period in Self.periods {
      let found = Self.rows(try desk.detailedUsage(period)["detail.csv.zst"])
      #expect(found.map { $0.split(separator: ",")[0] } == found.map { $0.split(separator: ",")[0] }.sorted())
      count += found.count
    }
    #expect(count > 250)
    // Rated again with one, it is that one's.
    try desk.rerate("dear")
    var rows: [Substring] = []
    for period in Self.periods { rows += Self.rows(try desk.detailedUsage(period)["detail.csv.zst"]) }
    #expect(try rows.sorted() == desk.rowsOfOneRun(["usage"], catalog: "dear"))
  }

  @Test func runsThatWereRatedAgainInPartHaveBothPrices() throws {
    let desk = try NightDesk()
    try desk.write(
      [
        "a 2026-01-05 101 442079460123 61", "b 2026-01-06 201 442079460123 61",
        "c 2026-02-06 101 442079460123 61",
      ],
      to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.writeCatalog("dear", price: "0.0500")
    try desk.rerate("dear", EventBox(accounts: ["zebra"]))
    let rows = Self.rows(try desk.detailedUsage("2026-01")["detail.csv.zst"])
    #expect(rows.map { $0.split(separator: ",", omittingEmptySubsequences: false)[22] } == ["0.02", "0.1"])
    #expect(rows.allSatisfy { $0.contains(",442079460123,") })
    let masked = Self.rows(try desk.detailedUsage("2026-01", masksNumbers: true)["detail.csv.zst"])
    #expect(masked.count == 2 && masked.allSatisfy { $0.contains(",44207xxxxxxx,") })
    #expect(Self.rows(try desk.detailedUsage("2026-02")["detail.csv.zst"]).count == 1)
    #expect(throws: OperationFault.self) { try desk.detailedUsage("2026-03") }
  }

  /// What a run had suspended was rated in another, or is not to be billed: the catalog that prices the run now would find a price for
  /// it as well. With `minutes` all of it is covered, so that no amount would tell.
  @Test(arguments: ["", "allowances: [{allowance: minutes, quantity: 10 h, kinds: [voice]}]\n"])
  func recordsThatWereRecycledOrWrittenOffAreNoCallsOfTheirRun(minutes: String) throws {
    let desk = try NightDesk()
    for (name, france) in [("catalog", ""), ("mended", "33,France,0.0600,60/60\n")] {
      try desk.writeCatalog(name)
      try desk.folder.write(
        "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n" + france,
        to: name + "/decks/retail.csv")
      try desk.folder.write(
        "plan: retail\nlook_up: {voice: retail}\n" + minutes
          + "charges:\n  - {charge: calls, kinds: [voice], price: deck}\n", to: name + "/plans/retail.yaml")
    }
    let first = ["a0 2026-01-05 101 442079460123 61", "a1 2026-01-05 101 33144556677 60"]
    let off = "a2 2026-01-05 201 33144556677 30"
    // The same name and the same place in another file: only there it counts.
    let second = ["b0 2026-01-06 101 442079460123 62", "b1 2026-01-06 101 33144556678 61"]
    try desk.write(first + [off], to: "monday/pbx.csv")
    try desk.write(second, to: "tuesday/pbx.csv")
    try desk.rate(["monday/pbx.csv"])
    try desk.writeOff(["1-2"])
    try desk.recycle(catalog: "mended")
    try desk.rate(["tuesday/pbx.csv"], catalog: "mended")
    try desk.rerate("mended")
    try desk.expectWhole()
    try desk.write(first, to: "anew/pbx.csv")
    try desk.rate(["anew/pbx.csv"], catalog: "mended", store: "other")
    try desk.rate(["tuesday/pbx.csv"], catalog: "mended", store: "other")
    let (found, expected) = (
      try desk.detailedUsage("2026-01"), try desk.detailedUsage("2026-01", store: "other")
    )
    // Without the place of the record, which is in the suspense file where it was recycled.
    func calls(_ rows: [Substring]) -> [[Substring]] { rows.map(Self.withoutPlace) }
    #expect(Self.rows(found["detail.csv.zst"]).count == 4)
    #expect(calls(Self.rows(found["detail.csv.zst"])) == calls(Self.rows(expected["detail.csv.zst"])))
    #expect(found["summary.csv.zst"] == expected["summary.csv.zst"])
  }

  @Test func whatWasPurgedHasNoEvents() throws {
    let desk = try NightDesk()
    try desk.write(["a 2026-01-05 101 442079460123 61"], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01")
    try desk.purge(before: "2026-03-01")
    #expect(throws: OperationFault.self) { try desk.detailedUsage("2026-01") }
    #expect(try desk.bill() == ["acme 1 0.02"])
  }
}
