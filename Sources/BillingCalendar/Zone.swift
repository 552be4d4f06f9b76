// The clocks of one place: which offset from UTC holds at which instant.
//
// A zone is immutable and complete once loaded: no file is read later, and the host's own zone (TZ,
// /etc/localtime) is never asked. Local times are in Zone+Local.swift, names and files in ZoneLibrary.swift.

/// An IANA time zone, UTC, or a fixed offset.
///
/// The table runs from the first known change of clocks to 400 years past the last one in the file, and
/// repeats from there: the Gregorian calendar, weekdays included, has a period of exactly 400 years, so a
/// rule such as "last Sunday in March" needs no arithmetic at query time.
public final class Zone: Sendable {
  /// The name that was asked for: `Europe/Berlin`, `UTC`, `+02:00`.
  public let name: String
  /// The bytes that this zone was made from, for hashing: the file, or the name of a zone that has no file.
  public let rawBytes: [UInt8]

  // Span `i` begins at `starts[i]` and has `offsets[i]`; `starts[0]` is Int64.min; neighbours differ in
  // offset.
  private let starts: [Int64]
  private let offsets: [Int32]
  // Where the part of the table that repeats begins; nil where the last span holds for ever.
  private let lapFromSeconds: Int64?

  /// 400 years in seconds: 146,097 days.
  static let lapSeconds: Int64 = 146_097 * 86_400

  /// Coordinated Universal Time. Needs no files.
  public static let utc = Zone(name: "UTC", offsetSeconds: 0)

  /// A zone whose clocks never change.
  init(name: String, offsetSeconds: Int32) {
    self.name = name
    rawBytes = Array(name.utf8)
    starts = [.min]
    offsets = [offsetSeconds]
    lapFromSeconds = nil
  }

  /// A zone as read from its file.
  init(name: String, rawBytes: [UInt8], table: ZoneTable) {
    self.name = name
    self.rawBytes = rawBytes
    starts = [.min] + table.transitions.map(\.atSeconds)
    offsets = [table.firstOffsetSeconds] + table.transitions.map(\.offsetSeconds)
    lapFromSeconds = table.lapFromSeconds
  }

  /// Seconds that local clocks are ahead of UTC at that instant.
  ///
  /// - Complexity: O(log n) in the changes of clocks; a caller that asks often keeps a `ZoneSpan`.
  public func offset(atUTC seconds: Int64) -> Int32 { span(containingUTC: seconds).offsetSeconds }

  /// The longest stretch around that instant in which the offset does not change.
  ///
  /// - Complexity: O(log n) in the changes of clocks.
  public func span(containingUTC seconds: Int64) -> ZoneSpan {
    guard let lapFrom = lapFromSeconds, seconds >= lapFrom + Self.lapSeconds else {
      return tableSpan(containing: seconds)
    }
    // `lapFrom` is no earlier than 1900, so a lap later is after 1970 and the subtraction cannot overflow.
    let lapCount = (seconds - (lapFrom + Self.lapSeconds)) / Self.lapSeconds + 1
    let shift = lapCount * Self.lapSeconds
    let span = tableSpan(containing: seconds - shift)
    let (until, isPastEnd) = span.untilSeconds.addingReportingOverflow(shift)
    return ZoneSpan(
      fromSeconds: span.fromSeconds + shift, untilSeconds: isPastEnd ? .max : until,
      offsetSeconds: span.offsetSeconds)
  }

  private func tableSpan(containing seconds: Int64) -> ZoneSpan {
    // The last start that is not after `seconds`; starts[0] never is.
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= seconds { low = middle } else { high = middle }
    }
    let tableEnd = lapFromSeconds.map { $0 + Self.lapSeconds } ?? .max
    return ZoneSpan(
      fromSeconds: starts[low], untilSeconds: high < starts.count ? starts[high] : tableEnd,
      offsetSeconds: offsets[low])
  }
}

extension Zone: Hashable, CustomStringConvertible {
  /// The same name and the same bytes.
  public static func == (a: Zone, b: Zone) -> Bool {
    a === b || (a.name == b.name && a.rawBytes == b.rawBytes)
  }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
  /// The name.
  public var description: String { name }
}
