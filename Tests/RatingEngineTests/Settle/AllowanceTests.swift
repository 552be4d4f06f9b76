// Included quantities: what they cover, in which order, and what is left (RULES 5).

import Testing

@Suite struct AllowanceCoverTests {
  /// A plan of calls at 6 cents a minute by 60/60 with one allowance.
  static func calls(_ allowance: String, _ more: String = "", increment: String = "60/60") -> String {
    """
    plan: p
    currency: EUR
    \(more)
    charges:
      - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: \(increment)}
    allowances:
      - {allowance: minutes, kinds: [voice], \(allowance)}
    """
  }

  @Test func billedCoversWhatWasRoundedAndTheRestIsNotRoundedAgain() throws {
    try settle(
      Self.calls("quantity: 10 s"),
      """
      event   E1 a voice 61s
      charge  E1 0.11 120s covered=10s raw=61s
      parts   E1 10s:minutes=0 110s=0.11
      balance a minutes 10 0 10 0 0 0
      """)
  }

  @Test func rawCoversWhatWasRecordedAndTheRestIsRoundedFromItsBeginning() throws {
    try settle(
      Self.calls("quantity: 10 s, consume: raw"),
      """
      event   E1 a voice 61s
      charge  E1 0.06 70s covered=10s raw=61s
      parts   E1 10s:minutes=0 60s=0.06
      balance a minutes 10 0 10 0 0 0
      """)
  }

  @Test(arguments: [
    // quantity, amount, billed, covered, left
    ("119s", "0", "120s", "120s", "0"), ("60s", "0", "60s", "60s", "60"), ("120s", "0", "120s", "120s", "0"),
    ("121s", "0.06", "180s", "120s", "0"), ("0s", "0", "0s", "0s", "120"),
  ])
  func bothSidesOfTheEnd(quantity: String, amount: String, billed: String, covered: String, left: String)
    throws
  {
    let used = 120 - (Int(left) ?? 0)
    try settle(
      Self.calls("quantity: 2 min"),
      """
      event   E1 a voice \(quantity)
      charge  E1 \(amount) \(billed) covered=\(covered) raw=\(quantity)
      balance a minutes 120 0 \(used) \(left) \(left) 0
      """)
  }

  @Test func aRowAlsoWhereNothingWasUsed() throws {
    try settle(Self.calls("quantity: 2 min"), "owner a\nbalance a minutes 120 0 0 120 120 0\nnothing")
  }

  @Test func partsOfASecondAreRoundedBeforeIncrementsAndTakenAsTheyAreFromRawAllowances() throws {
    try settle(
      Self.calls("quantity: 1 min", increment: "1/1"),
      """
      event   E1 a voice 35.5s
      charge  E1 0 36s covered=36s raw=35.5s
      balance a minutes 60 0 36 24 24 0
      """)
    try settle(
      Self.calls("quantity: 40 s, consume: raw", increment: "1/1"),
      """
      event   E1 a voice 35.5s
      event   E2 a voice 4.5s
      event   E3 a voice 12s
      charge  E1 0 35.5s
      charge  E2 0 4.5s
      charge  E3 0.012 12s covered=0s
      balance a minutes 40 0 40 0 0 0
      """)
  }

  @Test func anEventsAllowanceTakesOneAndCoversTheRest() throws {
    let plan = """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 60/60}
      allowances:
        - {allowance: calls, events: 2}
        - {allowance: seconds, quantity: 30 s, kinds: [voice], priority: 10}
      """
    try settle(
      plan,
      """
      event   E1 a voice 0s
      event   E2 a voice 20s
      event   E3 a voice 300s
      event   E4 a voice 20s
      parts   E1 0s=0
      parts   E2 30s:seconds=0 30s:calls=0
      parts   E3 300s:calls=0
      parts   E4 60s=0.06
      balance a calls 2 0 2 0 0 0
      """)
    // What a quantity covered whole takes no event.
    try settle(
      plan.replacing("quantity: 30 s", with: "quantity: 60 s"),
      """
      event   E1 a voice 20s
      parts   E1 60s:seconds=0
      balance a calls 2 0 0 2 2 0
      """)
  }

