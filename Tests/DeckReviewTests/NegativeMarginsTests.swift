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
    let findings = NegativeMargins.findings(made, folder: "c")
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
    let findings = NegativeMargins.findings(made, folder: "c")
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
    return NegativeMargins.findings(try CatalogFolder.load(folder.path(of: "c")), folder: "c").map {
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

/// Changes of prices, in plans and of single accounts, beside what suppliers charge.
@Suite struct NegativeChangeMarginsTests {
  /// Germany is sold at 0.10 and Germany Mobile at 0.20; the supplier charges 0.05 and 0.15.
  private static func findings(
    prices: String = "", overrides: String = "",
    charges: String = "  - {charge: calls, kinds: [voice], price: deck}\n",
    retail: String = "49,Germany,0.10,DE\n4915,Germany Mobile,0.20,MOB\n",
    cost: String = "49,Germany,0.05,\n4915,Germany Mobile,0.15,\n", more: [String: String] = [:]
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    var files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\nacme,p\nbolt,p\n",
      "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "suppliers.csv": "supplier,deck,trunks\ncarrier,cost,*\n",
      "decks/cost.csv": "prefix,destination,price,from\n\(cost)",
      "decks/retail.csv": "prefix,destination,price,rating_group\n\(retail)",
      "plans/p.yaml": "plan: p\nlook_up: {voice: retail}\n"
        + (prices.isEmpty ? "" : "prices:\n\(prices)") + "charges:\n\(charges)",
    ]
    if !overrides.isEmpty {
      files["overrides.csv"] =
        "account,charge,rating_group,prefix,kind,price,percent,from,until\n\(overrides)"
    }
    files.merge(more) { $1 }
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return NegativeMargins.findings(
      try CatalogFolder.load(folder.path(of: "c")), folder: folder.path(of: "c")
    ).map { finding in
      let file = finding.file.split(separator: "/").last ?? ""
      return "\(file):\(finding.line) \(finding.message.prefix { $0 != "," })"
    }
  }

  @Test(arguments: [
    // Mobile comes to 0.15, which is what it costs; then to a little less; then Germany loses too.
    ("-25", []),
    ("-25.1", ["p.yaml:4 the price change of plan 'p' sells prefix '4915' at EUR 0.1498 per 60 s"]),
    ("-60", ["p.yaml:4 the price change of plan 'p' sells prefix '4915' and 1 more at EUR 0.08 per 60 s"]),
    // What is free is meant to be.
    ("-100", []), ("10", []),
  ]) func aPercentageBelowTheCostIsTold(percent: String, expected: [String]) throws {
    #expect(try Self.findings(prices: "  - {percent: \(percent)}\n") == expected)
  }

  @Test func aPriceByPrefixIsSetBesideWhatCoversItAndWhatItCovers() throws {
    // 4930 has no row on either side, 491 covers one; 0.05 is what Germany costs.
    #expect(try Self.findings(prices: "  - {prefixes: [4930], price: 0.05}\n") == [])
    #expect(
      try Self.findings(prices: "  - {prefixes: [4930], price: 0.049}\n") == [
        "p.yaml:4 the price change of plan 'p' sells prefix '4930' at EUR 0.049 per 60 s"
      ])
    #expect(
      try Self.findings(prices: "  - {prefixes: [491], price: 0.05}\n") == [
        "p.yaml:4 the price change of plan 'p' sells prefix '4915' at EUR 0.05 per 60 s"
      ])
    #expect(try Self.findings(prices: "  - {prefixes: [48], price: 0.001}\n") == [])
  }

  @Test func theFirstThatFitsDecides() throws {
    let high = "  - {rating_groups: [MOB], price: 1}\n"
    #expect(try Self.findings(prices: high + "  - {percent: -40}\n") == [])
    #expect(
      try Self.findings(prices: high + "  - {percent: -60}\n") == [
        "p.yaml:5 the price change of plan 'p' sells prefix '49' at EUR 0.04 per 60 s"
      ])
    // Inbound calls are bought from nobody.
    #expect(try Self.findings(prices: "  - {directions: [inbound], percent: -90}\n") == [])
    #expect(try Self.findings(prices: "  - {kinds: [message], percent: -90}\n") == [])
  }

  @Test func aChangeOfAChargesOwnPriceIsToldInItsPlace() throws {
    let charges = "  - {charge: flat, kinds: [voice], price: 0.14}\n"
    #expect(
      try Self.findings(charges: charges) == [
        "p.yaml:4 charge 'flat' of plan 'p' sells prefix '4915' at EUR 0.14 per 60 s"
      ])
    #expect(try Self.findings(prices: "  - {charges: [flat], percent: 10}\n", charges: charges) == [])
    #expect(
      try Self.findings(prices: "  - {percent: 5}\n", charges: charges) == [
        "p.yaml:4 the price change of plan 'p' sells prefix '4915' at EUR 0.147 per 60 s"
      ])
    // One per cent more of nothing is the charge's own.
    #expect(
      try Self.findings(prices: "  - {percent: 0}\n", charges: charges) == [
        "p.yaml:6 charge 'flat' of plan 'p' sells prefix '4915' at EUR 0.14 per 60 s"
      ])
  }

  /// A deck below cost is no loss where every plan charges more than it says.
  @Test func aDeckThatAPlanMarksUpIsNotTold() throws {
    let retail = "49,Germany,0.04,DE\n"
    let cost = "49,Germany,0.05,\n"
    let loss = "retail.csv:2 prefix '49' is sold at EUR 0.04 per 60 s"
    #expect(try Self.findings(retail: retail, cost: cost) == [loss])
    #expect(try Self.findings(prices: "  - {percent: 25}\n", retail: retail, cost: cost) == [])
    let other = [
      "plans/q.yaml":
        "plan: q\nlook_up: {voice: retail}\ncharges:\n  - {charge: calls, kinds: [voice], price: deck}\n"
    ]
    #expect(
      try Self.findings(prices: "  - {percent: 25}\n", retail: retail, cost: cost, more: other) == [loss])
  }

  @Test func changesHoldOnTheirDays() throws {
    // The supplier takes more from March on; until then a price of 0.05 is enough.
    let cost = "49,Germany,0.05,2026-01-01\n49,Germany,0.06,2026-03-01\n"
    let told = "the price change of plan 'p' sells prefix '49' and 1 more at EUR 0.05 per 60 s"
    #expect(try Self.findings(prices: "  - {price: 0.05, until: 2026-03-01}\n", cost: cost) == [])
    #expect(
      try Self.findings(prices: "  - {price: 0.05, until: 2026-03-02}\n", cost: cost) == ["p.yaml:4 " + told])
    // One that begins between two dates of decks, and ends before the second.
    #expect(
      try Self.findings(prices: "  - {price: 0.04, from: 2026-02-01, until: 2026-02-05}\n", cost: cost)
        == ["p.yaml:4 the price change of plan 'p' sells prefix '49' and 1 more at EUR 0.04 per 60 s"])
  }

  @Test func anAccountsOwnPriceIsTold() throws {
    #expect(try Self.findings(overrides: "acme,,,4915,,0.15,,,\n") == [])
    #expect(
      try Self.findings(overrides: "acme,,,4915,,0.149,,,\nbolt,,,,,,-60,,\n") == [
        "overrides.csv:2 account 'acme' is sold prefix '4915' at EUR 0.149 per 60 s",
        "overrides.csv:3 account 'bolt' is sold prefix '4915' and 1 more at EUR 0.08 per 60 s",
      ])
    // The longest prefix wins, wherever it stands; a longer one than any row has is set beside what covers it.
    #expect(try Self.findings(overrides: "acme,,,49,,0.06,,,\nacme,,,4915,,0.2,,,\n") == [])
    #expect(
      try Self.findings(overrides: "acme,,,49151,,0.1,,,\nacme,,,4915,,0.2,,,\n") == [
        "overrides.csv:2 account 'acme' is sold prefix '49151' at EUR 0.1 per 60 s"
      ])
    // It stands in for the plan's changes, which are told of the plan alone.
    #expect(
      try Self.findings(
        prices: "  - {rating_groups: [MOB], price: 0.01}\n", overrides: "acme,,MOB,,,0.16,,,\n")
        == ["p.yaml:4 the price change of plan 'p' sells prefix '4915' at EUR 0.01 per 60 s"])
  }

  @Test func anAccountIsLookedAtWhileItHasThePlan() throws {
    let more = ["accounts.csv": "account,plan,from,until\nacme,p,,2026-02-01\n"]
    let cost = "49,Germany,0.05,2026-01-01\n49,Germany,0.08,2026-02-01\n"
    #expect(try Self.findings(overrides: "acme,,,,,0.07,,,\n", cost: cost, more: more) == [])
    #expect(
      try Self.findings(overrides: "acme,,,,,0.04,,,\n", cost: cost, more: more) == [
        "overrides.csv:2 account 'acme' is sold prefix '49' and 1 more at EUR 0.04 per 60 s"
      ])
  }

  @Test func whatIsBlockedIsNotSold() throws {
    let cost = "49,Germany,0.05,\n4915,Germany Mobile,0.15,\n"
    let blocked = [
      "decks/cost.csv": "prefix,destination,price,status\n49,Germany,0.05,\n4915,Mobile,,blocked\n"
    ]
    #expect(
      try Self.findings(prices: "  - {prefixes: [49151], price: 0.01}\n", cost: cost, more: blocked) == [])
  }
}
