// Rating what a store holds again: what is replaced, what stays, what it comes to.

import BillingStore
import DurableFiles
import Money
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreReratingTests {
  private static let monday = [
    "a1 2026-01-05 101 442079460123 61", "a2 2026-01-05 201 442079460123 30",
    "a3 2026-01-05 101 12025550143 7",
    "a4 2026-01-05 101 33142685300 60",
  ]
  private static let tuesday = ["b1 2026-01-06 101 442079460123 10", "b2 2026-01-06 102 12025550143 70"]

  /// A store with two nights.
  private func desk() throws -> NightDesk {
    let desk = try NightDesk()
    try desk.write(Self.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write(Self.tuesday + Self.monday.prefix(1), to: "usage/pbx-2.csv")
    #expect(try desk.rate(["usage"]).doors == "3 2 0 1 0")
    return desk
  }

  private static func tree(_ folder: String) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in FileContent.files(below: folder) {
      files[name] = FileContent.bytes(of: folder + "/" + name) ?? []
    }
    return files
  }

  private static func amount(_ text: String) -> Amount {
    guard case .success(let pico) = DecimalText.parse(text, scale: Amount.scale) else { return .zero }
    return Amount(pico: pico)
  }

  private static func rows(_ delta: RerateDelta) throws -> [String] {
    var rows: [String] = []
    try delta.forEach { row in
      rows.append(
        "\(row.key[0]) \(row.old.eventCount) \(row.old.amount) \(row.new.eventCount) \(row.new.amount)")
    }
    return rows
  }

  @Test func aCheaperDestinationReplacesBothRuns() throws {
    let desk = try desk()
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.01"])
    try desk.writeCatalog("cheap", price: "0.0050")
    // By price what was and what is are rows of their own; by the columns of the book they are one.
    try desk.rerate("cheap", isPreview: true, by: GroupColumn.allCases.filter { $0 != .day }) {
      delta throws in
      #expect(
        try Self.rows(delta) == [
          "acme 0 0 2 0.015", "acme 2 0.03 0 0", "zebra 0 0 1 0.005", "zebra 1 0.01 0 0",
        ])
    }
    let outcome = try desk.rerate("cheap") { delta throws in
      #expect(try Self.rows(delta) == ["acme 2 0.03 2 0.015", "zebra 1 0.01 1 0.005"])
      #expect(delta.totals.map { "\($0.currency) \($0.old.amount) \($0.new.amount)" } == ["EUR 0.04 0.02"])
      #expect(delta.accounts.map(\.account) == ["acme", "zebra"])
    }
    // Three calls to the changed prefix; the suspended one was looked at again as well.
    #expect(outcome.eventCount == 3)
    #expect(outcome.commits.map(\.replaced.number) == [1, 2])
    #expect(outcome.commits.map(\.commit.run.number) == [3, 4])
    #expect(outcome.commits.map(\.commit.run.doors.read) == [4, 3])
    #expect(try desk.bill() == ["acme 2 0.015", "acme 2 0.025666", "zebra 1 0.005"])
    #expect(try desk.store().runs().map(\.state) == [.replaced, .replaced, .current, .current])
    // The files are known, and so are their records.
    #expect(try desk.rate(["usage"], catalog: "cheap").doors == "nothing new")
    try desk.write(Self.tuesday, to: "more/pbx-3.csv")
    // Its records are those of a run that counts.
    #expect(try desk.rate(["more"], catalog: "cheap").doors == "2 0 0 2 0")
    try desk.expectWhole()
  }

  /// The summary of a run stays the same file; what is to be added to it stands beside it, and in the book.
  @Test func fewChangesAreKeptAsCorrections() throws {
    let desk = try desk()
    try desk.writeCatalog("cheap", price: "0.0050")
    try desk.rerate("cheap")
    let runs = try desk.store().runs()
    let names = runs.map { desk.storePath + "/runs/\($0.id)/summary.csv.zst" }
    #expect(FilePlace(path: names[2]) == FilePlace(path: names[0]))
    let rows = try SummaryReader(path: desk.storePath + "/runs/\(runs[2].id)/corrections.csv.zst")
    var found: [String] = []
    while let row = try rows.next() { found.append("\(row.account) \(row.eventCount) \(row.amount)") }
    #expect(found == ["acme 1 0.01", "acme -1 -0.02", "zebra 1 0.005", "zebra -1 -0.01"])
    #expect(try desk.bill() == ["acme 2 0.015", "acme 2 0.025666", "zebra 1 0.005"])
    // Again: corrections of the same summary, not of corrections.
    try desk.writeCatalog("free", price: "0")
    try desk.rerate("free")
    let third = try desk.store().runs()[4]
    #expect(
      FilePlace(path: desk.storePath + "/runs/\(third.id)/summary.csv.zst") == FilePlace(path: names[0]))
    try desk.expectWhole()
    // None are left where everything is as it was.
    try desk.rerate("catalog")
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.01"])
    try desk.expectWhole()
  }

  @Test func aSummaryIsWrittenAnewWhereCorrectionsWouldBeMany() throws {
    let desk = try desk()
    desk.correctionPercentMax = 25
    try desk.writeCatalog("cheap", price: "0.0050")
    try desk.rerate("cheap")
    let runs = try desk.store().runs()
    #expect(
      FilePlace(path: desk.storePath + "/runs/\(runs[2].id)/summary.csv.zst")
        != FilePlace(path: desk.storePath + "/runs/\(runs[0].id)/summary.csv.zst"))
    try desk.expectWhole()
  }

  /// Whose an event was when it was read does not say whose it is: zebra's numbers became acme's before acme's plan changed.
  @Test func whatHasMovedToAnAccountIsReachedByItsPlan() throws {
    let desk = try desk()
    let services = "kind,key,account,service\nrange,493023125100-493023125299,acme,\n"
    let flat =
      "plan: flat\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: 0.5, per: 1 min}\n"
    for name in ["moved", "flat"] {
      try desk.writeCatalog(name)
      try desk.folder.write(services, to: name + "/services.csv")
      try desk.folder.write(flat, to: name + "/plans/flat.yaml")
    }
    try desk.folder.write("account,plan\nacme,flat\nzebra,retail\n", to: "flat/accounts.csv")
    try desk.rerate("moved")
    try desk.rerate("flat")
    try desk.rate(["usage"], catalog: "flat", store: "anew")
    #expect(try desk.usage()["summary.csv.zst"] == desk.usage(store: "anew")["summary.csv.zst"])
  }

  @Test func rateAgainIsRateAnew() throws {
    let desk = try desk()
    try desk.writeCatalog("other", price: "0.0123")
    try desk.rerate("other")
    // The same files with the other catalog into another store.
    try desk.rate(["usage"], catalog: "other", store: "anew")
    let (found, expected) = (try desk.usage(), try desk.usage(store: "anew"))
    #expect(found["summary.csv.zst"] == expected["summary.csv.zst"])
    #expect(found["suspense-digest.csv"] == expected["suspense-digest.csv"])
  }

  @Test func theSameCatalogChangesNothing() throws {
    let desk = try desk()
    let outcome = try desk.rerate("catalog") { delta in #expect(delta.isEmpty) }
    #expect(outcome.commits.isEmpty)
    #expect(outcome.untouchedCount == 2)
    #expect(try desk.store().runs().count == 2)
  }

  @Test func thereAndBackIsZero() throws {
    let desk = try desk()
    let before = try desk.usage()
    try desk.writeCatalog("dear", price: "0.9000")
    try desk.rerate("dear")
    try desk.rerate("catalog") { delta throws in
      #expect(delta.totals.map { "\($0.old.amount) \($0.new.amount)" } == ["3.6 0.04"])
    }
    let after = try desk.usage()
    #expect(after["summary.csv.zst"] == before["summary.csv.zst"])
    #expect(try desk.store().runs().count == 6)
    try desk.expectWhole()
  }

  @Test func aPreviewLeavesNoTrace() throws {
    let desk = try desk()
    let before = Self.tree(desk.storePath)
    try desk.writeCatalog("draft", price: "0.5000")
    let outcome = try desk.rerate("draft", isPreview: true) { delta throws in
      #expect(delta.totals.map { "\($0.old.amount) \($0.new.amount)" } == ["0.04 2"])
    }
    #expect(outcome.commits.isEmpty)
    #expect(Self.tree(desk.storePath) == before)
  }

  @Test func onlyTheAccountsAndDaysThatWereNamedAreRatedAgain() throws {
    let desk = try desk()
    try desk.writeCatalog("dear", price: "0.1000")
    let zebra = EventBox(accounts: ["zebra"])
    try desk.rerate("dear", zebra)
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.1"])
    // What was rated with which catalog is remembered: acme comes from the first one, zebra is as it is to be.
    let tuesday = EventBox(from: 1_767_657_600_000)
    try desk.rerate("dear", tuesday)
    #expect(try desk.bill() == ["acme 1 0.02", "acme 1 0.1", "acme 2 0.025666", "zebra 1 0.1"])
    try desk.rerate("dear")
    #expect(try desk.bill() == ["acme 2 0.3", "acme 2 0.025666", "zebra 1 0.1"])
    try desk.rerate("catalog")
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.01"])
    try desk.expectWhole()
  }

  @Test func anAccountThatNobodyKnowsIsRefused() throws {
    let desk = try desk()
    try desk.writeCatalog("dear", price: "0.1000")
    for (name, hint) in [
      ("zebr", "did you mean 'zebra'?"), ("nobody", "accounts.csv of the catalog lists the accounts"),
    ] {
      let fault = #expect(throws: OperationFault.self) {
        try desk.rerate("dear", EventBox(accounts: ["acme", Label(name)]))
      }
      #expect("\(try #require(fault))".contains("unknown account '\(name)'; \(hint)"))
    }
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.01"])
    // Known to the catalog that has priced its events alone is known enough: it can be named, and is in nobody's way.
    try desk.writeCatalog("gone")
    try desk.folder.write("account,plan\nacme,retail\n", to: "gone/accounts.csv")
    try desk.folder.write(
      "kind,key,account,service\nrange,493023125100-493023125199,acme,main\n", to: "gone/services.csv")
    try desk.rerate("gone", EventBox(accounts: ["zebra"]))
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666"])
    try desk.expectWhole()
  }

  @Test func billedPeriodsAreCorrectedEachTime() throws {
    let desk = try desk()
    try desk.markBilled("2026-01")
    #expect(try desk.adjustments() == [])
    for (price, expected) in [("0.0200", "0.03 0.01"), ("0.0300", "0.06 0.02"), ("0.0100", "")] {
      try desk.writeCatalog("next", price: price)
      try desk.rerate("next")
      let rows = try desk.adjustments()
      var sums: [String: Amount] = [:]
      for row in rows {
        let cells = row.split(separator: " ").map(String.init)
        sums[cells[1]] = (sums[cells[1]] ?? .zero) + Self.amount(cells[3])
      }
      let found = sums.sorted { $0.key < $1.key }.map { "\($0.value)" }.joined(separator: " ")
      #expect(found == expected, "\(price): \(rows)")
    }
  }

  @Test func whatTheNewCatalogCannotRateWaitsInSuspense() throws {
    let desk = try desk()
    #expect(try desk.store().runs().map(\.doors.suspended) == [1, 0])
    try desk.writeCatalog("closed", blocked: true)
    try desk.rerate("closed")
    #expect(try desk.store().currentRuns().map(\.doors.suspended) == [3, 1])
    #expect(try desk.store().currentRuns().map(\.doors.rated) == [1, 1])
    try desk.expectWhole()
    try desk.rerate("catalog")
    #expect(try desk.store().currentRuns().map(\.doors.suspended) == [1, 0])
    #expect(try desk.bill() == ["acme 2 0.03", "acme 2 0.025666", "zebra 1 0.01"])
    try desk.expectWhole()
  }

  /// The columns of the comparison do not depend on whether anything differs.
  @Test(arguments: [
    [GroupColumn.usage_period, .account], [.currency, .service], GroupColumn.allCases.filter { $0 != .day },
  ]) func anEmptyDifferenceHasTheSameColumns(keys: [GroupColumn]) throws {
    let desk = try NightDesk()
    try desk.write(StoreRatingTests.monday, to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.writeCatalog("dear", price: "0.1000")
    let nothing = try desk.rerate("catalog", isPreview: true, by: keys).delta
    let much = try desk.rerate("dear", isPreview: true, by: keys).delta
    #expect(nothing.isEmpty && !much.isEmpty)
    #expect(nothing.keyColumns == much.keyColumns)
    #expect(nothing.keyColumns.last == "unit")
  }
}
