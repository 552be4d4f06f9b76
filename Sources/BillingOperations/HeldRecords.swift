// Suspended records that no rating of their run's events, and no second reading of their file, brings back.

import BillingStore
import RatingEngine
import Tables
import UsageSummary

extension BillingStore {
  /// Where records of a run begin that stay as they are, by file: those that were recycled, written off or corrected, and those that
  /// are too old to be compared with others.
  func heldRecords(of run: RunRecord) throws(StoreFault) -> [Label: Set<Int64>] {
    let tooOld = Label(SuspenseReason.outsideDuplicateWindow.code)
    return try suspendedPlaces(of: run) { $0.isHeld || $0.row.reason == tooOld }
  }

  /// Where records of a run begin, by file, that are nobody's copies although they have the key of one: those that were written off, and
  /// those that are too old to be compared with others.
  func recordsWithoutCopies(of run: RunRecord) throws(StoreFault) -> [Label: Set<Int64>] {
    let tooOld = Label(SuspenseReason.outsideDuplicateWindow.code)
    return try suspendedPlaces(of: run) {
      $0.state == .writtenOff || ($0.state == .suspended && $0.row.reason == tooOld)
    }
  }

  /// Whether records of a run are in conflict.
  func hasConflicts(_ run: RunRecord) throws(StoreFault) -> Bool {
    let conflict = Label(SuspenseReason.duplicateConflict.code)
    return try !suspendedPlaces(of: run) { $0.row.reason == conflict }.isEmpty
  }

  /// Where suspended records of a run begin that fulfil a condition, by file.
  func suspendedPlaces(
    of run: RunRecord, where isWanted: (SuspendedRecord) -> Bool
  ) throws(StoreFault) -> [Label: Set<Int64>] {
    guard run.doors.suspended > 0 else { return [:] }
    var places: [Label: Set<Int64>] = [:]
    try forEachRecord(of: run) { record in
      if isWanted(record) { places[record.row.file, default: []].insert(record.row.byteOffset) }
    }
    return places
  }

  /// Gives every record of a file that the run which has read it could not read, whatever became of it since.
  func forEachUnreadable(
    of file: FileRecord, _ body: (SuspenseRow) -> Void
  ) throws(StoreFault) {
    let run = try run(named: file.runID)
    guard run.doors.suspended > 0, !run.isPurged else { return }
    let name = Label(file.name)
    try forEachRecord(of: run) { record in
      if record.row.file == name, SuspenseReason.isUnparsable(code: record.row.reason) { body(record.row) }
    }
  }
}
