// The same records in other files: what they are called, how they are cut and in what order they come decides nothing.

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct MetamorphicTests {
  private static let run = Result {
    try Trial.prepare(MixedMonth.catalog())
  }
  /// The two CSV files of the month as header and lines; all their records have a key.
  private let header: [UInt8]
  private let first: [[UInt8]]
  private let second: [[UInt8]]
  private let expected: TrialResult

  init() throws {
    let files = MixedMonth().files.filter { $0.name.hasPrefix("switch") }
    let lines = files.map { file in
      file.bytes.split(separator: 10, omittingEmptySubsequences: true).map { Array($0) + [10] }
    }
    header = lines[0][0]
    first = Array(lines[0].dropFirst())
    second = Array(lines[1].dropFirst())
    expected = try Trial(files).run(Self.run.get())
  }

  private func file(_ lines: some Sequence<[UInt8]>) -> [UInt8] { header + lines.flatMap { $0 } }

  /// What must stay: the table and the counts of the whole.
  private func expectSame(
    _ files: [(name: String, bytes: [UInt8])], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try Trial(files.sorted { $0.name < $1.name }).run(Self.run.get())
    #expect(found.table == expected.table, "\(what)", sourceLocation: sourceLocation)
    #expect(found.doors == expected.doors, "\(what)", sourceLocation: sourceLocation)
    #expect(found.amounts == expected.amounts, "\(what)", sourceLocation: sourceLocation)
  }

  @Test func aFileMayBeCutAfterAnyRecord() throws {
    // A prime step: every kind of record is the first and the last one of a file.
    for cut in stride(from: 0, through: first.count, by: 3) {
      try expectSame(
        [
          ("switch-1a.csv", file(first[..<cut])), ("switch-1b.csv", file(first[cut...])),
          ("switch-2.csv", file(second)),
        ], "cut after \(cut) records")
    }
  }

  @Test func aFileForEachRecordIsTheSameMonth() throws {
    try expectSame(
      (first + second).enumerated().map { index, line in
        let number = String(index)
        let padded = String(repeating: "0", count: 4 - number.utf8.count) + number
        return ("switch-\(padded).csv", file([line]))
      }, "one record a file")
  }

  @Test func filesMayBeJoined() throws { try expectSame([("switch-0.csv", file(first + second))], "joined") }

  @Test func namesDecideNothing() throws {
    try expectSame([("switch-b.csv", file(first)), ("switch-a.csv", file(second))], "swapped names")
    try expectSame([("switch-é.csv", file(first)), ("switch- .csv.zst", file(second))], "odd names")
  }

  @Test func recordsWithIdsMayComeInAnyOrder() throws {
    var random = SeededGenerator(seed: 20_250_301)
    for round in 0..<6 {
      let all = (first + second).shuffled(using: &random)
      let cut = Int.random(in: 0...all.count, using: &random)
      try expectSame(
        [("switch-1.csv", file(all[..<cut])), ("switch-2.csv", file(all[cut...]))],
        "seed \(random.seed), round \(round)")
    }
  }

  @Test func blankLinesAndLineEndsDecideNothing() throws {
    let windows = (first + second).flatMap { [UInt8](0..<0) + $0.dropLast() + [13, 10, 13, 10] }
    try expectSame([("switch-1.csv", [0xef, 0xbb, 0xbf] + header.dropLast() + [13, 10] + windows)], "CR LF")
  }
}
