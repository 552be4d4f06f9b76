// What a period has handed on when it was billed stays: usage that comes late has what was granted without that.

import Testing

@testable import RatingEngine

@Suite struct FrozenRolloverSheetTests {
  private static func plan(_ rollover: String, _ more: String = "") -> String {
    AllowanceShareTests.plan("quantity: 100 s, kinds: [voice], rollover: \(rollover)\(more)")
  }

  /// 30 s were used when the period was billed, and 50 s handed on: 20 s had expired.
  @Test func lateUsageHasWhatExpired() throws {
    let lines = { (late: String, covered: String, balance: String) in
      "frozen included 50s 1\nevent E1 a voice 30s\nevent late a voice \(late)\n"
        + "charge late \(late == covered ? 0 : 1) \(late) covered=\(covered)\n"
        + "balance a included 100 0 \(balance)"
    }
    let plan = Self.plan("{periods: 1, cap: 50 s}")
    try settle(plan, lines("19s", "19s", "49 51 1 50"))
    try settle(plan, lines("20s", "20s", "50 50 0 50"))
    try settle(plan, lines("21s", "20s", "50 50 0 50"))
  }

  @Test func whatWasBilledStaysAsItWas() throws {
    let plan = Self.plan("{periods: 1}")
    for frozen in ["", "frozen included 70s 1\n"] {
      try settle(plan, frozen + "event E1 a voice 30s\nbalance a included 100 0 30 70 0 70")
    }
    // It was all handed on: whatever comes late is charged.
    try settle(
      plan,
      "frozen included 70s 1\nevent E1 a voice 30s\nevent late a voice 1s\ncharge late 1 1s covered=0s\n"
        + "balance a included 100 0 30 70 0 70")
    // In canonical order the late one may come first: together they have the same.
    try settle(
      plan,
      "frozen included 70s 1\nevent late a voice 1s\nevent E1 a voice 30s\ncharge late 0 1s covered=1s\n"
        + "charge E1 1 30s covered=29s\nbalance a included 100 0 30 70 0 70")
  }

  @Test func whatIsTakenBackExpires() throws {
    try settle(
      Self.plan("{periods: 1}"),
      "frozen included 70s 1\nevent E1 a voice 10s\nbalance a included 100 0 10 90 20 70")
    try settle(
      Self.plan("{periods: 1}"), "frozen included 70s 1\nowner a\nbalance a included 100 0 0 100 30 70")
  }

  @Test func nothingGoesOnWhereNothingDid() throws {
    try settle(
      Self.plan("{periods: 1}"), "frozen\nevent E1 a voice 30s\nbalance a included 100 0 30 70 70 0")
  }

  /// 60 s could be used in this period only; of the 70 s and the 100 s all but 10 s went on.
  @Test func everyAgeIsFrozenByItself() throws {
    let lines = { (events: String, balance: String) in
      "rolled included 60s 1\nrolled included 70s 2\nfrozen included 100s 2\nfrozen included 60s 1\n\(events)"
        + "\nbalance a included 100 130 \(balance)"
    }
    let plan = Self.plan("{periods: 2}")
    try settle(plan, lines("event E1 a voice 70s", "70 160 0 160"))
    try settle(plan, lines("event E1 a voice 60s", "60 170 10 160"))
    try settle(plan, lines("event E1 a voice 70s\nevent late a voice 5s\ncharge late 5 5s", "70 160 0 160"))
    let sheet = SettleSheet(plans: [plan])
    var trial = try SettleTrial(sheet.catalog())
    for words in [
      "rolled included 60s 1", "rolled included 70s 2", "frozen included 100s 2", "frozen included 60s 1",
      "event E1 a voice 200s",
    ] { try trial.prepare(words.split(separator: " ").map(String.init)) }
    let out = trial.settle().balances[0].lotsOut
    #expect(out.map(\.quantity) == [100_000, 60_000])
    #expect(out.map(\.periodCount) == [2, 1])
  }

