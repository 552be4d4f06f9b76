// The only rounding in the program.
//
// An exact amount is a fraction: price × quantity ÷ per. It becomes an `Amount` by one division, and every division
// names its rule here. Negative amounts mirror positive ones, so a refund gives back to the digit what was charged.

/// How a quotient that is not whole becomes whole.
public enum RoundingMode: String, Sendable, CaseIterable {
  /// Halves go away from zero: 0.5 → 1, −0.5 → −1. The default of the trade.
  case halfUp = "half-up"
  /// Halves go to the even neighbour.
  case halfEven = "half-even"
  /// Any remainder goes away from zero.
  case up
  /// Any remainder is dropped.
  case down
}

/// A scale (digits after the point) and the mode in which an exact amount is brought to it.
///
/// Units: `scale` is 0...12; 12 is the resolution of `Amount` itself.
public struct RoundingRule: Hashable, Sendable {
  /// Digits kept after the point, 0...12.
  public let scale: Int
  /// What happens to the rest.
  public let mode: RoundingMode

  /// Six digits, half-up: the rule of an event where the plan says nothing.
  public static let event = RoundingRule(scale: 6, mode: .halfUp)
  /// No rounding but that of the representation: 10⁻¹², half-even.
  public static let none = RoundingRule(scale: Amount.scale, mode: .halfEven)

  /// - Precondition: `scale` lies in 0...12.
  public init(scale: Int, mode: RoundingMode) {
    precondition((0...Amount.scale).contains(scale), "a rounding scale is 0 to 12 digits")
    self.scale = scale
    self.mode = mode
  }

  /// The size of one unit of the last digit kept, in pico: 10^(12 − scale).
  @inlinable public var stepPico: Int128 { Int128(PowersOfTen.int64[Amount.scale - scale]) }

  /// Rounds the exact amount `numeratorPico / denominator`, once.
  ///
  /// Units: the quotient is in pico (10⁻¹²) of the currency.
  /// - Precondition: `denominator > 0`, and `denominator × 10^(12 − scale)` fits an Int128.
  @inlinable public func round(numeratorPico: Int128, over denominator: Int128) -> Amount {
    let step = stepPico
    return Amount(pico: Self.divide(numeratorPico, by: denominator * step, mode: mode) * step)
  }

  /// Rounds an amount that is exact in pico.
  @inlinable public func round(_ amount: Amount) -> Amount { round(numeratorPico: amount.pico, over: 1) }

  /// Divides and rounds to a whole number; negative quotients mirror positive ones.
  ///
  /// - Precondition: `divisor > 0`.
  @inlinable public static func divide(_ value: Int128, by divisor: Int128, mode: RoundingMode) -> Int128 {
    precondition(divisor > 0, "a divisor is positive")
    let magnitude = value.magnitude
    let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: UInt128(divisor))
    let left = UInt128(divisor) - remainder
    let roundsUp: Bool
    switch mode {
    case .halfUp: roundsUp = remainder >= left
    case .halfEven: roundsUp = remainder > left || (remainder == left && quotient & 1 == 1)
    case .up: roundsUp = remainder != 0
    case .down: roundsUp = false
    }
    let whole = Int128(quotient) + (roundsUp ? 1 : 0)
    return value < 0 ? -whole : whole
  }
}

/// Powers of ten that fit an Int64: 10⁰ ... 10¹⁸.
public enum PowersOfTen {
  /// Element `n` is 10ⁿ.
  public static let int64: [Int64] = (0...18).map { exponent in
    (0..<exponent).reduce(Int64(1)) { p, _ in p * 10 }
  }
}
