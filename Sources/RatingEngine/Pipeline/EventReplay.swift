// A run over stored events instead of files: any worker takes any block, and the ledger is held by one at a time.
//
// Duplicates were told apart when the events were read, so that Deduplicate has nothing to do; Rate, Aggregate, Settle and
// Suspense are those of a run over files, and so is the proof of the totals.

import Catalog
import DurableFiles
import Dispatch
import Synchronization
import Tables

extension RatingRun {
  /// A run of the same catalog, which is not compiled again, with other options.
  public func changed(_ change: (inout RatingOptions) -> Void) -> RatingRun { with(change) }

  /// Rates stored events of finished runs; nothing is written.
  ///
  /// The inputs of the result are those of the runs, in the order of their names. The detail names events by the places that
  /// `firstCopies` knows of. Complexity: O(blocks + chosen events).
  /// - Throws: `RunFault.catalog` where the catalog has no source of an input's name, or reads what was not kept of it.
  public func run(
    _ events: [StoredEvents], _ selection: EventSelection = .all, naming firstCopies: FirstCopies? = nil
  ) throws(RunFault) -> RatingResult {
    var options = self.options
    options.findsDuplicates = false
    options.keepsKeys = false
    options.keepsEvents = false
    options.earlierKeyFiles = []
    let reasons = events.flatMap { $0.preamble.inputs.flatMap { $0.leavers.filtered.map(\.name) } }
    let setup = try RunSetup(
      catalog: catalog, options: options, furtherReasons: reasons, ofStoredEvents: true)
    return try EventReplay(setup, events, selection, firstCopies, progress).run()
  }
}

/// One reading of stored events.
final class EventReplay: @unchecked Sendable {
  // Safe to share: the ledger and the fault are touched only while `lock` is held; the rest does not change.
  private let setup: RunSetup
  private let events: [StoredEvents]
  private let selection: EventSelection
  private let progress: RunProgress
  private let files: [FileContext]
  /// By events file: the numbers of its inputs in this run.
  private let fileNumbers: [[Int]]
  private let selections: [BlockSelection]
  /// By events file: places of records whose conflict began or ended after they were read.
  private let reversed: [Set<Int64>]
  /// By events file: raw values of the reasons that it knows by number.
  private let reasons: [[UInt8]]
  private let ledger: RunLedger
  private let firstCopies: FirstCopies?
  /// By events file: its number among those that `firstCopies` knows.
  private let copyNumbers: [Int]
  /// Of one events file, where marks are wanted: the accounts of its events in this run, by their numbers there.
  private let readAccounts: [UInt32?]
  private let lock = Mutex<RunFault?>(nil)
  /// Whether there is a fault, for who does not want to wait for the lock.
  private let hasFailed = Atomic(false)
  private let next = Atomic<Int>(0)

  init(
    _ setup: RunSetup, _ events: [StoredEvents], _ selection: EventSelection, _ firstCopies: FirstCopies?,
    _ progress: RunProgress
  ) throws(RunFault) {
    self.setup = setup
    self.events = events
    self.selection = selection
    self.firstCopies = firstCopies
    self.progress = progress
    copyNumbers = events.map { events in
      guard let firstCopies else { return 0 }
      guard let number = firstCopies.number(of: events) else {
        preconditionFailure("copies are looked for in all runs whose records are named")
      }
      return number
    }
    (files, fileNumbers) = try Self.files(setup, events)
    reversed = events.map { Set($0.preamble.reversed) }
    selections = events.map { BlockSelection(selection, $0) }
    let known = Dictionary(
      uniqueKeysWithValues: SuspenseReason.allCases.map { (Label($0.code), $0.rawValue) })
    reasons = events.map { file in
      file.preamble.reasons.map { known[$0] ?? SuspenseReason.badRecord.rawValue }
    }
    ledger = RunLedger(setup: setup, fileCount: files.count, expectedRecords: 1)
    if ledger.later != nil, events.count == 1 {
      ledger.settledMarks = SettledMarks(blockCount: events[0].blockOffsets.count)
      let numbers = Dictionary(
        uniqueKeysWithValues: setup.catalog.source.accounts.enumerated().map { ($1.id, UInt32($0)) })
      readAccounts = events[0].preamble.accounts.map { numbers[$0] }
    } else {
      readAccounts = []
    }
    if selection.takesLeavers {
      ledger.begin(
        with: files.map { $0.stored?.leavers.totals { setup.filterReason($0) } ?? DoorTotals() })
    }
  }

