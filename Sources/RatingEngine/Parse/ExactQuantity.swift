// Quantities as they are written, without rounding: for totals that must meet to the last digit.

/// Reads quantities exactly; pure functions.
enum ExactQuantity {
  /// Values are integers of 10⁻¹⁸ of what the field is written in: its unit, or seconds of a clock.
  static let scale = 18

  /// Reads the text of a quantity field; nil where it is no quantity, has more than 18 digits after the point, or does not
  /// fit 128 bits.
  static func read(_ text: TextPointer, _ length: Int, _ reader: FieldPlan.QuantityField.Reader) -> Int128? {
    switch reader {
    case .decimal(_, let isDecimalComma), .inRecordUnit(_, let isDecimalComma):
      decimal(text, length, mark: UInt8(ascii: isDecimalComma ? "," : "."))
    case .microseconds: decimal(text, length, mark: UInt8(ascii: "."))
    case .clock: clock(text, length)
    }
  }

  /// Reads a decimal number.
  static func decimal(_ text: TextPointer, _ length: Int, mark: UInt8) -> Int128? {
    let isNegative = length > 0 && text[0] == UInt8(ascii: "-")
    let begin = length > 0 && (isNegative || text[0] == UInt8(ascii: "+")) ? 1 : 0
    var value: Int128 = 0
    var digitCount = 0
    var fractionDigits: Int?
    for at in begin..<max(begin, length) {
      let digit = text[at] &- UInt8(ascii: "0")
      if text[at] == mark, fractionDigits == nil {
        fractionDigits = 0
        continue
      }
      guard digit <= 9 else { return nil }
      digitCount += 1
      // Zeros behind the last place say nothing.
      if fractionDigits == scale, digit == 0 { continue }
      if let count = fractionDigits { fractionDigits = count + 1 }
      guard (fractionDigits ?? 0) <= scale, let next = append(digit, to: value) else { return nil }
      value = next
    }
    guard digitCount > 0 else { return nil }
    for _ in (fractionDigits ?? 0)..<scale {
      guard let next = append(0, to: value) else { return nil }
      value = next
    }
    return isNegative ? -value : value
  }

  private static func append(_ digit: UInt8, to value: Int128) -> Int128? {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    guard !overflow else { return nil }
    let (sum, isTooLarge) = product.addingReportingOverflow(Int128(digit))
    return isTooLarge ? nil : sum
  }

  /// Reads what `QuantityReader.clock` reads, with every digit after the point.
  private static func clock(_ text: TextPointer, _ length: Int) -> Int128? {
    let point = (0..<length).first { text[$0] == UInt8(ascii: ".") } ?? length
    guard let milliseconds = QuantityReader.clock(text, point) else { return nil }
    let seconds = Int128(milliseconds / 1000) * 1_000_000_000_000_000_000
    guard point < length else { return seconds }
    guard length > point + 1, let fraction = decimal(text + point, length - point, mark: UInt8(ascii: "."))
    else { return nil }
    return seconds + fraction
  }
}
