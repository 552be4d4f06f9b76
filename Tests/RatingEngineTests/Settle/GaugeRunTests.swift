// Gauges from files to rows: samples are counted, one quantity is charged.

import Catalog
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct GaugeRunTests {
  private static func catalog(_ charge: String) throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n", "sources.csv": "source,pattern,format\nnas,nas*,snapshots\n",
      "accounts.csv": "account,plan,zone\nacme,seats,UTC\nbolt,seats,UTC\n",
      "formats/snapshots.yaml": SnapshotFormat.text,
      "plans/seats.yaml": """
      plan: seats
      allowances:
        - {allowance: included, quantity: 2, kinds: [event], charges: [seats]}
      charges:
        - {charge: seats, kinds: [event], rating_groups: [seat], price: 5, per: 1, \(charge)}
        - {charge: other, kinds: [event], price: 1, per: 1}

      """,
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  private static let samples = """
    id,at,account,what,item,n
    1,2026-01-05T00:00:00Z,acme,seat,ann,1
    2,2026-01-05T00:00:00Z,acme,seat,bob,1
    3,2026-01-20T00:00:00Z,acme,seat,ann,3
    4,2026-01-31T12:00:00Z,acme,seat,bob,0
    5,2026-01-31T12:00:00Z,acme,seat,cid,1
    5,2026-01-31T12:00:00Z,acme,seat,cid,1
    6,2026-01-31T13:00:00Z,acme,call,,1

    """

  /// What is charged of the samples: raw, covered, amount; two seats are included.
  @Test(arguments: [
    // ann 3, bob 1, cid 1
    ("gauge: max", "5", "2", "15"),
    // ann 3, bob 0, cid 1
    ("gauge: last", "4", "2", "10"), ("gauge: distinct", "3", "2", "5"),
    // On the last day bob was seen at 0 and cid at 1; ann was not seen.
    ("gauge: {measure: count, at: last-day}", "1", "1", "0"),
    // ann 1 and bob 1 at one instant; ann 3 alone
    ("gauge: peak-of-sum", "3", "2", "5"),
  ])
  func samplesBecomeOneQuantity(gauge: String, raw: String, covered: String, amount: String) throws {
    let result = try Trial("nas.csv", Self.samples).run(Self.catalog(gauge)) {
      $0.groupBy = [.account, .service, .charge, .service_kind, .direction, .rating_group, .day]
    }
    #expect(result.doors == ["read 7", "rated 6", "duplicate 1"])
    let seats = result.rows.filter { $0["charge"] == "seats" }
    #expect(seats.count == 1)
    let row = try #require(seats.first)
    #expect(
      [row["quantity_raw"], row["quantity_covered"], row["amount"], row["event_count"]]
        == [raw, covered, amount, "5"])
    #expect([row["service"], row["direction"], row["day"]] == ["", "", ""])
    #expect(result.rows.first { $0["charge"] == "other" }?["day"] == "2026-01-31")
  }

  @Test func threadsAndOrderOfSamplesDecideNothing() throws {
    let lines = Self.samples.split(separator: "\n").map(String.init)
    let once = try Trial("nas.csv", Self.samples).run(Self.catalog("gauge: last"))
    var random = SeededGenerator(seed: 9)
    for threads in [1, 3] {
      let text = ([lines[0]] + lines.dropFirst().shuffled(using: &random)).joined(separator: "\n") + "\n"
      let found = try Trial("nas.csv", text).run(Self.catalog("gauge: last")) {
        $0.threadCount = threads
        $0.chunkBytes = 50
        $0.memoryBytes = 1
      }
      #expect(found.table == once.table)
    }
  }
}
