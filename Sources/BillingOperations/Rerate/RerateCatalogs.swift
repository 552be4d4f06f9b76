// The catalogs with which events are rated again: that of now, and those of the runs, each loaded and compiled once, where it is
// needed.

import BillingStore
import Catalog
import RatingEngine

/// The catalogs of one command.
struct RerateCatalogs {
  /// A catalog that has priced events of the store.
  struct Earlier {
    var catalog: Catalog
    var change: CatalogChange
  }

  private let store: BillingStore
  private let catalog: Catalog
  private let catalogPath: String
  private let options: RatingOptions
  private let progress: RunProgress
  private var new: RatingRun?
  /// By rating hash: the catalog of runs, and what of it is different now.
  private var old: [String: Earlier] = [:]
  /// The same catalogs, compiled where events are rated with them.
  private var oldRuns: [String: RatingRun] = [:]

  /// Takes the catalog of now, which was loaded from `path`, and how events are rated.
  init(store: BillingStore, now catalog: Catalog, path: String, options: RatingOptions, progress: RunProgress)
  {
    self.store = store
    self.catalog = catalog
    catalogPath = path
    self.options = options
    self.progress = progress
  }

  /// The catalog of now, compiled.
  mutating func later() throws(OperationFault) -> RatingRun {
    if let new { return new }
    let made = try compiled()
    new = made
    return made
  }

  private func compiled() throws(OperationFault) -> RatingRun {
    try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: options, progress: progress)
    }
  }

  /// A catalog of before.
  mutating func earlier(_ hash: String) throws(OperationFault) -> Earlier {
    if let known = old[hash] { return known }
    let folder = store.catalogPath(hash)
    let kept = try load(folder)
    guard kept.ratingHash == hash else {
      throw .store(.refused("catalogs/\(hash) is not as it was kept; 'ratemill verify --deep' tells more"))
    }
    let change = CatalogChange(from: kept, at: folder, to: catalog, at: catalogPath)
    let earlier = Earlier(catalog: kept, change: change)
    old[hash] = earlier
    return earlier
  }

  /// Loads a catalog of before, and the first time compiles that of now on another core.
  private mutating func load(_ folder: String) throws(OperationFault) -> Catalog {
    if new != nil { return try OperationFault.load(folder) }
    let catalogs = self
    let compiling = BesideWork { () throws(OperationFault) in try catalogs.compiled() }
    // Where it cannot be rated with, whoever needs it says so.
    defer { new = try? compiling.finish() }
    return try OperationFault.load(folder)
  }

  /// The catalog of before, compiled.
  mutating func earlierRun(_ hash: String) throws(OperationFault) -> RatingRun {
    if let known = oldRuns[hash] { return known }
    let kept = try earlier(hash).catalog
    let made = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: kept, options: options, progress: progress)
    }
    oldRuns[hash] = made
    return made
  }
}
