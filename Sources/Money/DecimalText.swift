// Decimal numbers as text, read and written without floating point.
//
// Foundation's `Decimal(string: "12,5")` is 12 and silently drops digits: this reader takes the whole text or nothing.

/// Why a text is not the decimal number that was expected.
public enum DecimalFault: Error, Hashable, Sendable {
  /// Nothing but blanks, or nothing at all.
  case empty
  /// A byte that does not belong, at this offset.
  case unexpected(byte: UInt8, offset: Int)
  /// Scientific notation: digits were lost before the number reached us.
  case scientific
  /// More digits after the point than can be kept.
  case tooPrecise(digits: Int)
  /// Larger than the representation holds.
  case tooLarge
}

/// Reads and writes decimal numbers exactly.
public enum DecimalText {
  /// Reads a signed decimal number as an integer at 10^−`scale`.
  ///
  /// Takes an optional sign, digits, and an optional `mark` with digits; no blanks, no grouping, no exponent. Zeros after
  /// the last digit that `scale` holds are accepted. Complexity: O(n), no allocation.
  public static func parse(
    _ text: UnsafeBufferPointer<UInt8>, scale: Int, mark: UInt8 = UInt8(ascii: ".")
  ) -> Result<Int128, DecimalFault> {
    var index = 0
    let count = text.count
    guard count > 0 else { return .failure(.empty) }
    var isNegative = false
    if text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
      isNegative = text[0] == UInt8(ascii: "-")
      index = 1
    }
    var value: UInt128 = 0
    var digitCount = 0
    var fractionCount = 0
    var isPastMark = false
    while index < count {
      let byte = text[index]
      let digit = byte &- UInt8(ascii: "0")
      if digit <= 9 {
        digitCount += 1
        if isPastMark {
          fractionCount += 1
          if fractionCount > scale {
            if digit != 0 { return .failure(.tooPrecise(digits: Self.fractionDigits(text, mark: mark))) }
            index += 1
            continue
          }
        }
        // Room for one more digit; scaling and the sign are checked below.
        if value > (UInt128.max - 9) / 10 { return .failure(.tooLarge) }
        value = value * 10 + UInt128(digit)
      } else if byte == mark, !isPastMark {
        isPastMark = true
      } else if digitCount > 0, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
        return .failure(.scientific)
      } else {
        return .failure(.unexpected(byte: byte, offset: index))
      }
      index += 1
    }
    guard digitCount > 0 else { return .failure(.empty) }
    var missing = scale - min(fractionCount, scale)
    while missing > 0 {
      let step = min(missing, 18)
      let (scaled, overflow) = value.multipliedReportingOverflow(by: UInt128(PowersOfTen.int64[step]))
      guard !overflow else { return .failure(.tooLarge) }
      value = scaled
      missing -= step
    }
    guard value <= UInt128(Int128.max) else { return .failure(.tooLarge) }
    return .success(isNegative ? -Int128(value) : Int128(value))
  }

  /// The same for a Swift string.
  public static func parse(_ text: String, scale: Int, mark: UInt8 = UInt8(ascii: ".")) -> Result<
    Int128, DecimalFault
  > {
    var copy = text
    return copy.withUTF8 { parse($0, scale: scale, mark: mark) }
  }

  private static func fractionDigits(_ text: UnsafeBufferPointer<UInt8>, mark: UInt8) -> Int {
    guard let at = text.firstIndex(of: mark) else { return 0 }
    return text.count - at - 1
  }

  /// The shortest exact text of `value` × 10^−`scale`, with at least `minimumDigits` digits after the point.
  public static func format(_ value: Int128, scale: Int, minimumDigits: Int = 0) -> String {
    var bytes: [UInt8] = []
    append(value, scale: scale, minimumDigits: minimumDigits, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends that text as bytes.
  public static func append(_ value: Int128, scale: Int, minimumDigits: Int = 0, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    // Room for the 39 digits of the largest number.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(40, scale + 1)) { digits in
      // `digits` runs from the last digit to the first.
      var count = 0
      func put(_ digit: UInt64) {
        digits[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
        count += 1
      }
      var large = value.magnitude
      while large > UInt128(UInt64.max) {
        put(UInt64(large % 10))
        large /= 10
      }
      // Nearly every number is one of 64 bits, whose division is many times as fast.
      var rest = UInt64(large)
      repeat {
        put(rest % 10)
        rest /= 10
      } while rest > 0
      while count <= scale { put(0) }
      for place in stride(from: count - 1, through: scale, by: -1) { bytes.append(digits[place]) }
      var dropped = 0
      while dropped < scale - minimumDigits, digits[dropped] == UInt8(ascii: "0") { dropped += 1 }
      guard dropped < scale else { return }
      bytes.append(UInt8(ascii: "."))
      for place in stride(from: scale - 1, through: dropped, by: -1) { bytes.append(digits[place]) }
    }
  }
}
