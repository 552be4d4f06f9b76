// Which events get allowances, money allowances, and refunds (RULES 5).

import Testing

@Suite struct AllowanceOrderTests {
  static func plan(_ order: String, _ allowance: String) -> String {
    """
    plan: p
    currency: EUR
    order: \(order)
    charges:
      - {charge: near, kinds: [voice], rating_groups: [near], price: 0.06, per: 1 min, increment: 1/1}
      - {charge: far, kinds: [voice], rating_groups: [far], price: 0.6, per: 1 min, increment: 1/1}
      - {charge: sms, kinds: [message], price: 0.005}
    allowances:
      - {allowance: included, \(allowance)}
    """
  }

  @Test(arguments: [
    ("time", "60s:included=0", "20s:included=0 40s=0.4", "60s=0.06"),
    ("dearest-first", "40s=0.04 ", "60s:included=0", "60s=0.06"),
    ("cheapest-first", "60s:included=0", "60s=0.6", "20s:included=0 40s=0.04"),
  ])
  func timeOrPrice(order: String, first: String, far: String, last: String) throws {
    // Dearest first leaves 20 of 80 s to the earlier of the cheap ones.
    let first = order == "dearest-first" ? "20s:included=0 40s=0.04" : first
    try settle(
      Self.plan(order, "quantity: 80 s, kinds: [voice]"),
      """
      event   E1 a voice 60s group=near
      event   E2 a voice 60s group=far
      event   E3 a voice 60s group=near
      parts   E1 \(first)
      parts   E2 \(far)
      parts   E3 \(last)
      """)
  }

  @Test func pricesOfKindsAreComparedByTheirUnits() throws {
    // 0.005 a message is dearer than 0.06 a minute and cheaper than 0.6 a minute.
    try settle(
      Self.plan("dearest-first", "events: 2"),
      """
      event   E1 a voice 60s group=near
      event   E2 a message 1
      event   E3 a voice 60s group=far
      parts   E1 60s=0.06
      parts   E2 1:included=0
      parts   E3 60s:included=0
      """)
  }

  @Test func anEarlierCallThatComesLateTakesItsShare() throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 1, per: 1 min}]\n"
        + "allowances: [{allowance: free, kinds: [voice], quantity: 10 min}]\n",
      """
      event   first a voice 480s at=2026-01-10T11:00:00Z
      event   late a voice 360s at=2026-01-10T10:00:00Z
      parts   late 360s:free=0
      parts   first 240s:free=0 240s=4
      """)
  }

  @Test func tiersRunByTimeInEveryOrder() throws {
    // The dear call gets the allowance; the others go through the tiers by time.
    try settle(
      """
      plan: p
      currency: EUR
      order: dearest-first
      charges:
        - {charge: far, kinds: [voice], rating_groups: [far], price: 5, per: 1 s}
        - charge: calls
          kinds: [voice]
          tiers: {kind: graduated, steps: [{up_to: 10 s, price: 2, per: 1 s}, {price: 1, per: 1 s}]}
      allowances:
        - {allowance: free, kinds: [voice], quantity: 12 s}
      """,
      """
      event   E1 a voice 8s
      event   E2 a voice 8s
      event   E3 a voice 8s group=far
      parts   E1 4s:free=0 4s#1=8
      parts   E2 6s#1=12 2s#2=2
      parts   E3 8s:free=0
      """)
  }
}

@Suite struct MoneyAllowanceTests {
  static func plan(_ more: String = "", _ allowance: String = "amount: 0.10") -> String {
    """
    plan: p
    currency: EUR
    charges:
      - {charge: calls, kinds: [voice], price: 0.06, per: 1 min, increment: 1/1\(more)}
      - {charge: sms, kinds: [message], price: 0.07}
    allowances:
      - {allowance: money, \(allowance)}
    """
  }

  @Test func moneyComesLastAsARowOfItsOwn() throws {
    try settle(
      Self.plan(),
      """
      event   E1 a voice 60s
      event   E2 a message 1
      event   E3 a message 1
      parts   E1 60s=0.06 0s:money=-0.06
      parts   E2 1=0.07 0:money=-0.04
      parts   E3 1=0.07
      balance a money 0.1 0 0.1 0 0 0
      total   0.1
      """)
  }

  @Test func itPaysWhatRoundingAndLimitsMade() throws {
    try settle(
      Self.plan(", minimum_amount: 0.02, maximum_amount: 0.05"),
      """
      event   E1 a voice 1s
      event   E2 a voice 100s
      parts   E1 1s=0.02 0s:money=-0.02
      parts   E2 100s=0.05 0s:money=-0.05
      balance a money 0.1 0 0.07 0.03 0.03 0
      """)
  }

  @Test func itPaysNoRowWithoutEvent() throws {
    try settle(
      Self.plan(", period_minimum: 0.05"),
      """
      event   E1 a voice 10s
      parts   E1 10s=0.01 0s:money=-0.01
      row     minimum a calls 0.04
      balance a money 0.1 0 0.01 0.09 0.09 0
      """)
  }

