// Runs that stand for others: the same records, rated with another catalog, committed together.

public import DurableFiles
import Glibc
import Money
public import Tables
import UsageSummary

/// What of a run was rated again: usage folders of the same events, before and after.
public struct RatedAgain: Sendable {
  /// Usage folder of the events as the run has rated them; nil for none.
  public var before: String?
  /// Usage folder of the same events with the other catalog; nil for none.
  public var after: String?

  /// Names the two folders.
  public init(before: String?, after: String?) {
    self.before = before
    self.after = after
  }
}

/// A run with a summary of its own that will stand for another; its documents were read and proved.
public struct ProvedReplacing: Sendable {
  /// The run that it replaces.
  public var replaced: RunRecord
  /// What its rows add up to.
  let totals: UsageTotals

  /// Writes the table of `BillingStore.writeSums` of its sums, without the book.
  public func writeSums(tellingCosts: Bool, to path: String) throws(StoreFault) {
    try totals.accountSums(tellingCosts: tellingCosts).write(to: path)
  }
}

/// Where a record of a run begins.
public struct RecordPlace: Hashable, Sendable {
  /// The input as the run named it.
  public var file: Label
  /// Offset of its first byte in the decoded input.
  public var byteOffset: Int64

  /// Names the place.
  public init(file: Label, byteOffset: Int64) {
    self.file = file
    self.byteOffset = byteOffset
  }
}

/// A run on its way that stands for another.
public struct ReplacingRun: Sendable {
  /// The run that it replaces.
  public var replaced: RunRecord
  /// What the book is told besides.
  public var draft: RunDraft
  /// Whether some of its suspended records were not tried again, and wait for the reasons of before.
  public var keepsReasons: Bool
  /// A file of it that was taken back: its suspended records are gone.
  public var droppedFile: Label?
  /// A record of it that was taken back.
  public var lostRecord: RecordPlace?

  /// Makes one.
  public init(
    replaced: RunRecord, draft: RunDraft, keepsReasons: Bool = false, droppedFile: Label? = nil,
    lostRecord: RecordPlace? = nil
  ) {
    self.replaced = replaced
    self.draft = draft
    self.keepsReasons = keepsReasons
    self.droppedFile = droppedFile
    self.lostRecord = lostRecord
    self.draft.kind = .rerate
    self.draft.replaces = replaced.id
  }
}

extension BillingStore {
  /// The folder of a run.
  public func folder(of run: RunRecord) -> String { path(.runs, run.id) }

  /// Where the documents of the run are published that replaces another, before they are committed.
  public func stagedPath(replacing run: RunRecord) -> String { path(.runs, "replacing-" + run.id) }

  /// The columns of `writeSums`, named as in `summary.csv`.
  public static let sumColumns = ["account", "service_kind", "currency"]
  /// The one that follows where costs are told.
  public static let costColumn = "cost_currency"

  /// Whether any run that counts, or settled usage, has costs.
  public func hasCosts() throws(StoreFault) -> Bool {
    try book.integer("SELECT EXISTS (SELECT 1 FROM counted_usage WHERE cost_currency <> '')") == 1
  }

  /// Writes what a run came to as a table at `path`: `sumColumns`, in order of these cells, `unit`, `event_count`, `quantity_billed`
  /// and `amount`; with costs `costColumn` among the keys and `cost`. Complexity: O(n) in the run's rows of the book.
  public func writeSums(of run: RunRecord, tellingCosts: Bool, to path: String) throws(StoreFault) {
    var sums = AccountSums(tellsCosts: tellingCosts)
    let columns =
      "account, service_kind, currency, \(tellingCosts ? Self.costColumn : "''"), event_count, quantity_billed, "
      + "amount_units, amount_pico, cost_units, cost_pico"
    // What the view run_rows says, which would make every column of every row first.
    try book.query(
      """
      SELECT \(columns) FROM run_usage WHERE run_id = ?1
      UNION ALL
      SELECT \(columns) FROM run_bases JOIN run_usage ON run_usage.run_id = run_bases.base_id
      WHERE run_bases.run_id = ?1
      """, [.text(run.id)]
    ) { row in
      if !sums.lastHas({ row.holds($0, $1) }) { sums.begin((0..<sums.keyCount).map { row.label($0) }) }
      sums.addToLast(
        eventCount: Int128(row.integer(4)), quantity: Int128(row.integer(5)),
        amount: UsageTotals.amount(row.integer(6), row.integer(7)),
        cost: UsageTotals.amount(row.integer(8), row.integer(9)))
    }
    try sums.write(to: path)
  }