  @Test func anEventsAllowanceCoversTheRestAfterARawOne() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 60/60}
      allowances:
        - {allowance: calls, events: 1}
        - {allowance: seconds, quantity: 90 s, kinds: [voice], consume: raw, priority: 10}
      """,
      """
      event   E1 a voice 20s
      event   E2 a voice 80s
      event   E3 a voice 80s
      parts   E1 20s:seconds=0
      parts   E2 70s:seconds=0 60s:calls=0
      parts   E3 120s=0.12
      """)
  }

  @Test func freeSecondsComeOffFirst() throws {
    let plan = { (consume: String, minimum: String) in
      """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 60/60, free_quantity: 30\(minimum)}
      allowances:
        - {allowance: minutes, kinds: [voice], quantity: 10 s, consume: \(consume)}
      """
    }
    try settle(
      plan("billed", ""),
      """
      event   E1 a voice 30s
      event   E2 a voice 91s
      charge  E1 0 0s raw=30s
      charge  E2 0.11 120s covered=10s raw=91s
      """)
    try settle(
      plan("raw", ""),
      """
      event   E2 a voice 91s
      charge  E2 0.06 70s covered=10s raw=91s
      """)
    // The minimum is of what is left.
    try settle(
      plan("billed", ", minimum: 100"),
      """
      event   E1 a voice 30s
      event   E2 a voice 31s
      charge  E1 0 0s
      charge  E2 0.11 120s covered=10s
      """)
  }

  @Test func answeredCallsOfZeroSecondsAreCoveredByQuantitiesOnly() throws {
    let plan = { (allowance: String) in
      """
      plan: p
      currency: EUR
      answered_zero: first-increment
      not_billed: []
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 60/60, minimum: 90, free_quantity: 30}
      allowances:
        - {allowance: included, kinds: [voice], \(allowance)}
      """
    }
    let lines = { (amount: String, covered: String) in
      """
      event   E1 a voice 0s answered
      event   E2 a voice 0s
      charge  E1 \(amount) 60s covered=\(covered) raw=0s
      charge  E2 0 0s
      """
    }
    try settle(plan("events: 5"), lines("0.06", "0s"))
    try settle(plan("quantity: 40 s"), lines("0.02", "40s"))
    try settle(plan("quantity: 40 s, consume: raw"), lines("0.06", "0s"))
  }

  @Test(arguments: [
    // rule, fee of a call that is covered, partly covered, of zero seconds
    ("chargeable", "0", "0.25", "0"), ("answered", "0.2", "0.25", "0"), ("always", "0.2", "0.25", "0.2"),
  ])
  func theFeeBesideAllowances(rule: String, covered: String, partly: String, zero: String) throws {
    try settle(
      """
      plan: p
      currency: EUR
      connection_fee: \(rule)
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 1/1, connection_fee: 0.2}
      allowances:
        - {allowance: minutes, kinds: [voice], quantity: 70 s}
      """,
      """
      event   E1 a voice 60s
      event   E2 a voice 60s
      event   E3 a voice 0s
      parts   E1 60s:minutes=\(covered)
      parts   E2 10s:minutes=0 50s=\(partly)
      parts   E3 0s=\(zero)
      """)
  }

  @Test func theMinimumOfAnEventIsOfWhatIsLeft() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 1/1, minimum_amount: 0.05, maximum_amount: 0.08}
      allowances:
        - {allowance: minutes, kinds: [voice], quantity: 70 s}
      """,
      """
      event   E1 a voice 60s
      event   E2 a voice 20s
      event   E3 a voice 100s
      charge  E1 0 60s
      charge  E2 0.05 20s covered=10s
      charge  E3 0.08 100s
      """)
  }
}

