// Instants as text.

import BillingCalendar
import Testing

struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0),
    ("2025-01-03T10:00:00Z", 1_735_898_400_000),
    ("2025-01-03t10:00:00z", 1_735_898_400_000),
    ("2025-01-03 10:00:00Z", 1_735_898_400_000),
    ("2025-01-03T11:00:00+01:00", 1_735_898_400_000),
    ("2025-01-03T04:30:00-05:30", 1_735_898_400_000),
    ("2025-01-03T10:00:00-00:00", 1_735_898_400_000),
    ("2025-01-03T10:00:00.5Z", 1_735_898_400_500),
    ("2025-01-03T10:00:00.25+00:00", 1_735_898_400_250),
    ("2025-01-03T10:00:00.123456789Z", 1_735_898_400_123),
    ("2025-01-03T10:00:00.999999999Z", 1_735_898_400_999),
    ("1969-12-31T23:59:59.999Z", -1),
    ("0000-01-01T00:00:00Z", -62_167_219_200_000),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    // The leap second of 2016, at Greenwich and in India: the second before it.
    ("2016-12-31T23:59:60Z", 1_483_228_799_000),
    ("2017-01-01T05:29:60.5+05:30", 1_483_228_799_500),
  ])
  func rfc3339TimesAreRead(text: String, millis: Int64) {
    #expect(Instant.parse(text) == millis)
    #expect(Instant.parse(text, in: .utc) == millis)
  }

  @Test(arguments: [
    "", "2025", "2025-01-03", "2025-01-03T10:00", "2025-01-03T10:00Z", "2025-01-03T10:00:00",
    "2025-01-3T10:00:00Z",
    "2025-01-03T24:00:00Z", "2025-01-03T23:60:00Z", "2025-01-03T23:59:61Z", "2025-01-03T10:00:60Z",
    "2025-02-29T10:00:00Z", "2025-01-03T10:00:00.Z", "2025-01-03T10:00:00.1234567890Z",
    "2025-01-03T10:00:00,5Z",
    "2025-01-03T10:00:00ZZ", "2025-01-03T10:00:00Z ", "2025-01-03T10:00:00+1:00", "2025-01-03T10:00:00+0100",
    "2025-01-03T10:00:00+24:00", "2025-01-03T10:00:00+01:60", "2025-01-03T10:00:00+01:00Z",
    "2025-01-03X10:00:00Z",
    "2025-01-03T1a:00:00Z", "2025-01-03T10-00:00Z", "2025-01-03T10:00:00 +01:00", "20250103T100000Z",
  ])
  func otherTextsAreNoInstants(text: String) {
    #expect(Instant.parse(text) == nil)
  }

  @Test func everyCutOfATimeIsRefused() {
    let text = "2025-01-03T10:00:00.250+01:00"
    for count in 0..<text.utf8.count {
      #expect(Instant.parse(String(text.prefix(count))) == nil, "\(count) bytes")
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (1_735_898_400_000, "2025-01-03T10:00:00Z"),
    (1_735_898_400_050, "2025-01-03T10:00:00.050Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
  ])
  func instantsAreWrittenInUTC(millis: Int64, text: String) {
    #expect(Instant.text(millis: millis) == text)
    #expect(Instant.parse(text) == millis)
  }

  @Test func fixedOffsetsAreWrittenBesideTheLocalTime() throws {
    let east = try Zone.load(named: "+05:30")
    let west = try Zone.load(named: "-03:00")
    #expect(Instant.text(millis: 1_735_898_400_000, in: east) == "2025-01-03T15:30:00+05:30")
    #expect(Instant.text(millis: 1_735_898_400_000, in: west) == "2025-01-03T07:00:00-03:00")
  }

  @Test func bareDatesAreLocalMidnights() throws {
    let zone = try Zone.load(named: "+02:00")
    #expect(Instant.parse("1970-01-02", in: zone) == 79_200_000)
    #expect(Instant.parse("1970-01-02") == nil)
    #expect(Instant.shortText(millis: 79_200_000, in: zone) == "1970-01-02")
    #expect(Instant.shortText(millis: 79_200_001, in: zone) == "1970-01-02T00:00:00.001+02:00")
    #expect(Instant.shortText(millis: 86_400_000, in: .utc) == "1970-01-02")
  }

  @Test func timesWithoutOffsetAreOnTheClocksOfTheZone() throws {
    let zone = try Zone.load(named: "+02:00")
    #expect(Instant.parse("1970-01-01T02:00:00.5", in: zone) == 500)
    #expect(Instant.parse("1970-01-01T02:00:00Z", in: zone) == 7_200_000)
  }

  @Test func secondsRoundTowardsThePast() {
    #expect(Instant.seconds(ofMillis: 1999) == 1)
    #expect(Instant.seconds(ofMillis: -1) == -1)
    #expect(Instant.seconds(ofMillis: -1000) == -1)
    #expect(Instant.seconds(ofMillis: -1001) == -2)
    #expect(Instant.seconds(ofMillis: .min) == -9_223_372_036_854_776)
  }
}
