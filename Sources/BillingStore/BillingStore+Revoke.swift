// Taking a run back: it stays to be looked at, and counts no more.

public import Tables
import UsageSummary

extension BillingStore {
  /// Takes a run back for a reason; returns the seal of the audit trail.
  ///
  /// Its usage, its files and its keys count no more from the commit on: the same files can be rated again, and what was a
  /// duplicate of its records is one no more when it comes again. Nothing is removed from the disk.
  /// Throws `refused` where the run does not count already.
  /// - Precondition: opened for changing.
  @discardableResult public func revoke(
    _ run: RunRecord, reason: String, settlement draft: SettlementDraft? = nil
  ) throws(StoreFault) -> String {
    guard run.state == .current else {
      throw .refused("run \(run.number) (\(run.id)) is \(run.state.rawValue) already")
    }
    let settlement = try draft.map { draft throws(StoreFault) in try prepare(draft) }
    if let settlement { try place(settlement) }
    return try book.transaction { () throws(StoreFault) in
      if let settlement { try insert(settlement) }
      try book.run("UPDATE runs SET state = 'revoked' WHERE run_id = ?", [.text(run.id)])
      return try AuditTrail(book: book).append(
        "revoke", subject: run.id,
        details: [
          "reason": .text(reason), "number": .integer(run.number), "rated": .integer(run.doors.rated),
          "settlement_sha256": .textOrNull(settlement?.usage?.manifestHash),
        ], at: now)
    }
  }

  /// The latest revoked run that has read a file with that content; nil where there is none.
  ///
  /// A run that reads it again is another run, and names the revoked one.
  public func revokedRun(source: Label, contentHash: String) throws(StoreFault) -> String? {
    try book.text(
      """
      SELECT run_id FROM runs JOIN run_files USING (run_id)
      WHERE state = 'revoked' AND content_hash = ? AND source = ? ORDER BY number DESC LIMIT 1
      """, [.text(contentHash), .label(source)])
  }
}
