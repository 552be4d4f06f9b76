// How many records a text is that is to stand for one.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct RecordCountTests {
  private func count(
    _ text: String, header: String = "id,start,billable,to,note\n",
    _ change: (inout FormatDescriptor) -> Void = { _ in }
  ) throws -> RecordCount {
    let catalog = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff.catalog()
    var format = catalog.formats[catalog.sources[0].formatIndex]
    change(&format)
    return RecordCount(of: Array(text.utf8), format, header: Array(header.utf8))
  }

  @Test func linesAreRecords() throws {
    #expect(try count("a,b") == .one(0..<3))
    #expect(try count("a,b\r") == .one(0..<3))
    #expect(try count("\na,b\n\n") == .one(1..<4))
    #expect(try count("a\nb") == .several(2))
    #expect(try count("a\nb\n\nc") == .several(3))
    for blank in ["", "\n", "\r", "\r\n\n"] { #expect(try count(blank) == .none) }
  }

  @Test func commentsAreNone() throws {
    #expect(try count("#a") { $0.dialect.comment = "#" } == .none)
    #expect(try count("#a\nb") { $0.dialect.comment = "#" } == .one(3..<4))
    #expect(try count("#a") == .one(0..<2))
  }

  @Test func quotesHoldLineEndsWhereTheFormatSaysSo() throws {
    let lines: (inout FormatDescriptor) -> Void = { $0.dialect.isMultiline = true }
    #expect(try count("a,\"b\nc\"") == .several(2))
    #expect(try count("a,\"b\nc\"", lines) == .one(0..<7))
    #expect(try count("a,\"b\nc\"\nd", lines) == .several(2))
    #expect(try count("a,\"b", lines) == .open)
    #expect(try count("a,\"b") == .one(0..<4))
    #expect(try count("a\nb,\"c", lines) == .open)
  }

  @Test func aTrailerIsNoRecord() throws {
    let trailer: (inout FormatDescriptor) -> Void = {
      $0.trailer = TrailerRule(
        conditions: [Condition(column: .index(0), test: .isOneOf(["TRL"]))], count: .index(1),
        sum: nil)
    }
    #expect(try count("TRL,2", trailer) == .none)
    #expect(try count("TRL,2") == .one(0..<5))
    let record = "r1,2025-03-03T10:00:00Z,60,447123456,"
    #expect(try count(record, trailer) == .one(0..<record.utf8.count))
  }
}
