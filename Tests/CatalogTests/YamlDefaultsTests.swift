// catalog.yaml: the defaults, and what is said about faulty ones.

import BillingCalendar
import Catalog
import Money
import Tables
import Testing

@Suite struct YamlDefaultsTests {
  private func read(_ text: String) -> (defaults: CatalogDefaults, findings: [String]) {
    var findings: [CatalogFinding] = []
    let zone = { (name: String) throws(ZoneFault) -> Zone in
      guard name == "Test/Zone" else {
        throw ZoneFault(name: name, reason: .unknown(suggestion: "Test/Zone"))
      }
      return .utc
    }
    let defaults = DefaultsReader.read(
      Array(text.utf8), file: "catalog.yaml", zone: zone, findings: &findings)
    return (defaults, findings.map(\.description))
  }

  @Test func theExampleReads() {
    let (defaults, findings) = read(
      """
      zone: Test/Zone        # default UTC
      currency: EUR
      country: DE
      seller: {name: Example MSP GmbH, address: "Street 1\\nTown", tax_id: DE0}
      """)
    #expect(findings == [])
    #expect(defaults.zone == .utc)
    #expect(defaults.currency?.code == "EUR")
    #expect(defaults.country == "DE")
    #expect(defaults.seller.map(\.key) == ["name", "address", "tax_id"])
    #expect(defaults.seller.map(\.value) == ["Example MSP GmbH", "Street 1\nTown", "DE0"])
  }

  @Test(arguments: ["", "# nothing\n", "---\n"])
  func whatIsSilentIsUTCAndNothingElse(_ text: String) {
    let (defaults, findings) = read(text)
    #expect(findings == [])
    #expect(defaults.zone == .utc)
    #expect(defaults.currency == nil && defaults.country == nil && defaults.seller.isEmpty)
  }

  @Test func seriesOfNumbersHaveNamesOfTheirOwn() {
    let (silent, _) = read("")
    #expect(silent.invoiceSeries == "INV" && silent.creditNoteSeries == "CN")
    let (defaults, findings) = read("numbers: {invoice: R2026, credit_note: G2026}\n")
    #expect(findings == [])
    #expect(defaults.invoiceSeries == "R2026" && defaults.creditNoteSeries == "G2026")
    // They become part of file names.
    for (text, fault) in [
      ("{invoice: ../x}", "'../x' is no name of a series; write at most 20 letters and digits, such as INV"),
      ("{invoice: CN}", "invoices and credit notes have one series; give each a name of its own"),
    ] {
      #expect(read("numbers: \(text)\n").findings.map { $0.hasSuffix(fault) } == [true], "\(text)")
    }
  }

  @Test func allFaultsAreNamed() {
    let (_, findings) = read("zoen: UTC\nzone: Test/Zon\ncurrency: euro\ncountry: Germany\nseller: [x]\n")
    #expect(findings.count == 5)
    #expect(findings.first == "catalog.yaml:1:1: unknown key 'zoen' in the catalog; did you mean 'zone'?")
    #expect(findings[1] == "catalog.yaml:2:7: unknown time zone 'Test/Zon'; did you mean 'Test/Zone'?")
    #expect(
      findings[2] == "catalog.yaml:3:11: 'euro' is not a currency; write three capital letters, such as EUR")
    #expect(
      findings[3] == "catalog.yaml:4:10: 'Germany' is not a country; write two capital letters, such as DE")
    #expect(findings[4] == "catalog.yaml:5:9: expected the seller with keys and values, found a list")
  }
}
