// Records of several nights that contradict each other: none counts, in whatever order they come, unless one was billed.

import BillingStore
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct ConflictTests {
  private static let first = "a1 2026-01-05 101 442079460123 61"
  private static let other = "a1 2026-01-05 101 442079460123 62"
  private static let third = "a1 2026-01-05 101 442079460123 63"
  private static let beside = "a2 2026-01-05 201 442079460123 60"

  @Test func bothRecordsWait() throws {
    let desk = try NightDesk()
    try desk.write([Self.first, Self.beside], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    let outcome = try desk.rate(["usage"])
    #expect(outcome.doors == "1 0 0 0 1")
    guard case .committed(let commit, _, _) = outcome else { return #expect(Bool(false), "no commit") }
    #expect(commit.withdrawn.map { "\($0.run.number) \($0.count)" } == ["1 1"])
    #expect(try desk.bill() == ["zebra 1 0.01"])
    #expect(try desk.waiting() == ["2-1 duplicate-conflict", "3-1 duplicate-conflict"])
    try desk.expectWhole()
    // The key stays in conflict: later copies join it, whichever they are a copy of, and nothing is withdrawn again.
    for (night, call) in [(3, Self.first), (4, Self.other), (5, Self.third)] {
      try desk.write([call, "b\(night) 2026-01-06 201 442079460123 60"], to: "usage/pbx-\(night).csv")
      let outcome = try desk.rate(["usage"])
      #expect(outcome.doors == "2 1 0 0 1")
      guard case .committed(let commit, _, _) = outcome else { return #expect(Bool(false), "no commit") }
      #expect(commit.withdrawn.isEmpty)
    }
    try desk.expectWhole()
  }

  /// A record that waits has another name when a later night has displaced its run; the old one leads to it.
  @Test func theNameOfBeforeLeadsToTheRecord() throws {
    let desk = try NightDesk()
    let bad = "c1 2026-01-05 101 999 60"
    try desk.write([Self.first, bad, Self.beside], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    #expect(try desk.waiting() == ["1-1 no-price"])
    func why(_ name: String) throws -> String {
      String(try desk.store().whyNoRecord(try #require(SuspenseID.parse(name))).prefix { $0 != ";" })
    }
    #expect(try why("1-2") == "there is no suspended record 1-2")
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    let now = try #require(try desk.waiting().first { $0.hasSuffix("no-price") }?.split(separator: " ").first)
    #expect(now == "2-2")
    #expect(try desk.store().suspended(try #require(SuspenseID.parse("1-1"))) == nil)
    #expect(try why("1-1") == "record 1-1 is 2-2 now: run 2 stands for run 1")
    #expect(try why("1-2") == "there is no suspended record 1-2")
    #expect(try why("9-1") == "there is no suspended record 9-1")
    // Another step: rated again with a catalog that can rate it.
    try desk.writeCatalog("wide")
    try desk.folder.write(
      "prefix,destination,price,increment\n44,United Kingdom,0.0100,60/60\n999,Wide,0.0100,60/60\n",
      to: "wide/decks/retail.csv")
    try desk.rerate("wide")
    let rerated = try #require(try desk.store().currentRuns().last { $0.kind == .rerate })
    #expect(
      try why("1-1")
        == "record 1-1 is not suspended any more: run \(rerated.number), which stands for run 1, has not suspended it"
    )
    try desk.revoke(String(rerated.number))
    #expect(try why("1-1") == "run \(rerated.number) was taken back, and record 1-1 with it")
  }

  /// Rated, filtered, suspended and settled records in conflict: one run and nights in any order.
  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1], [1, 0, 2]])
  func theOrderOfTheNightsDoesNotShow(order: [Int]) throws {
    let nights = SettledNights(seed: 5, nightCount: 3, callCount: 60)
    let desk = try nights.desk()
    // Calls of three accounts come again with other lengths, also one that nobody can rate; with each its night's own.
    var texts = nights.nights
    func call(_ id: String, _ account: String, _ seconds: Int, _ disposition: String = "ANSWERED") -> String {
      "\(id),2026-01-07T10:30:00Z,\(account),outbound,voice,493011223344,,\(seconds),\(disposition)\n"
    }
    texts[0] += call("x1", "anna", 100) + call("x2", "emil", 200) + call("x3", "nobody", 300)
    texts[1] += call("x1", "anna", 101) + call("x4", "dora", 0, "BUSY") + call("x5", "ben", 50)
    texts[2] += call("x2", "emil", 201) + call("x3", "nobody", 301) + call("x4", "dora", 77)
    for (number, text) in texts.enumerated() {
      try desk.folder.write(text, to: "usage/\(SettledNights.name(number))")
    }
    try desk.rate(["usage"], catalog: "settling", store: "whole")
    for night in order { try desk.rate(["usage/\(SettledNights.name(night))"], catalog: "settling") }
    for period in ["2026-01", "2026-02", "2026-03"] {
      let (one, many) = (try desk.usage(period, store: "whole"), try desk.usage(period))
      #expect(many["summary.csv.zst"] == one["summary.csv.zst"], "\(period)")
      #expect(many["allowances.csv"] == one["allowances.csv"], "\(period)")
      // What is suspended has no period: those of all runs with usage of it are told of. All nights have some of January.
      if period == "2026-01" { #expect(many["suspense-digest.csv"] == one["suspense-digest.csv"]) }
    }
    #expect(try desk.waiting().count(where: { $0.hasSuffix("duplicate-conflict") }) == 8)
    try desk.expectWhole()
  }

  /// The newcomer comes with another catalog: whoever has no usage in it stays with the one that has settled them, unless it reaches
  /// into later periods than before, as without a conflict.
  @Test(arguments: [false, true]) func othersStayWithTheirCatalog(isLater: Bool) throws {
    let nights = SettledNights(seed: 9, nightCount: isLater ? 2 : 1, callCount: 120)
    func lines(_ night: Int, _ isWanted: (Substring) -> Bool) -> String {
      nights.nights[night].split(separator: "\n").dropFirst().filter(isWanted).map { $0 + "\n" }.joined()
    }
    func isSecond(_ line: Substring) -> Bool { line.contains(",dora,") }
    let texts =
      isLater
      ? (nights.nights[0], lines(1, isSecond))
      : (SettledNights.header + lines(0) { !isSecond($0) }, lines(0, isSecond))
    let call = "x1,2026-01-07T10:30:00Z,cleo,outbound,voice,493011223344,,100,ANSWERED\n"
    var documents: [[String: [UInt8]]] = []
    for isContradicted in [true, false] {
      let desk = try nights.desk()
      try SettledNights.writeDearCatalog("dear", to: desk)
      let first = texts.0 + (isContradicted ? call : "")
      let second = SettledNights.header + texts.1
      try desk.folder.write(first, to: "usage/" + SettledNights.name(0))
      try desk.rate(["usage/" + SettledNights.name(0)], catalog: "settling")
      try desk.folder.write(
        second + (isContradicted ? call.replacing(",100,", with: ",101,") : ""),
        to: "usage/" + SettledNights.name(1))
      try desk.rate(["usage/" + SettledNights.name(1)], catalog: "dear")
      #expect(try desk.waiting().count == (isContradicted ? 2 : 0))
      try desk.expectWhole()
      for period in ["2026-01", "2026-02", "2026-03"] { documents.append(try desk.usage(period)) }
    }
    for (found, expected) in zip(documents[..<3], documents[3...]) {
      for name in ["summary.csv.zst", "allowances.csv"] { #expect(found[name] == expected[name]) }
    }
  }

  @Test func whatWasBilledStays() throws {
    let desk = try NightDesk()
    try desk.write([Self.first, Self.beside], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.markBilled("2026-01", accounts: ["acme"])
    try desk.write([Self.other, "a2 2026-01-05 201 442079460123 59"], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    // acme was billed: the newcomer waits alone. zebra was not: both wait.
    #expect(try desk.bill() == ["acme 1 0.02"])
    #expect(try desk.adjustments() == [])
    #expect(
      try desk.waiting() == [
        "2-1 duplicate-conflict", "3-1 duplicate-conflict", "3-2 duplicate-conflict",
      ])
    try desk.expectWhole()
  }

  @Test func aCopyThatWasLeftOutStaysSo() throws {
    let desk = try NightDesk()
    for (night, call) in [(1, Self.first), (2, Self.first), (3, Self.other)] {
      try desk.write([call, "b\(night) 2026-01-06 201 442079460123 60"], to: "usage/pbx-\(night).csv")
      try desk.rate(["usage"])
    }
    #expect(try desk.bill() == ["zebra 3 0.03"])
    #expect(try desk.waiting().count == 2)
    try desk.expectWhole()
  }

  // MARK: taking back

  @Test(arguments: [true, false]) func takingTheNewcomerBackFreesTheEarlierOne(isFile: Bool) throws {
    let desk = try NightDesk()
    try desk.write([Self.first, Self.beside], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    let before = try desk.usage()
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    if isFile { try desk.write(["a9 2026-01-05 101 442079460123 60"], to: "usage/pbx-3.csv") }
    try desk.rate(["usage"])
    try desk.revoke(file: "pbx-2.csv")
    if isFile { try desk.revoke(file: "pbx-3.csv") }
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 1 0.01"])
    #expect(try desk.usage()["summary.csv.zst"] == before["summary.csv.zst"])
    #expect(try desk.waiting() == [])
    try desk.expectWhole()
  }

  @Test func takingTheEarlierOneBackFreesTheNewcomer() throws {
    let desk = try NightDesk()
    try desk.write([Self.first], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.bill() == ["acme 1 0.02"])
    #expect(try desk.waiting() == [])
    try desk.expectWhole()
  }

  /// Two others still contradict each other; of two that agree one counts.
  @Test func aConflictAmongTheOthersStays() throws {
    let desk = try NightDesk()
    for (night, call) in [(1, Self.first), (2, Self.other), (3, Self.third), (4, Self.third)] {
      try desk.write([call, "b\(night) 2026-01-06 201 442079460123 60"], to: "usage/pbx-\(night).csv")
      try desk.rate(["usage"])
    }
    #expect(try desk.waiting().count == 4)
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.waiting().count == 3)
    #expect(try desk.bill() == ["zebra 3 0.03"])
    try desk.revoke(file: "pbx-2.csv")
    #expect(try desk.bill() == ["acme 1 0.02", "zebra 2 0.02"])
    #expect(try desk.waiting().count == 1)
    try desk.expectWhole()
  }

  /// A copy that counts again because the first is gone is in conflict with what contradicts it.
  @Test func aCopyThatCountsAgainJoinsTheConflict() throws {
    let desk = try NightDesk()
    for (night, call) in [(1, Self.first), (2, Self.first), (3, Self.other)] {
      try desk.write([call, "b\(night) 2026-01-06 201 442079460123 60"], to: "usage/pbx-\(night).csv")
      try desk.rate(["usage"])
    }
    try desk.revoke(file: "pbx-1.csv")
    #expect(try desk.bill() == ["zebra 2 0.02"])
    #expect(try desk.waiting().count == 2)
    try desk.expectWhole()
  }

  // MARK: decisions

  /// One of the two is written off, and the other is the right one.
  @Test func whoIsRightMayBeDecided() throws {
    let desk = try NightDesk()
    try desk.write([Self.first], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    #expect(try desk.recycle().doors == "nothing, 2")
    try desk.writeOff(["2-1"])
    #expect(try desk.recycle().doors == "1 1 0 0 0, 0")
    #expect(try desk.bill() == ["acme 1 0.02"])
    try desk.expectWhole()
    // Again, with the other one still there: what was decided stays.
    try desk.write([Self.third], to: "usage/pbx-3.csv")
    #expect(try desk.rate(["usage"]).doors == "1 0 0 0 1")
    try desk.expectWhole()
  }

  @Test func aWithdrawnRecordIsRatedAgainWithAnotherCatalog() throws {
    let desk = try NightDesk()
    try desk.writeCatalog("dear", price: "0.5000")
    try desk.write([Self.first, Self.beside], to: "usage/pbx-1.csv")
    try desk.rate(["usage"])
    try desk.write([Self.other], to: "usage/pbx-2.csv")
    try desk.rate(["usage"])
    try desk.rerate("dear")
    #expect(try desk.bill() == ["zebra 1 0.5"])
    #expect(try desk.waiting().count == 2)
    try desk.revoke(file: "pbx-2.csv")
    #expect(try desk.bill() == ["acme 1 1", "zebra 1 0.5"])
    try desk.expectWhole()
  }
}
