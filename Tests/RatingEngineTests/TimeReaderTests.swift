// Instants as exports write them: offsets, leap seconds, fractions, and the years that are supported.

import BillingCalendar
import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct TimeReaderTests {
  /// What texts read as, one after the other with one reader, as UTC text; "bad" where they are no time.
  private func read(
    _ texts: [String], _ readers: [FieldPlan.TimeField.Reader] = [.iso], zone: Zone = .utc
  ) throws -> [String] {
    var plan = FieldPlan(dialect: try #require(BuiltInFormats.descriptor(named: "ratemill-csv")).dialect)
    plan.columns = [0]
    plan.slotCount = 1
    plan.start = FieldPlan.TimeField(slot: 0, readers: readers, role: FieldRoleName.start)
    let scratch = ScratchText()
    let columns = FieldColumns(slotCount: 1, empty: UnsafePointer(scratch.allocate(1)))
    let batch = UsageBatch()
    for text in texts {
      let copy = scratch.allocate(text.utf8.count)
      for (index, byte) in text.utf8.enumerated() { copy[index] = byte }
      columns.texts(0)[batch.count] = UnsafePointer(copy)
      columns.lengths(0)[batch.count] = Int32(text.utf8.count)
      batch.door[batch.count] = Door.open
      batch.count += 1
    }
    let source = UsageSource.trial(zone: zone)
    EventReader(source: source, keySeed: 0, needsIdentity: false, scratch: scratch).read(
      batch, columns, plan, text: columns.texts(0)[0])
    return (0..<batch.count).map {
      batch.door[$0] == Door.open ? Instant.text(millis: batch.start[$0]) : "bad"
    }
  }

  private func check(
    _ rows: [(text: String, instant: String)], _ readers: [FieldPlan.TimeField.Reader] = [.iso],
    zone: Zone = .utc
  ) throws {
    let found = try read(rows.map(\.text), readers, zone: zone)
    for (row, found) in zip(rows, found) { #expect(found == row.instant, "\(row.text)") }
  }

  @Test func anOffsetIsItsWholeText() throws {
    let start = "2025-03-03T10:00:00"
    try check([
      (start + "\0\0\0", "bad"), (start + "+01", "2025-03-03T09:00:00Z"), (start + "+01\0\0", "bad"),
      (start + "+01:00", "2025-03-03T09:00:00Z"), (start + "+01", "2025-03-03T09:00:00Z"),
      (start + "+0130", "2025-03-03T08:30:00Z"), (start + "+01", "2025-03-03T09:00:00Z"),
      (start + "+01\0\0\0", "bad"), (start + "-01", "2025-03-03T11:00:00Z"),
    ])
  }

  @Test func aLeapSecondStandsBeforeMidnightUTC() throws {
    try check([
      ("2016-12-31T23:59:59Z", "2016-12-31T23:59:59Z"), ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
      ("2016-12-31T23:59:61Z", "bad"), ("2016-12-31T23:58:60Z", "bad"), ("2016-12-31T22:59:60Z", "bad"),
      ("2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500Z"),
      ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"),
      ("2016-12-31T23:59:60+01:00", "bad"), ("2016-12-31T18:29:60-05:30", "2017-01-01T00:00:00Z"),
      ("2016-13-31T23:59:60Z", "bad"), ("2016-11-31T23:59:60Z", "bad"),
    ])
    let berlin = try Zone.load(named: "Europe/Berlin")
    try check(
      [("2017-01-01 00:59:60", "2017-01-01T00:00:00Z"), ("2016-12-31 23:59:60", "bad")], zone: berlin)
    let pattern = FieldPlan.TimeField.Reader.pattern(TimePatternReader("DD.MM.YYYY hh:mm:ss"))
    try check(
      [
        ("01.01.2017 00:59:59", "2016-12-31T23:59:59Z"), ("01.01.2017 00:59:60", "2017-01-01T00:00:00Z"),
        ("01.01.2017 00:58:60", "bad"), ("01.01.2017 00:59:61", "bad"),
      ], [pattern], zone: berlin)
  }

  @Test func anInstantIsFlooredToTheMillisecond() throws {
    try check(
      [
        ("1700000000", "2023-11-14T22:13:20Z"), ("1700000000.9990", "2023-11-14T22:13:20.999Z"),
        ("1700000000.9999", "2023-11-14T22:13:20.999Z"), ("1700000000.0001", "2023-11-14T22:13:20Z"),
        ("1700000001.0000000001", "2023-11-14T22:13:21Z"),
      ], [.epoch(unitsPerSecond: 1)])
    try check(
      [("1700000000999", "2023-11-14T22:13:20.999Z"), ("1700000000999.9", "2023-11-14T22:13:20.999Z")],
      [.epoch(unitsPerSecond: 1000)])
    try check(
      [("1700000000999999", "2023-11-14T22:13:20.999Z"), ("1700000001000000", "2023-11-14T22:13:21Z")],
      [.epoch(unitsPerSecond: 1_000_000)])
    try check([
      ("2023-11-14T22:13:20.999Z", "2023-11-14T22:13:20.999Z"),
      ("2023-11-14T22:13:20.9999Z", "2023-11-14T22:13:20.999Z"),
    ])
  }

  @Test func aQuantityRoundsUpToTheNextMillisecond() {
    let rows: [(String, Int64?)] = [
      ("20.999", 20_999), ("20.9990", 20_999), ("20.9991", 21_000), ("0.0001", 1), ("20", 20_000),
      ("-0.0001", -1),
    ]
    for (text, quantity) in rows {
      let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: ByteText.slack)
      let found = bytes.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.flatMap {
          QuantityReader.decimal($0, text.utf8.count, onePerUnit: 1000, isDecimalComma: false)
        }
      }
      #expect(found == quantity, "\(text)")
    }
  }

  @Test(
    arguments: [
      ("1.5e3", 1_500_000), ("1.5E+3", 1_500_000), ("61000e-3", 61_000), ("1e-05", 1), ("0e9999", 0),
      ("-2e0", -2000),
      ("1e-9999", 1), ("1e", nil), ("e5", nil), ("1e40", nil), ("1e5.0", nil),
      // Many digits behind the point are no fault: a float64 is written with up to 17, a decimal with more.
      ("1234567890.123000000000000000000000000000", 1_234_567_890_123),
      ("1234567890.1230000000000000000000000000001", 1_234_567_890_124),
      ("12345678901234567890123456789012", nil),
    ] as [(String, Int64?)])
  func exponentsAreReadWhereTheFormatHasThem(text: String, quantity: Int64?) {
    func read(_ isScientific: Bool) -> Int64? {
      (Array(text.utf8) + [UInt8](repeating: 0, count: ByteText.slack)).withUnsafeBufferPointer { buffer in
        buffer.baseAddress.flatMap {
          QuantityReader.decimal(
            $0, text.utf8.count, onePerUnit: 1000, isDecimalComma: false, isScientific: isScientific)
        }
      }
    }
    #expect(read(true) == quantity)
    #expect(read(false) == (text.lowercased().contains("e") ? nil : quantity))
  }

  @Test func onlySupportedYearsAreRead() throws {
    try check([
      ("1970-12-31T23:59:59.999Z", "bad"), ("1971-01-01T00:00:00Z", "1971-01-01T00:00:00Z"),
      ("1971-01-01T00:00:00+14:00", "1970-12-31T10:00:00Z"), ("1970-12-31T23:59:59-01:00", "bad"),
      ("2105-12-31T23:59:59Z", "2105-12-31T23:59:59Z"), ("2106-01-01T00:00:00Z", "bad"),
      ("0001-01-01T00:00:00Z", "bad"), ("9999-12-31T23:59:59Z", "bad"),
      ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
    ])
    #expect(TimeReader.instants.lowerBound == Instant.parse("1971-01-01T00:00:00Z"))
    #expect(TimeReader.instants.upperBound == Instant.parse("2106-01-01T00:00:00Z"))
    try check(
      [
        ("31535999", "bad"), ("31535999.999", "bad"), ("31536000", "1971-01-01T00:00:00Z"), ("1", "bad"),
        ("-5", "bad"),
        ("4291747199.9999", "2105-12-31T23:59:59.999Z"), ("4291747200", "bad"), ("9223372036854775", "bad"),
        ("9223372036854775807", "bad"), ("99999999999999999999999", "bad"),
        // Nothing, which the start must not be.
        ("0", "bad"), ("-1", "bad"),
      ], [.epoch(unitsPerSecond: 1)])
    let pattern = FieldPlan.TimeField.Reader.pattern(TimePatternReader("DD.MM.YYYY"))
    try check(
      [
        ("31.12.1970", "bad"), ("01.01.1971", "1971-01-01T00:00:00Z"), ("31.12.2105", "2105-12-31T00:00:00Z"),
        ("01.01.2106", "bad"),
      ], [pattern])
  }

  /// Days and periods of the first and the last instants, in the zones and cycles that are farthest away.
  @Test func everySupportedDayHasItsPeriod() throws {
    for (zone, days) in [
      ("Asia/Kamchatka", ["1971-01-01", "2106-01-01"]), ("Pacific/Pago_Pago", ["1970-12-31", "2105-12-31"]),
    ] {
      for cycleDay in [1, 2, 31] {
        let sheet = try PriceSheet(
          "zone \(zone)\ndeck prefix per-minute increment\n. 44 0.60 1/1\naccount a cycle=\(cycleDay)")
        let text =
          "id,start,billable,to\na,1971-01-01T00:00:00Z,60,447123456\nb,2105-12-31T23:59:59Z,60,447123456\n"
        let result = try Trial("switch-1.csv", text).run(sheet.tariff.catalog())
        #expect(result.doors == ["read 2", "rated 2", "duplicate 0"])
        let rows = result.rows
        #expect(Set(rows.compactMap { $0["day"] }) == Set(days))
        let periods = try days.map { text in
          UsagePeriod.containing(try #require(CivilDate.parse(text)), cycleDay: Int32(cycleDay)).description
        }
        #expect(Set(rows.compactMap { $0["usage_period"] }) == Set(periods))
      }
    }
  }
}
