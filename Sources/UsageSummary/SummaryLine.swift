// The cells of one line of a summary, and which of them are those of the line before.

import CMachine
import Glibc

/// The current line of a summary: its cells without quotes, one after the other.
///
/// Neighbouring lines share most of their bytes. What they share at the beginning is neither split nor copied again; every other
/// cell is compared once, so that only what has changed needs to be read as a value. Used by one thread at a time.
final class SummaryLine {
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

  // All cells, with one byte between two: of this line, and of the next one while it is taken.
  @exclusivity(unchecked) private var bytes: UnsafeMutableBufferPointer<UInt8>
  @exclusivity(unchecked) private var nextBytes: UnsafeMutableBufferPointer<UInt8>
  // Bytes of the line; 0 before the first one.
  @exclusivity(unchecked) private var count = 0
  // Whether the bytes are those of the file, so that the next line can be compared with them byte by byte.
  @exclusivity(unchecked) private var isPlain = false
  // Where cells end in the bytes; as many as there are bytes, because a line may be nothing but commas.
  @exclusivity(unchecked) private var ends: UnsafeMutableBufferPointer<UInt32>
  @exclusivity(unchecked) private var nextEnds: UnsafeMutableBufferPointer<UInt32>
  // What the scan finds besides and nobody asks for: how many there are is enough.
  @exclusivity(unchecked) private var others: UnsafeMutableBufferPointer<UInt32>
  /// One bit for each cell: whether it is another than that of the line before; all of them in the first line.
  @exclusivity(unchecked) private(set) var changes: UInt32 = 0

  // Vectors read past the end of what they look at.
  private static let slack = 64
  private static let roomDefault = 1 << 10

  init() {
    cellCount = SummarySchema.columns.count
    keyCount = SummarySchema.keyColumns.count
    bytes = .allocate(capacity: Self.roomDefault + Self.slack)
    nextBytes = .allocate(capacity: Self.roomDefault + Self.slack)
    ends = .allocate(capacity: Self.roomDefault + Self.slack)
    nextEnds = .allocate(capacity: Self.roomDefault + Self.slack)
    others = .allocate(capacity: 2 * (Self.roomDefault + Self.slack))
    bytes.initialize(repeating: 0)
    nextBytes.initialize(repeating: 0)
    // Before the first line all cells are empty.
    for cell in 0..<cellCount { ends[cell] = UInt32(cell) }
  }

  deinit {
    bytes.deallocate()
    nextBytes.deallocate()
    ends.deallocate()
    nextEnds.deallocate()
    others.deallocate()
  }

  /// The bytes of a cell; they hold until the next line is taken.
  func cell(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = index == 0 ? 0 : Int(ends[index - 1]) + 1
    return UnsafeBufferPointer(rebasing: bytes[start..<Int(ends[index])])
  }

  /// The key of a line, to be held against that of one far from it.
  struct Key {
    private let cells: [[UInt8]]

