// Charges: prices and what they are per, increments, minimums and limits, and charges that are never reached.

import Catalog
import Money
import Tables
import Testing

@Suite struct PlanChargeTests {
  /// A plan that looks voice up in a deck, with these charges, each a line.
  private func read(_ charges: String...) -> (plan: RatePlan?, findings: [String]) {
    readPlan(
      "plan: p\ncurrency: EUR\nlook_up: {voice: retail}\ncharges:\n" + charges.map { "- \($0)\n" }.joined())
  }

  @Test(arguments: [
    ("{charge: c, kinds: [voice], price: 0.06}", 60_000),
    ("{charge: c, kinds: [voice], price: 0.06, per: 60}", 60_000),
    ("{charge: c, kind: voice, price: 0.06, per: 1 min}", 60_000),
    ("{charge: c, kinds: [voice], price: 0.06, per: 1 h}", 3_600_000),
    ("{charge: c, kinds: [voice], price: 0.06, per: 1 s}", 1000),
    ("{charge: c, kinds: [message], price: 0.06}", 1),
    ("{charge: c, kinds: [message], price: 0.06, per: 1000}", 1000),
    ("{charge: c, kinds: [data], price: 0.06, per: 1 GB}", 1_000_000_000),
    ("{charge: c, kinds: [data], price: 0.06, per: 1 GiB}", 1_073_741_824),
    ("{charge: c, kinds: [event], price: 0.06}", 1_000_000),
    ("{charge: c, kinds: [event], price: 0.06, per: 0.5}", 500_000),
  ])
  func aPriceIsPerAQuantity(_ charge: String, _ units: Int64) {
    let (plan, findings) = read(charge)
    #expect(findings == [])
    guard case .unit(let price) = plan?.charges.first?.price else { Issue.record("no unit price"); return }
    #expect(price == UnitPrice(pico: 60_000_000_000, units: units))
  }

  @Test(
    arguments: [
      ("60", [0: 60_000]), ("60/60", [0: 60_000]), ("60/6", [0: 60_000, 60_000: 6000]),
      ("1 min/1", [0: 60_000, 60_000: 1000]),
      ("60 / 6", [0: 60_000, 60_000: 6000]), ("0.1 s", [0: 100]),
      ("[{increment: 60}, {from: 60, increment: 6}]", [0: 60_000, 60_000: 6000]),
      (
        "[{from: 0, increment: 30}, {from: 1 min, increment: 6}, {from: 1 h, increment: 60}]",
        [0: 30_000, 60_000: 6000, 3_600_000: 60_000]
      ),
    ] as [(String, [Int64: Int64])])
  func incrementsAreStepsFromZero(_ increment: String, _ steps: [Int64: Int64]) {
    let (plan, findings) = read(
      "{charge: c, kinds: [voice], price: deck, increment: \(increment.contains(",") ? increment : "'\(increment)'")}"
    )
    #expect(findings == [])
    let read = plan?.charges.first?.increment?.steps ?? []
    #expect(read.map(\.from) == steps.keys.sorted())
    #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.from, $0.size) }) == steps)
    #expect(read.allSatisfy { $0.price == nil })
  }

