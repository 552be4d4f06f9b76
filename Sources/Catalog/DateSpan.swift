// A stretch of days, as rows and plans write it with `from` and `until`.

public import BillingCalendar

/// A half-open stretch of days; nil ends are open.
public struct DateSpan: Hashable, Sendable {
  /// First day; nil for "always".
  public var from: CivilDate?
  /// First day on which it no longer holds; nil for "open".
  public var until: CivilDate?

  /// Makes a stretch.
  public init(from: CivilDate?, until: CivilDate?) {
    self.from = from
    self.until = until
  }

  /// Whether it holds on every day.
  public var isAlways: Bool { from == nil && until == nil }

  /// Whether it holds on a day.
  public func contains(_ day: CivilDate) -> Bool {
    (from.map { $0 <= day } ?? true) && (until.map { day < $0 } ?? true)
  }

  /// Whether the two have a day in common.
  public func overlaps(_ other: DateSpan) -> Bool {
    let beginsBeforeOtherEnds = other.until.map { (from ?? .distantPast) < $0 } ?? true
    let otherBeginsBeforeEnd = until.map { (other.from ?? .distantPast) < $0 } ?? true
    return beginsBeforeOtherEnds && otherBeginsBeforeEnd
  }

  /// Whether every day of the other is one of its days.
  public func covers(_ other: DateSpan) -> Bool {
    let beginsInTime = from.map { mine in other.from.map { mine <= $0 } ?? false } ?? true
    let endsInTime = until.map { mine in other.until.map { $0 <= mine } ?? false } ?? true
    return beginsInTime && endsInTime
  }
}
