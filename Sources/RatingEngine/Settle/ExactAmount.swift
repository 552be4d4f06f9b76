// An exact sum of prices × quantities: a fraction in pico, rounded once.

import Catalog
import Money

/// A rounding rule with its step at hand.
struct ExactRounding: Sendable {
  /// 10⁻¹², half-even.
  static let none = ExactRounding(.none)

  let rule: RoundingRule
  let stepPico: Int64
  var mode: RoundingMode { rule.mode }

  init(_ rule: RoundingRule) {
    self.rule = rule
    stepPico = Int64(rule.stepPico)
  }
}

/// A fraction of pico; the denominator is positive. Overflow stops the run, as for every amount.
struct ExactAmount: BitwiseCopyable {
  static let zero = ExactAmount(numerator: 0, denominator: 1)

  var numerator: Int128
  var denominator: Int128

  var isZero: Bool { numerator == 0 }

  /// Adds an amount that is whole in pico.
  mutating func add(pico: Int128) { numerator += pico * denominator }

  /// Adds `pico × quantity ÷ units`.
  @inline(__always) mutating func add(pico: Int64, quantity: Int64, units: Int64) {
    add(Int128(pico) * Int128(quantity), over: Int128(units))
  }

  /// Adds a fraction; the common denominator stays the least one.
  @inline(__always) mutating func add(_ part: Int128, over units: Int128) {
    if units == denominator {
      numerator += part
    } else if numerator == 0 {
      (numerator, denominator) = (part, units)
    } else {
      let divisor = Self.greatestCommonDivisor(denominator, units)
      numerator = numerator * (units / divisor) + part * (denominator / divisor)
      denominator *= units / divisor
    }
  }

  /// Rounds once.
  func rounded(_ rule: RoundingRule) -> Int128 { rounded(ExactRounding(rule)) }

  /// Rounds once.
  @inline(__always) func rounded(_ rule: ExactRounding) -> Int128 {
    let step = Int128(rule.stepPico)
    let divisor = denominator * step
    // Nearly all amounts fit 64 bits, where a division is several times as fast.
    guard let n = Int64(exactly: numerator), let d = Int64(exactly: divisor), n >= 0, d < 1 << 61 else {
      return rule.rule.round(numeratorPico: numerator, over: denominator).pico
    }
    return Int128(Self.divided(n, by: d, rule.mode)) * step
  }

  /// A quotient that is not negative as a whole number; the divisor is below 2⁶¹.
  @inline(__always) static func divided(_ n: Int64, by d: Int64, _ mode: RoundingMode) -> Int64 {
    let (whole, left) = n.quotientAndRemainder(dividingBy: d)
    let roundsUp =
      switch mode {
      case .halfUp: left >= d - left
      case .halfEven: left > d - left || (left == d - left && whole & 1 == 1)
      case .up: left != 0
      case .down: false
      }
    return roundsUp ? whole + 1 : whole
  }

  @inline(never) static func greatestCommonDivisor(_ a: Int128, _ b: Int128) -> Int128 {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }
}
