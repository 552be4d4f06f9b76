// Decimal numbers as our own files have them: one text for one value, so that equal keys are equal bytes.

import Money

/// Reads decimals that must be in their shortest form.
enum ShortestDecimal {
  /// Why a text is refused.
  struct Refusal: Error {
    /// What is wrong, as the end of a sentence.
    var message: String
  }

  // Far above any sum of usage, and low enough that 100 million rows cannot overflow what they are added to.
  private static let magnitudeMax: UInt128 = 1_000_000_000_000_000_000_000_000_000_000

  /// Reads `text` as an integer of 10^−`scale`, at most 10³⁰ in magnitude.
  ///
  /// Refuses what `DecimalText.format` would not write: `+`, zeros at either end that carry nothing, `-0`, a bare point.
  static func parse(_ text: UnsafeBufferPointer<UInt8>, scale: Int) -> Result<Int128, Refusal> {
    if let value = short(text, scale: scale) { return .success(value) }
    switch DecimalText.parse(text, scale: scale) {
    case .success(let value):
      guard isShortest(text) else {
        let shortest = DecimalText.format(value, scale: scale)
        return .failure(Refusal(message: "is not in its shortest form '\(shortest)'"))
      }
      guard value.magnitude <= magnitudeMax else { return .failure(Refusal(message: "is too large")) }
      return .success(value)
    case .failure(.empty): return .failure(Refusal(message: "must not be empty"))
    case .failure(.scientific): return .failure(Refusal(message: "is in scientific notation"))
    case .failure(.tooPrecise):
      return .failure(Refusal(message: "has more than \(scale) digits after the point"))
    case .failure(.tooLarge): return .failure(Refusal(message: "is too large"))
    case .failure(.unexpected):
      return .failure(Refusal(message: scale == 0 ? "is no whole number" : "is no decimal number"))
    }
  }

  // Reads a number above or equal to 0 of at most 18 characters, which nearly all are, where nothing is wrong with it.
  private static func short(_ text: UnsafeBufferPointer<UInt8>, scale: Int) -> Int128? {
    guard !text.isEmpty, text.count <= 18 else { return nil }
    var value: Int64 = 0
    var point = text.count
    for (index, byte) in text.enumerated() {
      let digit = byte &- UInt8(ascii: "0")
      if digit < 10 {
        value = value &* 10 &+ Int64(digit)
      } else if byte == UInt8(ascii: "."), point == text.count {
        point = index
      } else {
        return nil
      }
    }
    guard point == 1 || (point > 1 && text[0] != UInt8(ascii: "0")) else { return nil }
    let fraction = point == text.count ? 0 : text.count - 1 - point
    if point < text.count, fraction == 0 || text[text.count - 1] == UInt8(ascii: "0") { return nil }
    guard fraction <= scale, let power = power(scale - fraction) else { return nil }
    return Int128(value) * Int128(power)
  }

  // A table would be asked for at every number whether it has been made yet.
  @inline(__always) private static func power(_ exponent: Int) -> Int64? {
    switch exponent {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    case 8: 100_000_000
    case 9: 1_000_000_000
    case 10: 10_000_000_000
    case 11: 100_000_000_000
    case 12: 1_000_000_000_000
    default: nil
    }
  }

  // `text` is known to be a decimal number.
  private static func isShortest(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var digits = text[...]
    if digits.first == UInt8(ascii: "+") { return false }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits = digits.dropFirst() }
    let point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.endIndex
    let whole = digits[..<point]
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    if point < digits.endIndex {
      guard let last = digits.last, last != UInt8(ascii: "0"), last != UInt8(ascii: ".") else { return false }
    }
    return !isNegative || digits.contains { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: ".") }
  }
}
