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
        try refuseSecondReading(spool == nil ? files : [], "a file among the inputs is damaged")
      case .keys(let found):
        known.formUnion(found)
        for index in found.filesToReadWhole { whole.insert(usable[Int(index)].input.name) }
        let why =
          found.conflicts.isEmpty
          ? "copies of a record from different sources are rated differently"
          : "records with the same key contradict each other"
        try refuseSecondReading(spool == nil ? usable : [], why)
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
    let hasStandardInput = files.contains { $0.input.isStandardInput }
    return Set(
      files.filter { hasStandardInput || !$0.canBeReadOn(catalog.source, options) }.map(\.input.name))
  }

  /// Standard input is kept where a second reading is certain or asked for: else nobody pays for it.
  private func spool(for files: [AssignedFile]) -> InputSpool? {
    guard let input = files.first(where: { $0.input.isStandardInput }) else { return nil }
    let format = catalog.source.formats[catalog.source.sources[input.sourceIndex].formatIndex]
    guard options.spoolsStandardInput || options.skipsDamagedFiles || format.legs != nil else { return nil }
    return InputSpool(
      place: SpillPlace(folder: options.temporaryFolder, operations: options.fileOperations))
  }

  /// A pipe can be read once only.
  private func refuseSecondReading(_ files: [AssignedFile], _ why: String) throws(RunFault) {
    guard files.contains(where: { $0.input.isStandardInput }) else { return }
    throw .input(
      file: "-",
      message: "\(why), which needs a second reading; add --spool, or save the input as a file and name it")
  }
}

/// An input and its source.
struct AssignedFile {
  var input: InputFile
  var sourceIndex: Int
}

/// One reading of all inputs.
final class RunAttempt: @unchecked Sendable {
  // Shared by the workers: `board` and `faults` have locks of their own; `ledger` is held by whoever has the take job;
  // contexts change only by their opener, then by the reader of their units.
  enum Outcome {
    case finished(RunLedger, [FileContext])
    case damaged([DamagedFile])
    /// The run must begin again with these keys known.
    case keys(SecondLook)
  }

  private let setup: RunSetup
  private let files: [AssignedFile]
  private let oneReader: Set<String>
  private let spool: InputSpool?
  private let progress: RunProgress
  private let board: WorkBoard
  private let ledger: RunLedger
  private var contexts: [FileContext?]
  // Guards what went wrong.
  private let faults = Mutex<(damaged: [DamagedFile], fatal: RunFault?)>(([], nil))

  init(
    setup: RunSetup, files: [AssignedFile], oneReader: Set<String>, spool: InputSpool?, progress: RunProgress
  ) {
    self.spool = spool
    self.setup = setup
    self.files = files
    self.oneReader = oneReader
    self.progress = progress
    board = WorkBoard(
      fileCount: files.count, threadCount: setup.options.threadCount, chunkBytes: setup.chunkBytes)
    contexts = [FileContext?](repeating: nil, count: files.count)
    let bytes = Self.storedBytes(files)
    progress.totalBytes.store(bytes ?? 0, ordering: .relaxed)
    progress.storedBytes.store(0, ordering: .relaxed)
    progress.records.store(0, ordering: .relaxed)
    progress.suspended.store(0, ordering: .relaxed)
    ledger = RunLedger(
      setup: setup, fileCount: files.count,
      expectedRecords: bytes == nil ? 1 << 24 : Self.recordEstimate(files))
    ledger.filesReadOn = Set(
      files.indices.filter { files[$0].input.beginning?.end?.isKept ?? false }.map { UInt32($0) })
  }

  /// About how many records the files hold, by their names and sizes; a wrong guess costs a little memory or time.
  private static func recordEstimate(_ files: [AssignedFile]) -> Int {
    files.reduce(0) { total, file in
      let isCompressed = [".zst", ".gz"].contains { file.input.name.hasSuffix($0) }
      return total + Int(FileSize.of(file.input.path) ?? 0) / (isCompressed ? 40 : 128)
    }
  }

  private static func storedBytes(_ files: [AssignedFile]) -> Int64? {
    var total: Int64 = 0
    for file in files {
      guard !file.input.isStandardInput, let size = FileSize.of(file.input.path) else { return nil }
      total += size
    }
    return total
  }

