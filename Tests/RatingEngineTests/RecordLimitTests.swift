// The limit on a record's size: the same records leave, with the same bytes kept, however a file is cut for reading.

import Catalog
import Tables
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct RecordLimitTests {
  private static let header = "id,start,billable,to,note\n"

  /// A record of exactly `length` bytes.
  private static func record(_ id: String, _ length: Int) -> String {
    let front = "\(id),2025-03-03T10:00:00Z,60,447123456,"
    return front + String(repeating: "x", count: length - front.utf8.count)
  }

  private static func catalog(_ change: (inout FormatDescriptor) -> Void = { _ in }) throws -> Catalog {
    var catalog = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff.catalog()
    change(&catalog.formats[catalog.sources[0].formatIndex])
    return catalog
  }

  /// How a file is cut: bytes of a chunk, of a part, and workers.
  struct Cut {
    var chunk: Int
    var part: Int?
    var threads: Int
  }
  static let cuts: [Cut] = [1, 7, 100, 101, 102, 150, 4096].flatMap { chunk in
    [nil, 13, 101].map { Cut(chunk: chunk, part: $0, threads: $0 == nil ? 1 : 2) }
  }

  /// Runs the text with every cut; all must say the same.
  private func run(_ text: String, limit: Int, _ catalog: Catalog, cuts: [Cut] = Self.cuts) throws
    -> TrialResult
  {
    let trial = try Trial("switch-1.csv", text)
    func run(_ cut: Cut) throws -> TrialResult {
      try trial.run(catalog) {
        $0.recordBytesMax = limit
        ($0.chunkBytes, $0.partBytes, $0.threadCount) = (cut.chunk, cut.part, cut.threads)
      }
    }
    let first = try run(cuts[cuts.count - 1])
    for cut in cuts {
      let other = try run(cut)
      #expect(other.everything == first.everything, "\(cut)")
    }
    return first
  }

  @Test(arguments: ["\n", "\r\n"])
  func aRecordOfTheLimitIsReadAndOneByteMoreIsNot(_ end: String) throws {
    let lengths = [60, 99, 100, 101, 100, 102, 99, 103, 300, 60]
    let text = Self.header + lengths.enumerated().map { Self.record("r\($0)", $1) + end }.joined()
    let result = try run(text, limit: 100, Self.catalog())
    #expect(result.doors == ["read 10", "rated 6", "duplicate 0", "suspended record-too-long 4"])
    // Reason, file, line, offset and bytes of each.
    #expect(result.suspenseRows.map { $0[2] } == ["5", "7", "9", "10"])
  }

  @Test func aRecordWithoutAnEndIsMeasuredAsWell() throws {
    for (length, tail) in [(100, ""), (100, "\r"), (101, ""), (101, "\r")] {
      let text = Self.header + Self.record("a", 60) + "\n" + Self.record("b", length) + tail
      let result = try run(
        text, limit: 100, Self.catalog(), cuts: [1, 101, 102, 4096].map { Cut(chunk: $0, threads: 1) })
      #expect(result.report.rated == (length > 100 ? 1 : 2), "\(length) \(tail.utf8.count)")
      #expect(result.report.suspendedCount == (length > 100 ? 1 : 0))
    }
  }

  @Test func whatIsKeptOfALongRecordDoesNotDependOnHowItWasRead() throws {
    let cuts = [1 << 10, 60_000, 1 << 18].flatMap { chunk in
      [nil, 40_000].map { Cut(chunk: chunk, part: $0, threads: $0 == nil ? 1 : 2) }
    }
    for end in ["\n", "\r\n"] {
      for length in [200, 65_536, 65_537, 300_000] {
        let long = Self.record("b", length)
        let text = Self.header + Self.record("a", 60) + end + long + end + Self.record("c", 60) + end
        let result = try run(text, limit: 100, Self.catalog(), cuts: cuts)
        let cells = PlainCSV.cells(of: String(result.suspense.split(separator: "\n")[1]))
        // source, file, line, byte offset, length, reason … hash, encoding, original
        let isCut = length > 65_536
        #expect(cells[4] == "\(length)" && cells[5] == "record-too-long")
        #expect(cells[cells.count - 3] == (isCut ? SHA256.hex(of: Array(long.utf8)) : ""))
        #expect(cells[cells.count - 1] == String(long.prefix(65_536)))
      }
    }
  }

  @Test func anyNumberOfLongRecordsMayFollowEachOther() throws {
    // The first chunk is behind them once, and before them once.
    for front in ["", Self.record("a", 60) + "\n"] {
      let long = (0..<90).map { Self.record("b\($0)", 700 + $0) + "\n" }.joined()
      let text = Self.header + front + long + Self.record("c", 60) + "\n" + long.replacing("b", with: "d")
      let result = try run(
        text, limit: 100, Self.catalog(), cuts: [1, 60, 500, 1 << 14].map { Cut(chunk: $0, threads: 2) })
      let rated = front.isEmpty ? 1 : 2
      #expect(
        result.doors == [
          "read \(rated + 180)", "rated \(rated)", "duplicate 0", "suspended record-too-long 180",
        ])
      #expect(result.suspenseRows.map { $0[2] }.first == "\(rated + 1)")
      #expect(result.suspenseRows.map { $0[2] }.last == "\(rated + 181)")
    }
  }

  @Test func aLongCommentIsNoRecord() throws {
    let catalog = try Self.catalog { $0.dialect.comment = "#" }
    let comment = "#" + String(repeating: "\"", count: 301) + "\n"
    let text = Self.header + comment + Self.record("a", 60) + "\n" + comment + Self.record("b", 101) + "\n"
    let result = try run(text, limit: 100, catalog)
    #expect(result.doors == ["read 2", "rated 1", "duplicate 0", "suspended record-too-long 1"])
    #expect(result.suspenseRows.map { $0[2] } == ["5"])
  }

  @Test func aHeaderMayBeLongerThanARecord() throws {
    let text = Self.header + Self.record("a", 60) + "\n"
    let result = try run(text, limit: 10, Self.catalog())
    #expect(result.doors == ["read 1", "rated 0", "duplicate 0", "suspended record-too-long 1"])
  }
}
