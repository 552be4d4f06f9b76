// Rating some accounts again whose usage depends on whole periods: each owner comes to what rating everything with its catalog gives.

import BillingStore
import Glibc
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
    let cells = (line.split(separator: " ").last ?? "").split(
      separator: ",", omittingEmptySubsequences: false
    )
    .map(String.init)
    if line.contains("allowances.csv") {
      let named = cells.prefix(3).compactMap { cell in
        Self.pools[cell] ?? Self.owners.firstIndex { $0.contains(cell) }
      }
      return named.first
    }
    return Self.owners.firstIndex {
      $0.contains(String(line.split(separator: " ", maxSplits: 1)[1].split(separator: ",")[0]))
    }
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

  /// Nights of a store, and of one store for each catalog.
  private func desk(_ nights: SettledNights, without: Int? = nil) throws -> NightDesk {
    let desk = try nights.desk()
    try SettledNights.writeDearCatalog("dear", to: desk)
    try Self.writeThird(desk)
    for night in nights.nights.indices {
      let name = ["usage/" + SettledNights.name(night)]
      try desk.rate(name, catalog: "settling")
      for catalog in ["settling", "dear", "third"] where night != without {
        try desk.rate(name, catalog: catalog, store: catalog + "-store")
      }
    }
    return desk
  }

  /// Owner by owner, in any order, in steps, there and back.
  @Test(arguments: 1...6) func someOwnersAreAsIfTheirCatalogHadBeenThere(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let nights = SettledNights(seed: seed, nightCount: 4, callCount: 200)
    let gone = Int(seed) % 4
    let desk = try desk(nights)
    let catalogs = ["settling", "dear", "third"]
    let stores = try catalogs.map { try lines(desk, store: $0 + "-store") }
    #expect(Set(stores).count == 3)
    var now = [0, 0, 0, 0]
    expectSame(try lines(desk, store: "store"), joined(stores, by: now), "before")
    for step in 0..<5 {
      let chosen = Self.owners.indices.filter { _ in Bool.random(using: &random) }
      if chosen.isEmpty { continue }
      let catalog = Int.random(in: 0..<3, using: &random)
      let before = try lines(desk, store: "store")
      let preview = try desk.rerate(catalogs[catalog], Self.box(chosen), isPreview: true)
      #expect(try lines(desk, store: "store") == before)
      let outcome = try desk.rerate(catalogs[catalog], Self.box(chosen))
      for owner in chosen { now[owner] = catalog }
      expectSame(
        try lines(desk, store: "store"), joined(stores, by: now),
        "seed \(seed), step \(step) \(chosen) by \(catalog)")
      #expect(preview.delta.totals.map(\.new.amount) == outcome.delta.totals.map(\.new.amount))
      #expect(preview.delta.totals.map(\.old.amount) == outcome.delta.totals.map(\.old.amount))
      try desk.expectWhole()
    }
    // One of the files is taken back: what is left keeps its catalogs.
    try desk.revoke(file: SettledNights.name(gone))
    let less = try self.desk(nights, without: gone)
    let without = try catalogs.map { try lines(less, store: $0 + "-store") }
    expectSame(try lines(desk, store: "store"), joined(without, by: now), "seed \(seed), without \(gone)")
    try desk.expectWhole()
    try desk.rerate("settling", Self.box([0, 1, 2, 3]))
    expectSame(try lines(desk, store: "store"), without[0], "seed \(seed), back")
    #expect(try desk.rerate("settling").delta.isEmpty)
    try desk.expectWhole()
  }
}
