// How long a large deck takes to read, check and sort. A measurement, run on request:
//
//     RATEMILL_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter DeckSpeedTests

import BillingCalendar
import Glibc
import Money
import Tables
import Testing

@testable import Catalog

@Suite(.serialized) struct DeckSpeedTests {
  @Test(.enabled(if: getenv("RATEMILL_MEASURE") != nil), arguments: [false, true])
  func halfAMillionRowsAreReadCheckedAndSorted(isShuffled: Bool) {
    let text = Self.deck(rowCount: 500_000, isShuffled: isShuffled)
    var layout = DeckLayout(fileName: "big.csv", zone: .utc, currency: nil)
    layout.currency = .init(code: "EUR")
    var seconds: [Double] = []
    for _ in 0..<7 {
      let start = Self.threadSeconds()
      let (deck, findings) = DeckReader.read("big", layout, [DeckFileText(path: "big.csv", bytes: text)])
      seconds.append(Self.threadSeconds() - start)
      #expect(findings.flatMap { $0.sorted() } == [])
      #expect(deck?.rows.count == 500_000)
    }
    let order = isShuffled ? "shuffled" : "sorted"
    let shown = seconds.sorted().map { String(Int($0 * 1000)) }.joined(separator: " ")
    print("500,000 \(order) rows, \(text.count / 1_000_000) MB: \(shown) ms")
  }

  /// Processor time of this thread: other work on the machine does not count.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Rows as the trade writes them: some 5,000 destinations, 200 groups, nested prefixes of up to ten digits.
  static func deck(rowCount: Int, isShuffled: Bool) -> [UInt8] {
    var lines: [String] = []
    for row in 0..<rowCount {
      let prefix = 2_000_000 + row
      let destination = "Country \(row / 2500) - Mobile - Operator \(row / 100 % 25)"
      let price = "0.\(String(1_000_000 + row % 700 * 37).dropFirst())"
      let from = row % 20 == 0 ? "2025-03-16" : "2025-01-01"
      lines.append(
        "\(prefix),\(destination),GROUP-\(row / 2500),\(price),\(row % 3 == 0 ? "60/60" : "1/1"),\(from)\n")
    }
    if isShuffled {
      var state: UInt64 = 42
      for index in stride(from: rowCount - 1, to: 0, by: -1) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        lines.swapAt(index, Int(state >> 33) % (index + 1))
      }
    }
    return Array(("prefix,destination,rating group,price,increment,from\n" + lines.joined()).utf8)
  }
}
