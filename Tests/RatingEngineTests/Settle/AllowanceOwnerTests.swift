// Who holds an allowance, how much of it, and what goes on into the next period (RULES 5).

import Testing

@testable import RatingEngine

@Suite struct AllowanceShareTests {
  static func plan(_ allowance: String, _ more: String = "") -> String {
    """
    plan: p
    currency: EUR
    \(more)
    charges:
      - {charge: calls, kinds: [voice], price: 1, per: 1 s}
      - {charge: sms, kinds: [message], price: 1}
    allowances:
      - {allowance: included, \(allowance)}
    """
  }
  /// Account a has plan p from the 22nd on: 10 of 31 days.
  static let tenDays = "account,plan,from\na,p,2026-01-22\n"

  @Test(arguments: [
    // included, granted for 10 of 31 days
    ("quantity: 1000 min, kinds: [voice]", "19355"), ("quantity: 31 s, kinds: [voice]", "10"),
    ("quantity: 100, kinds: [message]", "32"), ("events: 8", "3"), ("events: 4", "1"),
    ("amount: 10.00", "3.23"), ("amount: 1.55", "0.5"), ("amount: 0.031", "0.01"), ("amount: 0.015", "0"),
    ("quantity: 1000 min, kinds: [voice], prorate: no", "60000"), ("amount: 0.015, prorate: no", "0.015"),
    // A half goes up: 10 of 31 days of 1.55 s are 0.5 s.
    ("quantity: 1.55 s, kinds: [voice]", "1"), ("quantity: 1.5 s, kinds: [voice]", "0"),
  ])
  func aPartOfAPeriodGetsAPart(included: String, granted: String) throws {
    try settle(
      Self.plan(included), accounts: Self.tenDays,
      "owner a\nbalance a included \(granted) 0 0 \(granted) \(granted) 0")
  }

  /// 29 days of 31 are 0.9355 of a month, at four digits.
  @Test func aMonthWithoutItsFirstTwoDays() throws {
    try settle(
      Self.plan("quantity: 10000, kinds: [message]"), accounts: "account,plan,from\na,p,2026-01-03\n",
      "owner a\nbalance a included 9355 0 0 9355 9355 0")
  }

  @Test func aWholePeriodIsNotRounded() throws {
    try settle(
      Self.plan("amount: 0.015"), "owner a\nbalance a included 0.015 0 0 0.015 0.015 0")
  }

  @Test func aPlanChangeStartsNewCounters() throws {
    let plan = { (name: String) in
      """
      plan: \(name)
      currency: EUR
      charges:
        - {charge: calls, kinds: [voice], price: 1, per: 1 s}
      allowances:
        - {allowance: of-\(name), kinds: [voice], quantity: 62 s}
      """
    }
    // p on the first 10 days and again from the 22nd: 20 days together; q between.
    try settle(
      plans: [plan("p"), plan("q")],
      accounts:
        "account,plan,from,until\na,p,,2026-01-11\na,q,2026-01-11,2026-01-22\na,p,2026-01-22,\n",
      """
      event   E1 a voice 30s at=2026-01-10T23:59:59Z
      event   E2 a voice 30s at=2026-01-11T00:00:00Z
      event   E3 a voice 30s at=2026-01-22T00:00:00Z
      parts   E1 30s:of-p=0
      parts   E2 22s:of-q=0 8s=8
      parts   E3 10s:of-p=0 20s=20
      balance a of-p 40 0 40 0 0 0
      balance a of-q 22 0 22 0 0 0
      """)
  }
}

@Suite struct PoolTests {
  static let pool = "account,plan,pool,from,until\nb,p,club,,\na,p,club,2026-01-22,\nc,q,club,,\n"
  static let other =
    "plan: q\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 2, per: 1 s}]\n"

  @Test func membersDrawOnOneAllowance() throws {
    try settle(
      plans: [
        AllowanceShareTests.plan("quantity: 310 s, kinds: [voice], shared: pool"), Self.other,
      ], accounts: Self.pool,
      """
      event   E1 a voice 200s at=2026-01-25T10:00:00Z
      event   E2 b voice 200s at=2026-01-25T11:00:00Z
      event   E3 c voice 10s at=2026-01-25T09:00:00Z
      parts   E1 200s:included=0
      parts   E2 110s:included=0 90s=90
      parts   E3 10s=20
      balance pool included 310 0 310 0 0 0
      share   included a 200
      share   included b 110
      share   included c 0
      """.replacing("share   included c 0", with: ""))
  }

  @Test(arguments: [
    ("scale: fixed", "310"), ("scale: per-member", "410"), ("scale: per-member, prorate: no", "620"),
    ("scale: fixed, prorate: no", "310"),
  ])
  func fixedOrForEachMember(scale: String, granted: String) throws {
    try settle(
      plans: [
        AllowanceShareTests.plan("quantity: 310 s, kinds: [voice], shared: pool, \(scale)"), Self.other,
      ], accounts: Self.pool,
      "owner a\nbalance pool included \(granted) 0 0 \(granted) \(granted) 0\nshare included a 0\nshare included b 0"
    )
  }

