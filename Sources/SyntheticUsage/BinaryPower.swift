// Powers of two and their logarithms in whole numbers.
//
// The curves of made-up usage need an exponential function; that of the C library may differ in its last bit from machine
// to machine, and then the usage would too.

/// Powers of two with exponents of 24 binary digits after the point.
enum BinaryPower {
  /// Binary digits after the point of an exponent.
  static let fractionBits: UInt64 = 24
  private static let one: UInt64 = 1 << fractionBits

  /// 2^`exponent`, rounded down, with an error below 0.4 %.
  ///
  /// Between whole exponents it is the parabola through 1 and 2 with the slope of the power at 1; it ascends throughout.
  /// - Precondition: the exponent is below 38.
  @inline(__always) static func value(exponent: UInt64) -> UInt64 {
    let fraction = exponent & (one &- 1)
    let curved = 11_020_030 &+ ((5_757_186 &* fraction) >> fractionBits)
    let mantissa = one &+ ((fraction &* curved) >> fractionBits)
    return (mantissa << (exponent >> fractionBits)) >> fractionBits
  }

  /// The logarithm of `number` to base 2, rounded down to 24 binary digits after the point.
  ///
  /// - Precondition: `number > 0`.
  static func logarithm(of number: Int) -> UInt64 {
    precondition(number > 0, "only positive numbers have a logarithm")
    let whole = UInt64(63 - number.leadingZeroBitCount)
    // The number over its highest power of two, as 1.x with 32 digits after the point; squaring it gives digit by digit.
    var mantissa = whole <= 32 ? UInt64(number) << (32 - whole) : UInt64(number) >> (whole - 32)
    var result = whole
    for _ in 0..<fractionBits {
      let square = mantissa.multipliedFullWidth(by: mantissa)
      mantissa = square.high << 32 | square.low >> 32
      let isTwo = mantissa >= 1 << 33
      if isTwo { mantissa >>= 1 }
      result = result << 1 | (isTwo ? 1 : 0)
    }
    return result
  }
}
