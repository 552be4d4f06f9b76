// Taking a run back: it stays to be looked at, and counts no more.

public import Tables
import UsageSummary

/// Runs that were taken back.
public struct Revocation: Sendable {
  /// The run that was named.
  public var run: RunRecord
  /// Runs that had rated records of its suspense, and went with it.
  public var recycles: [RunRecord]
  /// Records of other runs that these had rated: they are in suspense again.
  public var returnedCount: Int
  /// The file that was named; nil for the whole run.
  public var file: Label?
  /// Records of other files and runs that count again: they were copies of what was taken back.
  public var revivedCount = 0
  /// The runs that stand for others because of that.
  public var replacing: [RunRecord] = []
  /// Files with such records that were not kept, at most so many: they are to be rated again.
  public var missing: [(run: RunRecord, file: Label, count: Int)] = []
  /// Files of other runs whose beginnings went with it: they are to be rated again.
  public var withoutBeginning: [FileWithoutBeginning] = []
  /// The seal of the audit trail.
  public var auditHead: String
}

/// What was taken back of a run, where others are replaced because of it.
public struct TakenBack: Sendable {
  /// The run.
  public var run: RunRecord
  /// Its file; nil for all of it.
  public var file: Label?
  /// Where the record of the file begins that alone was taken back; nil for all of the file.
  public var recordOffset: Int64?
  /// Why.
  public var reason: String
  /// See `Revocation`.
  public var revivedCount: Int
  /// See `Revocation`.
  public var missing: [(run: RunRecord, file: Label, count: Int)]

  /// Takes the six.
  public init(
    run: RunRecord, file: Label?, recordOffset: Int64? = nil, reason: String, revivedCount: Int,
    missing: [(run: RunRecord, file: Label, count: Int)]
  ) {
    self.run = run
    self.file = file
    self.recordOffset = recordOffset
    self.reason = reason
    self.revivedCount = revivedCount
    self.missing = missing
  }
}

extension Revocation {
  /// A revocation that has replaced runs.
  public init(_ taken: TakenBack, _ commits: [RunCommit], auditHead: String) {
    run = taken.run
    recycles = []
    returnedCount = 0
    file = taken.file
    revivedCount = taken.revivedCount
    missing = taken.missing
    replacing = commits.map(\.run)
    self.auditHead = auditHead
  }
}

extension BillingStore {
  /// Takes a run back for a reason.
  ///
  /// Its usage, its files and its keys count no more from the commit on: the same files can be rated again, and what was a
  /// duplicate of its records is one no more when it comes again. Runs that have recycled its suspended records go with it.
  /// Nothing is removed from the disk. Throws `refused` where the run does not count already.
  /// - Precondition: opened for changing.
  @discardableResult public func revoke(
    _ run: RunRecord, reason: String, settlements drafts: [SettlementDraft] = []
  ) throws(StoreFault) -> Revocation {
    guard run.state == .current else {
      throw .refused("run \(run.number) (\(run.id)) is \(run.state.rawValue) already")
    }
    if run.isPurged {
      throw .refused(
        "run \(run.number) (\(run.id)) was purged: nothing tells any more which records were its own")
    }
    let recycles = try recycles(of: run)
    let returnedCount = try recordsReturned(by: [run] + recycles)
    let settlements = try drafts.map { draft throws(StoreFault) in try prepare(draft) }
    for settlement in settlements { try place(settlement) }
    return try book.transaction { () throws(StoreFault) in
      var head = ""
      for settlement in settlements { try insert(settlement) }
      // The run that was named is the last one: its seal is the one to keep.
      for each in recycles.reversed() + [run] {
        try book.run("UPDATE runs SET state = 'revoked' WHERE run_id = ?", [.text(each.id)])
        head = try AuditTrail(book: book).append(
          "revoke", subject: each.id,
          details: [
            "reason": .text(reason), "by": .text(tools.user), "number": .integer(each.number),
            "rated": .integer(each.doors.rated), "because_of": .textOrNull(each.id == run.id ? nil : run.id),
            "settlement_sha256": each.id == run.id ? PreparedSettlement.seal(settlements) : .null,
          ], at: now)
      }
      return Revocation(run: run, recycles: recycles, returnedCount: returnedCount, auditHead: head)
    }
  }

