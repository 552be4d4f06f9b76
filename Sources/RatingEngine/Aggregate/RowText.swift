// Numbers and short texts into the buffers of rows.
//
// Eight digits are made at once in one word, without a loop and without a table: rows have seven numbers each, and branches
// that depend on their lengths are what formatting them would cost.

import Money
import Tables

/// Writes numbers into row buffers. Every target has room for 16 bytes more than is written.
enum RowText {
  @inline(__always) static func put(_ byte: UInt8, _ out: inout UnsafeMutablePointer<UInt8>) {
    out[0] = byte
    out += 1
  }

  /// Copies a short text, 16 bytes at a time; both sides have room for 16 bytes more.
  @inline(__always) static func copy(
    _ text: UnsafePointer<UInt8>, _ length: Int, _ out: inout UnsafeMutablePointer<UInt8>
  ) {
    var at = 0
    repeat {
      UnsafeMutableRawPointer(out + at).storeBytes(
        of: UnsafeRawPointer(text + at).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
      at &+= 16
    } while at < length
    out += length
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// The eight digits of a number below 10⁸, one a byte, the first in the lowest byte.
  @inline(__always) static func digits(_ value: UInt32) -> UInt64 {
    // Halves of four, pairs of two, then single digits: each division is a multiplication of several lanes at once.
    let upper = value / 10_000
    let halves = UInt64(upper) | UInt64(value &- upper &* 10_000) &<< 32
    let hundreds = ((halves &* 10_486) &>> 20) & 0x0000_007f_0000_007f
    let pairs = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = ((pairs &* 103) &>> 10) & 0x000f_000f_000f_000f
    return tens | (pairs &- tens &* 10) &<< 8
  }

  @inline(__always) private static func store(_ word: UInt64, _ out: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(out).storeBytes(of: word.littleEndian, as: UInt64.self)
  }

  @inline(__always) static func put(_ value: UInt64, _ out: inout UnsafeMutablePointer<UInt8>) {
    if value < 10 { return put(UInt8(truncatingIfNeeded: value) &+ 48, &out) }
    if value < 100_000_000 { return putShort(UInt32(truncatingIfNeeded: value), &out) }
    let (upper, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    put(upper, &out)
    store(digits(UInt32(truncatingIfNeeded: low)) | zeros, out)
    out += 8
  }

  @inline(__always) private static func putShort(_ value: UInt32, _ out: inout UnsafeMutablePointer<UInt8>) {
    let word = digits(value)
    // The last digit stands, whatever it is.
    let leading = (word | 1 &<< 56).trailingZeroBitCount &>> 3
    store((word | zeros) &>> UInt64(truncatingIfNeeded: leading &* 8), out)
    out += 8 &- leading
  }

  /// A quantity in its unit and a comma: no zeros at the end of a fraction.
  @inline(__always) static func quantity(
    _ value: Int64, digits: Int, _ out: inout UnsafeMutablePointer<UInt8>
  ) {
    if value >= 0, digits == 3, value % 1000 == 0 {
      put(UInt64(bitPattern: value / 1000), &out)
    } else if value >= 0, digits == 0 {
      put(UInt64(bitPattern: value), &out)
    } else {
      slow(Int128(value), scale: digits, &out)
    }
    put(UInt8(ascii: ","), &out)
  }

  /// An amount, as short as it is exact.
  @inline(__always) static func amount(_ pico: Int128, _ out: inout UnsafeMutablePointer<UInt8>) {
    // Nearly all amounts are whole millionths below 10¹³.
    if pico >= 0, pico < 9_000_000_000_000_000_000 {
      let (micro, rest) = UInt64(truncatingIfNeeded: pico).quotientAndRemainder(dividingBy: 1_000_000)
      if rest == 0 {
        let (whole, fraction) = micro.quotientAndRemainder(dividingBy: 1_000_000)
        put(whole, &out)
        if fraction != 0 { fractionOfSix(UInt32(truncatingIfNeeded: fraction), &out) }
        return
      }
    }
    slow(pico, scale: Amount.scale, &out)
  }

  /// The point and the digits of millionths, 1..<10⁶, without the zeros at their end.
  @inline(__always) private static func fractionOfSix(
    _ value: UInt32, _ out: inout UnsafeMutablePointer<UInt8>
  ) {
    let word = digits(value &* 100)
    out[0] = UInt8(ascii: ".")
    store(word | zeros, out + 1)
    out += 9 &- word.leadingZeroBitCount &>> 3
  }

  @inline(never) private static func slow(
    _ value: Int128, scale: Int, _ out: inout UnsafeMutablePointer<UInt8>
  ) {
    var bytes: [UInt8] = []
    DecimalText.append(value, scale: scale, to: &bytes)
    for byte in bytes { put(byte, &out) }
  }
}
