// Rows that follow each other in the order of an output: cells with equal ranks become one.

/// Adds cells up that come in the order of their ranks. One owner at a time.
final class RowWindow {
  /// The cells of the rows so far.
  let cells = CellList()
  private let rows: FlatTable<SummaryOrder.Row>
  private let rowsMax: Int
  /// The field that tells cells of costs from others; nil where there are none.
  private let side: SummaryKeyPlan.Field?

  /// Room for so many rows.
  init(rowsMax: Int, side: SummaryKeyPlan.Field?) {
    self.rowsMax = rowsMax
    self.side = side
    rows = FlatTable(zeroedCount: rowsMax)
  }

  deinit { rows.deallocate() }

  /// The rows so far, in order.
  var order: SummaryOrder { SummaryOrder(ordered: rows, rowCount: cells.count) }

  /// Adds a cell to the last row if it has the same ranks, else as a row of its own; false, and nothing added, where there is no
  /// room for another row.
  func take(low: UInt64, high: UInt64, _ cell: SummaryCell) -> Bool {
    var cell = cell
    var costPico: Int128 = 0
    if side != nil, cell.keyLow & SummaryKeyPlan.costSide != 0 {
      swap(&cell.amountPico, &costPico)
    }
    let count = cells.count
    if count > 0, rows[count - 1].low == low, rows[count - 1].high == high {
      cells.addToLast(cell, costPico: costPico)
      return true
    }
    if count == rowsMax { return false }
    rows[count] = SummaryOrder.Row(high: high, low: low, cell: UInt32(count))
    cells.append(cell, costPico: costPico)
    return true
  }

  /// Forgets the rows.
  func removeAll() { cells.removeAll() }
}
