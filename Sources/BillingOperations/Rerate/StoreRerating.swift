// Rating the events of runs again with another catalog: each run is replaced by one over the same events, their files are not
// needed. Read `run` first.

public import BillingStore
public import Catalog
import Dispatch
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
    if !replacing.isEmpty {
      let keeping = CatalogKeeping(store, catalog, from: catalogPath)
      // A commit that fails before it asks leaves nobody working in the store.
      defer { keeping.wait() }
      let commits = try OperationFault.ofStore { () throws(StoreFault) in
        try store.commitReplacing(replacing, settlements: settlements) { () throws(StoreFault) in
          try keeping.finish()
        }
      }
      outcome.commits = zip(replacing, commits).map { ($0.replaced, $1) }
      try work.compareRewritten(outcome.commits)
    }
    outcome.delta = try OperationFault.ofFiles { () throws(FileFault) in
      try RerateDelta(work.pairs, emptyColumns: work.comparedColumns)
    }
    let done = outcome
    try OperationFault.ofFiles { () throws(FileFault) in try report(done) }
  }
}

/// A catalog that is kept while the documents of the commit are read again: most of that is waiting for the device.
private final class CatalogKeeping: @unchecked Sendable {
  // Safe to share: the result is read when the group has finished, and keeping touches files alone.
  private let group = DispatchGroup()
  private var result: Result<Void, StoreFault> = .success(())

  init(_ store: BillingStore, _ catalog: Catalog, from path: String) {
    nonisolated(unsafe) let store = store
    DispatchQueue.global().async(group: group) {
      self.result = Result { () throws(StoreFault) in try store.keep(catalog, from: path) }
    }
  }

  func wait() { group.wait() }

  /// Waits until it is kept.
  func finish() throws(StoreFault) {
    wait()
    try result.get()
  }
}
