// Cases on which the systems of the trade have published figures, as far as tiers, allowances, pools, packages, percentages
// and limits cover them. Rows, names and events are ours; the figures must come out all the same. TierTests, CounterTests,
// RecordedAmountTests and the tests of allowances have more of them.
//
//   kind of case                       here
//   graduated, volume, decimal bounds  yes
//   flat amounts of tiers, at 0 units  yes, where the plan says `bill_flat_on_zero: yes`
//   packages, intervals, blocks        yes: as packages, where a block that was begun is whole
//   one block price for all units      as volume: by units, not by begun blocks of the tier; the case of whole blocks agrees
//   most spent                         yes, as a period maximum; what is cut stands in no row of its own
//   percentages, free zone, limits     yes
//   graduated percentages              yes
//   allowances one after the other     yes
//   refunds of an allowance            no: given back is what was taken, here 200 and not 446 of 200
//   the tiers of one call              no: tiers are of a period, and within a call prices go by steps
//   usage past the last tier           no: the last tier is open, so nothing is left unbilled
//   tiers of several kinds at once,    no: a charge with tiers counts one kind; several kinds are several charges, and their
//     capacities                         sum is the sum of their rows
//   tiers again for each bucket        yes, as counters of a day or an hour
//   a part rounded by itself           no: parts are differences, so that splitting never changes the bill (10, not 20)
//   an interval that is not rounded    as a graduated price per interval
//   tiers that overlap as typed        no: a tier has one bound, so it cannot begin before the end of the one before
//   a part of a month                  yes, as the share of an allowance: 29 days of 31
//   late usage, several periods        no: corrections are made where runs are joined
//
// What a faulty system made of the same events must not pass.

import Testing

