// Files that end with a trailer row: one that does not, or whose totals do not meet, is damaged.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct TrailerTests {
  private static let header = "id,start,billable,to,note\n"

  /// The neutral CSV with a trailer: `TRL`, count, sum.
  private func catalog(
    count: Bool = true, sum: Bool = true, _ change: (inout FormatDescriptor) -> Void = { _ in }
  )
    throws -> Catalog
  {
    var catalog = try PriceSheet("deck prefix per-minute increment\n. 44 0.60 1/1").tariff.catalog()
    let index = catalog.sources[0].formatIndex
    // Fields whose records say their own unit cannot be added up.
    catalog.formats[index].fields.removeAll { $0.role == .unit }
    catalog.formats[index].trailer = TrailerRule(
      conditions: [Condition(column: .index(0), test: .isOneOf(["TRL"]))], count: count ? .index(1) : nil,
      sum: sum ? .index(2) : nil)
    change(&catalog.formats[index])
    catalog.formats[index].examples = []
    return catalog
  }

  private func record(_ number: Int, _ billable: String, note: String = "") -> String {
    "r\(number),2025-03-03T10:00:00Z,\(billable),447123456,\(note)\n"
  }

  /// What is wrong with a file, without its name; nil where it is rated. The same for every way of cutting it.
  private func damage(_ text: String, _ catalog: Catalog) throws -> String? {
    let trial = try Trial("switch-1.csv", text)
    var found: Set<String?> = []
    for (chunk, part, threads) in [(4096, nil, 1), (1, nil, 1), (17, nil, 2), (30, 40, 2), (64, 1, 3)] {
      do {
        let result = try trial.run(catalog) {
          ($0.chunkBytes, $0.partBytes, $0.threadCount) = (chunk, part, threads)
        }
        found.insert(nil)
        #expect(result.doors.allSatisfy { !$0.hasPrefix("filtered trailer") })
      } catch RunFault.damaged(let files) {
        #expect(files.count == 1 && files[0].name == trial.inputs[0].name)
        found.insert(files[0].message)
      }
    }
    #expect(found.count == 1, "\(found)")
    return found.first ?? nil
  }

  @Test func aFileWithoutItsTrailerIsCutOff() throws {
    let records = Self.header + record(1, "60") + record(2, "61")
    let cutOff =
      "has no trailer row, with which every file of format 'ratemill-csv' ends: it is cut off; fetch it again"
    #expect(try damage(records, catalog()) == cutOff)
    #expect(try damage(Self.header, catalog()) == cutOff)
    #expect(try damage("", catalog()) == cutOff)
    #expect(try damage(records + "TRL,2,121\n", catalog()) == nil)
    #expect(try damage(records + "TRL,2,121", catalog()) == nil)
    #expect(try damage(Self.header + "TRL,0,0\n", catalog()) == nil)
    #expect(try damage(records + "TRL,2,121\n", catalog { $0.trailer = nil }) == nil)
    // The row may have quotes, and as many fields as it likes.
    #expect(try damage(records + "\"TRL\",\"2\",\"121\"\n", catalog()) == nil)
    #expect(try damage(records + "TRL,2,121,,,,,\n", catalog()) == nil)
  }

  @Test func theCountMustMeet() throws {
    let records = Self.header + record(1, "60") + record(2, "61") + "broken\n"
    let count = try catalog(sum: false)
    #expect(try damage(records + "TRL,3\n", count) == nil)
    #expect(try damage(records + "TRL,00000000000000000003\n", count) == nil)
    for promised in [2, 4] {
      #expect(
        try damage(records + "TRL,\(promised)\n", count)
          == "holds 3 records, its trailer says \(promised); fetch it again")
    }
    for text in ["", "x", "3x", "-3", "3.5"] {
      #expect(
        try damage(records + "TRL,\(text)\n", count)
          == "has a trailer row whose count is '\(text)', which is no number; fetch it again")
    }
    #expect(
      try damage(records + "TRL\n", count)
        == "has a trailer row whose count is '', which is no number; fetch it again")
  }

  @Test func theSumMustMeetToTheLastDigit() throws {
    let records =
      Self.header + record(1, "60.5") + record(2, "0.0000001") + record(3, "") + record(4, "-0.25")
    let sum = try catalog(count: false)
    #expect(try damage(records + "TRL,,60.2500001\n", sum) == nil)
    #expect(try damage(records + "TRL,,60.25000010\n", sum) == nil)
    for text in ["60.25", "60.2500002", "60.251", "0"] {
      #expect(
        try damage(records + "TRL,,\(text)\n", sum)
          == "has a 'billable' of 60.2500001 in all, its trailer says \(text); fetch it again")
    }
    #expect(
      try damage(records + "TRL,,60.25.0\n", sum)
        == "has a trailer row whose sum is '60.25.0', which is no number; fetch it again")
  }

  @Test func recordsThatLeaveEarlyAreAddedUpAsFarAsTheyCanBeRead() throws {
    let sum = try catalog(count: false) {
      $0.filters = [
        FilterRule(reason: "test", conditions: [Condition(column: .index(4), test: .isOneOf(["test"]))])
      ]
    }
    // A filtered record, one without a time, one whose quantity is none, and one that is no record at all.
    let records =
      Self.header + record(1, "60") + record(2, "7", note: "test") + "r3,soon,5,447123456,\n"
      + "r4,2025-03-03T10:00:00Z,x,447123456,\nbroken\n"
    #expect(try damage(records + "TRL,,72\n", sum) == nil)
    #expect(
      try damage(records + "TRL,,73\n", sum)
        == "has a 'billable' of 72 in all (without 2 records in which it cannot be read), its trailer says 73; "
        + "fetch it again")
  }

  @Test func totalsOfSeveralTrailersAreAdded() throws {
    let text =
      Self.header + record(1, "60") + "TRL,1,60\n" + record(2, "61") + record(3, "62") + "TRL,2,123\n"
    #expect(try damage(text, catalog()) == nil)
  }

  @Test func aDamagedFileIsLeftOutWhereTheUserSaysSo() throws {
    var trial = try Trial("switch-1.csv", Self.header + record(1, "60"))
    try trial.add("switch-2.csv", Array((Self.header + record(2, "60") + "TRL,1,60\n").utf8))
    let result = try trial.run(catalog()) { $0.skipsDamagedFiles = true }
    #expect(result.doors == ["read 1", "rated 1", "duplicate 0"])
    #expect(result.report.damaged.map(\.recordsRead) == [1])
  }

  static let quantities: [(text: String, reader: FieldPlan.QuantityField.Reader, value: Int128?)] = {
    let decimal = FieldPlan.QuantityField.Reader.decimal(onePerUnit: 1000, isDecimalComma: false)
    let comma = FieldPlan.QuantityField.Reader.decimal(onePerUnit: 1000, isDecimalComma: true)
    let one: Int128 = 1_000_000_000_000_000_000
    return [
      ("0", decimal, 0), ("61", decimal, 61 * one), ("-1.5", decimal, -3 * one / 2),
      ("+2.", decimal, 2 * one),
      (".5", decimal, one / 2), ("0.000000000000000001", decimal, 1), ("0.0000000000000000010", decimal, 1),
      ("0.0000000000000000001", decimal, nil), ("", decimal, nil), ("-", decimal, nil), (".", decimal, nil),
      ("1,5", decimal, nil), ("1,5", comma, 3 * one / 2), ("1.5", comma, nil), ("1e3", decimal, nil),
      ("170141183460469231731", decimal, 170_141_183_460_469_231_731 * one),
      ("170141183460469231732", decimal, nil),
      ("99999999999999999999999999999999999999999", decimal, nil),
      ("1500000", .microseconds, 1_500_000 * one),
      ("01:01:01", .clock, 3661 * one), ("1:01.0000005", .clock, 61 * one + one / 2_000_000),
      ("61", .clock, nil),
      ("1:61", .clock, nil), ("1:01.", .clock, nil), ("100:00:00", .clock, 360_000 * one),
    ]
  }()

  @Test(arguments: quantities.indices)
  func quantitiesAreReadExactly(_ index: Int) {
    let (text, reader, value) = Self.quantities[index]
    let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: ByteText.slack)
    let found = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { ExactQuantity.read($0, text.utf8.count, reader) }
    }
    #expect(found == value, "\(text)")
  }
}
