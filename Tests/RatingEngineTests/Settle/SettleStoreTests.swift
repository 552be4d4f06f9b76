// The store of packed events: parts that went to disk, owners that are loaded one group after the other, removals, long keys.

import TestSupport
import Testing

@testable import RatingEngine

@Suite struct SettleStoreTests {
  /// What of a loaded event must not be lost.
  private struct Loaded: Hashable {
    var owner: UInt32
    var quantity: Int64
    var amount: Int128
  }

  private static func store(_ count: Int, removing: Set<Int>, memoryBytes: Int) throws -> SettleStore {
    let store = SettleStore(memoryBytesMax: memoryBytes, place: SpillPlace(folder: nil))
    var random = SeededGenerator(seed: 11)
    for number in 0..<count {
      let chunk = PackedChunk()
      // Keys that differ behind 16 bytes, in no order of their arrival; all begin at one instant.
      let key = Array("0123456789abcdef\((number * 7919) % 1009)-\(number)".utf8)
      var event = PackedEvent(
        keyHigh: 0, keyLow: 0, startMillis: 5, quantity: Int64(number), place: chunk.tailOffset,
        owner: UInt32.random(in: 0..<9, using: &random), account: 0, baseCell: 0, period: 1, keyByteCount: 0,
        marks: [])
      key.withUnsafeBufferPointer { event.setKey($0) }
      chunk.add(tail: key[16...])
      if number % 3 == 0 {
        event.recorded = chunk.add(amountPico: Int128(number) * 10)
        event.marks.insert(.amount)
      }
      chunk.append(event, row: 0)
      chunk.close(partCount: store.parts.count)
      try store.append(chunk, firstPlace: number)
      if removing.contains(number) { try store.remove(place: number, owner: event.owner) }
    }
    return store
  }

  /// Everything that the passes over all parts load, and whether each owner is in the order of its keys.
  private static func load(_ store: SettleStore, passCount: Int) throws -> [Loaded] {
    let partition = SettlePartition()
    let order = ChunkOrder(store.chunks, recordCount: 0)
    var loaded: [Loaded] = []
    for part in store.parts {
      for number in 0..<passCount {
        let pass = SettlePartition.Pass(number: number, count: passCount)
        try partition.load(part, pass, order)
        for stretch in partition.stretches {
          let events = (stretch.range).map { partition.events[$0] }
          #expect(events.allSatisfy { pass.takes($0.owner) })
          let tails = events.map { Array(partition.tail(of: $0)) }
          #expect(zip(tails, tails.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
          loaded += events.map {
            Loaded(
              owner: $0.owner, quantity: $0.quantity,
              amount: $0.recorded == 0 ? -1 : partition.amounts[Int($0.recorded) - 1])
          }
        }
      }
    }
    return loaded
  }

  @Test(arguments: [1, 1 << 20], [1, 2, 5])
  func everyEventIsLoadedOnceAndInOrder(memoryBytes: Int, passCount: Int) throws {
    let removed: Set<Int> = [0, 7, 300, 899]
    let store = try Self.store(900, removing: removed, memoryBytes: memoryBytes)
    let loaded = try Self.load(store, passCount: passCount)
    #expect(loaded.count == 900 - removed.count)
    #expect(store.eventCount == loaded.count)
    #expect(Set(loaded.map(\.quantity)) == Set((0..<900).filter { !removed.contains($0) }.map(Int64.init)))
    #expect(loaded.allSatisfy { $0.amount == ($0.quantity % 3 == 0 ? Int128($0.quantity) * 10 : -1) })
  }

  @Test func aKeyInShortFormIsTheSameKey() {
    for text in ["", "a", "12345678", "123456789", "1234567890123456"] {
      var (short, long) = (SettleOrderTests.event(1, 5, ""), SettleOrderTests.event(1, 5, text))
      let padded = Array(text.utf8) + [UInt8](repeating: 7, count: ByteText.slack)
      padded.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        short.setShortKey(base, text.utf8.count)
      }
      long.place = short.place
      #expect(short == long)
    }
  }
}
