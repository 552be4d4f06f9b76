// The door to explanations: a catalog, inputs and a name in, derivations out.
//
// What a run would do with a record is asked of the run's own reader and rater on a batch of one; nothing is summed up and
// nothing is written.

public import Catalog
import Synchronization
import Tables

/// Explains single events.
public struct EventExplainer {
  private let setup: RunSetup
  private let progress: RunProgress

  /// What was found.
  public struct Answer: Sendable {
    /// The explained events, in the order of the inputs; copies of one record give one derivation.
    public var derivations: [EventDerivation]
    /// Records that have the name, copies included.
    public var recordCount: Int
    /// Why there is nothing to explain; nil where there is something.
    public var nothing: String?
    /// Inputs that are not whole: a run would count nothing of them.
    public var damaged: [DamagedFile]
  }

  /// Derivations given at most.
  public static let derivationCountMax = 5

  /// Compiles the catalog.
  ///
  /// Of the options, `sourceName` and `recordBytesMax` matter.
  /// - Throws: `RunFault.catalog` where no run could use the catalog.
  public init(catalog: Catalog, options: RatingOptions, progress: RunProgress = RunProgress())
    throws(RunFault)
  {
    var options = options
    // Keys of summaries are not wanted: the shortest there is.
    options.groupBy = [.account]
    options.findsDuplicates = true
    setup = try RunSetup(catalog: CompiledCatalog.checked(catalog), options: options)
    self.progress = progress
  }

  /// The input that somebody means by a path: one of that name, or else the only one whose path ends so.
  public static func input(named path: String, among inputs: [InputFile]) -> InputFile? {
    if let exact = inputs.first(where: { $0.name == path }) { return exact }
    let ending = inputs.filter { $0.name.hasSuffix("/" + path) }
    return ending.count == 1 ? ending[0] : nil
  }

  /// Finds the event and derives what becomes of it.
  ///
  /// Reads all inputs once, for a place twice: copies of a record may lie in any of them. A copy is explained as the run
  /// would take it, so of several copies the one that counts.
  /// - Throws: `RunFault` where an input cannot be read, has no source, or is not of its format.
  /// - Complexity: O(bytes of the inputs), one thread; memory does not grow with them.
  public func explain(_ name: EventName, in inputs: [InputFile]) throws(RunFault) -> Answer {
    let catalog = setup.catalog.source
    let files = try SourceMatch.assign(inputs, in: catalog, sourceName: setup.options.sourceName)
    noteSizes(files)
    var search = EventSearch(setup: setup, files: files, progress: progress)
    switch name {
    case .key(let key):
      let found = try search.records(withKey: key)
      let nothing =
        found.isEmpty
        ? "no record of these inputs has this key; keys are compared byte for byte, and a line is named FILE:LINE"
        : nil
      return try answer(byKey: found, inputs, search, nothing: nothing)
    case .place(let input, let line):
      guard !input.isReadOnce else {
        throw .usage(
          "--event: "
            + (input.isStandardInput ? "standard input" : "'\(input.name)', which is a pipe,")
            + " can be searched for a key only; save it as a file to name a line of it")
      }
      guard let fileIndex = files.firstIndex(where: { $0.input == input }) else {
        throw .usage("--event: '\(input.name)' is not among the inputs")
      }
      switch try search.record(fileIndex: fileIndex, line: line) {
      case .nothing(let why):
        return Answer(derivations: [], recordCount: 0, nothing: why, damaged: search.damaged)
      case .record(let event):
        let copies = try event.identity.map { identity throws(RunFault) in
          CopyDecision(try search.copies(of: [identity]))
        }
        return Answer(
          derivations: [
            try derive(event, copies) { watched throws(RunFault) in
              try self.settle(watched, inputs, search.damaged)
            }
          ], recordCount: copies?.copies.count ?? 1, nothing: nil,
          damaged: search.damaged)
      }
    }
  }

  private func noteSizes(_ files: [AssignedFile]) {
    let sizes = files.map { $0.input.isStandardInput ? nil : FileSize.of($0.input.name) }
    let total = sizes.contains(nil) ? 0 : sizes.compactMap { $0 }.reduce(0, +)
    progress.totalBytes.store(total, ordering: .relaxed)
  }

