// Rating the events of runs again with another catalog: each run is replaced by one over the same events, their files are not
// needed. Read `run` first.

public import BillingStore
public import Catalog
public import DurableFiles
import Glibc
public import RatingEngine
import Tables
import UsageSummary

/// Rates what a store holds again.
public struct StoreRerating {
  /// What became of it.
  public struct Outcome: Sendable {
    /// The runs that were replaced, each with the one that stands for it now; nothing of a preview.
    public var commits: [(replaced: RunRecord, commit: RunCommit)] = []
    /// Runs that count.
    public var runCount = 0
    /// Runs of which nothing had to be rated again: the same catalog, or a change that none of their events can feel.
    public var untouchedCount = 0
    /// Events that were rated again.
    public var eventCount = 0
    /// Of these, how many wait in suspense with the catalog of before, and with this one.
    public var suspended = (old: 0, new: 0)
    /// The differences.
    public var delta = RerateDelta.none
  }

  private let store: BillingStore
  private let catalog: Catalog
  private let catalogPath: String
  private let options: RatingOptions
  private let progress: RunProgress
  private let semantics: Int64

  /// Prepares to rate with the catalog that was loaded from `catalogPath`. The store is opened for changing, or for reading where
  /// only previews are asked for. `options.groupBy` are the keys of the comparison.
  public init(
    in store: BillingStore, catalog: Catalog, catalogPath: String, options: RatingOptions,
    progress: RunProgress, semantics: Int64
  ) {
    self.store = store
    self.catalog = catalog
    self.catalogPath = catalogPath
    self.progress = progress
    self.semantics = semantics
    var options = options
    options.groupBy = options.groupBy ?? GroupColumn.allCases.filter { $0 != .day }
    options.keepsDetail = false
    options.keepsKeys = false
    options.keepsEvents = false
    options.sourceName = nil
    options.expectedRecords = nil
    options.expectedBytes = nil
    self.options = options
  }

  /// Rates the events in `box` again.
  ///
  /// `report` gets the outcome while the rows of its comparison can still be read. Of a preview nothing is left behind; else each
  /// run of which something was rated again is replaced, all in one commit, before `report` is called.
  public func run(
    _ box: EventBox = EventBox(), isPreview: Bool, report: (Outcome) throws(FileFault) -> Void
  ) throws(OperationFault) {
    if let refusal = PeriodCharges.refusal(catalog) { throw .run(.catalog(refusal)) }
    let scratch = try OperationFault.ofFiles { () throws(FileFault) in
      try ScratchFolder(in: options.temporaryFolder)
    }
    defer { scratch.remove() }
    var work = RerateWork(
      store: store, catalog: catalog, catalogPath: catalogPath, options: options, progress: progress,
      semantics: semantics, scratch: scratch.path, isPreview: isPreview)
    var outcome = Outcome()
    var replacing: [ReplacingRun] = []
    for run in try OperationFault.ofStore({ () throws(StoreFault) in try store.currentRuns() }) {
      outcome.runCount += 1
      guard let done = try work.rateAgain(run, box) else {
        outcome.untouchedCount += 1
        continue
      }
      outcome.eventCount += done.eventCount
      outcome.suspended.old += done.suspended.old
      outcome.suspended.new += done.suspended.new
      if let next = done.replacing { replacing.append(next) }
    }
    outcome.delta = try OperationFault.ofFiles { () throws(FileFault) in try RerateDelta(work.pairs) }
    if !replacing.isEmpty {
      let commits = try OperationFault.ofStore { () throws(StoreFault) in
        try store.keepCatalog(
          catalog.ratingHash, from: catalogPath, entries: CatalogFolder.entryNames, hash: StoreCatalog.hash)
        return try store.commitReplacing(replacing)
      }
      outcome.commits = zip(replacing, commits).map { ($0.replaced, $1) }
    }
    let done = outcome
    try OperationFault.ofFiles { () throws(FileFault) in try report(done) }
  }
}

/// The work of one command, run by run.
private struct RerateWork {
  /// What became of one run.
  struct Done {
    var eventCount = 0
    var suspended = (old: 0, new: 0)
    var replacing: ReplacingRun?
  }

