// Plans that depend on whole periods in a store: however three months were divided into runs, and in whichever order, they
// come to what one run makes of them.

import BillingStore
import DurableFiles
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

/// Three months of usage with shared minutes that roll over, tiers, limits, credit for the dearest calls, and lines rounded.
private struct SettledNights {
  /// By night: the file's text.
  private(set) var nights: [String] = []
  static let header = "id,start,account,direction,kind,to,meter,billable,disposition\n"

  init(seed: UInt64, nightCount: Int) {
    var random = SeededGenerator(seed: seed)
    var lines = [String](repeating: "", count: nightCount)
    for number in 0..<300 {
      let day = Int.random(in: 0..<89, using: &random)
      let (month, date) = day < 31 ? (1, day + 1) : day < 59 ? (2, day - 30) : (3, day - 58)
      let hour = Int.random(in: 0..<24, using: &random)
      let account = ["anna", "ben", "cleo", "dora", "emil"].randomElement(using: &random) ?? ""
      let isText = Int.random(in: 0..<4, using: &random) == 0
      let length = Int.random(in: 0...600, using: &random)
      let to = ["493011223344", "4915112345678", "442079460123"].randomElement(using: &random) ?? ""
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      lines[day * nightCount / 89] +=
        "the-same-beginning-\(number),2026-\(two(month))-\(two(date))T\(two(hour)):30:00Z,\(account),outbound,"
        + (isText ? "message,,,1,\n" : "voice,\(to),,\(length),ANSWERED\n")
    }
    nights = lines.map { Self.header + $0 }
  }

  /// A desk with the catalog, and the files of all nights.
  func desk() throws -> NightDesk {
    let desk = try NightDesk()
    for (name, text) in Self.catalog { try desk.folder.write(text, to: "settling/" + name) }
    for (number, text) in nights.enumerated() {
      try desk.folder.write(text, to: "usage/\(Self.name(number))")
    }
    return desk
  }

  static func name(_ night: Int) -> String { "pbx-\(night < 10 ? "0" : "")\(night).csv" }

  private static let catalog = [
    "catalog.yaml": "currency: EUR\n",
    "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
    "accounts.csv": """
    account,plan,zone,pool,round
    anna,team,Europe/Berlin,one,
    ben,team,Europe/Berlin,one,line
    cleo,team,Europe/Berlin,two,
    dora,team,Europe/Berlin,,
    emil,money,Europe/Berlin,,
    idle,team,Europe/Berlin,,

    """,
    "grants.csv": """
    account,allowance,quantity,kind,from,until
    dora,pack,20 min,voice,2026-01-20,2026-03-10

    """,
    "decks/retail.csv": """
    prefix,destination,price,increment,rating_group
    49,Germany,0.020,60/1,Germany
    4915,Germany Mobile,0.090,60/1,Mobile
    44,United Kingdom,0.041,60/60,Europe

    """,
    "plans/team.yaml": """
    plan: team
    look_up: {voice: retail}
    rounding: none
    allowances:
      - {allowance: minutes, quantity: 90 min, kinds: [voice], rating_groups: [Germany, Europe], shared: pool, scale: per-member, rollover: {periods: 2, cap: 20 min}}
      - {allowance: texts, events: 4, kinds: [message]}
    charges:
      - {charge: mobile, kinds: [voice], rating_groups: [Mobile], tiers: {kind: graduated, steps: [{up_to: 20 min, price: 0.2, per: 1 min}, {up_to: 60 min, price: 0.1, per: 1 min}, {price: 0.05, per: 1 min}]}}
      - {charge: calls, kinds: [voice], price: deck, period_minimum: 5}
      - {charge: texts, kinds: [message], price: 0.09, per: 1, period_maximum: 0.6}

    """,
    "plans/money.yaml": """
    plan: money
    look_up: {voice: retail}
    rounding: none
    order: dearest-first
    allowances:
      - {allowance: credit, amount: 3, kinds: [voice]}
    charges:
      - {charge: calls, kinds: [voice], price: deck}
      - {charge: texts, kinds: [message], price: 0.09, per: 1}

    """,
  ]
}

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
}
