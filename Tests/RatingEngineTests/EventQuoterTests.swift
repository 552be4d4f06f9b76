// Quotes against runs: an event that nobody recorded costs what the same record costs.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct EventQuoterTests {
  private static let files = [
    "catalog.yaml": "currency: EUR\ncountry: DE\n",
    "accounts.csv": "account,plan\nacme,retail\n",
    "services.csv": "kind,key,account\nnumber,493012345678,acme\n",
    "sources.csv": "source,pattern,format,country\npbx,pbx*.csv,ratemill-csv,DE\n",
    "decks/retail.csv": """
    prefix,destination,price,increment,connection_fee
    49,Germany,0.0090,1/1,
    4915,Germany mobile,0.0790,60/1,0.05
    110,Police,0,1/1,

    """,
    "plans/retail.yaml": """
    plan: retail
    look_up: {voice: retail}
    not_billed:
      - {reason: unanswered, kind: voice, answered: no}
      - {reason: inbound, direction: inbound}
      - {reason: on-net, kind: voice, on_net: account}
    charges:
      - {charge: calls, kind: voice, price: deck}
    tests:
      - {event: {to: 4915112345678, start: "2026-06-02 10:00:00", quantity: 61 s}, amount: 0.130317}
      - {event: {to: 4915112345678, start: "2026-06-02 10:00:00", quantity: 61 s}, charge: calls, amount: 0.1}

    """,
  ]

  private static func load(_ folder: TemporaryFolder, changing: [String: String] = [:]) throws -> Catalog {
    for (name, text) in files.merging(changing, uniquingKeysWith: { $1 }) {
      try folder.write(text, to: "c/" + name)
    }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  private static func event(to number: String, seconds: Int64, _ direction: UsageDirection = .outbound)
    -> HypotheticalEvent
  {
    HypotheticalEvent(
      kind: .voice, direction: direction, to: .init(number), startMillis: 1_780_000_000_000,
      quantity: seconds * 1000)
  }

  @Test func aQuoteIsWhatARunWouldCharge() throws {
    let folder = try TemporaryFolder()
    let catalog = try Self.load(folder)
    let quoter = try EventQuoter(accountsOf: catalog)
    var quoted = Amount.zero
    var lines = "id,start,account,to,billable\n"
    for (number, seconds) in [("015112345678", 1), ("+4915112345678", 61), ("030123456", 3600), ("110", 9)]
      as [(String, Int64)]
    {
      let derivation = quoter.quote(Self.event(to: number, seconds: seconds), account: "acme")
      #expect(derivation.door == .rated && derivation.charge == "calls", "\(number)")
      quoted += try #require(derivation.amount)
      lines += "c\(number),2026-05-28T20:26:40Z,acme,\(number),\(seconds)\n"
    }
    try folder.write(lines, to: "pbx1.csv")
    let report = try RatingRun(catalog: catalog, options: RatingOptions()).run([
      InputFile(name: folder.path(of: "pbx1.csv"))
    ]).report()
    #expect(report.rated == 4)
    #expect(report.amounts.map(\.amount) == [quoted])
  }

  @Test func servicesOfTheCatalogAreOnTheNetForAnAccountAndNotForAPlan() throws {
    let catalog = try Self.load(try TemporaryFolder())
    let onNet = Self.event(to: "+493012345678", seconds: 60)
    #expect(try EventQuoter(accountsOf: catalog).quote(onNet, account: "acme").reason == "on-net")
    let quoter = try EventQuoter(plans: catalog.plans, of: catalog, zone: .utc, dialsAsInCountry: true)
    let derivation = quoter.quote(onNet, account: "retail")
    #expect(derivation.door == .rated)
    #expect(derivation.account == nil)
    #expect(!derivation.steps.contains { ["record", "whose"].contains($0.title) })
  }

  @Test func aTestOfAPlanThatComesOutOtherwiseIsNamedByItsPlace() throws {
    let folder = try TemporaryFolder()
    let findings = PlanTests.findings(try Self.load(folder))
    #expect(
      findings.map(\.message) == [
        "the test of plan 'retail' expects EUR 0.10 by charge 'calls', and comes to EUR 0.130317 by charge 'calls'"
      ])
    #expect(findings.map { [$0.line, $0.column] } == [[11, 5]])
    #expect(findings.map(\.severity) == [.error])
  }

  /// What the record of a test carries besides its quantity: an amount, and that nobody answered.
  @Test func aTestMayHaveARecordedAmountAndNoAnswer() throws {
    let plan = """
      plan: retail
      charges:
        - {charge: calls, kind: voice, price: 0.1}
        - {charge: carrier, kind: event, price: recorded, markup: 10%}
      tests:
        - {event: {kind: event, start: "2026-06-02 10:00:00", quantity: 1, amount: 12.30}, charge: carrier, amount: 13.53}
        - {event: {kind: event, start: "2026-06-02 10:00:00", quantity: 1, amount: -2}, amount: -2.2}
        - {event: {kind: event, start: "2026-06-02 10:00:00", quantity: 1}, suspense: missing-amount}
        - {event: {start: "2026-06-02 10:00:00", quantity: 0, answered: no}, filtered: unanswered}
        - {event: {start: "2026-06-02 10:00:00", quantity: 60, answered: yes}, amount: 0.1}

      """
    let catalog = try Self.load(try TemporaryFolder(), changing: ["plans/retail.yaml": plan])
    #expect(PlanTests.findings(catalog).map(\.message) == [])
  }
}