  /// The inputs in the order of their names, and where those of each events file are among them.
  private static func files(
    _ setup: RunSetup, _ events: [StoredEvents]
  ) throws(RunFault) -> ([FileContext], [[Int]]) {
    var inputs: [(input: StoredInput, owner: Int, index: Int)] = []
    for (owner, file) in events.enumerated() {
      for (index, input) in file.preamble.inputs.enumerated() { inputs.append((input, owner, index)) }
    }
    // A file that has grown was read several times: from the front to its end.
    inputs.sort {
      ($0.input.name, $0.input.byteCount, $0.input.hash) < ($1.input.name, $1.input.byteCount, $1.input.hash)
    }
    var numbers = events.map { [Int](repeating: 0, count: $0.preamble.inputs.count) }
    var files: [FileContext] = []
    let catalog = setup.catalog.source
    for (number, entry) in inputs.enumerated() {
      numbers[entry.owner][entry.index] = number
      guard let source = catalog.sources.firstIndex(where: { $0.name == entry.input.source }) else {
        throw .catalog(
          "the catalog has no source '\(entry.input.source)', from which \(entry.input.name) came; keep it in "
            + "sources.csv")
      }
      let plan = try StoredLayout.plan(
        of: catalog.formats[catalog.sources[source].formatIndex], entry.input,
        serviceTag: { setup.serviceTag($0) })
      files.append(
        FileContext(
          index: number, stored: entry.input, sourceIndex: source, catalog: catalog, plan: plan))
    }
    return (files, numbers)
  }