  func run() throws(RunFault) -> Outcome {
    MemoryReserve.end()
    do throws(FileFault) { try ledger.admitEarlierKeys() } catch { throw .output(error) }
    DispatchQueue.concurrentPerform(iterations: setup.options.threadCount) { worker in work(worker) }
    let (damaged, fatal) = faults.withLock { ($0.damaged, $0.fatal) }
    if let fatal { throw fatal }
    if progress.cancelled.load(ordering: .relaxed) { throw .interrupted }
    if !damaged.isEmpty { return .damaged(withRecordsRead(damaged).sorted { $0.name < $1.name }) }
    do {
      for unit in contexts.compactMap({ $0 }).flatMap(\.units) {
        for record in unit.takeOversize() { try ledger.take(record, of: unit) }
      }
      setup.options.stageClock?.start()
      let keys = try ledger.resolveSuspects()
      setup.options.stageClock?.lap(.copies)
      if !keys.isEmpty { return .keys(keys) }
      try settle()
    } catch {
      throw .output(error)
    }
    let short = shortFiles()
    if !short.isEmpty { return .damaged(short) }
    try checkPromises()
    return .finished(ledger, contexts.compactMap { $0 })
  }

  /// Prices what depends on order. Where a file turns out to be short, for nothing.
  private func settle() throws(FileFault) {
    setup.options.stageClock?.start()
    try ledger.settle()
    setup.options.stageClock?.lap(.settle)
  }

  /// Says how far each damaged file was read; after the workers have ended.
  private func withRecordsRead(_ damaged: [DamagedFile]) -> [DamagedFile] {
    damaged.map { file in
      var file = file
      if let index = files.firstIndex(where: { $0.input.name == file.name }) {
        file.recordsRead = ledger.fileTotals[index].read
      }
      return file
    }
  }

  /// Files that do not hold what their trailer or control file promises.
  private func shortFiles() -> [DamagedFile] {
    contexts.compactMap { $0 }.compactMap { file in
      guard files[file.index].input.excerpt == nil else { return nil }
      let read = ledger.fileTotals[file.index].read
      var fault = file.trailer.fault(file.format, read: read)
      if fault == nil, let promised = file.controlRecords, promised != read {
        fault = "holds \(read) records, its control file says \(promised); fetch it again"
      }
      return fault.map { DamagedFile(name: file.name, offset: -1, message: $0, recordsRead: read) }
    }
  }

  /// What the user said about all inputs together.
  private func checkPromises() throws(RunFault) {
    let read = ledger.fileTotals.reduce(0) { $0 + $1.read }
    if let expected = setup.options.expectedRecords, expected != read {
      throw .input(
        file: files.map(\.input.name).joined(separator: ", "),
        message: "\(read) records were read, --expect-records says \(expected); fetch the missing part again")
    }
    let bytes = contexts.reduce(Int64(0)) { total, file in
      total + (file?.units.reduce(0) { $0 + $1.byteCount } ?? 0)
    }
    if let expected = setup.options.expectedBytes, expected != bytes {
      throw .input(
        file: files.map(\.input.name).joined(separator: ", "),
        message: "\(bytes) bytes were read, --expect-bytes says \(expected); fetch the missing part again")
    }
  }

  // MARK: a worker

  private func work(_ worker: Int) {
    let rater = ChunkRater(setup)
    while true {
      if progress.cancelled.load(ordering: .relaxed) { board.stop() }
      switch board.next(worker: worker) {
      case .stop: return
      case .wait: continue
      case .open(let index): open(index, rater)
      case .read(let unit, let chunk): read(unit, chunk, rater)
      case .rate(let chunk, let outcome): rate(chunk, outcome, rater)
      case .take(let outcome): take(outcome)
      }
    }
  }

  private func fail(_ fault: RunFault) {
    faults.withLock { if $0.fatal == nil { $0.fatal = fault } }
    board.stop()
  }

  private func note(_ damage: DamagedFile) {
    faults.withLock { faults in
      if !faults.damaged.contains(where: { $0.name == damage.name }) { faults.damaged.append(damage) }
    }
    // Without the wish to go on, the first damage ends the run; with it, the other files are looked at as well.
    if !setup.options.skipsDamagedFiles { board.stop() }
  }

  private func open(_ index: Int, _ rater: ChunkRater) {
    do {
      let file = try FileContext(
        index: index, input: files[index].input, sourceIndex: files[index].sourceIndex,
        catalog: setup.catalog.source,
        recordBytesMax: setup.options.recordBytesMax, partBytes: setup.options.partBytes,
        allowsParts: setup.options.threadCount > 1 && !oneReader.contains(files[index].input.name)
          && !setup.hashesInputs, hashes: setup.hashesInputs, spool: spool)
      faults.withLock { _ in contexts[index] = file }
      if file.format.legs != nil { try noteLegs(file, rater) }
      board.update { state in
        state.openingCount -= 1
        // The first unit alone until the header was read.
        state.idleUnits.append(file.units[0])
      }
    } catch {
      fail(error)
    }
  }

