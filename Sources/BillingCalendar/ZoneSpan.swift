// Stretches of time in which the clocks of a zone do not change: small values for a caller to keep beside its
// loop.

/// A half-open stretch of UTC in which the offset of a zone is the same.
///
/// Keep the last one and ask `contains` first: nearly every event of a file falls into one or two spans.
public struct ZoneSpan: Hashable, Sendable, BitwiseCopyable {
  /// Its first second since 1970 in UTC; `Int64.min` where nothing came before.
  public let fromSeconds: Int64
  /// The second at which the next one begins; `Int64.max` where none follows.
  public let untilSeconds: Int64
  /// Seconds that local clocks are ahead of UTC.
  public let offsetSeconds: Int32

  /// Makes a span.
  @inlinable public init(fromSeconds: Int64, untilSeconds: Int64, offsetSeconds: Int32) {
    self.fromSeconds = fromSeconds
    self.untilSeconds = untilSeconds
    self.offsetSeconds = offsetSeconds
  }

  /// A span that contains nothing: the first value of a cache.
  public static let empty = ZoneSpan(fromSeconds: 0, untilSeconds: 0, offsetSeconds: 0)

  /// Whether that second lies in it.
  @inlinable public func contains(_ utcSeconds: Int64) -> Bool {
    utcSeconds >= fromSeconds && utcSeconds < untilSeconds
  }

  /// The local day at a second that lies in it.
  @inlinable public func localDay(atSeconds utcSeconds: Int64) -> CivilDate {
    CivilDate(
      dayNumber: Int32(truncatingIfNeeded: floorDivide(utcSeconds &+ Int64(offsetSeconds), by: 86_400)))
  }
}

/// A half-open stretch of local time in which every time comes exactly once, at the same offset.
///
/// The cache for files that write local times: inside it, UTC is local minus offset. Outside lie overlaps and
/// gaps.
public struct LocalSpan: Hashable, Sendable, BitwiseCopyable {
  /// Its first local second since 1970-01-01T00:00:00 on the zone's clocks; `Int64.min` where nothing came
  /// before.
  public let fromLocalSeconds: Int64
  /// The local second after its last; `Int64.max` where none follows.
  public let untilLocalSeconds: Int64
  /// Seconds that local clocks are ahead of UTC.
  public let offsetSeconds: Int32

  /// Makes a span.
  @inlinable public init(fromLocalSeconds: Int64, untilLocalSeconds: Int64, offsetSeconds: Int32) {
    self.fromLocalSeconds = fromLocalSeconds
    self.untilLocalSeconds = untilLocalSeconds
    self.offsetSeconds = offsetSeconds
  }

  /// A span that contains nothing: the first value of a cache.
  public static let empty = LocalSpan(fromLocalSeconds: 0, untilLocalSeconds: 0, offsetSeconds: 0)

  /// Whether that local second lies in it.
  @inlinable public func contains(_ localSeconds: Int64) -> Bool {
    localSeconds >= fromLocalSeconds && localSeconds < untilLocalSeconds
  }
}
