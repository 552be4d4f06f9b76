// Clocks of known places at known instants. Outside judge: ZoneJudgeTests.

import BillingCalendar
import Testing

/// Whether the system has zone files; without them only UTC and fixed offsets can be tried.
let hasZoneFiles = (try? Zone.load(named: "Europe/Berlin")) != nil

@Suite(.enabled(if: hasZoneFiles, "no zone files here: install tzdata"))
struct ZoneTests {
  private func seconds(_ text: String) throws -> Int64 {
    try #require(Instant.parse(text), "\(text)") / 1000
  }
  private func localSeconds(_ text: String) throws -> Int64 { try seconds(text + "Z") }

  @Test(arguments: [
    ("Europe/Berlin", "2024-03-31T00:59:59Z", 3600), ("Europe/Berlin", "2024-03-31T01:00:00Z", 7200),
    ("Europe/Berlin", "2024-10-27T00:59:59Z", 7200), ("Europe/Berlin", "2024-10-27T01:00:00Z", 3600),
    // Past the table of the file: the rule at its end, and again after 400 years.
    ("Europe/Berlin", "2060-03-28T00:59:59Z", 3600), ("Europe/Berlin", "2060-03-28T01:00:00Z", 7200),
    ("Europe/Berlin", "2460-03-28T00:59:59Z", 3600), ("Europe/Berlin", "2460-03-28T01:00:00Z", 7200),
    ("Europe/Berlin", "9999-07-01T00:00:00Z", 7200),
    ("Australia/Lord_Howe", "2024-04-06T14:59:59Z", 39600),
    ("Australia/Lord_Howe", "2024-04-06T15:00:00Z", 37800),
    ("Australia/Lord_Howe", "2024-10-05T15:29:59Z", 37800),
    ("Australia/Lord_Howe", "2024-10-05T15:30:00Z", 39600),
    ("Pacific/Apia", "2011-12-30T09:59:59Z", -36000), ("Pacific/Apia", "2011-12-30T10:00:00Z", 50400),
    // Morocco goes back an hour for Ramadan.
    ("Africa/Casablanca", "2024-03-10T01:59:59Z", 3600), ("Africa/Casablanca", "2024-03-10T02:00:00Z", 0),
    ("Africa/Casablanca", "2024-04-14T01:59:59Z", 0), ("Africa/Casablanca", "2024-04-14T02:00:00Z", 3600),
    ("America/Santiago", "2024-09-08T03:59:59Z", -14400),
    ("America/Santiago", "2024-09-08T04:00:00Z", -10800),
    ("Asia/Kathmandu", "2024-01-01T00:00:00Z", 20700), ("Asia/Kolkata", "2500-01-01T00:00:00Z", 19800),
    // Ireland's winter time is the exception in the file; clocks do not care.
    ("Europe/Dublin", "2024-01-01T00:00:00Z", 0), ("Europe/Dublin", "2024-07-01T00:00:00Z", 3600),
    // Before the first change: local mean time, -0:01:15 at Greenwich.
    ("Europe/London", "1800-01-01T00:00:00Z", -75),
  ])
  func offsetsAtKnownInstants(name: String, instant: String, offset: Int32) throws {
    let zone = try Zone.load(named: name)
    let at = try seconds(instant)
    #expect(zone.offset(atUTC: at) == offset)
    #expect(zone.span(containingUTC: at).contains(at))
  }

  @Test func spansMeetAndDiffer() throws {
    for name in ["Europe/Berlin", "Africa/Casablanca", "Pacific/Apia", "Asia/Tokyo", "America/Santiago"] {
      let zone = try Zone.load(named: name)
      var span = zone.span(containingUTC: .min)
      #expect(span.fromSeconds == .min)
      for _ in 0..<2000 where span.untilSeconds < .max {
        let next = zone.span(containingUTC: span.untilSeconds)
        #expect(next.fromSeconds == span.untilSeconds)
        #expect(next.offsetSeconds != span.offsetSeconds)
        #expect(zone.span(containingUTC: next.fromSeconds - 1) == span)
        span = next
      }
      #expect(zone.span(containingUTC: .max).contains(.max - 1))
    }
  }