  /// The seal of the last row of the audit trail.
  public func auditHead() throws(StoreFault) -> String { try AuditTrail(book: book).head().hash }

  /// Notes what was taken back; a whole run counts no more. Inside the transaction that has replaced others because of it.
  func insert(_ taken: TakenBack, _ settlements: [PreparedSettlement]) throws(StoreFault) {
    if taken.file == nil {
      try book.run("UPDATE runs SET state = 'revoked' WHERE run_id = ?", [.text(taken.run.id)])
    }
    try AuditTrail(book: book).append(
      "revoke", subject: taken.run.id,
      details: [
        "reason": .text(taken.reason), "by": .text(tools.user), "number": .integer(taken.run.number),
        "file": taken.file.map { .string($0) } ?? .null,
        "record_at": taken.recordOffset.map { .integer($0) } ?? .null,
        "counting_again": .integer(taken.revivedCount),
        "missing_files": .integer(taken.missing.count),
        "settlement_sha256": PreparedSettlement.seal(settlements),
      ], at: now)
  }

  /// The runs that count and have recycled records of a run's suspense, and those that have recycled records of these, in the order
  /// of their commits.
  public func recycles(of run: RunRecord) throws(StoreFault) -> [RunRecord] {
    let current = try currentRuns()
    var found: Set<String> = []
    var left = [run.id]
    while let id = left.popLast() {
      var names: [String] = []
      try book.query(
        """
        SELECT DISTINCT a.run_id FROM suspense_moves AS m JOIN suspense_actions AS a USING (action)
        WHERE m.run_id = ? AND a.run_id IS NOT NULL
        """, [.text(id)]
      ) { row in names.append(row.text(0)) }
      for name in names where name != run.id && current.contains(where: { $0.id == name }) {
        if found.insert(name).inserted { left.append(name) }
      }
    }
    return current.filter { found.contains($0.id) }
  }

  /// Records that some runs have recycled of others, which count and are not among them.
  private func recordsReturned(by runs: [RunRecord]) throws(StoreFault) -> Int {
    let gone = Set(runs.map(\.id))
    let current = Set(try currentRuns().map(\.id))
    var count = 0
    for action in try suspenseActions() where action.kind == .recycle && gone.contains(action.runID ?? "") {
      for move in try suspenseMoves(ofAction: action.number)
      where current.contains(move.runID) && !gone.contains(move.runID) {
        count += move.lastRow - move.firstRow + 1
      }
    }
    return count
  }

  /// The latest revoked run that has read one of these contents; nil where there is none.
  ///
  /// A run that reads it again is another run, and names the revoked one.
  public func revokedRun(reading files: [(source: Label, hash: String)]) throws(StoreFault) -> String? {
    var latest: RunRecord?
    for file in files {
      guard let id = try revokedRun(source: file.source, contentHash: file.hash) else { continue }
      let run = try run(named: id)
      if run.number > latest?.number ?? 0 { latest = run }
    }
    return latest?.id
  }

  /// The latest of the revoked runs that have read a file with that content, and of those of which records of it are missing; nil where
  /// there is none.
  ///
  /// A run that reads it again is another run, and names that one.
  public func revokedRun(source: Label, contentHash: String) throws(StoreFault) -> String? {
    let revoked = try book.text(
      """
      SELECT run_id FROM runs JOIN run_files USING (run_id)
      WHERE state = 'revoked' AND content_hash = ? AND source = ? ORDER BY number DESC LIMIT 1
      """, [.text(contentHash), .label(source)])
    guard let missing = try runMissing(source: source, contentHash: contentHash) else { return revoked }
    // A run that has read what was missing, and was revoked, would be itself again if it named the same run.
    guard let revoked, try run(named: revoked).number > run(named: missing).number else { return missing }
    return revoked
  }
}
