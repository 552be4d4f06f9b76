// Numbers for keys, given out anew for each owner without giving memory back.

/// Hands out 0, 1, 2 … for keys in the order in which they are first asked for. One owner at a time.
struct SlotTable {
  /// An entry counts only where its generation is the current one: forgetting all of them is one addition.
  private struct Entry {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var slot: Int32 = 0
    var generation: UInt32 = 0
  }

  private var entries = [Entry](repeating: Entry(), count: 64)
  private var generation: UInt32 = 1
  private(set) var count = 0

  /// Forgets all keys. Complexity: O(1), but once in 2³² times.
  mutating func removeAll() {
    count = 0
    generation &+= 1
    if generation == 0 {
      for index in entries.indices { entries[index].generation = 0 }
      generation = 1
    }
  }

  /// The number of a key, and whether it was just given out.
  @inline(__always) mutating func slot(_ keyLow: UInt64, _ keyHigh: UInt64) -> (slot: Int, isNew: Bool) {
    let at = place(keyLow, keyHigh)
    let entry = entries[at]
    if entry.generation == generation { return (Int(entry.slot), false) }
    return (insert(keyLow, keyHigh, at), true)
  }

  @inline(never) private mutating func insert(_ keyLow: UInt64, _ keyHigh: UInt64, _ free: Int) -> Int {
    var at = free
    if count * 2 >= entries.count {
      grow()
      at = place(keyLow, keyHigh)
    }
    entries[at] = Entry(low: keyLow, high: keyHigh, slot: Int32(count), generation: generation)
    count += 1
    return count - 1
  }

  /// Where a key stands, or would: there is always a free entry.
  @inline(__always) private func place(_ keyLow: UInt64, _ keyHigh: UInt64) -> Int {
    let mask = entries.count &- 1
    // Odd multipliers from the golden ratio and from SplitMix64 spread neighbours.
    let mixed = (keyLow &* 0x9E37_79B9_7F4A_7C15) ^ (keyHigh &* 0xBF58_476D_1CE4_E5B9)
    var at = Int(truncatingIfNeeded: mixed ^ mixed >> 32) & mask
    while true {
      let entry = entries[at]
      if entry.generation != generation || (entry.low == keyLow && entry.high == keyHigh) { return at }
      at = (at &+ 1) & mask
    }
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    for entry in old where entry.generation == generation { entries[place(entry.low, entry.high)] = entry }
  }
}
