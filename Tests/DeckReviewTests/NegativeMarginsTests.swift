// Prefixes that are sold below what a supplier charges.

import BillingCalendar
import Catalog
import Money
import Tables
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
