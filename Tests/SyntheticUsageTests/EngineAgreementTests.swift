// The known totals against the rating engine: two ways of working them out that share nothing but the catalog's words.

import Catalog
import Money
import RatingEngine
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
    let rows = try rate(folder, "out", days: (0..<days).map(world.fileName))
    var (eventCount, amounts, raw, billed) =
      (0, [:], [:], [:])
      as (
        Int, [String: Int128], [String: Int128], [String: Int128]
      )
    for row in rows {
      eventCount += Int(row["event_count"] ?? "") ?? 0
      amounts[row["currency"] ?? "", default: 0] += decimal(row["amount"])
      raw[row["unit"] ?? "", default: 0] += decimal(row["quantity_raw"])
      billed[row["unit"] ?? "", default: 0] += decimal(row["quantity_billed"])
    }
    #expect(eventCount == known.rated)
    #expect(amounts == Dictionary(uniqueKeysWithValues: known.amounts.map { ($0.key.code, $0.value.pico) }))
    // Milliseconds are thousandths of a second; messages and bytes are whole.
    let quantities = known.quantities.map { ($0, $1, Int128($0 == "s" ? 1_000_000_000 : 1_000_000_000_000)) }
    #expect(raw == Dictionary(uniqueKeysWithValues: quantities.map { ($0.0, $0.1.raw * $0.2) }))
    #expect(billed == Dictionary(uniqueKeysWithValues: quantities.map { ($0.0, $0.1.billed * $0.2) }))
  }

  /// The rows of sums by account and day, by column.
  private func rate(_ folder: TemporaryFolder, _ name: String, days: [String]) throws -> [[String: String]] {
    let catalog = try CatalogFolder.load(folder.path(of: "\(name)/catalog"))
    var options = RatingOptions()
    options.groupBy = [.account, .day]
    let inputs = days.map { InputFile(name: folder.path(of: "\(name)/usage/\($0).zst")) }
    let result = try RatingRun(catalog: catalog, options: options).run(inputs)
    var text: [UInt8] = []
    try result.writeGrouped { text.append(contentsOf: $0) }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private func decimal(_ text: String?) -> Int128 {
    guard case .success(let value) = DecimalText.parse(text ?? "", scale: 12) else { return 0 }
    return value
  }
}
