// Taking a run or one of its files back where others had left records out because of it: these count again. Read `takeBack` first.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Takes a run, or one of its files, back and frees what its records had displaced.
///
/// The events of runs carry their file, so that what is left of a run is made of them without the originals. A copy of a freed record
/// that is kept among the events of the same run, or of a later one, counts from then on: each run in which such are found is replaced
/// by one that has rated them. A chunk of nothing but duplicates was not kept; its file is named, and read again by the next `rate`.
struct StoreFreeing {
  let run: RunRecord
  /// The file; nil for the whole run.
  let file: Label?
  let reason: String
  let store: BillingStore
  /// Where the only record of the file begins that is taken back, in decoded bytes; nil for all of it.
  var recordOffset: Int64?

  /// Takes it back, where others may have to be replaced.
  func takeBack() throws(OperationFault) -> Revocation {
    try refuseWhatCannot(run)
    let events = try events(of: run)
    let all = try OperationFault.ofFiles { () throws(FileFault) in try events.countedKeys(ofInput: file) }
    return try takeBack(all, events, file.map { RevisedRun(run: run, dropped: $0, freed: all) })
  }

  /// Takes a record back that was read before all of it was written; nil where it counts for nothing, so that there is nothing to do.
  func takeBackRecord() throws(OperationFault) -> Revocation? {
    guard let lost else { preconditionFailure("a record is named by its file and its offset") }
    try refuseWhatCannot(run)
    let stored = try events(of: run)
    let found = try OperationFault.ofFiles { () throws(FileFault) in
      try LeftOutRecord(stored, input: lost.file, at: lost.byteOffset)
    }
    guard let found else { return nil }
    return try takeBack(
      found.keys, found.events, RevisedRun(run: run, lost: lost, freed: found.keys))
  }

  /// The record; nil where more than one is taken back.
  private var lost: RecordPlace? {
    recordOffset.flatMap { offset in file.map { RecordPlace(file: $0, byteOffset: offset) } }
  }

  /// Frees keys of what is taken back: among the events that are left of its run, of which `own` tells, then in later runs.
  private func takeBack(
    _ all: FreedKeys, _ events: StoredEvents, _ own: RevisedRun?
  ) throws(OperationFault) -> Revocation {
    var left = all
    var remainders: [RevisedRun] = []
    let order = try OperationFault.ofStore { () throws(StoreFault) in try store.readingOrder(of: run) }
    var earlier: [RunRecord] = []
    try OperationFault.ofStore { () throws(StoreFault) in
      for other in try store.currentRuns() where !other.isPurged {
        if try store.readingOrder(of: other) < order { earlier.append(other) }
      }
    }
    let before = earlier
    try OperationFault.ofFiles { () throws(FileFault) in
      try left.note(earlier: before.map { store.partPath(RatingResult.keyFileName, of: $0) })
    }
    let chosen = try StoreRivals(store: store).revived(
      by: &left, of: run, own: own.map { (events, $0.dropped) })
    if var remainder = own {
      try OperationFault.ofFiles { () throws(FileFault) in
        remainder.revived = try events.displaced(by: &left, exceptOf: remainder.dropped)
        if !left.isEmpty, lost == nil {
          remainder.missing = try events.forgottenDuplicates(exceptOf: file).map { ($0.input, $0.count) }
        }
      }
      remainders.append(remainder)
    }
    let reread = lost == nil ? try rereadings() : [:]
    for later in try OperationFault.ofStore({ () throws(StoreFault) in try store.currentRuns() })
    where later.id != run.id && (!left.isEmpty || reread[later.id] != nil) && !later.isPurged
      && later.kind != .recycle
    {
      guard try OperationFault.ofStore({ () throws(StoreFault) in try store.readingOrder(of: later) }) > order
      else { continue }
      if let remainder = try remainder(of: later, &left, reread[later.id] ?? []) {
        remainders.append(remainder)
      }
    }
    remainders = RevisedRun.joined(
      remainders, chosen.map { RevisedRun(run: $0.run, revived: $0.places) })
    try StoreConflicts(store: store).end(
      all, of: run, own: own.map { (events, $0.dropped) }, &remainders)
    for revised in remainders where revised.run.id != run.id { try refuseWhatCannot(revised.run) }
    return try commit(remainders)
  }

