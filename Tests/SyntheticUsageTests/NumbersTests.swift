// Random numbers, powers of two, ids and numbering: what the rest of the world is made of.

import Testing

@testable import SyntheticUsage

@Suite struct NumbersTests {
  @Test func powersAreExactAtWholeExponentsAndAscendBetween() {
    for exponent in 0..<UInt64(38) {
      #expect(BinaryPower.value(exponent: exponent << 24) == 1 << exponent)
    }
    let values = (0...UInt64(4096)).map { BinaryPower.value(exponent: 20 << 24 + $0 << 12) }
    #expect(values == values.sorted())
    #expect(values.last == 1 << 21)
  }

  // Expected: 2^24 × log2(n), cut.
  @Test(
    arguments: [(1, 0), (2, 16_777_216), (3, 26_591_258), (10, 55_732_705), (1024, 167_772_160)]
      as [(Int, UInt64)])
  func logarithmsAreThoseOfTheTable(number: Int, expected: UInt64) {
    #expect(BinaryPower.logarithm(of: number) == expected)
  }

  @Test func powerUndoesLogarithmToFourInAThousand() {
    for number in [1, 2, 3, 5, 7, 100, 999, 62_000, 2_000_000, 10_000_000] {
      let back = Int(BinaryPower.value(exponent: BinaryPower.logarithm(of: number)))
      #expect(abs(back - number) <= number * 4 / 1000 + 1, "\(number) became \(back)")
    }
  }

  @Test func skewedNumbersStayInRangeAndHalveTheirShare() {
    var draws = SeededDraws(seed: 7, .event, 0)
    let items = SkewedItems(count: 1023)
    var counts = [Int](repeating: 0, count: 1023)
    for _ in 0..<100_000 { counts[items.draw(&draws)] += 1 }
    // Ten doublings share the items: the first takes 0 alone, the last 511...1022.
    #expect((9_500..<10_500).contains(counts[0]))
    #expect((9_500..<10_500).contains(counts[511..<1023].reduce(0, +)))
    #expect(Set((0..<100).map { _ in SkewedItems(count: 2).draw(&draws) }) == [0, 1])
    #expect(Set((0..<100).map { _ in SkewedItems(count: 1).draw(&draws) }) == [0])
  }

  @Test func drawsOfOnePurposeAndIndexRepeatAndOthersDiffer() {
    func first(_ seed: UInt64, _ purpose: DrawPurpose, _ index: UInt64) -> UInt64 {
      var draws = SeededDraws(seed: seed, purpose, index)
      return draws.next()
    }
    #expect(first(1, .event, 5) == first(1, .event, 5))
    let all = [first(1, .event, 5), first(2, .event, 5), first(1, .copy, 5), first(1, .event, 6)]
    #expect(Set(all).count == 4)
  }

  @Test func idsDifferWhereIdentitiesDo() {
    var seen: Set<UInt64> = []
    for identity in 0..<UInt64(50_000) {
      let id = RecordText.spread48(identity &* 1_999_993)
      #expect(id < 1 << 48)
      #expect(seen.insert(id).inserted)
    }
  }

  @Test func noCallingCodeBeginsAnother() {
    let codes =
      NumberingCountry.all.map { String($0.code) } + NumberingCountry.unassignedCodes.map { String($0) }
    for (index, code) in codes.enumerated() {
      for (other, longer) in codes.enumerated() where other != index {
        #expect(!longer.hasPrefix(code), "\(code) begins \(longer)")
      }
    }
    #expect(codes.count - NumberingCountry.unassignedCodes.count < 256, "a row keeps its country in one byte")
  }
}
