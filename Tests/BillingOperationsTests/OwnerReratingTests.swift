// Rating some accounts again whose usage depends on whole periods: each owner comes to what rating everything with its catalog gives.

import BillingStore
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import BillingOperations

@Suite struct OwnerReratingTests {
  private static let periods = ["2026-01", "2026-02", "2026-03"]
  /// Accounts that share a pool in one of the catalogs belong to one owner here.
  private static let owners = [["anna", "ben"], ["cleo", "dora"], ["emil"], ["idle"]]
  private static let pools = ["one": 0, "two": 1, "three": 1]

  /// Lines of the documents of all periods, as `file: line`.
  private func lines(_ desk: NightDesk, store: String) throws -> Set<String> {
    var lines: Set<String> = []
    for period in Self.periods {
      for (name, bytes) in try desk.usage(period, store: store) where name != "manifest.json" {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
          lines.insert("\(period)/\(name): \(line)")
        }
      }
    }
    return lines
  }

  /// Which owner a line of a summary or of allowances is about; nil for headers.
  private static func owner(of line: String) -> Int? {
    let cells = line.split(separator: " ", maxSplits: 1)[1].split(
      separator: ",", omittingEmptySubsequences: false)
    let name = String(cells[line.contains("allowances.csv") ? 1 : 0])
    return Self.pools[name] ?? Self.owners.firstIndex { $0.contains(name) }
  }

  /// What a store has whose owners were rated with these stores' catalogs.
  private func joined(_ stores: [Set<String>], by owner: [Int]) -> Set<String> {
    var lines = stores[0].filter { Self.owner(of: $0) == nil }
    for (number, store) in stores.enumerated() {
      lines.formUnion(store.filter { line in Self.owner(of: line).map { owner[$0] == number } ?? false })
    }
    return lines
  }

  private func expectSame(
    _ found: Set<String>, _ expected: Set<String>, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let more = found.subtracting(expected).sorted().prefix(3)
    let less = expected.subtracting(found).sorted().prefix(3)
    #expect(
      more.isEmpty && less.isEmpty, "\(what): has \(Array(more)), has not \(Array(less))",
      sourceLocation: sourceLocation)
  }

  private static func box(_ owners: [Int]) -> EventBox {
    EventBox(accounts: Set(owners.flatMap { Self.owners[$0] }.map { Label($0) }))
  }

  /// A third catalog: other pools, allowances that do not roll, another minimum, an account that is settled in another way.
  private static func writeThird(_ desk: NightDesk) throws {
    var files = SettledNights.catalog
    files["accounts.csv"] = files["accounts.csv"]?.replacing(
      "cleo,team,Europe/Berlin,two,", with: "cleo,team,Europe/Berlin,three,"
    )
    .replacing("dora,team,Europe/Berlin,,", with: "dora,team,Europe/Berlin,three,")
    files["plans/team.yaml"] = files["plans/team.yaml"]?.replacing(
      ", rollover: {periods: 2, cap: 20 min}", with: ""
    )
    .replacing("period_minimum: 5", with: "period_minimum: 7")
    files["plans/money.yaml"] = files["plans/money.yaml"]?.replacing("amount: 3", with: "amount: 2")
    for (file, text) in files { try desk.folder.write(text, to: "third/" + file) }
  }

  /// Nights of a store; minutes that are left go on into the next month, or they do not.
  private func desk(_ nights: SettledNights, rollsOver: Bool = true) throws -> NightDesk {
    let desk = try nights.desk()
    try SettledNights.writeDearCatalog("dear", to: desk)
    try Self.writeThird(desk)
    for catalog in ["settling", "dear", "third"] where !rollsOver {
      let file = catalog + "/plans/team.yaml"
      let text = String(decoding: try #require(desk.folder.bytes(of: file)), as: UTF8.self)
      try desk.folder.write(text.replacing(", rollover: {periods: 2, cap: 20 min}", with: ""), to: file)
    }
    for night in nights.nights.indices {
      try desk.rate(["usage/" + SettledNights.name(night)], catalog: "settling")
    }
    return desk
  }

  /// What stores have whose nights, but for one, were rated with one catalog each.
  private func stores(
    _ desk: NightDesk, _ nights: SettledNights, _ catalogs: [String], without: Int? = nil
  ) throws -> [Set<String>] {
    let names = nights.nights.indices.filter { $0 != without }.map { "usage/" + SettledNights.name($0) }
    return try catalogs.map { catalog in
      let store = catalog + "-store" + (without.map { "-without-\($0)" } ?? "")
      try desk.rate(names, catalog: catalog, store: store)
      return try lines(desk, store: store)
    }
  }

  /// Owner by owner, in any order, in steps, there and back.
  @Test(arguments: 1...3) func someOwnersAreAsIfTheirCatalogHadBeenThere(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let nights = SettledNights(seed: seed, nightCount: 4, callCount: 200)
    let gone = Int(seed) % 4
    let desk = try desk(nights)
    let catalogs = ["settling", "dear", "third"]
    let stores = try stores(desk, nights, catalogs)
    #expect(Set(stores).count == 3)
    var now = [0, 0, 0, 0]
    expectSame(try lines(desk, store: "store"), joined(stores, by: now), "before")
    for step in 0..<4 {
      let chosen = Self.owners.indices.filter { _ in Bool.random(using: &random) }
      if chosen.isEmpty { continue }
      let catalog = Int.random(in: 0..<3, using: &random)
      let before = try lines(desk, store: "store")
      let preview = try desk.rerate(catalogs[catalog], Self.box(chosen), isPreview: true)
      #expect(try lines(desk, store: "store") == before)
      let outcome = try desk.rerate(catalogs[catalog], Self.box(chosen))
      for owner in chosen { now[owner] = catalog }
      #expect(try desk.rerate(catalogs[catalog], Self.box(chosen)).commits.isEmpty, "the same again")
      expectSame(
        try lines(desk, store: "store"), joined(stores, by: now),
        "seed \(seed), step \(step) \(chosen) by \(catalog)")
      #expect(preview.delta.totals.map(\.new.amount) == outcome.delta.totals.map(\.new.amount))
      #expect(preview.delta.totals.map(\.old.amount) == outcome.delta.totals.map(\.old.amount))
      try desk.expectWhole()
    }
    // One of the files is taken back: what is left keeps its catalogs.
    try desk.revoke(file: SettledNights.name(gone))
    let without = try self.stores(desk, nights, catalogs, without: gone)
    expectSame(try lines(desk, store: "store"), joined(without, by: now), "seed \(seed), without \(gone)")
    try desk.expectWhole()
    try desk.rerate("settling", Self.box([0, 1, 2, 3]))
    expectSame(try lines(desk, store: "store"), without[0], "seed \(seed), back")
    #expect(try desk.rerate("settling").delta.isEmpty)
    try desk.expectWhole()
  }

  /// The sums of a period by account.
  private func sums(_ desk: NightDesk, _ period: String, store: String = "store") throws -> [String: Double] {
    var sums: [String: Double] = [:]
    for row in try desk.bill(period, store: store) {
      let cells = row.split(separator: " ")
      sums[String(cells[0]), default: 0] += Double(cells[2]) ?? 0
    }
    return sums
  }

  @Test func whatHasNoMeaningIsRefusedWithAWayOut() throws {
    let nights = SettledNights(seed: 5, nightCount: 1)
    let desk = try desk(nights)
    let before = try lines(desk, store: "store")
    func refusal(_ box: EventBox, isPreview: Bool = false) throws -> String {
      let fault = #expect(throws: OperationFault.self) { try desk.rerate("third", box, isPreview: isPreview) }
      return "\(try #require(fault))"
    }
    // Half a pool of the catalog of before, and half a pool of the new one.
    let half = try refusal(EventBox(accounts: ["ben"]))
    #expect(half.contains("account 'ben' shares pool 'one' with others"))
    #expect(half.contains("name them too: --accounts anna"))
    #expect(
      try refusal(EventBox(accounts: ["emil", "dora"]), isPreview: true).contains("too: --accounts cleo"))
    // Some days of some accounts, and of everybody: the days to name.
    let february: Int64 = 20_485 * 86_400_000
    for box in [
      EventBox(from: february, accounts: ["emil"]), EventBox(until: february), EventBox(from: february),
    ] {
      let sentence = try refusal(box)
      #expect(
        sentence.contains(
          box.from == nil
            ? "--until 2026-02-01 leaves out 2026-02-01/2026-03-01 of account 'anna', whose usage depends on whole periods"
            : "--from 2026-02-01 leaves out 2026-01-01/2026-02-01 of account '\(box.accounts == nil ? "anna" : "emil")', whose usage "
              + "depends on whole periods"))
      #expect(sentence.contains("--from 2026-01-01 --until 2026-04-01, or none"))
    }
    #expect(try desk.store().runs().count == 1)
    #expect(try lines(desk, store: "store") == before)
    // All of its days are no limit.
    let all = EventBox(from: 20_454 * 86_400_000, until: 20_544 * 86_400_000, accounts: ["emil"])
    try desk.rerate("third", all)
    let stores = try stores(desk, nights, ["settling", "third"])
    expectSame(try lines(desk, store: "store"), joined(stores, by: [0, 0, 1, 0]), "all days")
    // And all of everybody's is everything.
    try desk.rerate("third", EventBox(from: all.from, until: all.until))
    expectSame(try lines(desk, store: "store"), stores[1], "all days of all")
  }

  /// An account without usage owes its minimum by the new catalog too.
  @Test func whoOwesWithoutUsageMayBeChosen() throws {
    let nights = SettledNights(seed: 8, nightCount: 2, callCount: 60)
    let desk = try desk(nights)
    let stores = try stores(desk, nights, ["settling", "third"])
    let outcome = try desk.rerate("third", Self.box([3]))
    #expect(outcome.commits.count == 1)
    expectSame(try lines(desk, store: "store"), joined(stores, by: [0, 0, 0, 1]), "idle")
    #expect(try desk.rerate("third", Self.box([3])).commits.isEmpty)
    #expect(try sums(desk, "2026-02")["idle"] == 7)
    try desk.expectWhole()
    try desk.rerate("settling", Self.box([3]))
    expectSame(try lines(desk, store: "store"), stores[0], "idle again")
    // A night of everybody's goes on with its own catalog, whoever it touches.
    try desk.rerate("third", Self.box([0, 2]))
    let late = "late,2026-02-03T10:00:00Z,emil,outbound,voice,442079460123,,61,ANSWERED\n"
    try desk.folder.write(SettledNights.header + late, to: "more/pbx-99.csv")
    for store in ["store", "settling-store", "third-store"] {
      try desk.rate(["more"], catalog: store == "third-store" ? "third" : "settling", store: store)
    }
    let after = try ["settling-store", "third-store"].map { try lines(desk, store: $0) }
    expectSame(try lines(desk, store: "store"), joined(after, by: [1, 0, 0, 0]), "a night after")
    // It is taken back: whom it had touched is settled as before it.
    try desk.revoke(file: "pbx-99.csv")
    expectSame(try lines(desk, store: "store"), joined(stores, by: [1, 0, 1, 0]), "without that night")
    try desk.expectWhole()
  }

  /// Where something rolled over it would stay as it was billed, and the month would not be that of a store of its catalog.
  @Test func billedPeriodsOfTheChosenAreCorrectedEachTime() throws {
    let nights = SettledNights(seed: 9, nightCount: 2)
    let desk = try desk(nights, rollsOver: false)
    _ = try stores(desk, nights, ["settling", "dear", "third"])
    try desk.markBilled("2026-01")
    let billed = try sums(desk, "2026-01", store: "settling-store")
    for catalog in ["dear", "third", "settling"] {
      try desk.rerate(catalog, Self.box([0]))
      var found: [String: Double] = [:]
      for row in try desk.adjustments() {
        let cells = row.split(separator: " ")
        #expect(cells[0] == "2026-01-01")
        found[String(cells[1]), default: 0] += Double(cells[3]) ?? 0
      }
      let now = try sums(desk, "2026-01", store: catalog + "-store")
      for account in Self.owners.joined() {
        let isChosen = Self.owners[0].contains(account)
        let expected = isChosen ? (now[account] ?? 0) - (billed[account] ?? 0) : 0
        #expect(abs((found[account] ?? 0) - expected) < 1e-9, "\(catalog) \(account)")
      }
      #expect(catalog == "settling" || !found.isEmpty)
      try desk.expectWhole()
    }
    #expect(try desk.adjustments() == [])
  }
}
