// What duplicate detection remembers: a filter that never forgets a key, and a log that gives every key back in order.

import DurableFiles
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct KeyMemoryTests {
  @Test(arguments: [1, 4, 1024, nil]) func aKeyThatWasSeenIsNeverNew(words: Int?) {
    var filter = words.map { KeyFilter(fixedWords: $0) } ?? KeyFilter(expectedKeys: 1)
    defer { filter.deallocate() }
    var random = SeededGenerator(seed: 4)
    var keys: [(low: UInt64, high: UInt32)] = []
    var falseAlarms = 0
    for _ in 0..<3000 {
      let key = (low: random.next(), high: UInt32(truncatingIfNeeded: random.next()))
      if filter.insert(key.low, key.high) { falseAlarms += 1 }
      keys.append(key)
    }
    var forgotten = 0
    for key in keys where !filter.insert(key.low, key.high) { forgotten += 1 }
    #expect(forgotten == 0)
    // A filter of a word is full after some dozen keys; one that is made for its keys hardly ever errs.
    #expect(words.map { $0 < 10 } ?? false ? falseAlarms > 2000 : falseAlarms < 60)
  }

  @Test func aFilterThatIsFullGoesOnInALargerOne() {
    var filter = KeyFilter(expectedKeys: 1)
    defer { filter.deallocate() }
    var random = SeededGenerator(seed: 5)
    let first = filter.byteCount
    var keys: [UInt64] = []
    for _ in 0..<70_000 {
      let low = random.next()
      _ = filter.insert(low, UInt32(truncatingIfNeeded: low >> 7))
      keys.append(low)
    }
    #expect(filter.byteCount > first)
    var forgotten = 0
    for low in keys where !filter.insert(low, UInt32(truncatingIfNeeded: low >> 7)) { forgotten += 1 }
    #expect(forgotten == 0)
  }

  @Test(arguments: [1, 2, 7, 1000]) func theLogGivesBackEveryKeyInOrder(blockKeys: Int) throws {
    let log = SpillableLog<UInt64>(memoryBytesMax: 1, place: SpillPlace(), blockElements: blockKeys)
    for value in 0..<100 { try log.append(UInt64(value)) }
    try log.append(207) { UInt64($0 + 100) }
    var found: [UInt64] = []
    try log.forEachStretch { first, elements throws(FileFault) in
      #expect(first == found.count)
      found += Array(elements)
    }
    #expect(found == (0..<307).map { UInt64($0) })
    // Two blocks at most stay in memory.
    #expect(log.byteCount <= 2 * blockKeys * 8)
    log.release()
    #expect(log.count == 0)
  }
}
