// Digits to integers, eight at a time.

import CMachine

/// Reads runs of ASCII digits without a loop per byte.
enum DigitText {
  static let zeros: UInt64 = 0x3030_3030_3030_3030
  static let highBits: UInt64 = 0x8080_8080_8080_8080
  static let belowTen: UInt64 = 0x7676_7676_7676_7676

  /// Whether every byte of `word` (digits already XORed with `zeros`) is 0...9.
  @inline(__always) static func areDigits(_ word: UInt64) -> Bool {
    ((word &+ belowTen) | word) & highBits == 0
  }

  /// Eight digits in reading order, first byte first, already XORed with `zeros`.
  @inline(__always) static func value8(_ word: UInt64) -> UInt64 {
    let pairs = (word &* 10 &+ (word &>> 8)) & 0x00ff_00ff_00ff_00ff
    let fours = (pairs &* 100 &+ (pairs &>> 16)) & 0x0000_ffff_0000_ffff
    return (fours & 0xffff_ffff) &* 10_000 &+ (fours &>> 32)
  }

  /// The value of `length` (1...16) digits, or nil where a byte is none. Reads up to 16 bytes.
  @inline(__always) static func value(_ text: TextPointer, _ length: Int) -> UInt64? {
    if length <= 8 {
      let word = (ByteText.load8(text) ^ zeros) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* length)
      return areDigits(word) ? value8(word) : nil
    }
    // The last eight digits, and what stands before them.
    let tail = ByteText.load8(text + (length &- 8)) ^ zeros
    let head = (ByteText.load8(text) ^ zeros) &<< UInt64(truncatingIfNeeded: 128 &- 8 &* length)
    guard areDigits(head), areDigits(tail) else { return nil }
    return value8(head) &* 100_000_000 &+ value8(tail)
  }

  /// 10ⁿ, n in 0...19.
  @inline(__always) static func powerOfTen(_ n: Int) -> UInt64 { cm_power_of_ten(n) }
}
