// The rows of a summary in the order of their bytes.
//
// Texts are never compared row by row: every value that occurs gets its rank among the texts of its field, ranks replace
// the numbers in the keys, and the keys are sorted as integers.

import Dispatch
import Tables

/// One field of the summary's key with its texts by rank.
struct RankedField {
  var columns: [GroupColumn]
  var part: SummaryKeyPlan.Part
  /// Text of each rank: the cells of its columns as CSV, separated and ended by commas; empty where it writes no column.
  var texts: TextTable
  /// Bits of a rank.
  var width: Int
  /// The first value (number) of each rank.
  var values: [UInt32]
}

/// Short texts one after the other, for copying into rows.
struct TextTable {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [UInt32] = [0]

  mutating func append(_ text: [UInt8]) {
    bytes += text
    ends.append(UInt32(bytes.count))
  }

  /// Makes reads of 16 bytes past the last text safe.
  mutating func seal() { bytes += [UInt8](repeating: 0, count: 16) }

  var longest: Int { zip(ends, ends.dropFirst()).map { Int($1 - $0) }.max() ?? 0 }
}

/// Cells of a run sorted by the bytes of their key columns.
struct SummaryOrder {
  /// A row: its ranks, packed, and its cell.
  struct Row: BitwiseCopyable, Sendable {
    var high: UInt64
    var low: UInt64
    var cell: UInt32
  }

  /// Rows in order, in the smallest form that holds them: fresh memory costs more than sorting.
  enum Rows {
    /// Ranks above `cellBits` bits of the cell's number, in one word.
    case packed(FlatTable<UInt64>, cellBits: Int)
    case wide(FlatTable<Row>)
  }

  let fields: [RankedField]
  let rows: Rows
  let rowCount: Int
  /// Shift of each field's rank in the packed ranks.
  let shifts: [Int]

  init(_ cells: SummaryCells, _ setup: RunSetup) {
    let keyPlan = setup.keyPlan
    let threadCount = setup.options.threadCount
    let count = cells.count
    rowCount = count
    var ranked: [RankedField] = []
    var tables: [FlatTable<UInt32>] = []
    for (field, values) in zip(keyPlan.fields, Self.values(keyPlan.fields, cells, threadCount)) {
      let (entry, table) = Self.rank(field, values, setup)
      ranked.append(entry)
      tables.append(table)
    }
    defer { for table in tables { table.deallocate() } }
    fields = ranked
    let bits = ranked.reduce(0) { $0 + $1.width }
    var shift = bits
    shifts = ranked.map { field in
      shift -= field.width
      return shift
    }
    let cellBits = max(1, Int.bitWidth - max(0, count - 1).leadingZeroBitCount)
    let packer = RankPacker(fields: keyPlan.fields, tables: tables, shifts: shifts, cells: cells)
    if bits + cellBits <= 64 {
      let rows = FlatTable<UInt64>(zeroedCount: count)
      Self.inParallel(count, threadCount) { from, until in
        for number in from..<until {
          rows[number] = packer.ranks(number).low << UInt64(cellBits) | UInt64(number)
        }
      }
      RowSort.sort(rows, count: count, lowBit: cellBits, bits: bits, threadCount: threadCount)
      self.rows = .packed(rows, cellBits: cellBits)
    } else {
      let rows = FlatTable<Row>(zeroedCount: count)
      Self.inParallel(count, threadCount) { from, until in
        for number in from..<until {
          let ranks = packer.ranks(number)
          rows[number] = Row(high: ranks.high, low: ranks.low, cell: UInt32(number))
        }
      }
      RowSort.sort(rows, count: count, bits: bits, threadCount: threadCount)
      self.rows = .wide(rows)
    }
  }

  func deallocate() {
    switch rows {
    case .packed(let rows, _): rows.deallocate()
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
    case .wide(let rows): return rows[index]
    }
  }

  /// The values of each field that occur, ascending. One pass over the cells, on all cores.
  private static func values(
    _ fields: [SummaryKeyPlan.Field], _ cells: SummaryCells, _ threadCount: Int
  ) -> [[UInt32]] {
    let parts = cells.count > 1 << 14 ? threadCount : 1
    let seen = (0..<parts).map { _ in
      fields.map { FlatTable<UInt64>(zeroedCount: max(1, 1 << max(0, $0.width - 6))) }
    }
    defer { for part in seen { for table in part { table.deallocate() } } }
    inParallel(cells.count, threadCount) { from, until in
      // Stretches are cut at count × part / threads: the part is told by where it begins.
      let part = parts == 1 ? 0 : (from * threadCount + cells.count - 1) / max(1, cells.count)
      for (index, field) in fields.enumerated() {
        let table = seen[part][index]
        for number in from..<until {
          let cell = cells.cell(number)
          let value = SummaryKeyPlan.value(field, low: cell.pointee.keyLow, high: cell.pointee.keyHigh)
          table.base[Int(truncatingIfNeeded: value &>> 6)] |= 1 &<< (value & 63)
        }
      }
    }
    return fields.indices.map { index in
      var values: [UInt32] = []
      for word in 0..<seen[0][index].count {
        var bits = seen.reduce(UInt64(0)) { $0 | $1[index][word] }
        while bits != 0 {
          values.append(UInt32(word * 64 + bits.trailingZeroBitCount))
          bits &= bits - 1
        }
      }
      return values
    }
  }

  /// Ranks the values of one field; the table gives the rank of each value.
  private static func rank(
    _ field: SummaryKeyPlan.Field, _ values: [UInt32], _ setup: RunSetup
  ) -> (RankedField, FlatTable<UInt32>) {
    let table = FlatTable<UInt32>(zeroedCount: 1 << field.width)
    let texts = values.map { SummaryTexts.cells(field, value: UInt64($0), setup.catalog, setup.meters) }
    // Compared column by column as bytes: the order of the rows. Numbers of sorted catalogs are in order already.
    let isSorted = zip(texts, texts.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) }
    let order =
      isSorted
      ? Array(values.indices) : values.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
    var entry = RankedField(
      columns: field.columns, part: field.part, texts: TextTable(), width: 1, values: [])
    var last: [Label]?
    for index in order {
      if texts[index] != last {
        last = texts[index]
        var bytes: [UInt8] = []
        for cell in texts[index] {
          CSVText.append(cell.bytes, to: &bytes)
          bytes.append(UInt8(ascii: ","))
        }
        entry.texts.append(field.columns.isEmpty ? [] : bytes)
        entry.values.append(values[index])
      }
      table[Int(values[index])] = UInt32(entry.values.count - 1)
    }
    entry.texts.seal()
    entry.width = max(1, Int.bitWidth - max(0, entry.values.count - 1).leadingZeroBitCount)
    return (entry, table)
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

/// Turns the key of a cell into packed ranks.
private struct RankPacker: @unchecked Sendable {
  // Safe to share: tables and cells are only read.
  let fields: [SummaryKeyPlan.Field]
  let tables: [FlatTable<UInt32>]
  let shifts: [Int]
  let cells: SummaryCells

  @inline(__always) func ranks(_ number: Int) -> (low: UInt64, high: UInt64) {
    let cell = cells.cell(number)
    var low: UInt64 = 0
    var high: UInt64 = 0
    for index in 0..<fields.count {
      let value = SummaryKeyPlan.value(fields[index], low: cell.pointee.keyLow, high: cell.pointee.keyHigh)
      SummaryKeyPlan.put(
        UInt64(tables[index][Int(truncatingIfNeeded: value)]), shift: shifts[index], &low, &high)
    }
    return (low, high)
  }
}
