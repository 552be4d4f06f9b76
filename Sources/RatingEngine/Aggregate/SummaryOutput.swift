// The rows of one output, in order, whatever the number of cells.
//
// Usually all cells are in memory and each is a row: they are sorted and formatted where they are. Where the output has
// fewer columns than the key, rows with equal texts come one after the other in the order and are added up slice by slice; where
// cells went to disk, window by window.

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
    let slices = order.slices(of: setup.options.sliceRows)
    // Both sides of an event have cells: they are one row even where no two others are.
    if slices.rowCount == order.rowCount, setup.keyPlan.side == nil {
      try formatter.forEachSlice(order, cells, threadCount: threadCount, make: make, write: write)
    } else {
      try formatter.forEachSlice(
        slices, of: order, cells, side: setup.keyPlan.side, threadCount: threadCount, make: make, write: write
      )
    }
    return slices.rowCount
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
    var rowCount = 0
    try sort.forEach { entry throws(FileFault) in
      let key = entry.key
      let high = UInt64(bigEndian: key.loadUnaligned(as: UInt64.self))
      let low = UInt64(bigEndian: key.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      let cell = entry.payload.loadUnaligned(as: SummaryCell.self)
      if window.take(low: low, high: high, cell) { return }
      rowCount += window.cells.count
      try format(window.order, window.cells)
      window.removeAll()
      _ = window.take(low: low, high: high, cell)
    }
    guard window.cells.count > 0 else { return rowCount }
    try format(window.order, window.cells)
    return rowCount + window.cells.count
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
