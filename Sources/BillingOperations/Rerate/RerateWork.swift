// The work of rating runs again, one after the other: what a change can reach is rated with the catalog of before and with that of
// now. What depends on whole periods is in RerateWork+Settling.swift; the catalogs are in RerateCatalogs.swift, what is compared in
// RerateComparison.swift.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import Glibc
import RatingEngine
import Tables
import UsageSummary

/// The work of one command.
struct RerateWork {
  /// What became of one run.
  struct Done {
    var eventCount = 0
    var suspended = (old: 0, new: 0)
    var replacing: ReplacingRun?
  }

  /// A run that counts, with what it leaves to be settled.
  struct SettlingRun {
    /// Nil for a purged run: it has left nothing, but its time counts.
    var events: StoredEvents?
    var usage: SettlingUsage
  }

  let store: BillingStore
  let catalog: Catalog
  let options: RatingOptions
  let semantics: Int64
  let scratch: String
  let isPreview: Bool
  /// Whether usage of a catalog depends on whole periods: every event is rated again then.
  let settles: Bool
  /// What runs have left to be settled as they count now.
  let settlingBefore: [(run: RunRecord, usage: SettlingUsage)]
  /// What purges have closed of settled usage: it stays as it was billed.
  let closed: ClosedUsage
  /// The same as they will count.
  var settlingAfter: [SettlingRun] = []
  /// Accounts that make up whole owners of what is settled, where only they are rated again.
  var owners: Set<Label>?
  /// The days that were chosen, and those from the first to the last usage period of all whose usage is settled.
  var chosenDays: EventBox?
  var settledDays: (from: CivilDate, until: CivilDate)?
  /// The last run for which the new catalog is another one.
  var lastOther: String?
  /// Whether the new catalog has settled these accounts already.
  var areSettledSo = false
  /// Whether a run of these accounts is replaced.
  var hasReplaced = false
  /// The catalogs.
  var catalogs: RerateCatalogs
  /// What is compared.
  var comparison: RerateComparison

  init(
    store: BillingStore, catalog: Catalog, catalogPath: String, options: RatingOptions,
    progress: RunProgress, semantics: Int64, scratch: String, isPreview: Bool
  ) throws(OperationFault) {
    self.store = store
    self.catalog = catalog
    var options = options
    comparison = try OperationFault.ofStore { () throws(StoreFault) in
      try RerateComparison(
        store, isOfCosts: !catalog.suppliers.isEmpty, groupBy: &options.groupBy, scratch: scratch)
    }
    catalogs = RerateCatalogs(
      store: store, now: catalog, path: catalogPath, options: options, progress: progress)
    self.options = options
    self.semantics = semantics
    self.scratch = scratch
    self.isPreview = isPreview
    (settlingBefore, closed) = try OperationFault.ofStore { () throws(StoreFault) in
      (try store.settlingRuns(), try store.closedUsage())
    }
    settles = RatingResult.settles(catalog) || !settlingBefore.isEmpty
  }

  /// Rates what a change can reach of a run; nil where that is nothing.
  mutating func rateAgain(_ run: RunRecord, _ box: EventBox) throws(OperationFault) -> Done? {
    guard let done = try rated(run, box) else {
      if let usage = settlingBefore.first(where: { $0.run.id == run.id })?.usage {
        settlingAfter.append(SettlingRun(events: run.isPurged ? nil : try events(of: run), usage: usage))
      }
      return nil
    }
    return done
  }

  private mutating func rated(_ run: RunRecord, _ box: EventBox) throws(OperationFault) -> Done? {
    // Nothing is left to rate again of what was billed and purged.
    if run.isPurged { return nil }
    let layers = try OperationFault.ofStore { () throws(StoreFault) in try store.layers(of: run) }
    if layers.allSatisfy({ $0.ratingHash == catalog.ratingHash || closed.holds($0) }) { return nil }
    let held = try OperationFault.ofStore { () throws(StoreFault) in try store.heldRecords(of: run) }
    let stored = try events(of: run).leavingOut(held)
    if owners != nil { return try rateOwners(run, layers, stored, box) }
    return settles && box.isUnbounded
      ? try rateAll(run, layers, stored, held) : try rateReached(run, layers, stored, held, box)
  }

  func events(of run: RunRecord) throws(OperationFault) -> StoredEvents {
    do throws(FileFault) {
      return try StoredEvents(folder: store.folder(of: run))
    } catch {
      throw .store(
        .refused(
          "run \(run.number) has no events to rate again (\(error.code == ENOENT ? "none were kept" : "\(error)"));"
            + " revoke it and rate its files again"))
    }
  }

