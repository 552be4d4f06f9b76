// Numbers of keys, one by one and many at once.

import Testing

@testable import RatingEngine

@Suite struct NumberedKeysTests {
  /// Many keys that differ mix to the same number.
  private struct Key: NumberedKey {
    var value: Int
    var mixed: UInt64 { UInt64(value / 3) }
  }

  @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 5000], [0, 10_000])
  func manyAtOnceAreNumberedAsOneByOne(count: Int, expected: Int) {
    var random = RandomText(seed: UInt64(count))
    let keys = (0..<count).map { _ in Key(value: random.int(0...(count / 2 + 1))) }
    var one = NumberedKeys<Key>(expectedCount: expected)
    var many = NumberedKeys<Key>(expectedCount: expected)
    // Some are known before.
    let known = Key(value: 1)
    #expect(one.number(known).number == many.number(known).number)
    #expect(many.numbers(of: count) { keys[$0] } == keys.map { one.number($0).number })
    #expect(many.keys == one.keys)
    // The judge: numbers in the order in which keys were first met.
    var met = [known]
    for key in keys where !met.contains(key) { met.append(key) }
    #expect(many.keys == met)
  }
}
