// Usage that depends on order, in other files and in other words: what is charged stays.

import Catalog
import DurableFiles
import Money
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct SettledMetamorphicTests {
  private let month: SettledMonth
  private let catalog: Catalog
  private let expected: PublishedRun

  init() throws {
    month = SettledMonth(seed: 4)
    catalog = try month.catalog()
    expected = try Self.published(catalog, [("pbx.csv", month.file(month.lines))])
  }

  private static func published(
    _ catalog: Catalog, _ files: [(name: String, bytes: [UInt8])],
    _ change: (inout RatingOptions) -> Void = { _ in }
  ) throws -> PublishedRun {
    let run = try Trial.prepare(catalog) { options in
      options.groupBy = nil
      options.hashesInputs = true
      change(&options)
    }
    let trial = try Trial(files)
    return try withExtendedLifetime(trial) { try PublishedRun(run, trial.inputs).summary }
  }

  private func expectSame(
    _ files: [(name: String, bytes: [UInt8])], _ what: String,
    _ change: (inout RatingOptions) -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try Self.published(catalog, files, change)
    #expect(found.difference(from: expected) == nil, "\(what)", sourceLocation: sourceLocation)
  }

  @Test func theMonthMeetsWhatItIsFor() {
    let summary = expected.text(SummarySchema.fileName)
    for word in ["minutes", "texts", "credit", "pack", ",1200,", ",3600,"] { #expect(summary.contains(word)) }
    let rolled = expected.text("allowances.csv").split(separator: "\n").contains { line in
      let cells = PlainCSV.cells(of: String(line))
      return cells[4] == "minutes" && cells[8] != "0" && cells[8] != "" && cells[8] != "rolled_in"
    }
    #expect(rolled)
  }

  @Test func filesMayBeCutAnywhereAndComeInAnyOrder() throws {
    var random = SeededGenerator(seed: 20_260_101)
    for round in 0..<6 {
      let lines = month.lines.shuffled(using: &random)
      let cut = Int.random(in: 0...lines.count, using: &random)
      try expectSame(
        [("pbx-1.csv", month.file(lines[..<cut])), ("pbx-2.csv", month.file(lines[cut...]))],
        "seed \(random.seed), round \(round)")
    }
  }

  @Test func recordsThatComeTwiceCountOnce() throws {
    try expectSame(
      [("pbx-1.csv", month.file(month.lines)), ("pbx-2.csv", month.file(month.lines.reversed()))], "twice"
    ) { $0.keyFilterWords = 1 }
  }

  @Test(arguments: [1, 2, 5]) func threadsChunksAndMemoryDecideNothing(threads: Int) throws {
    for memory in [1, 1 << 30] {
      try expectSame([("pbx.csv", month.file(month.lines))], "\(threads) threads, \(memory) bytes") {
        $0.threadCount = threads
        $0.chunkBytes = 200 * threads
        $0.memoryBytes = memory
        $0.keyLogBlockKeys = 7
      }
    }
  }

  @Test func namesOfAccountsDecideNothing() throws {
    var renamed = month
    renamed.prefix = "x-"
    let found = try Self.published(renamed.catalog(), [("pbx.csv", renamed.file(renamed.lines))])
    for name in expected.files.keys {
      #expect(found.text(name).replacing("x-", with: "") == expected.text(name))
    }
  }

  @Test func twicePricesAreTwiceTheAmounts() throws {
    var dear = month
    dear.priceFactor = 2
    let found = try Trial([("pbx.csv", dear.file(dear.lines))]).run(try dear.catalog())
    let once = try Trial([("pbx.csv", month.file(month.lines))]).run(catalog)
    func sum(_ result: TrialResult) -> Amount { result.report.amounts.reduce(.zero) { $0 + $1.amount } }
    // One account rounds by line, so its cents may differ: two for each charge and period.
    let difference = sum(found).pico - 2 * sum(once).pico
    #expect(difference.magnitude <= 2 * 9 * 10_000_000_000)
    #expect(sum(once) > .zero)
  }

  @Test func aCallOfZeroSecondsAddsNothingButItself() throws {
    let free = "nothing,2026-02-03T10:00:00Z,anna,outbound,voice,493011223344,,0,ANSWERED\n"
    let found = try Trial([("pbx.csv", month.file(month.lines + [free]))]).run(catalog)
    let once = try Trial([("pbx.csv", month.file(month.lines))]).run(catalog)
    #expect(found.amounts == once.amounts)
    #expect(found.report.rated == once.report.rated + 1)
  }

  @Test func theFolderMeetsItsManifest() throws {
    let folder = try TemporaryFolder()
    let run = try Trial.prepare(catalog) { $0.groupBy = nil }
    let trial = try Trial([("pbx.csv", month.file(month.lines))])
    try withExtendedLifetime(trial) { try run.run(trial.inputs) }.publish(
      at: folder.path(of: "out"), semantics: 1
    ) { _ throws(FileFault) in }
    let usage = try UsageFolder.open(folder.path(of: "out"))
    let reader = try usage.summaryReader()
    var covered: Int128 = 0
    while let row = try reader.next() { covered += row.quantityCovered }
    try usage.check(reader)
    #expect(covered > 0)
    #expect(usage.manifest.files.contains { $0.name == AllowanceSchema.fileName && $0.rowCount > 10 })
  }
}
