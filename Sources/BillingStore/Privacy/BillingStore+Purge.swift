// What is older than it may be kept: numbers and records go, sums and the audit trail stay.

public import BillingCalendar
import DurableFiles
import Tables
import UsageSummary

/// A purge as it was done, or as it would be.
public struct Purge: Sendable {
  /// A run that stays whole, and why.
  public struct Left: Sendable {
    /// The run.
    public var run: RunRecord
    /// Why it cannot be purged.
    public var why: String
  }

  /// Runs whose records were removed.
  public var runs: [RunRecord]
  /// Runs of that time that were left.
  public var left: [Left]
  /// The seal of the audit trail; empty where nothing was to purge.
  public var auditHead: String
}

extension BillingStore {
  /// The files of a run's folder that a purge leaves: sums by account, service and period, counts, and the manifest that seals
  /// all. None of them holds a record or the number of anybody who was called.
  static let keptFiles: Set<String> = [
    SummaryManifest.fileName, SummarySchema.fileName, SummarySchema.correctionsFileName,
    SuspenseDigest.fileName, AllowanceSchema.fileName, FileEnds.fileName, MissingRecords.fileName,
    "run.json",
  ]

  /// Removes records, keys, detail and corrections of runs that were committed before midnight (UTC) of a day.
  ///
  /// A run that counts is purged when all its usage belongs to periods that ended by that day and were billed, and none of its
  /// records waits in suspense; a run that was taken back always. Sums, manifests and the audit trail stay, so that what was
  /// billed can be proved as before. Records that began before that day cannot be compared any more: later runs suspend them
  /// (`duplicateWindow`). The book is changed first; files that a kill has left are removed by the next command that changes the
  /// store. Throws `refused` for a day that is still to come.
  /// - Precondition: opened for changing.
  public func purge(before day: CivilDate, reason: String) throws(StoreFault) -> Purge {
    guard day.description <= now.prefix(10) else {
      throw .refused("\(day) is still to come: records of days until then could not be compared with any run")
    }
    let purged = try purgedRuns()
    var purge = Purge(runs: [], left: [], auditHead: "")
    for run in try runs() where run.committedAt < day.description && !purged.contains(run.id) {
      if let why = try whyNotPurged(run, before: day) {
        purge.left.append(Purge.Left(run: run, why: why))
      } else {
        purge.runs.append(run)
      }
    }
    guard !purge.runs.isEmpty else { return purge }
    purge.auditHead = try book.transaction { () throws(StoreFault) in
      let number = Int(try book.integer("SELECT MAX(purge) FROM purges") ?? 0) + 1
      try book.run(
        "INSERT INTO purges (purge, before, at, done_by, reason) VALUES (?, ?, ?, ?, ?)",
        [.count(number), .text(day.description), .text(now), .text(tools.user), .text(reason)])
      for run in purge.runs {
        try book.run(
          "INSERT INTO purged_runs (run_id, purge) VALUES (?, ?)", [.text(run.id), .count(number)])
        try book.run("DELETE FROM suspense_edits WHERE run_id = ?", [.text(run.id)])
      }
      return try AuditTrail(book: book).append(
        "purge", subject: "store",
        details: [
          "reason": .text(reason), "by": .text(tools.user), "before": .text(day.description),
          "runs": .array(purge.runs.map { .text($0.id) }),
        ], at: now)
    }
    for run in purge.runs { try removeRecords(ofRun: run.id) }
    return purge
  }

  /// When records begin that can be compared with all that runs have read, in milliseconds since 1970; nil where nothing was
  /// purged.
  public func duplicateWindow() throws(StoreFault) -> Int64? {
    guard let day = try book.text("SELECT MAX(before) FROM purges") else { return nil }
    guard let millis = Instant.parse(day + "T00:00:00Z") else {
      throw .damaged(path: path, message: "'\(day)' in the book is no day")
    }
    return millis
  }

  /// Midnight (UTC) some days ago, in milliseconds since 1970.
  public func horizon(days: Int) -> Int64 {
    let day = tools.clock() / 86_400 - Int64(days)
    return day * 86_400_000
  }

  /// The runs whose records were purged.
  public func purgedRuns() throws(StoreFault) -> Set<String> {
    var names: Set<String> = []
    try book.query("SELECT run_id FROM purged_runs") { row in names.insert(row.text(0)) }
    return names
  }

  private func whyNotPurged(_ run: RunRecord, before day: CivilDate) throws(StoreFault) -> String? {
    guard run.state == .current else { return nil }
    guard try book.integer("SELECT COUNT(*) FROM run_settled WHERE run_id = ?", [.text(run.id)]) == 0 else {
      return "its events are needed to settle the periods after it"
    }
    var open: String?
    try book.query(
      """
      SELECT DISTINCT account, usage_period FROM run_rows WHERE run_id = ?
        AND (account, usage_period) NOT IN (SELECT account, usage_period FROM billed_periods)
      ORDER BY usage_period, account LIMIT 1
      """, [.text(run.id)]
    ) { row in open = "\(row.text(1)) of account '\(row.text(0))' is not billed" }
    if let open { return open }
    var late: String?
    try book.query("SELECT DISTINCT usage_period FROM run_rows WHERE run_id = ?", [.text(run.id)]) { row in
      if let period = UsagePeriod.parse(row.text(0)), period.until > day { late = period.description }
    }
    if let late { return "\(late) has not ended by \(day)" }
    let waiting = try suspenseCounts(run).waiting
    return waiting == 0 ? nil : "\(waiting) of its records wait in suspense; recycle them or write them off"
  }

  /// Removes what is not kept from a run's folder.
  func removeRecords(ofRun id: String) throws(StoreFault) {
    let folder = path(.runs, id)
    do throws(FileFault) {
      for name in operations.names(in: folder).names.sorted() where !Self.keptFiles.contains(name) {
        try DurableFolder.removeAll(folder + "/" + name, operations: operations)
      }
    } catch {
      throw .file(error)
    }
  }
}
