// Runs that stand for others: the same stored events, but for some that were taken back, count again, or are in conflict.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// A run and what becomes of its records.
struct RevisedRun {
  var run: RunRecord
  /// Its file that is taken back; nil where it only gets records back, or loses some.
  var dropped: Label?
  /// Its record that is taken back.
  var lost: RecordPlace?
  /// Places of records that are duplicates no more.
  var revived: Set<Int64> = []
  /// Places of records that are duplicates from now on: another copy counts.
  var displaced: Set<Int64> = []
  /// Places of records whose conflict begins or ends.
  var reversed: Set<Int64> = []
  /// Keys that it does not hold any more, where no event of it has them.
  var freed = FreedKeys()
  /// Inputs with records that are missing and must be read again.
  var missing: [(file: Label, count: Int)] = []

  /// Two lists as one, in which each run stands once; what is taken back and freed is that of the first.
  static func joined(_ some: [RevisedRun], _ others: [RevisedRun]) -> [RevisedRun] {
    var all = some
    for other in others {
      if let known = all.firstIndex(where: { $0.run.id == other.run.id }) {
        all[known].revived.formUnion(other.revived)
        all[known].displaced.formUnion(other.displaced)
        all[known].reversed.formUnion(other.reversed)
      } else {
        all.append(other)
      }
    }
    return all
  }
}

/// Rates the events of such runs again, each as it has rated them.
struct RevisingRuns {
  let store: BillingStore

  /// Publishes the runs that stand for these, for one commit, and gives what they leave to be settled.
  func stage(
    _ revised: [RevisedRun]
  ) throws(OperationFault) -> (replacing: [ReplacingRun], settling: [StoreSettling.NewRun]) {
    let scratch = try OperationFault.ofFiles { () throws(FileFault) in try ScratchFolder(in: nil) }
    defer { scratch.remove() }
    var replacing: [ReplacingRun] = []
    var settling: [StoreSettling.NewRun] = []
    for (index, revised) in revised.enumerated() {
      let draft = try stage(revised, scratch.path + "/\(index)")
      if let usage = draft.settling {
        settling.append(
          StoreSettling.NewRun(
            folder: store.stagedPath(replacing: revised.run), usage: usage, replaced: revised.run))
      }
      replacing.append(
        ReplacingRun(
          replaced: revised.run, draft: draft, keepsReasons: true, droppedFile: revised.dropped,
          lostRecord: revised.lost))
    }
    return (replacing, settling)
  }