  /// One derivation for each record, whatever its copies.
  private func answer(
    byKey found: [FoundEvent], _ inputs: [InputFile], _ search: EventSearch, nothing: String?
  ) throws(RunFault) -> Answer {
    var order: [ConflictKey] = []
    var copies: [ConflictKey: [FoundEvent]] = [:]
    var chosen: [(event: FoundEvent, copies: CopyDecision?)] = []
    for event in found {
      guard let identity = event.identity else {
        chosen.append((event, nil))
        continue
      }
      if copies[identity] == nil { order.append(identity) }
      copies[identity, default: []].append(event)
    }
    for identity in order {
      let decision = CopyDecision(copies[identity] ?? [])
      let kept = zip(decision.copies, decision.isKept).first { $0.1 }?.0
      chosen.append((kept ?? decision.copies[0], decision))
    }
    chosen.sort {
      ($0.event.file.index, $0.event.record.byteOffset) < ($1.event.file.index, $1.event.record.byteOffset)
    }
    var derivations: [EventDerivation] = []
    for choice in chosen.prefix(Self.derivationCountMax) {
      derivations.append(
        try derive(choice.event, choice.copies) { watched throws(RunFault) in
          try self.settle(watched, inputs, search.damaged)
        })
    }
    return Answer(
      derivations: derivations, recordCount: search.foundCount, nothing: nothing, damaged: search.damaged)
  }

  /// Rates all usage to know what an event that depends on order comes to; nil where it does not count, or where the inputs
  /// cannot be read a second time.
  private func settle(
    _ watched: WatchedEvent, _ inputs: [InputFile], _ damaged: [DamagedFile]
  ) throws(RunFault) -> SettledEvent? {
    guard !inputs.contains(where: \.isReadOnce) else { return nil }
    let whole = inputs.filter { input in !damaged.contains { $0.name == input.name } }
    let run = RatingRun(catalog: setup.catalog, options: setup.options).with { options in
      options.watched = watched
      options.groupBy = [.account]
    }
    return try run.run(whole).ledger.watched
  }

  /// Rates the record again, alone, and writes down how.
  ///
  /// - Parameter settled: says what an event that depends on order comes to among all usage; nil to look at it alone.
  private func derive(
    _ event: FoundEvent, _ copies: CopyDecision?,
    settled: ((WatchedEvent) throws(RunFault) -> SettledEvent?)?
  ) throws(RunFault) -> EventDerivation {
    let format = setup.catalog.source.formats[
      setup.catalog.source.sources[event.file.sourceIndex].formatIndex]
    let rater = RecordRater(
      setup: setup, sourceIndex: event.file.sourceIndex,
      plan: event.file.plan ?? FieldPlan(dialect: format.dialect),
      columnNames: event.file.columnNames, legs: event.file.legs, bytesMax: event.record.bytes.count)
    if event.oversize == nil, rater.rate(event.record.bytes, textOffset: event.textOffset),
      let watched = rater.packed()
    {
      if let settled = try settled?(watched) ?? rater.settleAlone(watched) { rater.note(settled) }
    }
    return DerivationWriter(rater: rater, event: event, copies: copies).derivation()
  }

  /// The derivation of a record alone: what depends on order, as the first usage of its period.
  private func derivation(_ event: FoundEvent) -> EventDerivation {
    do throws(RunFault) {
      return try derive(event, nil, settled: nil)
    } catch {
      preconditionFailure("only a reading of the inputs can fail: \(error)")
    }
  }

  // MARK: samples

  /// The source of an input: by its name, else the one named by option; nil where there is neither.
  ///
  /// - Throws: `RunFault.usage` where the option names no source.
  public func source(of input: InputFile) throws(RunFault) -> UsageSource? {
    let catalog = setup.catalog.source
    do throws(RunFault) {
      let files = try SourceMatch.assign([input], in: catalog, sourceName: setup.options.sourceName)
      return catalog.sources[files[0].sourceIndex]
    } catch {
      if case .noSource = error { return nil }
      throw error
    }
  }

  /// What a run would make of the records of a sample, duplicates apart; empty where the input has no source.
  ///
  /// - Throws: `FormatMismatch` where the file is not of its source's format.
  public func outcomes(of records: [ReadRecord], in sample: SampleText, _ source: UsageSource)
    throws(FormatMismatch)
    -> [EventDerivation]
  {
    let catalog = setup.catalog.source
    let format = catalog.formats[source.formatIndex]
    guard let index = catalog.sources.firstIndex(where: { $0.name == source.name }) else { return [] }
    let padded = sample.bytes + [UInt8](repeating: 0, count: ByteText.slack)
    let header = try padded.withUnsafeBufferPointer { (text) throws(FormatMismatch) -> FileHeader? in
      guard let base = text.baseAddress else { return nil }
      return try FileHeader.read(base, sample.bytes.count, format)
    }
    guard let header else { return [] }
    let plan = try FieldPlan.compile(
      format, columnNames: header.columnNames, headerLine: header.headerLine,
      filterReason: { setup.filterReason($0) }, serviceTag: { setup.serviceTag($0) })
    let file = FoundFile(
      name: sample.name, index: 0, sourceIndex: index, isNamedByOption: false, plan: plan,
      columnNames: header.columnNames, legs: nil)
    return records.map { record in
      let event = FoundEvent(
        file: file, record: record, textOffset: record.byteOffset, identity: nil, content: 0,
        isRowKeyed: false,
        key: [])
      return derivation(event)
    }
  }
}
