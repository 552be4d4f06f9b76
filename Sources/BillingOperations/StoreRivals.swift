// Copies of a record in files of sources that rate it otherwise: the one of the first file by name counts, in whichever order runs have
// read them. So nights come to what one run over all files comes to.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Decides between copies of several runs.
struct StoreRivals {
  let store: BillingStore

  /// What a new run takes from earlier ones.
  struct Displacement {
    /// The copies that count from now on.
    var copies = RivalCopies()
    /// The runs that hold the ones which counted before.
    var runs: [RevisedRun] = []

    /// Adds what another look has found.
    mutating func formUnion(_ other: Displacement) {
      copies.formUnion(other.copies)
      runs = RevisedRun.joined(runs, other.runs)
    }
  }

  /// Finds the records of earlier runs that a new run's copies come before.
  ///
  /// What was decided about stays (rated by a recycle, written off, corrected), and so does what is closed or purged: then the newcomer is a
  /// duplicate. What was billed is corrected. Complexity: O(entries of the runs' keys), and O(records) of runs that hold some of these.
  func displaced(by rivals: RivalCopies) throws(OperationFault) -> Displacement {
    var found = Displacement()
    if rivals.isEmpty { return found }
    let keys = rivals.keys
    let (closed, current) = try OperationFault.ofStore { () throws(StoreFault) in
      (try store.closedUsage(), try store.currentRuns())
    }
    for run in current where run.kind != .recycle && !run.isPurged {
      var records = try store.records(of: keys, in: run).filter { record in
        !record.isDuplicate && !record.isInConflict && rivals.comeBefore(record)
          && !closed.holds(record.account, atSecond: Instant.seconds(ofMillis: record.startMillis))
      }
      if records.isEmpty { continue }
      let held = try OperationFault.ofStore { () throws(StoreFault) in try store.heldRecords(of: run) }
      records.removeAll { held[$0.file]?.contains($0.byteOffset) == true }
      if records.isEmpty { continue }
      found.copies.formUnion(rivals.of(records))
      found.runs.append(RevisedRun(run: run, displaced: Set(records.map(\.place))))
    }
    return found
  }

  /// Whether others have read copies of what counts in a run, before it or after. Complexity: O(records) where
  /// its sources are rivals.
  func hasRivals(_ run: RunRecord) throws(OperationFault) -> Bool {
    let others = try OperationFault.ofStore { () throws(StoreFault) in
      try store.currentRuns().filter { $0.kind != .recycle && !$0.isPurged && $0.id != run.id }
    }
    if others.isEmpty || run.isPurged || run.kind == .recycle { return false }
    let catalog = try OperationFault.load(store.catalogPath(run.ratingHash))
    if catalog.rivalSources.isEmpty { return false }
    var counted = try OperationFault.ofFiles { () throws(FileFault) in
      try StoredEvents(folder: store.folder(of: run)).countedKeys(ofInput: nil)
    }
    let keys = RecordKeys(counted)
    for other in others {
      for record in try store.records(of: keys, in: other) where record.isDuplicate {
        if counted.takeOne(like: record) { return true }
      }
    }
    return false
  }

  /// Refuses to take a run back, or a file of it, where records of purged runs may count no more because of it: they could not
  /// count again.
  func refusePurged(_ run: RunRecord, file: Label?) throws(OperationFault) {
    guard run.state == .current, run.kind != .recycle else { return }
    // A run that another has taken a record from is stood for by one that counts it as a duplicate.
    let earlier = try OperationFault.ofStore { () throws(StoreFault) -> RunRecord? in
      let order = try store.readingOrder(of: run)
      for other in try store.currentRuns()
      where other.isPurged && other.kind == .rerate && other.doors.duplicate > 0 {
        if try store.readingOrder(of: other) < order { return other }
      }
      return nil
    }
    guard let earlier else { return }
    let rivals = try OperationFault.load(store.catalogPath(run.ratingHash)).rivalSources
    if rivals.isEmpty { return }
    let files = try OperationFault.ofStore { () throws(StoreFault) in try store.files(of: run) }
    guard files.contains(where: { rivals.contains($0.source) && (file == nil || Label($0.name) == file) })
    else { return }
    throw .store(
      .refused(
        "run \(earlier.number) was purged: nothing tells any more which of its records count no more because of "
          + "run \(run.number), and they could not count again"))
  }

  /// Chooses which copies count again instead of freed records whose sources are rivals: the first ones by file and place of all runs,
  /// and takes them from `freed`. `own` are the events that are left of the run, with the input that is not.
  func revived(
    by freed: inout FreedKeys, of run: RunRecord, own: (events: StoredEvents, dropped: Label?)?
  ) throws(OperationFault) -> [(run: RunRecord, places: Set<Int64>)] {
    if freed.isEmpty { return [] }
    let catalog = try OperationFault.load(store.catalogPath(run.ratingHash))
    if catalog.rivalSources.isEmpty { return [] }
    let keys = RecordKeys(freed)
    var copies: [(run: Int, record: KeyedRecord)] = []
    let current = try OperationFault.ofStore { () throws(StoreFault) in
      try store.currentRuns().filter { $0.kind != .recycle && !$0.isPurged }
    }
    for (number, other) in current.enumerated() where other.id != run.id || own != nil {
      let records = try store.records(of: keys, in: other, own: other.id == run.id ? own : nil)
      copies += records.lazy.filter(\.isDuplicate).map { (number, $0) }
    }
    copies.sort { a, b in
      (a.record.file, a.record.byteOffset, a.run) < (b.record.file, b.record.byteOffset, b.run)
    }
    var places: [Int: Set<Int64>] = [:]
    for copy in copies where freed.takeOne(like: copy.record) {
      places[copy.run, default: []].insert(copy.record.place)
    }
    return places.sorted { $0.key < $1.key }.map { (current[$0.key], $0.value) }
  }
}
