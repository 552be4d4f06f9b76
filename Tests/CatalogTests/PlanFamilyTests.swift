// Plans that extend each other: what is inherited, replaced, merged and removed, and chains that cannot be.

import Money
import Tables
import Testing

@testable import Catalog

@Suite struct PlanFamilyTests {
  private static let base = """
    plan: base
    currency: EUR
    look_up: {voice: retail}
    order: cheapest-first
    bands:
    - {band: peak, days: [mon-fri], from: "08:00", until: "12:00"}
    - {band: peak, days: [mon-fri], from: "13:00", until: "18:00"}
    - {band: night, from: "22:00"}
    charges:
    - {charge: calls, kinds: [voice], price: 0.06, per: 1 h, increment: 60/60}
    - {charge: sms, kinds: [message], price: 0.07}
    allowances:
    - {allowance: minutes, quantity: 100 min, kinds: [voice], priority: 5}
    tests:
    - {event: {start: 2026-05-04 10:00:00, quantity: 60}, amount: 0.06}

    """

  /// The plans of files `a.yaml`, `b.yaml` … read together, with one deck, `retail` in EUR.
  private func read(_ texts: String...) -> [ReadPlan] {
    var decks: [Label: PlanDeck] = [:]
    if let euro = Currency(code: "EUR") { decks["retail"] = PlanDeck(index: 0, currency: euro) }
    let files = zip("abcdefghijklmnopqrstuvwxyz", texts).map { name, text in
      PlanText(file: "\(name).yaml", bytes: Array(text.utf8))
    }
    return PlanFamily.read(files, PlanReferences(defaultCurrency: nil, decks: decks, holidays: []))
  }

  private func findings(_ read: [ReadPlan]) -> [String] { read.flatMap(\.findings).map(\.description) }

  @Test func whatIsNotGivenIsInherited() throws {
    let read = read(Self.base, "plan: child\nextends: base\n")
    #expect(findings(read) == [])
    let plan = try #require(read[1].plan)
    #expect(plan.name == "child")
    #expect(plan.parent == "base")
    #expect(plan.currency.code == "EUR")
    #expect(plan.deckIndexByKind == [0, nil, nil, nil])
    #expect(plan.order == .cheapestFirst)
    #expect(plan.bands.count == 3)
    #expect(plan.charges.map(\.name) == ["calls", "sms"])
    #expect(plan.charges.map(\.file) == ["a.yaml", "a.yaml"])
    #expect(plan.charges.map(\.line) == [10, 11])
    #expect(plan.allowances.map(\.file) == ["a.yaml"])
    // Examples cost what they cost under the plan that has them.
    #expect(plan.examples.isEmpty)
    #expect(read[0].plan?.examples.count == 1)
    #expect(read[0].plan?.parent == nil)
    #expect(plan.file == "b.yaml")
    #expect(plan.line == 1)
  }

  @Test func keysGivenHereReplaceThoseOfTheSameName() throws {
    let read = read(
      Self.base,
      """
      plan: child
      extends: base
      order: time
      bands: [{band: peak, days: sat}, {band: first, days: sun}]
      charges:
      - {charge: backup, kinds: [data], price: 0.02, per: 1 GB}
      - {charge: calls, price: 0.12}
      - {charge: aws, kinds: [event], price: recorded}
      allowances:
      - {allowance: minutes, quantity: 200 min}
      """)
    #expect(findings(read) == [])
    let plan = try #require(read[1].plan)
    #expect(plan.order == .time)
    // New names come before the inherited ones; all entries of a band are replaced, in their place.
    #expect(plan.bands.map(\.band) == ["first", "peak", "night"])
    #expect(plan.bands.map(\.days.rawValue) == [64, 32, 127])
    #expect(plan.charges.map(\.name) == ["backup", "aws", "calls", "sms"])
    let calls = plan.charges[2]
    // A new number is per what the old one was per.
    #expect(calls.price == .unit(UnitPrice(pico: 120_000_000_000, units: 3_600_000)))
    #expect(calls.kinds == [.voice])
    #expect(calls.increment == BillingIncrement(first: 60_000, next: 60_000))
    #expect(calls.file == "b.yaml")
    #expect(calls.line == 7)
    #expect(plan.allowances.map(\.size) == [.quantity(12_000_000, of: .voice)])
    #expect(plan.allowances.map(\.priority) == [5])
  }

