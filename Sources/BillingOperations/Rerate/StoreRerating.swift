// Rating the events of runs again with another catalog: each run is replaced by one over the same events, their files are not
// needed. Read `run` first.

public import BillingStore
public import Catalog
public import DurableFiles
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
  /// only previews are asked for. `options.groupBy` are the keys of the comparison; nil for account, kind and currency, by which
  /// the book tells what runs came to.
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
    options.keepsDetail = false
    options.keepsKeys = false
    options.keepsEvents = false
    options.settlesLater = true
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
    let scratch = try OperationFault.ofFiles { () throws(FileFault) in
      try ScratchFolder(in: options.temporaryFolder)
    }
    defer { scratch.remove() }
    var work = try RerateWork(
      store: store, catalog: catalog, catalogPath: catalogPath, options: options, progress: progress,
      semantics: semantics, scratch: scratch.path, isPreview: isPreview)
    var outcome = Outcome()
    var replacing: [ReplacingRun] = []
    let runs = try OperationFault.ofStore({ () throws(StoreFault) in try store.currentRuns() })
    try work.refuseUnknown(box.accounts ?? [], runs)
    let box = try work.choose(box, runs)
    for run in runs {
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
    // Where only some accounts or days are rated again that are no whole owners, what is settled is not among them.
    var settlements: [SettlementDraft] = []
    if let owners = work.owners {
      if work.hasReplaced { settlements = try work.settleOwners(owners) }
    } else if box.isUnbounded, outcome.untouchedCount < outcome.runCount, let all = try work.settle() {
      settlements = [all]
    }
    if replacing.isEmpty {
      outcome.delta = try work.comparison.delta([])
    } else {
      nonisolated(unsafe) let store = store
      let (catalog, catalogPath) = (catalog, catalogPath)
      // While the documents of the commit are read again: most of it is waiting for the device.
      let keeping = BesideWork { () throws(StoreFault) in try store.keep(catalog, from: catalogPath) }
      // While the book takes the rows.
      var comparing: BesideWork<RerateDelta, OperationFault>?
      // A commit that fails leaves nobody working.
      defer {
        keeping.wait()
        comparing?.wait()
      }
      nonisolated(unsafe) let comparison = work.comparison
      let commits = try OperationFault.ofStore { () throws(StoreFault) in
        try store.commitReplacing(replacing, settlements: settlements) { (proved) throws(StoreFault) in
          try keeping.finish()
          comparing = BesideWork { () throws(OperationFault) in try comparison.delta(proved) }
        }
      }
      outcome.commits = zip(replacing, commits).map { ($0.replaced, $1) }
      if let delta = try comparing?.finish() { outcome.delta = delta }
    }
    let done = outcome
    try OperationFault.ofFiles { () throws(FileFault) in try report(done) }
  }
}
