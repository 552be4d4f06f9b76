// Taking a run back, where nobody has relied on it.

public import BillingStore
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
      return try store.revoke(run, reason: reason)
    }
  }
}
