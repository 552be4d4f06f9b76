// Whole worlds: the same again, complete, accepted as a catalog, and all or nothing.

import Catalog
import DurableFiles
import TestSupport
import Testing

@testable import SyntheticUsage

@Suite struct SyntheticWorldTests {
  /// Every file below a folder, decompressed, by name.
  private func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for file in FileContent.files(below: folder.path(of: name)) {
      let bytes = try #require(folder.bytes(of: "\(name)/\(file)"))
      contents[file] = file.hasSuffix(".zst") ? try #require(ZstdContent.decode(bytes)) : bytes
    }
    return contents
  }

  private func write(
    seed: UInt64, events: Int = 400, days: Int = 2, to folder: TemporaryFolder, _ name: String
  ) throws -> [String: [UInt8]] {
    let world = try SyntheticWorld(seed: seed, accounts: 20, deckRows: 200, days: days)
    #expect(try world.write(events: events, to: folder.path(of: name)) != nil)
    return try files(folder, name)
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let first = try write(seed: 5, to: folder, "a")
    #expect(try write(seed: 5, to: folder, "b") == first)
    #expect(
      first.keys.sorted() == [
        "catalog/accounts.csv", "catalog/catalog.yaml", "catalog/decks/retail.csv",
        "catalog/decks/retail.yaml",
        "catalog/decks/wholesale-usd.csv", "catalog/decks/wholesale-usd.yaml", "catalog/plans/business.yaml",
        "catalog/plans/standard.yaml", "catalog/plans/wholesale-usd.yaml", "catalog/services.csv",
        "catalog/sources.csv", "totals.json", "usage/usage-2025-03-01.csv.zst",
        "usage/usage-2025-03-02.csv.zst",
      ])
  }

  @Test func anotherSeedGivesOtherUsageAndPrices() throws {
    let folder = try TemporaryFolder()
    let first = try write(seed: 5, to: folder, "a")
    let second = try write(seed: 6, to: folder, "b")
    for name in ["usage/usage-2025-03-01.csv.zst", "catalog/decks/retail.csv", "totals.json"] {
      #expect(first[name] != second[name], "\(name)")
    }
  }

  // FNV-1a of the text: usage of a seed does not change from version to version without somebody noticing.
  @Test func theUsageOfASeedIsKnown() throws {
    let world = try SyntheticWorld(seed: 1, accounts: 50, deckRows: 500)
    let hash = world.usage(events: 2_000).text.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(hash == 7_983_591_547_390_560_506)
  }

  @Test func whatIsWrittenIsWhatIsMadeInMemory() throws {
    let folder = try TemporaryFolder()
    // More than one stretch, so that frames meet inside a record's file.
    let world = try SyntheticWorld(accounts: 20, deckRows: 200)
    let eventCount = UsageStretch.recordCountMax + 100
    let totals = try world.write(events: eventCount, to: folder.path(of: "out"))
    let made = world.usage(events: eventCount)
    #expect(totals == made.totals)
    let written = try files(folder, "out")
    #expect(written["usage/usage-2025-03-01.csv.zst"] == made.text)
    #expect(written["totals.json"] == Array(made.totals.json.utf8))
  }

  @Test(arguments: [(1, 1, 1), (2, 3, 1), (150, 110, 1), (1_000, 10_000, 30), (4_321, 700, 2)])
  func theCatalogHasNoFindings(accounts: Int, deckRows: Int, days: Int) throws {
    let folder = try TemporaryFolder()
    let world = try SyntheticWorld(seed: 9, accounts: accounts, deckRows: deckRows, days: days)
    _ = try world.write(events: 1, to: folder.path(of: "out"))
    let catalog: Catalog
    do {
      catalog = try CatalogFolder.load(folder.path(of: "out/catalog"))
    } catch {
      Issue.record("\(error.findings.map(\.description).joined(separator: "\n"))")
      return
    }
    #expect(catalog.warnings.isEmpty, "\(catalog.warnings)")
    #expect(catalog.accounts.count == accounts)
    #expect(catalog.decks.map(\.rows.count).max() == deckRows)
  }

  @Test func aDayWithoutRecordsIsAFileWithItsHeader() throws {
    let folder = try TemporaryFolder()
    let files = try write(seed: 1, events: 2, days: 5, to: folder, "a").filter { $0.key.hasPrefix("usage/") }
    #expect(files.count == 5)
    #expect(files.values.allSatisfy { $0.starts(with: RecordText.header.utf8) })
    let lines = files.values.map { $0.count { $0 == UInt8(ascii: "\n") } }
    #expect(lines.reduce(0, +) == 5 + 2)
  }

  @Test func whatIsNotWantedAnyMoreLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let world = try SyntheticWorld(accounts: 2, deckRows: 2)
    var askedCount = 0
    let totals = try world.write(events: 300_000, to: folder.path(of: "out")) { _ in
      askedCount += 1
      return askedCount < 2
    }
    #expect(totals == nil)
    #expect(FileContent.names(in: folder.path).isEmpty)
  }

  @Test func somethingElseIsNotReplaced() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "out/notes.txt")
    let world = try SyntheticWorld(accounts: 2, deckRows: 2)
    #expect(throws: FileFault.self) { try world.write(events: 1, to: folder.path(of: "out")) }
    #expect(FileContent.names(in: folder.path(of: "out")) == ["notes.txt"])
  }
}
