// Amounts before rounding, written so that nothing is lost: a decimal where it ends, else a fraction with its first digits.

import Money

/// An exact amount as a fraction of whole currency units, in lowest terms.
struct ExactFraction: Equatable {
  let numerator: Int128
  let denominator: Int128

  /// The amount `numeratorPico / denominator`.
  ///
  /// - Precondition: `denominator > 0`, and `denominator × 10¹²` fits an Int128.
  init(numeratorPico: Int128, denominator: Int128) {
    precondition(denominator > 0, "a fraction has a positive denominator")
    let whole = denominator * Int128(PowersOfTen.int64[Amount.scale])
    let divisor = max(1, Self.greatestCommonDivisor(Int128(numeratorPico.magnitude), whole))
    numerator = numeratorPico / divisor
    self.denominator = whole / divisor
  }

  private static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }

  /// Digits after which an endless decimal is cut.
  static let shownDigits = 15

  /// `0.0125`, or `61/6000 = 0.010166666666666…`.
  var text: String {
    if let decimal = endingDecimal { return decimal }
    let sign = numerator < 0 ? "-" : ""
    var rest = numerator.magnitude % UInt128(denominator)
    var digits = ""
    for _ in 0..<Self.shownDigits {
      let (next, overflow) = rest.multipliedReportingOverflow(by: 10)
      guard !overflow else { break }
      digits += String(next / UInt128(denominator))
      rest = next % UInt128(denominator)
    }
    return "\(numerator)/\(denominator) = \(sign)\(numerator.magnitude / UInt128(denominator)).\(digits)…"
  }

  /// The whole decimal where it ends within what can be held.
  private var endingDecimal: String? {
    var rest = denominator
    var scale = 0
    var factor: Int128 = 1
    for prime in [Int128(2), 5] {
      var count = 0
      while rest % prime == 0 {
        rest /= prime
        count += 1
      }
      scale = max(scale, count)
    }
    guard rest == 1, scale <= 30 else { return nil }
    // 10^scale is a multiple of the denominator.
    for _ in 0..<scale { factor *= 10 }
    let (value, overflow) = numerator.multipliedReportingOverflow(by: factor / denominator)
    return overflow ? nil : DecimalText.format(value, scale: scale)
  }
}