@Suite struct SettleCaseTests {
  @Test(arguments: [
    // kind, steps, units, amount; events, so that decimals are units
    ("graduated", "{up_to: 0.1, price: 10}, {up_to: 1, price: 5}, {price: 2}", "0.05", "0.5"),
    ("graduated", "{up_to: 0.1, price: 10}, {up_to: 1, price: 5}, {price: 2}", "0.5", "3"),
    ("graduated", "{up_to: 0.1, price: 10}, {up_to: 1, price: 5}, {price: 2}", "0.1", "1"),
    (
      "volume", "{up_to: 100, price: 2, flat: 10}, {up_to: 200, price: 1}, {price: 0.5, flat: 50}", "100.5",
      "100.5"
    ),
    ("volume", "{up_to: 100, price: 1}, {up_to: 200, price: 0.5}, {price: 0.25}", "150", "75"),
    (
      "volume", "{up_to: 5, flat: 100}, {up_to: 10, flat: 150}, {up_to: 15, price: 10}, {price: 5}", "14",
      "140"
    ),
    (
      "volume", "{up_to: 5, flat: 100}, {up_to: 10, flat: 150}, {up_to: 15, price: 10}, {price: 5}", "16",
      "80"
    ),
    ("volume", "{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}", "111", "55.5"),
    (
      "graduated", "{up_to: 5, flat: 100}, {up_to: 10, flat: 50}, {up_to: 15, price: 10}, {price: 5}", "5",
      "100"
    ),
    (
      "graduated", "{up_to: 5, flat: 100}, {up_to: 10, flat: 50}, {up_to: 15, price: 10}, {price: 5}", "7",
      "150"
    ),
    (
      "graduated", "{up_to: 5, flat: 100}, {up_to: 10, flat: 50}, {up_to: 15, price: 10}, {price: 5}", "12",
      "170"
    ),
    (
      "graduated", "{up_to: 5, flat: 100}, {up_to: 10, flat: 50}, {up_to: 15, price: 10}, {price: 5}", "22",
      "235"
    ),
    ("graduated", "{price: 1, flat: 10}", "5", "15"), ("graduated", "{price: 0.001}", "100", "0.1"),
    ("graduated", "{up_to: 9, price: 1}, {price: 100}", "-10", "-109"),
    ("graduated", "{price: 1, per: 10}", "1", "0.1"), ("package", "{price: 1, per: 10}", "1", "1"),
    ("package", "{price: 0.5, per: 2.5}", "4", "1"), ("package", "{price: 15, per: 10}", "0", "0"),
    ("package", "{up_to: 2, price: 1.5, per: 0.5}, {price: 0.3, per: 3.5}", "6", "6.6"),
    (
      "package",
      "{up_to: 2, price: 2.5, per: 0.5}, {up_to: 8, price: 1.25, per: 1.5}, {price: 0.1, per: 0.1}", "10",
      "17"
    ),
    ("package", "{up_to: 999999, price: 1, per: 60}, {price: 1, per: 60}", "999999", "16667"),
    ("package", "{up_to: 60, price: 1, per: 60}, {price: 0.1, per: 60}", "61", "1.1"),
    ("package", "{up_to: 60, price: 1, per: 60}, {price: 0.1, per: 60}", "999999", "1667.6"),
  ])
  func tiersOfTheTrade(kind: String, steps: String, units: String, amount: String) throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: units, kinds: [event], tiers: {kind: \(kind), steps: [\(steps)]}}]\n",
      "event E1 a event \(units)\ntotal \(amount)")
  }

  @Test func theFirstTiersFlatWithoutUnits() throws {
    let plan = { (bills: String) in
      """
      plan: p
      currency: EUR
      charges:
        - charge: units
          kinds: [event]
          tiers: {kind: graduated, bill_flat_on_zero: \(bills), steps: [{up_to: 5, flat: 100}, {flat: 50}]}
      """
    }
    try settle(plan("yes"), "owner a\ntotal 100")
    try settle(plan("no"), "owner a\ntotal 0")
  }

  @Test func aMaximumCutsTheLaterPart() throws {
    // 10 units more come to 22 of which 10 are left below the most.
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - charge: units
          kinds: [event]
          period_maximum: 170
          tiers: {kind: graduated, steps: [{up_to: 5, flat: 100}, {up_to: 10, flat: 50}, {up_to: 15, price: 5}, {price: 1}]}
      """,
      "event E1 a event 12\nevent E2 a event 10\ncharge E1 160 12\ncharge E2 10 10")
  }

  @Test func unitsRoundedUpToThousandsThenTiers() throws {
    let plan = { (tiers: String) in
      "plan: p\ncurrency: EUR\ncharges: [{charge: units, kinds: [data], increment: 1000, tiers: \(tiers)}]\n"
    }
    // 7400 are 8 thousands: 5 at 1 and 3 at 0.50.
    let steps = "{kind: graduated, steps: [{up_to: 5000, price: 1, per: 1000}, {price: 0.5, per: 1000}]}"
    try settle(plan(steps), "event E1 a data 7400 \ncharge E1 6.5 8000")
    // Packages are counted over the period: 1400 and 1300 are 3 packages, the second call adds one.
    let packages =
      "plan: p\ncurrency: EUR\ncharges: [{charge: units, kinds: [message], tiers: {kind: package, size: 1000, price: 10}}]\n"
    try settle(
      packages, "event E1 a message 1400\nevent E2 a message 1300\ncharge E1 20 1400\ncharge E2 10 1300")
    try settleIsNoticed(packages, "event E1 a message 1400\nevent E2 a message 1300\ncharge E2 20 1300")
  }

  @Test func bucketsBeginAgain() throws {
    let days = { (tiers: String) in
      "plan: p\ncurrency: EUR\ncharges: [{charge: units, kinds: [message], counter_by: [day], tiers: {\(tiers)}}]\n"
    }
    let events = { (values: [Int]) in
      values.enumerated().map { "event E\($0) a message \($1) at=2026-01-0\($0 + 1)T10:00:00Z\n" }.joined()
    }
    try settle(
      days("kind: volume, steps: [{up_to: 10, price: 0.10}, {up_to: 20, price: 0.05}, {price: 0.02}]"),
      events([9, 15]) + "total 1.65")
    try settle(days("kind: package, size: 100, price: 5"), events([50, 150, 200, 99]) + "total 30")
  }

  @Test func anAllowanceThatRunsOutInsideAnEvent() throws {
    let plan = { (size: Int) in
      "plan: p\ncurrency: EUR\ncharges: [{charge: sms, kinds: [message], price: 1}]\n"
        + "allowances: [{allowance: free, kinds: [message], quantity: \(size)}]\n"
    }
    try settle(
      plan(200),
      """
      event   E1 a message 123
      event   E2 a message 123
      event   E3 a message 123
      charge  E1 0 123 covered=123
      charge  E2 46 123 covered=77
      charge  E3 123 123 covered=0
      """)
    // Nothing was taken yet, so nothing comes back, and the refunds are paid out.
    let refunds = "event E1 a message -123\nevent E2 a message -123\n"
    try settle(plan(200), refunds + "total -246\nbalance a free 200 0 0 200 200 0")
    try settleIsNoticed(plan(200), refunds + "balance a free 200 0 -246 446 446 0")
    try settle(
      plan(200), "event E1 a message 150\nevent E2 a message 50\nevent E3 a message 50\ntotal 50")
  }

  @Test func aBucketAndThenSeconds() throws {
    // 60 s are free, the other 60 s cost 0.01 each; a drifting balance had 0.600013.
    let plan =
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 0.01, per: 1 s}]\n"
      + "allowances: [{allowance: free, kinds: [voice], quantity: 60 s}]\n"
    try settle(plan, "event E1 a voice 120s\ncharge E1 0.6 120s covered=60s\nbalance a free 60 0 60 0 0 0")
    try settleIsNoticed(plan, "event E1 a voice 120s\ncharge E1 0.600013 120s")
  }

  @Test func oneBucketForSeveralDirections() throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 0.1, per: 1 s}]\n"
        + "allowances: [{allowance: free, kinds: [voice], quantity: 300 s, directions: [outbound, inbound]}]\n",
      """
      event   E1 a voice 125s
      event   E2 a voice 275s direction=inbound
      charge  E1 0 125s covered=125s
      charge  E2 10 275s covered=175s
      """)
  }

  @Test func overageStartsAtTheFirstTier() throws {
    // Stacked allowances leave 225 s: 20 at 0.20 and 205 at 0.50.
    try settle(
      """
      plan: p
      currency: EUR
      charges:
        - charge: calls
          kinds: [voice]
          tiers: {kind: graduated, steps: [{up_to: 20 s, price: 0.2, per: 1 s}, {price: 0.5, per: 1 s}]}
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
      charge  E4 106.5 280s covered=55s
      total   106.5
      """)
  }

  @Test func whatThePoolHasAndWhatTheAccountHasAreUsedOneAfterTheOther() throws {
    // 240 units less 15 of the pool and 20 of its own.
    try settle(
      """
      plan: p
      currency: EUR
      charges: [{charge: units, kinds: [message], price: 0.1}]
      allowances:
        - {allowance: shared, kinds: [message], quantity: 15, shared: pool}
        - {allowance: own, kinds: [message], quantity: 20}
      """,
      """
      event   E1 a message 240
      charge  E1 20.5 240 covered=35
      """)
  }

  @Test func secondsThatEveryCallHasFree() throws {
    try settle(
      "plan: p\ncurrency: EUR\ncharges: [{charge: calls, kinds: [voice], price: 1, per: 1 s, free_quantity: 5}]\n",
      "event E1 a voice 15s\ncharge E1 10 10s")
  }
}
