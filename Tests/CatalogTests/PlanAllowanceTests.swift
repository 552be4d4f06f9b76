// Allowances of a plan, the order in which they are given, and price changes.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@Suite struct PlanAllowanceTests {
  private static let charges =
    "charges: [{charge: calls, kind: voice, price: 0.01}, {charge: sms, kind: message, price: 0.07}]\n"

  /// A plan with these allowances, each a line from line 5.
  private func read(_ entries: String...) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nbands: [{band: peak, days: mon}]\nallowances:\n"
        + entries.map { "- {\($0)}\n" }.joined() + Self.charges)
  }

  @Test func anAllowanceSaysEverything() throws {
    let (plan, findings) = read(
      "allowance: minutes, quantity: 1000 min, kinds: [voice], directions: [outbound], rating_groups: [Germany, Germany mobile], bands: [peak], charges: [calls], priority: 10, consume: billed, shared: pool, scale: per-member, prorate: no, expires: 2026-12-31, rollover: {periods: 2, cap: 500 min}"
    )
    #expect(findings == [])
    let allowance = try #require(plan?.allowances.first)
    #expect(allowance.name == "minutes")
    #expect(allowance.size == .quantity(60_000_000, of: .voice))
    #expect(
      allowance.scope
        == AllowanceScope(
          kinds: [.voice], directions: [.outbound], ratingGroups: ["Germany", "Germany mobile"],
          bands: ["peak"], charges: ["calls"]))
    #expect(allowance.priority == 10)
    #expect(allowance.consumption == .billed)
    #expect(allowance.owner == .poolPerMember)
    #expect(!allowance.isProrated)
    #expect(allowance.expires?.description == "2026-12-31")
    #expect(allowance.rollover == AllowanceRollover(periodCount: 2, cap: 30_000_000))
    #expect(allowance.line == 5)
  }

  @Test func anAllowanceTakesDefaults() throws {
    let (plan, findings) = read(
      "allowance: a, events: 100", "allowance: m, amount: 10.00, rollover: {periods: 1}")
    #expect(findings == [])
    let read = try #require(plan?.allowances)
    #expect(read.map(\.size) == [.events(100), .amount(Amount(pico: 10_000_000_000_000))])
    #expect(read.map(\.priority) == [100, 100])
    #expect(read.map(\.owner) == [.account, .account])
    #expect(read.map(\.isProrated) == [true, true])
    #expect(read.map(\.rollover) == [nil, AllowanceRollover(periodCount: 1, cap: nil)])
    #expect(plan?.order == .time)
  }

  @Test func thePlanSaysTheOrderAndWhetherPartsArePaid() {
    let text = "plan: p\ncurrency: EUR\norder: dearest-first\nprorate: no\n" + Self.charges
    let plan = readPlan(
      text + "allowances: [{allowance: a, events: 1}, {allowance: b, events: 1, prorate: yes}]"
    ).plan
    #expect(plan?.order == .dearestFirst)
    #expect(plan?.allowances.map(\.isProrated) == [false, true])
  }

  @Test(arguments: [
    ("events: 1", "p.yaml:5:3: an allowance has no 'allowance'"),
    ("allowance: a", "p.yaml:5:3: an allowance has no quantity; add quantity, events or amount"),
    (
      "allowance: a, events: 1, amount: 1",
      "p.yaml:5:29: an allowance has both 'events' and 'amount'; keep one"
    ),
    (
      "allowance: a, quantity: 10 min",
      "p.yaml:5:28: a quantity needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    (
      "allowance: a, quantity: 1 GB, kind: voice",
      "p.yaml:5:28: '1 GB' is not a quantity of voice; 'GB' measures data"
    ),
    (
      "allowance: a, events: 0",
      "p.yaml:5:26: 0 is not a number of events; it lies between 1 and 1000000000000"
    ),
    ("allowance: a, amount: 0", "p.yaml:5:26: '0' is not above zero"),
    (
      "allowance: a, events: 1, consume: raw",
      "p.yaml:5:38: raw is for quantities; events and amounts are covered after rounding; leave it out"
    ),
    (
      "allowance: a, quantity: 1, kind: voice, consume: raw, bands: peak",
      "p.yaml:5:58: raw allowances are not limited to bands; write `consume: billed`"
    ),
    (
      "allowance: a, events: 1, bands: peek", "p.yaml:5:36: the plan has no band 'peek'; did you mean 'peak'?"
    ),
    (
      "allowance: a, events: 1, charges: call",
      "p.yaml:5:38: the plan has no charge 'call'; did you mean 'calls'?"
    ),
    (
      "allowance: a, events: 1, scale: per-member",
      "p.yaml:5:29: 'scale' is for pools; add `shared: pool`, or leave it out"
    ),
    ("allowance: a, events: 1, rollover: {cap: 1}", "p.yaml:5:39: a rollover has no 'periods'"),
    (
      "allowance: a, events: 1, rollover: {periods: 0}",
      "p.yaml:5:49: 0 is not a number of periods; it lies between 1 and 120"
    ),
    (
      "allowance: a, events: 1, expires: soon",
      "p.yaml:5:38: 'soon' is not a date; write YYYY-MM-DD, such as 2025-01-31"
    ),
    (
      "allowance: a, events: 1, priority: -1",
      "p.yaml:5:39: -1 is not a priority; it lies between 0 and 1000000"
    ),
  ])
  func faultsOfAnAllowanceAreNamed(_ entry: String, _ finding: String) {
    let (plan, findings) = read(entry)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test func namesAreUnique() {
    #expect(
      read("allowance: a, events: 1", "allowance: a, events: 2").findings == [
        "p.yaml:6:3: allowance 'a' is there already, on line 5; give each allowance a name of its own"
      ])
  }

  @Test(arguments: [
    // what the raw one and the billed one are for, and whether they can meet
    ("kind: voice", "kind: voice", true), ("kind: voice", "kind: message", false),
    ("kind: voice, rating_groups: [x, y]", "kind: voice, rating_groups: [y]", true),
    ("kind: voice, rating_groups: [x]", "kind: voice, rating_groups: [y]", false),
    ("kind: voice, directions: inbound", "kind: voice, directions: outbound", false),
    ("kind: voice, charges: calls", "kind: voice, bands: peak", true),
  ])
  func allowancesThatCanMeetConsumeAlike(_ raw: String, _ billed: String, _ canMeet: Bool) {
    let (plan, findings) = read(
      "allowance: r, quantity: 60, consume: raw, \(raw)", "allowance: b, quantity: 60, \(billed)")
    #expect((plan == nil) == canMeet)
    let fault =
      "p.yaml:6:3: allowances 'r' and 'b' can meet in one event, and one consumes raw, the other billed quantities; let both consume alike, or keep their usage apart"
    #expect(findings == (canMeet ? [fault] : []))
  }

  @Test func eventsAndAmountsMeetAnyAllowance() {
    let raw = "allowance: r, quantity: 60, kind: voice, consume: raw"
    #expect(read(raw, "allowance: e, events: 5", "allowance: m, amount: 5").findings == [])
  }

  @Test func anAllowanceOfAKindThatNobodyChargesIsAWarning() {
    let (plan, findings) = read("allowance: a, quantity: 1 GB, kind: data")
    #expect(plan != nil)
    #expect(
      findings == [
        "p.yaml:5:3: warning: no charge of the plan takes data: the allowance is never used for it; add a charge, or leave the kind out"
      ])
  }
}

