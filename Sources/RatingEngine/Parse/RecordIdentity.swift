// What identifies a record: its key fields, hashed.
//
// 128 bits of XXH3 are taken and 96 of them kept for every record: two of 10⁹ records meet with probability 10⁻¹¹, and then
// only if one of them is a suspect; the contents are compared besides. Packing UUIDs into 128 bits exactly was tried: it
// took twice as long, and the cut to 96 bits makes it no more exact.

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
}

/// A 64-bit running hash of a record's content: every field that is read, after normalising, except ids.
struct ContentHash {
  var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always) static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ word).multipliedFullWidth(by: 0x9fb2_1c65_1e98_df25)
    return product.high ^ product.low &+ 0xd134_2543_de82_ef95
  }

  /// Mixes a text in: its bytes and its length. An empty text and an absent one say the same.
  @inline(__always) static func mix(_ state: UInt64, _ text: TextPointer, _ length: Int) -> UInt64 {
    if length <= 0 { return mix(state, 0) }
    if length <= 8 { return mix(mix(state, ByteText.word(text, length)), UInt64(length)) }
    if length <= 16 {
      return mix(
        mix(state, ByteText.load8(text)), ByteText.word(text + 8, length &- 8) ^ UInt64(length) &<< 56)
    }
    return mix(state, XXH3_64bits_withSeed(text, length, UInt64(length)))
  }
}
