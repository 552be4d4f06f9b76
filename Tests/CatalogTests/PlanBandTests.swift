// Bands of a plan, and what charges do differently in them.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@Suite struct PlanBandTests {
  /// A plan with these entries of bands, each a line from line 4.
  private func read(_ entries: String...) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nbands:\n" + entries.map { "- {\($0)}\n" }.joined()
        + "charges: [{charge: c, kind: message, price: 0.07}]\n")
  }

  /// An entry as `band days from-until holidays dates`.
  private func shown(_ plan: RatePlan?) -> [String] {
    plan?.bands.map { rule in
      let list = rule.holidayList.map { " holidays \($0)" } ?? ""
      let dates =
        rule.dates.isAlways
        ? "" : " \(rule.dates.from?.description ?? "")..\(rule.dates.until?.description ?? "")"
      return "\(rule.band) \(rule.days.rawValue) \(rule.fromSecond)-\(rule.untilSecond)\(list)\(dates)"
    } ?? ["no plan"]
  }

  @Test func conditionsOfOneEntryHoldTogether() {
    let (plan, findings) = read(
      "band: holiday, holidays: at", "band: weekend, days: [sat, sun]",
      "band: peak, days: [mon-fri], from: \"08:00\", until: \"18:00\"",
      "band: summer, dates: {from: 2026-07-01, until: 2026-09-01}",
      "band: night, from: \"22:30:15\", until: \"24:00\"", "band: night, until: \"06:00\"",
      "band: rest, days: sun-mon", "band: other")
    #expect(findings == [])
    #expect(
      shown(plan) == [
        "holiday 127 0-86400 holidays 1", "weekend 96 0-86400", "peak 31 28800-64800",
        "summer 127 0-86400 2026-07-01..2026-09-01", "night 127 81015-86400", "night 127 0-21600",
        "rest 65 0-86400", "other 127 0-86400",
      ])
    #expect(plan?.bandNames == ["holiday", "weekend", "peak", "summer", "night", "rest", "other"])
    #expect(plan?.crossing == .splitCarry)
    #expect(plan?.bands.map(\.line) == [4, 5, 6, 7, 8, 9, 10, 11])
  }

  @Test(arguments: [
    ("days: mon", "p.yaml:4:3: a band has no 'band'"),
    (
      "band: b, days: [mo]",
      "p.yaml:4:20: 'mo' is not a day of the week; write mon, tue, wed, thu, fri, sat, sun, or a span such as mon-fri"
    ),
    (
      "band: b, days: [mon-fri-sun]",
      "p.yaml:4:20: 'mon-fri-sun' is not a day of the week; write mon, tue, wed, thu, fri, sat, sun, or a span such as mon-fri"
    ),
    ("band: b, days: [mon-fri, wed]", "p.yaml:4:29: 'wed' is listed twice"),
    (
      "band: b, from: \"24:00\"",
      "p.yaml:4:19: '24:00' is not a time of day; write hh:mm from \"00:00\" to \"23:59\""
    ),
    ("band: b, until: \"24:01\"", "p.yaml:4:20: '24:01' is not a time of day; write hh:mm up to \"24:00\""),
    ("band: b, until: 8:00", "p.yaml:4:20: '8:00' is not a time of day; write hh:mm up to \"24:00\""),
    ("band: b, until: \"08:60\"", "p.yaml:4:20: '08:60' is not a time of day; write hh:mm up to \"24:00\""),
    (
      "band: b, from: \"22:00\", until: \"06:00\"",
      "p.yaml:4:28: the times end before they begin: an entry does not wrap over midnight; write two entries, one until \"24:00\" and one from \"00:00\""
    ),
    (
      "band: b, from: \"06:00\", until: \"06:00\"",
      "p.yaml:4:28: the times end before they begin: an entry does not wrap over midnight; write two entries, one until \"24:00\" and one from \"00:00\""
    ),
    ("band: b, holidays: dee", "p.yaml:4:23: holidays.csv has no list 'dee'; known: de, at"),
    (
      "band: b, dates: {from: 2026-09-01, until: 2026-09-01}",
      "p.yaml:4:46: '2026-09-01' is not after 2026-09-01; 'until' is the first day on which it no longer holds"
    ),
    ("band: b, day: mon", "p.yaml:4:13: unknown key 'day' in a band; did you mean 'days'?"),
  ])
  func faultsOfABandAreNamed(_ entry: String, _ finding: String) {
    let (plan, findings) = read(entry)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    // an entry, one below it, whether the one below is never reached
    ("days: [mon-fri]", "days: mon", true), ("days: mon", "days: [mon-fri]", false),
    ("holidays: de", "holidays: de, days: mon", true), ("holidays: de", "holidays: at", false),
    ("from: \"08:00\"", "from: \"08:00\", until: \"09:00\"", true),
    ("from: \"08:00\"", "from: \"07:59\", until: \"09:00\"", false),
    ("dates: {from: 2026-01-01}", "dates: {from: 2026-01-01, until: 2026-02-01}", true),
    ("dates: {from: 2026-01-01}", "dates: {until: 2026-02-01}", false),
  ])
  func anEntryBehindAWiderOneIsAWarning(_ first: String, _ second: String, _ isHidden: Bool) {
    let (plan, findings) = read("band: a, \(first)", "band: b, \(second)")
    #expect(plan != nil)
    let warning =
      "p.yaml:5:3: warning: the band 'b' is never reached here: 'a' on line 4 holds at all these times; put the narrower entry first"
    #expect(findings == (isHidden ? [warning] : []))
  }

  @Test(arguments: [BandCrossing.splitCarry, .splitEach, .start])
  func crossingIsAWord(_ crossing: BandCrossing) {
    let text = "plan: p\ncurrency: EUR\ncrossing: \(crossing.rawValue)\n"
    #expect(
      readPlan(text + "charges: [{charge: c, kind: message, price: 1}]").plan?.crossing == crossing)
  }
}

