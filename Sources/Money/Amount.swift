// An amount of money: an integer count of 10⁻¹² of the currency unit.
//
// It knows no currency: a sum over different currencies is prevented where amounts are keyed (summary rows, invoices),
// not by carrying a code through the per-event path. `Double` never appears.

/// An exact amount, in pico (10⁻¹²) of its currency's unit.
///
/// Sums are Int128: 10⁻¹² resolution leaves room for 1.7 × 10²⁶ currency units. Overflow stops the run.
public struct Amount: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Digits after the point that an amount can hold.
  public static let scale = 12
  /// Nothing.
  public static let zero = Amount(pico: 0)

  /// The count of 10⁻¹² units.
  public var pico: Int128

  /// Makes an amount from its count of 10⁻¹² units.
  @inlinable public init(pico: Int128) { self.pico = pico }

  /// Makes an amount from whole minor units, such as cents where `digits` is 2.
  ///
  /// - Precondition: `digits` lies in 0...12.
  @inlinable public init(minorUnits: Int128, digits: Int) {
    pico = minorUnits * Int128(PowersOfTen.int64[Amount.scale - digits])
  }

  /// Orders by value.
  @inlinable public static func < (a: Amount, b: Amount) -> Bool { a.pico < b.pico }
  /// The exact sum.
  @inlinable public static func + (a: Amount, b: Amount) -> Amount { Amount(pico: a.pico + b.pico) }
  /// The exact difference.
  @inlinable public static func - (a: Amount, b: Amount) -> Amount { Amount(pico: a.pico - b.pico) }
  /// The mirrored amount.
  @inlinable public static prefix func - (a: Amount) -> Amount { Amount(pico: -a.pico) }
  /// Adds exactly.
  @inlinable public static func += (a: inout Amount, b: Amount) { a.pico += b.pico }
  /// Takes away exactly.
  @inlinable public static func -= (a: inout Amount, b: Amount) { a.pico -= b.pico }
}

extension Amount: CustomStringConvertible {
  /// The shortest exact decimal text: `0`, `12.5`, `-0.000001`. Always a point, never grouping or exponent.
  public var description: String { text(minimumDigits: 0) }

  /// The exact decimal text with at least `minimumDigits` digits after the point.
  public func text(minimumDigits: Int) -> String {
    DecimalText.format(pico, scale: Amount.scale, minimumDigits: minimumDigits)
  }
}
