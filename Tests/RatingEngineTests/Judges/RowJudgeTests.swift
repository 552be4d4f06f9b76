// Numbers, order and text of rows, against the plain ways to make them.

import Money
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct RowJudgeTests {
  private func text(_ write: (inout UnsafeMutablePointer<UInt8>) -> Void) -> String {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 128)
    defer { buffer.deallocate() }
    var out = buffer
    write(&out)
    return String(decoding: UnsafeBufferPointer(start: buffer, count: out - buffer), as: UTF8.self)
  }

  /// Numbers of every length, and those beside a power of ten or of two.
  private static func numbers(_ random: inout RandomText) -> [UInt64] {
    var numbers: [UInt64] = [0, 1, 9, .max, .max - 1, 1 << 63, (1 << 63) - 1]
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      numbers += [power - 1, power, power + 1]
    }
    for bits in 1...64 { numbers += (0..<4).map { _ in random.random.next() >> UInt64(64 - bits) } }
    return numbers
  }

  @Test func wholeNumbersAreThoseOfTheLanguage() {
    var random = RandomText(seed: 6015)
    for number in Self.numbers(&random) {
      #expect(text { RowText.put(number, &$0) } == "\(number)", "\(random.seed)")
    }
  }

  @Test func quantitiesAndAmountsAreThoseOfMoney() {
    var random = RandomText(seed: 6016)
    for number in Self.numbers(&random) {
      let value = Int64(truncatingIfNeeded: number)
      for digits in [0, 3, 6] {
        for value in [value, value == .min ? 0 : -value, value / 1000 * 1000] {
          let expected = DecimalText.format(Int128(value), scale: digits) + ","
          #expect(text { RowText.quantity(value, digits: digits, &$0) } == expected, "\(random.seed)")
        }
      }
      let wide = Int128(number) * Int128(random.one([1, 1000, 1_000_000, 999_999_999_999, 1 << 60]))
      for pico in [Int128(number), wide, -wide, wide / 1_000_000 * 1_000_000] {
        #expect(
          text { RowText.amount(pico, &$0) } == Amount(pico: pico).description, "\(random.seed): \(pico)")
      }
    }
  }

  /// Elements that are known.
  private struct Listed<Element: RowSort.Ranked>: RowSort.Source {
    var elements: [Element]
    func element(_ number: Int) -> Element { elements[number] }
    func highestDigit(_ number: Int, shift: Int, width: Int) -> Int {
      RowSort.digit(self, number, shift: shift, width: width)
    }
  }

  @Test(arguments: [4095, 9000]) func pairsAreSortedByTheirRanks(count: Int) {
    var random = RandomText(seed: 6019)
    for bits in [51, 64, 100, 115] {
      let pairs = (0..<count).map { number in
        // Ranks above 13 bits of the number.
        let rank =
          (UInt128(random.random.next()) << 64 | UInt128(random.random.next())) >> UInt128(128 - bits)
        let word = (random.chance(50) ? rank : rank & 0xfff) << 13 | UInt128(number & 0x1fff)
        return SummaryOrder.Pair(
          high: UInt64(truncatingIfNeeded: word >> 64), low: UInt64(truncatingIfNeeded: word))
      }
      let table = RowSort.sorted(
        Listed(elements: pairs), count: count, lowBit: 13, bits: bits, threadCount: 3)
      defer { table.deallocate() }
      func rank(_ pair: SummaryOrder.Pair) -> UInt128 { (UInt128(pair.high) << 64 | UInt128(pair.low)) >> 13 }
      #expect(
        (0..<count).map { rank(table[$0]) } == pairs.map(rank).sorted(), "\(random.seed): \(bits) bits")
    }
  }

  @Test(arguments: [0, 1, 2, 255, 4095, 4096, 4097, 9000]) func rowsAreSortedByTheirRanks(count: Int) {
    var random = RandomText(seed: 6017)
    for (lowBit, bits) in [(1, 3), (13, 9), (14, 30), (14, 50), (0, 64)] {
      for threads in [1, 3] {
        let words = (0..<count).map { number -> UInt64 in
          // Few or many ranks, crowded in one part or spread over all of them.
          let rank = random.random.next() >> UInt64(random.one([64 - bits, 64 - bits + min(bits - 1, 12)]))
          return rank << UInt64(lowBit) | UInt64(number) & ((1 << UInt64(lowBit)) - 1)
        }
        let table = RowSort.sorted(
          Listed(elements: words), count: count, lowBit: lowBit, bits: bits, threadCount: threads)
        defer { table.deallocate() }
        let found = (0..<count).map { table[$0] >> UInt64(lowBit) }
        #expect(
          found == words.map { $0 >> UInt64(lowBit) }.sorted(), "\(random.seed): \(bits) bits from \(lowBit)")
        #expect((0..<count).map { table[$0] }.sorted() == words.sorted(), "\(random.seed): rows are lost")
      }
    }
  }

  @Test(arguments: [2, 4095, 5000, 20_000]) func wideRowsAreSortedByTheirRanks(count: Int) {
    var random = RandomText(seed: 6018)
    for bits in [65, 80, 128] {
      let rows = (0..<count).map { number in
        SummaryOrder.Row(
          high: random.random.next() >> UInt64(128 - bits) & (random.chance(50) ? .max : 3),
          low: random.random.next() & random.one([.max, 0xff, 0xff << 56]), cell: UInt32(number))
      }
      let table = RowSort.sorted(
        Listed(elements: rows), count: count, lowBit: 0, bits: bits, threadCount: 2)
      defer { table.deallocate() }
      let found = (0..<count).map { table[$0] }
      #expect(Set(found.map(\.cell)).count == count, "\(random.seed)")
      #expect(found.allSatisfy { $0.low == rows[Int($0.cell)].low && $0.high == rows[Int($0.cell)].high })
      #expect(
        zip(found, found.dropFirst()).allSatisfy { ($0.high, $0.low) <= ($1.high, $1.low) },
        "\(random.seed): \(bits) bits")
    }
  }
}
