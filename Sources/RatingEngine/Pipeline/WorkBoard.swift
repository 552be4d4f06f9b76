// Who does what next: three kinds of work over a bounded set of buffers.
//
// Read (one worker a unit), Rate (any worker), Take (one worker at a time holds the ledger). Decoding and rating push each other's
// tables out of a core's cache: one worker decodes and stays ahead while the others rate, and further units are decoded by who
// finds nothing to rate. Where there is nothing to decode, whoever reads a chunk rates it. One semaphore for each worker: a shared
// one can wake a worker that has nothing to do.

import Dispatch
import Synchronization

/// The state of a run's work. All of it is guarded by `lock`.
final class WorkBoard: @unchecked Sendable {
  // Safe to share: `state` is touched only while `lock` is held; chunks, outcomes and units change hands through it, and
  // whoever took one out owns it until it is put back.
  /// One piece of work.
  enum Job {
    /// Fill a chunk from a unit.
    case read(InputUnit, Chunk)
    /// Rate a chunk.
    case rate(Chunk, ChunkOutcome)
    /// Add outcomes up.
    case take(ChunkOutcome)
    /// Open the next file.
    case open(Int)
    case wait
    case stop
  }

  struct State {
    var nextFile = 0
    let fileCount: Int
    /// Units that can be read now and that nobody reads.
    var idleUnits: [InputUnit] = []
    var readingCount = 0
    var openingCount = 0
    var freeChunks: [Chunk] = []
    var readyChunks: [Chunk] = []
    var readyHead = 0
    var freeOutcomes: [ChunkOutcome] = []
    var outcomes: [ChunkOutcome] = []
    var outcomeHead = 0
    var ratingCount = 0
    var isTaking = false
    var waiting: UInt64 = 0
    var isStopped = false
    var openFilesMax: Int

    /// Whether there is something to rate or to add up.
    var hasWorkBehindReading: Bool {
      readyHead < readyChunks.count && !freeOutcomes.isEmpty || !isTaking && outcomeHead < outcomes.count
    }

    init(fileCount: Int, bufferCount: Int, openFilesMax: Int, chunkBytes: Int) {
      self.fileCount = fileCount
      self.openFilesMax = openFilesMax
      freeChunks = (0..<bufferCount).map { _ in Chunk(textBytes: chunkBytes) }
      freeOutcomes = (0..<bufferCount).map { _ in ChunkOutcome() }
    }
  }

  private let lock = Mutex(())
  private var state: State
  private let semaphores: [DispatchSemaphore]

  init(fileCount: Int, threadCount: Int, chunkBytes: Int) {
    // Sixteen buffers let two workers run without waiting for each other; more workers need more.
    state = State(
      fileCount: fileCount, bufferCount: 8 + 4 * threadCount, openFilesMax: max(2, threadCount),
      chunkBytes: chunkBytes)
    semaphores = (0..<threadCount).map { _ in DispatchSemaphore(value: 0) }
  }

  /// Changes the state and wakes whoever waits.
  func update(_ change: (inout State) -> Void) {
    lock.withLock { _ in
      change(&state)
      wake(&state)
    }
  }

  private func wake(_ state: inout State) {
    guard state.waiting != 0 else { return }
    for worker in semaphores.indices where state.waiting >> UInt64(worker) & 1 != 0 {
      semaphores[worker].signal()
    }
    state.waiting = 0
  }

  /// Ends the work of all workers.
  func stop() { update { $0.isStopped = true } }

  /// The next piece of work for a worker; sleeps while there is none.
  func next(worker: Int) -> Job {
    while true {
      let job = lock.withLock { _ in Self.choose(&state, worker) }
      if case .wait = job {
        semaphores[worker].wait()
        continue
      }
      return job
    }
  }

  private static func choose(_ state: inout State, _ worker: Int) -> Job {
    if state.isStopped { return .stop }
    // Reading first: where one unit must be decoded front to back, everything else waits for it.
    if let unit = state.idleUnits.last, let chunk = state.freeChunks.last,
      !unit.isDecoding || state.readingCount == 0 || !state.hasWorkBehindReading
    {
      state.idleUnits.removeLast()
      state.freeChunks.removeLast()
      state.readingCount += 1
      return .read(unit, chunk)
    }
    if state.idleUnits.isEmpty, state.nextFile < state.fileCount, !state.freeChunks.isEmpty,
      state.readingCount + state.openingCount < state.openFilesMax
    {
      state.openingCount += 1
      state.nextFile += 1
      return .open(state.nextFile - 1)
    }
    if !state.isTaking, state.outcomeHead < state.outcomes.count {
      let outcome = state.outcomes[state.outcomeHead]
      state.outcomeHead += 1
      if state.outcomeHead == state.outcomes.count {
        state.outcomes.removeAll(keepingCapacity: true)
        state.outcomeHead = 0
      }
      state.isTaking = true
      return .take(outcome)
    }
    if state.readyHead < state.readyChunks.count, let outcome = state.freeOutcomes.popLast() {
      let chunk = state.readyChunks[state.readyHead]
      state.readyHead += 1
      if state.readyHead == state.readyChunks.count {
        state.readyChunks.removeAll(keepingCapacity: true)
        state.readyHead = 0
      }
      state.ratingCount += 1
      return .rate(chunk, outcome)
    }
    let isDone =
      state.nextFile == state.fileCount && state.idleUnits.isEmpty && state.readingCount == 0
      && state.openingCount == 0
      && state.readyHead == state.readyChunks.count && state.ratingCount == 0 && !state.isTaking
      && state.outcomeHead == state.outcomes.count
    if isDone { return .stop }
    state.waiting |= 1 << UInt64(worker)
    return .wait
  }

  /// An outcome where the chunk that was just read is better rated at once by its reader: there is nobody else, or reading is so
  /// little work that another worker can go on with it.
  func takeOutcomeForOwnChunk(of unit: InputUnit) -> ChunkOutcome? {
    if unit.isDecoding, semaphores.count > 1 { return nil }
    return lock.withLock { _ in
      guard let outcome = state.freeOutcomes.popLast() else { return nil }
      state.ratingCount += 1
      return outcome
    }
  }
}
