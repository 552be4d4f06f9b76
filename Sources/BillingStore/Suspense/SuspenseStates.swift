// What became of the suspended records of one run: the moves of all actions that are in force, one after the other.

import Tables

/// The state of every row of a run's suspense. Memory: 3 bytes a row.
struct SuspenseStates {
  private var states: [UInt8]
  private var reasonIndexes: [UInt16]
  private var reasons: [Label] = [.empty]

  private static let order: [SuspendedRecord.State] = [.suspended, .recycled, .writtenOff]

  /// All of `count` rows wait, for the reasons of their run.
  init(count: Int) {
    states = [UInt8](repeating: 0, count: count)
    reasonIndexes = [UInt16](repeating: 0, count: count)
  }

  /// Rows.
  var count: Int { states.count }

  /// Takes a move; false where rows are none of the run, or do not wait any more.
  mutating func apply(_ move: SuspenseMoves.Range) -> Bool {
    guard move.firstRow >= 1, move.firstRow <= move.lastRow, move.lastRow <= states.count else {
      return false
    }
    let rows = move.firstRow - 1..<move.lastRow
    guard states[rows].allSatisfy({ $0 == 0 }) else { return false }
    switch move.state {
    case .suspended:
      let index = reasons.firstIndex(of: move.reason) ?? reasons.count
      if index == reasons.count { reasons.append(move.reason) }
      for row in rows { reasonIndexes[row] = UInt16(index) }
    case .recycled: for row in rows { states[row] = 1 }
    case .writtenOff: for row in rows { states[row] = 2 }
    }
    return true
  }

  /// The state of a row, from 1.
  func state(_ row: Int) -> SuspendedRecord.State { Self.order[Int(states[row - 1])] }

  /// Why a row waits now, where that is not the reason of its run.
  func reason(_ row: Int) -> Label? {
    let index = Int(reasonIndexes[row - 1])
    return index == 0 ? nil : reasons[index]
  }

  /// Rows in a state.
  func count(_ state: SuspendedRecord.State) -> Int {
    let number = UInt8(Self.order.firstIndex(of: state) ?? 0)
    return states.count { $0 == number }
  }
}
