// Tiers: kinds, bounds, what each kind needs, and bounds past which one more comes to less.

import Catalog
import Money
import Tables
import Testing

@Suite struct PlanTierTests {
  /// A plan whose one charge, of voice, has these tiers in line 3.
  private func read(_ tiers: String, kind: String = "kind: voice, ") -> (
    tiers: ChargeTiers?, findings: [String]
  ) {
    let (plan, findings) = readPlan(
      "plan: p\ncurrency: EUR\ncharges: [{charge: c, \(kind)tiers: {\(tiers)}}]\n")
    guard case .tiers(let tiers) = plan?.charges.first?.price else { return (nil, findings) }
    return (tiers, findings)
  }

  /// Steps as `up_to price/units flat cap share`.
  private func shown(_ tiers: ChargeTiers?) -> [String] {
    tiers?.steps.map { step in
      var parts = [step.upTo.map { "\($0)" } ?? "open"]
      if let price = step.price { parts.append("\(Amount(pico: Int128(price.pico)))/\(price.units)") }
      if step.flat != .zero { parts.append("flat \(step.flat)") }
      if let cap = step.cap { parts.append("cap \(cap)") }
      if let share = step.share { parts.append("share \(share.numerator)/\(share.denominator)") }
      return parts.joined(separator: " ")
    } ?? ["none"]
  }

