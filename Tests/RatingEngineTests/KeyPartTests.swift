// Keys are divided by their bits: every part gets its share, and equal keys meet in one.

import TestSupport
import Testing

@testable import RatingEngine

struct KeyPartTests {
  @Test(arguments: [1, 2, 7, 16]) func everyPartOfTheCopiesGetsItsShare(count: Int) {
    var random = SeededGenerator(seed: 7)
    var keys = [Int](repeating: 0, count: count)
    for _ in 0..<(1000 * count) {
      keys[CopySort.part(of: random.next(), among: count)] += 1
    }
    // A thousand each, give or take six times what chance gives or takes.
    #expect(keys.allSatisfy { (800...1200).contains($0) }, "\(keys)")
  }

  @Test func theSmallestAndTheLargestKeyHaveAPart() {
    #expect(CopySort.part(of: 0, among: 16) == 0)
    #expect(CopySort.part(of: .max, among: 16) == 15)
  }

  @Test func equalKeysHaveOneNumberInTheOrderInWhichTheyCame() {
    var numbers = NumberedKeys<CompiledCatalog.Tariff>()
    var expected: [CompiledCatalog.Tariff: UInt32] = [:]
    // More than the table has room for at first, each key met again and again.
    for step in 0..<5000 {
      let key = CompiledCatalog.Tariff(group: UInt32(step % 37), destination: UInt32(step % 113))
      let (number, isNew) = numbers.number(key)
      #expect(isNew == (expected[key] == nil))
      #expect(number == expected[key, default: UInt32(expected.count)])
      expected[key] = number
    }
    #expect(numbers.keys.count == expected.count)
    #expect(numbers.keys.enumerated().allSatisfy { expected[$0.element] == UInt32($0.offset) })
  }
}
