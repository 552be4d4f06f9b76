// An exact ratio by which prices are changed: percentages, markups, margins, multipliers.

import Money

/// A fraction of two integers, reduced. `percent: -10` is 9/10; a margin of 20 % is 5/4.
public struct PriceRatio: Sendable, Hashable {
  /// Nothing changes.
  public static let one = PriceRatio(numerator: 1, denominator: 1)

  /// Zero or more.
  public let numerator: Int64
  /// Above zero.
  public let denominator: Int64

  /// Reduces the fraction.
  ///
  /// - Precondition: `numerator >= 0`, `denominator > 0`.
  public init(numerator: Int64, denominator: Int64) {
    precondition(numerator >= 0 && denominator > 0, "a ratio is not negative and has a denominator")
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// The price changed by the ratio, rounded half-even to 10⁻¹²; nil where it is too large for a price.
  public func applied(toPico pico: Int64) -> Int64? {
    let product = Int128(pico) * Int128(numerator)
    return Int64(exactly: RoundingRule.divide(product, by: Int128(denominator), mode: .halfEven))
  }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
