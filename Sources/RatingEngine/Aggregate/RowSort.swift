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

  /// What is sorted, by number.
  protocol Source: Sendable {
    associatedtype Element: Ranked
    func element(_ number: Int) -> Element
    /// The digit of an element, which is one of its highest bits, without making all of it where that is more work.
    func highestDigit(_ number: Int, shift: Int, width: Int) -> Int
  }

  /// The elements 0..<count of a source, sorted by the `bits` bits from `lowBit` on.
  ///
  /// Elements are not written down to be counted by their highest digit: making that twice is less work, and needs half the memory. Complexity: O(count × bits).
  static func sorted<From: Source>(
    _ source: From, count: Int, lowBit: Int, bits: Int, threadCount: Int
  ) -> FlatTable<From.Element> {
    let rows = FlatTable<From.Element>(zeroedBlockOf: count)
    if count < 1 << 12 {
      for number in 0..<count { rows[number] = source.element(number) }
      small(rows.base, count)
      return rows
    }
    let splitBits = min(11, bits)
    let shift = lowBit + bits - splitBits
    let partCount = 1 << splitBits
    let stretchCount = max(1, threadCount)
    // Where the elements of each part begin, by stretch of the numbers.
    let places = FlatTable<Int>(zeroedCount: stretchCount * partCount)
    defer { places.deallocate() }
    inStretches(count, stretchCount) { stretch, from, until in
      let counts = places.base + stretch * partCount
      for number in from..<until { counts[source.highestDigit(number, shift: shift, width: splitBits)] += 1 }
    }
    var bounds = [0]
    bounds.reserveCapacity(partCount + 1)
    var next = 0
    for part in 0..<partCount {
      for stretch in 0..<stretchCount {
        let size = places[stretch * partCount + part]
        places[stretch * partCount + part] = next
        next += size
      }
      bounds.append(next)
    }
    inStretches(count, stretchCount) { stretch, from, until in
      let places = places.base + stretch * partCount
      for number in from..<until {
        let element = source.element(number)
        let part = element.digit(shift: shift, width: splitBits)
        rows[places[part]] = element
        places[part] &+= 1
      }
    }
    let ends = bounds
    // Parts differ in size: each worker takes the next group of them.
    let groups = min(partCount, 16 * threadCount)
    DispatchQueue.concurrentPerform(iterations: groups) { group in
      let parts = (partCount * group / groups)..<(partCount * (group + 1) / groups)
      let largest = parts.reduce(0) { max($0, ends[$1 + 1] - ends[$1]) }
      withUnsafeTemporaryAllocation(of: From.Element.self, capacity: largest) { spare in
        guard let spare = spare.baseAddress else { return }
        for part in parts where ends[part + 1] > ends[part] {
          radix(rows.base + ends[part], spare, ends[part + 1] - ends[part], from: lowBit, until: shift)
        }
      }
    }
    return rows
  }

  /// Calls `body` with each stretch of 0..<count, all at the same time.
  private static func inStretches(_ count: Int, _ stretchCount: Int, _ body: (Int, Int, Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: stretchCount) { stretch in
        body(stretch, count * stretch / stretchCount, count * (stretch + 1) / stretchCount)
      }
    }
  }

  /// The digit of a source that has nothing quicker.
  @inline(__always) static func digit<From: Source>(_ source: From, _ number: Int, shift: Int, width: Int)
    -> Int
  {
    source.element(number).digit(shift: shift, width: width)
  }

  private static func small<Element: Ranked>(_ rows: UnsafeMutablePointer<Element>, _ count: Int) {
    var buffer = UnsafeMutableBufferPointer(start: rows, count: count)
    buffer.sort { $0.precedes($1) }
  }

  /// Sorts one part, 8 bits a pass, least first; `spare` has room for as many.
  private static func radix<Element: Ranked>(
    _ rows: UnsafeMutablePointer<Element>, _ spare: UnsafeMutablePointer<Element>, _ count: Int, from: Int,
    until: Int
  ) {
    if count < 256 || from >= until { return small(rows, count) }
    var read = rows
    var write = spare
    var shift = from
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 257) { counts in
      while shift < until {
        let width = min(8, until - shift)
        for index in 0...256 { counts[index] = 0 }
        for index in 0..<count {
          let digit = read[index].digit(shift: shift, width: width)
          counts[digit + 1] += 1
        }
        shift += width
        // Where all have the same digit, nothing moves: the first element tells.
        if Int(counts[read[0].digit(shift: shift - width, width: width) + 1]) == count { continue }
        for index in 0..<256 { counts[index + 1] += counts[index] }
        for index in 0..<count {
          let digit = read[index].digit(shift: shift - width, width: width)
          write[Int(counts[digit])] = read[index]
          counts[digit] += 1
        }
        swap(&read, &write)
      }
    }
    if read != rows { rows.update(from: read, count: count) }
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

extension SummaryOrder.Pair: RowSort.Ranked {
  @inline(__always) func digit(shift: Int, width: Int) -> Int {
    SummaryOrder.rank(low: low, high: high, shift: shift, width: width)
  }
  @inline(__always) func precedes(_ other: SummaryOrder.Pair) -> Bool {
    high != other.high ? high < other.high : low < other.low
  }
}

extension SummaryOrder.Row: RowSort.Ranked {
  @inline(__always) func digit(shift: Int, width: Int) -> Int {
    SummaryOrder.rank(low: low, high: high, shift: shift, width: width)
  }
  @inline(__always) func precedes(_ other: SummaryOrder.Row) -> Bool {
    high != other.high ? high < other.high : low < other.low
  }
}
