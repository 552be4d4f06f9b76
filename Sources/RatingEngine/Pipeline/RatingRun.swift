// A run: files in, totals proved, a result to publish. Read this file first.
//
// The way of the data is Ingest → Parse → Rate on any worker, then Aggregate and Deduplicate in the ledger. Two things
// make a run begin again, both rare: files that turned out damaged (they are left out, where the user said so), and keys
// whose copies contradict each other (every copy goes to suspense) or are rated differently by their sources.

public import Catalog
import Dispatch
import DurableFiles
import Synchronization
import Tables

/// Counters that a progress line may read while a run goes on.
public final class RunProgress: Sendable {
  let records = Atomic<Int>(0)
  let storedBytes = Atomic<Int64>(0)
  let totalBytes = Atomic<Int64>(0)
  let suspended = Atomic<Int>(0)
  let cancelled = Atomic<Bool>(false)

  /// Makes counters at zero.
  public init() {}
  /// Records read so far.
  public var recordCount: Int { records.load(ordering: .relaxed) }
  /// Bytes of the inputs (as stored) read so far.
  public var storedByteCount: Int64 { storedBytes.load(ordering: .relaxed) }
  /// Bytes of all inputs, as stored; 0 where a pipe is among them.
  public var totalByteCount: Int64 { totalBytes.load(ordering: .relaxed) }
  /// Records suspended so far.
  public var suspendedCount: Int { suspended.load(ordering: .relaxed) }
  /// Whether the run was asked to stop.
  public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
  /// Asks the run to stop at the next batch.
  public func cancel() { cancelled.store(true, ordering: .relaxed) }
}

/// Rates inputs with a catalog.
public struct RatingRun: Sendable {
  let catalog: CompiledCatalog
  private(set) var options: RatingOptions
  private(set) var progress: RunProgress

  /// Compiles the catalog and prepares a run.
  ///
  /// - Throws: `RunFault.catalog` where the catalog asks for what this version does not rate yet, or where a format that a
  ///   source names reads its own examples wrongly.
  public init(catalog: Catalog, options: RatingOptions, progress: RunProgress = RunProgress())
    throws(RunFault)
  {
    self.catalog = try CompiledCatalog.checked(catalog)
    self.options = options
    self.progress = progress
  }

  /// A run of a catalog that was compiled before.
  init(catalog: CompiledCatalog, options: RatingOptions) {
    self.catalog = catalog
    self.options = options
    progress = RunProgress()
  }

  /// A run of the same catalog, which is not compiled again, with other options.
  func with(_ change: (inout RatingOptions) -> Void) -> RatingRun {
    var other = self
    change(&other.options)
    return other
  }

  /// The same run with counters of the caller's.
  func with(_ progress: RunProgress) -> RatingRun {
    var other = self
    other.progress = progress
    return other
  }

  /// Reads and rates everything; nothing is written.
  ///
  /// - Throws: `RunFault` where the run cannot go on.
  public func run(_ inputs: [InputFile]) throws(RunFault) -> RatingResult {
    let files = try SourceMatch.assign(inputs, in: catalog.source, sourceName: options.sourceName)
    var damaged: [DamagedFile] = []
    var known = SecondLook()
    var oneReader: Set<String> = []
    var whole = wholeFiles(files)
    let spool = spool(for: files)
    try refuseFirstOfTwoReadings(files, spool)
    while true {
      let usable = files.filter { file in !damaged.contains { $0.name == file.input.name } }
        .map { whole.contains($0.input.name) ? $0.readWhole : $0 }
      let setup = try RunSetup(catalog: catalog, options: options, known: known)
      let attempt = RunAttempt(
        setup: setup, files: usable, oneReader: oneReader, spool: spool, progress: progress)
      switch try attempt.run() {
      case .damaged(let found):
        let serial = found.filter(\.asksForOneReader)
        for file in serial { oneReader.insert(file.name) }
        for file in found where file.asksForWholeReading { whole.insert(file.name) }
        let real = found.filter { !$0.asksForOneReader && !$0.asksForWholeReading }
        damaged += real
        if !options.skipsDamagedFiles, !real.isEmpty { throw .damaged(real) }
        let why = real.isEmpty ? "must be read by one reader" : "is damaged"
        try refuseSecondReading(files, spool, "a file among the inputs \(why)")
      case .keys(let found):
        known.formUnion(found)
        for index in found.filesToReadWhole { whole.insert(usable[Int(index)].input.name) }
        let why =
          found.conflicts.isEmpty
          ? "copies of a record from different sources are rated differently"
          : "records with the same key contradict each other"
        try refuseSecondReading(usable, spool, why)
      case .finished(let ledger, let contexts):
        let result: RatingResult
        do {
          result = try RatingResult(
            setup: setup, ledger: ledger, files: contexts, damaged: damaged.sorted { $0.name < $1.name })
        } catch {
          throw .output(error)
        }
        try result.prove()
        return result
      }
    }
  }

  /// The names of files that must be read from their first record on, whatever is known of them.
  private func wholeFiles(_ files: [AssignedFile]) -> Set<String> {
    // Reading on may end in a second reading.
    let isReadOnce = files.contains { $0.input.isReadOnce }
    return Set(
      files.filter { isReadOnce || !$0.canBeReadOn(catalog.source, options) }.map(\.input.name))
  }

  /// Standard input is kept where a second reading is certain or asked for: else nobody pays for it.
  private func spool(for files: [AssignedFile]) -> InputSpool? {
    guard let input = files.first(where: { $0.input.isStandardInput }) else { return nil }
    let format = catalog.source.formats[catalog.source.sources[input.sourceIndex].formatIndex]
    guard options.spoolsStandardInput || options.skipsDamagedFiles || format.legs != nil else { return nil }
    return InputSpool(
      place: SpillPlace(folder: options.temporaryFolder, operations: options.fileOperations),
      progress: progress)
  }

  /// The first input whose bytes are gone when they were read.
  private func readOnce(_ files: [AssignedFile], _ spool: InputSpool?) -> AssignedFile? {
    files.first { $0.input.isReadOnce && !($0.input.isStandardInput && spool != nil) }
  }

  /// A pipe can be read once only: a second reading would find nothing in it, and nobody would be told.
  private func refuseSecondReading(
    _ files: [AssignedFile], _ spool: InputSpool?, _ why: String
  ) throws(RunFault) {
    guard let file = readOnce(files, spool) else { return }
    throw .input(
      file: file.input.name,
      message: "\(why), which needs a second reading; "
        + (file.input.isStandardInput ? "add --spool, or save" : "save")
        + " the input as a file and name it")
  }

  /// Refuses what would be read twice in any case.
  private func refuseFirstOfTwoReadings(_ files: [AssignedFile], _ spool: InputSpool?) throws(RunFault) {
    for file in files {
      let format = catalog.source.formats[catalog.source.sources[file.sourceIndex].formatIndex]
      guard format.legs != nil else { continue }
      try refuseSecondReading([file], spool, "format '\(format.name)' chooses among the rows of a call")
    }
  }
}

/// An input and its source.
struct AssignedFile {
  var input: InputFile
  var sourceIndex: Int
}
