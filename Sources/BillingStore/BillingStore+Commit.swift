// The commit of a run: its folder is on the device under its name, then one transaction makes it part of the store.

public import BillingCalendar
import Dispatch
import DurableFiles
import Money
public import Tables
import UsageSummary

/// What the book is told of a run besides its documents.
public struct RunDraft: Sendable {
  /// What a source promises.
  public struct Source: Hashable, Sendable {
    /// Its name.
    public var name: Label
    /// How often a file is expected; empty for none.
    public var expected: Label
    /// Pattern of file names with `{n}` for the running number; empty for none.
    public var sequence: Label

    /// Takes the three.
    public init(name: Label, expected: Label, sequence: Label) {
      self.name = name
      self.expected = expected
      self.sequence = sequence
    }
  }

  /// What makes it.
  public var kind = RunRecord.Kind.rate
  /// The run that it replaces or rates again.
  public var replaces: String?
  /// Places of the inputs by their names, noted before they were read.
  public var places: [Label: FilePlace] = [:]
  /// Days on which records of the inputs begin to be charged, by their names; of a run that replaces another they are those of that.
  public var days: [Label: ClosedRange<CivilDate>] = [:]
  /// The sources of the catalog.
  public var sources: [Source] = []
  /// Of kind recycle: the suspended records that it has read.
  public var moves: SuspenseMoves?
  /// Which catalog has priced which events, where it is not one alone.
  public var layers: [RunLayer] = []
  /// What it leaves to be settled, where its catalog has such usage.
  public var settling: SettlingUsage?
  /// What is settled with it, published at `BillingStore.stagedSettlementPath`.
  public var settlements: [SettlementDraft] = []

  /// Makes a draft of a run that replaces nothing.
  public init() {}
}

/// A commit as it was done.
public struct RunCommit: Sendable {
  /// The run.
  public var run: RunRecord
  /// Whether the same run was there already; then nothing was changed.
  public var wasThere: Bool
  /// Records of earlier runs that it contradicts, and that count no more: the run in which each was, and how many.
  public var withdrawn: [(run: RunRecord, count: Int)] = []
  /// Records of earlier runs that are duplicates now, because copies in its files come first: the run in which each was, and how many.
  public var displaced: [(run: RunRecord, count: Int)] = []
  /// The seal of the last row of the audit trail: who keeps it can tell later that nothing before was changed.
  public var auditHead: String
}

extension BillingStore {
  /// Where the documents of a run are published before they are committed.
  public var stagedRunPath: String { path(.runs, "incoming") }

  /// A folder for what a command needs while it goes on; whoever makes it removes it, else the next sweep does.
  public var scratchPath: String { path(.runs, "scratch") }

  /// Makes the usage folder that was published at `stagedRunPath` a run of the store, together with runs that stand for earlier ones
  /// because of it, published at `stagedPath(replacing:)`.
  ///
  /// The folder is read and proved once more, from the device's side of writing. A run that is there already is left as it is,
  /// and the staged one is removed. The catalog was kept before (`keepCatalog`).
  /// - Precondition: opened for changing.
  public func commitStagedRun(
    _ draft: RunDraft, replacing runs: [ReplacingRun] = []
  ) throws(StoreFault) -> RunCommit {
    let prepared = try prepare(stagedRunPath, draft)
    if let run = try run(identity: prepared.identity.hash) {
      try removeStaged()
      guard run.state == .current else {
        throw .refused(
          "run \(run.number) has read the same with the same catalog, and is \(run.state.rawValue)")
      }
      return RunCommit(run: run, wasThere: true, auditHead: try AuditTrail(book: book).head().hash)
    }
    let replacing = try prepare(runs)
    let settlements = try draft.settlements.map { draft throws(StoreFault) in try prepare(draft) }
    try place(prepared)
    try place(replacing)
    for settlement in settlements { try place(settlement) }
    return try book.transaction { () throws(StoreFault) in
      for settlement in settlements { try insert(settlement) }
      _ = try insert(replacing)
      return try insert(prepared, settlements)
    }
  }

