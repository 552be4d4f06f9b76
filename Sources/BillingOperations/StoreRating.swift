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
  /// `extra` puts files of the caller's own (the report) into the run's folder. Nothing is committed where this throws.
  public func run(
    _ inputs: [InputFile], extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> Outcome {
    // Noted before anything is read: a file that changes later has another place then.
    var places: [Label: FilePlace] = [:]
    for input in inputs where !input.isStandardInput {
      places[Label(input.name)] = FilePlace(path: input.name)
    }
    var known: [KnownFile] = []
    var left: [InputFile] = []
    var grown: Set<String> = []
    for input in inputs {
      if let place = places[Label(input.name)],
        let file = try knownFile(
          input.name,
          { store throws(StoreFault) in
            try store.knownFile(at: place)
          })
      {
        known.append(file)
      } else {
        left.append(try withBeginning(input, places[Label(input.name)], &grown))
      }
    }
    let options = try compared(grown)
    let engine = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: options, progress: progress)
    }
    while !left.isEmpty {
      let result = try OperationFault.ofRun { () throws(RunFault) in try engine.run(left) }
      let report = result.report()
      let again = try recognised(report.files, places)
      guard again.isEmpty else {
        known += again
        left.removeAll { input in again.contains { $0.name == input.name } }
        // The others are read once more, which a pipe cannot be.
        if let pipe = left.first(where: \.isReadOnce) {
          let file = again[0]
          throw .store(
            .refused(
              "\(file.name) was rated in run \(file.run.number) already, and \(pipe.isStandardInput ? "standard input" : pipe.name)"
                + " can be read only once; leave \(file.name) out, or save the input as a file"))
        }
        continue
      }
      let commit = try commit(result, report, places, engine, extra)
      return .committed(commit, result.report(), known: known.sorted { $0.name < $1.name })
    }
    return .nothingNew(known.sorted { $0.name < $1.name })
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
    }
    return options
  }

  /// An input that must begin as it did when a run has read it under this name, the same file on the disk, and is read on from there if
  /// what was read of it still counts.
  private func withBeginning(
    _ input: InputFile, _ place: FilePlace?, _ grown: inout Set<String>
  ) throws(OperationFault) -> InputFile {
    guard let place else { return input }
    var input = input
    try OperationFault.ofStore { () throws(StoreFault) in
      let states = try store.earlierStates(ofFile: input.name, at: place)
      guard let file = states.first else { return }
      let run = try store.run(named: file.runID)
      let readings = try store.readings(of: file)
      grown.formUnion((states + (readings ?? [])).map(\.runID))
      input.beginning = InputFile.Beginning(
        byteCount: file.decodedBytes, hash: file.contentHash, reader: "run \(run.number)",
        end: try store.end(of: file).map {
          InputFile.End(
            source: file.source.description, completeByteCount: $0.completeByteCount,
            endsInOpenEvent: $0.endsInOpenEvent, isKept: readings != nil)
        })
    }
    return input
  }

  /// Files whose decoded bytes a run has read; they are not read again where they lie now.
  private func recognised(
    _ files: [RunReport.File], _ places: [Label: FilePlace]
  ) throws(OperationFault) -> [KnownFile] {
    var known: [KnownFile] = []
    for file in files {
      let found = try knownFile(file.name) { store throws(StoreFault) in
        let found = try store.knownFile(
          source: file.source, contentHash: file.hash, decodedBytes: file.byteCount)
        if let found, let place = places[Label(file.name)] { try store.note(place, of: found) }
        return found
      }
      if let found { known.append(found) }
    }
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

  private func commit(
    _ result: RatingResult, _ report: RunReport, _ places: [Label: FilePlace], _ engine: RatingRun,
    _ extra: (RatingResult, PublishedFolder) throws(FileFault) -> Void
  ) throws(OperationFault) -> RunCommit {
    try StoreCommitting(store: store, catalog: catalog, catalogPath: catalogPath, semantics: semantics)
      .commit(
        result,
        draft: { () throws(StoreFault) in
          var draft = RunDraft()
          draft.places = places
          draft.sources = catalog.promises
          draft.replaces = try store.revokedRun(reading: report.files.map { ($0.source, $0.hash) })
          return draft
        }, engine: { () throws(OperationFault) in engine }, extra: extra)
  }
}