  func run() throws(RunFault) -> RatingResult {
    let blocks = events.enumerated().flatMap { owner, file in
      file.blockOffsets.indices.map { (owner: owner, block: $0) }
    }
    progress.totalBytes.store(Int64(blocks.count), ordering: .relaxed)
    progress.storedBytes.store(0, ordering: .relaxed)
    let workers = max(1, min(setup.options.threadCount, blocks.count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      do throws(RunFault) {
        try work(blocks)
      } catch {
        hasFailed.store(true, ordering: .relaxed)
        lock.withLock { if $0 == nil { $0 = error } }
      }
    }
    if let fault = lock.withLock({ $0 }) { throw fault }
    if progress.cancelled.load(ordering: .relaxed) { throw .interrupted }
    let result: RatingResult
    do throws(FileFault) {
      // Of blocks only what was chosen is counted as read; of the rest nothing is.
      if !selection.isWhole || events.contains(where: { !$0.leftOut.isEmpty }) { ledger.countAllAsRead() }
      try ledger.settle()
      result = try RatingResult(
        setup: setup, ledger: ledger, files: files, damaged: [], firstCopies: firstCopies)
    } catch {
      throw .output(error)
    }
    try result.prove()
    return result
  }

  /// What became of the chosen rows of a block, until the ledger has it.
  private final class RatedBlock {
    let outcome = ChunkOutcome()
    var rows: [UInt16] = []
    var block: EventBlock?
    var number = 0
  }

  /// Blocks of one worker that may wait for the ledger: enough that nobody stands idle while another holds it.
  private static let waitingMax = 3

  private func work(_ blocks: [(owner: Int, block: Int)]) throws(RunFault) {
    let rater = ChunkRater(setup)
    let text = StoredText.Reader()
    let names = firstCopies.map { FirstCopies.Reader($0) }
    var free = (0..<Self.waitingMax).map { _ in RatedBlock() }
    var waiting: [RatedBlock] = []
    while !hasFailed.load(ordering: .relaxed), !progress.cancelled.load(ordering: .relaxed) {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < blocks.count, let rated = free.popLast() else { break }
      progress.storedBytes.wrappingAdd(1, ordering: .relaxed)
      let (owner, index) = blocks[number]
      if try rate(blockAt: index, of: owner, rater, text, names, into: rated) {
        waiting.append(rated)
      } else {
        free.append(rated)
      }
      events[owner].release(behind: index)
      try handOver(&waiting, &free, waits: free.isEmpty)
    }
    try handOver(&waiting, &free, waits: true)
  }

  /// Rates the chosen rows of a block; false where it has none.
  private func rate(
    blockAt index: Int, of owner: Int, _ rater: ChunkRater, _ text: StoredText.Reader,
    _ names: FirstCopies.Reader?, into rated: RatedBlock
  ) throws(RunFault) -> Bool {
    let events = events[owner]
    let block: EventBlock
    do throws(FileFault) {
      if let record = try events.oversize(index) {
        let file = files[fileNumbers[owner][record.file]]
        if selection.takesLeavers, let fault = take(record, file) { throw fault }
        return false
      }
      block = try events.block(index)
    } catch {
      throw .output(error)
    }
    selections[owner].choose(block, index, into: &rated.rows)
    guard !rated.rows.isEmpty else { return false }
    // A few rows of a block are not worth reading all of it; they are proved by the sums.
    if rated.rows.count * 8 > block.head.count, !block.isWhole {
      throw .output(StoredEvents.damaged(events.path))
    }
    let file = files[fileNumbers[owner][block.head.file]]
    guard let plan = file.plan else { return false }
    let named: FirstCopies.BlockPlaces?
    do throws(FileFault) {
      named = try names?.places(block, number: index, ofRun: copyNumbers[owner])
    } catch {
      throw .output(error)
    }
    rater.rate(
      block, rated.rows, file, plan, text, reasons: reasons[owner], reversed: reversed[owner], named: named,
      into: rated.outcome)
    if text.hasFailed { throw .output(StoredEvents.damaged(events.path)) }
    progress.records.wrappingAdd(rated.rows.count, ordering: .relaxed)
    (rated.block, rated.number) = (block, index)
    return true
  }

  /// Gives the ledger what waits for it. Where another holds it, that can be left for later, unless `waits`.
  private func handOver(
    _ waiting: inout [RatedBlock], _ free: inout [RatedBlock], waits: Bool
  ) throws(RunFault) {
    if waiting.isEmpty { return }
    let blocks = waiting
    let taken =
      waits
      ? lock.withLock { _ in (fault: take(blocks), ()) }
      : lock.withLockIfAvailable { _ in (fault: take(blocks), ()) }
    guard let taken else { return }
    if let fault = taken.fault { throw .output(fault) }
    free += blocks
    waiting.removeAll(keepingCapacity: true)
  }

  /// Takes what became of blocks. The lock is held.
  private func take(_ blocks: [RatedBlock]) -> FileFault? {
    do throws(FileFault) {
      for rated in blocks {
        try ledger.take(rated.outcome)
        guard ledger.settledMarks != nil, let block = rated.block else { continue }
        ledger.settledMarks?.note(
          rated.outcome, rated.rows, block, number: rated.number, accounts: readAccounts)
      }
      return nil
    } catch {
      return error
    }
  }

  /// Puts a record over the limit back into suspense.
  private func take(_ record: OversizeBlock, _ file: FileContext) -> FileFault? {
    lock.withLock { _ -> FileFault? in
      do throws(FileFault) {
        try ledger.take(record, of: file)
        return nil
      } catch {
        return error
      }
    }
  }
}
