// The reader of zone files on files made here, whole, cut and spoilt.

import Glibc
import Testing

@testable import BillingCalendar

struct ZoneFileTests {
  /// The bytes of a TZif file: `transitions` are (seconds, type), `types` are offsets.
  private func file(
    version: Character, transitions: [(Int64, UInt8)], types: [Int32], footer: String?, leapCount: UInt32 = 0
  ) -> [UInt8] {
    func block(timeBytes: Int) -> [UInt8] {
      var bytes: [UInt8] = Array("TZif".utf8)
      bytes.append(version == "1" ? 0 : version.asciiValue ?? 0)
      bytes += [UInt8](repeating: 0, count: 15)
      for count in [0, 0, leapCount, UInt32(transitions.count), UInt32(types.count), 4] {
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
      }
      for (seconds, _) in transitions {
        bytes += (0..<timeBytes).map { UInt8(truncatingIfNeeded: seconds >> Int64(8 * (timeBytes - 1 - $0))) }
      }
      bytes += transitions.map(\.1)
      for offset in types {
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: offset >> (24 - 8 * $0)) } + [0, 0]
      }
      bytes += Array("ABC\0".utf8)
      bytes += [UInt8](repeating: 0, count: Int(leapCount) * (timeBytes + 4))
      return bytes
    }
    var bytes = block(timeBytes: 4)
    if version != "1" { bytes += block(timeBytes: 8) }
    if let footer { bytes += Array("\n\(footer)\n".utf8) }
    return bytes
  }

  private func zone(_ bytes: [UInt8]) throws(ZoneFault) -> Zone {
    try Zone(named: "Test/Zone", bytes: bytes, path: "test")
  }

  @Test func firstVersionHas32BitTimesAndNoRule() throws {
    let zone = try zone(
      file(version: "1", transitions: [(-1000, 1), (5000, 0)], types: [60, 3600], footer: nil))
    #expect([-1001, -1000, 4999, 5000, .max].map { zone.offset(atUTC: $0) } == [60, 3600, 3600, 60, 60])
  }

  @Test func changesOfNameOnlyAreNoChangeOfClocks() throws {
    let zone = try zone(
      file(version: "2", transitions: [(0, 1), (5000, 2), (9000, 0)], types: [0, 3600, 3600], footer: ""))
    #expect(
      zone.span(containingUTC: 6000) == ZoneSpan(fromSeconds: 0, untilSeconds: 9000, offsetSeconds: 3600))
    #expect(zone.span(containingUTC: 9000).untilSeconds == .max)
  }

  @Test(arguments: [
    // rule, year, first change, offset after it, second change, offset after it
    ("CET-1CEST,M3.5.0,M10.5.0/3", 2024, "2024-03-31T01:00:00Z", 7200, "2024-10-27T01:00:00Z", 3600),
    ("EST5EDT,M3.2.0,M11.1.0", 2024, "2024-03-10T07:00:00Z", -14400, "2024-11-03T06:00:00Z", -18000),
    (
      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2024, "2024-04-06T15:00:00Z", 37800, "2024-10-05T15:30:00Z",
      39600
    ),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", 2024, "2024-03-31T01:00:00Z", 3600, "2024-10-27T01:00:00Z", 0),
    ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2024, "2024-03-31T01:00:00Z", -3600, "2024-10-27T01:00:00Z", -7200),
    ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2024, "2024-03-30T00:00:00Z", 10800, "2024-10-25T23:00:00Z", 7200),
    // Days counted without and with 29 February.
    ("AAA0BBB,J60/0,J300/0", 2024, "2024-03-01T00:00:00Z", 3600, "2024-10-26T23:00:00Z", 0),
    ("AAA0BBB,59/0,300/0", 2024, "2024-02-29T00:00:00Z", 3600, "2024-10-26T23:00:00Z", 0),
    ("AAA0BBB,59/0,300/0", 2023, "2023-03-01T00:00:00Z", 3600, "2023-10-27T23:00:00Z", 0),
    ("AAA0BBB-1:30:15,J1/0,J2", 2023, "2023-01-01T00:00:00Z", 5415, "2023-01-02T00:29:45Z", 0),
  ])
  func rulesSayWhenClocksChange(
    rule: String, year: Int32, first: String, firstOffset: Int32, second: String, secondOffset: Int32
  ) throws {
    let changes = try #require(PosixZoneRule(Array(rule.utf8))).transitions(year: year)
    #expect(changes.map { Instant.text(millis: $0.atSeconds * 1000) } == [first, second])
    #expect(changes.map(\.offsetSeconds) == [firstOffset, secondOffset])
  }

  @Test(arguments: [
    "A0", "AB0", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "CET-25", "CET-1:60",
    "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0",
    "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J100", "CET-1CEST,366,100", "CET-1CEST,M3.5.0/168,M10.5.0",
    "<>0",
    "<AB", "CET-1CEST,,", "CET--1", "\u{e9}\u{e9}0",
  ])
  func otherTextsAreNoRules(text: String) {
    #expect(PosixZoneRule(Array(text.utf8)) == nil)
  }

  @Test func aRuleWithoutDaylightTimeHoldsForEver() throws {
    let zone = try zone(file(version: "2", transitions: [(0, 1)], types: [0, 3600], footer: "<+01>-1"))
    #expect(zone.span(containingUTC: 1) == ZoneSpan(fromSeconds: 0, untilSeconds: .max, offsetSeconds: 3600))
  }

  @Test func daylightTimeAllYearIsNoChange() throws {
    // The example of RFC 9636 section 3.3.1.
    let zone = try zone(
      file(version: "3", transitions: [(0, 1)], types: [-10800, -14400], footer: "XXX3EDT4,0/0,J365/23"))
    #expect(
      zone.span(containingUTC: 1) == ZoneSpan(fromSeconds: 0, untilSeconds: .max, offsetSeconds: -14400))
  }

  @Test func theRuleGoesOnInTheYearOfTheLastChange() throws {
    // Slim files, the default of zic since 2020, stop at the last change that the rule does not make.
    let spring = try #require(Instant.parse("1996-03-31T01:00:00Z")) / 1000
    let autumn = try #require(Instant.parse("1996-10-27T01:00:00Z")) / 1000
    let zone = try zone(
      file(
        version: "2", transitions: [(spring, 1)], types: [3600, 7200], footer: "CET-1CEST,M3.5.0,M10.5.0/3"))
    #expect(
      zone.span(containingUTC: spring)
        == ZoneSpan(fromSeconds: spring, untilSeconds: autumn, offsetSeconds: 7200))
    #expect(zone.offset(atUTC: autumn) == 3600)
  }

  @Test func aRuleRepeatsEvery400Years() throws {
    let zone = try zone(
      file(version: "2", transitions: [], types: [3600], footer: "CET-1CEST,M3.5.0,M10.5.0/3"))
    var span = zone.span(containingUTC: 0)
    let lap: Int64 = 146_097 * 86_400
    for _ in 0..<900 {
      let later = zone.span(containingUTC: span.fromSeconds + 9 * lap)
      #expect(later.fromSeconds == span.fromSeconds + 9 * lap)
      #expect(later.untilSeconds == span.untilSeconds + 9 * lap)
      #expect(later.offsetSeconds == span.offsetSeconds)
      span = zone.span(containingUTC: span.untilSeconds)
    }
    #expect(zone.span(containingUTC: .max).contains(.max - 1))
  }

  @Test func damageIsNamed() {
    let good = file(version: "2", transitions: [(0, 1), (5000, 0)], types: [0, 3600], footer: "AAA0")
    var cases: [(String, [UInt8])] = [
      ("the header is cut short", []), ("it does not begin with TZif", [UInt8](repeating: 65, count: 100)),
      ("its last line is cut short", Array(good.dropLast())),
      (
        "its last line is not a POSIX rule",
        file(version: "2", transitions: [], types: [0], footer: "what?")
      ),
      (
        "its changes of clocks are not in order of time",
        file(version: "2", transitions: [(5000, 1), (5000, 0)], types: [0, 3600], footer: "")
      ),
      (
        "a change of clocks names no local time type",
        file(version: "2", transitions: [(0, 2)], types: [0, 3600], footer: "")
      ),
      (
        "an offset from UTC is 26 hours or more",
        file(version: "2", transitions: [], types: [26 * 3600], footer: "")
      ),
      ("it has no local time type", file(version: "2", transitions: [], types: [], footer: "")),
    ]
    cases.append(("its first block is cut short", Array(good.prefix(60))))
    for (detail, bytes) in cases {
      #expect(throws: ZoneFault(name: "Test/Zone", reason: .damaged(path: "test", detail: detail))) {
        try zone(bytes)
      }
    }
    #expect(throws: ZoneFault(name: "Test/Zone", reason: .countsLeapSeconds(path: "test"))) {
      try zone(file(version: "2", transitions: [], types: [0], footer: "", leapCount: 1))
    }
  }

  @Test func everyCutIsRefused() throws {
    let good = file(
      version: "2", transitions: [(0, 1), (5000, 0)], types: [0, 3600], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
    for count in 0..<good.count {
      #expect(throws: ZoneFault.self, "\(count) bytes") { try zone(Array(good.prefix(count))) }
    }
    _ = try zone(good)
  }

  @Test func noSpoiltByteStopsTheProgram() {
    let good = file(
      version: "2", transitions: [(0, 1), (5000, 0)], types: [0, 3600], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
    for index in good.indices {
      for byte: UInt8 in [0, 1, 0x30, 0x39, 0x7f, 0x80, 0xff] {
        var bytes = good
        bytes[index] = byte
        guard let zone = try? zone(bytes) else { continue }
        for at: Int64 in [.min, -1, 0, 5000, 4_000_000_000, 300_000_000_000, .max] {
          _ = zone.span(containingUTC: at)
        }
        _ = zone.instant(localSeconds: 5000)
        _ = zone.midnight(of: CivilDate(dayNumber: 20_000))
      }
    }
  }
}