  /// A run whose documents were read and added up.
  struct PreparedRun {
    var draft: RunDraft
    var usage: UsageFolder
    var identity: RunIdentity
    /// Of all rows, or where `base` is given of its corrections.
    var totals: UsageTotals
    var parts: [RunPart]
    /// The run whose rows of the book are those of its summary.
    var base: String?
  }

  /// Reads the documents at `path` once more; files that `shared` has as well are those of that run.
  func prepare(
    _ path: String, _ draft: RunDraft, sharing shared: RunRecord? = nil
  ) throws(StoreFault) -> PreparedRun {
    let known = try partsShared(with: shared, at: path)
    let base = try base(at: path, sharing: shared)
    // The large files beside the documents, while those are read by as many threads as there are cores.
    nonisolated(unsafe) var parts: Result<[RunPart], StoreFault> = .success([])
    let names = Set(known.map(\.name))
    let group = DispatchGroup()
    DispatchQueue(label: "ratemill.parts").async(group: group) {
      parts = Result { () throws(StoreFault) in try Self.parts(at: path, without: names) }
    }
    let documents = Result { () throws(StoreFault) in
      try StoreFault.ofUsage { () throws(UsageFolderFault) in
        try UsageTotals.proving(path, onlyFiles: base?.otherFiles)
      }
    }
    group.wait()
    let (usage, totals) = try documents.get()
    return PreparedRun(
      draft: draft, usage: usage,
      identity: RunIdentity(usage.manifest, kind: draft.kind, replacing: draft.replaces),
      totals: totals, parts: try parts.get() + known, base: base?.runID)
  }

  /// Gives the folder of a prepared run its name.
  func place(_ prepared: PreparedRun) throws(StoreFault) {
    try StoreFault.ofFiles { () throws(FileFault) in
      try DurableFolder.rename(
        prepared.usage.path, to: path(.runs, prepared.identity.runID), operations: operations)
    }
  }

  /// Adds the rows of a run whose folder is in its place; inside a transaction.
  func insert(
    _ prepared: PreparedRun, _ settlements: [PreparedSettlement] = []
  ) throws(StoreFault) -> RunCommit {
    let (draft, usage) = (prepared.draft, prepared.usage)
    let run = try insertRun(draft, prepared.identity, usage)
    try insertFiles(of: run, usage.manifest, draft)
    try insertParts(prepared.parts, of: run)
    try insertSources(draft.sources, run)
    try insert(draft.layers, of: run)
    if let settling = draft.settling { try insert(settling, of: run) }
    try prepared.totals.insert(into: book, table: "run_usage", owner: run.id)
    if let base = prepared.base {
      try book.run("INSERT INTO run_bases (run_id, base_id) VALUES (?, ?)", [.text(run.id), .text(base)])
    }
    try insertSuspense(of: run, usage.suspenseDigest)
    if let moves = draft.moves {
      try insert(moves, .recycle, runID: run.id, reason: "", catalog: run.ratingHash, at: run.committedAt)
    }
    let head = try AuditTrail(book: book).append(
      draft.kind.rawValue, subject: run.id, details: auditDetails(run, usage.manifest, draft, settlements),
      at: run.committedAt)
    return RunCommit(run: run, wasThere: false, auditHead: head)
  }

  /// Throws the staged documents away.
  public func removeStaged() throws(StoreFault) {
    do throws(FileFault) {
      try DurableFolder.removeAll(stagedRunPath, operations: operations)
    } catch {
      throw .file(error)
    }
  }

