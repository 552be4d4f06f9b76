// Taking a run back, where nobody has relied on it.

public import BillingStore
import Catalog
import DurableFiles
import RatingEngine
public import Tables

/// Takes runs back.
public enum StoreRevoking {
  /// Takes a run back for a reason, with the runs that have recycled its suspended records.
  ///
  /// What later runs had left out as copies of its records alone counts again (`StoreFreeing`).
  public static func revoke(
    _ run: RunRecord, reason: String, in store: BillingStore
  ) throws(OperationFault) -> Revocation {
    try namingBeginnings(in: store) { () throws(OperationFault) in
      try takeBack(run, reason: reason, in: store)
    }
  }

  /// Adds the files to a revocation that have lost their beginnings with it.
  private static func namingBeginnings(
    in store: BillingStore, _ revoke: () throws(OperationFault) -> Revocation
  ) throws(OperationFault) -> Revocation {
    let before = try OperationFault.ofStore { () throws(StoreFault) in try store.filesWithoutBeginning() }
    var revocation = try revoke()
    revocation.withoutBeginning = try OperationFault.ofStore { () throws(StoreFault) in
      try store.filesWithoutBeginning().filter { found in
        // A run that was replaced with it is the same with another name.
        let earlier = found.run.kind == .rerate ? found.run.replaces : nil
        return !before.contains {
          ($0.run.id == found.run.id || $0.run.id == earlier) && $0.file == found.file
        }
      }
    }
    return revocation
  }

  private static func takeBack(
    _ run: RunRecord, reason: String, in store: BillingStore
  ) throws(OperationFault) -> Revocation {
    try StoreRivals(store: store).refusePurged(run, file: nil)
    let displaced = try OperationFault.ofStore { () throws(StoreFault) -> Bool in
      let gone = [run] + (try store.recycles(of: run))
      guard run.state == .current else { return false }
      var isAny = false
      for each in gone { isAny = try hasDisplaced(each, gone, store) || isAny }
      // Records of earlier runs may wait because of it.
      if try store.hasConflicts(run) { isAny = true }
      return isAny
    }
    let freeing = StoreFreeing(run: run, file: nil, reason: reason, store: store)
    var isFreeing = displaced
    if !isFreeing, run.state == .current {
      isFreeing = try !freeing.rereadings().isEmpty
      if !isFreeing { isFreeing = try StoreRivals(store: store).hasRivals(run) }
    }
    if isFreeing { return try freeing.takeBack() }
    let recycles = try OperationFault.ofStore { () throws(StoreFault) in try store.recycles(of: run) }
    let settlements =
      run.state == .current
      ? try SettlingCatalogs(store: store).stage(without: [run] + recycles, adding: []) : []
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.revoke(run, reason: reason, settlements: settlements)
    }
  }

  /// Takes one of several files of a run back: a run over the others stands for it from then on.
  public static func revoke(
    file: Label, of run: RunRecord, reason: String, in store: BillingStore
  ) throws(OperationFault) -> Revocation {
    try StoreRivals(store: store).refusePurged(run, file: file)
    return try namingBeginnings(in: store) { () throws(OperationFault) in
      try StoreFreeing(run: run, file: file, reason: reason, store: store).takeBack()
    }
  }

  /// Takes all readings of a file back, the last one first, each in a commit of its own: whoever is interrupted does the same again.
  ///
  /// `each` is told what was done. Where a run has read nothing else, the run is taken back.
  public static func revoke(
    _ readings: [FileRecord], reason: String, in store: BillingStore,
    each: (Revocation, RunRecord) -> Void
  ) throws(OperationFault) {
    for reading in readings {
      let found = try OperationFault.ofStore {
        () throws(StoreFault) -> (run: RunRecord, isOnly: Bool)? in
        guard let file = try store.currentReading(reading) else { return nil }
        let run = try store.run(named: file.runID)
        return (run, try store.files(of: run).count == 1)
      }
      guard let (run, isOnly) = found else { continue }
      let done =
        isOnly
        ? try revoke(run, reason: reason, in: store)
        : try revoke(file: Label(reading.name), of: run, reason: reason, in: store)
      each(done, run)
    }
  }

  /// Whether a run that counts and came later has left records out, or suspended them, because of this one alone.
  private static func hasDisplaced(
    _ run: RunRecord, _ gone: [RunRecord], _ store: BillingStore
  ) throws(StoreFault) -> Bool {
    let left = try store.currentRuns().filter { run in !gone.contains { $0.id == run.id } }
    func keys(_ run: RunRecord) -> String { store.partPath(RatingResult.keyFileName, of: run) }
    let order = try store.readingOrder(of: run)
    let orders = try left.map { run throws(StoreFault) in try store.readingOrder(of: run) }
    for (later, laterOrder) in zip(left, orders).reversed() where laterOrder > order {
      guard !run.isPurged, !later.isPurged else {
        throw .refused(
          "run \(run.isPurged ? run.number : later.number) was purged: nothing tells any more which records run "
            + "\(later.number) has left out because of run \(run.number)")
      }
      do throws(FileFault) {
        let count = try KeptKeys.displacedCount(
          by: keys(run), in: keys(later),
          notIn: zip(left, orders).filter { $1 < laterOrder && !$0.isPurged }.map { keys($0.0) })
        if count > 0 { return true }
      } catch {
        throw .file(error)
      }
    }
    return false
  }
}
