// Every built-in format reads without a word, and its examples have the shape that the format asks for.

import Catalog
import Tables
import Testing

@Suite struct FormatBuiltInTests {
  @Test(arguments: BuiltInFormats.names)
  func everyBuiltInReadsWithoutFindings(_ name: Label) throws {
    let text = try #require(BuiltInFormats.text(named: name))
    var findings: [CatalogFinding] = []
    let format = FormatReader.read(text.bytes, origin: "built in", findings: &findings)
    #expect(findings.map(\.description) == [])
    #expect(format?.name == name)
    #expect(format?.summary.isEmpty == false)
    #expect((3...7).contains(format?.examples.count ?? 0))
  }

  @Test func namesAreSortedAndKnown() {
    #expect(
      BuiltInFormats.names == [
        "3cx", "asterisk-cdr-csv", "aws-cur", "aws-cur-legacy", "carrier-csv", "cisco-cucm", "focus-csv",
        "freepbx", "freeswitch-cdr-csv", "ratemill-csv", "ratemill-jsonl", "usage-csv", "usage-jsonl",
      ])
    #expect(BuiltInFormats.text(named: "asterisk") == nil)
    #expect(BuiltInFormats.descriptor(named: "asterisk") == nil)
    #expect(BuiltInFormats.all().map(\.name) == BuiltInFormats.names)
  }
}
