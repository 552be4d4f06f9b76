// The longest prefix in force: by a table, and against a search that tries every row.

import TestSupport
import Testing

@testable import SyntheticUsage

@Suite struct PrefixSearchTests {
  /// A row of a made-up deck; its price tells it apart.
  private func row(
    _ prefix: UInt64, from: Int64 = .min, until: Int64 = .max, price: Int32
  ) -> SyntheticDeckRow {
    SyntheticDeckRow(
      prefix: prefix, digitCount: UInt8(SyntheticNumber.digitCount(prefix)), country: 0, network: 0,
      isClosed: false, firstSeconds: 1, nextSeconds: 1, minimumSeconds: 0, minutePriceMicro: price,
      connectionFeeMicro: 0, fromSeconds: from, untilSeconds: until)
  }

  private func price(_ rows: [SyntheticDeckRow], _ number: UInt64, at seconds: Int64) -> Int32? {
    PrefixSearch(rows.sorted(by: SyntheticDeckRow.isBefore)).row(
      of: number, digitCount: SyntheticNumber.digitCount(number), atSeconds: seconds)?.minutePriceMicro
  }

  @Test(
    arguments: [
      (4_420_000, 0, 44), (4_477_000, 0, 447), (4_477_900, 0, 44_779), (44, 0, 44), (4, 0, nil),
      (45_000, 0, nil),
      (43_999, 0, nil), (447_799_999_999_999, 0, 44_779),
    ] as [(UInt64, Int64, Int32?)])
  func theLongestPrefixWins(number: UInt64, seconds: Int64, expected: Int32?) {
    let rows = [row(44, price: 44), row(447, price: 447), row(44_779, price: 44_779)]
    #expect(price(rows, number, at: seconds) == expected)
  }

  @Test(arguments: [(99, 1), (100, 2), (199, 2), (200, 3), (299, 3), (300, 0)] as [(Int64, Int32)])
  func aLaterRowEndsTheEarlierOneAndAnEndedOneHidesNothing(seconds: Int64, expected: Int32) {
    let rows = [
      row(4, price: 0), row(44, until: 300, price: 1), row(44, from: 100, price: 2),
      row(44, from: 200, until: 300, price: 3),
    ]
    #expect(price(rows, 4_412_345, at: seconds) == expected)
  }

  @Test func anAnnouncedRowHidesNothingBeforeItsDate() {
    let rows = [row(44, price: 1), row(447, from: 100, price: 2)]
    #expect(price(rows, 447_000, at: 99) == 1)
    #expect(price(rows, 447_000, at: 100) == 2)
  }

  @Test func itFindsWhatASearchOfEveryRowFinds() {
    var random = SeededGenerator(forTest: "itFindsWhatASearchOfEveryRowFinds")
    for _ in 0..<60 {
      // Few digits, so that prefixes lie in one another.
      var rows: [SyntheticDeckRow] = []
      var seen: Set<[Int64]> = []
      for price in 0..<Int32.random(in: 1...80, using: &random) {
        let prefix = UInt64.random(in: 1...[9, 99, 999, 3333].randomElement(using: &random)!, using: &random)
        let from = [Int64.min, 10, 20].randomElement(using: &random)!
        let until = [Int64.max, Int64.max, 30].randomElement(using: &random)!
        guard seen.insert([Int64(prefix), from]).inserted else { continue }
        rows.append(row(prefix, from: from, until: until, price: price))
      }
      for _ in 0..<300 {
        let number = UInt64.random(in: 1...9_999, using: &random)
        let seconds = Int64.random(in: 5...35, using: &random)
        #expect(price(rows, number, at: seconds) == naivePrice(rows, number, at: seconds))
      }
    }
  }

  /// Tries every row; of those of one prefix the one that began last decides.
  private func naivePrice(_ rows: [SyntheticDeckRow], _ number: UInt64, at seconds: Int64) -> Int32? {
    let digits = String(number)
    var best: SyntheticDeckRow?
    for row in rows where digits.hasPrefix(String(row.prefix)) && row.fromSeconds <= seconds {
      let isEnded =
        row.untilSeconds <= seconds
        || rows.contains {
          $0.prefix == row.prefix && $0.fromSeconds > row.fromSeconds && $0.fromSeconds <= seconds
        }
      if !isEnded, row.digitCount > best?.digitCount ?? 0 { best = row }
    }
    return best?.minutePriceMicro
  }
}
