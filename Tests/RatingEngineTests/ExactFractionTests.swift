import Money
import Testing

@testable import RatingEngine

@Suite struct ExactFractionTests {
  /// numerator in pico, denominator, text.
  static let rows: [(Int128, Int128, String)] = [
    (0, 60_000, "0"), (12_300_000_000 * 30_000, 60_000, "0.00615"), (1_000_000_000_000, 1, "1"),
    (10_000_000_000 * 61, 60, "61/6000 = 0.010166666666666…"),
    (-10_000_000_000 * 61, 60, "-61/6000 = -0.010166666666666…"),
    (1_000_000_000_000, 3, "1/3 = 0.333333333333333…"), (-25_000_000_000, 2, "-0.0125"),
    (1, 8, "0.000000000000125"),
    (7_000_000_000_000, 3, "7/3 = 2.333333333333333…"),
  ]

  @Test(arguments: rows)
  func anAmountBeforeRoundingLosesNoDigit(_ numerator: Int128, _ denominator: Int128, _ text: String) {
    #expect(ExactFraction(numeratorPico: numerator, denominator: denominator).text == text)
  }
}