  @Test func aPeriodMaximumComesBeforeIt() throws {
    try settle(
      Self.plan(", period_maximum: 0.07"),
      """
      event   E1 a voice 60s
      event   E2 a voice 60s
      parts   E1 60s=0.06 0s:money=-0.06
      parts   E2 60s=0.01 0s:money=-0.01
      balance a money 0.1 0 0.07 0.03 0.03 0
      """)
  }

  @Test func aPoolsMoneyForEachMember() throws {
    // 3.00 for each of two: 6.00 pay 60 units at 0.10.
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 0.1}]\n"
        + "allowances: [{allowance: money, amount: 3.00, shared: pool, scale: per-member}]\n",
      accounts: "account,plan,pool\na,p,club\nb,p,club\n",
      """
      event   E1 a message 100
      parts   E1 100=10 0:money=-6
      share   money a 6
      share   money b 0
      """)
  }

  @Test func dearestFirstGivesMoneyToTheDearCall() throws {
    try settle(
      AllowanceOrderTests.plan("dearest-first", "amount: 0.60"),
      """
      event   E1 a voice 60s group=near
      event   E2 a voice 60s group=far
      parts   E1 60s=0.06
      parts   E2 60s=0.6 0s:included=-0.6
      """)
  }
}

@Suite struct AllowanceRefundTests {
  static func plan(_ allowance: String) -> String {
    """
    plan: p
    currency: EUR
    charges:
      - {charge: sms, kinds: [message], price: 0.1, increment: 10/10, connection_fee: 0.5}
    allowances:
      - {allowance: included, \(allowance)}
    """
  }

  @Test func aRefundMirrorsAndGivesBackAtMostWhatWasTaken() throws {
    try settle(
      Self.plan("kinds: [message], quantity: 15"),
      """
      event   E1 a message 11
      event   E2 a message -11
      event   E3 a message -11
      parts   E1 15:included=0 5=1
      parts   E2 -15:included=0 -5=-0.5
      parts   E3 -20=-2
      balance a included 15 0 0 15 15 0
      """)
  }

  @Test func againstRawAllowancesTheRestIsItsOwnQuantity() throws {
    try settle(
      Self.plan("kinds: [message], quantity: 4, consume: raw"),
      """
      event   E1 a message 11
      event   E2 a message -11
      parts   E1 4:included=0 10=1.5
      parts   E2 -4:included=0 -10=-1
      balance a included 4 0 0 4 4 0
      """)
  }

  @Test func nothingGoesBackToEventsAllowances() throws {
    try settle(
      Self.plan("events: 1"),
      """
      event   E1 a message 10
      event   E2 a message -10
      parts   E1 10:included=0
      parts   E2 -10=-1
      balance a included 1 0 1 0 0 0
      """)
  }

  @Test func moneyGoesBackToo() throws {
    try settle(
      Self.plan("amount: 1.20"),
      """
      event   E1 a message 10
      event   E2 a message -20
      parts   E1 10=1.5 0:included=-1.2
      parts   E2 -20=-2 0:included=1.2
      balance a included 1.2 0 0 1.2 1.2 0
      """)
  }

  @Test func whatWasUsedLastComesBackFirst() throws {
    try settle(
      """
      plan: p
      currency: EUR
      charges: [{charge: sms, kinds: [message], price: 1}]
      allowances:
        - {allowance: x, kinds: [message], quantity: 5, priority: 1}
        - {allowance: y, kinds: [message], quantity: 5, priority: 2}
      """,
      """
      event   E1 a message 8
      event   E2 a message -4
      event   E3 a message 1
      event   E4 a message -9
      parts   E2 -3:y=0 -1:x=0
      parts   E3 1:x=0
      parts   E4 -5:x=0 -4=-4
      """)
  }

  @Test func onlyWhatThatAccountTook() throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 1}]\n"
        + "allowances: [{allowance: both, kinds: [message], quantity: 10, shared: pool}]\n",
      accounts: "account,plan,pool\na,p,club\nb,p,club\n",
      """
      event   E1 a message 6
      event   E2 b message 2
      event   E3 b message -3
      parts   E3 -2:both=0 -1=-1
      share   both a 6
      share   both b 0
      balance pool both 10 0 6 4 4 0
      """)
  }
}

@Suite struct AllowanceControlTests {
  // What faulty systems make of the same: the whole call free while anything is left, increments of the rest again,
  // the rest at its place in the call, a drifting sum, a refund above what was taken.
  @Test(arguments: [
    "event E1 a voice 61s\ncharge E1 0 120s covered=120s",
    "event E1 a voice 61s\ncharge E1 0.12 130s covered=10s",
    "event E1 a voice 61s\ncharge E1 0.110013 120s covered=10s",
    "event E1 a voice 61s\nbalance a minutes 10 0 61 0 0 0",
    "event E1 a voice 61s\nbalance a minutes 10 0 10 0 0 10",
  ])
  func aWrongFigureIsNoticed(lines: String) throws {
    try settleIsNoticed(AllowanceCoverTests.calls("quantity: 10 s"), lines)
  }
}