  @Test func whatAPoolHasHandedOnNoMemberUses() throws {
    let plan = Self.plan("{periods: 1}", ", shared: pool")
    let accounts = "account,plan,pool\na,p,x\nb,p,x\n"
    try settle(
      plan, accounts: accounts,
      "frozen included 70s 1\nevent E1 a voice 30s\nevent late b voice 10s\ncharge late 10 10s\n"
        + "balance pool included 100 0 30 70 0 70\nshare included a 30\nshare included b 0")
    // What the members hold for themselves is another matter.
    try settle(
      Self.plan("{periods: 1}"), accounts: accounts,
      "frozen included 70s 1 account=a\nevent E1 a voice 30s\nevent late b voice 10s\ncharge late 0 10s covered=10s\n"
        + "balance a included 100 0 30 70 0 70\nbalance b included 100 0 10 90 0 90")
  }

  /// 100 were used and 50 of them given back when the period was billed.
  @Test func whatIsGivenBackMayBeUsedAsItWas() throws {
    let plan = AllowanceShareTests.plan("quantity: 100, kinds: [message], rollover: {periods: 1}")
    let billed = "frozen included 50 1\nevent E1 a message 100\nevent E2 a message -50\n"
    try settle(plan, billed + "charge E1 0 100 covered=100\nbalance a included 100 0 50 50 0 50")
    try settle(
      plan,
      billed + "event late a message 10\ncharge E1 0 100 covered=100\ncharge late 10 10 covered=0\n"
        + "balance a included 100 0 50 50 0 50")
    // The refund is taken back: half of the first is not covered any more, for that went on.
    try settle(
      plan,
      "frozen included 50 1\nevent E1 a message 100\ncharge E1 50 100 covered=50\n"
        + "balance a included 100 0 50 50 0 50")
    // A late refund leaves more, and that may be used.
    try settle(
      plan,
      billed + "event R a message -10\nevent late a message 11\ncharge late 1 11 covered=10\n"
        + "balance a included 100 0 50 50 0 50")
  }

  @Test func moneyIsFrozenToo() throws {
    let plan = AllowanceShareTests.plan("amount: 100, kinds: [voice], rollover: {periods: 1}")
    try settle(
      plan,
      "frozen included 70 1\nevent E1 a voice 30s\nevent late a voice 5s\ntotal 5\n"
        + "balance a included 100 0 30 70 0 70")
  }

  /// A catalog that grants less, or nothing of the kind: what has gone on is there still.
  @Test func whatWasHandedOnBeyondWhatIsGrantedNowExpiresBelowZero() throws {
    try settle(
      Self.plan("{periods: 1}"),
      "frozen included 120s 1\nevent E1 a voice 30s\ncharge E1 30 30s\nbalance a included 100 0 0 100 -20 120"
    )
    try settle(
      Self.plan("{periods: 3}"),
      "frozen included 40s 1\nevent E1 a voice 30s\nevent late a voice 31s\ncharge late 1 31s covered=30s\n"
        + "balance a included 100 0 60 40 0 40")
    // Account a has the plan no more: what went on of it is there.
    try settle(
      plans: [
        Self.plan("{periods: 1}"),
        AllowanceShareTests.plan("quantity: 5 s, kinds: [voice]").replacing("p\n", with: "q\n"),
      ],
      accounts: "account,plan\na,q\n",
      "frozen included 40s 1\nevent E1 a voice 6s\ncharge E1 1 6s covered=5s\nbalance a included 5 0 5 0 -40 40"
    )
  }

  @Test func grantsGoOnWithWhatIsLeft() throws {
    try settle(
      plans: [Self.plan("{periods: 1}")],
      grants: "owner,allowance,quantity,kinds,from,until\na,pack,50 s,voice,2026-01-01,\n",
      "frozen included 70s 1\nevent E1 a voice 30s\nevent late a voice 20s\ncharge late 0 20s covered=20s\n"
        + "balance a included 100 0 30 70 0 70\nbalance a pack 50 0 20 30 0 30")
  }
}