  @Test func aStepMayHaveItsOwnPrice() {
    let (plan, findings) = read(
      "{charge: c, kinds: [voice], price: deck, increment: [{increment: 60}, {from: 60, increment: 1, price: 0.01, per: 1 min}]}"
    )
    #expect(findings == [])
    #expect(
      plan?.charges.first?.increment?.steps.map(\.price) == [
        nil, UnitPrice(pico: 10_000_000_000, units: 60_000),
      ])
  }

  @Test func aMinimumIsInWholeSeconds() {
    let minimum = { (text: String) in read("{charge: c, kinds: [voice], price: deck, minimum: \(text)}") }
    #expect(minimum("30").plan?.charges.first?.minimumSeconds == 30)
    #expect(minimum("1 min").plan?.charges.first?.minimumSeconds == 60)
    #expect(minimum("0").plan?.charges.first?.minimumSeconds == 0)
    #expect(minimum("0.5").findings == ["p.yaml:5:53: '0.5' is not a minimum in whole seconds"])
    #expect(minimum("-1").findings == ["p.yaml:5:53: '-1' is below zero"])
  }

  @Test func limitsMayMeetButNotCross() {
    let limits = { (text: String) in read("{charge: c, kinds: [voice], price: deck, \(text)}") }
    #expect(limits("minimum_amount: 1, maximum_amount: 1").findings == [])
    #expect(
      limits("minimum_amount: 1, maximum_amount: 0.99").findings == [
        "p.yaml:5:79: the maximum amount 0.99 is below the minimum amount 1"
      ])
  }

  @Test(arguments: [
    ("{kinds: [voice], price: deck}", "p.yaml:5:3: a charge has no 'charge'"),
    (
      "{charge: c, kinds: [voice]}",
      "p.yaml:5:3: a charge has no 'price'; write `price: deck`, or a price such as 0.05"
    ),
    (
      "{charge: c, kinds: [voice], prise: 1, price: deck}",
      "p.yaml:5:31: unknown key 'prise' in a charge; did you mean 'price'?"
    ),
    (
      "{charge: c, kinds: [voice], price: dekc}",
      "p.yaml:5:38: 'dekc' is not `deck` or a price; write digits and a decimal point, such as 0.05"
    ),
    (
      "{charge: c, price: 0.05}",
      "p.yaml:5:22: a price of its own needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    (
      "{charge: c, kinds: [voice, data], price: 0.05}",
      "p.yaml:5:44: a price of its own needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    (
      "{charge: c, kinds: [data], price: 0.05}",
      "p.yaml:5:3: a price for data needs 'per'; add `per: 1 GB` (10⁹ bytes) or `per: 1 GiB` (2³⁰)"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, per: 60}",
      "p.yaml:5:44: 'per' belongs to a price of the charge's own; a deck says what its prices are per"
    ),
    (
      "{charge: c, kinds: [data], price: deck}",
      "p.yaml:5:37: 'look_up' names no deck for data; add `look_up: {data: DECK}`, or give the charge a price of its own"
    ),
    ("{charge: c, kinds: [voice], price: -1}", "p.yaml:5:38: `deck` or a price is not negative, found '-1'"),
    (
      "{charge: c, kinds: [data], price: 1, per: 1 Gb}",
      "p.yaml:5:45: '1 Gb' has an unknown unit; did you mean 'GB'?"
    ),
    (
      "{charge: c, kinds: [data], price: 1, per: 1 min}",
      "p.yaml:5:45: '1 min' is not a quantity of data; 'min' measures voice"
    ),
    ("{charge: c, kinds: [data], price: 1, per: 0}", "p.yaml:5:45: '0' is not above zero"),
    (
      "{charge: c, kinds: [message], price: 1, per: 0.5}",
      "p.yaml:5:48: '0.5' is finer than message is measured; messages are counted whole"
    ),
    ("{charge: c, kinds: [data], price: 1, per: 10000 PB}", "p.yaml:5:45: '10000 PB' is too large"),
    (
      "{charge: c, price: deck, increment: 60/60}",
      "p.yaml:5:39: an increment needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, increment: 60/6/1}",
      "p.yaml:5:55: '60/6/1' is not an increment; write first/next, such as 60/6"
    ),
    ("{charge: c, kinds: [voice], price: deck, increment: 0/6}", "p.yaml:5:55: '0' is not above zero"),
    (
      "{charge: c, kinds: [voice], price: deck, increment: []}",
      "p.yaml:5:55: an increment without steps; write 60/6, or leave the key out"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, increment: [{from: 1, increment: 6}]}",
      "p.yaml:5:63: the first step begins at 0, not at '1'"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, increment: [{increment: 6}, {increment: 6}]}",
      "p.yaml:5:72: a step has no 'from'"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, increment: [{increment: 6}, {from: 0, increment: 6}]}",
      "p.yaml:5:72: a step begins at or before the step above it; let 'from' ascend"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, increment: [{increment: 6, per: 60}]}",
      "p.yaml:5:71: 'per' without 'price'"
    ),
    (
      "{charge: c, kinds: [message], price: 1, minimum: 30}",
      "p.yaml:5:52: 'minimum' is the least length of a call; add `kinds: [voice]`, or use minimum_amount"
    ),
    (
      "{charge: c, kinds: [voice], price: deck, connection_fee: 10000000}",
      "p.yaml:5:60: a connection fee of 10000000 is too large; the largest is 9223372.036854775807"
    ),
  ])
  func faultsOfAChargeAreNamed(_ charge: String, _ finding: String) {
    let (plan, findings) = read(charge)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test func aChargeBehindAWiderOneIsAWarning() {
    let wide = "{charge: wide, kinds: [voice], price: deck}"
    let narrow =
      "{charge: narrow, kinds: [voice], directions: [outbound], rating_groups: [mobile], price: 0.1}"
    let (plan, findings) = read(wide, narrow)
    #expect(plan?.charges.map(\.name) == ["wide", "narrow"])
    #expect(
      findings == [
        "p.yaml:6:12: warning: charge 'narrow' is never reached: 'wide' on line 5 takes all its events; put the narrower charge first"
      ])
    #expect(read(narrow, wide).findings == [])
    #expect(read("{charge: all, price: deck}", wide).findings.count == 1)
    // Overlapping is not covering.
    #expect(read("{charge: a, kind: voice, directions: [inbound], price: deck}", wide).findings == [])
    #expect(
      read(
        "{charge: a, kind: voice, rating_groups: [x], price: deck}",
        "{charge: b, kind: voice, rating_groups: [x, y], price: deck}"
      ).findings == [])
    #expect(
      read(
        "{charge: a, kind: voice, rating_groups: [x, y], price: deck}",
        "{charge: b, kind: voice, rating_groups: [y], price: deck}"
      ).findings.count == 1)
  }
}
