// Numbers of quotes and tests: bare digits are priced only where it is known whose they are.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct DialledNumberTests {
  /// A catalog of a country whose sources say `bare`, a word for each; `-` for none.
  private static func catalog(_ country: String, _ bare: [String], tests: String = "") throws -> Catalog {
    let folder = try TemporaryFolder()
    let sources = bare.enumerated().map { "s\($0),s\($0)*,ratemill-csv,\($1 == "-" ? "" : $1)\n" }.joined()
    let files = [
      "catalog.yaml": "currency: EUR\n" + (country.isEmpty ? "" : "country: \(country)\n"),
      "accounts.csv": "account,plan\na,p\n", "sources.csv": "source,pattern,format,bare\n" + sources,
      "decks/d.csv": """
      prefix,destination,price
      1,America,1
      20,Egypt,20
      34,Spain,34
      49,Germany,49
      61,Australia,61
      62,Indonesia,62

      """,
      "plans/p.yaml":
        "plan: p\nlook_up: {voice: d}\ncharges:\n  - {charge: v, kinds: [voice], price: deck}\n\(tests)",
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// Country, what its sources say, the number, and the destination; nil where nobody can tell.
  @Test(
    arguments: [
      ("US", ["national"], "2025550100", "America"), ("US", ["international"], "2025550100", "Egypt"),
      ("US", ["-"], "2025550100", nil), ("US", [], "2025550100", nil),
      ("US", ["national", "international"], "2025550100", nil), ("US", ["national", "-"], "2025550100", nil),
      ("US", ["national", "national"], "2025550100", "America"),
      ("US", [], "12025550100", "America"), ("US", [], "+2025550100", "Egypt"),
      ("US", [], "0112025550100", "Egypt"),
      ("ES", ["national"], "612345678", "Spain"), ("ES", [], "612345678", nil),
      ("ES", [], "34612345678", nil),
      ("ES", [], "+34612345678", "Spain"),
      ("DE", [], "4930123456", "Germany"), ("DE", [], "030123456", "Germany"),
      ("DE", [], "20123456", "Egypt"), ("DE", ["-"], "20123456", "Egypt"),
      ("DE", ["national", "-"], "20123456", nil),
      ("DE", ["national", "-"], "4930123456", "Germany"),
      ("DE", ["international"], "20123456", "Egypt"), ("DE", ["national"], "20123456", "Germany"),
      ("", [], "2025550100", "Egypt"),
    ] as [(String, [String], String, String?)])
  func bareDigitsAreWhatTheSourcesSay(country: String, bare: [String], number: String, destination: String?)
    throws
  {
    // Bare national numbers need a country.
    let catalog = try Self.catalog(country, bare)
    let doubt = DialledNumbers(catalog).doubt(about: Label(number))
    #expect((doubt == nil) == (destination != nil))
    guard let destination else {
      #expect(doubt?.contains("write +") == true)
      return
    }
    let event = HypotheticalEvent(
      kind: .voice, direction: .outbound, to: Label(number), startMillis: 1_780_000_000_000, quantity: 60_000)
    let amount = ["America": 1, "Egypt": 20, "Spain": 34, "Germany": 49][destination]
    let quoted = try EventQuoter(accountsOf: catalog).quote(event, account: "a")
    #expect(quoted.amount?.description == amount.map { "\($0)" })
    let ofPlan = try EventQuoter(plans: catalog.plans, of: catalog, zone: .utc, dialsAsInCountry: true)
    #expect(ofPlan.quote(event, account: "p").amount == quoted.amount)
  }

  /// Tests write international digits, with or without a plus; what would be dialled at home is a slip.
  @Test(arguments: [
    ("US", "national", "2025550100", true), ("US", "-", "2025550100", true),
    ("US", "national", "+2025550100", false),
    ("US", "-", "202555010", false), ("US", "-", "20255501001", false), ("US", "-", "12025550100", false),
    ("ES", "national", "612345678", true), ("ES", "national", "34612345678", false),
    ("ES", "-", "612345678", false),
    ("DE", "-", "20123456", false), ("DE", "national", "20123456", true),
    ("DE", "national", "4930123456", false),
  ])
  func aTestThatReadsLikeANationalNumberIsAskedAbout(
    country: String, bare: String, number: String, isDoubted: Bool
  )
    throws
  {
    let tests = """
      tests:
        - {event: {kind: voice, to: "\(number)", start: "2026-06-02 10:00:00", quantity: 60 s}, amount: 77}

      """
    let findings = PlanTests.findings(try Self.catalog(country, [bare], tests: tests))
    #expect(findings.count == 1)
    #expect(findings.first?.message.contains("write +") == isDoubted)
  }
}
