// The engine against the naive reference rater on random tariffs and usage.
//
// `RATEMILL_SEED=n RATEMILL_SCENARIOS=1 swift test --filter ReferenceTests` repeats one scenario; more scenarios than
// usual are had with a larger number.

import BillingCalendar
import Catalog
import Glibc
import Tables
import TestSupport
import Testing

@testable import RatingEngine

/// One random tariff with its usage, and the way in which the engine reads it.
struct Scenario {
  let tariff: Tariff
  var files: [ReferenceRater.File]
  var options: RatingOptions
  var columns: [GroupColumn]
  /// Whether a grant that nothing can use lets all usage be settled: it must come to the same.
  var isSettled = false

  init(seed: UInt64) {
    var draw = RandomTariff(SeededGenerator(seed: seed))
    tariff = draw.draw()
    var usage = RandomUsage(tariff, draw)
    files = usage.files()
    // Another stream of numbers: the usage has used up the first one.
    draw.random = SeededGenerator(seed: ~seed)
    var options = RatingOptions()
    options.threadCount = draw.one([1, 1, 2, 3, 8])
    options.findsDuplicates = draw.chance(90)
    options.chunkBytes = draw.one([1, 7, 64, 500, 4096])
    options.partBytes = draw.one([nil, 1, 50, 333])
    options.keepsSuspense = draw.chance(80)
    let all = GroupColumn.allCases
    columns = draw.chance(50) ? TrialResult.columns : draw.some(all, percent: 30)
    options.groupBy = columns
    // Filters that take new keys for familiar ones, and logs that go to disk.
    options.keyFilterWords = draw.one([nil, nil, 1, 2])
    options.keyLogBlockKeys = draw.one([nil, 1, 5])
    if draw.chance(30) { options.memoryBytes = 1 }
    self.options = options
  }

  /// The catalog, with the format whose records are known by their rows.
  func catalog() -> Catalog {
    var catalog = tariff.catalog(formats: [Self.rowKeyedFormat])
    guard isSettled, let day = CivilDate(year: 2000, month: 1, day: 1) else { return catalog }
    let nothing = AllowanceScope(
      kinds: [], directions: [], ratingGroups: nil, bands: [], charges: ["no such charge"])
    catalog.grants = catalog.accounts.indices.map { account in
      AllowanceGrant(
        owner: .account(account), name: "nothing", size: .events(1), scope: nothing, priority: 1,
        consumption: .billed, from: day, until: nil, line: 1)
    }
    return catalog
  }

  /// The same scenario with all its usage settled. Where steps of an increment have prices of their own, settled parts show
  /// them: prices are left out of the table.
  var settled: Scenario {
    var other = self
    other.isSettled = true
    other.columns = columns.filter { $0 != .unit_price && $0 != .per }
    other.options.groupBy = other.columns
    return other
  }

  private static let rowKeyedFormat: FormatDescriptor = {
    guard var format = BuiltInFormats.descriptor(named: "ratemill-csv") else {
      preconditionFailure("the neutral format is built in")
    }
    format.name = Label(ReferenceRater.rowKeyedFormat)
    format.key = []
    return format
  }()

  /// What differs between the engine and the reference rater; nil where nothing does.
  func difference() throws -> String? {
    let rater = ReferenceRater(tariff: tariff, findsDuplicates: options.findsDuplicates)
    let expected = ReferenceTable(
      outcomes: rater.rate(files), files: files, hasSuppliers: !tariff.suppliers.isEmpty)
    let trial = try Trial(files.map { ($0.name, $0.bytes) })
    let found = try trial.run(catalog()) { $0 = options }
    if found.doors != expected.doors { return "doors \(found.doors), expected \(expected.doors)" }
    if found.fileDoors != expected.fileDoors {
      return "files \(found.fileDoors), expected \(expected.fileDoors)"
    }
    let table = expected.table(by: columns.map(\.rawValue))
    if found.table != table { return "table\n\(found.table)expected\n\(table)" }
    if options.keepsSuspense {
      let suspense = found.suspenseRows
      if Set(suspense) != expected.suspense || suspense.count != expected.suspense.count {
        return
          "suspense \(suspense.sorted { $0[2] < $1[2] })\nexpected \(expected.suspense.sorted { $0[2] < $1[2] })"
      }
    }
    return nil
  }

