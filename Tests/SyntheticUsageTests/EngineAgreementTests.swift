// The known totals against the rating engine: two ways of working them out that share nothing but the catalog's words.

import Catalog
import Money
import RatingEngine
import Tables
import TestSupport
import Testing

@testable import SyntheticUsage

@Suite struct EngineAgreementTests {
  @Test(arguments: [(1, 1, 1, false), (300, 2_000, 3, false), (40, 500, 31, true)])
  func theEngineFindsTheKnownTotals(accounts: Int, deckRows: Int, days: Int, hasConflicts: Bool) throws {
    var random = SeededGenerator(forTest: "theEngineFindsTheKnownTotals")
    let folder = try TemporaryFolder()
    let world = try SyntheticWorld(
      seed: random.next(), accounts: accounts, deckRows: deckRows, days: days, hasConflicts: hasConflicts)
    let known = try #require(try world.write(events: 20_000, to: folder.path(of: "out")))
    let catalog = try CatalogFolder.load(folder.path(of: "out/catalog"))
    let inputs = (0..<days).map {
      InputFile(name: folder.path(of: "out/usage/\(world.fileName(ofDay: $0)).zst"))
    }
    let report = try RatingRun(catalog: catalog, options: RatingOptions()).run(inputs).report()
    #expect(report.read == known.read)
    #expect(report.rated == known.rated)
    #expect(report.duplicate == known.duplicate)
    #expect(
      Dictionary(uniqueKeysWithValues: report.filtered.map { ($0.reason.description, $0.count) })
        == known.filteredByReason)
    #expect(
      Dictionary(uniqueKeysWithValues: report.suspended.map { ($0.reason.code, $0.count) })
        == known.suspendedByReason)
    #expect(
      Dictionary(uniqueKeysWithValues: report.amounts.map { ($0.currency, $0.amount) }) == known.amounts)
    #expect(
      Dictionary(
        uniqueKeysWithValues: report.quantities.map {
          ($0.kind.unit, KnownTotals.Quantity(raw: $0.raw, billed: $0.billed))
        }) == known.quantities)
  }
}
