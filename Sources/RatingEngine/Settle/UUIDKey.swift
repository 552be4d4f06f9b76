// Keys that are UUIDs in small letters, in 16 bytes instead of 36: bytes compare as the texts do.

/// The usual form of a UUID: five groups of hexadecimal digits in small letters, joined by hyphens.
enum UUIDKey {
  static let textLength = 36

  /// The digits of a text of `textLength` bytes with `ByteText.slack` behind it, as two big-endian words; nil where it has
  /// any other form.
  @inline(__always) static func pack(_ text: TextPointer) -> (high: UInt64, low: UInt64)? {
    let hyphen = UInt8(ascii: "-")
    guard text[8] == hyphen, text[13] == hyphen, text[18] == hyphen, text[23] == hyphen else { return nil }
    var fault: UInt64 = 0
    let first = digits(ByteText.load8(text), &fault)
    let second = digits(pair(text + 9, text + 14), &fault)
    let third = digits(pair(text + 19, text + 24), &fault)
    let fourth = digits(ByteText.load8(text + 28), &fault)
    guard fault == 0 else { return nil }
    return (UInt64(first) &<< 32 | UInt64(second), UInt64(third) &<< 32 | UInt64(fourth))
  }

  @inline(__always) private static func pair(_ a: TextPointer, _ b: TextPointer) -> UInt64 {
    UInt64(ByteText.load4(a)) | UInt64(ByteText.load4(b)) &<< 32
  }

  /// Eight digits as a number; `fault` becomes other than 0 where one of the bytes is none.
  @inline(__always) private static func digits(_ word: UInt64, _ fault: inout UInt64) -> UInt32 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // '0'...'9' have their value in the lower half, 'a'...'f' have it less nine, and the bit of 64.
    let values = (word & 0x0f0f_0f0f_0f0f_0f0f) &+ 9 &* (word &>> 6 & ones)
    let letters = (values &+ (6 &* ones)) &>> 4 & ones
    // What the digits are written as must be what was read.
    fault |= values & 0xf0f0_f0f0_f0f0_f0f0
    fault |= (values &+ 0x3030_3030_3030_3030 &+ (39 &* letters)) ^ word
    let bytes = (values &<< 4 | values &>> 8) & 0x00ff_00ff_00ff_00ff
    let halves = (bytes | bytes &>> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: halves | halves &>> 16).byteSwapped
  }

  /// The text of two words.
  static func text(_ high: UInt64, _ low: UInt64) -> [UInt8] {
    var text: [UInt8] = []
    for digit in 0..<32 {
      if [8, 12, 16, 20].contains(digit) { text.append(UInt8(ascii: "-")) }
      let word = digit < 16 ? high : low
      let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4) & 15)
      text.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value)
    }
    return text
  }
}
