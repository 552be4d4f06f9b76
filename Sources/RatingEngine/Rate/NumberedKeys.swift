// Numbers for what is met again and again while a deck is compiled: its prices, unit prices and tariffs.

import CMachine

/// A key of `NumberedKeys`.
protocol NumberedKey: Equatable {
  /// A number that differs for most keys that differ. It is mixed further before it is used.
  var mixed: UInt64 { get }
}

/// Gives equal keys the same number, counted from 0 in the order in which they were first met.
///
/// Measured: a dictionary that hashes for safety took a third of the time of a large deck. Keys are made of numbers of our own,
/// not of an attacker's.
struct NumberedKeys<Key: NumberedKey> {
  /// The keys, by number.
  private(set) var keys: [Key] = []
  /// Number + 1 by hash, open addressing; 0 for none.
  private var slots: [UInt32]

  /// Prepares for about `expectedCount` keys; more find room as well.
  init(expectedCount: Int = 0) {
    var count = 64
    while count < expectedCount * 2 { count *= 2 }
    slots = [UInt32](repeating: 0, count: count)
    keys.reserveCapacity(expectedCount)
  }

  /// The number of a key, and whether it was met for the first time. Complexity: O(1).
  mutating func number(_ key: Key) -> (number: UInt32, isNew: Bool) {
    // Neighbouring rows mostly have the same.
    if let last = keys.last, last == key { return (UInt32(keys.count - 1), false) }
    var at = place(key)
    while slots[at] != 0 {
      let number = slots[at] - 1
      if keys[Int(number)] == key { return (number, false) }
      at = (at + 1) & (slots.count - 1)
    }
    keys.append(key)
    slots[at] = UInt32(keys.count)
    if keys.count * 2 > slots.count { grow() }
    return (UInt32(keys.count - 1), true)
  }

  /// The numbers of `count` keys, in their order. Each is asked for some keys ahead, because a key of a large deck is in no cache.
  /// Complexity: O(count).
  mutating func numbers(of count: Int, _ key: (Int) -> Key) -> [UInt32] {
    var numbers: [UInt32] = []
    numbers.reserveCapacity(count)
    for index in 0..<(count + 2 * Self.ahead) {
      if index < count { prefetchSlot(key(index)) }
      let half = index - Self.ahead
      if half >= 0, half < count { prefetchKey(key(half)) }
      let due = half - Self.ahead
      if due >= 0 { numbers.append(number(key(due)).number) }
    }
    return numbers
  }

  private static var ahead: Int { 8 }

  private func prefetchSlot(_ key: Key) {
    let place = place(key)
    slots.withUnsafeBufferPointer { slots in
      if let base = slots.baseAddress { cm_prefetch_read(base + place) }
    }
  }

  /// Asks for the key that stands first where a key is looked for.
  private func prefetchKey(_ key: Key) {
    let number = slots[place(key)]
    guard number != 0 else { return }
    keys.withUnsafeBufferPointer { keys in
      if let base = keys.baseAddress { cm_prefetch_read(base + Int(number - 1)) }
    }
  }

  private func place(_ key: Key) -> Int {
    let product = key.mixed &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: product ^ product >> 32) & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (number, key) in keys.enumerated() {
      var at = place(key)
      while slots[at] != 0 { at = (at + 1) & (slots.count - 1) }
      slots[at] = UInt32(number + 1)
    }
  }
}

extension CompiledCatalog.Tariff: NumberedKey {
  var mixed: UInt64 { UInt64(group) << 32 | UInt64(destination) }
}

extension CompiledCatalog.UnitPriceText: NumberedKey {
  var mixed: UInt64 { UInt64(bitPattern: pico &* 0x1_0000_01b3 &+ units &* 8191) ^ UInt64(kind) << 56 }
}
