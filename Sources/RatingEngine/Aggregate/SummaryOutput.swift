// The rows of one output, in order, whatever the number of cells.
//
// Usually all cells are in memory and each is a row: they are sorted and formatted where they are. Where the output has
// fewer columns than the key, or cells went to disk, rows with equal texts come one after the other in the order and are
// added up, and formatted window by window.

import DurableFiles

/// Makes the rows of a view of a ledger's cells.
struct SummaryOutput {
  private let cells: SummaryCells
  private let spill: CellSpill?
  private let view: SummaryView
  private let setup: RunSetup

  init(_ ledger: RunLedger, _ view: SummaryView) {
    cells = ledger.cells
    spill = ledger.cellSpill
    self.view = view
    setup = ledger.setup
  }

  /// Formats all rows in slices and hands them on in order; see `SummaryFormatter.forEachSlice`. Returns their number.
  func write(
    make: @escaping @Sendable (UnsafeRawBufferPointer) throws(FileFault) -> [UInt8]?,
    write: (UnsafeRawBufferPointer, [UInt8]?) throws(FileFault) -> Void
  ) throws(FileFault) -> Int {
    let threadCount = setup.options.threadCount
    let seen = spill?.seen ?? SeenValues(setup.keyPlan.fields, threadCount: threadCount)
    seen.note(cells)
    let ranks = SummaryRanks(view, seen, setup)
    defer { ranks.deallocate() }
    let formatter = SummaryFormatter(ranks, view, sliceRows: setup.options.sliceRows)
    func format(_ order: SummaryOrder, _ cells: CellList) throws(FileFault) {
      try formatter.forEachSlice(order, cells, threadCount: threadCount, make: make, write: write)
    }
    if let spill { return try writeMerged(spill, ranks, format) }
    let order = SummaryOrder(cells, ranks, threadCount: threadCount)
    defer { order.deallocate() }
    // Both sides of an event have cells: they are one row even where no two others are.
    guard order.hasEqualRows || setup.keyPlan.side != nil else {
      try formatter.forEachSlice(order, cells, threadCount: threadCount, make: make, write: write)
      return order.rowCount
    }
    let window = RowWindow(rowsMax: windowRows, side: setup.keyPlan.side)
    for index in 0..<order.rowCount {
      let row = order.row(index)
      if index + 8 < order.rowCount { cells.prefetch(Int(order.row(index + 8).cell)) }
      try window.add(low: row.low, high: row.high, cells.cell(Int(row.cell)), format)
    }
    return try window.finish(format)
  }

  /// Sorts the cells on disk, with those in memory, by their ranks and adds equal rows up.
  private func writeMerged(
    _ spill: CellSpill, _ ranks: SummaryRanks,
    _ format: (SummaryOrder, CellList) throws(FileFault) -> Void
  ) throws(FileFault) -> Int {
    let sort = ExternalSort(memoryBytesMax: setup.budget.outputBytes / 2, place: setup.spillPlace)
    func add(_ cell: SummaryCell) throws(FileFault) {
      let packed = ranks.pack(low: cell.keyLow, high: cell.keyHigh)
      try sort.append(keyBytes: 16, payloadBytes: MemoryLayout<SummaryCell>.size) { target in
        target.storeBytes(of: packed.high.bigEndian, as: UInt64.self)
        target.storeBytes(of: packed.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        (target + 16).storeBytes(of: cell, as: SummaryCell.self)
      }
    }
    try spill.forEach(add)
    for number in 0..<cells.count { try add(cells.cell(number)) }
    let window = RowWindow(rowsMax: windowRows, side: setup.keyPlan.side)
    try sort.forEach { entry throws(FileFault) in
      let key = entry.key
      let high = UInt64(bigEndian: key.loadUnaligned(as: UInt64.self))
      let low = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      try window.add(low: low, high: high, entry.payload.loadUnaligned(as: SummaryCell.self), format)
    }
    return try window.finish(format)
  }

  /// Rows that are formatted at a time: whole slices, so that the frames of a file do not depend on it.
  private var windowRows: Int {
    let slice = setup.options.sliceRows
    let rowBytes = MemoryLayout<SummaryCell>.stride + MemoryLayout<SummaryOrder.Row>.stride
    // Fresh memory is what a window costs: it has two slices for each thread, and is used again and again.
    let most = 2 * setup.options.threadCount
    return max(1, min(most, setup.budget.outputBytes / 4 / rowBytes / slice)) * slice
  }
}

/// Rows that are next in the order, added up.
private final class RowWindow {
  private let cells = CellList()
  private let rows: FlatTable<SummaryOrder.Row>
  private let rowsMax: Int
  /// The field that tells cells of costs from others; nil where there are none.
  private let side: SummaryKeyPlan.Field?
  @exclusivity(unchecked) private var rowCount = 0

  init(rowsMax: Int, side: SummaryKeyPlan.Field?) {
    self.rowsMax = rowsMax
    self.side = side
    rows = FlatTable(zeroedCount: rowsMax)
  }

  deinit { rows.deallocate() }

  /// Adds a cell to the last row if it has the same ranks, else as a row of its own; a full window is formatted before.
  func add(
    low: UInt64, high: UInt64, _ cell: SummaryCell,
    _ format: (SummaryOrder, CellList) throws(FileFault) -> Void
  ) throws(FileFault) {
    var cell = cell
    var costPico: Int128 = 0
    if side != nil, cell.keyLow & SummaryKeyPlan.costSide != 0 {
      swap(&cell.amountPico, &costPico)
    }
    if cells.count > 0, rows[cells.count - 1].low == low, rows[cells.count - 1].high == high {
      return cells.addToLast(cell, costPico: costPico)
    }
    if cells.count == rowsMax { try flush(format) }
    rows[cells.count] = SummaryOrder.Row(high: high, low: low, cell: UInt32(cells.count))
    cells.append(cell, costPico: costPico)
  }

  /// Formats what is left; returns the number of all rows.
  func finish(_ format: (SummaryOrder, CellList) throws(FileFault) -> Void) throws(FileFault) -> Int {
    try flush(format)
    return rowCount
  }

  private func flush(_ format: (SummaryOrder, CellList) throws(FileFault) -> Void) throws(FileFault) {
    guard cells.count > 0 else { return }
    try format(SummaryOrder(ordered: rows, rowCount: cells.count), cells)
    rowCount += cells.count
    cells.removeAll()
  }
}
