// Tiers and other charges over a period (RULES 6): bounds and both sides, parts, counters, limits, rows without event.

import Testing

@Suite struct TierTests {
  /// A plan with tiers over messages; further keys of the charge and of the tiers.
  static func plan(_ kind: String, _ steps: String, charge: String = "", tiers: String = "") -> String {
    """
    plan: p
    currency: EUR
    charges:
      - charge: sms
        kinds: [message]
        tiers: {kind: \(kind), \(steps)\(tiers.isEmpty ? "" : ", " + tiers)}
    \(charge.isEmpty ? "" : "    " + charge)
    """
  }
  static let three = "steps: [{up_to: 10, price: 50}, {up_to: 20, price: 40}, {price: 30}]"
  static let flats =
    "steps: [{up_to: 10, price: 10, flat: 2}, {up_to: 20, price: 5, flat: 3}, {price: 5, flat: 3}]"
  static let drops =
    "steps: [{up_to: 100, price: 2, flat: 10}, {up_to: 200, price: 1}, {price: 0.5, flat: 50}]"

  @Test(arguments: [
    // kind, steps, units, amount
    ("graduated", three, "5", "250"), ("graduated", three, "10", "500"), ("graduated", three, "11", "540"),
    ("graduated", three, "20", "900"), ("graduated", three, "25", "1050"),
    ("graduated", flats, "1", "12"), ("graduated", flats, "10", "102"), ("graduated", flats, "12", "115"),
    ("graduated", flats, "20", "155"), ("graduated", flats, "21", "163"),
    ("volume", three, "15", "600"), ("volume", three, "10", "500"), ("volume", three, "11", "440"),
    ("volume", drops, "1", "12"), ("volume", drops, "100", "210"), ("volume", drops, "101", "101"),
    ("volume", drops, "200", "200"), ("volume", drops, "300", "200"),
    ("stairstep", "steps: [{up_to: 10, flat: 5}, {up_to: 20, flat: 8}, {flat: 9}]", "10", "5"),
    ("stairstep", "steps: [{up_to: 10, flat: 5}, {up_to: 20, flat: 8}, {flat: 9}]", "11", "8"),
    ("stairstep", "steps: [{up_to: 10, flat: 5}, {up_to: 20, flat: 8}, {flat: 9}]", "21", "9"),
    ("package", "size: 10, price: 15", "1", "15"), ("package", "size: 10, price: 15", "10", "15"),
    ("package", "size: 10, price: 15", "11", "30"),
    // A package that was begun in a tier is whole.
    ("package", "steps: [{up_to: 15, price: 5, per: 10}, {price: 3, per: 10}]", "16", "10"),
    ("package", "steps: [{up_to: 15, price: 5, per: 10}, {price: 3, per: 10}]", "20", "10"),
    ("package", "steps: [{up_to: 15, price: 5, per: 10}, {price: 3, per: 10}]", "21", "13"),
    // A cap is the most of a tier, its flat included.
    ("graduated", "steps: [{up_to: 10, price: 2, flat: 1, cap: 12}, {price: 1, cap: 3}]", "5", "11"),
    ("graduated", "steps: [{up_to: 10, price: 2, flat: 1, cap: 12}, {price: 1, cap: 3}]", "6", "12"),
    ("graduated", "steps: [{up_to: 10, price: 2, flat: 1, cap: 12}, {price: 1, cap: 3}]", "99", "15"),
    ("volume", "steps: [{up_to: 10, price: 2, cap: 12}, {price: 1}]", "9", "12"),
  ])
  func aTotal(kind: String, steps: String, units: String, amount: String) throws {
    try settle(
      Self.plan(kind, steps), "event E1 a message \(units)\ncharge E1 \(amount) \(units)\ntotal \(amount)")
    // One by one it comes to the same, and a refund of all of it mirrors.
    guard let count = Int(units), count < 50 else { return }
    let single = (0..<count).map { "event S\(1000 + $0) a message 1" }.joined(separator: "\n")
    try settle(Self.plan(kind, steps), single + "\ntotal \(amount)")
    try settle(Self.plan(kind, steps), "event E1 a message -\(units)\ntotal -\(amount)")
    try settle(
      Self.plan(kind, steps),
      single + "\nevent T2 a message -\(units)\nevent T3 a message 1\nevent T4 a message -1\ntotal 0")
  }

