// The cells of one line of a summary, and which of them are those of the line before.

import Glibc

/// The current line of a summary: its cells without quotes, one after the other.
///
/// Neighbouring lines share most of their bytes. What they share at the beginning is neither split nor copied again; every other
/// cell is compared once, so that only what has changed needs to be read as a value.
struct SummaryLine: ~Copyable {
  /// What came of a line.
  enum Outcome {
    /// Its key comes after that of the line before.
    case inOrder
    /// It does not.
    case outOfOrder
    /// It has another line end inside, or another number of cells.
    case notPlain
  }

  // Of each line: looked up once, not for each cell.
  private let cellCount: Int
  private let keyCount: Int

  // All cells, with one byte between two.
  private var bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 10)
  // Bytes of the line; 0 before the first one.
  private var count = 0
  // Whether the bytes are those of the file, so that the next line can be compared with them byte by byte.
  private var isPlain = false
  // Where cells end in `bytes`, of this line and of the next one while it is taken.
  private var ends: UnsafeMutableBufferPointer<Int>
  private var nextEnds: UnsafeMutableBufferPointer<Int>
  /// One bit for each cell: whether it is another than that of the line before; all of them in the first line.
  private(set) var changes: UInt32 = 0

  init() {
    cellCount = SummarySchema.columns.count
    keyCount = SummarySchema.keyColumns.count
    ends = .allocate(capacity: cellCount)
    nextEnds = .allocate(capacity: cellCount)
    // Before the first line all cells are empty.
    _ = ends.initialize(fromContentsOf: 0..<cellCount)
    _ = nextEnds.initialize(fromContentsOf: 0..<cellCount)
  }

  deinit {
    bytes.deallocate()
    ends.deallocate()
    nextEnds.deallocate()
  }

  /// The bytes of a cell; they hold until the next line is taken.
  func cell(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = index == 0 ? 0 : ends[index - 1] + 1
    return UnsafeBufferPointer(rebasing: bytes[start..<ends[index]])
  }

  /// The key of a line, to be held against that of one far from it.
  struct Key {
    private let cells: [[UInt8]]

    fileprivate init(_ line: borrowing SummaryLine) {
      cells = (0..<line.keyCount).map { Array(line.cell($0)) }
    }

    /// Whether it comes before another: cells one after the other, each as bytes.
    static func < (a: Key, b: Key) -> Bool {
      for (mine, its) in zip(a.cells, b.cells) where mine != its {
        return mine.lexicographicallyPrecedes(its)
      }
      return false
    }
  }

  /// A copy of its key.
  var key: Key { Key(self) }

  /// Compares key cells one after the other, each as bytes: below 0 where these come before, 0 where all are equal.
  func compareKey(with other: borrowing SummaryLine) -> Int {
    for index in 0..<keyCount {
      let (mine, its) = (cell(index), other.cell(index))
      let shared = min(mine.count, its.count)
      if shared > 0, let left = mine.baseAddress, let right = its.baseAddress {
        let order = memcmp(left, right, shared)
        if order != 0 { return Int(order) }
      }
      if mine.count != its.count { return mine.count - its.count }
    }
    return 0
  }

  /// Takes a line in which there is no quote, with its LF. One that is not plain leaves everything as it was.
  mutating func take(plain line: UnsafeBufferPointer<UInt8>) -> Outcome {
    guard let its = line.baseAddress, let mine = bytes.baseAddress else { return .notPlain }
    let length = line.count - 1
    let shared = isPlain ? commonPrefix(with: line, length) : 0
    var cell = 0
    while cell < cellCount, ends[cell] < shared {
      nextEnds[cell] = ends[cell]
      cell += 1
    }
    let kept = cell == 0 ? 0 : nextEnds[cell - 1] + 1
    var (start, before) = (kept, kept)
    var comparison = Comparison()
    while true {
      guard cell < cellCount, let end = Self.cellEnd(its, from: start) else { return .notPlain }
      // Where there is no line before, its cells are empty and everything is new.
      let size = ends[cell] - before
      if count == 0 || size != end - start || !Self.isEqual(mine + before, its + start, size) {
        note(cell, UnsafeBufferPointer(rebasing: line[start..<end]), &comparison)
      }
      before = ends[cell] + 1
      nextEnds[cell] = end
      cell += 1
      if end == length { break }
      start = end + 1
    }
    guard cell == cellCount else { return .notPlain }
    makeRoom(length, keeping: kept)
    _ = UnsafeMutableBufferPointer(rebasing: bytes[kept..<length]).update(fromContentsOf: line[kept..<length])
    return finish(length, comparison, isPlain: true)
  }

  /// Takes the cells of any line, of which there are as many as the schema has.
  mutating func take(cells: [UnsafeBufferPointer<UInt8>]) -> Outcome {
    var comparison = Comparison()
    for (index, cell) in cells.enumerated() { compare(index, with: cell, &comparison) }
    let length = cells.reduce(cells.count - 1) { $0 + $1.count }
    makeRoom(length, keeping: 0)
    var start = 0
    for (index, cell) in cells.enumerated() {
      nextEnds[index] = start + cell.count
      _ = UnsafeMutableBufferPointer(rebasing: bytes[start..<nextEnds[index]]).update(fromContentsOf: cell)
      start = nextEnds[index] + 1
    }
    return finish(length, comparison, isPlain: false)
  }

  // MARK: comparing

  private struct Comparison {
    var changes: UInt32 = 0
    var isAfter = false
  }

  private func compare(
    _ index: Int, with next: UnsafeBufferPointer<UInt8>, _ comparison: inout Comparison
  ) {
    let before = cell(index)
    if count > 0, before.count == next.count {
      guard let left = before.baseAddress, let right = next.baseAddress, next.count > 0 else { return }
      if memcmp(left, right, next.count) == 0 { return }
    }
    note(index, next, &comparison)
  }

  // Notes a cell that is another than before.
  private func note(_ index: Int, _ next: UnsafeBufferPointer<UInt8>, _ comparison: inout Comparison) {
    // The first key cell that differs says which key is the lower one.
    if comparison.changes == 0, index < keyCount {
      comparison.isAfter = cell(index).lexicographicallyPrecedes(next)
    }
    comparison.changes |= 1 << UInt32(index)
  }

  // Whether so many bytes are the same. Most cells are shorter than a call of memcmp is worth.
  @inline(__always) private static func isEqual(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ size: Int
  ) -> Bool {
    var index = 0
    while index &+ 8 <= size {
      let (left, right) = (UnsafeRawPointer(a + index), UnsafeRawPointer(b + index))
      if left.loadUnaligned(as: UInt64.self) != right.loadUnaligned(as: UInt64.self) { return false }
      index &+= 8
    }
    while index < size {
      if a[index] != b[index] { return false }
      index &+= 1
    }
    return true
  }

  // How many bytes of a line, at most `length`, are those of this one.
  private func commonPrefix(with line: UnsafeBufferPointer<UInt8>, _ length: Int) -> Int {
    let (mine, its) = (UnsafeRawBufferPointer(bytes), UnsafeRawBufferPointer(line))
    let most = min(length, count)
    var shared = 0
    while shared + 8 <= most {
      let difference =
        mine.loadUnaligned(fromByteOffset: shared, as: UInt64.self)
        ^ its.loadUnaligned(fromByteOffset: shared, as: UInt64.self)
      if difference != 0 { return shared + difference.trailingZeroBitCount / 8 }
      shared += 8
    }
    while shared < most, mine[shared] == its[shared] { shared += 1 }
    return shared
  }

  // The offset of the comma or LF that ends a cell; nil where another line end stands in it.
  @inline(__always) private static func cellEnd(_ line: UnsafePointer<UInt8>, from start: Int) -> Int? {
    var offset = start
    while true {
      let byte = line[offset]
      // Nearly every byte of a cell is above the comma.
      if byte <= UInt8(ascii: ",") {
        if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") { return offset }
        if byte == UInt8(ascii: "\r") { return nil }
      }
      offset &+= 1
    }
  }

  // MARK: keeping

  private mutating func makeRoom(_ length: Int, keeping kept: Int) {
    guard length > bytes.count else { return }
    let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(length, 2 * bytes.count))
    _ = larger.update(fromContentsOf: bytes[..<kept])
    bytes.deallocate()
    bytes = larger
  }

  private mutating func finish(_ length: Int, _ comparison: Comparison, isPlain: Bool) -> Outcome {
    let isFirst = count == 0
    count = length
    self.isPlain = isPlain
    swap(&ends, &nextEnds)
    changes = isFirst ? .max : comparison.changes
    return isFirst || comparison.isAfter ? .inOrder : .outOfOrder
  }
}
