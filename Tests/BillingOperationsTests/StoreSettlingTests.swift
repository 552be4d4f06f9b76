// Plans that depend on whole periods in a store: however three months were divided into runs, and in whichever order, they
// come to what one run makes of them.

import BillingStore
import DurableFiles
import Glibc
import Money
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct StoreSettlingTests {
  private static let periods = ["2026-01", "2026-02", "2026-03"]

  private func documents(_ desk: NightDesk, store: String) throws -> [String: [UInt8]] {
    var all: [String: [UInt8]] = [:]
    for period in Self.periods {
      for (name, bytes) in try desk.usage(period, store: store) where name != "manifest.json" {
        all[period + "/" + name] = bytes
      }
    }
    return all
  }

  private func expectSame(
    _ found: [String: [UInt8]], _ expected: [String: [UInt8]], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for name in Set(found.keys).union(expected.keys).sorted() where found[name] != expected[name] {
      let texts = [found, expected].map { String(decoding: $0[name] ?? [], as: UTF8.self) }
      let lines = texts.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      let pair = zip(lines[0], lines[1]).first { $0 != $1 }
      Issue.record(
        "\(what): \(name): \(pair.map { "\($0)\nexpected \($1)" } ?? "\(lines[0].count), \(lines[1].count)")",
        sourceLocation: sourceLocation)
      return
    }
  }

  @Test(arguments: [1, 2, 3]) func howThePeriodsAreDividedDoesNotShow(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 9)
    let desk = try nights.desk()
    try desk.rate(["usage"], catalog: "settling")
    let expected = try documents(desk, store: "store")
    #expect(expected["2026-02/allowances.csv"].map { $0.count > 400 } == true)
    var random = SeededGenerator(seed: seed)
    for (store, order) in [
      ("forwards", Array(nights.nights.indices)),
      ("shuffled", nights.nights.indices.shuffled(using: &random)),
    ] {
      for night in order {
        try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling", store: store)
      }
      expectSame(try documents(desk, store: store), expected, store)
    }
    try desk.expectWhole()
  }

  @Test func thirtyOneRunsInAnyOrderAreOneRun() throws {
    let nights = SettledNights(seed: 31, nightCount: 31)
    let desk = try nights.desk()
    try desk.rate(["usage"], catalog: "settling")
    var random = SeededGenerator(seed: 31)
    for night in nights.nights.indices.shuffled(using: &random) {
      try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling", store: "shuffled")
    }
    expectSame(try documents(desk, store: "shuffled"), try documents(desk, store: "store"), "31 runs")
  }

  @Test func aRevokedNightIsAsIfItHadNeverBeen() throws {
    let nights = SettledNights(seed: 7, nightCount: 6)
    let desk = try nights.desk()
    for night in nights.nights.indices {
      try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling")
      if night != 2 {
        try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling", store: "without")
      }
    }
    let all = try documents(desk, store: "store")
    try desk.revoke("3")
    expectSame(try documents(desk, store: "store"), try documents(desk, store: "without"), "revoked")
    try desk.rate(["usage"], catalog: "settling")
    expectSame(try documents(desk, store: "store"), all, "rated again")
    try desk.expectWhole()
  }

  @Test func aNightSettlesOnlyWhomItTouches() throws {
    let desk = try SettledNights(seed: 5, nightCount: 1).desk()
    try desk.rate(["usage"], catalog: "settling")
    let settled = desk.storePath + "/settled"
    let first = FileContent.names(in: settled)
    #expect(first.count == 1)
    let late = "late,2026-02-03T10:00:00Z,emil,outbound,voice,442079460123,,61,ANSWERED\n"
    try desk.folder.write(SettledNights.header + late, to: "more/pbx-99.csv")
    try desk.rate(["more"], catalog: "settling")
    // The first one holds the rows of all others still.
    #expect(Set(FileContent.names(in: settled)).isSuperset(of: first))
    #expect(FileContent.names(in: settled).count == 2)
    try desk.expectWhole()
  }

  @Test func aLateRecordOfABilledPeriodIsAnAdjustment() throws {
    let desk = try SettledNights(seed: 5, nightCount: 1).desk()
    try desk.rate(["usage"], catalog: "settling")
    try desk.markBilled("2026-01")
    #expect(try desk.adjustments() == [])
    // One text more than the allowance had left, or less: at the price of a text at most, under its own period.
    let late = "late,2026-01-03T10:00:00Z,emil,outbound,message,,,1,\n"
    try desk.folder.write(SettledNights.header + late, to: "more/pbx-99.csv")
    try desk.rate(["more"], catalog: "settling")
    #expect(try desk.adjustments() == ["2026-01-01 emil 1 0.09"])
    try desk.revoke("2")
    #expect(try desk.adjustments() == [])
  }

  // MARK: rating again

  /// Nights that were rated with two catalogs, and rated again with a third: as if that had been there from the beginning.
  @Test(arguments: [11, 12]) func ratedAgainIsRatedAnew(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 5)
    let desk = try nights.desk()
    try SettledNights.writeDearCatalog("dear", to: desk)
    for night in nights.nights.indices {
      let name = "usage/" + SettledNights.name(night)
      try desk.rate([name], catalog: "settling")
      try desk.rate([name], catalog: "dear", store: "dear-store")
    }
    let (before, dear) = (try documents(desk, store: "store"), try documents(desk, store: "dear-store"))
    #expect(before != dear)
    let preview = try desk.rerate("dear", isPreview: true)
    #expect(try documents(desk, store: "store") == before)
    let outcome = try desk.rerate("dear")
    #expect(outcome.commits.count == 5)
    expectSame(try documents(desk, store: "store"), dear, "rated again")
    try desk.expectWhole()
    // What it says has changed is what has changed.
    let sums = try [before, dear].map { try Self.total($0) }
    for delta in [preview.delta, outcome.delta] {
      #expect(delta.totals.map(\.old.amount) == [sums[0]])
      #expect(delta.totals.map(\.new.amount) == [sums[1]])
    }
    // The same catalog once more: nothing.
    let again = try desk.rerate("dear")
    #expect(again.delta.isEmpty)
    #expect(again.commits.isEmpty)
    // A night after it, and back.
    let late = "late,2026-02-03T10:00:00Z,emil,outbound,voice,442079460123,,61,ANSWERED\n"
    try desk.folder.write(SettledNights.header + late, to: "more/pbx-99.csv")
    for store in ["store", "dear-store"] { try desk.rate(["more"], catalog: "dear", store: store) }
    expectSame(
      try documents(desk, store: "store"), try documents(desk, store: "dear-store"), "a night after")
    try desk.revoke("11")
    let back = try desk.rerate("settling")
    #expect(back.delta.totals.map(\.new.amount) == [sums[0]])
    expectSame(try documents(desk, store: "store"), before, "there and back")
    try desk.expectWhole()
  }

  private static func total(_ documents: [String: [UInt8]]) throws -> Amount {
    var pico: Int128 = 0
    for (name, bytes) in documents where name.hasSuffix("summary.csv.zst") {
      for row in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
        let cells = row.split(separator: ",", omittingEmptySubsequences: false)
        guard case .success(let amount) = DecimalText.parse(String(cells[25]), scale: Amount.scale) else {
          Issue.record("\(cells[25])")
          continue
        }
        pico += amount
      }
    }
    return Amount(pico: pico)
  }

  /// From prices for each event to prices for periods, and back.
  @Test func plansThatAreNotSettledBecomeSo() throws {
    let nights = SettledNights(seed: 21, nightCount: 3)
    let desk = try nights.desk()
    try SettledNights.writeDearCatalog("plain", to: desk)
    try desk.folder.write("account,allowance,quantity,kind,from,until\n", to: "plain/grants.csv")
    try desk.folder.write(
      "account,plan,zone\n"
        + ["anna", "ben", "cleo", "dora", "emil", "idle"].map { "\($0),plain,Europe/Berlin\n" }.joined(),
      to: "plain/accounts.csv")
    unlink(desk.folder.path(of: "plain/plans/team.yaml"))
    unlink(desk.folder.path(of: "plain/plans/money.yaml"))
    for night in nights.nights.indices {
      let name = "usage/" + SettledNights.name(night)
      try desk.rate([name], catalog: "plain")
      try desk.rate([name], catalog: "settling", store: "anew")
    }
    let plain = try documents(desk, store: "store")
    try desk.rerate("settling")
    expectSame(try documents(desk, store: "store"), try documents(desk, store: "anew"), "settled now")
    try desk.expectWhole()
    try desk.rerate("plain")
    expectSame(try documents(desk, store: "store"), plain, "plain again")
    try desk.expectWhole()
    #expect(FileContent.names(in: desk.storePath + "/settled").count <= 1)
  }

  /// Accounts whose usage does not depend on whole periods are rated again beside those whose does, which stay as they are.
  @Test func accountsThatAreNotSettledMayBeChosen() throws {
    let nights = SettledNights(seed: 51, nightCount: 4)
    let desk = try nights.desk()
    for name in ["mixed", "dear"] {
      var files = SettledNights.catalog
      files["accounts.csv"] = files["accounts.csv"]?.replacing("emil,money", with: "emil,plain")
      files["plans/plain.yaml"] =
        "plan: plain\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
        + "  - {charge: texts, kinds: [message], price: 0.10, per: 1}\n"
      if name == "dear" {
        files["decks/retail.csv"] = files["decks/retail.csv"]?.replacing("0.041", with: "0.077")
        files["plans/team.yaml"] = files["plans/team.yaml"]?.replacing("price: 0.09", with: "price: 0.19")
      }
      for (file, text) in files { try desk.folder.write(text, to: name + "/" + file) }
    }
    let files = nights.nights.indices.map { "usage/" + SettledNights.name($0) }
    for (store, catalog) in [("store", "mixed"), ("without", "mixed"), ("all-dear", "dear")] {
      try desk.rate(Array(files[0..<2]), catalog: catalog, store: store)
      try desk.rate([files[2]], catalog: catalog, store: store)
    }
    let mixed = try documents(desk, store: "store")
    let dear = try documents(desk, store: "all-dear")
    try desk.rerate("dear", EventBox(accounts: ["emil"]))
    func expectJoined(_ found: [String: [UInt8]], _ mixed: [String: [UInt8]], _ dear: [String: [UInt8]]) {
      for (name, bytes) in found {
        func lines(_ bytes: [UInt8]?) -> [Substring] {
          String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n")
        }
        let expected =
          lines(mixed[name]).filter { !$0.hasPrefix("emil,") }
          + lines(dear[name]).filter { $0.hasPrefix("emil,") }
        #expect(lines(bytes).sorted() == expected.sorted(), "\(name)")
      }
    }
    let joined = try documents(desk, store: "store")
    expectJoined(joined, mixed, dear)
    #expect(joined != mixed && joined != dear)
    try desk.expectWhole()
    // Some days of the account, then all, are what all are.
    try desk.rerate("mixed")
    expectSame(try documents(desk, store: "store"), mixed, "there and back")
    try desk.rerate("dear", EventBox(from: 20_470 * 86_400_000, accounts: ["emil"]))
    #expect(try documents(desk, store: "store") != joined)
    try desk.rerate("dear", EventBox(accounts: ["emil"]))
    expectSame(try documents(desk, store: "store"), joined, "in two steps")
    // One of the files is taken back: what is left of the run keeps both catalogs, and what it leaves to be settled.
    try desk.revoke(file: SettledNights.name(1))
    for (store, catalog) in [("mixed-left", "mixed"), ("dear-left", "dear")] {
      try desk.rate([files[0]], catalog: catalog, store: store)
      try desk.rate([files[2]], catalog: catalog, store: store)
    }
    expectJoined(
      try documents(desk, store: "store"), try documents(desk, store: "mixed-left"),
      try documents(desk, store: "dear-left"))
    try desk.expectWhole()
    // Another night settles all that it touches, as before.
    try desk.rate([files[1], files[3]], catalog: "mixed")
    try desk.rate([files[3]], catalog: "mixed", store: "without")
    try desk.rerate("mixed")
    expectSame(try documents(desk, store: "store"), try documents(desk, store: "without"), "all of them")
    try desk.expectWhole()
  }

  /// Records that wait are rated after all: as if the catalog had been mended before.
  @Test func whatIsRecycledIsSettledToo() throws {
    let nights = SettledNights(seed: 41, nightCount: 3)
    let desk = try nights.desk()
    for (file, text) in SettledNights.catalog { try desk.folder.write(text, to: "gap/" + file) }
    // Mobile calls of Germany have no price, and nobody is called cleo.
    try desk.folder.write(
      "prefix,destination,price,increment,rating_group,status\n49,Germany,0.020,60/1,Germany,\n"
        + "4915,Germany Mobile,,,Mobile,blocked\n44,United Kingdom,0.041,60/60,Europe,\n",
      to: "gap/decks/retail.csv")
    for night in nights.nights.indices {
      let name = "usage/" + SettledNights.name(night)
      try desk.rate([name], catalog: "gap")
      try desk.rate([name], catalog: "settling", store: "anew")
    }
    let gap = try documents(desk, store: "store")
    let anew = try documents(desk, store: "anew")
    #expect(try desk.outlook(catalog: "settling").count == 1)
    let outcome = try desk.recycle(catalog: "settling")
    #expect(outcome.doors.hasSuffix(" 0, 0"))
    expectSame(try documents(desk, store: "store"), anew, "recycled")
    try desk.expectWhole()
    // Then all of it again, those that recycled among them.
    try SettledNights.writeDearCatalog("dear", to: desk)
    try desk.rerate("dear")
    try desk.expectWhole()
    try desk.rerate("settling")
    expectSame(try documents(desk, store: "store"), anew, "there and back")
    try desk.expectWhole()
    let last = try #require(try desk.store().currentRuns().last)
    try desk.revoke(String(last.number))
    try desk.rerate("gap")
    expectSame(try documents(desk, store: "store"), gap, "taken back")
    try desk.expectWhole()
  }
}
