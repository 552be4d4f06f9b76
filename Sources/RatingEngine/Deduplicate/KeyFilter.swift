// Has this key been seen? "No" is certain, "perhaps" is looked at again at the end.
//
// A Bloom filter whose four bits lie in one 64-bit word: one cache miss a record instead of a hash probe with a 16-byte
// store. When it is full another one, twice as large, takes over; a key is looked for in all of them.

import CMachine

/// Remembers keys approximately. One owner at a time.
struct KeyFilter {
  private var layers: [FlatTable<UInt64>] = []
  // The newest layer, outside the array.
  private var words: UnsafeMutablePointer<UInt64>
  private var wordCount: UInt64
  private var keysInLast = 0
  private var keysInLastMax = 0
  private let bytesMax: Int
  /// Bits a key: at 16 about 0.4 of 100 new keys look familiar when a layer is full.
  private static let bitsPerKey = 16

  /// Prepares for about `expectedKeys`, in at most `bytesMax`: keys beyond that make more of the answers "perhaps".
  init(expectedKeys: Int, bytesMax: Int = .max) {
    self.bytesMax = max(bytesMax, 1 << 10)
    words = UnsafeMutablePointer(bitPattern: 8).unsafelyUnwrapped
    wordCount = 0
    addLayer(keys: min(max(expectedKeys, 1 << 16), self.bytesMax / (Self.bitsPerKey / 8)))
  }

  /// A filter of so many words that never grows: for tests of what happens when new keys look familiar.
  init(fixedWords: Int) {
    bytesMax = 0
    layers = [FlatTable(zeroedCount: fixedWords)]
    words = layers[0].base
    wordCount = UInt64(fixedWords)
    keysInLastMax = .max
  }

  private mutating func addLayer(keys: Int) {
    if !layers.isEmpty, byteCount + keys * Self.bitsPerKey / 8 > bytesMax {
      keysInLastMax = .max
      return
    }
    let table = FlatTable<UInt64>(zeroedCount: keys * Self.bitsPerKey / 64)
    table.populate()
    layers.append(table)
    words = table.base
    wordCount = UInt64(table.count)
    keysInLast = 0
    keysInLastMax = keys
  }

  /// Bytes held.
  var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

  /// The word of a key among `count`: any size will do, so a layer is as large as it need be and no larger.
  @inline(__always) private static func place(_ low: UInt64, _ count: UInt64) -> Int {
    Int(truncatingIfNeeded: low.multipliedFullWidth(by: count).high)
  }

  @inline(__always) func prefetch(_ low: UInt64) {
    cm_prefetch_write(words + Self.place(low, wordCount))
  }

  /// Whether the key may have been seen; remembers it.
  @inline(__always) mutating func insert(_ low: UInt64, _ high: UInt32) -> Bool {
    // The word comes from the upper bits of `low`, the bits in it from `high`.
    let high = UInt64(high)
    let bits: UInt64 =
      1 &<< (high & 63) | 1 &<< (high &>> 6 & 63) | 1 &<< (high &>> 12 & 63) | 1 &<< (high &>> 18 & 63)
    let word = words + Self.place(low, wordCount)
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
      let word = layers[layer].base[Self.place(low, UInt64(layers[layer].count))]
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
