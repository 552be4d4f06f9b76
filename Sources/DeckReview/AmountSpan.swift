// An amount that is known, or known to lie between two others.

public import Money

/// The least and the most that an amount can be.
public struct AmountSpan: Hashable, Sendable {
  /// The least.
  public var least: Amount
  /// The most.
  public var most: Amount

  /// Nothing, exactly.
  public static let zero = AmountSpan(least: .zero, most: .zero)

  /// Makes a span.
  public init(least: Amount, most: Amount) {
    self.least = least
    self.most = most
  }

  /// Whether the amount is known.
  public var isExact: Bool { least == most }

  /// Adds what is known of another amount.
  public static func += (a: inout AmountSpan, b: AmountSpan) {
    a.least += b.least
    a.most += b.most
  }

  /// The span that holds both.
  func union(_ other: AmountSpan) -> AmountSpan {
    AmountSpan(least: min(least, other.least), most: max(most, other.most))
  }
}
