// Records that come more than once (RULES 1): which copy counts, what is no copy, and what contradicts itself.
//
// A record is written `key seconds`, with `busy` for a call that nobody answered, `nowhere` for a number without a price,
// `broken` for one that cannot be read. Every table is rated plainly, then with a filter of keys that takes everything for
// familiar, with a log of keys on disk, with several readers and with tiny chunks.

import Catalog
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct DuplicateTests {
  private static let prepared = Result<RatingRun, any Error> {
    var tariff = Tariff()
    tariff.sources = [
      Tariff.Source(name: "switch", pattern: "switch*", defaultAccount: "a"),
      Tariff.Source(name: "twin", pattern: "twin*", defaultAccount: "a", namespace: "switch"),
      Tariff.Source(name: "other", pattern: "other*", defaultAccount: "a"),
      Tariff.Source(name: "rows", pattern: "rows*", format: "rows", defaultAccount: "a"),
    ]
    tariff.accounts = [Tariff.Account(id: "a", plans: [("plan", nil, nil)])]
    tariff.decks = [
      Tariff.Deck(
        name: "deck",
        rows: [
          Tariff.Row(
            prefix: "44", destination: "to", group: "group",
            price: Tariff.Price(pico: 1_000_000_000_000, quantity: 60_000))
        ])
    ]
    tariff.plans = [
      Tariff.Plan(
        name: "plan", lookUp: [.voice: "deck"],
        notBilled: [Tariff.NotBilled(reason: "unanswered", isAnswered: false)],
        charges: [Tariff.Charge(name: "usage")])
    ]
    var format = try #require(BuiltInFormats.descriptor(named: "ratemill-csv"))
    format.name = "rows"
    format.key = []
    format.examples = []
    return try Trial.prepare(tariff.catalog(formats: [format])) { $0.groupBy = [.account, .day] }
  }

  private static func file(_ records: [String]) -> [UInt8] {
    let lines = records.map { record in
      let words = record.split(separator: " ")
      return NeutralCSV.line([
        "id": String(words[0]), "start": words.last == "broken" ? "soon" : "2025-03-03T10:00:00Z",
        "to": words.last == "nowhere" ? "999999" : "44770", "billable": String(words[1]),
        "disposition": words.last == "busy" ? "BUSY" : "ANSWERED",
      ])
    }
    return Array((NeutralCSV.header + lines.joined()).utf8)
  }

  /// Rates the files and compares the doors of each (read, rated, filtered, duplicate, suspended) and the reasons.
  private func check(
    _ files: [(name: String, records: [String], doors: [Int])], suspense: [String] = [], seconds: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    // Forty other records fill a small filter before the table begins.
    let fill = (0..<40).map { "fill\($0) 0" }
    var trial = try Trial([("switch-0.csv", Self.file(fill))])
    for file in files { try trial.add(file.name, Self.file(file.records)) }
    let plain = try Self.prepared.get()
    let ways: [(String, RatingRun)] = [
      ("plain", plain),
      ("every key familiar", plain.with { $0.keyFilterWords = 1 }),
      ("log on disk", plain.with { ($0.keyLogBlockKeys, $0.memoryBytes) = (3, 1) }),
      (
        "both, one reader", plain.with { ($0.keyFilterWords, $0.keyLogBlockKeys, $0.threadCount) = (1, 2, 1) }
      ),
      (
        "both, many readers",
        plain.with { options in
          (options.threadCount, options.partBytes, options.chunkBytes) = (3, 90, 17)
          (options.keyFilterWords, options.keyLogBlockKeys, options.memoryBytes) = (2, 1, 1)
        }
      ),
    ]
    for (way, run) in ways {
      let found = try trial.run(run)
      #expect(
        found.fileDoors == [[40, 40, 0, 0, 0]] + files.map(\.doors), "\(way)", sourceLocation: sourceLocation)
      #expect(
        found.doors.filter { $0.hasPrefix("suspended") } == suspense.map { "suspended \($0)" }, "\(way)",
        sourceLocation: sourceLocation)
      let billed = found.rows.map { Int($0["quantity_billed"] ?? "") ?? -1 }.reduce(0, +)
      #expect(billed == seconds, "\(way)", sourceLocation: sourceLocation)
    }
  }

  @Test func aCopyCountsOnce() throws {
    try check([("switch-1.csv", ["k 60", "l 60", "k 60"], [3, 2, 0, 1, 0])], seconds: 120)
    try check(
      [
        ("switch-1.csv", ["k 60"], [1, 1, 0, 0, 0]), ("switch-2.csv", ["k 60", "l 1"], [2, 1, 0, 1, 0]),
      ], seconds: 61)
  }

  @Test func aFileThatIsSentTwiceCountsOnce() throws {
    let month = (1...30).map { "k\($0) \($0)" }
    try check(
      [("switch-1.csv", month, [30, 30, 0, 0, 0]), ("switch-1.csv.bak", month, [30, 0, 0, 30, 0])],
      seconds: 465)
  }

  @Test func theCopyThatCountsStandsInTheFirstFileAtTheSmallestOffset() throws {
    try check(
      [
        ("switch-1.csv", ["x 1"], [1, 1, 0, 0, 0]),
        ("switch-2.csv", ["k 60", "y 1", "k 60"], [3, 2, 0, 1, 0]),
        ("switch-3.csv", ["k 60", "k 60"], [2, 0, 0, 2, 0]),
      ], seconds: 62)
  }

  @Test func sameKeyAndOtherContentIsNobodysCall() throws {
    try check(
      [("switch-1.csv", ["k 60", "k 61", "l 1"], [3, 1, 0, 0, 2])], suspense: ["duplicate-conflict 2"],
      seconds: 1)
    try check(
      [
        ("switch-1.csv", ["k 60", "l 1"], [2, 1, 0, 0, 1]), ("switch-2.csv", ["k 60 busy"], [1, 0, 0, 0, 1]),
      ], suspense: ["duplicate-conflict 2"], seconds: 1)
  }

  @Test func aKeyInConflictStaysInConflict() throws {
    // The third copy agrees with the first; it is in conflict with the second all the same.
    try check(
      [
        ("switch-1.csv", ["k 60", "k 61"], [2, 0, 0, 0, 2]),
        ("switch-2.csv", ["k 60", "k 60", "l 5"], [3, 1, 0, 0, 2]),
      ], suspense: ["duplicate-conflict 4"], seconds: 5)
    // Two keys in conflict at once, and copies of a third that are not.
    try check(
      [("switch-1.csv", ["k 1", "l 1", "m 7", "l 2", "k 2", "m 7"], [6, 1, 0, 1, 4])],
      suspense: ["duplicate-conflict 4"], seconds: 7)
  }

  @Test func whatIsNotBilledOrNotPricedHasCopiesToo() throws {
    try check([("switch-1.csv", ["k 9 busy", "k 9 busy"], [2, 0, 1, 1, 0])], seconds: 0)
    try check(
      [
        ("switch-1.csv", ["k 9 nowhere"], [1, 0, 0, 0, 1]),
        ("switch-2.csv", ["k 9 nowhere"], [1, 0, 0, 1, 0]),
      ],
      suspense: ["no-price 1"], seconds: 0)
  }

  @Test func whatCannotBeReadIsNotCompared() throws {
    try check(
      [("switch-1.csv", ["k 9 broken", "k 9 broken", "k 9"], [3, 1, 0, 0, 2])], suspense: ["bad-time 2"],
      seconds: 9)
  }

  @Test func keysMeetInOneNamespaceOnly() throws {
    try check(
      [("other-1.csv", ["k 60"], [1, 1, 0, 0, 0]), ("switch-1.csv", ["k 60"], [1, 1, 0, 0, 0])], seconds: 120)
    try check(
      [("switch-1.csv", ["k 60"], [1, 1, 0, 0, 0]), ("twin-1.csv", ["k 60"], [1, 0, 0, 1, 0])], seconds: 60)
  }

  @Test func withoutAnIdTwinsInOneFileAreTwoCalls() throws {
    try check([("rows-1.csv", ["k 60", "k 60", "l 1"], [3, 3, 0, 0, 0])], seconds: 121)
    // The n-th of one file is the copy of the n-th of another: three here, two there are three.
    try check(
      [
        ("rows-1.csv", ["k 60", "l 1", "k 60"], [3, 3, 0, 0, 0]),
        ("rows-2.csv", ["k 60", "k 60", "k 60", "l 1"], [4, 1, 0, 3, 0]),
        ("rows-3.csv", ["k 60"], [1, 0, 0, 1, 0]),
      ], seconds: 181)
    // A row is its bytes: another text is another call.
    try check([("rows-1.csv", ["k 60", "k 060"], [2, 2, 0, 0, 0])], seconds: 120)
  }

  @Test func whereNobodyLooksForDuplicatesAllOfThemCount() throws {
    let trial = try Trial([("switch-1.csv", Self.file(["k 60", "k 60", "k 61"]))])
    let found = try trial.run(Self.prepared.get().with { $0.findsDuplicates = false })
    #expect(found.fileDoors == [[3, 3, 0, 0, 0]])
  }

  @Test func theMonthIsTheSameWithKeysThatLookFamiliar() throws {
    let trial = try Trial(MixedMonth().files)
    var options = RatingOptions()
    options.keepsSuspense = true
    options.keepsDetail = true
    let run = try RatingRun(catalog: MixedMonth.catalog(), options: options)
    let expected = try PublishedRun(run, trial.inputs)
    for (words, block) in [(1, 1), (4, 50), (32, 7)] {
      let forced = run.with { options in
        (options.keyFilterWords, options.keyLogBlockKeys, options.memoryBytes) = (words, block, 1)
        options.threadCount = 1 + words % 3
      }
      #expect(try PublishedRun(forced, trial.inputs).difference(from: expected) == nil, "\(words) words")
    }
  }
}
