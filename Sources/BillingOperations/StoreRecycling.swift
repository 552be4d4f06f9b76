// Rating suspended records again: their kept bytes through the format of their source, as a run of its own. Read `run` first.

public import BillingStore
public import Catalog
public import DurableFiles
public import RatingEngine
public import Tables
import UsageSummary

/// Rates what waits in suspense again.
public struct StoreRecycling {
  /// What became of it.
  public enum Outcome {
    /// Records left suspense with a run.
    case committed(RunCommit, RunReport, waiting: Int)
    /// No record could be rated; those that wait do so for the reasons that the store knows now.
    case nothingRated(waiting: Int)
  }

  private let store: BillingStore
  private let catalog: Catalog
  private let catalogPath: String
  private let options: RatingOptions
  private let progress: RunProgress
  private let semantics: Int64
  // Rounds of rating: each is without those that the one before has left in suspense. More than two happen only where records
  // contradict each other.
  private static let roundsMax = 16

  /// Prepares to rate with the catalog that was loaded from `catalogPath`, in a store that was opened for changing.
  public init(
    in store: BillingStore, catalog: Catalog, catalogPath: String, options: RatingOptions,
    progress: RunProgress, semantics: Int64
  ) {
    self.store = store
    self.catalog = catalog
    self.catalogPath = catalogPath
    self.progress = progress
    self.semantics = semantics
    var options = options.forStore()
    options.sourceName = nil
    options.expectedRecords = nil
    options.expectedBytes = nil
    options.skipsDamagedFiles = false
    self.options = options
  }

  /// How many records that wait this catalog would take out of suspense, by the reason for which they wait. Nothing is changed.
  public func outlook() throws(OperationFault) -> [(reason: Label, count: Int)] {
    let staged = try stage()
    defer { staged.remove() }
    guard staged.count > 0 else { return [] }
    var counts: [Label: Int] = [:]
    _ = try rated(staged) { record, _ in counts[record.reason, default: 0] -= 1 }
    for record in staged.records.joined() { counts[record.reason, default: 0] += 1 }
    return counts.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      ($0.key, $0.value)
    }
  }

  /// Rates and commits.
  ///
  /// Records that are rated, filtered or found to be duplicates leave suspense; the run counts them and nothing else. The others
  /// stay, with the reason that they have now. `extra` puts files of the caller's own into the run's folder.
  public func run(
    extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> Outcome {
    var staged = try stage()
    defer { staged.remove() }
    guard staged.count > 0 else { return .nothingRated(waiting: staged.unreadableCount) }
    var stays: [SuspenseID: Label] = [:]
    for _ in 0..<Self.roundsMax {
      var found: [SuspenseID: Label] = [:]
      let result = try rated(staged) { record, place in found[record.id] = place.reason }
      stays.merge(found) { _, new in new }
      let waiting = stays.count + staged.unreadableCount
      if found.isEmpty {
        try note(stays)
        let commit = try commit(result, staged, extra)
        return .committed(commit, result.report(), waiting: waiting)
      }
      if found.count == staged.count {
        try note(stays)
        return .nothingRated(waiting: waiting)
      }
      staged.remove()
      staged = try stage(without: stays)
    }
    throw .store(
      .refused("suspended records contradict each other in circles; write off those that are wrong"))
  }

  // MARK: one round

  private func stage(without stays: [SuspenseID: Label] = [:]) throws(OperationFault) -> StagedSuspense {
    try OperationFault.ofStore { () throws(StoreFault) in
      try StagedSuspense(store, catalog) { stays[$0.id] == nil }
    }
  }

  /// Rates what was staged; `stays` gets every record that is suspended again.
  private func rated(
    _ staged: StagedSuspense, stays: (StagedSuspense.Record, SuspendedPlace) -> Void
  ) throws(OperationFault) -> RatingResult {
    var options = options
    options.windowStartMillis = try OperationFault.ofStore { () throws(StoreFault) in
      try store.duplicateWindow()
    }
    options.earlierKeyFiles = try OperationFault.ofStore { () throws(StoreFault) in
      try store.partPaths(named: RatingResult.keyFileName)
    }
    options.forgottenKeyFile = staged.keyPath
    let result = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: options, progress: progress).run(staged.inputs)
    }
    do throws(FileFault) {
      var strayCount = 0
      try result.forEachSuspended { place in
        if let record = staged.record(place) { stays(record, place) } else { strayCount += 1 }
      }
      let read = result.report().read
      guard strayCount == 0, read == staged.count else {
        throw FileFault(
          refusing: store.path,
          detail:
            "\(staged.count) suspended records were read as \(read); correct or write off those whose bytes "
            + "hold more or less than one record, such as a line end")
      }
    } catch {
      throw .store(.file(error))
    }
    return result
  }

  // MARK: what the store learns

  /// Notes new reasons of those that stay.
  private func note(_ stays: [SuspenseID: Label]) throws(OperationFault) {
    try OperationFault.ofStore { () throws(StoreFault) in
      var moves = SuspenseMoves()
      try store.forEachSuspended(SuspenseFilter()) { record in
        if let reason = stays[record.id] { moves.stay(record, for: reason) }
      }
      try store.note(moves, triedWith: catalog.ratingHash)
    }
  }

  private func commit(
    _ result: RatingResult, _ staged: StagedSuspense,
    _ extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> RunCommit {
    try StoreCommitting(store: store, catalog: catalog, catalogPath: catalogPath, semantics: semantics)
      .commit(
        result, draft: { () throws(StoreFault) in try draft(result, staged) },
        engine: { () throws(OperationFault) in
          try OperationFault.ofRun { () throws(RunFault) in
            try RatingRun(catalog: catalog, options: options, progress: progress)
          }
        }, extra: extra)
  }

  private func draft(_ result: RatingResult, _ staged: StagedSuspense) throws(StoreFault) -> RunDraft {
    var draft = RunDraft()
    draft.kind = .recycle
    draft.replaces = try store.revokedRun(reading: result.report().files.map { ($0.source, $0.hash) })
    let leaving = Set(staged.records.joined().map(\.id))
    var moves = SuspenseMoves()
    try store.forEachSuspended(SuspenseFilter()) { record in
      if leaving.contains(record.id) { moves.leave(record, as: .recycled) }
    }
    draft.moves = moves
    return draft
  }
}