  @Test func fixedIsForTheDaysOnWhichAnyMemberHasThePlan() throws {
    let accounts =
      "account,plan,pool,from,until\na,p,club,2026-01-05,2026-01-15\nb,p,club,2026-01-10,2026-01-20\n"
    try settle(
      AllowanceShareTests.plan("quantity: 310 s, kinds: [voice], shared: pool"), accounts: accounts,
      "owner a\nbalance pool included 150 0 0 150 150 0")
    try settle(
      AllowanceShareTests.plan("quantity: 310 s, kinds: [voice], shared: pool, scale: per-member"),
      accounts: accounts, "owner a\nbalance pool included 200 0 0 200 200 0")
  }

  @Test func sharesOfMembersAreRoundedEach() throws {
    // 10 of 31 days of 1.6 s are 0.516 s, rounded to 1 s for each of the two.
    let accounts = "account,plan,pool,from\na,p,club,2026-01-22\nb,p,club,2026-01-22\n"
    try settle(
      AllowanceShareTests.plan("quantity: 1.6 s, kinds: [voice], shared: pool, scale: per-member"),
      accounts: accounts, "owner a\nbalance pool included 2 0 0 2 2 0")
  }

  @Test func membersHaveTheirOwnBesideThePools() throws {
    // The second finds the shared one empty and uses only its own.
    let plan = """
      plan: p
      currency: EUR
      charges:
        - {charge: sms, kinds: [message], price: 0.1}
      allowances:
        - {allowance: shared, kinds: [message], quantity: 10, shared: pool}
        - {allowance: own, kinds: [message], quantity: 5, priority: 200}
      """
    try settle(
      plan, accounts: "account,plan,pool\na,p,club\nb,p,club\n",
      """
      event   E1 a message 20
      event   E2 b message 20
      parts   E1 10:shared=0 5:own=0 5=0.5
      parts   E2 5:own=0 15=1.5
      balance pool shared 10 0 10 0 0 0
      balance a own 5 0 5 0 0 0
      balance b own 5 0 5 0 0 0
      share   shared a 10
      share   shared b 0
      """)
  }

  @Test func anAccountWithoutAPoolHasItsOwn() throws {
    try settle(
      AllowanceShareTests.plan("quantity: 10 s, kinds: [voice], shared: pool, scale: per-member"),
      "event E1 a voice 4s\nbalance a included 10 0 4 6 6 0")
  }
}

@Suite struct RolloverTests {
  static func plan(_ rollover: String) -> String {
    AllowanceShareTests.plan("quantity: 100 s, kinds: [voice], rollover: \(rollover)")
  }

  @Test func whatIsLeftMayBeUsedFurtherPeriods() throws {
    try settle(
      Self.plan("{periods: 1}"), "event E1 a voice 30s\nbalance a included 100 0 30 70 0 70")
    try settle(
      Self.plan("{periods: 1, cap: 50 s}"), "event E1 a voice 30s\nbalance a included 100 0 30 70 20 50")
    try settle(
      Self.plan("{periods: 1, cap: 70 s}"), "event E1 a voice 30s\nbalance a included 100 0 30 70 0 70")
  }

  @Test func rolledLotsAreUsedFirstAndExpire() throws {
    let lines = { (event: String, balance: String) in
      "rolled included 70s 1\nevent E1 a voice \(event)\nbalance a included 100 70 \(balance)"
    }
    try settle(Self.plan("{periods: 1}"), lines("30s", "30 140 40 100"))
    try settle(Self.plan("{periods: 1}"), lines("70s", "70 100 0 100"))
    try settle(Self.plan("{periods: 1}"), lines("71s", "71 99 0 99"))
  }

  @Test func theNewestRollAndTheOldestExpire() throws {
    // 60 s may be used in this period only, 70 s in one more, this period's 100 s in two more.
    let lines = { (balance: String) in
      "rolled included 60s 1\nrolled included 70s 2\nevent E1 a voice 10s\nbalance a included 100 130 \(balance)"
    }
    try settle(Self.plan("{periods: 2}"), lines("10 220 50 170"))
    try settle(Self.plan("{periods: 2, cap: 120 s}"), lines("10 220 100 120"))
    let sheet = SettleSheet(plans: [Self.plan("{periods: 2, cap: 120 s}")])
    var trial = try SettleTrial(sheet.catalog())
    for words in [["rolled", "included", "70s", "2"], ["event", "E1", "a", "voice", "10s"]] {
      try trial.prepare(words)
    }
    let out = trial.settle().balances[0].lotsOut
    #expect(out.map(\.quantity) == [100_000, 20_000])
    #expect(out.map(\.periodCount) == [2, 1])
  }

