// Cells that did not fit the memory: on disk in the order they went, added up again when the output is made.

import DurableFiles

/// Cells on disk. A key may be there many times: its sum is that of all its cells. One owner at a time.
final class CellSpill {
  private let log: SpillableLog<SummaryCell>
  /// Values that occur in the keys of the cells on disk.
  let seen: SeenValues

  /// - Parameter memoryBytesMax: bytes of the log's own buffer.
  init(_ setup: RunSetup, memoryBytesMax: Int) {
    log = SpillableLog(memoryBytesMax: memoryBytesMax, place: setup.spillPlace)
    seen = SeenValues(setup.keyPlan.fields, threadCount: setup.options.threadCount)
  }

  /// Cells that went to disk.
  var count: Int { log.count }

  /// Takes all cells over; `cells` is empty after. Complexity: O(cells).
  func take(_ cells: SummaryCells) throws(FileFault) {
    seen.note(cells)
    for number in 0..<cells.count { try log.append(cells.cell(number)) }
    cells.removeAll()
  }

  /// Calls `body` with every cell, in no order of their keys.
  func forEach(_ body: (SummaryCell) throws(FileFault) -> Void) throws(FileFault) {
    try log.forEachStretch { _, elements throws(FileFault) in for cell in elements { try body(cell) } }
  }
}
