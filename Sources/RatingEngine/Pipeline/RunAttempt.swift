// One reading of all inputs: workers take what the board gives them until nothing is left, then it is told what came of it.
//
// How a unit becomes chunks, and how it ends, is in RunAttempt+Reading.swift.

import Catalog
import Dispatch
import DurableFiles
import Synchronization
import Tables

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

  let setup: RunSetup
  let files: [AssignedFile]
  let oneReader: Set<String>
  let spool: InputSpool?
  let progress: RunProgress
  let board: WorkBoard
  let ledger: RunLedger
  var contexts: [FileContext?]
  // Guards what went wrong.
  let faults = Mutex<(damaged: [DamagedFile], fatal: RunFault?)>(([], nil))

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
    ledger.rivalFiles = Self.rivalFiles(files, setup)
  }

  /// Files of sources whose copies of a record are rated otherwise by others, and that may come before files of earlier runs.
  private static func rivalFiles(_ files: [AssignedFile], _ setup: RunSetup) -> Set<UInt32> {
    guard let last = setup.options.keepsCopiesBefore else { return [] }
    let catalog = setup.catalog.source
    let rivals = catalog.rivalSources
    if rivals.isEmpty { return [] }
    return Set(
      files.indices.filter {
        rivals.contains(catalog.sources[files[$0].sourceIndex].name) && Label(files[$0].input.name) < last
      }.map { UInt32($0) })
  }

  /// About how many records the files hold, by their names and sizes; a wrong guess costs a little memory or time.
  static func recordEstimate(_ files: [AssignedFile]) -> Int {
    files.reduce(0) { total, file in
      let isCompressed = [".zst", ".gz"].contains { file.input.name.hasSuffix($0) }
      return total + Int(FileSize.of(file.input.path) ?? 0) / (isCompressed ? 40 : 128)
    }
  }

  static func storedBytes(_ files: [AssignedFile]) -> Int64? {
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
    // First: a pipe that is given up looks like one that has ended, in the middle of a header for instance.
    if progress.cancelled.load(ordering: .relaxed) { throw .interrupted }
    if let fatal { throw fatal }
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
  func settle() throws(FileFault) {
    setup.options.stageClock?.start()
    try ledger.settle()
    setup.options.stageClock?.lap(.settle)
  }

  /// Says how far each damaged file was read; after the workers have ended.
  func withRecordsRead(_ damaged: [DamagedFile]) -> [DamagedFile] {
    damaged.map { file in
      var file = file
      if let index = files.firstIndex(where: { $0.input.name == file.name }) {
        file.recordsRead = ledger.fileTotals[index].read
      }
      return file
    }
  }

  /// Files that do not hold what their trailer or control file promises.
  func shortFiles() -> [DamagedFile] {
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
  func checkPromises() throws(RunFault) {
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

  func work(_ worker: Int) {
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

  func fail(_ fault: RunFault) {
    faults.withLock { if $0.fatal == nil { $0.fatal = fault } }
    board.stop()
  }

  func note(_ damage: DamagedFile) {
    faults.withLock { faults in
      if !faults.damaged.contains(where: { $0.name == damage.name }) { faults.damaged.append(damage) }
    }
    // Without the wish to go on, the first damage ends the run; with it, the other files are looked at as well.
    if !setup.options.skipsDamagedFiles { board.stop() }
  }

  /// Rates a chunk and hands the outcome on.
  func rate(_ chunk: Chunk, _ outcome: ChunkOutcome, _ rater: ChunkRater) {
    guard let unit = chunk.unit, let plan = unit.file.plan else { return }
    rater.rate(chunk, unit.file, plan, into: outcome)
    progress.records.wrappingAdd(outcome.totals.read, ordering: .relaxed)
    board.update { state in
      state.ratingCount -= 1
      state.freeChunks.append(chunk)
      state.outcomes.append(outcome)
    }
  }

  func take(_ outcome: ChunkOutcome) {
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
}
