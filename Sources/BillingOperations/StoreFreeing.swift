// Taking a run or one of its files back where others had left records out because of it: these count again. Read `takeBack` first.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Takes a run, or one of its files, back and frees what its records had displaced.
///
/// The events of runs carry their file, so that what is left of a run is made of them without the originals. A copy of a freed record
/// that is kept among the events of the same run, or of a later one, counts from then on: each run in which such are found is replaced
/// by one that has rated them. A chunk of nothing but duplicates was not kept; its file is named, and read again by the next `rate`.
struct StoreFreeing {
  let run: RunRecord
  /// The file; nil for the whole run.
  let file: Label?
  let reason: String
  let store: BillingStore
  /// Where the only record of the file begins that is taken back, in decoded bytes; nil for all of it.
  var recordOffset: Int64?

  /// A run that stands for another.
  private struct Remainder {
    var run: RunRecord
    /// Its file that is taken back; nil where it only gets records back, or loses one.
    var dropped: Label?
    /// Its record that is taken back.
    var lost: RecordPlace?
    /// Places of records that are duplicates no more.
    var revived: Set<Int64>
    /// Keys that it does not hold any more, where no event of it has them.
    var freed: FreedKeys
    /// Inputs with records that are missing and must be read again.
    var missing: [(file: Label, count: Int)] = []
    /// The same of what was taken back earlier.
    var stillMissing: [(file: Label, count: Int)] = []
  }

  /// Takes it back, where others may have to be replaced.
  func takeBack() throws(OperationFault) -> Revocation {
    try refuseWhatCannot(run)
    let events = try events(of: run)
    let all = try OperationFault.ofFiles { () throws(FileFault) in try events.countedKeys(ofInput: file) }
    return try takeBack(all, events, file.map { Remainder(run: run, dropped: $0, revived: [], freed: all) })
  }

  /// Takes a record back that was read before all of it was written; nil where it counts for nothing, so that there is nothing to do.
  func takeBackRecord() throws(OperationFault) -> Revocation? {
    guard let lost else { preconditionFailure("a record is named by its file and its offset") }
    try refuseWhatCannot(run)
    let stored = try events(of: run)
    let found = try OperationFault.ofFiles { () throws(FileFault) in
      try LeftOutRecord(stored, input: lost.file, at: lost.byteOffset)
    }
    guard let found else { return nil }
    return try takeBack(
      found.keys, found.events, Remainder(run: run, lost: lost, revived: [], freed: found.keys))
  }

  /// The record; nil where more than one is taken back.
  private var lost: RecordPlace? {
    recordOffset.flatMap { offset in file.map { RecordPlace(file: $0, byteOffset: offset) } }
  }

  /// Frees keys of what is taken back: among the events that are left of its run, of which `own` tells, then in later runs.
  private func takeBack(
    _ all: FreedKeys, _ events: StoredEvents, _ own: Remainder?
  ) throws(OperationFault) -> Revocation {
    var left = all
    var remainders: [Remainder] = []
    let order = try OperationFault.ofStore { () throws(StoreFault) in try store.readingOrder(of: run) }
    var earlier: [RunRecord] = []
    try OperationFault.ofStore { () throws(StoreFault) in
      for other in try store.currentRuns() where !other.isPurged {
        if try store.readingOrder(of: other) < order { earlier.append(other) }
      }
    }
    let before = earlier
    try OperationFault.ofFiles { () throws(FileFault) in
      try left.note(earlier: before.map { store.partPath(RatingResult.keyFileName, of: $0) })
    }
    if var remainder = own {
      try OperationFault.ofFiles { () throws(FileFault) in
        remainder.revived = try events.displaced(by: &left, exceptOf: remainder.dropped)
        if !left.isEmpty, lost == nil {
          remainder.missing = try events.forgottenDuplicates(exceptOf: file).map { ($0.input, $0.count) }
        }
      }
      remainders.append(remainder)
    }
    for later in try OperationFault.ofStore({ () throws(StoreFault) in try store.currentRuns() })
    where later.id != run.id && !left.isEmpty && !later.isPurged && later.kind != .recycle {
      guard try OperationFault.ofStore({ () throws(StoreFault) in try store.readingOrder(of: later) }) > order
      else { continue }
      if let remainder = try remainder(of: later, &left) { remainders.append(remainder) }
    }
    return try commit(remainders)
  }

  /// What was missing of a run before is missing still.
  private func stillMissing(of remainder: Remainder) throws(OperationFault) -> [(file: Label, count: Int)] {
    let before = try OperationFault.ofStore { () throws(StoreFault) in
      try store.missingRecords(of: remainder.run)
    }
    return before.filter { file, _ in
      file != remainder.dropped && !remainder.missing.contains { $0.file == file }
    }.map { (file: $0.key, count: $0.value) }
  }

