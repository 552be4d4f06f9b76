// Plans: what each key means, its default, and what is said about a faulty one.

import Catalog
import Money
import Tables
import Testing

/// Reads a plan with two decks, `retail` in EUR and `wholesale` in USD, and two lists of holidays, `de` and `at`.
func readPlan(_ text: String, defaultCurrency: String? = nil) -> (plan: RatePlan?, findings: [String]) {
  var findings: [CatalogFinding] = []
  var decks: [Label: PlanDeck] = [:]
  if let euro = Currency(code: "EUR"), let dollar = Currency(code: "USD") {
    decks = ["retail": PlanDeck(index: 3, currency: euro), "wholesale": PlanDeck(index: 5, currency: dollar)]
  }
  let plan = PlanReader.read(
    Array(text.utf8), file: "p.yaml", defaultCurrency: defaultCurrency.flatMap { Currency(code: $0) },
    decks: decks, holidays: ["de", "at"], findings: &findings)
  return (plan, findings.map(\.description))
}

@Suite struct PlanReaderTests {
  private static let head = "plan: p\ncurrency: EUR\n"
  private static let charges = "charges:\n  - {charge: sms, kinds: [message], price: 0.07}\n"

  /// A plan of one message charge with `line` put before its charges.
  private func read(_ line: String) -> (plan: RatePlan?, findings: [String]) {
    readPlan(Self.head + line + "\n" + Self.charges)
  }

  @Test func theExampleOfTheReadmeReads() throws {
    let (plan, findings) = readPlan(
      """
      # a comment
      plan: retail-2025
      currency: EUR
      rounding: {scale: 6, mode: half-up}
      duration: whole-seconds
      look_up: {voice: retail}
      connection_fee: chargeable
      answered_zero: free
      not_billed:
        - {reason: unanswered, answered: no}
        - {reason: inbound, direction: inbound}
        - {reason: on-net, on_net: account}
        - {reason: emergency, to: [112, 110]}
      charges:
        - charge: calls
          kinds: [voice]
          directions: [outbound]
          price: deck
        - charge: sms
          kinds: [message]
          price: 0.07
          per: 1
        - charge: backup
          kinds: [data]
          rating_groups: [backup]
          price: 0.02
          per: 1 GB
          minimum_amount: 0.01
          maximum_amount: 5
          increment: 1 GB
          connection_fee: 0.05
      """)
    #expect(findings == [])
    let read = try #require(plan)
    #expect(read.name == "retail-2025")
    #expect(read.currency.code == "EUR")
    #expect(read.rounding == .event)
    #expect(!read.keepsMilliseconds)
    #expect(read.deckIndexByKind == [3, nil, nil, nil])
    #expect(read.connectionFee == .chargeable)
    #expect(!read.chargesAnsweredZero)
    #expect(read.notBilled.map(\.reason) == ["unanswered", "inbound", "on-net", "emergency"])
    #expect(read.notBilled.map(\.isAnswered) == [false, nil, nil, nil])
    #expect(read.notBilled.map(\.directions) == [[], [.inbound], [], []])
    #expect(read.notBilled.map(\.onNet) == [nil, nil, .account, nil])
    #expect(read.notBilled.map(\.numberPrefixes) == [[], [], [], ["112", "110"]])
    #expect(read.charges.map(\.name) == ["calls", "sms", "backup"])
    #expect(read.charges.map(\.line) == [15, 19, 23])
    #expect(read.file == "p.yaml")
    #expect(read.line == 2)
    let backup = read.charges[2]
    #expect(backup.ratingGroups == ["backup"])
    #expect(backup.increment == BillingIncrement(first: 1_000_000_000, next: 1_000_000_000))
    #expect(backup.connectionFeePico == 50_000_000_000)
    #expect(backup.eventMinimum == Amount(pico: 10_000_000_000))
    #expect(backup.eventMaximum == Amount(pico: 5_000_000_000_000))
  }

