// What identifies a record: its key fields, hashed.
//
// 128 bits of XXH3 are taken and 96 of them kept for every record: two of 10⁹ records meet with probability 10⁻¹¹, and then
// only if one of them is a suspect; the contents are compared besides. Packing UUIDs into 128 bits exactly was tried: it
// took twice as long, and the cut to 96 bits makes it no more exact.

import CMachine
import CXxhash

/// Makes keys; pure functions.
enum RecordIdentity {
  struct Key: Equatable {
    var low: UInt64
    var high: UInt64
  }

  /// The hash of any bytes.
  @inline(__always) static func hash(_ text: UnsafeRawPointer, _ length: Int, seed: UInt64) -> Key {
    let hash = XXH3_128bits_withSeed(text, length, seed)
    return Key(low: hash.low64, high: hash.high64)
  }

  /// The same hash of a column of texts into the batch's identities; empty and absent ones are left out.
  static func hash(
    _ texts: UnsafeMutablePointer<TextPointer>, _ lengths: UnsafeMutablePointer<Int32>, _ batch: UsageBatch,
    seed: UInt64
  ) {
    texts.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: batch.count) { texts in
      cm_hash_texts(texts, lengths, batch.count, seed, batch.identityLow, batch.identityHigh)
    }
  }
}

/// A 64-bit running hash of a record's content: every field that is read, after normalising, except ids.
enum ContentHash {
  static let seed: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Mixes two words in with one multiplication.
  @inline(__always) static func mix(_ state: UInt64, _ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ state).multipliedFullWidth(by: b ^ 0x9fb2_1c65_1e98_df25)
    return product.high ^ product.low &+ 0xd134_2543_de82_ef95
  }

  /// Mixes a text in: its bytes and its length. An empty text and an absent one say the same.
  @inline(__always) static func mix(_ state: UInt64, _ text: TextPointer, _ length: Int) -> UInt64 {
    let state = state &+ UInt64(truncatingIfNeeded: max(0, length)) &* 0x2545_f491_4f6c_dd1d
    if length <= 8 { return mix(state, length <= 0 ? 0 : ByteText.word(text, length), 0) }
    if length <= 16 { return mix(state, ByteText.load8(text), ByteText.word(text + 8, length &- 8)) }
    return mix(state, XXH3_64bits_withSeed(text, length, UInt64(length)), 0)
  }
}