  @Test(arguments: [
    ("price: deck", "deck"), ("price: recorded", "recorded"), ("price: recorded, markup: 5%", "markup 21/20"),
    ("tiers: {kind: volume, steps: [{price: 1}]}", "tiers"),
  ])
  func oneKindOfPriceReplacesAnother(_ keys: String, _ expected: String) throws {
    let parents = [
      "price: 0.06, per: 1 h", "price: deck", "price: recorded, margin: 10%",
      "tiers: {kind: graduated, steps: [{price: 2}]}",
    ]
    for parent in parents {
      let head = "plan: base\ncurrency: EUR\nlook_up: {voice: retail}\n"
      let read = read(
        head + "charges: [{charge: c, kinds: [voice], \(parent)}]\n",
        "plan: child\nextends: base\ncharges: [{charge: c, \(keys)}]\n")
      #expect(findings(read) == [], "\(parent) → \(keys)")
      switch try #require(read[1].plan).charges[0].price {
      case .deck: #expect(expected == "deck")
      case .unit: Issue.record("a unit price is left of \(parent)")
      case .recorded(.asItIs): #expect(expected == "recorded")
      case .recorded(.scaled(let scale)):
        #expect(
          expected == "\(scale.word) \(scale.ratio.numerator)/\(scale.ratio.denominator)"
            || parent.contains("margin") && keys == "price: recorded")
      case .recorded(.percentage): Issue.record("nobody wrote a percentage")
      case .tiers: #expect(expected == "tiers")
      }
    }
  }

  @Test func inheritedPartsCanBeRemoved() throws {
    let read = read(
      Self.base,
      "plan: child\nextends: base\nremove: {charges: [sms], allowances: minutes, bands: [peak]}\n")
    #expect(findings(read) == [])
    let plan = try #require(read[1].plan)
    #expect(plan.charges.map(\.name) == ["calls"])
    #expect(plan.allowances.isEmpty)
    #expect(plan.bandNames == ["night"])
  }

  @Test func chainsGoOverSeveralFiles() throws {
    let read = read(
      "plan: c\nextends: b\ncharges: [{charge: sms, price: 0.09}]\n",
      "plan: b\nextends: base\ncharges: [{charge: sms, minimum_amount: 0.1}]\n", Self.base)
    #expect(findings(read) == [])
    let sms = try #require(read[0].plan?.charges.last)
    #expect(sms.price == .unit(UnitPrice(pico: 90_000_000_000, units: 1)))
    #expect(sms.eventMinimum?.description == "0.1")
    #expect(sms.kinds == [.message])
  }

  @Test(
    arguments: [
      ("plan: child\nextends: bse\n", ["b.yaml:2:10: there is no plan 'bse'; did you mean 'base'?"]),
      (
        "plan: child\nextends: child\n",
        ["b.yaml:2:10: the plan extends itself: child → child; let one of them stand alone"]
      ),
      (
        "plan: child\nextends: base\nremove: {charges: [sns]}\n",
        ["b.yaml:3:20: no charge 'sns' is inherited; did you mean 'sms'?"]
      ),
      (
        "plan: child\nextends: base\nremove: {charge: [sms]}\n",
        ["b.yaml:3:10: unknown key 'charge' in remove; did you mean 'charges'?"]
      ),
      (
        "plan: child\nextends: base\ncharges: [{charge: call, direction: inbound, price: 0.1}]\n",
        [
          "b.yaml:3:53: a price of its own needs one kind of usage; add `kinds: [voice]`, or make a charge for each"
        ]
      ),
      (
        "plan: child\nextends: base\nremove: {bands: peak}\nallowances: [{allowance: m, events: 1, bands: peak}]\n",
        ["b.yaml:4:47: the plan has no band 'peak'; known: night"]
      ),
    ] as [(String, [String])])
  func faultsOfAChildAreNamedInItsFile(_ child: String, _ expected: [String]) {
    let read = read(Self.base, child)
    #expect(read[0].plan != nil)
    #expect(read[1].plan == nil)
    #expect(read[1].name == "child")
    #expect(findings(read) == expected)
  }

  @Test func aCircleIsNamedOnceInEachOfItsPlans() {
    let read = read(
      "plan: a\nextends: b\n", "plan: b\nextends: c\n", "plan: c\nextends: b\n")
    #expect(
      findings(read) == [
        "b.yaml:2:10: the plan extends itself: b → c → b; let one of them stand alone",
        "c.yaml:2:10: the plan extends itself: c → b → c; let one of them stand alone",
      ])
    #expect(read.allSatisfy { $0.plan == nil })
  }

  @Test func sixteenPlansMayFormAChain() {
    func chain(_ count: Int) -> [ReadPlan] {
      var decks: [Label: PlanDeck] = [:]
      if let euro = Currency(code: "EUR") { decks["retail"] = PlanDeck(index: 0, currency: euro) }
      let texts = (1...count).map { number in
        PlanText(
          file: "\(number).yaml",
          bytes: Array(
            (number == 1
              ? Self.base : "plan: p\(number)\nextends: \(number == 2 ? "base" : "p\(number - 1)")\n").utf8))
      }
      return PlanFamily.read(texts, PlanReferences(defaultCurrency: nil, decks: decks, holidays: []))
    }
    #expect(findings(chain(16)) == [])
    #expect(chain(16).last?.plan?.charges.count == 2)
    #expect(
      findings(chain(17)) == [
        "17.yaml:2:10: more than 16 plans extend each other; let plans extend a common one"
      ])
  }

  @Test func aFaultOfTheParentIsToldOnce() {
    let read = read(Self.base + "crossing: no\n", "plan: child\nextends: base\n")
    #expect(
      findings(read) == [
        "a.yaml:16:11: 'no' is not a rule for calls that cross bands; known: split-carry, split-each, start"
      ])
    #expect(read.allSatisfy { $0.plan == nil })
  }

  @Test func whatIsOnlyWrongInTheChildNamesBothPlans() {
    let head = "plan: base\ncurrency: EUR\nlook_up: {voice: retail}\n"
    let read = read(
      head + "charges: [{charge: c, kinds: [voice], price: deck}]\n",
      "plan: child\nextends: base\nlook_up: {}\n")
    #expect(read[0].plan != nil)
    #expect(read[1].plan == nil)
    #expect(
      findings(read) == [
        "a.yaml:4:46: 'look_up' names no deck for voice, as plan 'child' inherits it; add `look_up: {voice: DECK}`, or give the charge a price of its own"
      ])
  }

  @Test func anAloneReadPlanKnowsNoParents() {
    #expect(
      readPlan("plan: p\nextends: q\ncharges: [{charge: c, kind: message, price: 1}]").findings
        == ["p.yaml:2:10: there is no plan 'q'; known: p"])
  }
}
