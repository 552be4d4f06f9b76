// What was decided about suspended records goes along when their run is replaced: the same decisions about the rows of the run that
// stands for it now.
//
// Actions are never changed. Each that is in force is done once more, on the rows of now, with the reason and by the name of before;
// those of a run that is replaced are done by the run that stands for it.

import Tables
import UsageSummary

/// A run that is replaced, with the one that stands for it.
struct RunReplacement {
  var old: RunRecord
  var new: RunRecord
  /// Whether some of its suspended records were not tried again.
  var keepsReasons: Bool
  /// A file of it that was taken back, or a record.
  var droppedFile: Label?
  var lostRecord: RecordPlace?
}

/// Actions in force before runs are replaced.
struct CarriedSuspense {
  struct Action {
    var action: SuspenseAction
    var reason: String
    var doneBy: String
    var catalog: String?
    var moves: [SuspenseMoves.Range]
    /// Of a correction: the row, and the bytes as hex digits.
    var edit: (runID: String, row: Int, corrected: String)?
  }

  var actions: [Action] = []
}

/// The rows of now of the records of one run.
private struct CarriedRows {
  private(set) var records: [Int: SuspendedRecord] = [:]
  /// Reasons of before, of those that were not tried again.
  private(set) var tried: Set<Int> = []
  /// Those that are gone with their file.
  var dropped: Set<Int> = []

  mutating func add(_ record: SuspendedRecord, for oldRow: Int, keepsReason: Bool) {
    records[oldRow] = record
    if keepsReason { tried.insert(oldRow) }
  }

  mutating func note(_ reason: Label, for oldRow: Int) { records[oldRow]?.reason = reason }
}

extension BillingStore {
  /// The actions that are to be carried over when runs are replaced; to be asked before they are.
  func carriedSuspense(replacing runIDs: Set<String>) throws(StoreFault) -> CarriedSuspense {
    var carried = CarriedSuspense()
    let current = Set(try currentRuns().map(\.id))
    for action in try suspenseActions() where action.isInForce {
      var about = CarriedSuspense.Action(action: action, reason: "", doneBy: "", moves: [])
      try book.query(
        "SELECT reason, done_by, catalog_hash FROM suspense_actions WHERE action = ?", [.count(action.number)]
      ) { row in
        (about.reason, about.doneBy, about.catalog) = (row.text(0), row.text(1), row.optionalText(2))
      }
      if action.kind == .edit {
        try book.query(
          "SELECT run_id, row, corrected FROM suspense_edits WHERE action = ?", [.count(action.number)]
        ) { row in about.edit = (row.text(0), Int(row.integer(1)), row.text(2)) }
        if let edit = about.edit, runIDs.contains(edit.runID) { carried.actions.append(about) }
        continue
      }
      let isOfReplaced = action.runID.map { runIDs.contains($0) } ?? false
      about.moves = try suspenseMoves(ofAction: action.number).filter { move in
        current.contains(move.runID) && (isOfReplaced || runIDs.contains(move.runID))
      }
      if !about.moves.isEmpty { carried.actions.append(about) }
    }
    return carried
  }

  /// Does carried actions on the rows of the runs that count now; inside the transaction that has inserted these.
  func insert(_ carried: CarriedSuspense, _ replacements: [RunReplacement]) throws(StoreFault) {
    let byOld = Dictionary(uniqueKeysWithValues: replacements.map { ($0.old.id, $0) })
    var rows = try carriedRows(carried, byOld)
    for entry in carried.actions {
      if let edit = entry.edit {
        if rows[edit.runID]?.dropped.contains(edit.row) == true { continue }
        try insert(edit, entry, rows[edit.runID]?.records[edit.row])
        continue
      }
      var moves = SuspenseMoves()
      for (record, move, oldRow) in try records(entry.moves, rows) {
        if move.state != .suspended {
          moves.leave(record, as: move.state)
        } else if rows[move.runID]?.tried.contains(oldRow) == true {
          moves.stay(record, for: move.reason)
          rows[move.runID]?.note(move.reason, for: oldRow)
        }
      }
      guard moves.count > 0 else { continue }
      let run = entry.action.runID.map { byOld[$0]?.new.id ?? $0 }
      try insert(
        moves, entry.action.kind, runID: run, reason: entry.reason, catalog: entry.catalog, at: now,
        by: entry.doneBy)
      try AuditTrail(book: book).append(
        "carry", subject: "suspense",
        details: [
          "action": .integer(entry.action.number), "by": .text(tools.user), "records": .integer(moves.count),
          "moves_sha256": .text(moves.hash),
        ], at: now)
    }
  }

