// Gauges over random samples, in memory and from disk, against measures that are written down naively.

import BillingCalendar
import Catalog
import TestSupport
import Testing

@testable import RatingEngine

/// Random samples of a pool of two accounts and one beside it, and what each measure makes of them, by plain tables.
struct RandomSamples {
  struct Sample {
    var id: String
    /// Hours since 2026-01-01 00:00 UTC.
    var hour: Int
    var account: String
    var measure: String
    var item: String
    /// In hundredths.
    var value: Int
  }

  static let measures = [
    "max", "last", "average", "p95", "distinct", "peak-of-sum", "on-the-12th", "at-the-end",
  ]
  private static let hours = 31 * 24
  /// Hours of January in which an account has the plan with the gauges.
  private static let hoursByAccount = ["anna": 0..<hours, "ben": 0..<(20 * 24), "cleo": 0..<hours]

  private(set) var samples: [Sample] = []

  init(_ count: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for number in 0..<count {
      let account = ["anna", "anna", "ben", "cleo"].randomElement(using: &random) ?? "anna"
      let hours = Self.hoursByAccount[account] ?? 0..<1
      samples.append(
        Sample(
          // Alike in all bytes that an event holds; in no order of time.
          id: "the-same-beginning-\(100_000 + number * 7919 % 99_991)",
          hour: Int.random(in: hours, using: &random) / 5 * 5, account: account,
          measure: Self.measures.randomElement(using: &random) ?? "",
          item: "item-\(Int.random(in: 0..<4, using: &random))",
          value: [0, 100, -250, Int.random(in: 0..<100_000, using: &random)].randomElement(using: &random)
            ?? 0))
    }
  }

  static func catalog() throws -> Catalog {
    let folder = try TemporaryFolder()
    let words = ["on-the-12th": "{measure: count, at: 12}", "at-the-end": "{measure: count, at: last-day}"]
    let charges = measures.map {
      "  - {charge: \($0), kinds: [event], rating_groups: [\($0)], gauge: \(words[$0] ?? $0), price: 1}\n"
    }
    let files = [
      "catalog.yaml": "currency: EUR\n", "sources.csv": "source,pattern,format\nnas,nas*,snapshots\n",
      "accounts.csv": """
      account,plan,pool,from,until
      anna,gauges,big,,
      ben,gauges,big,,2026-01-21
      ben,other,big,2026-01-21,
      cleo,gauges,,,

      """,
      "formats/snapshots.yaml": SnapshotFormat.text,
      "plans/gauges.yaml": "plan: gauges\ncharges:\n" + charges.joined(),
      "plans/other.yaml": "plan: other\ncharges:\n  - {charge: rest, kinds: [event], price: 1}\n",
    ]
    for (name, text) in files { try folder.write(text, to: "c/" + name) }
    return try CatalogFolder.load(folder.path(of: "c"))
  }

  /// As two files, in no order.
  func files(seed: UInt64) -> [(name: String, bytes: [UInt8])] {
    var random = SeededGenerator(seed: seed)
    var texts = ["id,at,account,what,item,n\n", "id,at,account,what,item,n\n"]
    for sample in samples.shuffled(using: &random) {
      let (day, hour) = (1 + sample.hour / 24, sample.hour % 24)
      let time = "2026-01-\(day < 10 ? "0" : "")\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z"
      let value =
        "\(sample.value < 0 ? "-" : "")\(abs(sample.value) / 100).\(abs(sample.value) % 100 / 10)\(abs(sample.value) % 10)"
      texts[Int.random(in: 0...1, using: &random)] +=
        "\(sample.id),\(time),\(sample.account),\(sample.measure),\(sample.item),\(value)\n"
    }
    return texts.enumerated().map { ("nas-\($0).csv", Array($1.utf8)) }
  }

  // MARK: measures

  /// What is measured, in millionths, and how many samples there are, by account and measure.
  var expected: [String: (quantity: Int, count: Int)] {
    var expected: [String: (quantity: Int, count: Int)] = [:]
    for (account, hours) in Self.hoursByAccount {
      for measure in Self.measures {
        let own = samples.filter { $0.account == account && $0.measure == measure }
          .sorted { ($0.hour, $0.id) < ($1.hour, $1.id) }
        if own.isEmpty { continue }
        expected["\(account) \(measure)"] = (Self.quantity(own, measure, hours), own.count)
      }
    }
    return expected
  }

