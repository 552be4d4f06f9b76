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

  /// Until which day.
  public var before: CivilDate
  /// Runs whose records were removed.
  public internal(set) var runs: [RunRecord] = []
  /// Runs of that time that were left.
  public internal(set) var left: [Left] = []
  /// Usage that depends on whole periods and is settled no more, because runs with events of it are purged.
  public var closed: [ClosedUsage.Stretch] = []
  /// The seal of the audit trail; empty where nothing was to purge.
  public internal(set) var auditHead = ""

  /// Leaves a run whole.
  public mutating func leave(_ run: RunRecord, because why: String) {
    runs.removeAll { $0.id == run.id }
    left.append(Left(run: run, why: why))
    left.sort { $0.run.number < $1.run.number }
  }
}

extension BillingStore {
  /// The files of a run's folder that a purge leaves: sums by account, service and period, counts, and the manifest that seals
  /// all. None of them holds a record or the number of anybody who was called.
  static let keptFiles: Set<String> = [
    SummaryManifest.fileName, SummarySchema.fileName, SummarySchema.correctionsFileName,
    SuspenseDigest.fileName, AllowanceSchema.fileName, FileEnds.fileName, MissingRecords.fileName,
    "run.json",
  ]

  /// The runs that were committed before midnight (UTC) of a day and of which nothing is needed any more, and those that must stay.
  ///
  /// A run that counts goes when all its rows belong to periods that ended by that day and were billed, and none of its
  /// records waits in suspense; a run that was taken back always. Whether what runs have left to be settled can do without them, the
  /// caller decides (`leave`, `closed`): it takes their catalogs. Throws `refused` for a day that is still to come.
  public func purgeable(before day: CivilDate) throws(StoreFault) -> Purge {
    guard day.description <= now.prefix(10) else {
      throw .refused("\(day) is still to come: records of days until then could not be compared with any run")
    }
    let purged = try purgedRuns()
    var purge = Purge(before: day)
    for run in try runs() where run.committedAt < day.description && !purged.contains(run.id) {
      if let why = try whyNotPurged(run, before: day) {
        purge.leave(run, because: why)
      } else {
        purge.runs.append(run)
      }
    }
    return purge
  }

  /// Removes records, keys, detail and corrections of runs.
  ///
  /// Sums, manifests and the audit trail stay, so that what was billed can be proved as before. Records that began before the purge's
  /// day cannot be compared any more: later runs suspend them (`duplicateWindow`). The book is changed first; files that a kill has left
  /// are removed by the next command that changes the store.
  /// - Precondition: opened for changing.
  public func purge(_ purge: Purge, reason: String) throws(StoreFault) -> Purge {
    var purge = purge
    let day = purge.before
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
      try closeUsage(purge.closed, purge: number)
      return try AuditTrail(book: book).append(
        "purge", subject: "store",
        details: [
          "reason": .text(reason), "by": .text(tools.user), "before": .text(day.description),
          "runs": .array(purge.runs.map { .text($0.id) }),
          "closed_sha256": .textOrNull(try closedSeal(ofPurge: number)),
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

  /// Accounts and periods with usage that counts and is not billed.
  public func unbilledPeriods() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs(
      """
      SELECT DISTINCT account, usage_period FROM counted_usage
      WHERE (account, usage_period) NOT IN (SELECT account, usage_period FROM billed_periods)
      """)
  }

  /// The first run that counts with records that wait in suspense and may have begun before midnight (UTC) of a day, by the days of its
  /// files, and how many of its records wait.
  public func runWithOldSuspense(before day: CivilDate) throws(StoreFault) -> (run: RunRecord, waiting: Int)?
  {
    for run in try currentRuns() where run.doors.suspended > 0 {
      let waiting = try suspenseCounts(run).waiting
      if waiting > 0, try files(of: run).contains(where: { $0.days.map { $0.lowerBound <= day } ?? true }) {
        return (run, waiting)
      }
    }
    return nil
  }

  /// What of a run's folder is not kept when it is purged, sorted.
  func recordNames(ofRun id: String) -> [String] {
    operations.names(in: path(.runs, id)).names.filter { !Self.keptFiles.contains($0) }.sorted()
  }

  /// Removes what is not kept from a run's folder.
  func removeRecords(ofRun id: String) throws(StoreFault) {
    let folder = path(.runs, id)
    do throws(FileFault) {
      for name in recordNames(ofRun: id) {
        try DurableFolder.removeAll(folder + "/" + name, operations: operations)
      }
    } catch {
      throw .file(error)
    }
  }
}
