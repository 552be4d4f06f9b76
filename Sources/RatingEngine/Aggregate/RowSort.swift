// Sorting packed rows by their ranks: one split by the highest bits, then every part on its own, on all cores.

import Dispatch

/// Radix sorts of summary rows.
enum RowSort {
  /// An element with a rank that can be cut into digits.
  protocol Ranked: BitwiseCopyable, Sendable, SendableMetatype {
    /// `width` bits of the rank from `shift` on.
    func digit(shift: Int, width: Int) -> Int
    /// Whether the rank is smaller.
    func precedes(_ other: Self) -> Bool
  }

  /// Sorts words by the `bits` bits from `lowBit` on.
  static func sort(_ rows: FlatTable<UInt64>, count: Int, lowBit: Int, bits: Int, threadCount: Int) {
    sort(rows, count: count, from: lowBit, bits: bits, threadCount: threadCount)
  }

  /// Sorts rows by their ranks of `bits` bits.
  static func sort(_ rows: FlatTable<SummaryOrder.Row>, count: Int, bits: Int, threadCount: Int) {
    sort(rows, count: count, from: 0, bits: bits, threadCount: threadCount)
  }

  private static func sort<Element: Ranked>(
    _ rows: FlatTable<Element>, count: Int, from lowBit: Int, bits: Int, threadCount: Int
  ) {
    guard count > 1 else { return }
    if count < 1 << 12 { return small(rows.base, count) }
    let splitBits = min(11, bits)
    let shift = lowBit + bits - splitBits
    let partCount = 1 << splitBits
    var starts = [Int](repeating: 0, count: partCount + 1)
    for index in 0..<count { starts[rows[index].digit(shift: shift, width: splitBits) + 1] += 1 }
    for index in 0..<partCount { starts[index + 1] += starts[index] }
    let copy = FlatTable<Element>(zeroedCount: count)
    defer { copy.deallocate() }
    var places = starts
    places.withUnsafeMutableBufferPointer { places in
      for index in 0..<count {
        let part = rows[index].digit(shift: shift, width: splitBits)
        copy[places[part]] = rows[index]
        places[part] &+= 1
      }
    }
    let bounds = starts
    // Parts differ in size: each worker takes the next group of them.
    let groups = min(partCount, 16 * threadCount)
    DispatchQueue.concurrentPerform(iterations: groups) { group in
      for part in (partCount * group / groups)..<(partCount * (group + 1) / groups) {
        let from = bounds[part]
        let size = bounds[part + 1] - from
        guard size > 0 else { continue }
        radix(copy.base + from, rows.base + from, size, from: lowBit, until: shift)
      }
    }
  }

  private static func small<Element: Ranked>(_ rows: UnsafeMutablePointer<Element>, _ count: Int) {
    var buffer = UnsafeMutableBufferPointer(start: rows, count: count)
    buffer.sort { $0.precedes($1) }
  }

  /// Sorts one part, 8 bits a pass, least first; the result is in `target`, `source` is used up.
  private static func radix<Element: Ranked>(
    _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ count: Int, from: Int,
    until: Int
  ) {
    if count < 256 || from >= until {
      target.update(from: source, count: count)
      return small(target, count)
    }
    var read = source
    var write = target
    var shift = from
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 257) { counts in
      while shift < until {
        let width = min(8, until - shift)
        for index in 0...256 { counts[index] = 0 }
        for index in 0..<count {
          let digit = read[index].digit(shift: shift, width: width)
          counts[digit + 1] += 1
        }
        for index in 0..<256 { counts[index + 1] += counts[index] }
        for index in 0..<count {
          let digit = read[index].digit(shift: shift, width: width)
          write[Int(counts[digit])] = read[index]
          counts[digit] += 1
        }
        swap(&read, &write)
        shift += width
      }
    }
    if read != target { target.update(from: read, count: count) }
  }
}

extension UInt64: RowSort.Ranked {
  @inline(__always) func digit(shift: Int, width: Int) -> Int {
    // Multiplication binds `&` closer than `&-`: the mask needs its own brackets.
    Int(
      truncatingIfNeeded: self &>> UInt64(truncatingIfNeeded: shift)
        & ((1 &<< UInt64(truncatingIfNeeded: width)) &- 1))
  }
  @inline(__always) func precedes(_ other: UInt64) -> Bool { self < other }
}

extension SummaryOrder.Row: RowSort.Ranked {
  @inline(__always) func digit(shift: Int, width: Int) -> Int {
    SummaryOrder.rank(low: low, high: high, shift: shift, width: width)
  }
  @inline(__always) func precedes(_ other: SummaryOrder.Row) -> Bool {
    high != other.high ? high < other.high : low < other.low
  }
}