    fileprivate init(_ line: SummaryLine) {
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
  func compareKey(with other: SummaryLine) -> Int {
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
  func take(plain line: UnsafeBufferPointer<UInt8>) -> Outcome {
    makeRoom(line.count)
    guard let mine = bytes.baseAddress, let its = nextBytes.baseAddress, let source = line.baseAddress,
      let itsEnds = nextEnds.baseAddress, let myEnds = ends.baseAddress, let others = others.baseAddress
    else { return .notPlain }
    its.update(from: source, count: line.count)
    // In place of quotes, which are not there, the other line end is looked for.
    let found = cm_scan(
      its, line.count, UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"), itsEnds, others,
      others + line.count)
    guard found.structuralCount == cellCount, found.lineCount == 1, found.quoteCount == 0 else {
      return .notPlain
    }
    var cell = 0
    if isPlain {
      let shared = commonPrefix(min(line.count - 1, count))
      while cell < cellCount, Int(myEnds[cell]) < shared { cell &+= 1 }
    }
    var comparison = Comparison()
    var before = cell == 0 ? 0 : Int(myEnds[cell &- 1]) &+ 1
    var start = before
    while cell < cellCount {
      let (myEnd, itsEnd) = (Int(myEnds[cell]), Int(itsEnds[cell]))
      // Where there is no line before, its cells are empty and everything is new.
      if count == 0 || myEnd &- before != itsEnd &- start
        || !Self.isEqual(mine + before, its + start, itsEnd &- start)
      {
        note(cell, UnsafeBufferPointer(start: its + start, count: itsEnd &- start), &comparison)
      }
      (before, start) = (myEnd &+ 1, itsEnd &+ 1)
      cell &+= 1
    }
    return finish(line.count - 1, comparison, isPlain: true)
  }

  /// Takes the cells of any line, of which there are as many as the schema has.
  func take(cells: [UnsafeBufferPointer<UInt8>]) -> Outcome {
    var comparison = Comparison()
    for (index, cell) in cells.enumerated() { compare(index, with: cell, &comparison) }
    let length = cells.reduce(cells.count - 1) { $0 + $1.count }
    makeRoom(length)
    var start = 0
    for (index, cell) in cells.enumerated() {
      let end = start + cell.count
      _ = UnsafeMutableBufferPointer(rebasing: nextBytes[start..<end]).update(fromContentsOf: cell)
      nextEnds[index] = UInt32(end)
      start = end + 1
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

  // Whether so many bytes are the same, of which at least eight more can be read. Most cells are shorter than a call of memcmp is worth.
  @inline(__always) private static func isEqual(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ size: Int
  ) -> Bool {
    var index = 0
    while index &+ 8 <= size {
      if word(a + index) != word(b + index) { return false }
      index &+= 8
    }
    // What is read behind the last bytes is shifted out.
    return index == size || (word(a + index) ^ word(b + index)) &<< UInt64(64 &- 8 &* (size &- index)) == 0
  }

  @inline(__always) private static func word(_ at: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
  }

  // How many of the first `most` bytes of the next line are those of this one.
  private func commonPrefix(_ most: Int) -> Int {
    guard let mine = bytes.baseAddress, let its = nextBytes.baseAddress else { return 0 }
    var shared = 0
    while shared < most {
      let difference = Self.word(mine + shared) ^ Self.word(its + shared)
      if difference != 0 { return min(most, shared &+ difference.trailingZeroBitCount / 8) }
      shared &+= 8
    }
    return most
  }

  // MARK: keeping

  // Room for a next line of so many bytes.
  private func makeRoom(_ length: Int) {
    let room = nextBytes.count - Self.slack
    guard length > room else { return }
    let capacity = max(length, 2 * room) + Self.slack
    // Twice as many: whichever of them the scan finds.
    others.deallocate()
    others = .allocate(capacity: 2 * capacity)
    Self.grow(&bytes, to: capacity, 0)
    Self.grow(&nextBytes, to: capacity, 0)
    Self.grow(&ends, to: capacity, 0)
    Self.grow(&nextEnds, to: capacity, 0)
  }

  private static func grow<Element: BitwiseCopyable>(
    _ buffer: inout UnsafeMutableBufferPointer<Element>, to capacity: Int, _ empty: Element
  ) {
    let larger = UnsafeMutableBufferPointer<Element>.allocate(capacity: capacity)
    larger.initialize(repeating: empty)
    _ = larger.update(fromContentsOf: buffer)
    buffer.deallocate()
    buffer = larger
  }

  private func finish(_ length: Int, _ comparison: Comparison, isPlain: Bool) -> Outcome {
    let isFirst = count == 0
    count = length
    self.isPlain = isPlain
    swap(&ends, &nextEnds)
    swap(&bytes, &nextBytes)
    changes = isFirst ? .max : comparison.changes
    return isFirst || comparison.isAfter ? .inOrder : .outOfOrder
  }
}
