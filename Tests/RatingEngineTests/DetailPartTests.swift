// Rows of the detail beside those of the summary: every part of an event has one, whether it depends on order or not.

import Catalog
import TestSupport
import Testing
import UsageSummary

@testable import RatingEngine

@Suite struct DetailPartTests {
  private static let usage = """
    id,start,account,direction,kind,to,billable,disposition
    a,2026-06-05T17:59:30Z,acme,outbound,voice,493011223344,90,ANSWERED
    b,2026-06-05T17:59:30Z,acme,outbound,voice,493011223344,29,ANSWERED
    c,2026-06-05T07:59:00Z,acme,outbound,voice,493011223344,36120,ANSWERED
    a,2026-06-05T17:59:30Z,acme,outbound,voice,493011223344,90,ANSWERED

    """

  private static func catalog(_ furtherKeys: String) throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n",
      "sources.csv": "source,pattern,format\npbx,pbx*,ratemill-csv\n",
      "accounts.csv": "account,plan\nacme,banded\n",
      "suppliers.csv": "supplier,deck,trunks\ncarrier,cost,*\n",
      "decks/cost.csv": "prefix,destination,price,increment\n49,Germany,0.01,1/1\n",
      "decks/retail.csv": "prefix,destination,price,increment,connection_fee\n49,Germany,0.06,60/60,0.1\n",
      "plans/banded.yaml": """
      plan: banded
      look_up: {voice: retail}
      bands: [{band: peak, from: "08:00", until: "18:00"}]
      charges:
        - {charge: calls, kinds: [voice], price: deck, bands: {peak: {percent: 100}}\(furtherKeys)}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// Rows as "key band raw billed price amount cost", in order.
  private static func rows(_ furtherKeys: String, memoryBytes: Int = 1 << 30) throws -> [String] {
    let run = try Trial.prepare(catalog(furtherKeys)) {
      $0.groupBy = nil
      $0.keepsDetail = true
      $0.memoryBytes = memoryBytes
    }
    let trial = try Trial("pbx.csv", usage)
    let published = try withExtendedLifetime(trial) { try PublishedRun(run, trial.inputs) }
    let lines = published.text(DetailSchema.fileName).split(separator: "\n").map(String.init)
    let header = PlainCSV.cells(of: lines[0])
    return try lines.dropFirst().map { line in
      let cells = PlainCSV.cells(of: line)
      return try ["key", "band", "quantity_raw", "quantity_billed", "unit_price", "amount", "cost"].map {
        cells[try #require(header.firstIndex(of: $0))]
      }.joined(separator: " ")
    }
  }

  private static let short = [
    "a peak 60 60 0.12 0.22 0.015", "a  30 60 0.06 0.06 0", "b peak 29 60 0.12 0.22 0.004833",
  ]

  @Test(arguments: [1, 1 << 30]) func everyPartOfACallThatCrossesBandsHasARow(memoryBytes: Int) throws {
    // The minute before eight o'clock and the two after six are one part; the ten hours of the peak are another.
    let expected = ["c  120 120 0.06 0.22 6.02", "c peak 36000 36000 0.12 72 0"] + Self.short
    #expect(try Self.rows("", memoryBytes: memoryBytes) == expected)
  }

  /// A limit that nobody reaches makes the same call depend on order.
  @Test func settledOnesHaveTheirPartsInOrder() throws {
    let expected = [
      "c  60 60 0.06 0.16 6.02", "c peak 36000 36000 0.12 72 0", "c  60 60 0.06 0.06 0",
    ]
    #expect(try Self.rows(", period_maximum: 1000") == expected + Self.short)
  }
}