@Suite struct ChargeBandTests {
  private func read(_ charge: String) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nlook_up: {voice: retail}\nbands: [{band: peak, days: mon}, {band: off}]\ncharges:\n- {charge: c, \(charge)}\n"
    )
  }

  @Test func aBandChangesWhatItGives() throws {
    let (plan, findings) = read(
      "kind: voice, price: deck, bands: {peak: {price: 0.05, per: 1 min, increment: 60/60}, off: {percent: -20, connection_fee: 0}}"
    )
    #expect(findings == [])
    let bands = try #require(plan?.charges.first?.bandPrices)
    #expect(
      bands == [
        ChargeBandPrice(
          band: "peak", change: .price(UnitPrice(pico: 50_000_000_000, units: 60_000)),
          connectionFeePico: nil,
          increment: BillingIncrement(first: 60_000, next: 60_000)),
        ChargeBandPrice(
          band: "off", change: .ratio(PriceRatio(numerator: 4, denominator: 5)), connectionFeePico: 0,
          increment: nil),
      ])
  }

  @Test(arguments: [
    (
      "kind: voice, price: deck, bands: {peek: {price: 1}}",
      "p.yaml:6:49: the plan has no band 'peek'; did you mean 'peak'?"
    ),
    (
      "kind: voice, price: deck, bands: {peak: {}}",
      "p.yaml:6:55: the band 'peak' changes nothing; give it a price, percent, connection_fee or increment, or leave it out"
    ),
    (
      "kind: voice, price: deck, bands: {peak: {price: 1, percent: 2}}",
      "p.yaml:6:66: the band 'peak' has both 'price' and 'percent'; keep one"
    ),
    ("kind: voice, price: deck, bands: {peak: {per: 60, percent: 1}}", "p.yaml:6:56: 'per' without 'price'"),
    (
      "price: deck, bands: {peak: {price: 1}}",
      "p.yaml:6:50: a price of its own needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    (
      "kind: voice, price: deck, bands: {peak: {percent: -101}}",
      "p.yaml:6:65: '-101' is not a change in per cent; it lies between -100 and 1000000"
    ),
    (
      "kind: voice, price: recorded, bands: {peak: {percent: 1}}",
      "p.yaml:6:45: 'bands' does nothing for a recorded amount; leave it out"
    ),
    (
      "kind: voice, tiers: {kind: volume, steps: [{price: 1}]}, bands: {peak: {percent: 1}}",
      "p.yaml:6:72: 'bands' does not change the prices of tiers; leave it out"
    ),
  ])
  func faultsOfBandsAreNamed(_ charge: String, _ finding: String) {
    let (plan, findings) = read(charge)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test func aPlanWithoutBandsSaysHowToHaveThem() {
    let (_, findings) = readPlan(
      "plan: p\ncurrency: EUR\ncharges: [{charge: c, kind: message, price: 1, bands: {peak: {percent: 1}}}]")
    #expect(findings == ["p.yaml:3:56: the plan has no band 'peak'; describe it under 'bands'"])
  }
}
