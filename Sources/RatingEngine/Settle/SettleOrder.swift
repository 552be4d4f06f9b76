// Canonical order of packed events, and where one owner and period ends and the next begins.
//
// Sorts numbers only. What 16 bytes of two keys do not decide is named, so that the keys can be read again.

/// Puts blocks of packed events, from however many maps, into one sequence.
enum SettleOrder {
  /// One owner and period in a sorted buffer.
  struct Stretch: Equatable {
    var owner: UInt32
    /// First day of the usage period.
    var period: UInt16
    var range: Range<Int>
  }

  /// What is moved about while owners are told apart: 16 bytes instead of an event.
  private struct Slot: BitwiseCopyable {
    var group: UInt64
    var index: UInt32
  }

  /// Sorts by owner, period, charging start and key into `target`, and returns the stretches in that order.
  ///
  /// Complexity: O(n) passes over (owner, period), then O(k log k) in each stretch of k; O(k) where it came in order.
  /// - Precondition: fewer than 2³² events, and `target` has room for them.
  static func sort(
    _ events: UnsafeBufferPointer<PackedEvent>, into target: UnsafeMutableBufferPointer<PackedEvent>
  ) -> [Stretch] {
    precondition(events.count <= target.count && events.count < 1 << 32, "a partition fits its scratch")
    guard let base = target.baseAddress, !events.isEmpty else { return [] }
    for (place, slot) in grouped(events).enumerated() {
      (base + place).initialize(to: events[Int(slot.index)])
    }
    var stretches: [Stretch] = []
    var from = 0
    var isSorted = true
    for index in 1...events.count {
      if index < events.count, base[index].owner == base[from].owner, base[index].period == base[from].period
      {
        isSorted = isSorted && !PackedEvent.precedes(base[index], base[index - 1])
        continue
      }
      if !isSorted {
        var part = UnsafeMutableBufferPointer(start: base + from, count: index - from)
        part.sort(by: PackedEvent.precedes)
      }
      stretches.append(Stretch(owner: base[from].owner, period: base[from].period, range: from..<index))
      from = index
      isSorted = true
    }
    return stretches
  }

  /// Least significant digits first, 11 bits at a time; digits that all events share are skipped.
  private static func grouped(_ events: UnsafeBufferPointer<PackedEvent>) -> [Slot] {
    var slots = events.indices.map { index in
      Slot(group: UInt64(events[index].owner) << 32 | UInt64(events[index].period), index: UInt32(index))
    }
    let differing = slots.reduce(0) { $0 | ($1.group ^ slots[0].group) }
    var other = slots
    for shift in stride(from: UInt64(0), to: 64, by: 11) where differing >> shift & 2047 != 0 {
      var places = [Int](repeating: 0, count: 2049)
      for slot in slots { places[Int(slot.group >> shift & 2047) + 1] += 1 }
      for digit in 1...2048 { places[digit] += places[digit - 1] }
      for slot in slots {
        let digit = Int(slot.group >> shift & 2047)
        other[places[digit]] = slot
        places[digit] += 1
      }
      swap(&slots, &other)
    }
    return slots
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
