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
      return answer(byKey: found, search, nothing: nothing)
    case .place(let input, let line):
      guard !input.isStandardInput else {
        throw .usage(
          "--event: standard input can be searched for a key only; save it as a file to name a line of it")
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
          derivations: [derive(event, copies)], recordCount: copies?.copies.count ?? 1, nothing: nil,
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
  private func answer(byKey found: [FoundEvent], _ search: EventSearch, nothing: String?) -> Answer {
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
    return Answer(
      derivations: chosen.prefix(Self.derivationCountMax).map { derive($0.event, $0.copies) },
      recordCount: search.foundCount, nothing: nothing, damaged: search.damaged)
  }

  /// Rates the record again, alone, and writes down how.
  private func derive(_ event: FoundEvent, _ copies: CopyDecision?) -> EventDerivation {
    let rater = RecordRater(
      setup: setup, sourceIndex: event.input.sourceIndex,
      plan: event.file.plan ?? FieldPlan(dialect: event.file.format.dialect),
      columnNames: event.file.columnNames,
      legs: event.file.legs, bytesMax: event.record.bytes.count)
    if event.oversize == nil { _ = rater.rate(event.record.bytes, textOffset: event.textOffset) }
    let isNamed =
      event.input.input.isStandardInput
      || SourceMatch.source(for: event.input.input, in: setup.catalog.source) == nil
    return DerivationWriter(rater: rater, event: event, copies: copies, isNamedByOption: isNamed).derivation()
  }
}
