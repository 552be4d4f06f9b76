// What billed periods of a store have handed on: usage that comes late, or is taken back or rated again, does not change what later
// periods begin with.

import BillingCalendar
import BillingStore
import DurableFiles
import RatingEngine
import Tables
import TestSupport
import Testing
import UsageSummary

@testable import BillingOperations

@Suite struct StoreRolloverTests {
  /// A desk with 10 minutes a month that may be used two further months, for account `a` alone and for pool `x` of `b` and `c`.
  private static func desk(_ name: String = "rolling", _ changes: [(String, String)] = []) throws -> NightDesk
  {
    let desk = try NightDesk()
    try write(name, changes, to: desk)
    return desk
  }

  private static func write(
    _ name: String, _ changes: [(String, String)] = [], to desk: NightDesk
  ) throws {
    var files = [
      "catalog.yaml": "currency: EUR\n", "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "accounts.csv": "account,plan,pool\na,single,\nb,team,x\nc,team,x\n",
      "plans/single.yaml":
        "plan: single\nallowances: [{allowance: minutes, quantity: 10 min, kinds: [voice], rollover: {periods: 2}}]\n"
        + "charges: [{charge: calls, kinds: [voice], price: 1, per: 1 min, increment: 60/60}]\n",
      "plans/team.yaml":
        "plan: team\nallowances: [{allowance: minutes, quantity: 10 min, kinds: [voice], shared: pool, rollover: {periods: 2}}]\n"
        + "charges: [{charge: calls, kinds: [voice], price: 1, per: 1 min, increment: 60/60}]\n",
    ]
    for (old, new) in changes {
      for (file, text) in files { files[file] = text.replacing(old, with: new) }
    }
    for (file, text) in files { try desk.folder.write(text, to: name + "/" + file) }
  }

  /// Rates calls, `account day minutes` each, as a file of their own.
  private static func rate(
    _ calls: [String], as name: String, _ desk: NightDesk, catalog: String = "rolling",
    store: String = "store"
  ) throws {
    let rows = calls.enumerated().map { number, call in
      let cells = call.split(separator: " ")
      return
        "\(name)-\(number),\(cells[1])T10:00:00Z,\(cells[0]),outbound,voice,,,\((Int(cells[2]) ?? 0) * 60),ANSWERED\n"
    }
    try desk.folder.write(SettledNights.header + rows.joined(), to: "\(name)/pbx-\(name).csv")
    try desk.rate([name], catalog: catalog, store: store)
  }

  /// `granted rolled-in used left expired rolled-out` of the allowance of an account or pool, in minutes.
  private static func balance(
    _ owner: String, _ period: String, _ desk: NightDesk, store: String = "store"
  ) throws -> String {
    let text = String(decoding: try desk.usage(period, store: store)["allowances.csv"] ?? [], as: UTF8.self)
    let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let row = rows.first(where: { $0[1] == owner && $0[6].isEmpty }) else { return "none" }
    return row[7...].map { String((Int($0) ?? -99) / 60) }.joined(separator: " ")
  }

  /// What adjustments come to, by period and account: `period account amount`, of those that are not 0.
  private static func adjustments(_ desk: NightDesk) throws -> [String] {
    try sums(
      desk.adjustments().map { row in
        let cells = row.split(separator: " ")
        return ("\(cells[0]) \(cells[1])", cells[3])
      })
  }

  /// What accounts are charged in a period: `account amount`, of those that are not 0.
  private static func bill(_ period: String, _ desk: NightDesk) throws -> [String] {
    try sums(
      desk.bill(period).map { row in
        let cells = row.split(separator: " ")
        return (String(cells[0]), cells[2])
      })
  }