  private func insert(
    _ edit: (runID: String, row: Int, corrected: String), _ entry: CarriedSuspense.Action,
    _ record: SuspendedRecord?
  ) throws(StoreFault) {
    guard let record else { throw lost(edit.row, edit.runID) }
    let number = try insert(
      SuspenseMoves(), .edit, runID: nil, reason: entry.reason, catalog: nil, at: now,
      hash: entry.action.movesHash, by: entry.doneBy)
    try book.run(
      "INSERT INTO suspense_edits (action, run_id, row, corrected) VALUES (?, ?, ?, ?)",
      [.count(number), .text(record.runID), .count(record.id.row), .text(edit.corrected)])
  }

  /// The records that were moved, in the order of their names of now. Those that waited and do so no more are none.
  private func records(
    _ moves: [SuspenseMoves.Range], _ rows: [String: CarriedRows]
  ) throws(StoreFault) -> [(record: SuspendedRecord, move: SuspenseMoves.Range, oldRow: Int)] {
    var found: [(record: SuspendedRecord, move: SuspenseMoves.Range, oldRow: Int)] = []
    for move in moves {
      for row in move.firstRow...move.lastRow {
        if let record = rows[move.runID]?.records[row] {
          found.append((record, move, row))
        } else if move.state != .suspended, rows[move.runID]?.dropped.contains(row) != true {
          throw lost(row, move.runID)
        }
      }
    }
    return found.sorted { $0.record.id < $1.record.id }
  }

  private func lost(_ row: Int, _ runID: String) -> StoreFault {
    .damaged(path: path(.runs, runID), message: "suspended record \(row) is not there after rating again")
  }

  /// By run of before: the records of now by their rows of before.
  private func carriedRows(
    _ carried: CarriedSuspense, _ byOld: [String: RunReplacement]
  ) throws(StoreFault) -> [String: CarriedRows] {
    var wanted: [String: Set<Int>] = [:]
    for entry in carried.actions {
      for move in entry.moves { wanted[move.runID, default: []].formUnion(move.firstRow...move.lastRow) }
      if let edit = entry.edit { wanted[edit.runID, default: []].insert(edit.row) }
    }
    var found: [String: CarriedRows] = [:]
    for (runID, numbers) in wanted {
      let old = try run(named: runID)
      var rows = CarriedRows()
      if let replacement = byOld[runID] {
        try addRows(of: replacement, numbers, &rows)
      } else {
        let reader = try suspenseReader(of: old)
        let states = try suspenseStates(old)
        while let row = try StoreFault.ofUsage({ () throws(UsageFolderFault) in try reader.next() }) {
          let number = Int(reader.rowCount)
          guard numbers.contains(number) else { continue }
          let record = SuspendedRecord(
            id: SuspenseID(runNumber: old.number, row: number), runID: old.id, row: row, state: .suspended,
            reason: states.reason(number) ?? row.reason)
          rows.add(record, for: number, keepsReason: true)
        }
      }
      found[runID] = rows
    }
    return found
  }

  private func addRows(
    of replacement: RunReplacement, _ numbers: Set<Int>, _ rows: inout CarriedRows
  ) throws(StoreFault) {
    struct Place: Hashable {
      var file: Label
      var offset: Int64
    }
    var places: [Place: (row: Int, reason: Label, isHeld: Bool)] = [:]
    var dropped: Set<Int> = []
    try forEachRecord(of: replacement.old) { record in
      guard numbers.contains(record.id.row) else { return }
      let place = RecordPlace(file: record.row.file, byteOffset: record.row.byteOffset)
      if place.file == replacement.droppedFile || place == replacement.lostRecord {
        dropped.insert(record.id.row)
      }
      places[Place(file: record.row.file, offset: record.row.byteOffset)] = (
        record.id.row, record.row.reason, record.isHeld
      )
    }
    rows.dropped = dropped
    let reader = try suspenseReader(of: replacement.new)
    while let row = try StoreFault.ofUsage({ () throws(UsageFolderFault) in try reader.next() }) {
      guard let old = places[Place(file: row.file, offset: row.byteOffset)] else { continue }
      let record = SuspendedRecord(
        id: SuspenseID(runNumber: replacement.new.number, row: Int(reader.rowCount)),
        runID: replacement.new.id, row: row, state: .suspended, reason: row.reason)
      let isUntried = old.isHeld || (replacement.keepsReasons && old.reason == row.reason)
      rows.add(record, for: old.row, keepsReason: isUntried)
    }
  }
}

extension SuspendedRecord {
  /// Whether something was decided about it: it stays as it is when its run is rated again.
  public var isHeld: Bool { state != .suspended || corrected != nil }
}
