// Events by the rank of their price, those of one rank as they came. One owner at a time.

/// An order of 0..<count by ranks, the lowest first, stable. Its memory is kept.
struct RankOrder {
  /// Rank in the upper half, index in the lower.
  private var slots = WorkList<UInt64>()
  private var other = WorkList<UInt64>()
  private var places = [Int32](repeating: 0, count: 257)

  /// Below so many, comparing is faster than counting.
  private static let countMin = 64

  var count: Int { slots.count }

  /// The index at a place.
  @inline(__always) subscript(place: Int) -> Int { Int(UInt32(truncatingIfNeeded: slots[place])) }

  mutating func removeAll() { slots.removeAll() }

  /// Adds the next index with its rank.
  mutating func append(rank: UInt32) { slots.append(UInt64(rank) << 32 | UInt64(slots.count)) }

  /// Sorts. Complexity: O(n) a byte of the ranks; O(n log n) for few.
  ///
  /// - Parameter rankCount: ranks are below it.
  mutating func sort(rankCount: Int) {
    if slots.count < Self.countMin {
      var few = slots.elements
      return few.sort()
    }
    other.removeAll()
    other.append(repeating: 0, count: slots.count)
    var shift: UInt64 = 32
    while shift < 64, (rankCount - 1) >> (Int(shift) - 32) > 0 {
      pass(shift)
      shift += 8
    }
  }

  /// One pass by 8 bits, the least significant ones first.
  private mutating func pass(_ shift: UInt64) {
    let (from, to) = (slots.elements, other.elements)
    places.withUnsafeMutableBufferPointer { places in
      for digit in 0..<257 { places[digit] = 0 }
      for slot in from { places[Int(slot >> shift & 255) &+ 1] &+= 1 }
      for digit in 1..<257 { places[digit] &+= places[digit &- 1] }
      for slot in from {
        let digit = Int(slot >> shift & 255)
        to[Int(places[digit])] = slot
        places[digit] &+= 1
      }
    }
    swap(&slots, &other)
  }
}
