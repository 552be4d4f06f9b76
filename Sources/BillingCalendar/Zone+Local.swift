// From what a clock on the wall shows to the instant, and the local days.

/// Which of two instants a local time is that comes twice, because clocks went back.
public enum OverlapChoice: Sendable {
  /// The earlier one, before clocks went back.
  case first
  /// The later one.
  case second
}

/// Which instant a local time is that never comes, because clocks went forward.
public enum GapChoice: Sendable {
  /// The time moves forward by the gap's length: 02:30 in a gap of one hour at 02:00 is 03:30.
  case forward
  /// The time moves back by the gap's length: that 02:30 is 01:30.
  case backward
  /// The instant at which clocks went forward.
  case transition
}

/// How a local time falls on the line of instants.
public enum LocalFit: Sendable {
  /// It comes exactly once.
  case unique
  /// It comes twice.
  case overlap
  /// It never comes.
  case gap
}

/// The instant of a local time, and how sure that was.
public struct LocalInstant: Hashable, Sendable {
  /// Seconds since 1970 in UTC.
  public let utcSeconds: Int64
  /// Whether a choice had to be made; a source may ask for suspense instead.
  public let fit: LocalFit
}

extension Zone {
  // No offset of a TZif file is larger (RFC 9636 section 3.2: less than 26 hours).
  static let offsetSecondsMax: Int64 = 26 * 3600

  /// The instant at which local clocks show that time.
  ///
  /// Units: `localSeconds` are seconds from 1970-01-01T00:00:00 to the time shown, as if the clock were in
  /// UTC.
  /// - Precondition: the time lies within 2⁵³ seconds of 1970, as every instant in milliseconds does.
  /// - Complexity: O(log n) in the changes of clocks; a caller that asks often keeps a `LocalSpan`.
  public func instant(
    localSeconds: Int64, overlap: OverlapChoice = .first, gap: GapChoice = .forward
  ) -> LocalInstant {
    precondition(localSeconds.magnitude <= 1 << 53, "a local time lies within 2^53 seconds of 1970")
    var first: Int64?
    var last: Int64?
    var jump: (atSeconds: Int64, offsetBefore: Int64, offsetAfter: Int64)?
    // Every span that could show this time overlaps the stretch of one largest offset to both sides of it.
    var span = span(containingUTC: localSeconds - Self.offsetSecondsMax)
    while true {
      let offset = Int64(span.offsetSeconds)
      if span.contains(localSeconds - offset) {
        first = first ?? localSeconds - offset
        last = localSeconds - offset
      }
      guard span.untilSeconds <= localSeconds + Self.offsetSecondsMax else { break }
      let next = self.span(containingUTC: span.untilSeconds)
      let nextOffset = Int64(next.offsetSeconds)
      if localSeconds >= span.untilSeconds + offset, localSeconds < span.untilSeconds + nextOffset {
        jump = (span.untilSeconds, offset, nextOffset)
      }
      span = next
    }
    if let first, let last {
      if first == last { return LocalInstant(utcSeconds: first, fit: .unique) }
      return LocalInstant(utcSeconds: overlap == .first ? first : last, fit: .overlap)
    }
    guard let jump else { preconditionFailure("a local time comes once, twice, or falls into a gap") }
    switch gap {
    // Read with the offset before the gap, a time in it is later by the gap's length, and the other way
    // round.
    case .forward: return LocalInstant(utcSeconds: localSeconds - jump.offsetBefore, fit: .gap)
    case .backward: return LocalInstant(utcSeconds: localSeconds - jump.offsetAfter, fit: .gap)
    case .transition: return LocalInstant(utcSeconds: jump.atSeconds, fit: .gap)
    }
  }

  /// The longest stretch of local times around that one in which each comes exactly once at one offset; nil
  /// where the time itself comes twice or never.
  ///
  /// - Complexity: O(log n) in the changes of clocks.
  public func localSpan(containing localSeconds: Int64) -> LocalSpan? {
    let found = instant(localSeconds: localSeconds)
    guard found.fit == .unique else { return nil }
    let span = span(containingUTC: found.utcSeconds)
    let offset = Int64(span.offsetSeconds)
    var from = Int64.min
    if span.fromSeconds > .min {
      let before = Int64(self.offset(atUTC: span.fromSeconds - 1))
      from = span.fromSeconds + max(offset, before)
    }
    var until = Int64.max
    if span.untilSeconds < .max {
      let after = Int64(self.offset(atUTC: span.untilSeconds))
      until = span.untilSeconds + min(offset, after)
    }
    return LocalSpan(fromLocalSeconds: from, untilLocalSeconds: until, offsetSeconds: span.offsetSeconds)
  }

  /// The first instant of that local day, in seconds since 1970 in UTC.
  ///
  /// Where clocks skip midnight it is the instant at which they do; where midnight comes twice, the first. A
  /// day that a zone skipped whole (Pacific/Apia, 2011-12-30) is empty: it begins where the next one begins.
  public func midnight(of day: CivilDate) -> Int64 {
    instant(localSeconds: Int64(day.dayNumber) * 86_400, overlap: .first, gap: .transition).utcSeconds
  }

  /// The day that local calendars show at that instant.
  ///
  /// It goes back for less than an hour where clocks go back over midnight; what belongs to a period is
  /// therefore decided by `midnight(of:)`, see `UsageCycle`.
  public func localDay(atSeconds utcSeconds: Int64) -> CivilDate {
    ZoneSpan(fromSeconds: 0, untilSeconds: 0, offsetSeconds: offset(atUTC: utcSeconds))
      .localDay(atSeconds: utcSeconds)
  }
}
