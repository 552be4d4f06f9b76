// Prefixes that are sold below what a supplier charges.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import DeckReview

@Suite struct NegativeMarginsTests {
  private static func check(
    _ retail: String, _ wholesale: String, currency: String = "EUR", rates: [(String, String)] = [],
    kinds: [UsageKind] = [], _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let head = "prefix,destination,price,status,from\n"
    var made = catalog(try deck(head + retail))
    made.decks.append(try deck(head + wholesale, currency: currency))
    made.suppliers = [
      SupplierRule(
        supplier: "carrier", deckIndex: 1, trunks: ["*"], kinds: kinds, directions: [],
        dates: DateSpan(from: nil, until: nil),
        line: 2)
    ]
    made.exchangeRates = try rates.map { date, rate in
      ExchangeRate(
        from: try #require(Currency(code: "USD")), to: try #require(Currency(code: "EUR")),
        date: try #require(CivilDate.parse(date)), ratePico: Int64(pico(rate).pico), line: 2)
    }
    let findings = NegativeMargins.findings(made)
    #expect(
      findings.map { finding in
        "\(finding.line) \(finding.message.prefix { $0 != "(" })"
      } == expected, sourceLocation: sourceLocation)
    #expect(findings.allSatisfy { $0.severity == .warning })
  }

  @Test func aPriceBelowTheCostIsToldAndAnEqualOneIsNot() throws {
    try Self.check("44,UK,0.01,,\n", "44,UK,0.01,,\n", [])
    try Self.check(
      "44,UK,0.00999,,\n", "44,UK,0.01,,\n",
      ["2 prefix '44' is sold at EUR 0.00999 per 60 s, and supplier 'carrier' charges EUR 0.01 per 60 s "])
  }

  @Test func aLongerPrefixOfEitherSideIsSetBesideWhatCoversIt() throws {
    try Self.check(
      "44,UK,0.05,,\n", "44,UK,0.01,,\n4479,UK premium,0.5,,\n",
      ["2 prefix '4479' is sold at EUR 0.05 per 60 s, and supplier 'carrier' charges EUR 0.5 per 60 s "])
    try Self.check(
      "44,UK,0.05,,\n447,UK mobile,0.005,,\n", "44,UK,0.01,,\n",
      ["3 prefix '447' is sold at EUR 0.005 per 60 s, and supplier 'carrier' charges EUR 0.01 per 60 s "])
  }

  @Test func whatIsBlockedOrNotCarriedIsNotCompared() throws {
    try Self.check("44,UK,0.01,,\n", "44,UK,0.05,blocked,\n", [])
    try Self.check("44,UK,0.01,blocked,\n", "44,UK,0.05,,\n", [])
    try Self.check("44,UK,0.01,,\n", "45,DK,0.05,,\n", [])
    try Self.check("44,UK,0.01,,\n", "44,UK,0.05,,\n", kinds: [.message], [])
  }

  @Test func pricesMeetAtTheSameDate() throws {
    // The supplier raises its price a month before the customers pay more.
    let retail = "44,UK,0.01,,2025-01-01\n44,UK,0.03,,2025-03-01\n"
    try Self.check(
      retail, "44,UK,0.005,,2025-01-01\n44,UK,0.02,,2025-02-01\n",
      ["2 prefix '44' is sold at EUR 0.01 per 60 s, and supplier 'carrier' charges EUR 0.02 per 60 s "])
    try Self.check(retail, "44,UK,0.005,,2025-01-01\n44,UK,0.02,,2025-03-01\n", [])
  }

  @Test func anotherCurrencyNeedsARate() throws {
    let (retail, wholesale) = ("44,UK,0.01,,2025-03-01\n", "44,UK,0.011,,2025-03-01\n")
    try Self.check(retail, wholesale, currency: "USD", [])
    try Self.check(retail, wholesale, currency: "USD", rates: [("2025-01-01", "0.9")], [])
    try Self.check(
      retail, wholesale, currency: "USD", rates: [("2025-01-01", "0.9"), ("2025-02-01", "0.95")],
      ["2 prefix '44' is sold at EUR 0.01 per 60 s, and supplier 'carrier' charges USD 0.011 per 60 s "])
  }

  @Test func moreThanFiftyAreCounted() throws {
    let rows = (100...199).map { "2\($0),D,0.01,,\n" }.joined()
    let costs = (100...199).map { "2\($0),D,0.02,,\n" }.joined()
    let head = "prefix,destination,price,status,from\n"
    var made = catalog(try deck(head + rows))
    made.decks.append(try deck(head + costs))
    made.suppliers = [
      SupplierRule(
        supplier: "carrier", deckIndex: 1, trunks: ["*"], kinds: [], directions: [],
        dates: DateSpan(from: nil, until: nil), line: 2)
    ]
    let findings = NegativeMargins.findings(made)
    #expect(findings.count == 51)
    #expect(findings.last?.message == "and 50 more prefixes below supplier 'carrier'")
  }
}

/// Charges with prices of their own beside what suppliers charge.
@Suite struct NegativeChargeMarginsTests {
  private static func findings(_ charges: String, cost: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\nacme,p\n",
      "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "suppliers.csv": "supplier,deck,trunks\ncarrier,cost,*\n",
      "decks/cost.csv": "prefix,destination,price\n\(cost)",
      "decks/retail.csv":
        "prefix,destination,price,rating_group\n49,Germany,9,DE\n44,UK,9,UK\n4479,UK premium,9,UK\n",
      "plans/p.yaml": "plan: p\nlook_up: {voice: retail}\ncharges:\n\(charges)",
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return NegativeMargins.findings(try CatalogFolder.load(folder.path(of: "c"))).map {
      "\($0.line) \($0.message.prefix { $0 != "(" })"
    }
  }

  @Test(arguments: [
    ("0.05", []), ("0.1", []),
    (
      "0.04",
      [
        "4 charge 'uk' of plan 'p' sells prefix '44' at EUR 0.04 per 60 s, and supplier 'carrier' charges EUR 0.05 per 60 s "
      ]
    ),
  ]) func aChargeBelowTheCostIsTold(price: String, expected: [String]) throws {
    let charges =
      "  - {charge: uk, kinds: [voice], rating_groups: [UK], price: \(price)}\n"
      + "  - {charge: rest, kinds: [voice], price: deck}\n"
    #expect(
      try Self.findings(charges, cost: "44,UK,0.05\n49,Germany,0.2\n4479,UK premium,0.01\n") == expected)
  }

  @Test func theDearestPrefixIsNamedAndOthersAreCounted() throws {
    let charges = "  - {charge: flat, kinds: [voice], price: 0.04}\n"
    #expect(
      try Self.findings(charges, cost: "44,UK,0.05\n49,Germany,0.03\n4479,UK premium,0.5\n") == [
        "4 charge 'flat' of plan 'p' sells prefix '4479' and 1 more at EUR 0.04 per 60 s, and supplier 'carrier' charges EUR 0.5 per 60 s "
      ])
  }

  @Test func whatIsFreeIsMeantToBe() throws {
    #expect(
      try Self.findings("  - {charge: flat, kinds: [voice], price: 0}\n", cost: "4,Europe,0.5\n").isEmpty)
  }

  @Test func anEarlierChargeTakesIt() throws {
    let charges =
      "  - {charge: uk, kinds: [voice], rating_groups: [UK], price: 1}\n  - {charge: rest, kinds: [voice], price: 0.04}\n"
    #expect(try Self.findings(charges, cost: "44,UK,0.5\n").isEmpty)
  }
}
