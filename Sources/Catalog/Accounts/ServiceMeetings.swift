// When two service rows hold at once. Their days begin at midnight where their account is: rows of accounts in different zones may share
// some hours although they share no day, or leave some between them.

import BillingCalendar

/// Compares service rows by the hours in which they hold.
struct ServiceMeetings {
  /// How two rows meet.
  enum Meeting {
    /// Not at all, or one begins at the instant at which the other ends.
    case none
    /// They have a day in common.
    case days
    /// They have no day in common, and hold both between two instants, in seconds since 1970.
    case hours(from: Int64, until: Int64, zones: String)
    /// One begins on the day on which the other ends, and neither holds between two instants.
    case hole(from: Int64, until: Int64, zones: String)

    /// Whether both hold at some time.
    var isOverlap: Bool {
      switch self {
      case .days, .hours: true
      case .none, .hole: false
      }
    }
  }

  /// Zone of each account, by its index.
  let zones: [Zone]

  /// How two rows meet, whichever comes first.
  func meeting(_ a: ServiceKey, _ b: ServiceKey) -> Meeting {
    if DateSpan(a).overlaps(DateSpan(b)) { return .days }
    // An account that was not read has an index that means nothing.
    guard zones.indices.contains(a.accountIndex), zones.indices.contains(b.accountIndex) else { return .none }
    let isFirst = (a.from ?? .distantPast) < (b.from ?? .distantPast)
    let (first, second) = isFirst ? (a, b) : (b, a)
    let (ending, beginning) = (zones[first.accountIndex], zones[second.accountIndex])
    guard ending != beginning, let until = first.until, let from = second.from else { return .none }
    let (end, begin) = (ending.midnight(of: until), beginning.midnight(of: from))
    let names = "\(ending) and \(beginning)"
    if begin < end {
      // A row of few hours may end before.
      let last = second.until.map { min(end, beginning.midnight(of: $0)) } ?? end
      let start = first.from.map { max(begin, ending.midnight(of: $0)) } ?? begin
      return start < last ? .hours(from: start, until: last, zones: names) : .none
    }
    return begin > end && until == from ? .hole(from: end, until: begin, zones: names) : .none
  }
}