  @Test func graduatedTiersHavePricesFlatsAndCaps() {
    let (tiers, findings) = read(
      "kind: graduated, steps: [{up_to: 1000 min, price: 0.03, per: 1 min, flat: 5, cap: 20}, {from: 1000 min, up_to: 2000 min, flat: 1}, {price: 0.01}]"
    )
    #expect(findings == [])
    #expect(tiers?.kind == .graduated)
    #expect(tiers?.measure == .quantity)
    #expect(tiers?.counted == .uncovered)
    #expect(tiers?.billsFlatOnZero == false)
    #expect(
      shown(tiers) == ["60000000 0.03/60000 flat 5 cap 20", "120000000 flat 1", "open 0.01/60000"])
  }

  @Test(arguments: [
    (
      "kind: volume, counts: all, bill_flat_on_zero: yes, steps: [{price: 0, flat: 2}]",
      ["open 0/60000 flat 2"]
    ),
    ("kind: package, size: 100 min, price: 5", ["open 5/6000000"]),
    (
      "kind: package, steps: [{up_to: 60, price: 0, per: 60}, {price: 1, per: 1 h}]",
      ["60000 0/60000", "open 1/3600000"]
    ),
    ("kind: stairstep, steps: [{up_to: 1, flat: 0}, {flat: 9}]", ["1000", "open flat 9"]),
    (
      "kind: stairstep, over: spend, steps: [{up_to: 0.01, flat: 1}, {flat: 9}]",
      ["10000000000 flat 1", "open flat 9"]
    ),
    (
      "kind: percentage, steps: [{up_to: 100, percent: 1.5%}, {percent: 2, flat: 3, cap: 4}]",
      ["100000000000000 share 3/200", "open flat 3 cap 4 share 1/50"]
    ),
    ("kind: graduated-percentage, over: spend, steps: [{percent: 0}]", ["open share 0/1"]),
  ])
  func everyKindHasItsPrices(_ text: String, _ steps: [String]) {
    let (tiers, findings) = read(text)
    #expect(findings == [])
    #expect(shown(tiers) == steps)
  }

  @Test func tiersOverAmountsNeedNoKind() {
    let tiers = "kind: percentage, steps: [{percent: 1}]"
    #expect(read(tiers, kind: "").findings == [])
    #expect(
      read("kind: graduated, steps: [{price: 1}]", kind: "").findings == [
        "p.yaml:3:30: tiers over a quantity needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
      ])
  }

  @Test(arguments: [
    ("steps: [{price: 1}]", "p.yaml:3:43: tiers has no 'kind'"),
    (
      "kind: gradual, steps: [{price: 1}]",
      "p.yaml:3:50: 'gradual' is not a kind of tiers; did you mean 'graduated'?"
    ),
    ("kind: graduated", "p.yaml:3:43: tiers has no 'steps'"),
    (
      "kind: graduated, steps: []",
      "p.yaml:3:68: the list of tiers is empty; write at least one, without 'up_to'"
    ),
    (
      "kind: graduated, over: spend, steps: [{price: 1}]",
      "p.yaml:3:67: graduated tiers are over quantities; use percentage, graduated-percentage or stairstep tiers"
    ),
    (
      "kind: percentage, over: quantity, steps: [{percent: 1}]",
      "p.yaml:3:68: percentage tiers are over amounts; write `over: spend`"
    ),
    (
      "kind: volume, size: 1, steps: [{price: 1}]",
      "p.yaml:3:58: 'size' is for packages without steps; write it in each step"
    ),
    (
      "kind: volume, steps: [{up_to: 1, price: 1}]",
      "p.yaml:3:74: the last tier ends at '1': what is above it has no price; leave its 'up_to' out"
    ),
    (
      "kind: volume, steps: [{price: 1}, {price: 2}]",
      "p.yaml:3:66: a tier without 'up_to' has no end, so that the tiers below it are never reached; only the last tier is open"
    ),
    (
      "kind: volume, steps: [{up_to: 5, price: 1}, {up_to: 5, price: 1}, {price: 2}]",
      "p.yaml:3:96: '5' is not above the end of the tier before it; let 'up_to' ascend"
    ),
    (
      "kind: volume, steps: [{up_to: 5, price: 1}, {from: 6, price: 2}]",
      "p.yaml:3:95: there is a gap below '6'; leave 'from' out: a tier begins where the one before it ends"
    ),
    (
      "kind: volume, steps: [{up_to: 5, price: 1}, {from: 4, price: 2}]",
      "p.yaml:3:95: the tier overlaps the one before it; leave 'from' out: a tier begins where the one before it ends"
    ),
    ("kind: volume, steps: [{up_to: 0, price: 1}, {price: 2}]", "p.yaml:3:74: '0' is not above zero"),
    (
      "kind: volume, steps: [{up_to: 1}, {price: 2}]",
      "p.yaml:3:66: a tier has no 'price' and no 'flat'; write 0 where it is free"
    ),
    (
      "kind: stairstep, steps: [{cap: 1, flat: 1}]",
      "p.yaml:3:70: 'cap' does nothing in stairstep tiers; leave it out"
    ),
    (
      "kind: volume, steps: [{percent: 1, price: 1}]",
      "p.yaml:3:67: 'percent' does nothing in volume tiers; leave it out"
    ),
    (
      "kind: percentage, steps: [{price: 1, percent: 1}]",
      "p.yaml:3:71: 'price' does nothing in percentage tiers; leave it out"
    ),
    ("kind: volume, steps: [{flat: 1, per: 60}]", "p.yaml:3:76: 'per' without 'price'"),
    (
      "kind: volume, steps: [{price: 1, flat: 2, cap: 1}]",
      "p.yaml:3:91: the cap 1 is below the flat amount 2"
    ),
    (
      "kind: package, steps: [{price: 1}]",
      "p.yaml:3:67: a package needs 'per', its size; such as `per: 100 min`"
    ),
    (
      "kind: package, price: 1",
      "p.yaml:3:43: tiers has no 'size'; write `size: 1000` and `price: 5`, or steps"
    ),
  ])
  func faultsOfTiersAreNamed(_ text: String, _ finding: String) {
    let (tiers, findings) = read(text)
    #expect(tiers == nil)
    #expect(findings == [finding])
  }

  @Test(arguments: [
    ("price: 0.05", "price"), ("price: deck", "price"), ("per: 60", "per"), ("markup: 1%", "markup"),
  ])
  func tiersHaveAllPricesOfTheCharge(_ key: String, _ name: String) {
    let (_, findings) = readPlan(
      "plan: p\ncurrency: EUR\ncharges: [{charge: c, kind: voice, \(key), tiers: {kind: volume, steps: [{price: 1}]}}]"
    )
    #expect(
      findings == ["p.yaml:3:36: '\(name)' does nothing beside 'tiers'; tiers have all prices of the charge"])
  }

  @Test(
    arguments: [
      // 15 min at 0.10 are 1.50; a second more at 0.09 is 1.3515.
      (
        "kind: volume, steps: [{up_to: 15 min, price: 0.10}, {price: 0.09}]",
        "p.yaml:3:96: warning: 901 s comes to 1.3515, and 900 s to 1.5; graduated tiers never do that"
      ),
      // With the flat amount it is as dear: no warning.
      ("kind: volume, steps: [{up_to: 15 min, price: 0.10}, {price: 0.09, flat: 0.1485}]", nil),
      (
        "kind: volume, steps: [{up_to: 15 min, price: 0.10}, {price: 0.09, flat: 0.1484}]",
        "p.yaml:3:96: warning: 901 s comes to 1.4999, and 900 s to 1.5; graduated tiers never do that"
      ),
      // A cap ends the rise.
      ("kind: volume, steps: [{up_to: 15 min, price: 0.10, cap: 1.3515}, {price: 0.09}]", nil),
      (
        "kind: stairstep, steps: [{up_to: 10, flat: 5}, {flat: 4.99}]",
        "p.yaml:3:91: warning: 11 s comes to 4.99, and 10 s to 5; graduated tiers never do that"
      ),
      ("kind: stairstep, steps: [{up_to: 10, flat: 5}, {flat: 5}]", nil),
      (
        "kind: percentage, steps: [{up_to: 100, percent: 2}, {percent: 1}]",
        "p.yaml:3:96: warning: 100.01 comes to 1.0001, and 100 to 2; graduated tiers never do that"
      ),
      ("kind: graduated, steps: [{up_to: 15 min, price: 0.10}, {price: 0.01}]", nil),
      // What is too large to be compared is not compared.
      (
        "kind: percentage, steps: [{up_to: 170141183460469231731687303, percent: 2, flat: 170141183460469231731687303}, {percent: 1}]",
        nil
      ),
      ("kind: package, steps: [{up_to: 60, price: 1, per: 60}, {price: 0, per: 60}]", nil),
    ] as [(String, String?)])
  func oneMoreThatComesToLessIsAWarning(_ text: String, _ warning: String?) {
    let (tiers, findings) = read(text)
    #expect(tiers != nil)
    #expect(findings == (warning.map { [$0] } ?? []))
  }
}
