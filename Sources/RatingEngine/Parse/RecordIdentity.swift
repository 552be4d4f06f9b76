// What identifies a record, in 128 bits.
//
// A lower-case UUID fits exactly: two different ones never meet. Any other key is hashed to 128 bits (XXH3): two of 10⁹
// records meet with probability 10⁻²¹, and the contents are compared besides.

import CXxhash

/// Makes 128-bit keys; pure functions.
enum RecordIdentity {
  struct Key: Equatable {
    var low: UInt64
    var high: UInt64
  }

  /// The key of one field.
  @inline(__always) static func key(_ text: TextPointer, _ length: Int, seed: UInt64) -> Key {
    if length == 36, let uuid = uuid(text) { return Key(low: uuid.low ^ seed, high: uuid.high) }
    return hash(text, length, seed: seed)
  }

  /// The XXH3 hash of any bytes.
  @inline(__always) static func hash(_ text: UnsafeRawPointer, _ length: Int, seed: UInt64) -> Key {
    let hash = XXH3_128bits_withSeed(text, length, seed)
    return Key(low: hash.low64, high: hash.high64)
  }

  private static let low: UInt64 = 0x0101_0101_0101_0101

  /// Eight lower-case hexadecimal digits to one nibble a byte; wrong bytes leave bits in `fault`.
  @inline(__always) private static func nibbles(_ word: UInt64, _ fault: inout UInt64) -> UInt64 {
    let n = (word & 0x0f0f_0f0f_0f0f_0f0f) &+ ((word &>> 6) & low) &* 9
    let isLetter = ((n &+ 0x7676_7676_7676_7676) & DigitText.highBits) &>> 7
    fault |= (word ^ (n &+ DigitText.zeros &+ isLetter &* 0x27)) | (n & 0xf0f0_f0f0_f0f0_f0f0)
    return n
  }

  /// The 128 bits of a lower-case UUID in its usual form, checked by encoding them again.
  @inline(__always) private static func uuid(_ s: TextPointer) -> Key? {
    let dash = UInt8(ascii: "-")
    var fault = UInt64(s[8] ^ dash) | UInt64(s[13] ^ dash) | UInt64(s[18] ^ dash) | UInt64(s[23] ^ dash)
    let a = nibbles(ByteText.load8(s), &fault)
    let b = nibbles(UInt64(ByteText.load4(s + 9)) | UInt64(ByteText.load4(s + 14)) &<< 32, &fault)
    let c = nibbles(UInt64(ByteText.load4(s + 19)) | UInt64(ByteText.load4(s + 24)) &<< 32, &fault)
    let d = nibbles(ByteText.load8(s + 28), &fault)
    guard fault == 0 else { return nil }
    let even: UInt64 = 0x00ff_00ff_00ff_00ff
    return Key(
      low: ((a | a &>> 4) & even) | (((b | b &>> 4) & even) &<< 8),
      high: ((c | c &>> 4) & even) | (((d | d &>> 4) & even) &<< 8))
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
