// Taking a run back, where nobody has relied on it.

public import BillingStore
import Catalog
import DurableFiles
import RatingEngine

/// Takes runs back.
public enum StoreRevoking {
  /// Takes a run back for a reason, with the runs that have recycled its suspended records.
  ///
  /// A later run that counts and has left records out, or suspended them, because of this one alone would leave them to be
  /// billed by nobody. It must be taken back first, and its files rated again after; the refusal names it.
  public static func revoke(
    _ run: RunRecord, reason: String, in store: BillingStore
  ) throws(OperationFault) -> Revocation {
    try OperationFault.ofStore { () throws(StoreFault) in
      let gone = [run] + (try store.recycles(of: run))
      if run.state == .current {
        for each in gone { try refuseWhereDisplaced(each, gone, store) }
      }
    }
    let recycles = try OperationFault.ofStore { () throws(StoreFault) in try store.recycles(of: run) }
    let settlement = run.state == .current ? try settlement(without: [run] + recycles, in: store) : nil
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.revoke(run, reason: reason, settlement: settlement)
    }
  }

  private static func refuseWhereDisplaced(
    _ run: RunRecord, _ gone: [RunRecord], _ store: BillingStore
  ) throws(StoreFault) {
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
      let displaced: Int
      do throws(FileFault) {
        displaced = try KeptKeys.displacedCount(
          by: keys(run), in: keys(later),
          notIn: zip(left, orders).filter { $1 < laterOrder && !$0.isPurged }.map { keys($0.0) })
      } catch {
        throw .file(error)
      }
      guard displaced == 0 else {
        throw .refused(
          "run \(later.number) has \(displaced) records that run \(run.number) has read before it; revoke run "
            + "\(later.number) first and rate its files again after, or these records are billed by nobody")
      }
    }
  }

  /// Settles what runs have touched over the events of the others, with the catalog of the latest of these.
  static func settlement(
    without runs: [RunRecord], in store: BillingStore
  ) throws(OperationFault) -> SettlementDraft? {
    let gone = Set(runs.map(\.id))
    let settling = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    guard settling.contains(where: { gone.contains($0.run.id) }), let first = runs.first else { return nil }
    let latest = settling.last { !gone.contains($0.run.id) }?.run ?? first
    let catalog = try OperationFault.load(store.catalogPath(latest.ratingHash))
    let engine = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: RatingOptions())
    }
    return try StoreSettling(store: store, catalog: catalog, engine: engine, semantics: latest.semantics)
      .stage(adding: nil, removing: runs)
  }
}