  /// Puts files of a run that the one replacing it has as well (its keys, its events) beside the documents of that.
  public func share(
    _ names: [String], of run: RunRecord, with folder: PublishedFolder
  ) throws(FileFault) {
    for name in names {
      let from = partPath(name, of: run)
      if link(from, folder.hiddenPath + "/" + name) == 0 { continue }
      guard errno != ENOENT else { continue }
      // A file system without links.
      let bytes: [UInt8]
      do throws(TableFileFault) {
        bytes = try TableFile.read(from)
      } catch {
        throw FileFault(path: from, operation: .read, code: error.code)
      }
      let writer = try folder.writer(name, mode: 0o600)
      try writer.write(contentsOf: bytes)
      try writer.finish()
    }
  }

  /// Writes the documents of a run of which some events were rated again: its own, without what these were, with what they
  /// are now.
  ///
  /// Where that is little beside its summary, the summary stays as it is, and what is to be added to it stands beside it. Else
  /// everything is added up row by row, so that the result is that of a run which has rated each event once.
  /// Complexity: O(rows of the changes), or O(rows of all folders), in the memory of one row each.
  public func writeReplacing(
    _ run: RunRecord, _ changes: [RatedAgain], ratingHash: Label,
    extra: (PublishedFolder) throws(FileFault) -> Void
  ) throws(StoreFault) {
    // Summaries are proved while they are merged.
    let old = try open(run, isSummaryProved: false)
    var folders: [(usage: UsageFolder, sign: Int64)] = [(old, 1)]
    let companions: Set<String> = [SuspenseSchema.fileName, SuspenseDigest.fileName]
    try StoreFault.ofUsage { () throws(UsageFolderFault) in
      for change in changes {
        for (path, sign) in [(change.before, Int64(-1)), (change.after, 1)] {
          if let path { folders.append((try UsageFolder.open(path, onlyFiles: companions), sign)) }
        }
      }
    }
    let sources = folders.flatMap { self.sources($0.usage, isTakenAway: $0.sign < 0) }
    let summary = old.path + "/" + SummarySchema.fileName
    let corrections = sources.filter { $0.path != summary }
    let correctionCount = corrections.reduce(0) { $0 + $1.rowCount }
    if let kept = old.manifest.file(named: SummarySchema.fileName),
      correctionCount * 100 <= kept.rowCount * tools.correctionPercentMax
    {
      let isDone = try write(run, corrections, SummarySchema.correctionsFileName) {
        (writer, totals) throws(StoreFault) in
        // Prices alone have changed: no sum of the book is left without events.
        if totals.losesEvents { return false }
        try StoreFault.ofFiles { () throws(FileFault) in
          try share([SummarySchema.fileName], of: run, with: writer.folder)
        }
        try finish(&writer, old, keeping: kept, folders, ratingHash, extra)
        return true
      }
      if isDone { return }
    }
    _ = try write(run, sources, SummarySchema.fileName) { (writer, _) throws(StoreFault) in
      try finish(&writer, old, keeping: nil, folders, ratingHash, extra)
      return true
    }
  }

