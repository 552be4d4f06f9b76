// Exact quotients for the reference rater.

/// A fraction of two whole numbers, kept in lowest terms; the denominator is positive.
struct Fraction: Equatable {
  private(set) var numerator: Int128
  private(set) var denominator: Int128

  init(_ numerator: Int128, over denominator: Int128 = 1) {
    var (a, b) = (numerator < 0 ? -numerator : numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = a == 0 ? 1 : a
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  static func + (a: Fraction, b: Fraction) -> Fraction {
    Fraction(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
  }

  static prefix func - (a: Fraction) -> Fraction { Fraction(-a.numerator, over: a.denominator) }

  /// The whole multiple of `step` that the mode's name says; what is below zero mirrors what is above.
  func rounded(to step: Int128, _ mode: String) -> Int128 {
    if numerator < 0 { return -(-self).rounded(to: step, mode) }
    let whole = numerator / (denominator * step)
    // What is left, in units of 1 / (denominator × step).
    let left = numerator - whole * denominator * step
    let half = denominator * step
    switch mode {
    case "down": return whole * step
    case "up": return (left == 0 ? whole : whole + 1) * step
    case "half-up": return (2 * left < half ? whole : whole + 1) * step
    case "half-even":
      if 2 * left == half { return (whole % 2 == 0 ? whole : whole + 1) * step }
      return (2 * left < half ? whole : whole + 1) * step
    default: preconditionFailure("no such mode: \(mode)")
    }
  }
}
