// Rating into a store: what was rated before is left out, the rest becomes one run. Read `run` first.

import BillingCalendar
public import BillingStore
public import Catalog
public import DurableFiles
public import RatingEngine
import Tables
import UsageSummary

/// Rates files into a store.
public struct StoreRating {
  /// A file that was left out because a run has read it.
  public struct KnownFile: Sendable {
    /// As it was named now.
    public var name: String
    /// The run.
    public var run: RunRecord
    /// As that run named it.
    public var earlierName: String
    /// Whether that run used another catalog than this one.
    public var isOtherCatalog: Bool
  }

  /// What became of it.
  public enum Outcome {
    /// A run was committed.
    case committed(RunCommit, RunReport, known: [KnownFile])
    /// Every file was rated before; nothing was changed.
    case nothingNew([KnownFile])
  }

  private let store: BillingStore
  private let catalog: Catalog
  private let catalogPath: String
  private let options: RatingOptions
  private let progress: RunProgress
  private let semantics: Int64
  private let horizonDays: Int?
  // Records that are dated after the commit of their run, by wrong clocks, are found for so long.
  private static let slackMillis: Int64 = 2 * 86_400_000

  /// Prepares to rate with the catalog that was loaded from `catalogPath`, into a store that was opened for changing.
  ///
  /// What a store needs is set in `options` here. `semantics` is the version of the rating rules. With `horizonDays` records are
  /// compared with runs of so many days, and those that began before go to suspense.
  public init(
    into store: BillingStore, catalog: Catalog, catalogPath: String, options: RatingOptions,
    progress: RunProgress, semantics: Int64, horizonDays: Int? = nil
  ) {
    self.store = store
    self.horizonDays = horizonDays
    self.catalog = catalog
    self.catalogPath = catalogPath
    self.progress = progress
    self.semantics = semantics
    self.options = options.forStore()
  }

  /// Rates and commits.
  ///
  /// `extra` puts files of the caller's own (the report) into the run's folder. Where this throws no run is committed; half lines that
  /// earlier runs had read may have been taken back before, each in a commit of its own: `onTakingBack` is told the file and the number
  /// of that run.
  public func run(
    _ inputs: [InputFile], onTakingBack: (_ file: String, _ runNumber: Int) -> Void = { _, _ in },
    extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> Outcome {
    try run(inputs, letGo: [], onTakingBack, extra: extra)
  }

  /// `letGo` are files of which the record that an earlier run has read without its end counts for nothing any more.
  private func run(
    _ inputs: [InputFile], letGo: Set<String>, _ onTakingBack: (String, Int) -> Void,
    extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> Outcome {
    // Noted before anything is read: a file that changes later has another place then.
    var places: [Label: FilePlace] = [:]
    for input in inputs where !input.isStandardInput {
      places[Label(input.name)] = FilePlace(path: input.name)
    }
    var known: [KnownFile] = []
    var left: [InputFile] = []
    var grown: Set<String> = []
    var seen: [BillingStore.SeenFile] = []
    for input in inputs {
      // Looking at very many names takes a while.
      if progress.isCancelled { throw .run(.interrupted) }
      if let place = places[Label(input.name)],
        let file = try knownFile(
          input.name,
          { store throws(StoreFault) in
            let found = try store.knownFile(at: place)
            if let found { seen.append(BillingStore.SeenFile(found, name: input.name)) }
            return found
          })
      {
        known.append(file)
      } else {
        left.append(try withBeginning(input, places[Label(input.name)], letGo, &grown))
      }
    }
    try OperationFault.ofStore { () throws(StoreFault) in try store.note(seen) }
    let options = try compared(grown)
    var engine = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: options, progress: progress)
    }
    var displacement = StoreRivals.Displacement()
    defer { if !displacement.copies.isEmpty { removeScratch() } }
    while !left.isEmpty {
      let result: RatingResult
      switch try Self.rated(left, by: engine) {
      case .rated(let done): result = done
      case .goesOn(let files):
        // Twice for the same file: what was taken back does not help.
        guard files.allSatisfy({ !letGo.contains($0.name) }) else { throw .run(.damaged(files)) }
        for file in files {
          if let number = try takeBackRecord(file, places[Label(file.name)]) {
            onTakingBack(file.name, number)
          }
        }
        return try run(inputs, letGo: letGo.union(files.map(\.name)), onTakingBack, extra: extra)
      }
      let report = result.report()
      let again = try recognised(report.files, places)
      guard again.isEmpty else {
        known += again
        left.removeAll { input in again.contains { $0.name == input.name } }
        // The others are read once more.
        let file = again[0]
        try refusePipe(
          among: left, because: "\(file.name) was rated in run \(file.run.number) already",
          remedy: "leave \(file.name) out, or save the input as a file")
        continue
      }
      let more = try StoreRivals(store: store).displaced(by: result.rivals)
      guard more.copies.isEmpty else {
        try refusePipe(
          among: left,
          because:
            "copies of earlier records come first in these files and are rated otherwise by their sources",
          remedy: "save the input as a file")
        displacement.formUnion(more)
        engine = try self.engine(options, counting: displacement.copies)
        continue
      }
      let (commit, change) = try commit(result, report, places, engine, displacement.runs, extra)
      var committed = result.report()
      if !commit.wasThere { committed.costs?.settle(change) }
      return .committed(commit, committed, known: known.sorted { $0.name < $1.name })
    }
    return .nothingNew(known.sorted { $0.name < $1.name })
  }

