// The examples of formats against the parser that reads usage.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct FormatExampleTests {
  @Test(arguments: BuiltInFormats.names)
  func builtInFormatsReadTheirOwnExamples(_ name: Label) throws {
    let format = try #require(BuiltInFormats.descriptor(named: name))
    #expect(!format.examples.isEmpty)
    #expect(FormatExamples.check(format).map(\.finding.description) == [])
  }

  /// One example of the neutral CSV: its line, the header, what it says, and the fault that must be found.
  struct Row: CustomTestStringConvertible {
    var line: String
    var header = "id,start,billable,to,unit"
    var expected: [(Label, Label)]
    var fault: String?
    var testDescription: String { line }
  }

  static let line = "c1,2025-03-03T09:14:02Z,61,+442079460123,"

  static let rows = [
    Row(line: line, expected: [("id", "c1"), ("billable", "61"), ("answered", "yes")], fault: nil),
    Row(line: line, expected: [("billable", "61.000")], fault: nil),
    Row(line: line, expected: [("start", "2025-03-03T10:14:02+01:00")], fault: nil),
    Row(
      line: line, expected: [("billable", "62")],
      fault: "'billable' of the example reads as '61', not as '62'"),
    Row(
      line: line, expected: [("start", "2025-03-03T09:14:03Z")],
      fault: "'start' of the example reads as '2025-03-03T09:14:02Z', not as '2025-03-03T09:14:03Z'"),
    Row(
      line: line, expected: [("to", "44207946012")],
      fault: "'to' of the example reads as '442079460123', not as '44207946012'"),
    Row(
      line: line, expected: [("unit", "min")], fault: "'unit' of the example reads as nothing, not as 'min'"),
    // The unit says the kind also where there is no quantity.
    Row(line: "c1,2025-03-03T09:14:02Z,,,GB", expected: [("kind", "data")], fault: nil),
    Row(line: "c1,2025-03-03T09:14:02Z,2,,GB", expected: [("kind", "data")], fault: nil),
    Row(line: "c1,2025-03-03T09:14:02Z,,,min", expected: [("kind", "voice")], fault: nil),
    Row(line: "c1,2025-03-03T09:14:02Z,,,", expected: [("kind", "voice")], fault: nil),
    Row(line: "c1,2025-03-03T09:14:02Z,,,Gb", expected: [("suspense", "bad-quantity")], fault: nil),
    Row(line: "c1,2025-03-03T09:14:02Z,2,,Gb", expected: [("suspense", "bad-quantity")], fault: nil),
    Row(
      line: "c1,2025-03-03T09:14:02Z,,voice,GB", header: "id,start,billable,kind,unit",
      expected: [("suspense", "bad-quantity")], fault: nil),
    Row(line: line, expected: [("id", "")], fault: "'id' of the example reads as 'c1', not as ''"),
    Row(
      line: line, expected: [("suspense", "bad-time")],
      fault: "the example reads as an event, not as suspense bad-time"),
    Row(
      line: "c1,yesterday,61,,", expected: [("id", "c1")],
      fault: "the example reads as suspense bad-time (field start), not as an event"),
    Row(line: "c1,yesterday,61,,", expected: [("suspense", "bad-time")], fault: nil),
    Row(
      line: "c1,yesterday,61,,", expected: [("suspense", "bad-record")],
      fault: "the example reads as suspense bad-time (field start), not as suspense bad-record"),
    Row(line: "c1,2025-03-03T09:14:02Z", expected: [("suspense", "bad-record")], fault: nil),
    Row(
      line: "", expected: [("id", "c1")],
      fault: "the example reads as no record (blank, or a comment), not as one record"),
    Row(
      line: "c1,2025-03-03T09:14:02Z,2025-03-03T09:14:02Z,61", header: "id,start,Start,billable",
      expected: [("id", "c1")],
      fault:
        "the example reads as a file of another format (columns 2 and 3 are both named 'start', which format "
        + "'ratemill-csv' reads), not as a record"),
    // What nobody reads may stand there twice.
    Row(
      line: "c1,2025-03-03T09:14:02Z,x,61,y", header: "id,start,note,billable,note", expected: [("id", "c1")],
      fault: nil),
    Row(
      line: "c1,61", header: "id,billable", expected: [("id", "c1")],
      fault:
        "the example reads as a file of another format (no column 'start', which format 'ratemill-csv' needs), "
        + "not as a record"),
  ]

  @Test(arguments: rows)
  func anExampleThatReadsDifferentlyIsAFault(_ row: Row) throws {
    var format = try #require(BuiltInFormats.descriptor(named: "ratemill-csv"))
    format.examples = [
      FormatExample(line: Label(row.line), header: Label(row.header), expected: row.expected, sourceLine: 7)
    ]
    let faults = FormatExamples.check(format)
    #expect(faults.map(\.finding.message) == (row.fault.map { [$0] } ?? []))
    #expect(faults.allSatisfy { $0.line == 7 && $0.file == "built in" })
  }

  @Test func theRowsOfACallAreChosenAmongAllExamples() throws {
    var format = try #require(BuiltInFormats.descriptor(named: "ratemill-csv"))
    format.legs = LegRule(call: [.names(["call"])], choice: .longest)
    func example(_ id: Label, _ call: String, _ billable: Int, filtered: Bool) -> FormatExample {
      let expected: (role: Label, value: Label) = (filtered ? "filtered" : "id", filtered ? "leg" : id)
      return FormatExample(
        line: Label("\(id),\(call),2025-03-03T09:14:02Z,\(billable)"), header: "id,call,start,billable",
        expected: [expected], sourceLine: 1)
    }
    format.examples = [
      example("a", "x", 10, filtered: true), example("b", "x", 20, filtered: false),
      example("c", "y", 5, filtered: false),
    ]
    #expect(FormatExamples.check(format) == [])
    format.examples[2] = example("c", "x", 25, filtered: false)
    #expect(
      FormatExamples.check(format).map(\.finding.message) == [
        "the example reads as filtered leg, not as an event"
      ])
  }
}
