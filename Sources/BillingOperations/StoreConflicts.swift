// Records of several runs that contradict each other: nobody knows which of them is right, so none counts.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables

/// Finds in which runs conflicts begin or end with a commit.
struct StoreConflicts {
  let store: BillingStore

  // MARK: beginning

  /// The runs that hold records with these keys which go to suspense, because a new run contradicts them.
  ///
  /// What was billed stays: then the newcomer waits alone. What was decided about stays as well (rated by a recycle, written off,
  /// corrected), and so do copies that an earlier run has left out. Complexity: O(records of runs that hold such keys).
  func beginning(with keys: RecordKeys, _ catalog: Catalog) throws(OperationFault) -> [RevisedRun] {
    if keys.isEmpty { return [] }
    let (billed, closed, current) = try OperationFault.ofStore { () throws(StoreFault) in
      (try store.billedPeriods(), try store.closedUsage(), try store.currentRuns())
    }
    var revised: [RevisedRun] = []
    // Of a purged run nothing is left but what was billed.
    for run in current where run.kind != .recycle && !run.isPurged {
      let records = try store.records(of: keys, in: run).filter { record in
        !record.isDuplicate && !record.isInConflict
          && !closed.holds(record.account, atSecond: Instant.seconds(ofMillis: record.startMillis))
          && !(Self.period(of: record, catalog).map { billed.contains($0) } ?? false)
      }
      if records.isEmpty { continue }
      let held = try OperationFault.ofStore { () throws(StoreFault) in try store.heldRecords(of: run) }
      let places = records.filter { held[$0.file]?.contains($0.byteOffset) != true }.map(\.place)
      if !places.isEmpty { revised.append(RevisedRun(run: run, reversed: Set(places))) }
    }
    return revised
  }

  /// The account and period of a record; nil where it has none.
  private static func period(of record: KeyedRecord, _ catalog: Catalog) -> AccountPeriod? {
    guard let account = catalog.accounts.first(where: { $0.id == record.account }),
      let cycle = UsageCycle(zone: account.zone, cycleDay: Int32(account.cycleDay))
    else { return nil }
    let (seconds, rest) = record.startMillis.quotientAndRemainder(dividingBy: 1000)
    return AccountPeriod(
      account: account.id, period: cycle.span(containingUTC: rest < 0 ? seconds - 1 : seconds).period)
  }

  // MARK: ending

  /// A run after records were taken back, with what is left of it.
  private struct Left {
    var run: RunRecord
    var records: [KeyedRecord]
    var held: [Label: Set<Int64>]
    /// Places of records that are duplicates no more.
    var revived: Set<Int64>
  }

  /// Adds to `revised` where conflicts end because records were taken back: where all that is left of a key agrees, the first one counts
  /// again; and copies that count again wait, where others contradict them.
  ///
  /// `taken` are keys of what is taken back of `run`, and `own` are the events that are left of it, with the input that is not.
  /// Complexity: O(entries of the runs' keys), and O(records) of runs that hold some of these.
  func end(
    _ taken: FreedKeys, of run: RunRecord, own: (events: StoredEvents, dropped: Label?)?,
    _ revised: inout [RevisedRun]
  ) throws(OperationFault) {
    let keys = RecordKeys(taken)
    var runs = try OperationFault.ofStore { () throws(StoreFault) in
      // What was recycled counts as it was decided.
      let runs = try store.currentRuns().filter { $0.kind != .recycle && !$0.isPurged }
      return try runs.map { run throws(StoreFault) in (run: run, order: try store.readingOrder(of: run)) }
    }
    // Where nothing is in conflict nobody needs to look through the keys of all runs.
    var isAny = false
    for (run, _) in runs where !isAny {
      isAny = try OperationFault.ofStore { () throws(StoreFault) in try store.hasConflicts(run) }
    }
    guard isAny else { return }
    runs.sort { $0.order < $1.order }
    var left: [Left] = []
    for (other, _) in runs where other.id != run.id || own != nil {
      let records = try store.records(of: keys, in: other, own: other.id == run.id ? own : nil)
      if records.isEmpty { continue }
      left.append(
        Left(
          run: other, records: records,
          held: try OperationFault.ofStore { () throws(StoreFault) in try store.heldRecords(of: other) },
          revived: revised.first { $0.run.id == other.id }?.revived ?? []))
    }
    for (run, places) in Self.reversed(left) {
      if let known = revised.firstIndex(where: { $0.run.id == run.id }) {
        revised[known].reversed = places
      } else {
        revised.append(RevisedRun(run: run, reversed: places))
      }
    }
  }

  /// The places of records whose conflict begins or ends, by run. `left` is in the order in which runs were read.
  private static func reversed(_ left: [Left]) -> [(run: RunRecord, places: Set<Int64>)] {
    var contents: [KeyedRecord.Key: Set<UInt32>] = [:]
    var counted: Set<KeyedRecord.Key> = []
    for part in left {
      for record in part.records {
        contents[record.key, default: []].insert(record.content)
        let isOut = record.isDuplicate && !part.revived.contains(record.place)
        if !isOut, !record.isInConflict { counted.insert(record.key) }
      }
    }
    var found: [(RunRecord, Set<Int64>)] = []
    for part in left {
      var places: Set<Int64> = []
      for record in part.records where part.held[record.file]?.contains(record.byteOffset) != true {
        let isAlone = contents[record.key]?.count == 1
        if part.revived.contains(record.place) {
          if !isAlone { places.insert(record.place) }
        } else if isAlone, record.isInConflict, !record.isDuplicate, counted.insert(record.key).inserted {
          places.insert(record.place)
        }
      }
      if !places.isEmpty { found.append((part.run, places)) }
    }
    return found
  }
}

extension BillingStore {
  /// The records of a run with some keys. Complexity: O(entries of its keys), and O(records) where these hold one.
  ///
  /// - Parameter own: the events that are left of a run of which something is taken back, with the input that is not.
  func records(
    of keys: RecordKeys, in run: RunRecord, own: (events: StoredEvents, dropped: Label?)? = nil
  ) throws(OperationFault) -> [KeyedRecord] {
    try OperationFault.ofFiles { () throws(FileFault) in
      if let own { return try own.events.records(of: keys).filter { $0.file != own.dropped } }
      guard try keys.isAny(in: partPath(RatingResult.keyFileName, of: run)) else { return [] }
      return try StoredEvents(folder: folder(of: run)).records(of: keys)
    }
  }
}
