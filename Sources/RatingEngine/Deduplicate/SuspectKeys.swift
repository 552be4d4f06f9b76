// Which keys the suspects have: keeps nearly every other record of the log out of the decision.

import CMachine

/// Remembers keys approximately, in bounded memory: a key that was inserted is always found, others now and then.
struct SuspectKeys: @unchecked Sendable {
  // Safe to share: nothing is inserted any more when it is read.
  private let words: FlatTable<UInt64>
  private let shift: UInt64

  /// Prepares for `count` keys at 48 to 96 bits each, in at most `bytesMax`.
  init(count: Int, bytesMax: Int) {
    var bits = 7
    while 1 << (bits + 6) < count * 48, 1 << (bits + 4) <= bytesMax { bits += 1 }
    words = FlatTable(zeroedCount: 1 << bits)
    shift = UInt64(64 - bits)
  }

  func deallocate() { words.deallocate() }

  @inline(__always) private func place(_ low: UInt64, _ high: UInt32) -> (word: Int, bits: UInt64) {
    // Other bits than those of the filter: whoever was found there by mistake should not be found here as well.
    let mixed = (low ^ UInt64(high) &<< 32) &* 0x9e37_79b9_7f4a_7c15
    let bits: UInt64 = 1 &<< (mixed &>> 8 & 63) | 1 &<< (mixed &>> 14 & 63) | 1 &<< (mixed &>> 20 & 63)
    return (Int(truncatingIfNeeded: mixed &>> shift), bits)
  }

  func insert(_ low: UInt64, _ high: UInt32) {
    let (word, bits) = place(low, high)
    words[word] |= bits
  }

  @inline(__always) func prefetch(_ low: UInt64, _ high: UInt32) {
    cm_prefetch_read(words.base + place(low, high).word)
  }

  /// Whether the key may have been inserted.
  @inline(__always) func mayHold(_ low: UInt64, _ high: UInt32) -> Bool {
    let (word, bits) = place(low, high)
    return words[word] & bits == bits
  }
}