  private static func sums(_ rows: [(key: String, amount: Substring)]) -> [String] {
    var sums: [String: Int] = [:]
    for row in rows { sums[row.key, default: 0] += Int(row.amount) ?? -1000 }
    return sums.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }.sorted()
  }

  @Test func lateUsageOfABilledPeriodDoesNotUseWhatWentOn() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "a 2026-02-05 1"], as: "first", desk)
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 4 6 0 6")
    try desk.markBilled("2026-01")
    try Self.rate(["a 2026-01-04 3"], as: "late", desk)
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 4 6 0 6")
    #expect(try Self.balance("a", "2026-02", desk) == "10 6 1 15 0 15")
    #expect(try Self.adjustments(desk) == ["2026-01-01 a 3"])
    #expect(try Self.bill("2026-02", desk) == [])
    try desk.expectWhole()
    // The next bill has the three minutes; what February hands on was not touched.
    try desk.markBilled("2026-02")
    #expect(try desk.adjustments() == [])
    #expect(try Self.balance("a", "2026-02", desk) == "10 6 1 15 0 15")
  }

  /// Before it is billed, late usage has what the period hands on.
  @Test func lateUsageOfAnOpenPeriodUsesWhatWouldGoOn() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "a 2026-02-05 1"], as: "first", desk)
    try Self.rate(["a 2026-01-04 3"], as: "late", desk)
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 7 3 0 3")
    #expect(try Self.balance("a", "2026-02", desk) == "10 3 1 12 0 12")
  }

  /// What had expired is there for late usage, and no more than that.
  @Test(arguments: [(1, "10 0 9 1 0 1", 0), (2, "10 0 9 1 0 1", 1), (0, "10 0 8 2 1 1", 0)])
  func lateUsageHasWhatExpired(late: Int, balance: String, charged: Int) throws {
    let desk = try Self.desk("rolling", [("periods: 2", "periods: 2, cap: 1 min")])
    try Self.rate(["a 2026-01-05 8", "a 2026-02-05 1"], as: "first", desk)
    try desk.markBilled("2026-01")
    try Self.rate(["a 2026-01-06 \(late)", "a 2026-02-07 1"], as: "late", desk)
    #expect(try Self.balance("a", "2026-01", desk) == balance)
    #expect(try Self.balance("a", "2026-02", desk) == "10 1 2 9 8 1")
    #expect(try Self.adjustments(desk) == (charged == 0 ? [] : ["2026-01-01 a \(charged)"]))
    try desk.expectWhole()
  }

  @Test func whatIsTakenBackOfABilledPeriodExpires() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-02-05 1"], as: "february", desk)
    try Self.rate(["a 2026-01-05 12", "a 2026-02-06 1"], as: "january", desk)
    try desk.markBilled("2026-01")
    try desk.revoke("2")
    #expect(try Self.adjustments(desk) == ["2026-01-01 a -2"])
    // Nobody has usage of January any more, and it still hands on nothing.
    #expect(try Self.balance("a", "2026-02", desk) == "10 0 1 9 0 9")
    try desk.expectWhole()
    try Self.rate(["a 2026-01-05 3"], as: "other", desk)
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 3 7 7 0")
    #expect(try Self.balance("a", "2026-02", desk) == "10 0 1 9 0 9")
    try desk.expectWhole()
  }

  @Test func whatWentOnIsThereWhenItsPeriodHasNoUsageAnyMore() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-02-05 1"], as: "february", desk)
    try Self.rate(["a 2026-01-05 4"], as: "january", desk)
    try desk.markBilled("2026-01")
    try desk.revoke("2")
    #expect(try Self.balance("a", "2026-02", desk) == "10 6 1 15 0 15")
    try desk.expectWhole()
  }

  /// The ages go on as they were: of three months' minutes the oldest expire.
  @Test func agesGoOnAsTheyWere() throws {
    let desk = try Self.desk()
    try Self.rate(
      ["a 2026-01-05 4", "a 2026-02-05 1", "a 2026-03-05 1", "a 2026-04-05 1"], as: "first", desk)
    let before = try ["2026-03", "2026-04"].map { try Self.balance("a", $0, desk) }
    #expect(before == ["10 15 1 24 4 20", "10 20 1 29 9 20"])
    try desk.markBilled("2026-01")
    try desk.markBilled("2026-02")
    try Self.rate(["a 2026-01-06 2", "a 2026-02-06 20"], as: "late", desk)
    #expect(try ["2026-03", "2026-04"].map { try Self.balance("a", $0, desk) } == before)
    #expect(try Self.adjustments(desk) == ["2026-01-01 a 2", "2026-02-01 a 20"])
    try desk.expectWhole()
  }

  /// A later period that was billed began with something: that stays, though the period before is open.
  @Test func whatABilledPeriodBeganWithStays() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "a 2026-02-05 14"], as: "first", desk)
    try desk.markBilled("2026-02")
    try Self.rate(["a 2026-01-06 3"], as: "late", desk)
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 4 6 0 6")
    #expect(try Self.balance("a", "2026-02", desk) == "10 6 14 2 0 2")
    #expect(try desk.adjustments() == [])
    #expect(try Self.bill("2026-01", desk) == ["a 3"])
    try desk.expectWhole()
  }

  /// What a pool shares is frozen with its first member that is billed; what an account has itself, with that account.
  @Test func aPoolIsFrozenWithItsFirstMember() throws {
    let desk = try Self.desk()
    try Self.rate(
      ["a 2026-01-05 4", "b 2026-01-05 4", "c 2026-01-06 1", "b 2026-02-05 1", "a 2026-02-05 1"], as: "first",
      desk)
    try desk.markBilled("2026-01", accounts: ["b"])
    try Self.rate(["c 2026-01-07 2", "a 2026-01-07 2"], as: "late", desk)
    #expect(try Self.balance("x", "2026-01", desk) == "10 0 5 5 0 5")
    #expect(try Self.balance("x", "2026-02", desk) == "10 5 1 14 0 14")
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 6 4 0 4")
    #expect(try Self.balance("a", "2026-02", desk) == "10 4 1 13 0 13")
    // c is open: its late call is on its first bill.
    #expect(try desk.adjustments() == [])
    #expect(try Self.bill("2026-01", desk) == ["c 2"])
    try desk.markBilled("2026-01")
    try Self.rate(["a 2026-01-08 1"], as: "later", desk)
    #expect(try Self.balance("a", "2026-02", desk) == "10 4 1 13 0 13")
    #expect(try Self.balance("x", "2026-02", desk) == "10 5 1 14 0 14")
    #expect(try Self.adjustments(desk) == ["2026-01-01 a 1"])
    try desk.expectWhole()
  }

  /// Rated again with a catalog that grants less or more: the billed month is charged anew, what it handed on stays.
  @Test(arguments: [("5 min", "5 0 0 5 -1 6", 4), ("20 min", "20 0 4 16 10 6", 0)])
  func ratingAgainDoesNotChangeWhatWentOn(size: String, january: String, charged: Int) throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "a 2026-02-05 1"], as: "first", desk)
    try desk.markBilled("2026-01")
    try Self.write("other", [("10 min", size)], to: desk)
    let preview = try desk.rerate("other", isPreview: true)
    let outcome = try desk.rerate("other")
    #expect(preview.delta.totals.map(\.new.amount) == outcome.delta.totals.map(\.new.amount))
    #expect(try Self.balance("a", "2026-01", desk) == january)
    let minutes = size.split(separator: " ")[0]
    #expect(try Self.balance("a", "2026-02", desk).hasPrefix("\(minutes) 6 1 "))
    #expect(try Self.adjustments(desk) == (charged == 0 ? [] : ["2026-01-01 a \(charged)"]))
    try desk.expectWhole()
    try desk.rerate("rolling")
    #expect(try Self.balance("a", "2026-01", desk) == "10 0 4 6 0 6")
    #expect(try desk.adjustments() == [])
    try desk.expectWhole()
  }

  // MARK: any order

  private static func documents(_ desk: NightDesk, store: String) throws -> [String: String] {
    var all: [String: String] = [:]
    for period in ["2026-01", "2026-02", "2026-03"] {
      for (name, bytes) in try desk.usage(period, store: store) where name != "manifest.json" {
        all[period + "/" + name] = String(decoding: bytes, as: UTF8.self)
      }
    }
    return all
  }

  /// Billing alone changes nothing; after it, late nights may come one by one or together, in whichever order; what January and
  /// February have handed on stays.
  @Test(arguments: [1, 2, 3, 4]) func lateNightsMayComeInAnyOrder(seed: UInt64) throws {
    let nights = SettledNights(seed: seed, nightCount: 7)
    let late = SettledNights(seed: seed + 100, nightCount: 5, callCount: 300)
    let desk = try nights.desk()
    for (number, text) in late.nights.enumerated() {
      try desk.folder.write(text.replacing("the-same", with: "late"), to: "late/pbx-late-\(number).csv")
    }
    let files = late.nights.indices.map { "late/pbx-late-\($0).csv" }
    var random = SeededGenerator(seed: seed)
    var found: [[String: String]] = []
    for order in [nil, Array(files.indices), files.indices.shuffled(using: &random)] as [[Int]?] {
      try DurableFolder.removeAll(desk.storePath)
      try desk.rate(["usage"], catalog: "settling")
      let before = try Self.documents(desk, store: "store")
      try desk.markBilled("2026-01", accounts: ["anna", "dora", "emil"])
      try desk.markBilled("2026-02", accounts: ["ben"])
      // Whoever is touched is settled over all periods: a night of nothing but a text in March.
      try desk.folder.write(
        SettledNights.header + "text,2026-03-20T10:00:00Z,anna,outbound,message,,,1,\n",
        to: "text/pbx-text.csv")
      try desk.rate(["text"], catalog: "settling")
      let billed = try Self.documents(desk, store: "store")
      for name in before.keys where !name.hasPrefix("2026-03") {
        #expect(billed[name] == before[name], "\(name)")
      }
      if let order {
        for number in order { try desk.rate([files[number]], catalog: "settling") }
      } else {
        try desk.rate(["late"], catalog: "settling")
      }
      try desk.expectWhole()
      found.append(try Self.documents(desk, store: "store"))
      let lines = { (documents: [String: String], name: String, prefix: String) in
        documents[name]?.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        } ?? []
      }
      for (period, owner) in [
        ("2026-01", "pool,one,"), ("2026-01", "account,dora,"), ("2026-02", "pool,one,"),
      ] {
        let (was, now) = (
          lines(before, period + "/allowances.csv", owner).filter { $0[6].isEmpty && !$0[3].isEmpty },
          lines(found[found.count - 1], period + "/allowances.csv", owner).filter {
            $0[6].isEmpty && !$0[3].isEmpty
          }
        )
        #expect(!was.isEmpty && was.map { $0[12] } == now.map { $0[12] }, "\(period) \(owner)")
      }
    }
    // Where nothing was billed, the next months begin with what these nights have left.
    for folder in ["usage", "text", "late"] { try desk.rate([folder], catalog: "settling", store: "open") }
    let open = try Self.documents(desk, store: "open")
    for period in ["2026-01", "2026-02"] {
      let name = period + "/allowances.csv"
      #expect(open[name] != nil && open[name] != found[0][name])
    }
    for other in found.dropFirst() {
      for name in other.keys.sorted() { #expect(other[name] == found[0][name], "\(name)") }
    }
    // The calls behind the usage add up to it, with what was handed on.
    let choice = try #require(UsagePeriodChoice.parse("2026-01"))
    _ = try StoreDetail.writeUsage(
      of: choice, to: desk.folder.path(of: "detail"), masksNumbers: false, in: desk.store(), semantics: 1)
  }

  // MARK: verifying

  @Test(arguments: [
    "UPDATE billed_rollover SET quantity = '61' WHERE owner = 'a'", "DELETE FROM billed_rollover",
    "DELETE FROM billed_pools", "UPDATE settlements SET rollover_sha256 = 'other'",
  ])
  func aChangeOfWhatWentOnShows(change: String) throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "b 2026-01-05 4", "a 2026-02-05 1"], as: "first", desk)
    try desk.markBilled("2026-01")
    try desk.expectWhole()
    try SQLiteShell.run(change, desk.storePath + "/book.sqlite")
    #expect(try !desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).findings.isEmpty)
  }

  /// Rows that were settled as if the period were open are found, though every hash meets.
  @Test func rowsThatHandOnSomethingElseShow() throws {
    let desk = try Self.desk()
    try Self.rate(["a 2026-01-05 4", "a 2026-02-05 1"], as: "first", desk)
    let path = desk.storePath + "/book.sqlite"
    try desk.markBilled("2026-02")
    try SQLiteShell.run("CREATE TABLE kept AS SELECT * FROM billed_rollover", path)
    try SQLiteShell.run("DELETE FROM billed_rollover", path)
    try SQLiteShell.run("UPDATE billed_accounts SET usage_period = '2020-01-01/2020-02-01'", path)
    try Self.rate(["a 2026-01-04 3"], as: "late", desk)
    try SQLiteShell.run("INSERT INTO billed_rollover SELECT * FROM kept", path)
    try SQLiteShell.run("UPDATE billed_accounts SET usage_period = '2026-02-01/2026-03-01'", path)
    let findings = try desk.store().verify(deep: true, catalogHash: StoreCatalog.hash).findings
    #expect(
      findings.contains { $0.contains("hands on other quantities than when it was billed") }, "\(findings)")
  }
}