@Suite struct PlanPriceChangeTests {
  private func read(_ entries: String...) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nlook_up: {voice: retail}\nprices:\n" + entries.map { "- {\($0)}\n" }.joined()
        + "charges: [{charge: calls, kind: voice, price: deck}, {charge: seats, kind: event, rating_group: seats, gauge: max, price: 4}, "
        + "{charge: aws, kind: event, price: recorded}]\n"
    )
  }

  @Test func changesAreRatiosOrPrices() throws {
    let (plan, findings) = read(
      "rating_groups: [Germany mobile], percent: -10, fee: yes",
      "prefixes: [4930, +4940], kinds: [voice], price: 0.011",
      "kind: voice, direction: inbound, price: 0.6, per: 1 h",
      "charges: [calls], percent: 5.5, from: 2026-03-01, until: 2026-06-01")
    #expect(findings == [])
    let changes = try #require(plan?.priceChanges)
    #expect(
      changes.map(\.change) == [
        .ratio(PriceRatio(numerator: 9, denominator: 10)), .price(pico: 11_000_000_000, units: nil),
        .price(pico: 600_000_000_000, units: 3_600_000), .ratio(PriceRatio(numerator: 211, denominator: 200)),
      ])
    #expect(changes.map(\.changesFees) == [true, false, false, false])
    #expect(changes.map(\.ratingGroups) == [["Germany mobile"], nil, nil, nil])
    #expect(changes.map(\.prefixes) == [[], ["4930", "4940"], [], []])
    #expect(changes.map(\.kinds) == [[], [.voice], [.voice], []])
    #expect(changes.map(\.directions) == [[], [], [.inbound], []])
    #expect(changes.map(\.charges) == [[], [], [], ["calls"]])
    #expect(changes.map(\.dates.until?.description) == [nil, nil, nil, "2026-06-01"])
    #expect(changes.map(\.line) == [5, 6, 7, 8])
  }

  @Test(arguments: [
    ("kind: voice", "p.yaml:5:3: a price change has no 'price' and no 'percent'; such as `percent: -10`"),
    ("percent: 1, price: 2", "p.yaml:5:16: 'price' does nothing beside 'percent'; keep one"),
    (
      "price: 2, fee: yes",
      "p.yaml:5:14: 'fee' belongs to 'percent'; a price of its own leaves connection fees alone"
    ),
    (
      "price: 2, per: 60",
      "p.yaml:5:19: 'per' needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    ("percent: 1, charges: call", "p.yaml:5:25: the plan has no charge 'call'; did you mean 'calls'?"),
    (
      "percent: 1, charges: aws",
      "p.yaml:5:25: charge 'aws' has no price that could be changed; change its tiers, its recorded amount or the price of its gauge there"
    ),
    (
      "price: 3, charges: [calls, seats]",
      "p.yaml:5:31: charge 'seats' has no price that could be changed; change its tiers, its recorded amount or the price of its gauge there"
    ),
    (
      "percent: 1, prefixes: [4x]",
      "p.yaml:5:27: '4x' is not the beginning of a number; write 1 to 15 digits as in E.164, such as 49 or 112"
    ),
    (
      "percent: 1, from: 2026-03-01, until: 2026-03-01",
      "p.yaml:5:41: '2026-03-01' is not after 2026-03-01; 'until' is the first day on which it no longer holds"
    ),
  ])
  func faultsOfAChangeAreNamed(_ entry: String, _ finding: String) {
    let (plan, findings) = read(entry)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    ("prefixes: [49]", "prefixes: [4930]", true), ("prefixes: [4930]", "prefixes: [49]", false),
    ("kind: voice", "kind: voice, rating_groups: [x]", true), ("until: 2026-01-01", "kind: voice", false),
    ("charges: calls", "kind: voice", false),
  ])
  func aChangeBehindAWiderOneIsAWarning(_ first: String, _ second: String, _ isHidden: Bool) {
    let warning =
      "p.yaml:6:3: warning: the price change is never reached: the one on line 5 takes all its events; put the narrower one first"
    #expect(read("\(first), percent: 1", "\(second), percent: 2").findings == (isHidden ? [warning] : []))
  }
}