  /// The first reading of a file whose format chooses among several rows of one call.
  private func noteLegs(_ file: FileContext, _ rater: ChunkRater) throws(RunFault) {
    guard let choice = file.format.legs?.choice else { return }
    let table = LegTable(choice: choice)
    let first = try FileContext(
      index: file.index, input: files[file.index].input, sourceIndex: file.sourceIndex,
      catalog: setup.catalog.source,
      recordBytesMax: setup.options.recordBytesMax, partBytes: nil, allowsParts: false, hashes: false,
      spool: spool)
    let chunk = Chunk(textBytes: setup.chunkBytes)
    do {
      while try fill(first.units[0], chunk, first) {
        guard let plan = first.plan else { break }
        rater.noteLegs(chunk, first, plan, table)
      }
      if let plan = first.plan, makeTailChunk(first.units[0].tail, first.units[0], chunk, plan) {
        rater.noteLegs(chunk, first, plan, table)
      }
    } catch {
      // The second reading finds the same damage and reports it.
    }
    file.legs = table
  }

  private func read(_ unit: InputUnit, _ chunk: Chunk, _ rater: ChunkRater) {
    let file = unit.file
    let before = unit.storedOffset
    do {
      setup.options.stageClock?.start()
      let hasChunk = try fill(unit, chunk, file)
      setup.options.stageClock?.lap(.read)
      progress.storedBytes.wrappingAdd(unit.storedOffset - before, ordering: .relaxed)
      guard hasChunk else { return finish(unit, chunk, rater) }
      chunk.oversize = unit.takeOversize()
    } catch let damage as DamagedFile {
      if let fault = spool?.fault { fail(.output(fault)) } else { note(damage) }
      return board.update { state in
        state.readingCount -= 1
        state.freeChunks.append(chunk)
      }
    } catch let mismatch as FormatMismatch {
      return fail(
        .input(
          file: file.name + (mismatch.line > 0 ? ":\(mismatch.line)" : ""),
          message: "\(mismatch.message); \(mismatch.hint)"))
    } catch {
      return fail(.totals("unexpected: \(error)"))
    }
    guard unit.leavesNew(chunk) else {
      return board.update { state in
        state.readingCount -= 1
        state.idleUnits.append(unit)
        state.freeChunks.append(chunk)
      }
    }
    // The header is known now: the other units of the file can begin.
    let others = chunk.sequence == 0 && unit.index == 0 ? Array(file.units.dropFirst()) : []
    if let outcome = board.takeOutcomeForOwnChunk() {
      board.update { state in
        state.readingCount -= 1
        state.idleUnits.insert(contentsOf: others, at: 0)
        state.idleUnits.append(unit)
      }
      rate(chunk, outcome, rater)
    } else {
      board.update { state in
        state.readingCount -= 1
        state.idleUnits.insert(contentsOf: others, at: 0)
        state.idleUnits.append(unit)
        state.readyChunks.append(chunk)
      }
    }
  }