  /// What a later run gets back; nil where that is nothing. Of `reread` files unreadable records may be missing.
  private func remainder(
    of later: RunRecord, _ left: inout FreedKeys, _ reread: Set<Label>
  ) throws(OperationFault) -> RevisedRun? {
    let keys = store.partPath(RatingResult.keyFileName, of: later)
    let freed = left
    let isHeld = try OperationFault.ofFiles { () throws(FileFault) in
      try KeptKeys.count(of: freed, in: keys) > 0
    }
    guard isHeld || !reread.isEmpty else { return nil }
    let events = try events(of: later)
    var remaining = left
    var remainder = RevisedRun(run: later, freed: freed)
    var orphanCount = 0
    try OperationFault.ofFiles { () throws(FileFault) in
      remainder.revived = try events.displaced(by: &remaining, exceptOf: nil)
      orphanCount = try events.orphanCount(of: remaining, in: keys)
      // Of a record that goes on now no copy is missing.
      if lost != nil { return }
      remainder.missing = try events.forgottenDuplicates(exceptOf: nil)
        .filter { orphanCount > 0 || reread.contains($0.input) }.map { ($0.input, $0.count) }
    }
    left = remaining
    // A key that no record has, here or elsewhere, would make the next record with it a duplicate of nothing, or contradict it.
    return remainder.revived.isEmpty && remainder.missing.isEmpty && orphanCount == 0 ? nil : remainder
  }

  private func events(of run: RunRecord) throws(OperationFault) -> StoredEvents {
    try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: store.folder(of: run)) }
  }

  /// Refuses runs of which no remainder can be made.
  private func refuseWhatCannot(_ run: RunRecord) throws(OperationFault) {
    let (store, number, isOwn) = (store, run.number, run.id == self.run.id)
    try OperationFault.ofStore { () throws(StoreFault) in
      guard run.state == .current else {
        throw .refused("run \(number) (\(run.id)) is \(run.state.rawValue) already")
      }
      guard !run.isPurged else {
        throw .refused(
          "run \(number) (\(run.id)) was purged: nothing tells any more which records were its own")
      }
      if isOwn, let recycle = try store.recycles(of: run).first, try hasRecycled(run) {
        throw .refused(
          "run \(recycle.number) has recycled suspended records of \(file.map { "'\($0)'" } ?? "run \(number)"); revoke "
            + "run \(recycle.number) first")
      }
    }
  }

  /// Whether records of what is taken back were recycled.
  private func hasRecycled(_ run: RunRecord) throws(StoreFault) -> Bool {
    guard let file else { return true }
    var isAny = false
    try store.forEachRecord(of: run) { record in
      guard record.state == .recycled, record.row.file == file else { return }
      if recordOffset == nil || record.row.byteOffset == recordOffset { isAny = true }
    }
    return isAny
  }

  // MARK: the runs that stand for others

  private func commit(_ remainders: [RevisedRun]) throws(OperationFault) -> Revocation {
    let staged = try RevisingRuns(store: store).stage(remainders)
    let gone = remainders.map(\.run) + (file == nil ? [run] : [])
    let settlements = try SettlingCatalogs(store: store).stage(without: gone, adding: staged.settling)
    let taken = TakenBack(
      run: run, file: file, recordOffset: recordOffset, reason: reason,
      revivedCount: remainders.reduce(0) { $0 + $1.revived.count },
      missing: remainders.flatMap { remainder in
        remainder.missing.map { (remainder.run, $0.file, $0.count) }
      })
    return try OperationFault.ofStore { () throws(StoreFault) in
      let commits = try store.commitReplacing(
        staged.replacing, settlements: settlements, takingBack: taken)
      return Revocation(taken, commits, auditHead: try store.auditHead())
    }
  }
}
