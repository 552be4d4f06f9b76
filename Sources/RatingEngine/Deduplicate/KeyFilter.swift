// Has this key been seen? "No" is certain, "perhaps" is looked at again at the end.
//
// A Bloom filter whose four bits lie in one 64-bit word: one cache miss a record instead of a hash probe with a 16-byte
// store. When it is full another one, twice as large, takes over; a key is looked for in all of them.

import CMachine

/// Remembers keys approximately. One owner at a time.
struct KeyFilter {
  private var layers: [FlatTable<UInt64>] = []
  private var masks: [UInt64] = []
  // The newest layer, outside the arrays.
  private var words: UnsafeMutablePointer<UInt64>
  private var mask: UInt64
  private var keysInLast = 0
  private var keysInLastMax = 0
  /// Bits a key: at 16 about 0.4 of 100 new keys look familiar when a layer is full.
  private static let bitsPerKey = 16

  /// Prepares for about `expectedKeys`.
  init(expectedKeys: Int) {
    words = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
    mask = 0
    addLayer(keys: max(expectedKeys, 1 << 16))
  }

  /// A filter of so many words, a power of two, that never grows: for tests of what happens when new keys look familiar.
  init(fixedWords: Int) {
    precondition(fixedWords > 0 && fixedWords & (fixedWords - 1) == 0, "a filter has a power of two of words")
    layers = [FlatTable(zeroedCount: fixedWords)]
    masks = [UInt64(fixedWords - 1)]
    words = layers[0].base
    mask = masks[0]
    keysInLastMax = .max
  }

  private mutating func addLayer(keys: Int) {
    var words = 1024
    while words * 64 < keys * Self.bitsPerKey { words *= 2 }
    layers.append(FlatTable(zeroedCount: words))
    layers[layers.count - 1].populate()
    masks.append(UInt64(words - 1))
    self.words = layers[layers.count - 1].base
    mask = UInt64(words - 1)
    keysInLast = 0
    keysInLastMax = words * 64 / Self.bitsPerKey
  }

  /// Bytes held.
  var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

  @inline(__always) func prefetch(_ low: UInt64) {
    cm_prefetch_write(words + Int(truncatingIfNeeded: low & mask))
  }

  /// Whether the key may have been seen; remembers it.
  @inline(__always) mutating func insert(_ low: UInt64, _ high: UInt32) -> Bool {
    let bits: UInt64 =
      1 &<< (low &>> 52 & 63) | 1 &<< (low &>> 58) | 1 &<< UInt64(high & 63) | 1 &<< UInt64(high &>> 8 & 63)
    let word = words + Int(truncatingIfNeeded: low & mask)
    let old = word.pointee
    if old & bits == bits { return true }
    if layers.count > 1, isInOlder(low, bits) { return true }
    word.pointee = old | bits
    keysInLast &+= 1
    if keysInLast > keysInLastMax { addLayer(keys: keysInLastMax * 2) }
    return false
  }

  private func isInOlder(_ low: UInt64, _ bits: UInt64) -> Bool {
    for layer in 0..<(layers.count - 1) {
      let word = layers[layer].base[Int(truncatingIfNeeded: low & masks[layer])]
      if word & bits == bits { return true }
    }
    return false
  }

  /// Gives the memory back.
  mutating func deallocate() {
    for layer in layers { layer.deallocate() }
    layers = []
  }
}