  @Test(arguments: [
    // zone, local time, fit, first or forward, second or backward
    ("Europe/Berlin", "2024-03-31T01:59:59", LocalFit.unique, "2024-03-31T00:59:59Z", "2024-03-31T00:59:59Z"),
    ("Europe/Berlin", "2024-03-31T02:00:00", .gap, "2024-03-31T01:00:00Z", "2024-03-31T00:00:00Z"),
    ("Europe/Berlin", "2024-03-31T02:30:00", .gap, "2024-03-31T01:30:00Z", "2024-03-31T00:30:00Z"),
    ("Europe/Berlin", "2024-03-31T03:00:00", .unique, "2024-03-31T01:00:00Z", "2024-03-31T01:00:00Z"),
    ("Europe/Berlin", "2024-10-27T01:59:59", .unique, "2024-10-26T23:59:59Z", "2024-10-26T23:59:59Z"),
    ("Europe/Berlin", "2024-10-27T02:00:00", .overlap, "2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z"),
    ("Europe/Berlin", "2024-10-27T02:59:59", .overlap, "2024-10-27T00:59:59Z", "2024-10-27T01:59:59Z"),
    ("Europe/Berlin", "2024-10-27T03:00:00", .unique, "2024-10-27T02:00:00Z", "2024-10-27T02:00:00Z"),
    ("Australia/Lord_Howe", "2024-10-06T02:15:00", .gap, "2024-10-05T15:45:00Z", "2024-10-05T15:15:00Z"),
    ("Australia/Lord_Howe", "2024-04-07T01:45:00", .overlap, "2024-04-06T14:45:00Z", "2024-04-06T15:15:00Z"),
    // The whole of 30 December 2011 is a gap of 24 hours.
    ("Pacific/Apia", "2011-12-30T12:00:00", .gap, "2011-12-30T22:00:00Z", "2011-12-29T22:00:00Z"),
    ("America/Santiago", "2024-09-08T00:30:00", .gap, "2024-09-08T04:30:00Z", "2024-09-08T03:30:00Z"),
    ("America/Santiago", "2024-04-06T23:30:00", .overlap, "2024-04-07T02:30:00Z", "2024-04-07T03:30:00Z"),
  ])
  func localTimesBecomeInstants(name: String, local: String, fit: LocalFit, early: String, late: String)
    throws
  {
    let zone = try Zone.load(named: name)
    let at = try localSeconds(local)
    let standard = zone.instant(localSeconds: at)
    #expect(standard.fit == fit)
    #expect(standard.utcSeconds == (try seconds(early)))
    #expect(
      zone.instant(localSeconds: at, overlap: .second, gap: .backward).utcSeconds == (try seconds(late)))
    #expect((zone.localSpan(containing: at) == nil) == (fit != .unique))
  }

  @Test func aGapCanBeTakenAtTheInstantWhereItIs() throws {
    let zone = try Zone.load(named: "Europe/Berlin")
    let found = zone.instant(localSeconds: try localSeconds("2024-03-31T02:30:00"), gap: .transition)
    #expect(found.utcSeconds == (try seconds("2024-03-31T01:00:00Z")))
    #expect(found.fit == .gap)
  }

  @Test(arguments: [
    ("Europe/Berlin", "2024-06-01", "2024-05-31T22:00:00Z"),
    ("Europe/Berlin", "2024-03-31", "2024-03-30T23:00:00Z"),
    // Clocks skip 00:00 to 01:00: the day begins at 01:00.
    ("America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z"),
    // 23:00 comes twice the evening before: midnight comes once, an hour later.
    ("America/Santiago", "2024-04-07", "2024-04-07T04:00:00Z"),
    // 00:00 to 01:00 comes twice: the first.
    ("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z"),
    // A day that never was begins where the next one does.
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
  ])
  func midnightIsTheFirstInstantOfALocalDay(name: String, day: String, expected: String) throws {
    let zone = try Zone.load(named: name)
    let midnight = zone.midnight(of: try #require(CivilDate.parse(day)))
    #expect(Instant.text(millis: midnight * 1000) == expected)
    #expect(zone.localDay(atSeconds: midnight - 1).description < day)
    #expect(Instant.parse(day, in: zone) == midnight * 1000)
  }

  @Test func localDaysOfKnownInstants() throws {
    let apia = try Zone.load(named: "Pacific/Apia")
    #expect(apia.localDay(atSeconds: try seconds("2011-12-30T09:59:59Z")).description == "2011-12-29")
    #expect(apia.localDay(atSeconds: try seconds("2011-12-30T10:00:00Z")).description == "2011-12-31")
  }

  @Test func anHourThatShowsTheDayBeforeAgainBelongsToTheNewPeriod() throws {
    // St John's put clocks back from 00:01 to 23:01: on 1 November 2009 the evening of 31 October came again.
    let cycle = try #require(UsageCycle(zone: try Zone.load(named: "America/St_Johns"), cycleDay: 1))
    let midnight = try seconds("2009-11-01T02:30:00Z")
    #expect(cycle.zone.midnight(of: try #require(CivilDate.parse("2009-11-01"))) == midnight)
    #expect(cycle.span(containingUTC: midnight - 1).period.description == "2009-10-01/2009-11-01")
    #expect(cycle.zone.localDay(atSeconds: midnight + 1800).description == "2009-10-31")
    #expect(cycle.span(containingUTC: midnight + 1800).period.description == "2009-11-01/2009-12-01")
  }

  @Test func localSpansHoldExactlyTheTimesThatComeOnce() throws {
    for (name, from) in [
      ("Europe/Berlin", "2024-03-31"), ("Pacific/Apia", "2011-12-30"), ("America/Havana", "2024-11-03"),
    ] {
      let zone = try Zone.load(named: name)
      let middle = try localSeconds(from + "T02:00:00")
      for at in stride(from: middle - 200_000, to: middle + 200_000, by: 300) {
        let found = zone.instant(localSeconds: at)
        let span = zone.localSpan(containing: at)
        #expect((span != nil) == (found.fit == .unique))
        guard let span else { continue }
        #expect(span.contains(at) && found.utcSeconds == at - Int64(span.offsetSeconds))
        for edge in [span.fromLocalSeconds, span.untilLocalSeconds - 1] {
          let atEdge = zone.instant(localSeconds: edge)
          #expect(atEdge.fit == .unique && atEdge.utcSeconds == edge - Int64(span.offsetSeconds))
        }
        for edge in [span.fromLocalSeconds - 1, span.untilLocalSeconds] {
          #expect(
            zone.instant(localSeconds: edge).utcSeconds != edge - Int64(span.offsetSeconds)
              || zone.instant(localSeconds: edge).fit != .unique)
        }
      }
    }
  }

  @Test func zonesShareTheirFileAndKeepItsBytes() throws {
    var library = ZoneLibrary()
    let first = try library.zone(named: "Europe/Berlin")
    #expect(try library.zone(named: "Europe/Berlin") === first)
    _ = try library.zone(named: "Africa/Casablanca")
    _ = try library.zone(named: "UTC")
    #expect(library.loaded.map(\.name) == ["Africa/Casablanca", "Europe/Berlin", "UTC"])
    #expect(first.rawBytes.starts(with: "TZif".utf8))
    #expect(Zone.utc.rawBytes == Array("UTC".utf8))
    #expect(try Zone(named: "Europe/Berlin", bytes: first.rawBytes, path: "-") == first)
  }
}