  let store: BillingStore
  let catalog: Catalog
  let catalogPath: String
  let options: RatingOptions
  let progress: RunProgress
  let semantics: Int64
  let scratch: String
  let isPreview: Bool
  /// Tables before and after, to be compared.
  private(set) var pairs: [(old: String, new: String)] = []
  private var new: RatingRun?
  /// By rating hash: the catalog of runs, and what of it is different now.
  private var old: [String: (run: RatingRun, change: CatalogChange)] = [:]

  init(
    store: BillingStore, catalog: Catalog, catalogPath: String, options: RatingOptions,
    progress: RunProgress, semantics: Int64, scratch: String, isPreview: Bool
  ) {
    self.store = store
    self.catalog = catalog
    self.catalogPath = catalogPath
    self.options = options
    self.progress = progress
    self.semantics = semantics
    self.scratch = scratch
    self.isPreview = isPreview
  }

  /// Rates what a change can reach of a run; nil where that is nothing.
  mutating func rateAgain(_ run: RunRecord, _ box: EventBox) throws(OperationFault) -> Done? {
    // Nothing is left to rate again of what was billed and purged.
    if run.isPurged { return nil }
    let layers = try OperationFault.ofStore { () throws(StoreFault) in try store.layers(of: run) }
    if layers.allSatisfy({ $0.ratingHash == catalog.ratingHash }) { return nil }
    try refuseMoved(run)
    let events: StoredEvents
    do throws(FileFault) {
      events = try StoredEvents(folder: store.folder(of: run))
    } catch {
      throw .store(
        .refused(
          "run \(run.number) has no events to rate again (\(error.code == ENOENT ? "none were kept" : "\(error)"));"
            + " revoke it and rate its files again"))
    }
    var done = Done()
    var changes: [RatedAgain] = []
    var whole: RatingResult?
    for (index, layer) in layers.enumerated() where layer.ratingHash != catalog.ratingHash {
      let (before, change) = try earlier(layer.ratingHash)
      var selection = change.selection
      if change.isNothing { continue }
      selection.limits = [layer.box, box].filter { !$0.isUnbounded }
      selection.excluded = layers[(index + 1)...].map(\.box)
      let isWhole = change.isWhole && layers.count == 1 && box.isUnbounded
      if isWhole { selection = .all }
      let first = try rate(before, events, selection, keepsSuspense: !isPreview && !isWhole)
      let second = try rate(try later(), events, selection, keepsSuspense: !isPreview)
      let counts = (first.report(), second.report())
      guard counts.0.read > 0 else { continue }
      done.eventCount += counts.1.rated
      done.suspended.old += counts.0.suspendedCount
      done.suspended.new += counts.1.suspendedCount
      try compare(first, second)
      if isPreview { continue }
      if isWhole {
        whole = second
      } else {
        changes.append(try publish(first, second))
      }
    }
    if pairs.isEmpty || (done.eventCount == 0 && done.suspended == (0, 0) && whole == nil && changes.isEmpty)
    {
      return nil
    }
    if isPreview { return done }
    if whole == nil, changes.isEmpty { return nil }
    try stage(run, whole, changes)
    done.replacing = ReplacingRun(replaced: run, draft: try draft(run, layers, box))
    return done
  }

  /// Every suspended record of a run is tried again; what somebody has decided about some of them would be lost.
  private func refuseMoved(_ run: RunRecord) throws(OperationFault) {
    // Who takes its place would not be the one that has taken its records out of suspense: they would wait, and be billed.
    guard run.kind != .recycle else {
      throw .store(
        .refused(
          "run \(run.number) has recycled suspended records; revoke it, rate again, and recycle them again"))
    }
    try OperationFault.ofStore { () throws(StoreFault) in
      let count = try store.movedRecordCount(of: run)
      guard count == 0 else {
        throw .refused(
          "\(count) suspended records of run \(run.number) were recycled or written off, and would be tried once more; revoke the "
            + "runs that recycled them, rate again, and recycle what is left")
      }
    }
  }

  private func rate(
    _ run: RatingRun, _ events: StoredEvents, _ selection: EventSelection, keepsSuspense: Bool
  ) throws(OperationFault) -> RatingResult {
    try OperationFault.ofRun { () throws(RunFault) in
      try run.changed {
        $0.keepsSuspense = keepsSuspense
        $0.keepsSummary = !isPreview
      }.run([events], selection)
    }
  }

