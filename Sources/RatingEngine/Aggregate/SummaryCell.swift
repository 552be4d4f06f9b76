// What is added up for one key of the summary, and what can be read cell by cell.

/// Sums of one key. 64 bytes.
struct SummaryCell: BitwiseCopyable {
  var keyLow: UInt64
  var keyHigh: UInt64
  /// Signed where a part of the sums is meant: what was taken back counts −1.
  var eventCount: Int64
  var quantityRaw: Int64
  var quantityBilled: Int64
  /// Of the billed quantity, what an allowance covered.
  var quantityCovered: Int64 = 0
  var amountPico: Int128

  /// Whether all its sums are 0: what is left of records that were taken back. A cell of further parts counts no event and
  /// is not nothing.
  var isNothing: Bool { eventCount == 0 && quantityRaw == 0 && quantityBilled == 0 && amountPico == 0 }

  /// Adds the sums of the same key. Wrapping: the run's own totals in 128 bits are compared with these at the end.
  @inline(__always) mutating func add(_ other: SummaryCell, sign: Int64 = 1) {
    eventCount &+= other.eventCount &* sign
    quantityRaw &+= other.quantityRaw &* sign
    quantityBilled &+= other.quantityBilled &* sign
    quantityCovered &+= other.quantityCovered &* sign
    amountPico &+= other.amountPico &* Int128(sign)
  }
}

/// Cells by number.
protocol CellReading: AnyObject, SendableMetatype {
  /// Number of cells.
  var count: Int { get }
  /// The cell of a number, 0..<count.
  func cell(_ number: Int) -> SummaryCell
  /// What suppliers charge for the events of a cell that was joined with the one of its costs; else 0.
  func costPico(_ number: Int) -> Int128
  /// Asks for a cell that will be read soon.
  func prefetch(_ number: Int)
}

/// Cells one after the other, in the order they were added. One owner at a time.
final class CellList: CellReading {
  // Measured: checking for exclusive access at every cell cost as much as adding it up.
  @exclusivity(unchecked) private var cells = WorkList<SummaryCell>()
  @exclusivity(unchecked) private var costs = WorkList<Int128>()

  var count: Int { cells.count }
  func cell(_ number: Int) -> SummaryCell { cells[number] }
  func costPico(_ number: Int) -> Int128 { costs[number] }
  func prefetch(_ number: Int) {}

  func append(_ cell: SummaryCell, costPico: Int128) {
    cells.append(cell)
    costs.append(costPico)
  }
  /// Adds to the cell that was added last.
  func addToLast(_ cell: SummaryCell, costPico: Int128) {
    cells[cells.count - 1].add(cell)
    costs[costs.count - 1] &+= costPico
  }
  func removeAll() {
    cells.removeAll()
    costs.removeAll()
  }
}
