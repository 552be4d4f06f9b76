// Quantities as text to integers of their kind.

/// Reads quantities; pure functions.
enum QuantityReader {
  /// Reads a decimal number of `onePerUnit` each: `61` seconds are 61,000 where `onePerUnit` is 1000.
  ///
  /// What is finer than the integer unit rounds up, away from zero: a started millisecond counts. Nil where the text is no
  /// decimal number or the quantity does not fit. A leading minus is read: negative quantities are refunds. An exponent
  /// (`1.5e3`) is read where the format writes numbers so; elsewhere it is a spreadsheet's, which has lost digits.
  @inline(__always) static func decimal(
    _ text: TextPointer, _ length: Int, onePerUnit: Int64, isDecimalComma: Bool, isScientific: Bool = false
  ) -> Int64? {
    if length <= 8, let value = DigitText.value(text, length) {
      // Eight digits times the largest unit (10¹² bytes in a TB) can pass 2⁶³: checked.
      let (product, overflow) = Int64(bitPattern: value).multipliedReportingOverflow(by: onePerUnit)
      return overflow ? nil : product
    }
    return slow(
      text, length, onePerUnit: onePerUnit, mark: UInt8(ascii: isDecimalComma ? "," : "."),
      isScientific: isScientific)
  }

  /// Reads a decimal number as thousandths, rounded down: an instant belongs to the millisecond in which it falls.
  ///
  /// Nil where the text is no plain decimal number or does not fit.
  static func flooredThousandths(_ text: TextPointer, _ length: Int) -> Int64? {
    if length <= 15, let value = DigitText.value(text, length) { return Int64(bitPattern: value) * 1000 }
    return slow(text, length, onePerUnit: 1000, mark: UInt8(ascii: "."), isFloored: true)
  }

  /// Another digit fits 128 bits.
  private static let numeratorMax: Int128 = 10_000_000_000_000_000_000_000_000_000

  @inline(never) private static func slow(
    _ text: TextPointer, _ length: Int, onePerUnit: Int64, mark: UInt8, isFloored: Bool = false,
    isScientific: Bool = false
  ) -> Int64? {
    var at = 0
    let isNegative = length > 0 && text[0] == UInt8(ascii: "-")
    if length > 0, isNegative || text[0] == UInt8(ascii: "+") { at = 1 }
    // The value is numerator / 10^fractionDigits; 18 digits after the point are kept, the rest only says "more than".
    var numerator: Int128 = 0
    var fractionDigits = 0
    var digitCount = 0
    var isPastMark = false
    var hasMore = false
    while at < length {
      let digit = text[at] &- UInt8(ascii: "0")
      if digit <= 9 {
        digitCount += 1
        if isPastMark, fractionDigits == 18 || numerator > Self.numeratorMax {
          hasMore = hasMore || digit != 0
        } else {
          if numerator > Self.numeratorMax { return nil }
          numerator = numerator * 10 + Int128(digit)
          if isPastMark { fractionDigits += 1 }
        }
      } else if text[at] == mark, !isPastMark {
        isPastMark = true
      } else if isScientific, digitCount > 0, text[at] | 0x20 == UInt8(ascii: "e") {
        guard let exponent = AmountReader.writtenExponent(text + at + 1, length - at - 1) else { return nil }
        fractionDigits -= exponent
        break
      } else {
        return nil
      }
      at += 1
    }
    guard digitCount > 0 else { return nil }
    if numerator == 0, !hasMore { return 0 }
    while fractionDigits < 0 {
      if numerator > Self.numeratorMax { return nil }
      numerator *= 10
      fractionDigits += 1
    }
    // What is smaller than any unit is a started one all the same.
    while fractionDigits > 36 {
      hasMore = hasMore || numerator % 10 != 0
      numerator /= 10
      fractionDigits -= 1
    }
    var denominator: Int128 = 1
    for _ in 0..<fractionDigits { denominator *= 10 }
    // 28 digits times a terabyte pass 2¹²⁷: too large, not a trap.
    let (product, overflow) = numerator.multipliedReportingOverflow(by: Int128(onePerUnit))
    guard !overflow else { return nil }
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: denominator)
    // Down is towards zero for positive numbers, and away from it for negative ones.
    let takesNext = (remainder != 0 || hasMore) && (!isFloored || isNegative)
    let whole = quotient + (takesNext ? 1 : 0)
    guard whole <= Int128(Int64.max) else { return nil }
    return isNegative ? -Int64(whole) : Int64(whole)
  }

  /// Divides by a whole number of finer units, up and away from zero: what `decimal` does with what is too fine.
  static func roundedUp(_ value: Int64, over divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder == 0 ? quotient : quotient + (value < 0 ? -1 : 1)
  }

  /// Reads `HH:MM:SS`, `MM:SS` or `H:MM:SS`, with an optional fraction, as milliseconds.
  static func clock(_ text: TextPointer, _ length: Int) -> Int64? {
    var parts: [Int64] = [0]
    var at = 0
    var digitsInPart = 0
    while at < length {
      let digit = text[at] &- UInt8(ascii: "0")
      if digit <= 9 {
        guard digitsInPart < 9 else { return nil }
        parts[parts.count - 1] = parts[parts.count - 1] * 10 + Int64(digit)
        digitsInPart += 1
      } else if text[at] == UInt8(ascii: ":"), digitsInPart > 0, parts.count < 3 {
        parts.append(0)
        digitsInPart = 0
      } else if text[at] == UInt8(ascii: "."), digitsInPart > 0, parts.count > 1 {
        break
      } else {
        return nil
      }
      at += 1
    }
    guard digitsInPart > 0, parts.count > 1, parts.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
    let seconds = parts.reduce(0) { $0 * 60 + $1 }
    guard at < length else { return seconds * 1000 }
    guard let fraction = decimalFraction(text + at + 1, length - at - 1) else { return nil }
    return seconds * 1000 + fraction
  }

  /// A fraction's digits as milliseconds, rounded up.
  private static func decimalFraction(_ text: TextPointer, _ length: Int) -> Int64? {
    var milliseconds: Int64 = 0
    var hasMore = false
    guard length > 0 else { return nil }
    for at in 0..<length {
      let digit = text[at] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      if at < 3 { milliseconds = milliseconds * 10 + Int64(digit) } else { hasMore = hasMore || digit != 0 }
    }
    for _ in length..<max(3, length) { milliseconds *= 10 }
    return milliseconds + (hasMore ? 1 : 0)
  }
}
