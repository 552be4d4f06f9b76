// Taking a run back, where nobody has relied on it.

public import BillingStore
import Catalog
import DurableFiles
import RatingEngine

/// Takes runs back.
public enum StoreRevoking {
  /// Takes a run back for a reason; returns the seal of the audit trail.
  ///
  /// A later run that counts and holds keys of this one has left records out, or suspended them, because of it: they would be
  /// billed by nobody. It must be taken back first, and its files rated again after; the refusal names it.
  public static func revoke(
    _ run: RunRecord, reason: String, in store: BillingStore
  ) throws(OperationFault) -> String {
    try OperationFault.ofStore { () throws(StoreFault) in
      let own = store.partPath(RatingResult.keyFileName, of: run)
      for later in try store.currentRuns().reversed() where later.number > run.number && run.state == .current
      {
        let shared: Int
        do throws(FileFault) {
          shared = try KeptKeys.sharedCount(own, store.partPath(RatingResult.keyFileName, of: later))
        } catch {
          throw .file(error)
        }
        guard shared == 0 else {
          throw .refused(
            "run \(later.number) has \(shared) records that run \(run.number) has read before it; revoke run "
              + "\(later.number) first and rate its files again after, or these records are billed by nobody")
        }
      }
    }
    let settlement = run.state == .current ? try settlement(without: run, in: store) : nil
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.revoke(run, reason: reason, settlement: settlement)
    }
  }

  /// Settles what a run has touched over the events of the others, with the catalog of the latest of these.
  private static func settlement(
    without run: RunRecord, in store: BillingStore
  ) throws(OperationFault) -> SettlementDraft? {
    let runs = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    guard runs.contains(where: { $0.run.id == run.id }) else { return nil }
    let latest = runs.last { $0.run.id != run.id }?.run ?? run
    let folder = store.catalogPath(latest.ratingHash)
    let catalog: Catalog
    do throws(CatalogFault) { catalog = try CatalogFolder.load(folder) } catch { throw .catalog(error) }
    let engine = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: RatingOptions())
    }
    return try StoreSettling(store: store, catalog: catalog, engine: engine, semantics: latest.semantics)
      .stage(adding: nil, removing: run)
  }
}
