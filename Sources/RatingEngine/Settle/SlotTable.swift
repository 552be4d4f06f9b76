// Numbers for keys of two words, given out anew for each owner without giving memory back.

/// Hands out 0, 1, 2 … for keys in the order in which they are first asked for. One owner at a time.
struct SlotTable {
  private var low: [UInt64]
  private var high: [UInt64]
  private var slots: [Int32]
  /// An entry counts only where its generation is the current one: forgetting all of them is one addition.
  private var generations: [UInt32]
  private var generation: UInt32 = 1
  private(set) var count = 0

  init() {
    low = Array(repeating: 0, count: 64)
    high = low
    slots = Array(repeating: 0, count: 64)
    generations = Array(repeating: 0, count: 64)
  }

  /// Forgets all keys. Complexity: O(1), but once in 2³² times.
  mutating func removeAll() {
    count = 0
    generation &+= 1
    if generation == 0 {
      for index in generations.indices { generations[index] = 0 }
      generation = 1
    }
  }

  /// The number of a key, and whether it was just given out.
  mutating func slot(_ keyLow: UInt64, _ keyHigh: UInt64) -> (slot: Int, isNew: Bool) {
    if count * 2 >= low.count { grow() }
    let at = place(keyLow, keyHigh)
    if generations[at] == generation { return (Int(slots[at]), false) }
    (low[at], high[at], slots[at], generations[at]) = (keyLow, keyHigh, Int32(count), generation)
    count += 1
    return (count - 1, true)
  }

  private func place(_ keyLow: UInt64, _ keyHigh: UInt64) -> Int {
    let mask = low.count - 1
    // Odd multipliers from the golden ratio and from SplitMix64 spread neighbours.
    let mixed = (keyLow &* 0x9E37_79B9_7F4A_7C15) ^ (keyHigh &* 0xBF58_476D_1CE4_E5B9)
    var at = Int(truncatingIfNeeded: mixed ^ mixed >> 32) & mask
    while generations[at] == generation, low[at] != keyLow || high[at] != keyHigh { at = (at + 1) & mask }
    return at
  }

  private mutating func grow() {
    let old = self
    let size = low.count * 2
    low = Array(repeating: 0, count: size)
    high = low
    slots = Array(repeating: 0, count: size)
    generations = Array(repeating: 0, count: size)
    for index in old.low.indices where old.generations[index] == generation {
      let at = place(old.low[index], old.high[index])
      (low[at], high[at], slots[at], generations[at]) =
        (old.low[index], old.high[index], old.slots[index], generation)
    }
  }
}
