// The usage periods of an account or pool as stretches of time.

/// The rule by which an account or pool gets its usage periods: a zone and the day of the month on which they
/// begin.
public struct UsageCycle: Hashable, Sendable {
  /// Where the local midnights are taken from.
  public let zone: Zone
  /// The day of the month, 1...31.
  public let cycleDay: Int32

  /// Makes a cycle; nil where the day is not 1...31.
  public init?(zone: Zone, cycleDay: Int32) {
    guard (1...31).contains(cycleDay) else { return nil }
    self.zone = zone
    self.cycleDay = cycleDay
  }

  /// The period that an instant belongs to, with the instants of its ends.
  ///
  /// Units: seconds since 1970 in UTC. Decided by the local midnights at both ends, not by the local date:
  /// where clocks go back over midnight, the date before shows again for a while, and that time belongs to
  /// the new period. Complexity: O(log n) in the changes of clocks; a caller that asks often keeps the
  /// `UsagePeriodSpan`.
  public func span(containingUTC seconds: Int64) -> UsagePeriodSpan {
    let period = UsagePeriod.containing(zone.localDay(atSeconds: seconds), cycleDay: cycleDay)
    let span = span(of: period)
    if span.contains(seconds) { return span }
    return self.span(of: seconds < span.fromSeconds ? period.previous : period.next)
  }

  /// The instants at which a period begins and ends.
  public func span(of period: UsagePeriod) -> UsagePeriodSpan {
    UsagePeriodSpan(
      period: period, fromSeconds: zone.midnight(of: period.from),
      untilSeconds: zone.midnight(of: period.until))
  }
}

/// A usage period between the instants of two local midnights, half-open.
public struct UsagePeriodSpan: Hashable, Sendable, BitwiseCopyable {
  /// The days.
  public let period: UsagePeriod
  /// Its first second since 1970 in UTC.
  public let fromSeconds: Int64
  /// The first second of the next period.
  public let untilSeconds: Int64

  /// Makes a span.
  @inlinable public init(period: UsagePeriod, fromSeconds: Int64, untilSeconds: Int64) {
    self.period = period
    self.fromSeconds = fromSeconds
    self.untilSeconds = untilSeconds
  }

  /// Whether that second lies in it.
  @inlinable public func contains(_ utcSeconds: Int64) -> Bool {
    utcSeconds >= fromSeconds && utcSeconds < untilSeconds
  }
}
