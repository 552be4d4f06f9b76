// JSON lines whose fields may have several names: which value counts, whatever their order in the line.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct JSONNameTests {
  /// The one record of a line of `usage-jsonl`.
  private func record(_ line: String) throws -> ReadRecord {
    let format = try #require(BuiltInFormats.descriptor(named: "usage-jsonl"))
    let sample = SampleText(
      name: "sample", stored: "plain", bytes: Array((line + "\n").utf8), isWhole: true, damage: nil)
    let records = try SampleRecords.read(sample, format)
    return try #require(records.count == 1 ? records[0] : nil)
  }

  private func line(_ members: [String]) -> String {
    "{" + ([#""account":"a""#, #""time":"2026-01-05""#] + members).joined(separator: ",") + "}"
  }

  /// The members in every order, the role they are about, where its value stands and what it is.
  @Test(arguments: [
    ([#""meter":"m""#, #""quantity":1"#, #""value":99"#], "billable", "quantity", "1"),
    ([#""meter":"m""#, #""quantity":null"#, #""value":99"#], "billable", "value", "99"),
    ([#""meter":"m""#, #""quantity":"""#, #""value":99"#], "billable", "value", "99"),
    ([#""meter":"m""#, #""quantity":1"#, #""value":null"#], "billable", "quantity", "1"),
    ([#""meter":"m""#, #""quantity":1"#, #""value":"""#], "billable", "quantity", "1"),
    ([#""quantity":1"#, #""service":"vm""#, #""meter":"m""#], "meter", "meter", "m"),
    ([#""quantity":1"#, #""service":"vm""#, #""meter":null"#], "meter", "service", "vm"),
    (
      [#""quantity":1"#, #""meter":"m""#, #""timestamp":"2026-02-05""#], "start", "time",
      "2026-01-05T00:00:00Z"
    ),
    ([#""quantity":1"#, #""meter":"m""#, #""item":"pc""#], "item", "item", "pc"),
    ([#""quantity":1"#, #""device":"pc""#, #""item":"m""#], "meter", "item", "m"),
    ([#""quantity":1"#, #""device":"pc""#, #""item":"m""#], "item", "device", "pc"),
    ([#""quantity":1"#, #""item":"m""#], "item", "item", ""),
  ])
  func theFirstNameThatSaysSomethingCounts(members: [String], role: String, column: String, value: String)
    throws
  {
    for members in [members, members.reversed(), Array(members[1...] + members[..<1])] {
      let record = try record(line(members))
      #expect(record.outcome == .event)
      let field = try #require(record.field(Label(role)))
      #expect([field.column, field.value] == [column, value], "\(members)")
    }
  }

  @Test(arguments: [
    ([#""meter":"m""#, #""quantity":1"#, #""quantity":99"#], true),
    ([#""meter":"m""#, #""quantity":1"#, #""quantity":1"#], true),
    ([#""meter":"m""#, #""quantity":null"#, #""quantity":1"#], true),
    // What nobody reads may stand twice, and a name may stand inside another object.
    ([#""meter":"m""#, #""quantity":1"#, #""note":1"#, #""note":2"#], false),
    ([#""meter":"m""#, #""quantity":1"#, #""more":{"quantity":2}"#], false),
  ])
  func aKeyThatIsReadStandsOnce(members: [String], isRefused: Bool) throws {
    let outcome = try record(line(members)).outcome
    #expect(outcome == (isRefused ? .suspended(.badRecord, field: "") : .event))
  }

  /// What one line says does not last to the next.
  @Test func eachLineIsReadForItself() throws {
    var tariff = try PriceSheet("plan currency=EUR\nprice usage kinds=event price=1").tariff
    tariff.sources[0].format = "usage-jsonl"
    let text = [
      [#""meter":"m""#, #""quantity":1"#], [#""meter":"m""#, #""value":7"#],
      [#""meter":"m""#, #""quantity":2"#],
    ]
    .map { line($0) + "\n" }.joined()
    #expect(try Trial("switch-1", text).run(tariff.catalog()).amounts == ["10 EUR"])
  }
}
