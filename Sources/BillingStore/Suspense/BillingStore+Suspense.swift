// Suspended records of runs that count: their rows in the folders, and what became of them by the book.

public import Tables
import UsageSummary

/// What became of the suspended records of a run.
public struct SuspenseCounts: Hashable, Sendable {
  /// Records that it has suspended; `recycled + writtenOff + waiting`.
  public var suspended: Int
  /// Rated, filtered or found to be duplicates since.
  public var recycled: Int
  /// Written off.
  public var writtenOff: Int
  /// Still in suspense.
  public var waiting: Int
}

extension BillingStore {
  /// Gives the chosen records that wait, in the order of their names. Complexity: O(suspended records).
  ///
  /// Every suspense file is proved at its end: nothing may be committed before this has returned.
  public func forEachSuspended(
    _ filter: SuspenseFilter, _ body: (SuspendedRecord) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    try forEachRecord(filter.ids) { record throws(StoreFault) in
      if record.state == .suspended, filter.takes(record) { try body(record) }
    }
  }

  /// Gives every record that a run which counts has suspended, whatever became of it; with `ids` those of their runs.
  public func forEachRecord(
    _ ids: Set<SuspenseID> = [], _ body: (SuspendedRecord) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    let wanted = Set(ids.map(\.runNumber))
    for run in try currentRuns()
    where run.doors.suspended > 0 && !run.isPurged
      && (wanted.isEmpty || wanted.contains(run.number))
    {
      try forEachRecord(of: run, body)
    }
  }

  /// The record of that name, whatever became of it; nil where no run that counts has suspended it.
  public func suspended(_ id: SuspenseID) throws(StoreFault) -> SuspendedRecord? {
    var found: SuspendedRecord?
    try forEachRecord([id]) { record in if record.id == id { found = record } }
    return found
  }

  /// What became of the suspended records of a run.
  public func suspenseCounts(_ run: RunRecord) throws(StoreFault) -> SuspenseCounts {
    let states = try suspenseStates(run)
    return SuspenseCounts(
      suspended: states.count, recycled: states.count(.recycled), writtenOff: states.count(.writtenOff),
      waiting: states.count(.suspended))
  }

  /// Catalogs of the runs whose records wait, by rating hash: which one has left them.
  public func catalogsOfSuspense() throws(StoreFault) -> Set<String> {
    var hashes: Set<String> = []
    for run in try currentRuns() where run.doors.suspended > 0 {
      if try suspenseCounts(run).waiting > 0 { hashes.insert(run.ratingHash) }
    }
    return hashes
  }

  /// The states of a run's suspended records.
  func suspenseStates(_ run: RunRecord) throws(StoreFault) -> SuspenseStates {
    var states = SuspenseStates(count: Int(run.doors.suspended))
    for move in try suspenseMoves(ofRun: run.id) where !states.apply(move) {
      throw .damaged(
        path: path,
        message: "rows \(move.firstRow) to \(move.lastRow) of the suspense of run \(run.number) moved twice")
    }
    return states
  }

  /// Every record of a run's suspense, whatever became of it.
  public func forEachRecord(
    of run: RunRecord, _ body: (SuspendedRecord) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    let states = try suspenseStates(run)
    let corrections = try corrections(of: run)
    let reader = try suspenseReader(of: run)
    while let row = try StoreFault.ofUsage({ () throws(UsageFolderFault) in try reader.next() }) {
      let number = Int(reader.rowCount)
      guard number <= states.count else { break }
      try body(
        SuspendedRecord(
          id: SuspenseID(runNumber: run.number, row: number), runID: run.id, row: row,
          state: states.state(number), reason: states.reason(number) ?? row.reason,
          corrected: corrections[number]))
    }
    try prove(reader, of: run)
  }

  /// The lines before the records of a run's inputs, by the names of these; none for inputs that have no such lines.
  public func fileHeaders(ofRun id: String) throws(StoreFault) -> [Label: [UInt8]] {
    let name = path(.runs, id) + "/" + FileHeaders.fileName
    guard try parts(of: run(named: id)).contains(where: { $0.name == FileHeaders.fileName }) else {
      return [:]
    }
    return try StoreFault.ofUsage { () throws(UsageFolderFault) in try FileHeaders.read(name) }
  }

  func suspenseReader(of run: RunRecord) throws(StoreFault) -> SuspenseReader {
    try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try SuspenseReader(path: path(.runs, run.id) + "/" + SuspenseSchema.fileName)
    }
  }

  /// Proves that what was read is what was committed.
  private func prove(_ reader: SuspenseReader, of run: RunRecord) throws(StoreFault) {
    let folder = path(.runs, run.id)
    let name = folder + "/" + SummaryManifest.fileName
    guard let bytes = try? TableFile.read(name), SHA256.hex(of: bytes) == run.manifestHash else {
      throw .damaged(path: name, message: "it is not the one that was committed")
    }
    let manifest = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try SummaryManifest.read(bytes, name: name)
    }
    guard let file = manifest.file(named: SuspenseSchema.fileName), file.sha256 == reader.sha256,
      file.rowCount == reader.rowCount, file.rowCount == run.doors.suspended
    else {
      throw .damaged(
        path: folder + "/" + SuspenseSchema.fileName, message: "it is not the one that was committed")
    }
  }

  /// The latest corrections of a run's records, by row.
  private func corrections(of run: RunRecord) throws(StoreFault) -> [Int: Label] {
    var corrections: [Int: Label] = [:]
    try book.query(
      "SELECT row, corrected FROM suspense_edits WHERE run_id = ? ORDER BY action", [.text(run.id)]
    ) { row throws(StoreFault) in
      guard let bytes = HexText.bytes(row.label(1).bytes) else {
        throw .damaged(path: path, message: "a correction of run \(run.number) is not written as hex digits")
      }
      corrections[Int(row.integer(0))] = Label(bytes: bytes)
    }
    return corrections
  }
}
