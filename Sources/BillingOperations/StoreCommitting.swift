// The commit of a run, whatever it has read: documents, catalog, settlement, and the runs from which it withdraws records. What new
// files and suspended records have in common.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine

/// Makes a rated result a run of a store.
struct StoreCommitting {
  let store: BillingStore
  let catalog: Catalog
  let catalogPath: String
  let semantics: Int64

  /// Publishes the documents, settles what they touch, and commits.
  ///
  /// `draft` is asked once the catalog is kept; `engine` only where something is settled. `displaced` are runs that hold records of which
  /// copies in this one count instead. `settled` is given the settlements before they are committed. `extra` puts files of the
  /// caller's own beside the documents. Nothing is committed where this throws.
  func commit(
    _ result: RatingResult, draft: () throws(StoreFault) -> RunDraft,
    engine: () throws(OperationFault) -> RatingRun, displacing displaced: [RevisedRun] = [],
    settled: ([SettlementDraft]) throws(StoreFault) -> Void = { _ throws(StoreFault) in },
    extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> RunCommit {
    var draft = try OperationFault.ofStore { () throws(StoreFault) in
      try store.keep(catalog, from: catalogPath)
      return try draft()
    }
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: store.stagedRunPath, semantics: semantics,
        operations: PrivateFileOperations(store.fileOperations)
      ) { folder throws(FileFault) in
        try result.writeHeaders(to: folder)
        try result.writeEnds(to: folder)
        try extra(result, folder)
      }
    }
    var new: [StoreSettling.NewRun] = []
    if let later = result.later {
      let usage = SettlingUsage(accounts: Set(later.accounts), span: later.span)
      draft.settling = usage
      new.append(StoreSettling.NewRun(folder: store.stagedRunPath, usage: usage))
    }
    // A record that was recycled waits again by itself.
    let contradicted =
      draft.kind == .recycle
      ? [] : try StoreConflicts(store: store).beginning(with: result.contradicted, catalog)
    let withdrawing = RevisedRun.joined(contradicted, displaced)
    guard withdrawing.isEmpty else { return try commit(draft, new, withdrawing, settled) }
    if !new.isEmpty {
      draft.settlements = [
        try StoreSettling(store: store, catalog: catalog, engine: try engine(), semantics: semantics)
          .stage(adding: new)
      ].compactMap { $0 }
    }
    let done = draft
    return try OperationFault.ofStore { () throws(StoreFault) in
      try settled(done.settlements)
      return try store.commitStagedRun(done)
    }
  }

  /// Commits a run with those that stand for the ones from which it withdraws records.
  private func commit(
    _ draft: RunDraft, _ new: [StoreSettling.NewRun], _ withdrawing: [RevisedRun],
    _ settled: ([SettlementDraft]) throws(StoreFault) -> Void
  ) throws(OperationFault) -> RunCommit {
    let staged = try RevisingRuns(store: store).stage(withdrawing)
    var draft = draft
    draft.settlements = try SettlingCatalogs(store: store).stage(
      without: withdrawing.map(\.run), adding: staged.settling + new,
      newest: (catalog.ratingHash, semantics))
    let done = draft
    return try OperationFault.ofStore { () throws(StoreFault) in
      try settled(done.settlements)
      var commit = try store.commitStagedRun(done, replacing: staged.replacing)
      commit.withdrawn = withdrawing.filter { !$0.reversed.isEmpty }.map { ($0.run, $0.reversed.count) }
      commit.displaced = withdrawing.filter { !$0.displaced.isEmpty }.map { ($0.run, $0.displaced.count) }
      return commit
    }
  }
}

extension RatingOptions {
  /// These options for a run that a store keeps: with every document, and with keys and events for later runs; what depends on a
  /// whole period is settled with the commit.
  func forStore() -> RatingOptions {
    var options = self
    options.groupBy = nil
    options.keepsSummary = true
    options.keepsSuspense = true
    options.keepsKeys = true
    options.keepsEvents = true
    options.settlesLater = true
    options.hashesInputs = true
    options.notesDays = true
    options.findsDuplicates = true
    return options
  }
}
