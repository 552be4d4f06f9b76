// Five months of usage that depends on whole periods, for stores of which one forgets what is old.

import BillingCalendar
import BillingStore
import TestSupport
import Testing

@testable import BillingOperations

/// Months from January 2026 on, in nights of ten days that end anywhere in a month: shared minutes that roll over, tiers, limits, credit,
/// lines that are rounded, seats that are measured.
struct SettledMonths {
  static let months = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
  private static let dayCounts = [31, 28, 31, 30, 31]
  static let dayCount = 151
  /// Days of a night. The tenth day of a month stands in a night with the last days of the month before.
  static let daysOfNight = 10
  private static let header = "id,start,account,direction,kind,to,item,billable,disposition\n"

  /// By night: the text of the file.
  private(set) var nights: [String] = []

  init(seed: UInt64, callCount: Int = 300) {
    var random = SeededGenerator(seed: seed)
    var lines = [String](repeating: "", count: (Self.dayCount + Self.daysOfNight - 1) / Self.daysOfNight)
    for number in 0..<callCount {
      let day = Int.random(in: 0..<Self.dayCount, using: &random)
      let hour = Int.random(in: 0..<24, using: &random)
      let length = Int.random(in: 0...600, using: &random)
      let to = ["493011223344", "4915112345678", "442079460123"].randomElement(using: &random) ?? ""
      let account =
        ["anna", "ben", "cleo", "dora", "emil", "gina"].randomElement(using: &random) ?? ""
      let usage: String
      switch (account, Int.random(in: 0..<4, using: &random)) {
      case ("gina", _): usage = "event,,seat-\(length % 5),\(length % 3),"
      case (_, 0): usage = "message,,,1,"
      default: usage = "voice,\(to),,\(length),ANSWERED"
      }
      lines[day / Self.daysOfNight] +=
        "call-\(number),\(Self.date(day))T\(hour < 10 ? "0" : "")\(hour):30:00Z,\(account),outbound,\(usage)\n"
    }
    nights = lines.map { Self.header + $0 }
  }

  /// The date of a day from 0 on.
  private static func date(_ day: Int) -> String {
    var (left, month) = (day, 0)
    while left >= dayCounts[month] {
      left -= dayCounts[month]
      month += 1
    }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "2026-\(two(month + 1))-\(two(left + 1))"
  }

  /// The night with the last day of a month, from 0 on.
  static func lastNight(ofMonth month: Int) -> Int {
    (dayCounts[...month].reduce(0, +) - 1) / daysOfNight
  }

  /// A desk with the catalog and all files. With `hasGrant` an account has minutes from January to March.
  func desk(hasGrant: Bool = false) throws -> NightDesk {
    let desk = try NightDesk()
    try Self.write("settling", hasGrant: hasGrant, to: desk)
    for (number, text) in nights.enumerated() { try desk.folder.write(text, to: Self.file(number)) }
    return desk
  }

  static func file(_ night: Int) -> String { "night-\(night)/pbx-\(night).csv" }

  /// Writes the catalog, with other texts in place of some.
  static func write(
    _ name: String, hasGrant: Bool = false, _ changes: [(String, String)] = [], to desk: NightDesk
  ) throws {
    var files = SettledNights.catalog
    files["grants.csv"] =
      "account,allowance,quantity,kind,from,until\n"
      + (hasGrant ? "dora,pack,20 min,voice,2026-01-20,2026-03-10\n" : "")
    files["accounts.csv", default: ""] += "gina,seats,Europe/Berlin,,\n"
    files["plans/seats.yaml"] = """
      plan: seats
      allowances: [{allowance: seats, quantity: 1, kinds: [event], rollover: {periods: 1}}]
      charges: [{charge: seats, kinds: [event], price: 5, per: 1, gauge: max}]

      """
    for (old, new) in changes {
      for (file, text) in files { files[file] = text.replacing(old, with: new) }
    }
    for (file, text) in files { try desk.folder.write(text, to: name + "/" + file) }
  }
}

extension NightDesk {
  /// Rates one night of `SettledMonths`.
  func rateNight(_ night: Int, catalog: String = "settling") throws {
    try rate(["night-\(night)"], catalog: catalog)
  }

  /// Rates the nights up to the end of a month, from 0 on, as far as `from` has not; bills each month after its last night, purges in the
  /// middle of the next one where `purges`, and gives the numbers of purged runs.
  @discardableResult func live(
    fromMonth: Int = 0, throughMonth: Int, purges: Bool, catalog: String = "settling"
  ) throws -> [Int] {
    var purged: [Int] = []
    for month in fromMonth...throughMonth {
      let first = month == 0 ? 0 : SettledMonths.lastNight(ofMonth: month - 1) + 1
      for night in first...SettledMonths.lastNight(ofMonth: month) { try rateNight(night, catalog: catalog) }
      try markBilled(SettledMonths.months[month])
      if purges { purged += try purge(before: "2026-0\(month + 2)-01", at: Self.inSummer) }
    }
    return purged
  }

  /// The first of July 2026.
  static let inSummer: Int64 = 1_782_864_000

  /// Summary and allowances of months that have usage, by month and name.
  func documents() throws -> [String: String] {
    var all: [String: String] = [:]
    for month in SettledMonths.months {
      guard let files = try? usage(month) else { continue }
      for name in ["summary.csv.zst", "allowances.csv"] {
        all[month + "/" + name] = String(decoding: files[name] ?? [], as: UTF8.self)
      }
    }
    return all
  }

  /// Why runs are left by a purge, by number.
  func leftByPurge(before day: String) throws -> [Int: String] {
    var tools = tools()
    tools.clock = { Self.inSummer }
    let store = try BillingStore.open(storePath, for: .changing(creates: false), tools: tools)
    let day = try #require(CivilDate.parse(day))
    let left = try StorePurging.purge(before: day, reason: "test", in: store).left
    return Dictionary(uniqueKeysWithValues: left.map { ($0.run.number, $0.why) })
  }
}

/// Fails at the first line by which documents differ.
func expectSameDocuments(
  _ found: [String: String], _ expected: [String: String], _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  for name in Set(found.keys).union(expected.keys).sorted() where found[name] != expected[name] {
    let lines = [found, expected].map {
      ($0[name] ?? "none").split(separator: "\n", omittingEmptySubsequences: false)
    }
    let pair = zip(lines[0], lines[1]).first { $0 != $1 }
    Issue.record(
      "\(what) \(name): \(pair.map { "\($0)\nexpected \($1)" } ?? "\(lines[0].count), \(lines[1].count) lines")",
      sourceLocation: sourceLocation)
  }
}
