// How many records went through which door.

/// Records of one input, or of a run, by the door through which they left.
public struct DoorCounts: Hashable, Sendable {
  /// Records read.
  public var read: Int64
  /// Charged.
  public var rated: Int64
  /// No events, or on purpose not billed.
  public var filtered: Int64
  /// Accepted before.
  public var duplicate: Int64
  /// Could not be rated; kept in suspense.
  public var suspended: Int64

  /// Makes counts.
  public init(
    read: Int64 = 0, rated: Int64 = 0, filtered: Int64 = 0, duplicate: Int64 = 0, suspended: Int64 = 0
  ) {
    self.read = read
    self.rated = rated
    self.filtered = filtered
    self.duplicate = duplicate
    self.suspended = suspended
  }

  /// Whether nothing was lost: read = rated + filtered + duplicate + suspended, and none is negative.
  public var meet: Bool {
    let doors = [rated, filtered, duplicate, suspended]
    return doors.allSatisfy { $0 >= 0 } && Int128(read) == doors.reduce(Int128(0)) { $0 + Int128($1) }
  }

  /// Adds the counts of another input.
  public static func += (a: inout DoorCounts, b: DoorCounts) {
    a.read += b.read
    a.rated += b.rated
    a.filtered += b.filtered
    a.duplicate += b.duplicate
    a.suspended += b.suspended
  }
}
