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
  struct Row: BitwiseCopyable {
    var high: UInt64
    var low: UInt64
    var cell: UInt32
  }

  let fields: [RankedField]
  let rows: FlatTable<Row>
  let rowCount: Int
  /// Shift of each field's rank in the packed ranks, and its mask.
  let shifts: [Int]

  init(_ cells: SummaryCells, _ setup: RunSetup) {
    let keyPlan = setup.keyPlan
    let count = cells.count
    rowCount = count
    rows = FlatTable(zeroedCount: count)
    var ranked: [RankedField] = []
    var rankTables: [FlatTable<UInt32>] = []
    for field in keyPlan.fields {
      let (entry, table) = Self.rank(field, cells, setup)
      ranked.append(entry)
      rankTables.append(table)
    }
    fields = ranked
    let bits = ranked.reduce(0) { $0 + $1.width }
    var shift = bits
    shifts = ranked.map { field in
      shift -= field.width
      return shift
    }
    let rows = self.rows
    let shifts = self.shifts
    Self.inParallel(count, setup.options.threadCount) { from, until in
      for number in from..<until {
        let cell = cells.cell(number)
        var low: UInt64 = 0
        var high: UInt64 = 0
        for (index, field) in keyPlan.fields.enumerated() {
          let value = SummaryKeyPlan.value(field, low: cell.pointee.keyLow, high: cell.pointee.keyHigh)
          SummaryKeyPlan.put(UInt64(rankTables[index][Int(value)]), shift: shifts[index], &low, &high)
        }
        rows[number] = Row(high: high, low: low, cell: UInt32(number))
      }
    }
    for table in rankTables { table.deallocate() }
    RowSort.sort(rows, count: count, bits: bits, threadCount: setup.options.threadCount)
  }

  func deallocate() { rows.deallocate() }

  /// Ranks the values of one field that occur; the table gives the rank of each value.
  private static func rank(
    _ field: SummaryKeyPlan.Field, _ cells: SummaryCells, _ setup: RunSetup
  ) -> (RankedField, FlatTable<UInt32>) {
    let table = FlatTable<UInt32>(zeroedCount: 1 << field.width)
    let seen = FlatTable<UInt64>(zeroedCount: max(1, 1 << max(0, field.width - 6)))
    defer { seen.deallocate() }
    for number in 0..<cells.count {
      let cell = cells.cell(number)
      let value = SummaryKeyPlan.value(field, low: cell.pointee.keyLow, high: cell.pointee.keyHigh)
      seen.base[Int(value >> 6)] |= 1 << (value & 63)
    }
    var values: [UInt32] = []
    for word in 0..<seen.count {
      var bits = seen[word]
      while bits != 0 {
        values.append(UInt32(word * 64 + bits.trailingZeroBitCount))
        bits &= bits - 1
      }
    }
    let texts = values.map { SummaryTexts.cells(field, value: UInt64($0), setup.catalog, setup.meters) }
    // Compared column by column as bytes: the order of the rows.
    let order = values.indices.sorted { a, b in
      texts[a].lexicographicallyPrecedes(texts[b])
    }
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

  /// Rank of a field in a packed row.
  @inline(__always) static func rank(_ row: UnsafePointer<Row>, shift: Int, width: Int) -> Int {
    let mask = (UInt64(1) &<< UInt64(truncatingIfNeeded: width)) &- 1
    if shift >= 64 {
      return Int(truncatingIfNeeded: row.pointee.high &>> UInt64(truncatingIfNeeded: shift &- 64) & mask)
    }
    if shift &+ width <= 64 {
      return Int(truncatingIfNeeded: row.pointee.low &>> UInt64(truncatingIfNeeded: shift) & mask)
    }
    let joined =
      row.pointee.low &>> UInt64(truncatingIfNeeded: shift) | row.pointee.high
      &<< UInt64(truncatingIfNeeded: 64 &- shift)
    return Int(truncatingIfNeeded: joined & mask)
  }
}

/// Sorting packed rows by their 128-bit keys: one split by the highest bits, then every part on its own.
enum RowSort {
  static func sort(_ rows: FlatTable<SummaryOrder.Row>, count: Int, bits: Int, threadCount: Int) {
    guard count > 1 else { return }
    if count < 1 << 12 { return small(rows.base, count) }
    let splitBits = min(11, bits)
    let shift = bits - splitBits
    let partCount = 1 << splitBits
    var starts = [Int](repeating: 0, count: partCount + 1)
    for index in 0..<count { starts[part(rows.base + index, shift, partCount) + 1] += 1 }
    for index in 0..<partCount { starts[index + 1] += starts[index] }
    let copy = FlatTable<SummaryOrder.Row>(zeroedCount: count)
    defer { copy.deallocate() }
    var places = starts
    for index in 0..<count {
      let part = part(rows.base + index, shift, partCount)
      copy[places[part]] = rows[index]
      places[part] += 1
    }
    let bounds = starts
    // Parts differ in size: each worker takes the next sixteenth of them.
    let groups = 16 * threadCount
    DispatchQueue.concurrentPerform(iterations: groups) { group in
      for part in (partCount * group / groups)..<(partCount * (group + 1) / groups) {
        let from = bounds[part]
        let size = bounds[part + 1] - from
        guard size > 0 else { continue }
        (rows.base + from).update(from: copy.base + from, count: size)
        radix(rows.base + from, copy.base + from, size, lowBits: shift)
      }
    }
  }

  @inline(__always) private static func part(
    _ row: UnsafePointer<SummaryOrder.Row>, _ shift: Int, _ partCount: Int
  ) -> Int {
    SummaryOrder.rank(row, shift: shift, width: partCount.trailingZeroBitCount)
  }

  private static func small(_ rows: UnsafeMutablePointer<SummaryOrder.Row>, _ count: Int) {
    var buffer = UnsafeMutableBufferPointer(start: rows, count: count)
    buffer.sort { a, b in
      a.high != b.high ? a.high < b.high : a.low < b.low
    }
  }

  /// Sorts one part by its `lowBits` lowest bits, 8 bits a pass, least first.
  private static func radix(
    _ rows: UnsafeMutablePointer<SummaryOrder.Row>, _ spare: UnsafeMutablePointer<SummaryOrder.Row>,
    _ count: Int,
    lowBits: Int
  ) {
    if count < 512 || lowBits == 0 { return small(rows, count) }
    var source = rows
    var target = spare
    var shift = 0
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 257) { counts in
      while shift < lowBits {
        let width = min(8, lowBits - shift)
        for index in 0...256 { counts[index] = 0 }
        for index in 0..<count {
          let digit = SummaryOrder.rank(source + index, shift: shift, width: width)
          counts[digit + 1] += 1
        }
        for index in 0..<256 { counts[index + 1] += counts[index] }
        for index in 0..<count {
          let digit = SummaryOrder.rank(source + index, shift: shift, width: width)
          target[Int(counts[digit])] = source[index]
          counts[digit] += 1
        }
        swap(&source, &target)
        shift += width
      }
    }
    if source != rows { rows.update(from: source, count: count) }
  }
}