  private func insertRun(
    _ draft: RunDraft, _ identity: RunIdentity, _ usage: UsageFolder
  ) throws(StoreFault) -> RunRecord {
    let manifest = usage.manifest
    let run = RunRecord(
      id: identity.runID, number: Int(try book.integer("SELECT MAX(number) FROM runs") ?? 0) + 1,
      kind: draft.kind, state: .current, identity: identity.hash, replaces: draft.replaces, committedAt: now,
      program: tools.program, semantics: manifest.semantics, ratingHash: manifest.ratingHash.description,
      manifestHash: usage.manifestHash, doors: manifest.doors,
      summaryRowCount: manifest.file(named: SummarySchema.fileName)?.rowCount ?? 0)
    try book.run(
      """
      INSERT INTO runs (run_id, number, kind, state, identity, replaces, committed_at, program, semantics,
        catalog_hash, manifest_sha256, read, rated, filtered, duplicate, suspended, summary_rows)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(run.id), .count(run.number), .text(run.kind.rawValue), .text(run.state.rawValue),
        .text(run.identity), .optional(run.replaces), .text(run.committedAt), .text(run.program),
        .integer(run.semantics), .text(run.ratingHash), .text(run.manifestHash),
      ] + run.doors.bookValues + [.integer(run.summaryRowCount)])
    return run
  }

  private func insertFiles(
    of run: RunRecord, _ manifest: SummaryManifest, _ draft: RunDraft
  ) throws(StoreFault) {
    var days = draft.days
    if draft.kind == .rerate, let replaced = draft.replaces {
      for file in try files(of: self.run(named: replaced)) { days[Label(file.name)] = file.days }
    }
    let statement = try book.prepare(
      """
      INSERT INTO run_files (run_id, position, name, source, decoded_bytes, content_hash, place,
        read, rated, filtered, duplicate, suspended, first_day, last_day)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    for (index, input) in manifest.inputs.enumerated() {
      try statement.run(
        [
          .text(run.id), .count(index + 1), .label(input.name), .label(input.source),
          .integer(input.decodedBytes), .label(input.hash),
          .optional(draft.places[input.name]?.description),
        ] + input.doors.bookValues
          + [days[input.name]?.lowerBound, days[input.name]?.upperBound].map {
            .optional($0?.description)
          })
    }
  }

  private func insertSources(_ sources: [RunDraft.Source], _ run: RunRecord) throws(StoreFault) {
    let statement = try book.prepare(
      "INSERT OR REPLACE INTO sources (source, expected, sequence, run_id) VALUES (?, ?, ?, ?)")
    for source in sources {
      try statement.run([
        .label(source.name), .label(source.expected), .label(source.sequence), .text(run.id),
      ])
    }
  }

  private func insertSuspense(
    of run: RunRecord, _ digest: [SuspenseDigestRow]
  ) throws(StoreFault) {
    let statement = try book.prepare(
      """
      INSERT INTO run_suspense (run_id, reason, account, unit, currency, event_count, quantity, estimated_value)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    for row in digest {
      let quantity = try row.quantity.map { (quantity) throws(StoreFault) -> BookValue in
        .integer(try UsageTotals.narrow(quantity, "a suspended quantity"))
      }
      try statement.run([
        .text(run.id), .label(row.reason), .label(row.account), .text(row.serviceKind?.unit ?? ""),
        .text(row.currency?.code ?? ""), .integer(row.eventCount), quantity ?? .null,
        .optional(row.estimatedValue?.description),
      ])
    }
  }

  private func auditDetails(
    _ run: RunRecord, _ manifest: SummaryManifest, _ draft: RunDraft, _ settlements: [PreparedSettlement]
  ) -> JSONValue {
    let amounts = manifest.sums.amounts
    let details: JSONValue = [
      "number": .integer(run.number), "manifest_sha256": .text(run.manifestHash),
      "settlement_sha256": PreparedSettlement.seal(settlements),
      "catalog": .text(run.ratingHash), "replaces": .textOrNull(run.replaces),
      "files": .integer(manifest.inputs.count), "read": .integer(run.doors.read),
      "rated": .integer(run.doors.rated), "suspended": .integer(run.doors.suspended),
      "amounts": .object(
        amounts.sorted { $0.key < $1.key }.map {
          JSONMember(name: Label($0.key.code), value: .text($0.value.description))
        }),
    ]
    guard let moves = draft.moves, case .object(let members) = details else { return details }
    return .object(
      members + [
        JSONMember(name: "by", value: .text(tools.user)),
        JSONMember(name: "moves_sha256", value: .text(moves.hash)),
      ])
  }
}

extension DoorCounts {
  /// The five columns of the book.
  var bookValues: [BookValue] {
    [.integer(read), .integer(rated), .integer(filtered), .integer(duplicate), .integer(suspended)]
  }
}