  /// Rates what is left of a run, with what it gets back, and publishes it for the commit.
  private func stage(_ revised: RevisedRun, _ scratch: String) throws(OperationFault) -> RunDraft {
    let (store, run) = (store, revised.run)
    let old = try events(of: revised)
    try OperationFault.ofFiles { () throws(FileFault) in
      try DurableFolder.make(scratch, operations: SystemFileOperations())
      let path = scratch + "/" + StoredEvents.fileName
      try old.write(
        to: CheckedWriter(creating: path, mode: 0o600), exceptOf: revised.dropped,
        reviving: revised.revived, displacing: revised.displaced, reversing: revised.reversed)
    }
    let events = try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: scratch) }
    let layers = try OperationFault.ofStore { () throws(StoreFault) in try store.layers(of: run) }
    var draft = try draft(revised, layers)
    let held = try heldPlaces(of: revised)
    guard layers.count == 1, held.isEmpty else {
      draft.settling = try stage(revised, layers, held, old, events, scratch)
      return draft
    }
    let window = try windowStart(of: run)
    let stillMissing = try stillMissing(of: revised)
    let result = try rated(events, .all, window, catalog: run.ratingHash)
    let settled = try OperationFault.ofFiles { () throws(FileFault) in try events.settled(by: [result]) }
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: store.stagedPath(replacing: run), semantics: run.semantics,
        operations: PrivateFileOperations(store.fileOperations)
      ) { folder throws(FileFault) in
        try writeCompanions(of: revised, old, stillMissing, to: folder)
        try settled.writeSettledMarks(to: folder)
      }
    }
    draft.settling = result.later.map { SettlingUsage(accounts: Set($0.accounts), span: $0.span) }
    return draft
  }

  /// Publishes what is left of a run that was rated again in part: each event is rated with the catalog that has priced it last. Gives
  /// what is left to be settled.
  private func stage(
    _ revised: RevisedRun, _ layers: [RunLayer], _ held: [Label: Set<Int64>], _ old: StoredEvents,
    _ events: StoredEvents, _ scratch: String
  ) throws(OperationFault) -> SettlingUsage? {
    let run = revised.run
    var paths: [String] = []
    var usage: SettlingUsage?
    var results: [RatingResult] = []
    let window = try windowStart(of: run)
    let stillMissing = try stillMissing(of: revised)
    let events = events.leavingOut(held)
    for (index, layer) in layers.enumerated() {
      var selection = EventSelection.all
      // What never was an event is no layer's; the first one takes it.
      selection.takesLeavers = index == 0
      selection.limits = [layer.box].filter { !$0.isUnbounded }
      selection.excluded = layers[(index + 1)...].map(\.box)
      let result = try rated(events, selection, window, catalog: layer.ratingHash)
      results.append(result)
      if let later = result.later {
        usage =
          usage.map { known in
            SettlingUsage(
              accounts: known.accounts.union(later.accounts),
              span: StoreSettling.span([known.span, later.span]) ?? known.span)
          } ?? SettlingUsage(accounts: Set(later.accounts), span: later.span)
      }
      paths.append(scratch + "/layer-\(index)")
      try OperationFault.ofFiles { () throws(FileFault) in
        try result.publish(at: paths[index], semantics: run.semantics) { _ throws(FileFault) in }
      }
    }
    if !held.isEmpty {
      paths.append(scratch + "/held")
      try OperationFault.ofStore { () throws(StoreFault) in
        try store.writeSuspense(of: run, to: scratch + "/held") {
          held[$0.row.file]?.contains($0.row.byteOffset) == true
        }
      }
    }
    let (parts, all) = (results, paths)
    let marked = try OperationFault.ofFiles { () throws(FileFault) in try events.settled(by: parts) }
    try OperationFault.ofStore { () throws(StoreFault) in
      try store.writeReplacing(run, joining: all, ratingHash: Label(run.ratingHash)) {
        folder throws(FileFault) in
        try writeCompanions(of: revised, old, stillMissing, to: folder)
        try marked.writeSettledMarks(to: folder)
      }
    }
    return usage
  }

  /// Where records begin that stay in the suspense of a run as they are, by file: something was decided about them, and the catalog that
  /// has rated the run again may not be the one that had suspended them. Those that could not be read stay so with any.
  private func heldPlaces(of revised: RevisedRun) throws(OperationFault) -> [Label: Set<Int64>] {
    guard revised.run.kind == .rerate else { return [:] }
    return try OperationFault.ofStore { () throws(StoreFault) in
      try store.suspendedPlaces(of: revised.run) { record in
        record.isHeld && record.row.file != revised.dropped
          && !SuspenseReason.isUnparsable(code: record.row.reason)
          && revised.lost != RecordPlace(file: record.row.file, byteOffset: record.row.byteOffset)
      }
    }
  }

  /// The events of a run without the record that is taken back.
  private func events(of revised: RevisedRun) throws(OperationFault) -> StoredEvents {
    let run = revised.run
    let stored = try OperationFault.ofFiles { () throws(FileFault) in
      try StoredEvents(folder: store.folder(of: run))
    }
    guard let lost = revised.lost else { return stored }
    let found = try OperationFault.ofFiles { () throws(FileFault) in
      try LeftOutRecord(stored, input: lost.file, at: lost.byteOffset)
    }
    return found?.events ?? stored
  }

  /// What was missing of a run before is missing still.
  private func stillMissing(of revised: RevisedRun) throws(OperationFault) -> [(file: Label, count: Int)] {
    let before = try OperationFault.ofStore { () throws(StoreFault) in
      try store.missingRecords(of: revised.run)
    }
    return before.filter { file, _ in
      file != revised.dropped && !revised.missing.contains { $0.file == file }
    }.map { (file: $0.key, count: $0.value) }
  }

  /// Before which instant records of a run were too old to be compared with others; nil for none. Its folder is proved for it.
  private func windowStart(of run: RunRecord) throws(OperationFault) -> Int64? {
    try OperationFault.ofStore { () throws(StoreFault) in
      try store.openUsage(of: run).manifest.windowStart()
    }
  }

  /// Rates events of a run as it has rated them.
  private func rated(
    _ events: StoredEvents, _ selection: EventSelection, _ windowStart: Int64?, catalog hash: String
  ) throws(OperationFault) -> RatingResult {
    let catalog = try OperationFault.load(store.catalogPath(hash))
    var options = RatingOptions()
    options.keepsSuspense = true
    options.settlesLater = true
    options.windowStartMillis = windowStart
    let ready = options
    return try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: ready).run([events], selection)
    }
  }

  /// Writes what stands beside the documents: events, keys, headers, ends, and the files of which records are missing.
  private func writeCompanions(
    of revised: RevisedRun, _ old: StoredEvents, _ stillMissing: [(file: Label, count: Int)],
    to folder: PublishedFolder
  ) throws(FileFault) {
    let run = revised.run
    let missing = revised.missing + stillMissing
    try old.write(
      to: folder.writer(StoredEvents.fileName, mode: 0o600), exceptOf: revised.dropped,
      reviving: revised.revived, displacing: revised.displaced, reversing: revised.reversed)
    try KeptKeys.write(
      store.partPath(RatingResult.keyFileName, of: run), of: old, exceptOf: revised.dropped,
      without: revised.freed, to: folder.writer(RatingResult.keyFileName, mode: 0o600))
    try KeptCopies.write(of: store.folder(of: run), exceptOf: revised.dropped, to: folder)
    try store.share([FileHeaders.fileName], of: run, with: folder)
    try writeEnds(of: revised, to: folder)
    if missing.isEmpty { return }
    let writer = try folder.writer(MissingRecords.fileName, mode: 0o600)
    try writer.write(contentsOf: MissingRecords.text(of: missing))
    try writer.finish()
  }

  /// How the files ended; the one that has lost its last record ends before it.
  private func writeEnds(of revised: RevisedRun, to folder: PublishedFolder) throws(FileFault) {
    guard let lost = revised.lost else {
      return try store.share([FileEnds.fileName], of: revised.run, with: folder)
    }
    var ends: [Label: FileEnds.End]
    do throws(UsageFolderFault) {
      ends = try FileEnds.read(store.partPath(FileEnds.fileName, of: revised.run))
    } catch {
      throw FileFault(refusing: store.path, detail: "\(error)")
    }
    ends[lost.file]?.endsInOpenEvent = false
    let writer = try folder.writer(FileEnds.fileName, mode: 0o600)
    try writer.write(contentsOf: FileEnds.text(of: ends.map { ($0.key, $0.value) }))
    try writer.finish()
  }

  private func draft(_ revised: RevisedRun, _ layers: [RunLayer]) throws(OperationFault) -> RunDraft {
    var draft = RunDraft()
    draft.layers = layers
    for file in try OperationFault.ofStore({ () throws(StoreFault) in try store.files(of: revised.run) })
    where Label(file.name) != revised.dropped {
      draft.places[Label(file.name)] = file.place
    }
    return draft
  }
}

extension SummaryManifest {
  /// The time back to which the run could recognise duplicates, in milliseconds since 1970; nil for no such time.
  fileprivate func windowStart() throws(StoreFault) -> Int64? {
    guard let text = options.first(where: { $0.name == "window_start" })?.value.description else {
      return nil
    }
    guard let millis = Instant.parse(text) else { throw .refused("'\(text)' in a manifest is no time") }
    return millis
  }
}
