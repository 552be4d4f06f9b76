// Finding records by line and by key: in files with headers, long records, blank lines and rows that stand for calls.

import Catalog
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct EventSearchTests {
  private static let header = "id,start,billable\n"

  /// Explains with the catalog of the other tests, as usage of its source `house`.
  private func explain(_ text: String, _ name: (InputFile) -> EventName, recordBytesMax: Int = 1 << 20) throws
    -> EventExplainer.Answer
  {
    let made = try ExplainCatalog()
    try made.folder.write(text, to: "house-1.csv")
    let input = InputFile(name: made.folder.path(of: "house-1.csv"))
    var options = RatingOptions()
    options.recordBytesMax = recordBytesMax
    return try EventExplainer(catalog: made.catalog, options: options).explain(name(input), in: [input])
  }

  static let lines: [(line: Int, id: String?, why: String)] = [
    (1, nil, "line 1 stands before the records: it is a header"), (2, "a", ""),
    (3, nil, "no record begins on line 3: it is blank, a comment, or part of the record on line 2"),
    (4, "b", ""),
    (5, "c", ""), (6, nil, "there is no line 6; the last record is on line 5"),
  ]

  @Test(arguments: lines)
  func aLineNamesTheRecordThatBeginsThere(_ row: (line: Int, id: String?, why: String)) throws {
    // The last line has no end, and the second record ends with CR LF.
    let text =
      Self.header + "a,2025-03-03T09:14:02Z,1\n\nb,2025-03-03T09:14:02Z,2\r\nc,2025-03-03T09:14:02Z,3"
    let answer = try explain(text) { .place(input: $0, line: row.line) }
    let ids = answer.derivations.map { $0.steps[1].lines.first { $0.name == "id" }?.quote?.description }
    #expect(ids == (row.id.map { [$0] } ?? []))
    #expect(answer.nothing == (row.id == nil ? row.why : nil))
    #expect(answer.derivations.allSatisfy { $0.line == row.line })
  }

  @Test func aRecordOverTheLimitIsALineOfItsOwn() throws {
    let long = "x," + String(repeating: "y", count: 700_000)
    let text = Self.header + "a,2025-03-03T09:14:02Z,1\n" + long + "\nb,2025-03-03T09:14:02Z,2\n"
    for (line, reason) in [(2, "bad-number"), (3, "record-too-long"), (4, "bad-number")] {
      let answer = try explain(text, { .place(input: $0, line: line) }, recordBytesMax: 100_000)
      #expect(answer.derivations.map(\.reason) == [reason], "line \(line): \(answer.nothing ?? "")")
    }
    let behind = try explain(text, { _ in .key("b") }, recordBytesMax: 100_000)
    #expect(behind.derivations.map(\.line) == [4])
  }

  @Test func aKeyFindsEveryRecordThatHasIt() throws {
    let row = "2025-03-03T09:14:02Z,"
    let text = "id,sequence,start,billable\na,1,\(row)1\na,2,\(row)1\nb,1,\(row)1\na,1,\(row)1\na,3,later,1\n"
    let all = try explain(text) { _ in .key("a") }
    #expect(all.recordCount == 4)
    // The unreadable one is found too; the copy on line 5 is part of the first derivation.
    #expect(all.derivations.map(\.line) == [2, 3, 6])
    let one = try explain(text) { _ in .key("a/1") }
    #expect(one.recordCount == 2)
    #expect(one.derivations.map(\.line) == [2])
    let none = try explain(text) { _ in .key("A") }
    #expect(none.derivations.isEmpty && none.nothing != nil)
  }

  @Test func twinsWithoutAnIdAreRecordsOfTheirOwn() throws {
    let made = try ExplainCatalog()
    let row = #"{"account":"acme","meter":"seats","quantity":1,"time":"2025-03-03"}"# + "\n"
    let folder = made.folder
    try folder.write(row + row, to: "meters-1.jsonl")
    try folder.write(row + row + row, to: "meters-2.jsonl")
    let inputs = ["meters-1.jsonl", "meters-2.jsonl"].map { InputFile(name: folder.path(of: $0)) }
    let explainer = try EventExplainer(catalog: made.catalog, options: RatingOptions())
    func doors(_ input: InputFile, _ lineCount: Int) throws -> [EventDerivation.Door] {
      try (1...lineCount).flatMap {
        try explainer.explain(.place(input: input, line: $0), in: inputs).derivations.map(\.door)
      }
    }
    #expect(try doors(inputs[0], 2) == [.rated, .rated])
    #expect(try doors(inputs[1], 3) == [.duplicate, .duplicate, .rated])
  }

  @Test func theRowThatStandsForACallIsExplainedWithItsQuantity() throws {
    let made = try ExplainCatalog()
    var catalog = made.catalog
    let formatIndex = try #require(catalog.formats.firstIndex { $0.name == "ratemill-csv" })
    catalog.formats[formatIndex].legs = LegRule(call: [.names(["call"])], choice: .sum)
    catalog.formats[formatIndex].examples = []
    let text =
      "id,call,start,billable,to\n"
      + (1...3).map { "c\($0),x,2025-03-03T09:14:02Z,\($0 * 10),+12025550143\n" }.joined()
    try made.folder.write(text, to: "house-1.csv")
    let input = InputFile(name: made.folder.path(of: "house-1.csv"))
    let explainer = try EventExplainer(catalog: catalog, options: RatingOptions())
    let first = try explainer.explain(.key("c1"), in: [input]).derivations
    #expect(first.map(\.door) == [.rated])
    #expect(first[0].steps.first { $0.title == "quantity" }?.lines.first?.text == "60 s")
    let second = try explainer.explain(.key("c2"), in: [input]).derivations
    #expect(second.map(\.reason) == ["leg"])
  }

  @Test func anInputIsNamedByItsPathOrTheEndOfIt() {
    let inputs = ["usage/a.csv", "usage/b.csv", "old/b.csv"].map { InputFile(name: $0) }
    #expect(EventExplainer.input(named: "usage/b.csv", among: inputs)?.name == "usage/b.csv")
    #expect(EventExplainer.input(named: "a.csv", among: inputs)?.name == "usage/a.csv")
    #expect(EventExplainer.input(named: "b.csv", among: inputs) == nil)
    #expect(EventExplainer.input(named: "sage/a.csv", among: inputs) == nil)
  }

  @Test func aRunRefusesAFormatThatReadsItsExamplesWrongly() throws {
    let made = try ExplainCatalog()
    var catalog = made.catalog
    let used = catalog.sources[0].formatIndex
    catalog.formats[used].examples[0].expected = [("id", "other")]
    #expect(throws: RunFault.self) { try RatingRun(catalog: catalog, options: RatingOptions()) }
    #expect(throws: RunFault.self) { try EventExplainer(catalog: catalog, options: RatingOptions()) }
    // One that no source names does not matter to a run.
    catalog = made.catalog
    let unused = try #require(catalog.formats.firstIndex { $0.name == "3cx" })
    catalog.formats[unused].examples[0].expected = [("id", "other")]
    _ = try RatingRun(catalog: catalog, options: RatingOptions())
  }
}