  @Test func aPlanSaysLittleWhereTheDefaultsFit() throws {
    let read = try #require(read("").plan)
    #expect(read.rounding == .event)
    #expect(read.deckIndexByKind == [nil, nil, nil, nil])
    #expect(read.connectionFee == .chargeable)
    #expect(read.notBilled.map(\.reason) == ["unanswered"])
    #expect(read.notBilled.map(\.isAnswered) == [false])
  }

  @Test func theCurrencyIsThePlansOrTheDefault() {
    let text = "plan: p\n" + Self.charges
    #expect(readPlan(text, defaultCurrency: "CHF").plan?.currency.code == "CHF")
    #expect(readPlan(Self.head + Self.charges, defaultCurrency: "CHF").plan?.currency.code == "EUR")
    #expect(
      readPlan(text).findings == [
        "p.yaml:1:1: the plan has no 'currency'; add `currency: EUR` here, or a default in catalog.yaml"
      ])
  }

  @Test(arguments: [
    ("rounding: none", RoundingRule.none), ("rounding: {scale: 0}", RoundingRule(scale: 0, mode: .halfUp)),
    ("rounding: {scale: 12, mode: up}", RoundingRule(scale: 12, mode: .up)),
    ("rounding: {mode: half-even}", RoundingRule(scale: 6, mode: .halfEven)),
    ("rounding: {scale: 2, mode: down}", RoundingRule(scale: 2, mode: .down)),
  ])
  func roundingIsAScaleAndAMode(_ line: String, _ rule: RoundingRule) {
    #expect(read(line).plan?.rounding == rule)
  }

  @Test(arguments: [
    ("duration: exact", \RatePlan.keepsMilliseconds, true),
    ("duration: whole-seconds", \RatePlan.keepsMilliseconds, false),
    ("answered_zero: first-increment", \RatePlan.chargesAnsweredZero, true),
    ("answered_zero: free", \RatePlan.chargesAnsweredZero, false),
  ])
  func rulesAreWords(_ line: String, _ path: any KeyPath<RatePlan, Bool> & Sendable, _ expected: Bool) {
    #expect(read(line).plan?[keyPath: path] == expected)
  }

  @Test(arguments: [ConnectionFeeRule.chargeable, .answered, .always])
  func connectionFeesHaveARule(_ rule: ConnectionFeeRule) {
    #expect(read("connection_fee: \(rule.rawValue)").plan?.connectionFee == rule)
  }

  @Test func anEmptyListOfNotBilledRulesBillsEverything() {
    #expect(read("not_billed: []").plan?.notBilled.isEmpty == true)
  }

  @Test func notBilledRulesTakeKindsPrefixesAndDispositions() throws {
    let (plan, findings) = read(
      "not_billed: [{reason: odd, kinds: [voice, data], to: +4930, dispositions: [BUSY, a b], on_net: any}]")
    #expect(findings == [])
    let rule = try #require(plan?.notBilled.first)
    #expect(rule.kinds == [.voice, .data])
    #expect(rule.numberPrefixes == ["4930"])
    #expect(rule.dispositions == ["BUSY", "a b"])
    #expect(rule.onNet == .any)
  }

  @Test func notBilledCodesAreWholeNumbers() {
    let (plan, findings) = read("not_billed: [{reason: service, codes: [911, 411]}]")
    #expect(findings == [])
    #expect(plan?.notBilled.first?.codes == ["911", "411"])
    #expect(plan?.notBilled.first?.numberPrefixes == [])
  }

  @Test(arguments: [
    ("roundin: none", "p.yaml:3:1: unknown key 'roundin' in the plan; did you mean 'rounding'?"),
    ("rounding: {scale: 13}", "p.yaml:3:19: 13 is not a number of digits; it lies between 0 and 12"),
    ("rounding: {mode: halfup}", "p.yaml:3:18: 'halfup' is not a rounding mode; did you mean 'half-up'?"),
    ("rounding: 6", "p.yaml:3:11: expected a rounding with keys and values, found '6'"),
    ("duration: seconds", "p.yaml:3:11: 'seconds' is not a rule for durations; known: whole-seconds, exact"),
    ("look_up: {voice: retial}", "p.yaml:3:18: there is no deck 'retial'; did you mean 'retail'?"),
    ("look_up: {voices: retail}", "p.yaml:3:11: unknown key 'voices' in look_up; did you mean 'voice'?"),
    (
      "not_billed: {reason: x}",
      "p.yaml:3:13: expected a list of not-billed rules, found a map; begin each with '-'"
    ),
    ("not_billed: [{answered: no}]", "p.yaml:3:14: a not-billed rule has no 'reason'"),
    (
      "not_billed: [{reason: all}]",
      "p.yaml:3:14: a not-billed rule without a condition would take every event; "
        + "add answered, direction, kind, to, codes, on_net or disposition"
    ),
    (
      "not_billed: [{reason: x, to: [11x]}]",
      "p.yaml:3:31: '11x' is not the beginning of a number; write 1 to 15 digits as in E.164, such as 49 or 112"
    ),
    (
      "not_billed: [{reason: x, to: 1234567890123456}]",
      "p.yaml:3:30: '1234567890123456' is not the beginning of a number; "
        + "write 1 to 15 digits as in E.164, such as 49 or 112"
    ),
    (
      "not_billed: [{reason: x, on_net: yes}]",
      "p.yaml:3:34: 'yes' is not a rule for on-net calls; known: account, any"
    ),
    ("currency: eur", "p.yaml:3:1: key 'currency' is given twice in one map, first on line 2; keep one"),
  ])
  func faultsOfThePlanAreNamed(_ line: String, _ finding: String) {
    let (plan, findings) = read(line)
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test func allFaultsAreNamedInFileOrder() {
    let (plan, findings) = readPlan(
      """
      currency: eur
      duration: exactly
      charges:
        - {charge: a, kinds: [voice], price: deck}
        - {charge: a, kinds: [massage], price: 1,5, per: 1}
      """)
    #expect(plan == nil)
    #expect(
      findings == [
        "p.yaml:1:1: the plan has no 'plan'",
        "p.yaml:1:11: 'eur' is not a currency; write three capital letters, such as EUR",
        "p.yaml:2:11: 'exactly' is not a rule for durations; did you mean 'exact'?",
        "p.yaml:4:40: 'look_up' names no deck for voice; add `look_up: {voice: DECK}`, or give the charge a price of its own",
        "p.yaml:5:14: charge 'a' is there already, on line 4; give each charge a name of its own",
        "p.yaml:5:25: 'massage' is not a kind of usage; did you mean 'message'?",
        "p.yaml:5:44: unknown key '5' in a charge; known: charge, kinds, kind, directions, direction, rating_groups, "
          + "rating_group, price, per, increment, minimum, connection_fee, minimum_amount, maximum_amount, from, until, …",
      ])
  }

  @Test func aDeckInAnotherCurrencyMayClassifyButNotPrice() {
    let lookUp = Self.head + "look_up: {voice: wholesale}\n"
    #expect(
      readPlan(lookUp + "charges: [{charge: c, kinds: [voice], price: deck}]").findings == [
        "p.yaml:3:18: deck 'wholesale' has its prices in USD, the plan charges EUR; use a deck in EUR, or a plan in USD"
      ])
    #expect(readPlan(lookUp + "charges: [{charge: c, kinds: [voice], price: 0.01}]").findings == [])
    #expect(readPlan(lookUp + "charges: [{charge: c, price: deck}]").plan == nil)
  }

  @Test func withoutChargesNothingCouldBeCharged() {
    let hint = "begin each with '- charge:'"
    #expect(readPlan(Self.head).findings == ["p.yaml:1:1: the plan has no 'charges'"])
    #expect(
      readPlan(Self.head + "charges: []").findings == [
        "p.yaml:3:10: expected a list of charges, found a list; \(hint)"
      ])
    #expect(
      readPlan(Self.head + "charges:").findings == [
        "p.yaml:3:9: expected a list of charges, found nothing; \(hint)"
      ])
    #expect(readPlan("").findings.first == "p.yaml:1:1: the plan has no 'plan'")
  }
}