  /// What a later run gets back; nil where that is nothing.
  private func remainder(
    of later: RunRecord, _ left: inout FreedKeys
  ) throws(OperationFault) -> Remainder? {
    let keys = store.partPath(RatingResult.keyFileName, of: later)
    let freed = left
    guard try OperationFault.ofFiles({ () throws(FileFault) in try KeptKeys.count(of: freed, in: keys) }) > 0
    else { return nil }
    try refuseWhatCannot(later)
    let events = try events(of: later)
    var remaining = left
    var remainder = Remainder(run: later, dropped: nil, revived: [], freed: freed)
    try OperationFault.ofFiles { () throws(FileFault) in
      remainder.revived = try events.displaced(by: &remaining, exceptOf: nil)
      if lost == nil, try KeptKeys.count(of: remaining, in: keys) > 0 {
        remainder.missing = try events.forgottenDuplicates(exceptOf: nil).map { ($0.input, $0.count) }
      }
    }
    left = remaining
    return remainder.revived.isEmpty && remainder.missing.isEmpty ? nil : remainder
  }

  private func events(of run: RunRecord) throws(OperationFault) -> StoredEvents {
    try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: store.folder(of: run)) }
  }

  /// Refuses runs of which no remainder can be made.
  private func refuseWhatCannot(_ run: RunRecord) throws(OperationFault) {
    let (store, number, isOwn) = (store, run.number, run.id == self.run.id)
    try OperationFault.ofStore { () throws(StoreFault) in
      guard run.state == .current else {
        throw .refused("run \(number) (\(run.id)) is \(run.state.rawValue) already")
      }
      guard !run.isPurged else {
        throw .refused(
          "run \(number) (\(run.id)) was purged: nothing tells any more which records were its own")
      }
      if isOwn, let recycle = try store.recycles(of: run).first, try hasRecycled(run) {
        throw .refused(
          "run \(recycle.number) has recycled suspended records of \(file.map { "'\($0)'" } ?? "run \(number)"); revoke "
            + "run \(recycle.number) first")
      }
    }
  }

  /// Whether records of what is taken back were recycled.
  private func hasRecycled(_ run: RunRecord) throws(StoreFault) -> Bool {
    guard let file else { return true }
    var isAny = false
    try store.forEachRecord(of: run) { record in
      guard record.state == .recycled, record.row.file == file else { return }
      if recordOffset == nil || record.row.byteOffset == recordOffset { isAny = true }
    }
    return isAny
  }

  // MARK: the runs that stand for others

  private func commit(_ remainders: [Remainder]) throws(OperationFault) -> Revocation {
    let scratch = try OperationFault.ofFiles { () throws(FileFault) in try ScratchFolder(in: nil) }
    defer { scratch.remove() }
    var replacing: [ReplacingRun] = []
    var settling: [StoreSettling.NewRun] = []
    for (index, found) in remainders.enumerated() {
      var remainder = found
      remainder.stillMissing = try stillMissing(of: found)
      let draft = try stage(remainder, scratch.path + "/\(index)")
      if let usage = draft.settling {
        settling.append(
          StoreSettling.NewRun(
            folder: store.stagedPath(replacing: remainder.run), usage: usage, replaced: remainder.run))
      }
      replacing.append(
        ReplacingRun(
          replaced: remainder.run, draft: draft, keepsReasons: true, droppedFile: remainder.dropped,
          lostRecord: remainder.lost))
    }
    let gone = remainders.map(\.run) + (file == nil ? [run] : [])
    let settlements = try SettlingCatalogs(store: store).stage(without: gone, adding: settling)
    let taken = TakenBack(
      run: run, file: file, recordOffset: recordOffset, reason: reason,
      revivedCount: remainders.reduce(0) { $0 + $1.revived.count },
      missing: remainders.flatMap { remainder in
        remainder.missing.map { (remainder.run, $0.file, $0.count) }
      })
    let done = replacing
    return try OperationFault.ofStore { () throws(StoreFault) in
      let commits = try store.commitReplacing(done, settlements: settlements, takingBack: taken)
      return Revocation(taken, commits, auditHead: try store.auditHead())
    }
  }

  /// Rates what is left of a run, with what it gets back, and publishes it for the commit.
  private func stage(_ remainder: Remainder, _ scratch: String) throws(OperationFault) -> RunDraft {
    let (store, run) = (store, remainder.run)
    let old = try self.events(of: remainder)
    try OperationFault.ofFiles { () throws(FileFault) in
      try DurableFolder.make(scratch, operations: SystemFileOperations())
      let path = scratch + "/" + StoredEvents.fileName
      try old.write(
        to: CheckedWriter(creating: path, mode: 0o600), exceptOf: remainder.dropped,
        reviving: remainder.revived)
    }
    let events = try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: scratch) }
    let layers = try OperationFault.ofStore { () throws(StoreFault) in try store.layers(of: run) }
    var draft = try draft(remainder, layers)
    let held = try heldPlaces(of: remainder)
    guard layers.count == 1, held.isEmpty else {
      draft.settling = try stage(remainder, layers, held, old, events, scratch)
      return draft
    }
    let window = try windowStart(of: run)
    let result = try rated(events, .all, window, catalog: run.ratingHash)
    let settled = try OperationFault.ofFiles { () throws(FileFault) in try events.settled(by: [result]) }
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: store.stagedPath(replacing: run), semantics: run.semantics,
        operations: PrivateFileOperations(store.fileOperations)
      ) { folder throws(FileFault) in
        try writeCompanions(of: remainder, old, to: folder)
        try settled.writeSettledMarks(to: folder)
      }
    }
    draft.settling = result.later.map { SettlingUsage(accounts: Set($0.accounts), span: $0.span) }
    return draft
  }

  /// Publishes what is left of a run that was rated again in part: each event is rated with the catalog that has priced it last. Gives
  /// what is left to be settled.
  private func stage(
    _ remainder: Remainder, _ layers: [RunLayer], _ held: [Label: Set<Int64>], _ old: StoredEvents,
    _ events: StoredEvents, _ scratch: String
  ) throws(OperationFault) -> SettlingUsage? {
    let run = remainder.run
    var paths: [String] = []
    var usage: SettlingUsage?
    var results: [RatingResult] = []
    let window = try windowStart(of: run)
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
        try writeCompanions(of: remainder, old, to: folder)
        try marked.writeSettledMarks(to: folder)
      }
    }
    return usage
  }

  /// Where records begin that stay in the suspense of a run as they are, by file: something was decided about them, and the catalog that
  /// has rated the run again may not be the one that had suspended them. Those that could not be read stay so with any.
  private func heldPlaces(of remainder: Remainder) throws(OperationFault) -> [Label: Set<Int64>] {
    guard remainder.run.kind == .rerate, remainder.run.doors.suspended > 0 else { return [:] }
    var held: [Label: Set<Int64>] = [:]
    try OperationFault.ofStore { () throws(StoreFault) in
      try store.forEachRecord(of: remainder.run) { record in
        guard record.isHeld, record.row.file != remainder.dropped,
          !SuspenseReason.isUnparsable(code: record.row.reason),
          remainder.lost != RecordPlace(file: record.row.file, byteOffset: record.row.byteOffset)
        else { return }
        held[record.row.file, default: []].insert(record.row.byteOffset)
      }
    }
    return held
  }

  /// The events of a run without the record that is taken back.
  private func events(of remainder: Remainder) throws(OperationFault) -> StoredEvents {
    let stored = try events(of: remainder.run)
    guard let lost = remainder.lost else { return stored }
    let found = try OperationFault.ofFiles { () throws(FileFault) in
      try LeftOutRecord(stored, input: lost.file, at: lost.byteOffset)
    }
    return found?.events ?? stored
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
    of remainder: Remainder, _ old: StoredEvents, to folder: PublishedFolder
  ) throws(FileFault) {
    let run = remainder.run
    let missing = remainder.missing + remainder.stillMissing
    try old.write(
      to: folder.writer(StoredEvents.fileName, mode: 0o600), exceptOf: remainder.dropped,
      reviving: remainder.revived)
    try KeptKeys.write(
      store.partPath(RatingResult.keyFileName, of: run), of: old, exceptOf: remainder.dropped,
      without: remainder.freed, to: folder.writer(RatingResult.keyFileName, mode: 0o600))
    try store.share([FileHeaders.fileName], of: run, with: folder)
    try writeEnds(of: remainder, to: folder)
    if missing.isEmpty { return }
    let writer = try folder.writer(MissingRecords.fileName, mode: 0o600)
    try writer.write(contentsOf: MissingRecords.text(of: missing))
    try writer.finish()
  }

  /// How the files ended; the one that has lost its last record ends before it.
  private func writeEnds(of remainder: Remainder, to folder: PublishedFolder) throws(FileFault) {
    guard let lost = remainder.lost else {
      return try store.share([FileEnds.fileName], of: remainder.run, with: folder)
    }
    var ends: [Label: FileEnds.End]
    do throws(UsageFolderFault) {
      ends = try FileEnds.read(store.partPath(FileEnds.fileName, of: remainder.run))
    } catch {
      throw FileFault(refusing: store.path, detail: "\(error)")
    }
    ends[lost.file]?.endsInOpenEvent = false
    let writer = try folder.writer(FileEnds.fileName, mode: 0o600)
    try writer.write(contentsOf: FileEnds.text(of: ends.map { ($0.key, $0.value) }))
    try writer.finish()
  }

  private func draft(_ remainder: Remainder, _ layers: [RunLayer]) throws(OperationFault) -> RunDraft {
    var draft = RunDraft()
    draft.layers = layers
    for file in try OperationFault.ofStore({ () throws(StoreFault) in try store.files(of: remainder.run) })
    where Label(file.name) != remainder.dropped {
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