  /// Refuses to read again what can be read only once.
  private func refusePipe(
    among inputs: [InputFile], because reason: String, remedy: String
  ) throws(OperationFault) {
    guard let pipe = inputs.first(where: \.isReadOnce) else { return }
    throw .store(
      .refused(
        "\(reason), and \(pipe.isStandardInput ? "standard input" : pipe.name) can be read only once; \(remedy)"
      ))
  }

  /// Removes what `engine(_:counting:)` has written. What cannot be removed is swept by the next command that changes the store.
  private func removeScratch() {
    try? DurableFolder.removeAll(store.scratchPath, operations: PrivateFileOperations(store.fileOperations))
  }

  /// An engine for which some copies of what earlier runs have read are none.
  private func engine(
    _ options: RatingOptions, counting copies: RivalCopies
  ) throws(OperationFault) -> RatingRun {
    var options = options
    options.forgottenKeyFile = store.scratchPath + "/rival.keys"
    try OperationFault.ofFiles { () throws(FileFault) in
      let operations = PrivateFileOperations(store.fileOperations)
      try DurableFolder.make(store.scratchPath, operations: operations)
      try copies.writeKeys(to: store.scratchPath + "/rival.keys", operations: operations)
    }
    let chosen = options
    return try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: chosen, progress: progress)
    }
  }

  /// What rating some files has come to.
  private enum Attempt {
    case rated(RatingResult)
    /// Records that earlier runs have read without their ends go on in these files; nothing else is wrong.
    case goesOn([DamagedFile])
  }

  private static func rated(_ inputs: [InputFile], by engine: RatingRun) throws(OperationFault) -> Attempt {
    // What comes through a pipe cannot be read again.
    let isPiped = inputs.contains(where: \.isReadOnce)
    do throws(RunFault) {
      let result = try engine.run(inputs)
      let open = result.damaged.filter { $0.goesOnAt != nil }
      return open.isEmpty || isPiped ? .rated(result) : .goesOn(open)
    } catch .damaged(let files) {
      let others = files.filter { $0.goesOnAt == nil }
      if isPiped { throw .run(.damaged(files)) }
      if others.isEmpty { return .goesOn(files) }
      throw .run(.damaged(others))
    } catch {
      throw .run(error)
    }
  }

  /// Takes the last record of a file back that a run has read before all of it was written; gives the number of that run, nil where the
  /// record counts for nothing.
  private func takeBackRecord(_ file: DamagedFile, _ place: FilePlace?) throws(OperationFault) -> Int? {
    guard let offset = file.goesOnAt, let place else { throw .run(.damaged([file])) }
    let states = try OperationFault.ofStore { () throws(StoreFault) in
      try store.earlierStates(ofFile: file.name, at: place)
    }
    guard !states.isEmpty else { throw .run(.damaged([file])) }
    var number: Int?
    // The run that has read it last goes first: there it may be a duplicate of what another one has read, and must not count instead.
    for state in Self.alike(states) {
      let run = try OperationFault.ofStore { () throws(StoreFault) in try store.run(named: state.runID) }
      guard !run.isPurged else { continue }
      let done = try StoreFreeing(
        run: run, file: Label(state.name),
        reason: "its last record was read before all of it was written", store: store, recordOffset: offset
      ).takeBackRecord()
      if let done { number = done.run.number }
    }
    return number
  }

  /// The states of a file that have the bytes of the last one: it was read again, as it was, because records of it were taken back.
  private static func alike(_ states: [FileRecord]) -> [FileRecord] {
    states.filter {
      $0.contentHash == states[0].contentHash && $0.decodedBytes == states[0].decodedBytes
    }
  }

  /// The options with what records are compared with: `grown` are runs that have read beginnings of the files at hand, whose
  /// records are known however old they are.
  private func compared(_ grown: Set<String>) throws(OperationFault) -> RatingOptions {
    var options = options
    try OperationFault.ofStore { () throws(StoreFault) in
      let purged = try store.duplicateWindow()
      let horizon = horizonDays.map { store.horizon(days: $0) }
      options.windowStartMillis = [purged, horizon].compactMap { $0 }.max()
      let since = horizon.map { String(Instant.text(millis: $0 - Self.slackMillis).prefix(10)) }
      options.earlierKeyFiles = try store.partPaths(
        named: RatingResult.keyFileName, since: since, or: grown)
      options.keepsCopiesBefore = try store.lastFileName().map { Label($0) }
    }
    return options
  }

  /// An input that must begin as it did when a run has read it under this name, the same file on the disk, and is read on from there if
  /// what was read of it still counts.
  private func withBeginning(
    _ input: InputFile, _ place: FilePlace?, _ letGo: Set<String>, _ grown: inout Set<String>
  ) throws(OperationFault) -> InputFile {
    guard let place else { return input }
    var input = input
    try OperationFault.ofStore { () throws(StoreFault) in
      let states = try store.earlierStates(ofFile: input.name, at: place)
      guard let file = states.first else { return }
      let run = try store.run(named: file.runID)
      let readings = try store.readings(of: file)
      input.unreadable = try unreadable(in: states)
      grown.formUnion((states + (readings ?? [])).map(\.runID))
      input.beginning = InputFile.Beginning(
        byteCount: file.decodedBytes, hash: file.contentHash, reader: "run \(run.number)",
        end: try store.end(of: file).map { end throws(StoreFault) in
          var isOpen = end.endsInOpenEvent
          for state in Self.alike(states) where !isOpen {
            isOpen = try waitsOpen(state, end.completeByteCount)
          }
          return InputFile.End(
            source: file.source.description, completeByteCount: end.completeByteCount,
            endsInOpenEvent: isOpen && !letGo.contains(input.name), isKept: readings != nil)
        })
    }
    return input
  }

  /// The records of a file that runs which count have suspended because they could not be read.
  private func unreadable(
    in states: [FileRecord]
  ) throws(StoreFault) -> Set<InputFile.UnreadableRecord> {
    var found: Set<InputFile.UnreadableRecord> = []
    for state in states {
      try store.forEachUnreadable(of: state) { row in
        found.insert(
          InputFile.UnreadableRecord(
            byteOffset: row.byteOffset, byteLength: row.byteLength, kept: row.original))
      }
    }
    return found
  }

  /// Whether the last record of a file, as a run has read it, had no line end, could not be read, and waits.
  private func waitsOpen(_ file: FileRecord, _ completeByteCount: Int64) throws(StoreFault) -> Bool {
    let run = try store.run(named: file.runID)
    guard completeByteCount < file.decodedBytes, run.doors.suspended > 0, !run.isPurged else { return false }
    var waits = false
    try store.forEachRecord(of: run) { record in
      if record.row.file == Label(file.name), record.row.byteOffset == completeByteCount,
        // Behind it at most the CR of a line end that had not come yet.
        record.state == .suspended, record.row.byteOffset + record.row.byteLength + 1 >= file.decodedBytes
      {
        waits = true
      }
    }
    return waits
  }

  /// Files whose decoded bytes a run has read; they are not read again where they lie now.
  private func recognised(
    _ files: [RunReport.File], _ places: [Label: FilePlace]
  ) throws(OperationFault) -> [KnownFile] {
    var known: [KnownFile] = []
    var seen: [BillingStore.SeenFile] = []
    for file in files {
      let found = try knownFile(file.name) { store throws(StoreFault) in
        let found = try store.knownFile(
          source: file.source, contentHash: file.hash, decodedBytes: file.byteCount)
        if let found, let place = places[Label(file.name)] {
          seen.append(BillingStore.SeenFile(found, name: file.name, place: place))
        }
        return found
      }
      if let found { known.append(found) }
    }
    try OperationFault.ofStore { () throws(StoreFault) in try store.note(seen) }
    return known
  }

  private func knownFile(
    _ name: String, _ find: (BillingStore) throws(StoreFault) -> FileRecord?
  ) throws(OperationFault) -> KnownFile? {
    try OperationFault.ofStore { () throws(StoreFault) in
      guard let file = try find(store) else { return nil }
      let run = try store.run(named: file.runID)
      return KnownFile(
        name: name, run: run, earlierName: file.name, isOtherCatalog: run.ratingHash != catalog.ratingHash)
    }
  }

  /// Commits a run; tells what it changes of usage that is settled with its period, as far as margins ask.
  private func commit(
    _ result: RatingResult, _ report: RunReport, _ places: [Label: FilePlace], _ engine: RatingRun,
    _ displaced: [RevisedRun],
    _ extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> (RunCommit, MarginSums) {
    var change = MarginSums()
    let commit = try StoreCommitting(
      store: store, catalog: catalog, catalogPath: catalogPath, semantics: semantics
    )
    .commit(
      result,
      draft: { () throws(StoreFault) in
        var draft = RunDraft()
        draft.places = places
        for file in report.files { draft.days[Label(file.name)] = file.days }
        draft.sources = catalog.promises
        draft.replaces = try store.revokedRun(reading: report.files.map { ($0.source, $0.hash) })
        return draft
      }, engine: { () throws(OperationFault) in engine }, displacing: displaced,
      settled: { settlements throws(StoreFault) in
        if report.costs == nil { return }
        try store.forEachChange(by: settlements) { change.add($0, isTakenAway: $1) }
      }, extra: extra)
    return (commit, change)
  }
}
