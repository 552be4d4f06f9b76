// Records without the id that would identify them (RULES 1): no charge is lost, and a file that is sent twice counts once.

import Catalog
import Tables
import Testing

@testable import RatingEngine

@Suite struct MissingKeyTests {
  /// Rates files under a plan that charges recorded amounts.
  private func rate(_ files: [(String, String)], format: String) throws -> TrialResult {
    var tariff = try PriceSheet("plan currency=EUR\nprice cloud kinds=event price=recorded").tariff
    tariff.sources[0].format = format
    return try Trial(files.map { ($0.0, Array($0.1.utf8)) }).run(tariff.catalog())
  }

  private static let names = [
    "aws-cur": [
      "identity_line_item_id", "identity_time_interval", "line_item_usage_account_id",
      "line_item_usage_start_date",
      "line_item_product_code", "line_item_resource_id", "line_item_unblended_cost",
    ],
    "aws-cur-legacy": [
      "identity/LineItemId", "identity/TimeInterval", "lineItem/UsageAccountId", "lineItem/UsageStartDate",
      "lineItem/ProductCode", "lineItem/ResourceId", "lineItem/UnblendedCost",
    ],
  ]

  /// Three machines in one hour, with what stands in the columns of the id and of the interval; nil for no such column.
  private static func report(_ format: String, ids: [String]?, intervals: [String]?) -> String {
    let names = names[format] ?? []
    var lines = [
      ((ids == nil ? [] : [names[0]]) + (intervals == nil ? [] : [names[1]]) + names[2...]).joined(
        separator: ",")
    ]
    for machine in 0..<3 {
      let own = [ids?[machine], intervals?[machine]].compactMap { $0 }
      lines.append(
        (own + ["7", "2026-03-01T00:00:00Z", "Box", "i-\(machine)", "0.50"]).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let hour = "2026-03-01T00:00:00Z/2026-03-01T01:00:00Z"

  @Test(arguments: ["aws-cur", "aws-cur-legacy"])
  func anIntervalAloneIdentifiesNothing(format: String) throws {
    let (none, interval) = (["", "", ""], [Self.hour, Self.hour, Self.hour])
    for (ids, intervals) in [(nil, interval), (none, interval), (none, none), (none, nil), (nil, nil)] {
      let text = Self.report(format, ids: ids, intervals: intervals)
      let once = try rate([("switch-1.csv", text)], format: format)
      #expect(once.doors == ["read 3", "rated 3", "duplicate 0"])
      #expect(once.amounts == ["1.5 EUR"])
      let twice = try rate([("switch-1.csv", text), ("switch-2.csv", text)], format: format)
      #expect(twice.doors == ["read 6", "rated 3", "duplicate 3"])
      #expect(twice.amounts == ["1.5 EUR"])
    }
  }

  @Test(arguments: ["aws-cur", "aws-cur-legacy"])
  func withTheIdTheIntervalTellsRowsApart(format: String) throws {
    let ids = ["li-1", "li-1", "li-1"]
    let apart = Self.report(format, ids: ids, intervals: ["hour 1", "hour 2", "hour 3"])
    #expect(try rate([("switch-1.csv", apart)], format: format).amounts == ["1.5 EUR"])
    let alike = Self.report(format, ids: ids, intervals: ["hour 1", "hour 1", "hour 1"])
    #expect(
      try rate([("switch-1.csv", alike)], format: format).doors == ["read 3", "rated 1", "duplicate 2"])
  }

  /// Where the format must have an id, an empty one is a fault of the record, whatever its sequence.
  @Test func anEmptyIdThatMustBeThereIsMissing() throws {
    let head = "id,sequence,start,kind,billable,amount\n"
    let row = ",2026-03-01T00:00:00Z,event,1,5.00\n"
    let found = try rate(
      [("switch-1.csv", "\(head),1\(row),1\(row),\(row)a,\(row)a,1\(row)")], format: "ratemill-csv")
    #expect(found.doors == ["read 5", "rated 2", "duplicate 0", "suspended missing-key 3"])
  }

  @Test func linesWithoutAnIdAreToldApartByTheirRow() throws {
    let line = #"{"account":"a","meter":"m","quantity":1,"time":"2026-03-01""#
    let text = "\(line)}\n\(line)}\n\(line),\"id\":\"\"}\n\(line),\"id\":null}\n\(line),\"id\":\"x\"}\n"
    var tariff = try PriceSheet("plan currency=EUR\nprice usage kinds=event price=1").tariff
    tariff.sources[0].format = "usage-jsonl"
    let found = try Trial([("switch-1", Array(text.utf8)), ("switch-2", Array(text.utf8))]).run(
      tariff.catalog())
    #expect(found.fileDoors == [[5, 5, 0, 0, 0], [5, 0, 0, 5, 0]])
  }
}