@Suite struct AllowanceScopeTests {
  @Test func kindsGroupsDirectionsAndCharges() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - {charge: night, kinds: [voice], rating_groups: [night], price: 1, per: 1 s}
        - {charge: calls, kinds: [voice], price: 1, per: 1 s}
        - {charge: sms, kinds: [message], price: 1}
      allowances:
        - {allowance: out, kinds: [voice], quantity: 10 s, directions: [outbound], rating_groups: [near, far]}
        - {allowance: only-night, kinds: [voice], quantity: 10 s, charges: [night]}
        - {allowance: texts, kinds: [message], quantity: 2}
      """,
      """
      event   E1 a voice 4s group=near
      event   E2 a voice 4s group=near direction=inbound
      event   E3 a voice 4s group=sea
      event   E4 a voice 4s group=night
      event   E5 a message 3
      event   E6 a voice 8s group=far
      parts   E1 4s:out=0
      parts   E2 4s=4
      parts   E3 4s=4
      parts   E4 4s:only-night=0
      parts   E5 2:texts=0 1=1
      parts   E6 6s:out=0 2s=2
      """)
  }

  @Test func bandsLimitWhatIsCovered() throws {
    // The first minute is peak, the rest is not and costs half.
    let plan = """
      plan: p
      currency: EUR
      bands: [{band: peak, days: [mon-fri], from: "08:00", until: "18:00"}]
      charges:
        - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 1/1}
      allowances:
        - {allowance: peak, kinds: [voice], quantity: 100 s, bands: [peak]}
        - {allowance: money, amount: 0.02, bands: [peak]}
      """
    try settle(
      plan,
      """
      event   E1 a voice 90s band=peak
      event   E2 a voice 120s band=peak
      parts   E1 60s:peak=0 30s=0.015
      parts   E2 40s:peak=0 20s=0.02 60s=0.03 0s:money=-0.02
      balance a money 0.02 0 0.02 0 0 0
      """)
  }

  @Test func orderOfUseIsPriorityThenExpiryThenId() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 1, per: 1 s}
      allowances:
        - {allowance: c, kinds: [voice], quantity: 1 s}
        - {allowance: b, kinds: [voice], quantity: 1 s}
        - {allowance: d, kinds: [voice], quantity: 1 s, expires: 2026-01-20}
        - {allowance: a, kinds: [voice], quantity: 1 s, rollover: {periods: 1}}
        - {allowance: e, kinds: [voice], quantity: 1 s, priority: 99}
      """,
      """
      event   E1 a voice 6s
      parts   E1 1s:e=0 1s:d=0 1s:b=0 1s:c=0 1s:a=0 1s=1
      """)
  }

  @Test func whatHasExpiredCoversNothing() throws {
    let plan = AllowanceCoverTests.calls("quantity: 10 min, expires: 2026-01-15")
    try settle(
      plan,
      """
      event   E1 a voice 60s at=2026-01-14T23:59:59Z
      event   E2 a voice 60s at=2026-01-15T00:00:00Z
      charge  E1 0 60s
      charge  E2 0.06 60s
      balance a minutes 600 0 60 540 540 0
      """)
    try settle(plan, "period 2026-02-01\nowner a\nnothing")
  }

  @Test func stackedAllowancesAreUsedUpOneAfterTheOther() throws {
    // 100 + 40 + 75 s; the call that uses up the last is split.
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 0.5, per: 1 s}
      allowances:
        - {allowance: own, kinds: [voice], quantity: 100 s, priority: 1}
        - {allowance: x, kinds: [voice], quantity: 40 s, priority: 2}
        - {allowance: y, kinds: [voice], quantity: 75 s, priority: 3}
      """,
      """
      event   E1 a voice 60s
      event   E2 a voice 50s
      event   E3 a voice 50s
      event   E4 a voice 280s
      charge  E1 0 60s covered=60s
      charge  E2 0 50s covered=50s
      charge  E3 0 50s covered=50s
      charge  E4 112.5 280s covered=55s
      """)
  }
}
