// What values occur in the keys of a run, and the rank of each among the texts of its column.
//
// Texts are never compared row by row: every value that occurs gets its rank among the texts of its field, and rows are
// ordered by their ranks.

import Tables

/// One field of a view with its texts by rank.
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

/// Which values of each field of the run's keys occur. Grows as cells are looked at.
final class SeenValues {
  private let fields: [SummaryKeyPlan.Field]
  /// A bit for each value, by field and thread.
  private var seen: [[FlatTable<UInt64>]]
  private let threadCount: Int

  init(_ fields: [SummaryKeyPlan.Field], threadCount: Int) {
    self.fields = fields
    self.threadCount = threadCount
    seen = [fields.map { FlatTable<UInt64>(zeroedCount: max(1, 1 << max(0, $0.width - 6))) }]
  }

  deinit { for part in seen { for table in part { table.deallocate() } } }

  /// Notes the values of all cells. One pass over them, on all cores.
  func note(_ cells: SummaryCells) {
    cells.seal()
    while cells.count > 1 << 14, seen.count < threadCount {
      seen.append(fields.map { FlatTable<UInt64>(zeroedCount: max(1, 1 << max(0, $0.width - 6))) })
    }
    let seen = self.seen
    let fields = self.fields
    let threadCount = self.threadCount
    nonisolated(unsafe) let cells = cells
    SummaryOrder.inParallel(cells.count, threadCount) { from, until in
      // Stretches are cut at count × part / threads: the part is told by where it begins.
      let part = seen.count == 1 ? 0 : (from * threadCount + cells.count - 1) / max(1, cells.count)
      // Block by block, so that a cell stays in the cache while its fields are looked at.
      var first = from
      while first < until {
        let last = min(first + 1024, until)
        for (index, field) in fields.enumerated() {
          let table = seen[part][index].base
          for number in first..<last {
            let cell = cells.cell(number)
            let value = SummaryKeyPlan.value(field, low: cell.keyLow, high: cell.keyHigh)
            table[Int(truncatingIfNeeded: value &>> 6)] |= 1 &<< (value & 63)
          }
        }
        first = last
      }
    }
  }

  /// The values of a field that occur, ascending.
  func values(ofField index: Int) -> [UInt32] {
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

/// The ranks of a view: from the key of a cell to a number that orders rows as their texts do.
struct SummaryRanks: @unchecked Sendable {
  // Safe to share: tables are only read.
  /// The fields of the view, in its order.
  let fields: [RankedField]
  /// Shift of each field's rank in the packed ranks.
  let shifts: [Int]
  /// Bits of all ranks together.
  let bits: Int
  /// The field of the run's key that each field is made from, and the rank of each of its values.
  private let sources: [SummaryKeyPlan.Field]
  private let tables: [FlatTable<UInt32>]
  /// Bits of the first field's rank; 0 where there is no field.
  private let widthOfFirst: Int

  init(_ view: SummaryView, _ seen: SeenValues, _ setup: RunSetup) {
    var fields: [RankedField] = []
    var tables: [FlatTable<UInt32>] = []
    for field in view.fields {
      let (entry, table) = Self.rank(
        field, setup.keyPlan.fields[field.source], seen.values(ofField: field.source), setup)
      fields.append(entry)
      tables.append(table)
    }
    self.fields = fields
    self.tables = tables
    widthOfFirst = fields.first?.width ?? 0
    sources = view.fields.map { setup.keyPlan.fields[$0.source] }
    bits = fields.reduce(0) { $0 + $1.width }
    var shift = bits
    shifts = fields.map { field in
      shift -= field.width
      return shift
    }
  }

  func deallocate() { for table in tables { table.deallocate() } }

  /// The packed ranks of a key.
  @inline(__always) func pack(low keyLow: UInt64, high keyHigh: UInt64) -> (low: UInt64, high: UInt64) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    for index in 0..<sources.count {
      let value = SummaryKeyPlan.value(sources[index], low: keyLow, high: keyHigh)
      SummaryKeyPlan.put(
        UInt64(tables[index][Int(truncatingIfNeeded: value)]), shift: shifts[index], &low, &high)
    }
    return (low, high)
  }

  /// The highest bits of a cell's packed ranks; nil where they are not all of the first field's.
  @inline(__always) func highest(_ width: Int, of cell: SummaryCell) -> Int? {
    let below = widthOfFirst &- width
    guard below >= 0 else { return nil }
    let value = SummaryKeyPlan.value(sources[0], low: cell.keyLow, high: cell.keyHigh)
    return Int(tables[0][Int(truncatingIfNeeded: value)] &>> UInt32(truncatingIfNeeded: below))
  }

  /// Ranks the values of one field; the table gives the rank of each value of `source`.
  private static func rank(
    _ field: SummaryView.Field, _ source: SummaryKeyPlan.Field, _ values: [UInt32], _ setup: RunSetup
  ) -> (RankedField, FlatTable<UInt32>) {
    let table = FlatTable<UInt32>(zeroedCount: 1 << source.width)
    let texts = values.map { field.texts($0, from: source.part, setup) }
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
}