  @Test func nothingRollsWhenThePlanEnds() throws {
    for (until, balance) in [
      ("2026-02-01", "100 0 0 100 100 0"), ("2026-02-02", "100 0 0 100 0 100"), ("", "100 0 0 100 0 100"),
    ] {
      try settle(
        Self.plan("{periods: 1}"), accounts: "account,plan,from,until\na,p,2025-01-01,\(until)\n",
        "owner a\nbalance a included \(balance)")
    }
  }

  @Test func whatAPoolLeavesGoesOnForWhoeverHasThePlanThen() throws {
    let plan = AllowanceShareTests.plan(
      "quantity: 310 s, kinds: [voice], shared: pool, prorate: no, rollover: {periods: 1}")
    // The plan of a ends with the period; b gets it on the next day, a day later, or not at all.
    for (from, balance) in [
      ("2026-02-01", "310 0 0 310 0 310"), ("2026-02-02", "310 0 0 310 310 0"),
      ("2026-03-01", "310 0 0 310 310 0"),
    ] {
      try settle(
        plan,
        accounts: "account,plan,pool,from,until\na,p,club,2025-01-01,2026-02-01\nb,p,club,\(from),\n",
        "owner a\nbalance pool included \(balance)")
    }
  }

  @Test func nothingRollsPastItsDate() throws {
    for (expires, balance) in [
      ("2026-01-31", "100 0 0 100 100 0"), ("2026-02-01", "100 0 0 100 100 0"),
      ("2026-02-02", "100 0 0 100 0 100"),
    ] {
      try settle(
        AllowanceShareTests.plan(
          "quantity: 100 s, kinds: [voice], rollover: {periods: 1}, expires: \(expires)"),
        "owner a\nbalance a included \(balance)")
    }
  }
}

@Suite struct GrantTests {
  static let plan = AllowanceShareTests.plan("quantity: 10 s, kinds: [voice]")

  @Test func aPackIsUsedBetweenItsDays() throws {
    // Events come out of order; what counts is when they began.
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 0.01, per: 1 s}]\n",
      grants: "owner,allowance,quantity,kinds,from,until\na,pack,60 s,voice,2026-01-01,2026-01-15\n",
      """
      event   E1 a voice 35s at=2026-01-01T00:00:00Z
      event   E2 a voice 62s at=2026-01-16T00:00:00Z
      event   E3 a voice 45s at=2026-01-14T23:00:00Z
      parts   E1 35s:pack=0
      parts   E2 62s=0.62
      parts   E3 25s:pack=0 20s=0.2
      balance a pack 60 0 60 0 0 0
      """)
  }

  @Test func aPackIsGrantedOnceAndGoesOn() throws {
    let grants = "owner,allowance,quantity,kinds,from,until\na,pack,60 s,voice,2026-01-10,2026-03-10\n"
    try settle(
      Self.plan, grants: grants,
      "event E1 a voice 30s at=2026-01-12T00:00:00Z\nbalance a pack 60 0 20 40 0 40\nbalance a included 10 0 10 0 0 0"
    )
    try settle(
      Self.plan, grants: grants,
      "period 2026-02-01\nrolled pack 40s 0\nowner a\nbalance a pack 0 40 0 40 0 40")
    try settle(
      Self.plan, grants: grants,
      "period 2026-03-01\nrolled pack 40s 0\nevent E1 a voice 60s at=2026-03-09T00:00:00Z\nbalance a pack 0 40 40 0 0 0"
        .replacing("60s", with: "60s"))
    try settle(
      Self.plan, grants: grants,
      "period 2026-03-01\nrolled pack 40s 0\nevent E1 a voice 60s at=2026-03-10T00:00:00Z\nbalance a pack 0 40 0 40 40 0"
    )
    try settle(Self.plan, grants: grants, "period 2026-04-01\nowner a\nbalance a included 10 0 0 10 10 0")
    // An opening balance: the first period that is known has it whole.
    try settle(
      Self.plan, grants: grants, "period 2026-02-01 first\nowner a\nbalance a pack 60 0 0 60 0 60")
  }

  @Test func aPoolsPackIsSharedAndAMembersIsNot() throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 1, per: 1 s}]\n",
      accounts: "account,plan,pool\na,p,club\nb,p,club\n",
      grants: """
        owner,allowance,quantity,kinds,from,priority
        club,both,10 s,voice,2026-01-01,1
        b,mine,10 s,voice,2026-01-01,2
        """,
      """
      event   E1 a voice 4s
      event   E2 b voice 20s
      event   E3 a voice 4s
      parts   E1 4s:both=0
      parts   E2 6s:both=0 10s:mine=0 4s=4
      parts   E3 4s=4
      share   both a 4
      share   both b 6
      balance b mine 10 0 10 0 0 0
      """)
  }
}