  @Test func partsEndWithTheirTier() throws {
    try settle(
      Self.plan("graduated", Self.three),
      """
      event   E1 a message 8
      event   E2 a message 15
      event   E3 a message -4
      parts   E1 8#1=400
      parts   E2 2#1=100 10#2=400 3#3=90
      parts   E3 -3#3=-90 -1#2=-40
      total   860
      """)
    try settle(
      Self.plan("volume", Self.three),
      """
      event   E1 a message 10
      event   E2 a message 5
      parts   E1 10#1=500
      parts   E2 5#2=100
      """)
  }

  @Test func partsAreDifferencesOfTheRoundedTotal() throws {
    // A third of a cent each, rounded to cents: 0.00, 0.01, 0.01 are 0, 0.01 and 0.
    let plan = """
      plan: p
      currency: EUR
      rounding: {scale: 2, mode: half-up}
      charges:
        - charge: sms
          kinds: [message]
          tiers: {kind: graduated, steps: [{price: 1, per: 300}]}
      """
    try settle(
      plan,
      """
      event   E1 a message 1
      event   E2 a message 1
      event   E3 a message 1
      event   E4 a message -3
      charge  E1 0 1
      charge  E2 0.01 1
      charge  E3 0 1
      charge  E4 -0.01 -3
      total   0
      """)
  }

  @Test func incrementsAndFeesComeBeforeTiers() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - charge: calls
          kinds: [voice]
          increment: 60/60
          connection_fee: 0.5
          tiers: {kind: graduated, steps: [{up_to: 90 s, price: 1, per: 60 s}, {price: 2, per: 60 s}]}
      """,
      """
      event   E1 a voice 61s
      event   E2 a voice 0s
      parts   E1 90s#1=2 30s#2=1
      charge  E1 3 120s raw=61s
      charge  E2 0 0s
      """)
  }

  @Test func limitsOfAnEvent() throws {
    try settle(
      Self.plan("graduated", "steps: [{price: 1}]", charge: "minimum_amount: 3\n    maximum_amount: 5"),
      """
      event   E1 a message 1
      event   E2 a message 4
      event   E3 a message 9
      charge  E1 3 1
      charge  E2 4 4
      charge  E3 5 9
      """)
  }

  @Test func whatRoundsToNothingIsLiftedToItsOwnSide() throws {
    // A third of a hundred-millionth comes to 0, but the event was not free.
    let tiers = Self.plan("graduated", "steps: [{price: 0.00000001, per: 3}]", charge: "minimum_amount: 3")
    try settle(tiers, "event E1 a message 1\nevent E2 a message -1\ncharge E1 3 1\ncharge E2 -3 -1")
    let recorded = """
      plan: p
      currency: EUR
      charges: [{charge: fees, kinds: [event], price: recorded, multiplier: 0.001, minimum_amount: 3}]
      """
    try settle(
      recorded,
      "event E1 a event 1 amount=0.00001\nevent E2 a event -1 amount=-0.00001\ncharge E1 3 1\ncharge E2 -3 -1"
    )
  }

  @Test func overSpend() throws {
    let plan = { (kind: String, steps: String) in
      """
      plan: p
      currency: EUR
      charges:
        - charge: share
          kinds: [event]
          tiers: {kind: \(kind), over: spend, \(steps)}
      """
    }
    let steps =
      "steps: [{up_to: 10, percent: 1, flat: 200}, {up_to: 20, percent: 2, flat: 300}, {percent: 3, flat: 400}]"
    for (amount, total) in [("10", "200.1"), ("11", "500.12"), ("12", "500.14"), ("-12", "-500.14")] {
      try settle(
        plan("graduated-percentage", steps), "event E1 a event 1 amount=\(amount)\ntotal \(total)")
    }
    for (amount, total) in [("10", "200.1"), ("11", "300.22"), ("21", "400.63")] {
      try settle(plan("percentage", steps), "event E1 a event 1 amount=\(amount)\ntotal \(total)")
    }
    try settle(
      plan("graduated-percentage", steps),
      "event E1 a event 2 amount=12\nparts E1 2#1=200.1 0#2=300.04\nevent E2 a event 1 amount=-3\nparts E2 -3=0"
        .replacing("\nparts E2 -3=0", with: "\ntotal 200.09"))
    try settle(
      plan("stairstep", "steps: [{up_to: 10, flat: 1}, {flat: 2}]"),
      "event E1 a event 1 amount=10\nevent E2 a event 1 amount=0.01\ncharge E1 1 1\ncharge E2 1 1")
  }
}

@Suite struct CounterTests {
  static let tiers = "{kind: graduated, steps: [{up_to: 10, price: 2}, {price: 1}]}"
  static func plan(_ charge: String, tiers: String = tiers, _ more: String = "") -> String {
    "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], tiers: \(tiers)\(charge)}]\n\(more)"
  }
  static let pool = "account,plan,pool\na,p,club\nb,p,club\n"

  @Test func ofThePoolOrOfEachAccount() throws {
    let events = "event E1 a message 10\nevent E2 b message 4\n"
    try settle(Self.plan(""), accounts: Self.pool, events + "charge E2 4 4")
    try settle(Self.plan(", counter: account"), accounts: Self.pool, events + "charge E2 8 4")
  }

  @Test func ofEachRatingGroup() throws {
    let events = "event E1 a message 10 group=x\nevent E2 a message 4 group=y\nevent E3 a message 1 group=x\n"
    try settle(Self.plan(""), events + "charge E2 4 4\ncharge E3 1 1")
    try settle(Self.plan(", counter_by: [rating_group]"), events + "charge E2 8 4\ncharge E3 1 1")
  }

  @Test func ofEachDayAndHourOfTheAccount() throws {
    let accounts = "account,plan,zone\na,p,Europe/Berlin\n"
    // The 29th of March has 23 hours in Berlin, and its midnight is 23:00 UTC.
    let events = """
      period  2026-03-01
      event   E1 a message 10 at=2026-03-28T22:59:59Z
      event   E2 a message 10 at=2026-03-28T23:00:00Z
      event   E3 a message 1 at=2026-03-29T21:59:59Z
      event   E4 a message 1 at=2026-03-29T22:00:00Z

