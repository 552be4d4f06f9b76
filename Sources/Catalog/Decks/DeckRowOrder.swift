// The order of a deck's rows: by prefix left-aligned, then length, then date, then kind. Half a million rows are sorted by
// one integer each.

/// Sorts rows by packed keys.
struct DeckRowOrder {
  /// Row numbers in order; rows with equal keys stay in the order in which they were read.
  private(set) var indices: [UInt32]
  /// For each place in the order but the first, whether its row has the key of the one before.
  private(set) var duplicatePlaces: [Int] = []
  /// Whether the rows were read in their order.
  private(set) var isAsRead = false

  /// Bits below the prefix code: ranks of (date, kind).
  private static let rankBits: UInt64 = 12
  private static let rankCountMax = 1 << 12

  /// What rows of one prefix are ordered by.
  private struct Moment: Hashable, Comparable, BitwiseCopyable {
    var fromSeconds: Int64
    var kind: UInt8

    static func < (a: Moment, b: Moment) -> Bool { (a.fromSeconds, a.kind) < (b.fromSeconds, b.kind) }
  }

  /// Orders `rows`, whose prefixes have `sortCodes`.
  ///
  /// - Complexity: O(n) for rows in order already, else six passes of a radix sort; O(n log n) where they have more
  ///   than 4,096 different dates.
  init(_ rows: [RateDeckRow], sortCodes: [UInt64]) {
    let (ranks, rankCount) = Self.ranks(of: rows)
    guard rankCount <= Self.rankCountMax else {
      indices = Self.sortedByComparison(rows, sortCodes)
      findDuplicates { a, b in
        sortCodes[a] == sortCodes[b] && Self.moment(of: rows[a]) == Self.moment(of: rows[b])
      }
      return
    }
    var keys = sortCodes
    for index in keys.indices {
      keys[index] = keys[index] << Self.rankBits | UInt64(ranks.isEmpty ? 0 : ranks[index])
    }
    isAsRead = Self.isAscending(keys)
    indices = isAsRead ? Array(0..<UInt32(keys.count)) : Self.sorted(keys)
    findDuplicates { keys[$0] == keys[$1] }
  }

  private mutating func findDuplicates(_ areEqual: (Int, Int) -> Bool) {
    guard indices.count > 1 else { return }
    for place in 1..<indices.count where areEqual(Int(indices[place - 1]), Int(indices[place])) {
      duplicatePlaces.append(place)
    }
  }

  private static func moment(of row: RateDeckRow) -> Moment {
    Moment(fromSeconds: row.fromSeconds, kind: row.kind.rawValue)
  }

  /// The rank of each row's date and kind among all that occur; no ranks where there is only one.
  private static func ranks(of rows: [RateDeckRow]) -> (ranks: [UInt16], count: Int) {
    guard let first = rows.first else { return ([], 0) }
    var known: [Moment: Int] = [moment(of: first): 0]
    var last = (moment: moment(of: first), number: 0)
    var numbers: [UInt16] = []
    numbers.reserveCapacity(rows.count)
    for row in rows {
      let moment = moment(of: row)
      if moment != last.moment {
        let number = known[moment] ?? known.count
        if number == known.count {
          known[moment] = number
          guard known.count <= rankCountMax else { return ([], known.count) }
        }
        last = (moment, number)
      }
      numbers.append(UInt16(truncatingIfNeeded: last.number))
    }
    guard known.count > 1 else { return ([], 1) }
    var rankByNumber = Array(repeating: UInt16(0), count: known.count)
    for (rank, entry) in known.sorted(by: { $0.key < $1.key }).enumerated() {
      rankByNumber[entry.value] = UInt16(truncatingIfNeeded: rank)
    }
    for index in numbers.indices { numbers[index] = rankByNumber[Int(numbers[index])] }
    return (numbers, known.count)
  }

  private static func sortedByComparison(_ rows: [RateDeckRow], _ sortCodes: [UInt64]) -> [UInt32] {
    (0..<UInt32(rows.count)).sorted { a, b in
      let (x, y) = (Int(a), Int(b))
      if sortCodes[x] != sortCodes[y] { return sortCodes[x] < sortCodes[y] }
      let (m, n) = (moment(of: rows[x]), moment(of: rows[y]))
      return m != n ? m < n : a < b
    }
  }

  /// The numbers of `keys` in ascending order, stable.
  private static func sorted(_ keys: [UInt64]) -> [UInt32] {
    let count = keys.count
    // 11 bits a pass: a histogram of 2,048 counters stays in the first-level cache.
    let digitBits: UInt64 = 11
    let bucketCount = 1 << 11
    var from = keys.enumerated().map { (key: $0.element, index: UInt32($0.offset)) }
    var to = from
    for pass in 0..<6 {
      let shift = UInt64(pass) * digitBits
      var starts = Array(repeating: 0, count: bucketCount)
      for key in keys { starts[Int((key >> shift) & UInt64(bucketCount - 1))] += 1 }
      // A digit that all keys share moves nothing.
      if starts.contains(count) { continue }
      var sum = 0
      for bucket in 0..<bucketCount { (starts[bucket], sum) = (sum, sum + starts[bucket]) }
      from.withUnsafeBufferPointer { from in
        to.withUnsafeMutableBufferPointer { to in
          starts.withUnsafeMutableBufferPointer { starts in
            for item in from {
              let bucket = Int((item.key >> shift) & UInt64(bucketCount - 1))
              to[starts[bucket]] = item
              starts[bucket] += 1
            }
          }
        }
      }
      swap(&from, &to)
    }
    return from.map(\.index)
  }

  private static func isAscending(_ keys: [UInt64]) -> Bool {
    guard keys.count > 1 else { return true }
    for index in 1..<keys.count where keys[index - 1] > keys[index] { return false }
    return true
  }
}
