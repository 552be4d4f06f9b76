// Records of several lines: where they end does not depend on where a chunk ends.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct MultilineTests {
  private static func catalog(_ quotes: Dialect.Quotes, _ change: (inout FormatDescriptor) -> Void = { _ in })
    throws -> Catalog
  {
    var catalog = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff.catalog()
    catalog.formats[catalog.sources[0].formatIndex].dialect.quotes = quotes
    catalog.formats[catalog.sources[0].formatIndex].dialect.isMultiline = true
    change(&catalog.formats[catalog.sources[0].formatIndex])
    // The examples are those of another dialect.
    catalog.formats[catalog.sources[0].formatIndex].examples = []
    return catalog
  }

  /// Rates records, whose note is what stands between their last comma and line end, with every size of chunk.
  private func run(_ notes: [String], limit: Int = 1 << 20, _ catalog: Catalog) throws -> TrialResult {
    let text =
      "id,start,billable,to,note\n"
      + notes.enumerated().map { "r\($0 + 10),2025-03-03T10:00:00Z,60,447123456,\($1)\n" }.joined()
    let trial = try Trial("switch-1.csv", text)
    func run(_ chunk: Int) throws -> TrialResult {
      try trial.run(catalog) { ($0.chunkBytes, $0.recordBytesMax, $0.threadCount) = (chunk, limit, 1) }
    }
    let whole = try run(4096)
    for chunk in Array(1...12) + [17, 23, 31, 40, 59, 83, 97, 131] {
      #expect(try run(chunk).everything == whole.everything, "chunks of \(chunk)")
    }
    return whole
  }

  static let notes: [(quotes: Dialect.Quotes, notes: [String], rated: Int, suspended: Int)] = [
    (.strict, [#""a"#, #"b""#, "c"], 2, 0),
    (.strict, [#""a"#, "", #"b,""c""#, "d"], 2, 0),
    // A quote that a backslash takes is text; one after two backslashes is not.
    (.backslash, [#""a\""#, #"b""#, "c"], 2, 0),
    (.backslash, [#""a\\""#, "b", "c"], 3, 0),
    (.backslash, [#""a\\\""#, #"b""#, "c"], 2, 0),
    (.backslash, [#"\"a"#, "b", #"c\"d\"#, #"e\\"f""#], 4, 0),
    // A backslash at the end of a line takes nothing with it, in quotes or not.
    (.backslash, [#"a\"#, "b"], 2, 0),
    (.backslash, [#""a\"#, #"b""#, "c"], 2, 0),
  ]

  @Test(arguments: notes)
  func readsEndAsTheSplitterSays(
    _ row: (quotes: Dialect.Quotes, notes: [String], rated: Int, suspended: Int)
  ) throws {
    let result = try run(row.notes, Self.catalog(row.quotes))
    #expect(result.report.rated == row.rated)
    #expect(result.report.suspendedCount == row.suspended)
  }

  @Test func anOpenQuoteCostsOneRecordOfTheLimit() throws {
    let line = 38 + 40
    let notes = (0..<20).map { ($0 == 3 ? "\"" : "x") + String(repeating: "y", count: 39) }
    for limit in [line, line + 1, 2 * line, 2 * line + 1, 2 * line + 2, 300] {
      let result = try run(notes, limit: limit, Self.catalog(.lenient))
      // The record ends with the line that takes it over the limit; line ends count but for its own.
      let lines = (limit + 1) / (line + 1) + 1
      #expect(result.doors.last == "suspended record-too-long 1", "limit \(limit)")
      #expect(result.report.rated == 20 - lines, "limit \(limit)")
    }
  }

  @Test func headersAndCommentsHoldNoQuotes() throws {
    let catalog = try Self.catalog(.strict) {
      $0.header.skipLines = 1
      $0.dialect.comment = "//"
    }
    let text =
      "a 5\" pipe\nid,start,billable,to\na,2025-03-03T10:00:00Z,60,447123456\n// 5\" too\n"
      + "b,2025-03-03T10:00:00Z,60,447123456\n"
    let trial = try Trial("switch-1.csv", text)
    for chunk in 1...30 {
      let result = try trial.run(catalog) { ($0.chunkBytes, $0.threadCount) = (chunk, 1) }
      #expect(result.doors == ["read 2", "rated 2", "duplicate 0"], "chunks of \(chunk)")
    }
  }

  @Test func withoutQuotesANulByteIsText() throws {
    var catalog = try Self.catalog(.none)
    catalog.formats[catalog.sources[0].formatIndex].dialect.isMultiline = false
    let result = try run(["a\0\"b,c", "a\"b"], catalog)
    #expect(result.doors == ["read 2", "rated 1", "duplicate 0", "suspended bad-record 1"])
  }
}
