// Rows of one call whose seconds are added up: a row that comes again is the same row.

import Catalog
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct LegCopyTests {
  private static func catalog(key: String) throws -> Catalog {
    let folder = try TemporaryFolder()
    let files = [
      "catalog.yaml": "currency: EUR\n", "accounts.csv": "account,plan\na,p\n",
      "sources.csv": "source,pattern,format,default_account\nm,m*,legs,a\n",
      "formats/legs.yaml": """
      format: legs
      kind: voice
      type: csv
      fields: {id: id, call: call, start: {column: start, time: epoch-s}, billable: billable}
      \(key)
      legs: {call: call, choose: sum}

      """,
      "plans/p.yaml":
        "plan: p\ncharges:\n  - {charge: v, kinds: [voice], price: 0.06, per: 1 min, increment: 1/1}\n",
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// Rows `id seconds` of one call, and what it comes to.
  @Test(arguments: [
    (["10 60", "11 60"], "", "0.12"), (["10 60", "11 60", "11 60"], "", "0.12"),
    (["10 60", "10 60"], "", "0.06"), (["10 60", "10 60", "10 60", "11 1"], "", "0.061"),
    // Another content under the same id is another row: nothing is left out that is not the same.
    (["10 60", "11 60", "11 30"], "", "0.15"),
    // Rows that are known by themselves alone are twins.
    (["10 60", "11 60", "11 60"], "key: row", "0.18"),
  ])
  func aCopyOfARowAddsNothing(rows: [String], key: String, amount: String) throws {
    let text =
      "id,call,start,billable\n"
      + rows.map { row in
        let words = row.split(separator: " ")
        return "\(words[0]),E,1709247600,\(words[1])\n"
      }.joined()
    let found = try Trial("m-1.csv", text).run(Self.catalog(key: key))
    #expect(found.amounts == ["\(amount) EUR"])
    #expect(found.report.read == rows.count && found.report.rated == 1)
  }

  /// The call is the same whether a row of it was repeated or not.
  @Test func theCallWithACopyIsACopyOfTheCall() throws {
    let head = "id,call,start,billable\n10,E,1709247600,60\n11,E,1709247600,60\n"
    let trial = try Trial([
      ("m-1.csv", Array(head.utf8)), ("m-2.csv", Array((head + "11,E,1709247600,60\n").utf8)),
    ])
    let found = try trial.run(Self.catalog(key: ""))
    #expect(found.doors == ["read 5", "rated 1", "duplicate 1", "filtered leg 3"])
    #expect(found.amounts == ["0.12 EUR"])
  }

  /// Who does not look for copies has all rows.
  @Test func withoutDuplicateDetectionEveryRowCounts() throws {
    let text = "id,call,start,billable\n10,E,1709247600,60\n11,E,1709247600,60\n11,E,1709247600,60\n"
    let found = try Trial("m-1.csv", text).run(Self.catalog(key: "")) { $0.findsDuplicates = false }
    #expect(found.amounts == ["0.18 EUR"])
  }
}
