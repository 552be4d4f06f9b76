// Finds service rows between which no rule decides: the same key twice, and ranges that cross.
//
// A number before a range, a narrow range before a wide one and a row for one source before a row for all are decided by rule and are
// no faults.

import BillingCalendar
import Tables

/// Finds undecidable rows of services.csv.
struct ServiceOverlaps {
  /// Adds an error for each row that collides with an earlier one, and a warning where one follows upon another with hours between
  /// them; `keyColumns` has the column of each row's key, `zones` the zone of each account.
  ///
  /// - Complexity: O(n log n), times the depth to which ranges lie inside each other.
  static func find(
    in services: [ServiceKey], keyColumns: [Int], zones: [Zone], _ findings: inout FindingList
  ) {
    let meetings = ServiceMeetings(zones: zones)
    findSameKeys(services, keyColumns, meetings, &findings)
    findCrossingRanges(services, keyColumns, meetings, &findings)
  }

  private static func findSameKeys(
    _ services: [ServiceKey], _ keyColumns: [Int], _ meetings: ServiceMeetings, _ findings: inout FindingList
  ) {
    var keys = NameTable()
    // Rows of one key form a chain from the last to the first.
    var lastIndex: [Int] = []
    var previousIndex = Array(repeating: -1, count: services.count)
    for (index, service) in services.enumerated() {
      let key = service.key.bytes.withUnsafeBufferPointer { keys.index(of: $0) }
      if key == lastIndex.count {
        lastIndex.append(index)
        continue
      }
      previousIndex[index] = lastIndex[key]
      lastIndex[key] = index
      var other = previousIndex[index]
      var hole: (other: Int, meeting: ServiceMeetings.Meeting)?
      while other >= 0 {
        let meeting =
          meansTheSame(services[other], service) ? meetings.meeting(services[other], service) : .none
        if meeting.isOverlap {
          report(meeting, services[other], service, column: keyColumns[index], &findings)
          break
        }
        if case .hole = meeting { hole = hole ?? (other, meeting) }
        other = previousIndex[other]
      }
      if other < 0, let hole {
        report(hole.meeting, services[hole.other], service, column: keyColumns[index], &findings)
      }
    }
  }

  /// Whether two rows with the same key mean the same thing.
  private static func meansTheSame(_ a: ServiceKey, _ b: ServiceKey) -> Bool {
    a.kind == b.kind && a.lastKey == b.lastKey && a.source == b.source
  }

  /// Says how a row meets an earlier one of its key.
  private static func report(
    _ meeting: ServiceMeetings.Meeting, _ earlier: ServiceKey, _ row: ServiceKey, column: Int,
    _ findings: inout FindingList
  ) {
    let position = TablePosition(line: row.line, column: column)
    // Of two rows that hold at once, a number goes before a range.
    let way =
      row.kind == .number
      ? "make the row that ends a range of this one number, and let it end a day later: a number goes before a range"
      : ""
    switch meeting {
    case .none: break
    case .days:
      findings.error(
        at: position,
        "\(name(of: row)) already has an account on line \(earlier.line) for the same days",
        hint: "keep one, or end one with 'until' where the other begins")
    case .hours(let from, let until, let zones):
      findings.error(
        at: position,
        "\(name(of: row)) already has an account on line \(earlier.line) from \(instant(from)) until \(instant(until)): "
          + "days begin at other hours in \(zones)",
        hint: way.isEmpty ? "let one of them end a day sooner or begin a day later" : way)
    case .hole(let from, let until, let zones):
      findings.warning(
        at: position,
        "\(name(of: row)) has no account from \(instant(from)) until \(instant(until)), between line \(earlier.line) and "
          + "this one: days begin at other hours in \(zones)",
        hint: way)
    }
  }

  private static func instant(_ seconds: Int64) -> String { Instant.text(millis: seconds * 1000) }

  private static func findCrossingRanges(
    _ services: [ServiceKey], _ keyColumns: [Int], _ meetings: ServiceMeetings, _ findings: inout FindingList
  ) {
    let sorted = services.indices.filter { services[$0].kind == .range }.sorted { a, b in
      let (x, y) = (services[a], services[b])
      if x.key.bytes.count != y.key.bytes.count { return x.key.bytes.count < y.key.bytes.count }
      if x.key != y.key { return x.key < y.key }
      return x.lastKey > y.lastKey
    }
    // Ranges that reach the current one, of its length.
    var open: [Int] = []
    for index in sorted {
      let range = services[index]
      open.removeAll {
        services[$0].lastKey.bytes.count != range.lastKey.bytes.count || services[$0].lastKey < range.key
      }
      for other in open where cross(services[other], range, meetings) {
        let (first, second) = other < index ? (other, index) : (index, other)
        findings.error(
          at: TablePosition(line: services[second].line, column: keyColumns[second]),
          "\(name(of: services[second])) crosses \(name(of: services[first])) of line \(services[first].line)",
          hint: "let one lie inside the other, or cut them where they meet")
      }
      open.append(index)
    }
  }

  /// Whether the ranges, of which `a` begins first or is as wide, share numbers without one lying inside the other.
  private static func cross(_ a: ServiceKey, _ b: ServiceKey, _ meetings: ServiceMeetings) -> Bool {
    guard a.key < b.key, a.lastKey < b.lastKey else { return false }
    let meetSomewhere = a.source == b.source || a.source.isEmpty || b.source.isEmpty
    return meetSomewhere && meetings.meeting(a, b).isOverlap
  }

  private static func name(of service: ServiceKey) -> String {
    switch service.kind {
    case .number: "number \(Quoted.text(service.key))"
    case .range: "range '\(service.key)-\(service.lastKey)'"
    case .text(let word): "\(word) \(Quoted.text(service.key))"
    }
  }
}

extension DateSpan {
  /// The days of a service row.
  init(_ service: ServiceKey) { self.init(from: service.from, until: service.until) }
}