  private mutating func later() throws(OperationFault) -> RatingRun {
    if let new { return new }
    let made = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: options, progress: progress)
    }
    new = made
    return made
  }

  private mutating func earlier(_ hash: String) throws(OperationFault) -> (RatingRun, CatalogChange) {
    if let known = old[hash] { return known }
    let folder = store.catalogPath(hash)
    let kept: Catalog
    do throws(CatalogFault) { kept = try CatalogFolder.load(folder) } catch { throw .catalog(error) }
    guard kept.ratingHash == hash else {
      throw .store(.refused("catalogs/\(hash) is not as it was kept; 'ratemill verify --deep' tells more"))
    }
    if let refusal = PeriodCharges.refusal(kept) { throw .run(.catalog(refusal)) }
    let change = CatalogChange(from: kept, at: folder, to: catalog, at: catalogPath)
    let made = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: kept, options: options, progress: progress)
    }
    old[hash] = (made, change)
    return (made, change)
  }

  /// Writes what the events came to, and come to, by the keys of the comparison.
  private mutating func compare(_ first: RatingResult, _ second: RatingResult) throws(OperationFault) {
    let name = scratch + "/table-\(pairs.count)"
    let pair = (old: name + "-old.csv", new: name + "-new.csv")
    try OperationFault.ofFiles { () throws(FileFault) in
      for (result, path) in [(first, pair.old), (second, pair.new)] {
        let writer = try CheckedWriter(creating: path, mode: 0o600)
        try result.writeGrouped { bytes throws(FileFault) in try writer.write(bytes) }
        try writer.finish(isSynced: false)
      }
    }
    pairs.append(pair)
  }

  /// Writes both as usage folders.
  private func publish(_ first: RatingResult, _ second: RatingResult) throws(OperationFault) -> RatedAgain {
    let name = scratch + "/usage-\(pairs.count)"
    let again = RatedAgain(before: name + "-old", after: name + "-new")
    try OperationFault.ofFiles { () throws(FileFault) in
      for (result, path) in [(first, again.before), (second, again.after)] {
        try result.publish(at: path, semantics: semantics) { _ throws(FileFault) in }
      }
    }
    return again
  }

  // MARK: the run that replaces

  private func stage(
    _ run: RunRecord, _ whole: RatingResult?, _ changes: [RatedAgain]
  ) throws(OperationFault) {
    let shared = [RatingResult.keyFileName, StoredEvents.fileName]
    try OperationFault.ofStore { () throws(StoreFault) in
      guard let whole else {
        try store.writeReplacing(run, changes, ratingHash: Label(catalog.ratingHash)) {
          folder throws(FileFault) in
          try store.share(shared, of: run, with: folder)
        }
        return
      }
      do throws(FileFault) {
        try whole.publish(
          at: store.stagedPath(replacing: run), semantics: semantics,
          operations: PrivateFileOperations(store.fileOperations)
        ) { folder throws(FileFault) in
          try store.share(shared, of: run, with: folder)
        }
      } catch {
        throw .file(error)
      }
    }
  }

  private func draft(
    _ run: RunRecord, _ layers: [RunLayer], _ box: EventBox
  ) throws(OperationFault) -> RunDraft {
    var draft = RunDraft()
    draft.sources = catalog.sources.map {
      RunDraft.Source(name: $0.name, expected: $0.expected, sequence: $0.sequence)
    }
    for file in try OperationFault.ofStore({ () throws(StoreFault) in try store.files(of: run) }) {
      draft.places[Label(file.name)] = file.place
    }
    if !box.isUnbounded {
      draft.layers =
        layers + [
          RunLayer(
            ratingHash: catalog.ratingHash, from: box.from, until: box.until,
            accounts: box.accounts.map { $0.sorted() })
        ]
    }
    return draft
  }
}

/// A folder of its own for what a command needs while it goes on.
struct ScratchFolder {
  let path: String

  init(in folder: String?) throws(FileFault) {
    let root = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((root + "/ratemill-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileFault(path: root, operation: .open, code: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func remove() { try? DurableFolder.removeAll(path, operations: SystemFileOperations()) }
}
