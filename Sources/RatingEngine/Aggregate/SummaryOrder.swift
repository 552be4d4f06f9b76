// The rows of a summary in the order of their bytes: ranks replace the numbers in the keys, and are sorted as integers.

import Dispatch

/// Cells sorted by the ranks of their key columns.
struct SummaryOrder {
  /// A row: its ranks, packed, and its cell.
  struct Row: BitwiseCopyable, Sendable {
    var high: UInt64
    var low: UInt64
    var cell: UInt32
  }

  /// Ranks above the cell's number, in two words.
  struct Pair: BitwiseCopyable, Sendable {
    var high: UInt64
    var low: UInt64
  }

  /// Rows in order, in the smallest form that holds them: fresh memory costs more than sorting.
  enum Rows {
    /// Ranks above `cellBits` bits of the cell's number, in one word.
    case packed(FlatTable<UInt64>, cellBits: Int)
    /// The same in two words.
    case pairs(FlatTable<Pair>, cellBits: Int)
    /// Where two words are too small, and rows that somebody else put in order.
    case wide(FlatTable<Row>)
  }

  let rows: Rows
  let rowCount: Int

  /// Sorts all cells.
  init(_ cells: SummaryCells, _ ranks: SummaryRanks, threadCount: Int) {
    let count = cells.count
    rowCount = count
    let bits = ranks.bits
    let cellBits = max(1, Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
    if bits + cellBits <= 64 {
      let words = CellWords(ranks: ranks, cells: cells, cellBits: UInt64(cellBits))
      rows = .packed(
        RowSort.sorted(words, count: count, lowBit: cellBits, bits: bits, threadCount: threadCount),
        cellBits: cellBits)
    } else if bits + cellBits <= 128 {
      let pairs = CellPairs(ranks: ranks, cells: cells, cellBits: UInt64(cellBits))
      rows = .pairs(
        RowSort.sorted(pairs, count: count, lowBit: cellBits, bits: bits, threadCount: threadCount),
        cellBits: cellBits)
    } else {
      let source = CellRows(ranks: ranks, cells: cells)
      rows = .wide(RowSort.sorted(source, count: count, lowBit: 0, bits: bits, threadCount: threadCount))
    }
  }

  /// Rows that are in order already, the first `rowCount` of a table that somebody else owns.
  init(ordered rows: FlatTable<Row>, rowCount: Int) {
    self.rows = .wide(rows)
    self.rowCount = rowCount
  }

  func deallocate() {
    switch rows {
    case .packed(let rows, _): rows.deallocate()
    case .pairs(let rows, _): rows.deallocate()
    case .wide(let rows): rows.deallocate()
    }
  }

  /// The row at a place in the order.
  @inline(__always) func row(_ index: Int) -> Row {
    switch rows {
    case .packed(let rows, let cellBits):
      let word = rows[index]
      let cell = word & ((1 &<< UInt64(truncatingIfNeeded: cellBits)) &- 1)
      return Row(
        high: 0, low: word &>> UInt64(truncatingIfNeeded: cellBits), cell: UInt32(truncatingIfNeeded: cell))
    case .pairs(let rows, let cellBits):
      let pair = rows[index]
      let shift = UInt64(truncatingIfNeeded: cellBits)
      return Row(
        high: pair.high &>> shift, low: pair.low &>> shift | pair.high &<< (64 &- shift),
        cell: UInt32(truncatingIfNeeded: pair.low & ((1 &<< shift) &- 1)))
    case .wide(let rows): return rows[index]
    }
  }

  /// Slices of rows with different texts.
  struct Slices {
    /// Where each begins among the cells in order, and where the last one ends.
    var bounds: [Int]
    /// Rows with different texts; all slices but the last have as many.
    var rowCount: Int
    /// How many of them a slice has.
    var sliceRows: Int
  }

  /// Cuts the cells where another slice of rows with different texts begins: cells with the same text are one row. Complexity:
  /// O(cells).
  func slices(of sliceRows: Int) -> Slices {
    var slices = Slices(bounds: [0], rowCount: min(1, rowCount), sliceRows: sliceRows)
    guard rowCount > 0 else { return slices }
    var last = row(0)
    for index in 1..<rowCount {
      let next = row(index)
      if next.low == last.low, next.high == last.high { continue }
      if slices.rowCount % sliceRows == 0 { slices.bounds.append(index) }
      slices.rowCount += 1
      last = next
    }
    slices.bounds.append(rowCount)
    return slices
  }

  /// Runs `body` over 0..<count in as many stretches as there are threads.
  static func inParallel(_ count: Int, _ threadCount: Int, _ body: (Int, Int) -> Void) {
    guard count > 1 << 14, threadCount > 1 else { return body(0, count) }
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: threadCount) { part in
        body(count * part / threadCount, count * (part + 1) / threadCount)
      }
    }
  }

  /// Rank of a field in packed ranks.
  @inline(__always) static func rank(low: UInt64, high: UInt64, shift: Int, width: Int) -> Int {
    let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: width)) &- 1
    if shift &+ width <= 64 {
      return Int(truncatingIfNeeded: low &>> UInt64(truncatingIfNeeded: shift) & mask)
    }
    if shift >= 64 { return Int(truncatingIfNeeded: high &>> UInt64(truncatingIfNeeded: shift &- 64) & mask) }
    let joined = low &>> UInt64(truncatingIfNeeded: shift) | high &<< UInt64(truncatingIfNeeded: 64 &- shift)
    return Int(truncatingIfNeeded: joined & mask)
  }
}

/// Cells that are sorted by the ranks of their keys.
private protocol CellSource: RowSort.Source {
  var ranks: SummaryRanks { get }
  var cells: SummaryCells { get }
}

extension CellSource {
  @inline(__always) func highestDigit(_ number: Int, shift: Int, width: Int) -> Int {
    ranks.highest(width, of: cells.cell(number)) ?? RowSort.digit(self, number, shift: shift, width: width)
  }
}

/// Cells as one word each.
private struct CellWords: CellSource, @unchecked Sendable {
  // Safe to share: cells are only read.
  let ranks: SummaryRanks
  let cells: SummaryCells
  let cellBits: UInt64

  @inline(__always) func element(_ number: Int) -> UInt64 {
    let cell = cells.cell(number)
    return ranks.pack(low: cell.keyLow, high: cell.keyHigh).low &<< cellBits | UInt64(number)
  }
}

/// Cells as two words each.
private struct CellPairs: CellSource, @unchecked Sendable {
  // Safe to share: cells are only read.
  let ranks: SummaryRanks
  let cells: SummaryCells
  let cellBits: UInt64

  @inline(__always) func element(_ number: Int) -> SummaryOrder.Pair {
    let cell = cells.cell(number)
    let (low, high) = ranks.pack(low: cell.keyLow, high: cell.keyHigh)
    return SummaryOrder.Pair(
      high: high &<< cellBits | low &>> (64 &- cellBits), low: low &<< cellBits | UInt64(number))
  }
}

/// Cells as rows.
private struct CellRows: CellSource, @unchecked Sendable {
  // Safe to share: cells are only read.
  let ranks: SummaryRanks
  let cells: SummaryCells

  @inline(__always) func element(_ number: Int) -> SummaryOrder.Row {
    let cell = cells.cell(number)
    let (low, high) = ranks.pack(low: cell.keyLow, high: cell.keyHigh)
    return SummaryOrder.Row(high: high, low: low, cell: UInt32(number))
  }
}
