// Events by the rank of their price, those of one rank as they came. One owner at a time.

/// An order of 0..<count by ranks, the lowest first, stable. Its memory is kept.
struct RankOrder {
  /// Rank in the upper half, index in the lower.
  private var slots: [UInt64] = []
  private var other: [UInt64] = []
  private var places = [Int32](repeating: 0, count: 257)

  /// Below so many, comparing is faster than counting.
  private static let countMin = 64

  var count: Int { slots.count }

  /// The index at a place.
  @inline(__always) subscript(place: Int) -> Int { Int(UInt32(truncatingIfNeeded: slots[place])) }

  mutating func removeAll() { slots.removeAll(keepingCapacity: true) }

  /// Adds the next index with its rank.
  mutating func append(rank: UInt32) { slots.append(UInt64(rank) << 32 | UInt64(slots.count)) }

  /// Sorts. Complexity: O(n) a byte of the ranks; O(n log n) for few.
  ///
  /// - Parameter rankCount: ranks are below it.
  mutating func sort(rankCount: Int) {
    if slots.count < Self.countMin { return slots.sort() }
    other.removeAll(keepingCapacity: true)
    other.append(contentsOf: slots)
    var shift: UInt64 = 32
    while shift < 64, (rankCount - 1) >> (Int(shift) - 32) > 0 {
      pass(shift)
      shift += 8
    }
  }

  /// One pass by 8 bits, the least significant ones first.
  private mutating func pass(_ shift: UInt64) {
    let count = slots.count
    for digit in 0..<257 { places[digit] = 0 }
    for index in 0..<count { places[Int(slots[index] >> shift & 255) &+ 1] &+= 1 }
    for digit in 1..<257 { places[digit] &+= places[digit &- 1] }
    for index in 0..<count {
      let slot = slots[index]
      let digit = Int(slot >> shift & 255)
      other[Int(places[digit])] = slot
      places[digit] &+= 1
    }
    swap(&slots, &other)
  }
}