  /// Rated events that fall into several rows.
  var splitEventCount: Int {
    ReferenceRater(tariff: tariff, findsDuplicates: options.findsDuplicates).rate(files).count {
      if case .rated(let rows) = $0.outcome { rows.count > 1 } else { false }
    }
  }

  /// The scenario with as few lines as still show a difference.
  func shrunk() -> Scenario {
    var small = self
    func differs(_ scenario: Scenario) -> Bool { ((try? scenario.difference()) ?? nil) != nil }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for file in small.files.indices {
        var line = 1
        while line < small.files[file].bytes.split(separator: 10, omittingEmptySubsequences: false).count {
          var lines = small.files[file].bytes.split(separator: 10, omittingEmptySubsequences: false)
          lines.remove(at: line)
          var fewer = small
          fewer.files[file].bytes = Array(lines.joined(separator: [10]))
          if differs(fewer) {
            small = fewer
            hasChanged = true
          } else {
            line += 1
          }
        }
      }
    }
    return small
  }

  var text: String {
    files.map { "\($0.name) (\($0.source)):\n\(String(decoding: $0.bytes, as: UTF8.self))\n" }.joined()
      + "\(options)\n" + (tariff.plans.map { "\($0)" } + tariff.decks.map { "\($0)" }).joined(separator: "\n")
      + "\n" + (tariff.accounts.map { "\($0)" } + tariff.services.map { "\($0)" }).joined(separator: "\n")
      + "\n" + tariff.sources.map { "\($0)" }.joined(separator: "\n")
      + "\n" + tariff.suppliers.map { "\($0)" }.joined(separator: "\n") + "\n\(tariff.states)"
  }
}

extension TrialResult {
  /// Reason, file, line, offset and bytes of each suspended record.
  var suspenseRows: [[String]] {
    suspense.utf8.split(separator: 10).dropFirst().map { row in
      let cells = ReferenceText.cells(Array(row)) ?? []
      let texts = cells.map { String(decoding: $0, as: UTF8.self) }
      // source, file, line, byte offset, length, reason, detail …, encoding, original
      let original = cells[cells.count - 1]
      let bytes =
        texts[texts.count - 2] == "hex"
        ? stride(from: 0, to: original.count, by: 2).map { original.dropFirst($0).prefix(2) }.map {
          String(UInt8(String(decoding: Array($0), as: UTF8.self), radix: 16) ?? 0, radix: 16)
        }
        : original.map { String($0, radix: 16) }
      return [texts[5], texts[1], texts[2], texts[3], bytes.joined(separator: " ")]
    }
  }
}

@Suite struct ReferenceTests {
  private static var scenarioCount: Int {
    getenv("RATEMILL_SCENARIOS").flatMap { Int(String(cString: $0)) } ?? 2000
  }

  @Test func theEngineAndTheReferenceRaterAgree() throws {
    try agree(SeededGenerator(forTest: #function).seed) { $0 }
  }

  @Test func usageThatIsSettledForNoReasonComesToTheSame() throws {
    try agree(SeededGenerator(forTest: #function).seed, \.settled)
  }

  private func agree(_ seed: UInt64, _ change: (Scenario) -> Scenario) throws {
    var failures = 0
    var splitCount = 0
    for number in 0..<UInt64(Self.scenarioCount) where failures < 3 {
      let scenario = change(Scenario(seed: seed &+ number))
      splitCount += scenario.splitEventCount
      guard try scenario.difference() != nil else { continue }
      failures += 1
      let small = scenario.shrunk()
      Issue.record("RATEMILL_SEED=\(seed &+ number): \(try small.difference() ?? "")\n\(small.text)")
    }
    // A test of nothing would pass too.
    #expect(failures > 0 || splitCount >= Self.scenarioCount / 50 - 1, "\(splitCount) events in several rows")
  }
}
