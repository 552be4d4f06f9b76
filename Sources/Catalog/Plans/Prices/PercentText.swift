// Percentages as text: a decimal number, with or without a percent sign.

import Money
import Tables

/// Reads percentages exactly.
enum PercentText {
  /// Digits after the point, so that a hundredth part still is exact at 10⁻¹².
  static let digits = 10
  /// One hundred per cent, in the integers that `parse` gives.
  static let hundred = 100 * PowersOfTen.int64[digits]
  /// The largest percentage that is read.
  private static let percentMax: Int64 = 1_000_000

  /// The number of per cent, in 10⁻¹⁰, from `least` up.
  static func parse(_ text: Label, from least: Int64) -> Result<Int64, TextFault> {
    var bytes = text.bytes
    if bytes.last == UInt8(ascii: "%") { bytes.removeLast() }
    while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    switch bytes.withUnsafeBufferPointer({ DecimalText.parse($0, scale: digits) }) {
    case .success(let value):
      let range = Int128(least) * Int128(hundred) / 100...Int128(percentMax) * Int128(hundred) / 100
      if range.contains(value) { return .success(Int64(value)) }
      return .failure(TextFault(message: "", hint: "it lies between \(least) and \(percentMax)"))
    case .failure(.tooPrecise):
      return .failure(TextFault(message: "", hint: "at most \(digits) digits after the point can be kept"))
    case .failure(let fault): return .failure(TextFault(message: "", hint: fault.hint))
    }
  }

  /// What a price is multiplied by when it changes by this percentage, from −100.
  static func change(_ percent: Int64) -> PriceRatio {
    PriceRatio(numerator: hundred + percent, denominator: hundred)
  }
}