  /// Fills a chunk; reads the header first where the file has just begun. False at the end of the unit.
  private func fill(_ unit: InputUnit, _ chunk: Chunk, _ file: FileContext) throws -> Bool {
    let filled = try unit.fill(chunk, headerLines: FileHeader.lineCount(file.format))
    guard file.plan == nil, unit.index == 0 else { return filled == .chunk }
    if filled == .chunk {
      try readHeader(file, unit, text: chunk.text, length: chunk.length) { used in
        chunk.text += used
        chunk.length -= used
        chunk.unitOffset += Int64(used)
      }
      return true
    }
    // The header may go on in the next part.
    if file.units.count > 1 { throw DamagedFile.needsOneReader(file.name) }
    // A file without a single line end: what there is may be a header, or one record.
    var text = unit.tail
    let count = text.count
    text += [UInt8](repeating: 0, count: ByteText.slack)
    try text.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try readHeader(file, unit, text: base, length: count) { used in unit.dropFromTail(used) }
    }
    return false
  }

  private func readHeader(
    _ file: FileContext, _ unit: InputUnit, text: UnsafeMutablePointer<UInt8>, length: Int,
    _ skip: (Int) -> Void
  ) throws {
    if length == 0 {
      // An empty file has no records, and no header is missed.
      file.plan = FieldPlan(dialect: file.format.dialect)
      return
    }
    let header = try FileHeader.read(UnsafePointer(text), length, file.format)
    file.columnNames = header.columnNames
    if setup.keepsSuspense, setup.options.keepsKeys {
      file.headerText = Array(UnsafeBufferPointer(start: text, count: header.byteCount))
    }
    file.plan = try FieldPlan.compile(
      file.format, columnNames: header.columnNames, headerLine: header.headerLine,
      filterReason: { setup.filterReason($0) }, serviceTag: { setup.serviceTag($0) })
    if setup.options.keepsEvents { file.layout = file.plan.map { StoredLayout($0) } }
    unit.headerLines = header.lineCount
    skip(header.byteCount)
  }

  /// Rates a chunk and hands the outcome on.
  private func rate(_ chunk: Chunk, _ outcome: ChunkOutcome, _ rater: ChunkRater) {
    guard let unit = chunk.unit, let plan = unit.file.plan else { return }
    rater.rate(chunk, unit.file, plan, into: outcome)
    progress.records.wrappingAdd(outcome.totals.read, ordering: .relaxed)
    board.update { state in
      state.ratingCount -= 1
      state.freeChunks.append(chunk)
      state.outcomes.append(outcome)
    }
  }

  private func take(_ outcome: ChunkOutcome) {
    do {
      setup.options.stageClock?.start()
      try ledger.take(outcome)
      setup.options.stageClock?.lap(.take)
    } catch {
      fail(.output(error))
    }
    board.update { state in
      state.isTaking = false
      state.freeOutcomes.append(outcome)
    }
  }

  // MARK: the end of a unit and of a file

  private func finish(_ unit: InputUnit, _ chunk: Chunk, _ rater: ChunkRater) {
    let file = unit.file
    let isLast = faults.withLock { _ in
      file.openUnitCount -= 1
      return file.openUnitCount == 0
    }
    var texts: [(unit: InputUnit, text: [UInt8])] = []
    if isLast { texts = seams(file) }
    if texts.contains(where: { $0.text.count > setup.textBytesMax }) {
      // A record that goes through several parts: only one reader can tell its length and hash.
      note(DamagedFile.needsOneReader(file.name))
      texts = []
    }
    board.update { state in state.ratingCount += 1 }
    for (owner, text) in texts {
      guard let plan = file.plan, makeTailChunk(text, owner, chunk, plan) else { continue }
      let outcome = ChunkOutcome()
      rater.rate(chunk, file, plan, into: outcome)
      file.endsInOpenEvent = outcome.rowCount > 0
      progress.records.wrappingAdd(outcome.totals.read, ordering: .relaxed)
      board.update { state in state.outcomes.append(outcome) }
    }
    if isLast { complete(file) }
    board.update { state in
      state.ratingCount -= 1
      state.readingCount -= 1
      state.freeChunks.append(chunk)
    }
  }

  /// The records that lie across two units, and the text after the last record end.
  private func seams(_ file: FileContext) -> [(unit: InputUnit, text: [UInt8])] {
    var result: [(unit: InputUnit, text: [UInt8])] = []
    var owner = file.units[0]
    var pending = file.units[0].tail
    for unit in file.units.dropFirst() {
      pending += unit.head ?? []
      guard unit.hasRecordEnd else { continue }
      if !pending.isEmpty { result.append((owner, pending)) }
      owner = unit
      pending = unit.tail
    }
    if !pending.isEmpty { result.append((owner, pending)) }
    return result
  }

  /// Puts a text into a chunk as the last one of its unit; false where there is none.
  private func makeTailChunk(_ text: [UInt8], _ unit: InputUnit, _ chunk: Chunk, _ plan: FieldPlan) -> Bool {
    guard !text.isEmpty else { return false }
    chunk.reserve(text.count + 1)
    chunk.text = chunk.memory
    text.withUnsafeBufferPointer { bytes in
      if let base = bytes.baseAddress { chunk.memory.update(from: base, count: bytes.count) }
    }
    chunk.length = text.count
    if text[text.count - 1] != plan.dialect.lineEnd {
      chunk.memory[text.count] = plan.dialect.lineEnd
      chunk.length += 1
    }
    chunk.unit = unit
    chunk.unitOffset = unit.byteCount - Int64(unit.tail.count)
    chunk.sequence = unit.addChunk()
    return true
  }

  /// Compares the file with the control file that its source expects beside it; records are compared when they are counted.
  private func checkControl(_ file: FileContext) throws(DamagedFile) {
    let input = files[file.index].input
    guard !file.source.control.isEmpty, !input.isStandardInput, input.excerpt == nil else { return }
    let control = try ControlFile.read(file.name + file.source.control.description, of: file.name)
    let byteCount = file.units.reduce(Int64(0)) { $0 + $1.byteCount }
    if let bytes = control.bytes, bytes != byteCount {
      throw DamagedFile(
        name: file.name, offset: -1,
        message: "holds \(byteCount) bytes, its control file says \(bytes); fetch it again", recordsRead: 0)
    }
    file.controlRecords = control.records
  }

  private func complete(_ file: FileContext) {
    do {
      try file.checkUnchanged()
      try file.checkBeginning()
      try checkControl(file)
    } catch {
      note(error)
    }
  }
}
