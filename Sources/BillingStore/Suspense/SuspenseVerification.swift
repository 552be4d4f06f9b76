// The proof of suspense: every suspended record is recycled, written off or waits, and the sums of the book say the same.

import Tables
import UsageSummary

extension BillingStore {
  /// What is wrong with suspense; nothing where all meets.
  ///
  /// Always: each action has the moves that the audit trail has sealed; each run of kind recycle has read what was moved to it;
  /// for each run `suspended = recycled + written off + still suspended`, by rows and by the sums of the book. With `deep` the
  /// sums are made again from the records themselves.
  func suspenseFindings(_ trail: AuditTrail, deep: Bool) throws(StoreFault) -> [String] {
    var findings: [String] = []
    let actions = try suspenseActions()
    findings += try purgeFindings(trail)
    var sealed: Set<String> = []
    try trail.forEach { entry in
      guard let details = try? JSONReader.read(entry.details.bytes) else { return }
      for name: Label in ["moves_sha256", "corrected_sha256"] {
        if case .string(let hash)? = details[name] { sealed.insert(hash.description) }
      }
    }
    for action in actions {
      let moves = try suspenseMoves(ofAction: action.number)
      let hash = action.kind == .edit ? action.movesHash : SuspenseMoves.hash(of: moves)
      if hash != action.movesHash || !sealed.contains(hash) {
        findings.append("suspense action \(action.number): its moves are not those of the audit trail")
      }
      let count = moves.reduce(0) { $0 + $1.lastRow - $1.firstRow + 1 }
      if count != action.recordCount {
        findings.append(
          "suspense action \(action.number): \(count) records moved, \(action.recordCount) were meant")
      }
    }
    let current = try currentRuns()
    findings += try recycleFindings(actions, current)
    for run in current {
      findings += try suspenseFindings(of: run, deep: deep).map { "run \(run.number) (\(run.id)): \($0)" }
    }
    return findings
  }

  /// Each run that has recycled records, and counts, has read what was moved to it of runs that count.
  private func recycleFindings(
    _ actions: [SuspenseAction], _ current: [RunRecord]
  ) throws(StoreFault) -> [String] {
    var findings: [String] = []
    let currentIDs = Set(current.map(\.id))
    var counts: [String: Int] = [:]
    for action in actions {
      guard action.kind == .recycle, let id = action.runID else { continue }
      counts[id, default: 0] += 0
      for move in try suspenseMoves(ofAction: action.number) where currentIDs.contains(move.runID) {
        counts[id, default: 0] += move.lastRow - move.firstRow + 1
      }
    }
    for run in try runs() where run.kind == .recycle && counts[run.id] == nil {
      findings.append("run \(run.number) (\(run.id)): no suspended records were moved to it")
    }
    for run in current {
      guard let count = counts[run.id] else { continue }
      if Int64(count) != run.doors.read || run.kind == .rate
        || (run.kind == .recycle && run.doors.suspended != 0)
      {
        findings.append(
          "run \(run.number) (\(run.id)): has read \(run.doors.read) records, \(count) were moved to it")
      }
    }
    return findings
  }

  /// The audit trail must name every run that was purged, and seal what each purge has closed.
  private func purgeFindings(_ trail: AuditTrail) throws(StoreFault) -> [String] {
    var named: Set<String> = []
    var sealed: [String?] = []
    try trail.forEach { entry in
      guard entry.action == "purge", let details = try? JSONReader.read(entry.details.bytes),
        case .array(let runs)? = details["runs"]
      else { return }
      for case .string(let run) in runs { named.insert(run.description) }
      if case .string(let hash)? = details["closed_sha256"] {
        sealed.append(hash.description)
      } else {
        sealed.append(nil)
      }
    }
    var findings: [String] = []
    let last = Int(try book.integer("SELECT MAX(purge) FROM closed_usage") ?? 0)
    for purge in 1..<(max(last, sealed.count) + 1) {
      let expected = purge <= sealed.count ? sealed[purge - 1] : nil
      if try closedSeal(ofPurge: purge) != expected {
        findings.append("purge \(purge): the audit trail names other closed periods than the book")
      }
    }
    return try findings
      + purgedRuns().symmetricDifference(named).sorted().map {
        "run \($0): book and audit trail disagree whether it was purged"
      }
  }

  private func suspenseFindings(of run: RunRecord, deep: Bool) throws(StoreFault) -> [String] {
    var findings: [String] = []
    do throws(StoreFault) {
      let counts = try suspenseCounts(run)
      let sums = try waitingSums(run)
      let waiting = sums.values.reduce(0) { $0 + $1.eventCount }
      if Int64(counts.recycled + counts.writtenOff) + waiting != run.doors.suspended {
        findings.append(
          "\(run.doors.suspended) suspended ≠ \(counts.recycled) recycled + \(counts.writtenOff) written off + "
            + "\(waiting) still suspended")
      }
      guard deep, run.doors.suspended > 0, !run.isPurged else { return findings }
      var made: [SuspenseMoves.Key: SuspenseMoves.Change] = [:]
      try forEachRecord(of: run) { record in
        guard record.state == .suspended else { return }
        let key = SuspenseMoves.Key(
          runID: run.id, reason: record.reason, account: record.row.account, unit: record.row.kind?.unit ?? ""
        )
        made[key, default: SuspenseMoves.Change()].eventCount += 1
        made[key, default: SuspenseMoves.Change()].quantity += record.row.quantity ?? 0
      }
      if made != sums { findings.append("the suspense of the book is not what its records add up to") }
    } catch {
      findings.append(error.description)
    }
    return findings
  }

  /// What waits of a run by the book: its digest and what actions have changed in it; sums of nothing left out.
  func waitingSums(_ run: RunRecord) throws(StoreFault) -> [SuspenseMoves.Key: SuspenseMoves.Change] {
    var sums: [SuspenseMoves.Key: SuspenseMoves.Change] = [:]
    try book.query(
      """
      SELECT reason, account, unit, event_count, quantity FROM run_suspense WHERE run_id = ?1
      UNION ALL
      SELECT c.reason, account, unit, event_count, quantity
      FROM suspense_changes AS c JOIN suspense_actions AS a USING (action) LEFT JOIN runs AS r ON r.run_id = a.run_id
      WHERE c.run_id = ?1 AND (a.run_id IS NULL OR r.state = 'current')
      """, [.text(run.id)]
    ) { row in
      let key = SuspenseMoves.Key(
        runID: run.id, reason: row.label(0), account: row.label(1), unit: row.text(2))
      sums[key, default: SuspenseMoves.Change()].eventCount += row.integer(3)
      sums[key, default: SuspenseMoves.Change()].quantity += Int128(row.integer(4))
    }
    return sums.filter { $0.value != SuspenseMoves.Change() }
  }
}