  private static func quantity(_ samples: [Sample], _ measure: String, _ hours: Range<Int>) -> Int {
    let items = Dictionary(grouping: samples, by: \.item).values
    func ofDay(_ day: Int) -> Int {
      items.count { item in (item.last { $0.hour / 24 == day - 1 }?.value ?? 0) > 0 } * 1_000_000
    }
    func value(_ item: [Sample], at hour: Int) -> Int { item.last { $0.hour <= hour }?.value ?? 0 }
    switch measure {
    case "max": return items.reduce(0) { $0 + ($1.map(\.value).max() ?? 0) } * 10_000
    case "last": return items.reduce(0) { $0 + ($1.last?.value ?? 0) } * 10_000
    case "distinct": return items.count * 1_000_000
    case "on-the-12th": return ofDay(12)
    case "at-the-end": return ofDay(31)
    case "p95":
      return items.reduce(0) { sum, item in
        let sorted = item.map(\.value).sorted()
        // The least rank that 95 of 100 do not exceed.
        let rank = (1...item.count).first { 100 * $0 >= 95 * item.count } ?? 1
        return sum + sorted[rank - 1]
      } * 10_000
    case "peak-of-sum":
      return
        (Dictionary(grouping: samples, by: \.hour).values.map { $0.reduce(0) { $0 + $1.value } }.max() ?? 0)
        * 10_000
    default:
      // Hour by hour.
      let sum = hours.reduce(0) { sum, hour in items.reduce(sum) { $0 + value($1, at: hour) } } * 10_000
      let whole = abs(sum) / Self.hours
      let rest = abs(sum) % Self.hours
      return (whole + (2 * rest >= Self.hours ? 1 : 0)) * (sum < 0 ? -1 : 1)
    }
  }
}

@Suite struct GaugeReferenceTests {
  /// Samples of one account and gauge in memory, or all of them from disk; a percentile has hundreds of values of an item.
  @Test func samplesFromDiskAreMeasuredAsInMemoryAndAsTheReferenceSays() throws {
    let catalog = try RandomSamples.catalog()
    var generator = SeededGenerator(forTest: #function)
    for (round, count) in [40, 400, 6000].enumerated() {
      let seed = round == 0 ? generator.seed : generator.next()
      let drawn = RandomSamples(count, seed: seed)
      let expected = drawn.expected
      var first: String?
      for (most, threads, memory) in [(nil, 1, 1 << 30), (0, 2, 1 << 30), (25, 1, 1), (nil, 3, 1)] {
        let found = try Trial(drawn.files(seed: seed &+ UInt64(threads))).run(catalog) {
          $0.groupBy = [.account, .charge]
          $0.ownerEventsMax = most
          $0.threadCount = threads
          $0.memoryBytes = memory
        }
        let what = "seed \(seed), \(count) samples, \(most ?? -1) of an owner in memory, \(threads) threads"
        #expect(found.table == first ?? found.table, "\(what)")
        first = found.table
        #expect(found.rows.count == expected.count, "\(what)")
        for row in found.rows {
          let name = "\(row["account"] ?? "") \(row["charge"] ?? "")"
          let (quantity, count) = try #require(expected[name])
          #expect(millionths(row["quantity_raw"]) == quantity, "\(name), \(what)")
          #expect(row["event_count"] == "\(count)", "\(name), \(what)")
        }
      }
    }
  }

  private func millionths(_ text: String?) -> Int? {
    guard let parts = text?.split(separator: "."), let whole = parts.first else { return nil }
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    return Int(whole + fraction + String(repeating: "0", count: 6 - fraction.count))
  }

  @Test func valuesOnDiskAreRankedItemByItem() throws {
    let values = SampleValues(memoryBytesMax: 1, place: SpillPlace(folder: nil))
    for round in 0..<2 {
      for (item, value) in [(3, 5), (3, -7), (3, 1), (9, 2)] + (1...21).map({ (12, 22 - $0) }) {
        try values.add(
          GaugeSample(
            startMillis: 0, value: Int64(value), item: UInt32(item), owner: 0, account: 0, baseCell: 0,
            period: 0))
      }
      // Three values: the third. One: the first. 21: the twentieth.
      let found = try values.percentile95(of: round == 0 ? 12 : nil)
      #expect(found.sum == 5 + 2 + 20 && found.ofItem == (round == 0 ? 20 : 0), "round \(round)")
    }
  }
}
