// Recorded amounts, gauges, limits of periods, counters and dates of charges.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@Suite struct PlanRecordedTests {
  private func read(_ charge: String) -> (charge: PlanCharge?, findings: [String]) {
    let (plan, findings) = readPlan(
      "plan: p\ncurrency: EUR\nlook_up: {voice: retail}\ncharges:\n- {charge: c, \(charge)}\n")
    return (plan?.charges.first, findings)
  }

  @Test(arguments: [
    ("price: recorded", RecordedPrice.asItIs),
    ("price: recorded, markup: 10%", scaled(.markup, 11, 10)),
    ("price: recorded, markup: 0%", scaled(.markup, 1, 1)),
    ("price: recorded, margin: 20%", scaled(.margin, 5, 4)),
    ("price: recorded, margin: 99.9 %", scaled(.margin, 1000, 1)),
    ("price: recorded, multiplier: 1.25", scaled(.multiplier, 5, 4)),
    ("price: recorded, multiplier: 0", scaled(.multiplier, 0, 1)),
    (
      "price: recorded, percentage: {percent: 1.5, fixed: 0.10, minimum: 0.2, maximum: 3, free_events: 10, free_amount: 100.00}",
      .percentage(
        PercentagePrice(
          share: PriceRatio(numerator: 3, denominator: 200), fixed: Amount(pico: 100_000_000_000),
          minimum: Amount(pico: 200_000_000_000), maximum: Amount(pico: 3_000_000_000_000),
          freeEventCount: 10,
          freeAmount: Amount(pico: 100_000_000_000_000)))
    ),
    (
      "price: recorded, percentage: {percent: 0}",
      .percentage(
        PercentagePrice(
          share: PriceRatio(numerator: 0, denominator: 1), fixed: .zero, minimum: nil, maximum: nil,
          freeEventCount: nil, freeAmount: nil))
    ),
  ])
  func aRecordedAmountIsPassedOnOrChanged(_ text: String, _ expected: RecordedPrice) {
    let (charge, findings) = read(text)
    #expect(findings == [])
    #expect(charge?.price == .recorded(expected))
  }

  @Test(arguments: [
    ("price: deck, markup: 10%", "p.yaml:5:28: 'markup' needs a recorded amount; write `price: recorded`"),
    ("markup: 10%", "p.yaml:5:15: 'markup' needs a recorded amount; write `price: recorded`"),
    (
      "price: recorded, markup: 10%, margin: 10%",
      "p.yaml:5:45: a charge has both 'markup' and 'margin'; keep one"
    ),
    (
      "price: recorded, markup: 0.1",
      "p.yaml:5:40: '0.1' is not a markup; write it with a percent sign, such as 10%"
    ),
    ("price: recorded, markup: -1%", "p.yaml:5:40: '-1%' is not a markup; it lies between 0 and 1000000"),
    (
      "price: recorded, margin: 100%",
      "p.yaml:5:40: a margin of '100%' leaves nothing for the cost; it is below 100%"
    ),
    (
      "price: recorded, multiplier: 10%",
      "p.yaml:5:44: '10%' is not a multiplier; write a number such as 1.25, or a markup"
    ),
    (
      "price: recorded, markup: 1.00000000001%",
      "p.yaml:5:40: '1.00000000001%' is not a markup; at most 10 digits after the point can be kept"
    ),
    ("price: recorded, percentage: {fixed: 1}", "p.yaml:5:44: a percentage has no 'percent'; such as 1.5"),
    (
      "price: recorded, percentage: {percent: 1, minimum: 2, maximum: 1}",
      "p.yaml:5:78: the maximum amount 1 is below the minimum amount 2"
    ),
    (
      "price: recorded, per: 60",
      "p.yaml:5:32: 'per' belongs to a price of the charge's own; an amount is charged as the record has it"
    ),
    (
      "kind: voice, price: recorded, increment: 60/60",
      "p.yaml:5:45: 'increment' does nothing for a recorded amount; leave it out"
    ),
    (
      "kind: event, price: 1, counter: pool",
      "p.yaml:5:38: 'counter' does nothing; it is for tiers, percentages and period limits"
    ),
    (
      "kind: event, price: 1, period_minimum: 2, period_maximum: 1",
      "p.yaml:5:73: the maximum amount of a period 1 is below the minimum amount 2"
    ),
    (
      "kind: event, price: 1, period_maximum: 1, counter_by: [hour, day]",
      "p.yaml:5:69: a counter of each hour is one of each day already; keep one"
    ),
    (
      "kind: event, price: 1, period_maximum: 1, counter: member",
      "p.yaml:5:66: 'member' is not whose quantity is counted together; known: account, pool"
    ),
    (
      "price: deck, free_quantity: 30",
      "p.yaml:5:43: a free quantity needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    ("kind: voice, price: deck, free_quantity: -1", "p.yaml:5:56: '-1' is below zero"),
    (
      "kind: voice, price: deck, from: 2026-02-01, until: 2026-01-01",
      "p.yaml:5:66: '2026-01-01' is not after 2026-02-01; 'until' is the first day on which it no longer holds"
    ),
  ])
  func faultsOfACharge(_ text: String, _ finding: String) {
    let (charge, findings) = read(text)
    #expect(charge == nil)
    #expect(findings == [finding])
  }

  @Test func aChargeMayHaveDatesLimitsAndCounters() throws {
    let (read, findings) = read(
      "kind: voice, price: deck, free_quantity: 30, from: 2026-01-01, until: 2026-02-01, period_minimum: 5.00, period_maximum: 50, counter: account, counter_by: [rating_group, day]"
    )
    #expect(findings == [])
    let charge = try #require(read)
    #expect(charge.freeQuantity == 30_000)
    #expect(
      charge.dates == DateSpan(from: CivilDate.parse("2026-01-01"), until: CivilDate.parse("2026-02-01")))
    #expect(charge.periodMinimum?.description == "5")
    #expect(charge.periodMaximum?.description == "50")
    #expect(charge.counter == ChargeCounter(owner: .account, window: .day, isByRatingGroup: true))
    #expect(charge.file == "p.yaml")
  }

  @Test func aChargeSaysLittleWhereTheDefaultsFit() throws {
    let charge = try #require(read("kind: voice, price: deck").charge)
    #expect(charge.counter == ChargeCounter(owner: .pool, window: .period, isByRatingGroup: false))
    #expect(charge.dates.isAlways)
    #expect(charge.freeQuantity == 0)
    #expect(charge.gauge == nil)
  }

  @Test(arguments: [
    ("max", ChargeGauge.Measure.max), ("last", .last), ("average", .average), ("p95", .percentile95),
    ("distinct", .distinct), ("peak-of-sum", .peakOfSum), ("{measure: max}", .max),
    ("{measure: count, at: last-day}", .count(at: .last)),
    ("{measure: count, at: first-day}", .count(at: .first)),
    ("{measure: count, at: 31}", .count(at: .dayOfMonth(31))),
  ])
  func aGaugeHasAMeasure(_ text: String, _ measure: ChargeGauge.Measure) {
    let (charge, findings) = read("kind: event, price: 2.50, gauge: \(text)")
    #expect(findings == [])
    #expect(charge?.gauge?.measure == measure)
  }

  @Test(arguments: [
    (
      "price: 1, gauge: maximum",
      "p.yaml:5:45: 'maximum' is not a measure of samples; known: max, last, average, p95, distinct, count, peak-of-sum"
    ),
    (
      "price: 1, gauge: count",
      "p.yaml:5:45: a count needs 'at', the day on which is counted; write `gauge: {measure: count, at: last-day}`"
    ),
    ("price: 1, gauge: {measure: max, at: 3}", "p.yaml:5:60: 'at' belongs to 'measure: count'; leave it out"),
    (
      "price: 1, gauge: {measure: count, at: 32}",
      "p.yaml:5:66: '32' is not a day of the period; write first-day, last-day or a day of the month from 1 to 31"
    ),
    (
      "price: 1, gauge: max, increment: 1",
      "p.yaml:5:50: 'increment' is for events; a gauge has one quantity a period; leave it out"
    ),
    (
      "price: recorded, gauge: max",
      "p.yaml:5:35: a gauge needs a price of its own; write a price such as 2.50, or tiers"
    ),
  ])
  func faultsOfAGaugeAreNamed(_ text: String, _ finding: String) {
    let (charge, findings) = read("kind: event, \(text)")
    #expect(charge == nil)
    #expect(findings == [finding])
  }

  @Test func chargesOfOtherDatesAreReached() {
    let early = "{charge: early, kind: event, price: 1, until: 2026-01-01}"
    let late = "{charge: late, kind: event, price: 2, from: 2026-01-01}"
    let always = "{charge: always, kind: event, price: 3}"
    let findings = { (charges: String) in readPlan("plan: p\ncurrency: EUR\ncharges: [\(charges)]\n").findings
    }
    #expect(findings("\(early), \(late), \(always)") == [])
    #expect(
      findings("\(always), \(late)") == [
        "p.yaml:3:61: warning: charge 'late' is never reached: 'always' on line 3 takes all its events; put the narrower charge first"
      ])
  }

  @Test(
    arguments: [
      // 1 s at 0.01 a minute is 0.000166…: lost at 3 digits, kept at 4.
      ("{scale: 3}", "price: 0.01, kind: voice", "1 s"), ("{scale: 4}", "price: 0.01, kind: voice", nil),
      ("{scale: 3}", "price: 0.01, kind: voice, increment: 60/6", nil),
      ("{scale: 3, mode: up}", "price: 0.01, kind: voice", nil),
      ("{scale: 2}", "price: 0.004, kind: message", "1 message"),
      ("{scale: 2}", "price: 0.005, kind: message", nil),
      ("{scale: 2}", "price: 0, kind: message", nil),
      // Nobody buys one byte; a step of one is said.
      ("{scale: 6}", "price: 0.02, kind: data, per: 1 GB", nil),
      ("{scale: 6}", "price: 0.02, kind: data, per: 1 GB, increment: 1 kB", "1000 byte"),
    ] as [(String, String, String?)])
  func aPriceLostInRoundingIsAWarning(_ rounding: String, _ charge: String, _ quantity: String?) {
    let (plan, findings) = readPlan(
      "plan: p\ncurrency: EUR\nrounding: \(rounding)\ncharges: [{charge: c, \(charge)}]\n")
    #expect(plan != nil)
    let scale = plan?.rounding.scale ?? 0
    let warning = quantity.map {
      "p.yaml:4:20: warning: charge 'c': \($0) comes to 0 at \(scale) digits; raise the scale of 'rounding', or the increment"
    }
    #expect(findings == (warning.map { [$0] } ?? []))
  }
}

private func scaled(_ word: RecordedScale.Word, _ numerator: Int64, _ denominator: Int64) -> RecordedPrice {
  .scaled(RecordedScale(word: word, ratio: PriceRatio(numerator: numerator, denominator: denominator)))
}

@Suite struct PriceRatioTests {
  @Test(
    arguments: [
      // pico, numerator, denominator, result: halves go to the even neighbour
      (10, 9, 10, 9), (15, 1, 10, 2), (25, 1, 10, 2), (26, 1, 10, 3), (3, 0, 1, 0), (.max, 1, 1, .max),
      (.max, 2, 1, nil),
    ] as [(Int64, Int64, Int64, Int64?)])
  func aPriceIsChangedExactly(_ pico: Int64, _ numerator: Int64, _ denominator: Int64, _ expected: Int64?) {
    #expect(PriceRatio(numerator: numerator, denominator: denominator).applied(toPico: pico) == expected)
  }

  @Test func ratiosAreReduced() {
    #expect(PriceRatio(numerator: 90, denominator: 100) == PriceRatio(numerator: 9, denominator: 10))
    #expect(PriceRatio(numerator: 0, denominator: 7) == PriceRatio(numerator: 0, denominator: 1))
  }
}