  /// Writes the documents of a run that replaces another: usage folders of its events, each event in one of them, added up.
  ///
  /// The first one says which inputs there are. Complexity: O(rows of all folders), in the memory of one row each.
  public func writeReplacing(
    _ run: RunRecord, joining paths: [String], ratingHash: Label,
    extra: (PublishedFolder) throws(FileFault) -> Void
  ) throws(StoreFault) {
    let folders = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try paths.map { path throws(UsageFolderFault) in
        (usage: try UsageFolder.open(path), sign: Int64(1))
      }
    }
    let sources = folders.flatMap { self.sources($0.usage, isTakenAway: false) }
    _ = try write(run, sources, SummarySchema.fileName) { (writer, _) throws(StoreFault) in
      try finish(&writer, folders[0].usage, keeping: nil, folders, ratingHash, extra)
      return true
    }
  }

  /// Merges rows into a file of the folder that replaces a run's; what `finish` does not finish is thrown away.
  private func write(
    _ run: RunRecord, _ sources: [SummaryMerge.Source], _ name: String,
    _ finish: (inout SummaryFolderWriter, UsageTotals) throws(StoreFault) -> Bool
  ) throws(StoreFault) -> Bool {
    var merge = try SummaryMerge(sources)
    var writer = try StoreFault.ofFiles { () throws(FileFault) in
      try SummaryFolderWriter(at: stagedPath(replacing: run), rows: name, operations: operations)
    }
    let isCorrecting = name == SummarySchema.correctionsFileName
    var totals = UsageTotals()
    do throws(StoreFault) {
      while let row = try merge.next() {
        if row.isZero { continue }
        if isCorrecting { totals.add(row) }
        try StoreFault.ofFiles { () throws(FileFault) in try writer.add(row, line: merge.line) }
      }
      if try finish(&writer, totals) { return true }
      writer.discard()
      return false
    } catch {
      writer.discard()
      throw error
    }
  }

  private func finish(
    _ writer: inout SummaryFolderWriter, _ old: UsageFolder, keeping summary: SummaryManifest.File?,
    _ folders: [(usage: UsageFolder, sign: Int64)], _ ratingHash: Label,
    _ extra: (PublishedFolder) throws(FileFault) -> Void
  ) throws(StoreFault) {
    var files = [try StoreFault.ofFiles { () throws(FileFault) in try writer.finishSummary() }]
    if let summary { files.append(summary) }
    let paths = folders.map { ($0.usage.path + "/" + SuspenseSchema.fileName, $0.sign) }
    let suspense = try StoreFault.ofUsage { () throws(UsageFolderFault) in try SuspenseMerge(paths) }
    files.append(
      try writer.write(SuspenseSchema.fileName) { write throws(StoreFault) in
        try StoreFault.ofUsage { () throws(UsageFolderFault) in try suspense.forEach(write) }
      })
    let digest = Self.difference(folders.map { ($0.usage.suspenseDigest, $0.sign) })
    var manifest = old.manifest
    manifest.ratingHash = ratingHash
    manifest.inputs = Self.inputs(folders)
    manifest.options = Self.options(folders)
    manifest.doors = manifest.inputs.reduce(into: DoorCounts()) { $0 += $1.doors }
    let allowances = old.path + "/" + AllowanceSchema.fileName
    let text: [UInt8]
    do throws(TableFileFault) {
      text = try TableFile.read(allowances)
    } catch {
      throw .file(FileFault(path: allowances, operation: .read, code: error.code))
    }
    let rowCount = Int(old.manifest.file(named: AllowanceSchema.fileName)?.rowCount ?? 0)
    try StoreFault.ofFiles { () throws(FileFault) in
      files.append(try writer.write(AllowanceSchema.fileName, text, rowCount: rowCount))
      files.append(
        try writer.write(
          SuspenseDigest.fileName, SuspenseDigest.text(of: digest), rowCount: digest.count))
      manifest.files = files.sorted { $0.name < $1.name }
      try extra(writer.folder)
      try writer.publish(manifest)
    }
  }

  /// The options of the first folder, with the events of all that are left to be settled.
  private static func options(
    _ folders: [(usage: UsageFolder, sign: Int64)]
  ) -> [SummaryManifest.Option] {
    let name = SummaryManifest.settledLater
    var count: Int64 = 0
    for (usage, sign) in folders {
      let value = usage.manifest.options.first { $0.name == name }?.value
      count += sign * (value.flatMap { Int64($0.description) } ?? 0)
    }
    let options = folders[0].usage.manifest.options.filter { $0.name != name }
    if count == 0 { return options }
    let settled = SummaryManifest.Option(name: name, value: Label(String(count)))
    return (options + [settled]).sorted { $0.name < $1.name }
  }

  /// The inputs of the first folder, with the records by door of all.
  private static func inputs(
    _ folders: [(usage: UsageFolder, sign: Int64)]
  ) -> [SummaryManifest.Input] {
    struct Key: Hashable {
      var name: Label
      var source: Label
      var hash: Label
    }
    var changes: [Key: DoorCounts] = [:]
    for (usage, sign) in folders.dropFirst() {
      for input in usage.manifest.inputs {
        let key = Key(name: input.name, source: input.source, hash: input.hash)
        changes[key, default: DoorCounts()] += input.doors.times(sign)
      }
    }
    return folders[0].usage.manifest.inputs.map { input in
      var input = input
      input.doors += changes[Key(name: input.name, source: input.source, hash: input.hash)] ?? DoorCounts()
      return input
    }
  }

  /// Digests added up by their keys, with their signs; rows of which nothing is left are none.
  private static func difference(
    _ digests: [(rows: [SuspenseDigestRow], sign: Int64)]
  ) -> [SuspenseDigestRow] {
    let signed = digests.map { rows, sign in
      rows.map { row in
        var row = row
        row.eventCount *= sign
        row.quantity = row.quantity.map { $0 * Int128(sign) }
        row.estimatedValue = row.estimatedValue.map { sign < 0 ? Amount.zero - $0 : $0 }
        return row
      }
    }
    return merged(signed).filter { $0.eventCount != 0 }
  }

  /// Commits runs that were published at `stagedPath(replacing:)`, all of them or none; those they replace count no more.
  ///
  /// `takingBack` says because of which run or file that was taken back; a whole run is revoked in the same commit.
  /// What was decided about suspended records is carried over (`SuspenseCarrying`). `settlements` are what is settled with
  /// them, published at `stagedSettlementPath`. `whenProved` is called once the documents were read again, before anything is
  /// committed, with the runs that have not kept the summary of those they replace.
  /// - Precondition: opened for changing.
  public func commitReplacing(
    _ runs: [ReplacingRun], settlements drafts: [SettlementDraft] = [], takingBack taken: TakenBack? = nil,
    whenProved: ([ProvedReplacing]) throws(StoreFault) -> Void = { _ in }
  ) throws(StoreFault) -> [RunCommit] {
    let replacing = try prepare(runs)
    try whenProved(
      replacing.runs.filter { $0.prepared.base == nil }.map {
        ProvedReplacing(replaced: $0.run.replaced, totals: $0.prepared.totals)
      })
    let settlements = try drafts.map { draft throws(StoreFault) in try prepare(draft) }
    try place(replacing)
    for settlement in settlements { try place(settlement) }
    return try book.transaction { () throws(StoreFault) in
      for settlement in settlements { try insert(settlement) }
      // The last one seals what was settled with all of them.
      var commits = try insert(replacing, settlements)
      if let taken { try insert(taken, settlements) }
      let head = try AuditTrail(book: book).head().hash
      if let last = commits.indices.last { commits[last].auditHead = head }
      return commits
    }
  }

  /// Runs that stand for others, whose documents were read and added up, with what was decided about suspended records of those.
  struct PreparedReplacing {
    var runs: [(run: ReplacingRun, prepared: PreparedRun)]
    var carried: CarriedSuspense
  }

  /// Reads the documents of runs that were published at `stagedPath(replacing:)`.
  func prepare(_ runs: [ReplacingRun]) throws(StoreFault) -> PreparedReplacing {
    var prepared: [(ReplacingRun, PreparedRun)] = []
    for run in runs {
      guard run.replaced.state == .current else {
        throw .refused("run \(run.replaced.number) is \(run.replaced.state.rawValue) already")
      }
      let path = stagedPath(replacing: run.replaced)
      let next = try prepare(path, run.draft, sharing: run.replaced)
      if let there = try self.run(identity: next.identity.hash) {
        throw .refused(
          "run \(there.number) is that of the same events and catalog; it is \(there.state.rawValue)")
      }
      prepared.append((run, next))
    }
    return PreparedReplacing(
      runs: prepared, carried: try carriedSuspense(replacing: Set(runs.map(\.replaced.id))))
  }

  /// Gives their folders their names.
  func place(_ replacing: PreparedReplacing) throws(StoreFault) {
    for (_, prepared) in replacing.runs { try place(prepared) }
  }

  /// Adds their rows; inside a transaction. The last one seals `settlements`.
  func insert(
    _ replacing: PreparedReplacing, _ settlements: [PreparedSettlement] = []
  ) throws(StoreFault) -> [RunCommit] {
    var commits: [RunCommit] = []
    for (_, prepared) in replacing.runs {
      commits.append(try insert(prepared, commits.count == replacing.runs.count - 1 ? settlements : []))
    }
    let replacements = zip(replacing.runs, commits).map { entry, commit in
      RunReplacement(
        old: entry.run.replaced, new: commit.run, keepsReasons: entry.run.keepsReasons,
        droppedFile: entry.run.droppedFile, lostRecord: entry.run.lostRecord)
    }
    try insert(replacing.carried, replacements)
    for (run, _) in replacing.runs {
      try book.run("UPDATE runs SET state = 'replaced' WHERE run_id = ?", [.text(run.replaced.id)])
    }
    return commits
  }
}

extension DoorCounts {
  fileprivate func times(_ sign: Int64) -> DoorCounts {
    DoorCounts(
      read: read * sign, rated: rated * sign, filtered: filtered * sign, duplicate: duplicate * sign,
      suspended: suspended * sign)
  }
}