  /// The events of all runs that were settled before.
  func settledEventsBefore() throws(OperationFault) -> [StoredEvents] {
    try OperationFault.ofFiles { () throws(FileFault) in
      try settlingBefore.filter { !$0.run.isPurged }.map { entry throws(FileFault) in
        try StoredEvents(folder: store.folder(of: entry.run))
      }
    }
  }

  // MARK: events that a change can reach

  private mutating func rateReached(
    _ run: RunRecord, _ layers: [RunLayer], _ events: StoredEvents, _ held: [Label: Set<Int64>],
    _ box: EventBox
  ) throws(OperationFault) -> Done? {
    var done = Done()
    var changes: [RatedAgain] = []
    var whole: RatingResult?
    var isAny = false
    var spans: [ClosedRange<Int64>] = []
    let left = closedEvents(of: run)
    for (index, layer) in layers.enumerated()
    where layer.ratingHash != catalog.ratingHash && !closed.holds(layer) {
      let earlier = try catalogs.earlier(layer.ratingHash)
      if earlier.change.isNothing { continue }
      let haveMoved = try haveMoved(run, before: layer, earlier.change)
      let isAll = earlier.change.isWhole || haveMoved
      var selection = isAll ? CatalogChange.wholeSelection : earlier.change.selection
      selection.limits = [layer.box, box].filter { !$0.isUnbounded }
      selection.excluded = layers[(index + 1)...].map(\.box) + left
      let isWhole = isAll && layers.count == 1 && box.isUnbounded && held.isEmpty && left.isEmpty
      if isWhole { selection = .all }
      if isWhole, comparison.isOfBook {
        let engine = try catalogs.later()
        nonisolated(unsafe) let comparison = comparison
        // The book is read while the engine rates, which knows nothing of it.
        let before = BesideWork { () throws(OperationFault) in try comparison.sums(of: run) }
        defer { before.wait() }
        let again = try rate(engine, events, .all, keepsSuspense: !isPreview)
        let sums = try before.finish()
        done.eventCount = again.report().rated
        done.suspended = (Int(run.doors.suspended), again.report().suspendedCount)
        isAny = true
        if isPreview {
          try self.comparison.add(nil, again)
          self.comparison.add(before: sums)
        } else {
          self.comparison.expect(after: run, before: sums)
        }
        whole = again
        continue
      }
      let first = try rate(
        try catalogs.earlierRun(layer.ratingHash), events, selection, keepsSuspense: !isPreview && !isWhole)
      let second = try rate(try catalogs.later(), events, selection, keepsSuspense: !isPreview)
      let counts = (first.report(), second.report())
      guard counts.0.read > 0 else { continue }
      if settles { try refuseSettled(first, second) }
      spans += [second.later?.span].compactMap { $0 }
      isAny = true
      done.eventCount += counts.1.rated
      done.suspended.old += counts.0.suspendedCount
      done.suspended.new += counts.1.suspendedCount
      try comparison.add(first, second)
      if isPreview { continue }
      if isWhole {
        whole = second
      } else {
        changes.append(RatedAgain(before: try publish(first), after: try publish(second)))
      }
    }
    guard isAny else { return nil }
    if isPreview { return done }
    try stage(run, whole, changes) { folder throws(FileFault) in
      // Which events are settled stays as it was.
      try store.share([StoredEvents.settledMarksName], of: run, with: folder)
    }
    var draft = try draft(run, layers, box)
    if !left.isEmpty { draft.layers = closed.layers(draft.layers, above: layers) }
    draft.settling = settlingKept(run, spans)
    done.replacing = ReplacingRun(replaced: run, draft: draft, keepsReasons: !box.isUnbounded)
    return done
  }

  /// Whether events of a run may belong to other accounts with the catalog of a layer than when they were read: what was noted of
  /// their accounts then does not tell any more which of them a change of accounts reaches.
  private mutating func haveMoved(
    _ run: RunRecord, before layer: RunLayer, _ change: CatalogChange
  ) throws(OperationFault) -> Bool {
    guard !change.accounts.isEmpty, run.kind == .rerate else { return false }
    let first = try OperationFault.ofStore { () throws(StoreFault) in try store.firstReading(of: run) }
    if first.ratingHash == layer.ratingHash { return false }
    let folders = [first.ratingHash, layer.ratingHash].map { store.catalogPath($0) }
    return CatalogChange(
      from: try OperationFault.load(folders[0]), at: folders[0],
      to: try catalogs.earlier(layer.ratingHash).catalog,
      at: folders[1]
    ).mayMoveEvents
  }

