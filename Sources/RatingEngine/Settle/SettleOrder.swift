// Canonical order of packed events, and where one owner and period ends and the next begins.
//
// Sorts numbers only. What 16 bytes of two keys do not decide is named, so that the keys can be read again.

/// Puts packed events, from blocks of however many maps, into one sequence.
enum SettleOrder {
  /// One owner and period in a sorted buffer.
  struct Stretch: Equatable {
    var owner: UInt32
    /// First day of the usage period.
    var period: UInt16
    var range: Range<Int>
  }

  /// Sorts the events of one owner, a stretch of a buffer, by period, charging start and key, and appends its stretches.
  ///
  /// Complexity: O(n log n); O(n) where they came in order.
  static func sort(
    _ range: Range<Int>, of events: UnsafeMutablePointer<PackedEvent>, stretches: inout [Stretch]
  ) {
    guard !range.isEmpty else { return }
    let base = events + range.lowerBound
    var isSorted = true
    for index in 1..<max(1, range.count) where precedes(base[index], base[index - 1]) {
      isSorted = false
      break
    }
    if !isSorted {
      var part = UnsafeMutableBufferPointer(start: base, count: range.count)
      part.sort(by: precedes)
    }
    var from = 0
    for index in 1...range.count where index == range.count || base[index].period != base[from].period {
      stretches.append(
        Stretch(
          owner: base[from].owner, period: base[from].period,
          range: (range.lowerBound + from)..<(range.lowerBound + index)))
      from = index
    }
  }

  /// Whether an event stands before another of the same owner.
  @inline(__always) private static func precedes(_ a: PackedEvent, _ b: PackedEvent) -> Bool {
    a.period != b.period ? a.period < b.period : PackedEvent.precedes(a, b)
  }

  /// Runs of neighbours whose order their 16 bytes do not decide: whoever has the whole keys puts them in order.
  static func undecided(in sorted: UnsafeBufferPointer<PackedEvent>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var from = 0
    for index in sorted.indices.dropFirst() {
      if PackedEvent.isUndecided(sorted[index - 1], sorted[index]) { continue }
      if index - from > 1 { runs.append(from..<index) }
      from = index
    }
    if sorted.count - from > 1 { runs.append(from..<sorted.count) }
    return runs
  }
}

/// Room for the events of each owner in one buffer: counted first, then handed out. Its memory is kept.
struct OwnerPlaces {
  /// By owner: events that were counted, then where its next event goes.
  private var next = WorkList<UInt32>()
  /// Owners that have events.
  private var owners: [UInt32] = []
  /// By owner in their order: where its events begin.
  private var starts: [Int] = []
  /// Events that were counted.
  private(set) var count = 0

  /// Forgets all. Complexity: O(owners that had events).
  mutating func removeAll() {
    for owner in owners { next[Int(owner)] = 0 }
    owners.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    count = 0
  }

  /// Counts an event.
  @inline(__always) mutating func note(_ owner: UInt32) {
    let index = Int(owner)
    if index >= next.count { next.append(repeating: 0, count: index + 1 - next.count) }
    if next[index] == 0 { owners.append(owner) }
    next[index] &+= 1
    count &+= 1
  }

  /// The owners that were counted more often than `count`, ascending.
  func owners(countAbove count: Int) -> [UInt32] {
    owners.filter { Int(next[Int($0)]) > count }.sorted()
  }

  /// How often an owner was counted, before they are arranged.
  func count(of owner: UInt32) -> Int { Int(next[Int(owner)]) }

  /// Ends counting: owners stand in the order of their numbers from now on.
  /// - Precondition: fewer than 2³² events.
  mutating func arrange() {
    precondition(count < 1 << 32, "the events of a part are numbered in 32 bits")
    owners.sort()
    var start = 0
    for owner in owners {
      starts.append(start)
      let counted = Int(next[Int(owner)])
      next[Int(owner)] = UInt32(start)
      start += counted
    }
  }

  /// The place of the next event of an owner, of which no more are placed than were counted.
  @inline(__always) mutating func place(_ owner: UInt32) -> Int {
    let place = next[Int(owner)]
    next[Int(owner)] = place &+ 1
    return Int(place)
  }

  /// Calls `body` with the places that were handed out, owner by owner in order.
  func forEachOwner(_ body: (Range<Int>) -> Void) {
    for (index, owner) in owners.enumerated() { body(starts[index]..<Int(next[Int(owner)])) }
  }
}