@Suite struct PlanTestsTests {
  private func read(_ test: String) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nbands: [{band: peak, days: mon}]\ncharges: [{charge: calls, kind: voice, price: 0.06}]\ntests:\n- {\(test)}\n"
    )
  }

  @Test func anExampleIsAnEventAndWhatItCosts() throws {
    let (plan, findings) = read(
      "event: {kind: voice, direction: outbound, from: 493012, to: 4915112345678, rating_group: g, start: \"2026-05-04 10:00:00\", quantity: 89 s, amount: 1.5}, charge: calls, amount: 0.117183, band: peak"
    )
    #expect(findings == [])
    let example = try #require(plan?.examples.first)
    #expect(
      example.event
        == PlanExample.Event(
          kind: .voice, direction: .outbound, from: "493012", to: "4915112345678", ratingGroup: "g",
          startLocalSeconds: 1_777_888_800, quantity: 89_000, recordedAmount: Amount(pico: 1_500_000_000_000))
    )
    #expect(example.outcome == .rated(Amount(pico: 117_183_000_000), charge: "calls", band: "peak"))
    #expect(example.line == 6)
  }

  @Test(arguments: [
    ("amount: 0", PlanExample.Outcome.rated(.zero, charge: nil, band: nil)),
    ("amount: -0.5", .rated(Amount(pico: -500_000_000_000), charge: nil, band: nil)),
    ("filtered: on-net", .filtered("on-net")), ("suspense: no-price", .suspended("no-price")),
  ])
  func anExampleMayBeFilteredOrSuspended(_ outcome: String, _ expected: PlanExample.Outcome) {
    let (plan, findings) = read("event: {start: 2026-05-04T10:00:00, quantity: 1}, \(outcome)")
    #expect(findings == [])
    #expect(plan?.examples.first?.outcome == expected)
  }

  @Test(arguments: [
    ("amount: 1", "p.yaml:6:3: a test has no 'event'"),
    (
      "event: {start: 2026-05-04 10:00:00, quantity: 1}",
      "p.yaml:6:3: a test expects nothing; write one of amount, filtered and suspense"
    ),
    (
      "event: {start: 2026-05-04 10:00:00, quantity: 1}, amount: 1, filtered: x",
      "p.yaml:6:65: a test expects two things; write one of amount, filtered and suspense"
    ),
    (
      "event: {start: 2026-05-04 10:00:00, quantity: 1}, filtered: x, band: peak",
      "p.yaml:6:67: 'band' belongs to 'amount'; leave it out"
    ),
    (
      "event: {start: 2026-05-04 10:00:00, quantity: 1}, amount: 1, charge: call",
      "p.yaml:6:73: the plan has no charge 'call'; did you mean 'calls'?"
    ),
    ("event: {quantity: 1}, amount: 1", "p.yaml:6:11: an event has no 'start'"),
    ("event: {start: 2026-05-04 10:00:00}, amount: 1", "p.yaml:6:11: an event has no 'quantity'"),
    (
      "event: {start: \"2026-05-04T10:00:00Z\", quantity: 1}, amount: 1",
      "p.yaml:6:19: '2026-05-04T10:00:00Z' is not a local time; write \"YYYY-MM-DD hh:mm:ss\", without an offset"
    ),
    (
      "event: {start: 2026-05-04 10:00:00, quantity: 1, to: 49x}, amount: 1",
      "p.yaml:6:57: '49x' is not a number; write 1 to 15 digits as in E.164, such as 4915112345678"
    ),
  ])
  func faultsOfAnExampleAreNamed(_ test: String, _ finding: String) {
    let (plan, findings) = read(test)
    #expect(plan == nil)
    #expect(findings == [finding])
  }
}