      """
    try settle(
      Self.plan(", counter_by: [day]"), accounts: accounts,
      events + "charge E1 20 10\ncharge E2 20 10\ncharge E3 1 1\ncharge E4 2 1")
    try settle(
      Self.plan(", counter_by: [hour]"), accounts: accounts,
      events + "charge E2 20 10\ncharge E3 2 1\ncharge E4 2 1")
    // The hour that comes twice on the 25th of October is two hours.
    try settle(
      Self.plan(", counter_by: [hour]"), accounts: accounts,
      """
      period  2026-10-01
      event   E1 a message 10 at=2026-10-25T00:30:00Z
      event   E2 a message 1 at=2026-10-25T00:59:59Z
      event   E3 a message 1 at=2026-10-25T01:30:00Z
      charge  E1 20 10
      charge  E2 1 1
      charge  E3 2 1
      """)
  }

  @Test func whatAllowancesLeaveOrAllOfIt() throws {
    let allowance = "allowances: [{allowance: free, kinds: [message], quantity: 8}]"
    let all = "{kind: graduated, counts: all, steps: [{up_to: 10, price: 2}, {price: 1}]}"
    let events = "event E1 a message 6\nevent E2 a message 6\nevent E3 a message 6\n"
    try settle(
      Self.plan("", allowance),
      events + "parts E1 6:free=0\nparts E2 2:free=0 4#1=8\nparts E3 6#1=12")
    try settle(
      Self.plan("", tiers: all, allowance),
      events + "parts E1 6:free=0\nparts E2 2:free=0 2#1=4 2#2=2\nparts E3 6#2=6")
    // The whole of what is left takes the price of the tier that all of it reached.
    let volume = "{kind: volume, counts: all, steps: [{up_to: 10, price: 2}, {price: 1}]}"
    try settle(Self.plan("", tiers: volume, allowance), events + "total 10")
  }
}

@Suite struct PeriodLimitTests {
  static func plan(_ keys: String, _ more: String = "") -> String {
    "plan: p\ncurrency: EUR\n\(more)charges: [{charge: sms, kinds: [message], price: 1\(keys)}]\n"
  }

  @Test func laterPartsGetNothingAboveTheMaximum() throws {
    try settle(
      Self.plan(", period_maximum: 10"),
      """
      event   E1 a message 8
      event   E2 a message 8
      event   E3 a message 8
      event   E4 a message -20
      charge  E1 8 8
      charge  E2 2 8
      charge  E3 0 8
      charge  E4 -6 -20
      total   4
      """)
  }

  @Test func theMinimumIsARowWithoutEvent() throws {
    for (events, row) in [
      ("", "5"), ("event E1 a message 4\n", "1"), ("event E1 a message 5\n", "none"),
      ("event E1 a message 6\n", "none"), ("event E1 a message -1\n", "6"),
    ] {
      try settle(Self.plan(", period_minimum: 5"), "\(events)owner a\nrow minimum a sms \(row)")
    }
  }

  @Test func theMinimumIsWholeAndForEachPlan() throws {
    let plan = { (name: String) in
      "plan: \(name)\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 1, period_minimum: 5}]\n"
    }
    try settle(
      plans: [plan("p"), plan("q")], accounts: "account,plan,from,until\na,p,,2026-01-31\na,q,2026-01-31,\n",
      "owner a\ntotal 10")
  }

  @Test func aPoolsRowStandsWithItsFirstMemberThatHasThePlan() throws {
    let other = "plan: q\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 1}]\n"
    let accounts = "account,plan,pool\na,q,club\nc,p,club\nb,p,club\n"
    try settle(
      plans: [Self.plan(", period_minimum: 5"), other], accounts: accounts,
      "event E1 c message 2\nrow minimum b sms 3\nrow minimum a sms none\nrow minimum c sms none")
    try settle(
      plans: [Self.plan(", period_minimum: 5, counter: account"), other], accounts: accounts,
      "event E1 c message 2\nrow minimum b sms 5\nrow minimum c sms 3")
  }

  @Test func aChargeThatHoldsOnNoDayHasNoMinimum() throws {
    try settle(Self.plan(", period_minimum: 5, from: 2026-01-31"), "owner a\ntotal 5")
    try settle(Self.plan(", period_minimum: 5, from: 2026-02-01"), "owner a\ntotal 0")
  }

  @Test func overAllCountersOfTheCharge() throws {
    let plan = """
      plan: p
      currency: EUR
      charges:
        - charge: sms
          kinds: [message]
          counter_by: [rating_group]
          period_maximum: 10
          tiers: {kind: graduated, steps: [{up_to: 2, price: 3}, {price: 1}]}
      """
    try settle(
      plan, "event E1 a message 2 group=x\nevent E2 a message 2 group=y\ncharge E1 6 2\ncharge E2 4 2")
  }

  @Test func theFlatOfTheFirstTierWithoutUsage() throws {
    let plan = { (bills: String, allowance: String) in
      """
      plan: p
      currency: EUR
      charges:
        - charge: sms
          kinds: [message]
          counter_by: [rating_group]
          tiers: {kind: graduated, bill_flat_on_zero: \(bills), steps: [{up_to: 10, price: 1, flat: 2, cap: 5}, {price: 1}]}
      \(allowance)
      """
    }
    try settle(plan("no", ""), "owner a\ntotal 0")
    try settle(plan("yes", ""), "owner a\nrow flat a sms 2\ntotal 2")
    // One row for the charge, once all of its counters end at 0.
    try settle(
      plan("yes", ""),
      "event E1 a message 1 group=x\nevent E2 a message -1 group=x\nevent E3 a message 0 group=y\nrow flat a sms 2\ntotal 2"
    )
    try settle(
      plan("yes", ""),
      "event E1 a message 1 group=x\nevent E3 a message 0 group=y\nrow flat a sms none\ntotal 3")
    // What was covered whole has moved no counter.
    try settle(
      plan("yes", "allowances: [{allowance: free, kinds: [message], quantity: 8}]"),
      "event E1 a message 8\nrow flat a sms 2")
  }

  @Test func anAccountThatRoundsByLineAddsUpByHand() throws {
    let accounts = "account,plan,round\na,p,line\n"
    let plan = "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 0.004}]\n"
    try settle(
      plan, accounts: accounts,
      """
      event   E1 a message 1
      event   E2 a message 1
      event   E3 a message 1
      event   E4 a message 1
      event   E5 a message -1
      charge  E1 0 1
      charge  E2 0.01 1
      charge  E3 0 1
      charge  E4 0.01 1
      charge  E5 -0.01 -1
      total   0.01
      """)
    // The maximum cuts before that rounding, and the minimum lifts what the charge has come to.
    try settle(
      plan.replacing("0.004", with: "0.004, period_maximum: 0.006"), accounts: accounts,
      "event E1 a message 1\nevent E2 a message 1\nevent E3 a message 1\ncharge E1 0 1\ncharge E2 0.01 1\ncharge E3 0 1"
    )
    try settle(
      plan.replacing("0.004", with: "0.004, period_minimum: 0.01"), accounts: accounts,
      "event E1 a message 2\ncharge E1 0.01 2\nrow minimum a sms none")
    // Each charge has a running sum of its own, and money is in the currency's digits.
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 0.004}, {charge: mms, kinds: [event], price: 0.004}]\n"
        + "allowances: [{allowance: money, amount: 0.015}]\n", accounts: accounts,
      """
      event   E1 a message 2
      event   E2 a event 2
      parts   E1 2=0.01 0:money=-0.01
      parts   E2 2=0.01
      balance a money 0.015 0 0.01 0.005 0.005 0
      """)
  }
}

@Suite struct RecordedAmountTests {
  static func plan(_ price: String, _ more: String = "") -> String {
    "plan: p\ncurrency: EUR\ncharges: [{charge: fees, kinds: [event], price: recorded, \(price)}]\n\(more)"
  }

  @Test(arguments: [
    ("markup: 10%", "100", "110"), ("margin: 20%", "100", "125"), ("multiplier: 1.25", "0.1", "0.125"),
    ("markup: 0%", "100", "100"), ("multiplier: 1.25", "-4", "-5"), ("margin: 30%", "1", "1.428571"),
  ])
  func aMultiple(price: String, amount: String, charged: String) throws {
    try settle(Self.plan(price), "event E1 a event 1 amount=\(amount)\ncharge E1 \(charged) 1")
  }

  @Test func freeEventsAndFreeAmountEndTogether() throws {
    let events =
      "event E1 a event 1 amount=50\nevent E2 a event 1 amount=100\nevent E3 a event 1 amount=250\nevent E4 a event 1 amount=400\n"
    let percentage = { (free: String) in Self.plan("percentage: {percent: 1.3, fixed: 2\(free)}") }
    try settle(
      percentage(", free_events: 3, free_amount: 250"),
      events + "charge E1 0 1\ncharge E2 0 1\ncharge E3 3.95 1\ncharge E4 7.2 1\ntotal 11.15")
    try settle(percentage(", free_events: 3"), events + "charge E3 0 1\ntotal 7.2")
    try settle(percentage(", free_amount: 400"), events + "charge E3 0 1\ncharge E4 7.2 1\ntotal 7.2")
    try settle(percentage(""), events + "total 18.4")
    try settle(percentage(", free_events: 0"), events + "total 18.4")
    try settle(Self.plan("percentage: {percent: 0, fixed: 2}"), events + "total 8")
  }

  @Test func limitsOfAPercentageHoldItsFee() throws {
    let events =
      "event E1 a event 1 amount=10\nevent E2 a event 1 amount=80\nevent E3 a event 1 amount=10000\n"
    try settle(
      Self.plan("percentage: {percent: 2.99, minimum: 1.75, maximum: 12}"),
      events + "charge E1 1.75 1\ncharge E2 2.392 1\ncharge E3 12 1\ntotal 16.142")
    try settle(
      Self.plan("percentage: {percent: 2.99, minimum: 1.75, maximum: 12, fixed: 2}"),
      events + "total 18.691")
    try settle(Self.plan("percentage: {percent: 2.9}"), "event E1 a event 1 amount=4\ntotal 0.116")
  }

  @Test func refundsOfPercentagesMirrorWithoutFee() throws {
    try settle(
      Self.plan("percentage: {percent: 10, fixed: 2, free_amount: 50}"),
      """
      event   E1 a event 1 amount=30
      event   E2 a event -1 amount=-40
      event   E3 a event 1 amount=60
      event   E4 a event -1 amount=-60
      charge  E1 0 1
      charge  E2 -1 -1
      charge  E3 3 1
      charge  E4 -6 -1
      """)
  }

  @Test func whatIsCoveredOfAnAmount() throws {
    // A third of the events is covered: two thirds of the amount are left.
    try settle(
      Self.plan("markup: 0%", "allowances: [{allowance: free, kinds: [event], quantity: 1}]\n"),
      "event E1 a event 3 amount=1\nparts E1 1:free=0 2=0.666667")
    try settle(
      Self.plan("percentage: {percent: 10, fixed: 2}", "allowances: [{allowance: free, events: 1}]\n"),
      "event E1 a event 3 amount=1\nparts E1 3:free=0\nevent E2 a event 1 amount=1\ncharge E2 2.1 1")
  }
}

@Suite struct PeriodChargeControlTests {
  // What faulty systems bill: a part rounded by itself, the flat of a tier that was not entered, the next tier at its
  // bound, nothing past the last bound, a percentage's fee outside its limits.
  @Test(arguments: [
    ("graduated", TierTests.three, "event E1 a message 10\ntotal 490"),
    ("graduated", TierTests.flats, "event E1 a message 10\ntotal 105"),
    ("graduated", TierTests.three, "event E1 a message 25\ntotal 900"),
    ("volume", TierTests.three, "event E1 a message 15\ntotal 700"),
    ("package", "size: 1000, price: 10", "event E1 a message 1400\nevent E2 a message 1300\ntotal 40"),
  ])
  func aWrongFigureIsNoticed(kind: String, steps: String, lines: String) throws {
    try settleIsNoticed(TierTests.plan(kind, steps), lines)
  }
}
