// The rules of comparing a catalog with an earlier one and with its usage.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing
import UsageSummary

@testable import DeckReview

/// A catalog with one account on one plan that looks voice up in `deck`.
func catalog(_ deck: RateDeck, charges: [String] = ["calls"]) -> Catalog {
  let plan = RatePlan(
    name: "retail", currency: deck.currency, rounding: .event, keepsMilliseconds: false,
    deckIndexByKind: [0, nil, nil, nil], connectionFee: .chargeable, chargesAnsweredZero: false,
    notBilled: [],
    charges: charges.enumerated().map { index, name in
      PlanCharge(
        name: Label(name), kinds: [.voice], directions: [], ratingGroups: nil, price: .deck, increment: nil,
        minimumSeconds: nil, connectionFeePico: nil, eventMinimum: nil, eventMaximum: nil, line: 5 + index)
    }, file: "c/plans/retail.yaml", line: 1)
  let account = Account(
    id: "acme", name: "acme", zone: .utc, cycleDay: 1, pool: .empty, rounding: .event,
    plans: [PlanAssignment(planIndex: 0, from: nil, until: nil)], details: [:], line: 2)
  return Catalog(
    defaults: CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: []), sources: [], formats: [],
    accounts: [account], services: [], decks: [deck], plans: [plan], contracts: [], ratingHash: "",
    billingHash: "", warnings: [])
}

@Suite struct DeckGapsTests {
  private static func check(
    _ old: String, _ new: String, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let head = "prefix,destination,price,status\n"
    let findings = DeckGaps.findings(
      catalog(try deck(head + new)), previous: [try deck(head + old)], folder: "c")
    #expect(
      findings.map { "\($0.line) " + $0.message.prefix { $0 != ";" } } == expected,
      sourceLocation: sourceLocation)
    #expect(findings.allSatisfy { $0.severity == .warning })
  }

  @Test func aPrefixThatLostItsPriceIsAGap() throws {
    try Self.check(
      "44,UK,0.01,\n45,DK,0.01,\n", "44,UK,0.01,\n",
      ["3 prefix '45' (DK) was priced, and nothing prices it any more"])
  }

  @Test func aPrefixThatFallsBackOrWasClosedIsNone() throws {
    try Self.check("4,X,0.01,\n44,UK,0.02,\n", "4,X,0.01,\n", [])
    try Self.check("44,UK,0.01,\n870,Sat,,blocked\n", "44,UK,0.01,\n", [])
    try Self.check("44,UK,0.01,\n", "44,UK,,blocked\n", [])
  }

  @Test func aPriceJumpsFromAFactorOfTenOn() throws {
    try Self.check("44,UK,0.01,\n", "44,UK,0.0999,\n", [])
    try Self.check("44,UK,0.01,\n", "44,UK,0.1,\n", ["2 prefix '44' (UK) costs 0.1 per 60 s"])
    try Self.check("44,UK,0.1,\n", "44,UK,0.0101,\n", [])
    try Self.check("44,UK,0.1,\n", "44,UK,0.01,\n", ["2 prefix '44' (UK) costs 0.01 per 60 s"])
  }

  @Test func freeIsNoJumpAndNewPrefixesAreNotCompared() throws {
    try Self.check("44,UK,0,\n", "44,UK,0.5,\n", [])
    try Self.check("44,UK,0.01,\n", "44,UK,0.01,\n449,UK premium,2,\n", [])
  }

  @Test func moreThanFiftyAreCounted() throws {
    let rows = (100...199).map { "2\($0),D,0.01,\n" }.joined()
    let findings = DeckGaps.findings(
      catalog(try deck("prefix,destination,price,status\n44,UK,0.01,\n")),
      previous: [try deck("prefix,destination,price,status\n44,UK,0.01,\n" + rows)], folder: "c")
    #expect(findings.count == 51)
    #expect(findings.last?.message == "and 50 more against the previous deck")
  }
}

@Suite struct UnusedPartsTests {
  private static let text = """
    prefix,destination,price,rating_group,status
    44,UK,0.01,Europe,
    45,DK,0.01,Europe,
    "1,1808",USA,0.02,America,
    870,Sat,,Satellite,blocked

    """

  @Test func groupsDestinationsAndChargesWithoutUsageAreNamed() throws {
    let survey = try survey([
      usage("UK", group: "Europe", eventCount: 1, raw: 60, billed: 60, price: "0.01", amount: "0.01")
    ])
    let findings = UnusedParts.findings(
      catalog(try deck(Self.text), charges: ["calls", "premium"]), usage: survey)
    #expect(
      findings.map { "\($0.line) " + $0.message.replacing(survey.path, with: "june") } == [
        "6 charge 'premium' of plan 'retail' took no event of june",
        "3 destination 'DK' has no usage in june: prefix 45",
        "4 rating group 'America' has no usage in june: prefixes 1 1808",
      ])
  }

  @Test func plansThatNobodyHasAreLeftAlone() throws {
    var catalog = catalog(try deck(Self.text))
    catalog.accounts = []
    #expect(UnusedParts.findings(catalog, usage: try survey([])).isEmpty)
  }
}
