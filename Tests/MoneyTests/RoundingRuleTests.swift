// Rounding: every mode at every place where modes can differ, against long division by hand.

import TestSupport
import Testing

@testable import Money

@Suite struct RoundingRuleTests {
  // A quotient in tenths, and what each mode makes of it: half-up, half-even, up, down.
  static let tenths: [(tenths: Int128, halfUp: Int128, halfEven: Int128, up: Int128, down: Int128)] = [
    (0, 0, 0, 0, 0), (1, 0, 0, 1, 0), (4, 0, 0, 1, 0), (5, 1, 0, 1, 0), (6, 1, 1, 1, 0), (9, 1, 1, 1, 0),
    (10, 1, 1, 1, 1), (11, 1, 1, 2, 1), (14, 1, 1, 2, 1), (15, 2, 2, 2, 1), (16, 2, 2, 2, 1),
    (24, 2, 2, 3, 2), (25, 3, 2, 3, 2), (26, 3, 3, 3, 2), (35, 4, 4, 4, 3), (45, 5, 4, 5, 4),
    (95, 10, 10, 10, 9), (99, 10, 10, 10, 9), (100, 10, 10, 10, 10),
  ]

  @Test(arguments: tenths)
  func everyModeRoundsBothSidesOfAHalf(
    tenths: Int128, halfUp: Int128, halfEven: Int128, up: Int128, down: Int128
  ) {
    let expected: [RoundingMode: Int128] = [.halfUp: halfUp, .halfEven: halfEven, .up: up, .down: down]
    for (mode, value) in expected {
      #expect(RoundingRule.divide(tenths, by: 10, mode: mode) == value, "\(tenths)/10 \(mode)")
      #expect(RoundingRule.divide(-tenths, by: 10, mode: mode) == -value, "-\(tenths)/10 \(mode)")
    }
  }

  @Test func smallQuotientsAreThoseOfLongDivision() {
    for divisor in Int128(1)...12 {
      for value in Int128(-60)...60 {
        for mode in RoundingMode.allCases {
          #expect(RoundingRule.divide(value, by: divisor, mode: mode) == Self.byHand(value, divisor, mode))
        }
      }
    }
  }

  @Test func largeQuotientsAreThoseOfLongDivision() {
    var random = SeededGenerator(forTest: #function)
    for _ in 0..<20_000 {
      let divisor =
        Int128(UInt64.random(in: 1...UInt64.max, using: &random) >> UInt64.random(in: 0...60, using: &random))
        + 1
      let quotient = Int128(
        Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...60, using: &random))
      // On and near the multiples and their halves.
      let near = Int128(Int.random(in: -1...1, using: &random))
      let value = quotient * divisor + (Bool.random(using: &random) ? divisor / 2 : 0) + near
      for mode in RoundingMode.allCases {
        #expect(
          RoundingRule.divide(value, by: divisor, mode: mode) == Self.byHand(value, divisor, mode),
          "\(value)/\(divisor) \(mode)")
      }
    }
  }

  @Test func theLargestNumbersDoNotOverflow() {
    let top = Int128.max
    for mode in RoundingMode.allCases {
      #expect(RoundingRule.divide(top, by: 1, mode: mode) == top)
      #expect(RoundingRule.divide(-top, by: 1, mode: mode) == -top)
      #expect(RoundingRule.divide(top, by: top, mode: mode) == 1)
      #expect(RoundingRule.divide(1, by: top, mode: mode) == (mode == .up ? 1 : 0))
      #expect(RoundingRule.divide(-1, by: top, mode: mode) == (mode == .up ? -1 : 0))
    }
    #expect(RoundingRule.divide(top / 2 + 1, by: top, mode: .halfUp) == 1)
    #expect(RoundingRule.divide(top / 2, by: top, mode: .halfUp) == 0)
  }

  /// Counts up from zero: the largest whole number whose product does not pass the value, then what is left.
  private static func byHand(_ value: Int128, _ divisor: Int128, _ mode: RoundingMode) -> Int128 {
    let size = value < 0 ? -value : value
    let whole = size / divisor
    let left = size - whole * divisor
    let isMore = left + left > divisor
    let isHalf = left + left == divisor
    let up: Bool
    switch mode {
    case .halfUp: up = isMore || isHalf
    case .halfEven: up = isMore || isHalf && whole % 2 != 0
    case .up: up = left > 0
    case .down: up = false
    }
    let rounded = whole + (up ? 1 : 0)
    return value < 0 ? -rounded : rounded
  }

  @Test func aRuleRoundsToItsDigitsOnce() {
    let rows: [(scale: Int, mode: RoundingMode, pico: Int128, over: Int128, text: String)] = [
      (6, .halfUp, 500_000, 1, "0.000001"), (6, .halfUp, 499_999, 1, "0"),
      (6, .halfUp, 1_000_000_000_000, 3, "0.333333"), (6, .halfUp, 2_000_000_000_000, 3, "0.666667"),
      (2, .halfUp, 1_005_000_000_000, 1, "1.01"), (2, .halfEven, 1_005_000_000_000, 1, "1"),
      (2, .halfEven, 1_015_000_000_000, 1, "1.02"), (2, .down, 1_019_999_999_999, 1, "1.01"),
      (2, .up, 1_010_000_000_001, 1, "1.02"), (2, .up, 1_010_000_000_000, 1, "1.01"),
      (0, .halfUp, 500_000_000_000, 1, "1"), (0, .halfEven, 500_000_000_000, 1, "0"),
      (12, .halfEven, 1, 2, "0"), (12, .halfEven, 3, 2, "0.000000000002"),
      (12, .halfUp, 1, 2, "0.000000000001"),
      // A third is rounded once from the fraction: in two steps 0.3335 would have become 0.34.
      (2, .halfUp, 1_004_500_000_000, 3, "0.33"),
    ]
    for row in rows {
      let rule = RoundingRule(scale: row.scale, mode: row.mode)
      #expect(rule.round(numeratorPico: row.pico, over: row.over).description == row.text)
      let mirrored = rule.round(numeratorPico: -row.pico, over: row.over)
      #expect(mirrored.description == (row.text == "0" ? "0" : "-" + row.text))
    }
  }

  @Test func whatIsRoundedAlreadyStaysAsItIs() {
    for scale in 0...12 {
      for mode in RoundingMode.allCases {
        let rule = RoundingRule(scale: scale, mode: mode)
        for digits in [Int128(0), 1, -1, 7, 123_456_789] {
          let amount = Amount(pico: digits * rule.stepPico)
          #expect(rule.round(amount) == amount)
          #expect(
            rule.round(rule.round(Amount(pico: amount.pico + 1))) == rule.round(Amount(pico: amount.pico + 1))
          )
        }
      }
    }
  }
}