  // MARK: all events, where some are settled

  private mutating func rateAll(
    _ run: RunRecord, _ layers: [RunLayer], _ events: StoredEvents, _ held: [Label: Set<Int64>]
  ) throws(OperationFault) -> Done? {
    var isAny = false
    for layer in layers where layer.ratingHash != catalog.ratingHash && !closed.holds(layer) {
      if try !catalogs.earlier(layer.ratingHash).change.isNothing { isAny = true }
    }
    guard isAny else { return nil }
    var done = Done()
    let left = closedEvents(of: run)
    // What stays as it was is taken over: records about which something was decided, and what is closed.
    let isWhole = held.isEmpty && left.isEmpty
    var selection = EventSelection.all
    selection.takesLeavers = isWhole
    selection.excluded = left
    let second = try rate(try catalogs.later(), events, selection, keepsSuspense: !isPreview)
    done.eventCount = second.report().rated
    done.suspended.new = second.report().suspendedCount
    var changes: [RatedAgain] = []
    for (index, layer) in layers.enumerated() {
      var part = selection
      part.takesLeavers = false
      part.limits = [layer.box].filter { !$0.isUnbounded }
      part.excluded = layers[(index + 1)...].map(\.box) + left
      let isKept = !isPreview && !isWhole
      let first = try rate(try catalogs.earlierRun(layer.ratingHash), events, part, keepsSuspense: isKept)
      done.suspended.old += first.report().suspendedCount
      try comparison.add(first, nil)
      if isKept { changes.append(RatedAgain(before: try publish(first), after: nil)) }
    }
    try comparison.add(nil, second)
    var usage = second.later.map { SettlingUsage(accounts: Set($0.accounts), span: $0.span) }
    if !left.isEmpty { usage = withClosed(usage, of: run) }
    let settled = try OperationFault.ofFiles { () throws(FileFault) in
      try events.settled(by: [second], exceptOf: left)
    }
    if let usage { settlingAfter.append(SettlingRun(events: settled, usage: usage)) }
    if isPreview { return done }
    if !isWhole { changes.append(RatedAgain(before: nil, after: try publish(second))) }
    try stage(run, isWhole ? second : nil, changes) { folder throws(FileFault) in
      try settled.writeSettledMarks(to: folder)
    }
    var draft = try draft(run, layers, EventBox())
    if !left.isEmpty {
      draft.layers = closed.layers([RunLayer(ratingHash: catalog.ratingHash)], above: layers)
    }
    draft.settling = usage
    done.replacing = ReplacingRun(replaced: run, draft: draft)
    return done
  }

  // MARK: results and folders

  func rate(
    _ run: RatingRun, _ events: StoredEvents, _ selection: EventSelection, keepsSuspense: Bool
  ) throws(OperationFault) -> RatingResult {
    try OperationFault.ofRun { () throws(RunFault) in
      try run.changed {
        $0.keepsSuspense = keepsSuspense
        $0.keepsSummary = !isPreview
      }.run([events], selection)
    }
  }

  private var folderCount = 0

  /// Writes a result as a usage folder; returns its path.
  mutating func publish(_ result: RatingResult) throws(OperationFault) -> String {
    folderCount += 1
    let path = scratch + "/usage-\(folderCount)"
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(at: path, semantics: semantics) { _ throws(FileFault) in }
    }
    return path
  }

  // MARK: the run that replaces

  func stage(
    _ run: RunRecord, _ whole: RatingResult?, _ changes: [RatedAgain],
    extra: (PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) {
    let shared = [
      RatingResult.keyFileName, KeptCopies.fileName, StoredEvents.fileName, FileHeaders.fileName,
      FileEnds.fileName, MissingRecords.fileName,
    ]
    try OperationFault.ofStore { () throws(StoreFault) in
      guard let whole else {
        try store.writeReplacing(run, changes, ratingHash: Label(catalog.ratingHash)) {
          folder throws(FileFault) in
          try store.share(shared, of: run, with: folder)
          try extra(folder)
        }
        return
      }
      do throws(FileFault) {
        try whole.publish(
          at: store.stagedPath(replacing: run), semantics: semantics,
          operations: PrivateFileOperations(store.fileOperations)
        ) { folder throws(FileFault) in
          try store.share(shared, of: run, with: folder)
          try extra(folder)
        }
      } catch {
        throw .file(error)
      }
    }
  }

  func draft(
    _ run: RunRecord, _ layers: [RunLayer], _ box: EventBox
  ) throws(OperationFault) -> RunDraft {
    var draft = RunDraft()
    draft.sources = catalog.promises
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
