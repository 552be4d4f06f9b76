// The decision about all suspects: copies are walked over in order, part by part on all cores, and settled in batches.

import DurableFiles
import Dispatch
import Synchronization

/// Settles copies and notes what is to be taken back. Used once.
final class SuspectSettlement: @unchecked Sendable {
  // Safe to share: everything that changes is touched only while `lock` is held.
  /// What was decided about a copy.
  struct Item {
    var row: OutcomeRow
    /// Index of the copy in the log of keys.
    var logIndex: Int
    var file: UInt32
    var verdict: CopyVerdict
  }

  private let decider: CopyDecider
  /// Suspended records and detail rows of duplicates, by their index in the log.
  let suspenseTags: TagSort
  let detailTags: TagSort
  /// Keys for which the run must begin again.
  private(set) var found = SecondLook()
  private var fault: FileFault?
  private let lock = Mutex(())
  private let filesReadOn: Set<UInt32>
  private let rivalFiles: Set<UInt32>
  /// Duplicates of what earlier runs have read, in files that were asked for: the number of the first one of each key.
  private(set) var rivals: [FreedKeys.Key: UInt32] = [:]
  /// Copies that are settled at a time.
  private static let batchMax = 256

  /// - Parameters:
  ///   - decider: a fresh one.
  ///   - filesReadOn: numbers of files whose beginning was not read.
  ///   - rivalFiles: numbers of files whose copies of what earlier runs have read are noted in `rivals`.
  init(
    decider: CopyDecider, tagBytes: Int, place: SpillPlace, filesReadOn: Set<UInt32>, rivalFiles: Set<UInt32>
  ) {
    self.decider = decider
    self.filesReadOn = filesReadOn
    self.rivalFiles = rivalFiles
    suspenseTags = TagSort(memoryBytesMax: tagBytes, place: place)
    detailTags = TagSort(memoryBytesMax: tagBytes, place: place)
  }

  /// Decides about all copies; `apply` is called with what was decided, by one thread at a time.
  func settle(
    _ copies: CopySort, apply: ([Item]) throws(FileFault) -> Void
  ) throws(FileFault) {
    withoutActuallyEscaping(apply) { apply in
      nonisolated(unsafe) let apply = apply
      DispatchQueue.concurrentPerform(iterations: copies.parts.count) { number in
        do throws(FileFault) {
          try walk(copies.parts[number], apply)
        } catch {
          lock.withLock { _ in if fault == nil { fault = error } }
        }
      }
    }
    if let fault { throw fault }
  }

  private func walk(
    _ part: CopySort.Part, _ apply: ([Item]) throws(FileFault) -> Void
  ) throws(FileFault) {
    var decider = self.decider
    var batch: [(copy: RecordCopy, verdict: CopyVerdict)] = []
    try part.forEach { copy throws(FileFault) in
      let verdict = decider.decide(copy)
      if filesReadOn.contains(copy.file), copy.suspect.row.isRowKeyed != 0, decider.hasEarlierCopy {
        lock.withLock { _ in _ = found.filesToReadWhole.insert(copy.file) }
      }
      if case .conflict = verdict, decider.hasEarlierCopy {
        lock.withLock { _ in _ = found.contradicted.insert(copy.key) }
      }
      if case .duplicate = verdict, decider.hasEarlierCopy, rivalFiles.contains(copy.file) {
        note(rival: copy)
      }
      if case .stays = verdict { return }
      batch.append((copy, verdict))
      if batch.count == Self.batchMax {
        try finish(batch, apply)
        batch.removeAll(keepingCapacity: true)
      }
    }
    try finish(batch, apply)
  }

  private func finish(
    _ batch: [(copy: RecordCopy, verdict: CopyVerdict)], _ apply: ([Item]) throws(FileFault) -> Void
  ) throws(FileFault) {
    try lock.withLock { _ throws(FileFault) in
      for (copy, verdict) in batch { try note(copy, verdict) }
      try apply(
        batch.map {
          Item(
            row: $0.copy.suspect.row, logIndex: $0.copy.suspect.logIndex, file: $0.copy.file,
            verdict: $0.verdict)
        })
    }
  }

  /// Notes the first of the copies of one record; they come in the order of their places. Rows without an id stay where they were
  /// read first: how many of them count is a matter of all files.
  private func note(rival copy: RecordCopy) {
    let row = copy.suspect.row
    guard row.isRowKeyed == 0, !row.isFurtherPart else { return }
    let key = FreedKeys.Key(low: row.identity, high: row.identityHigh, content: row.content)
    lock.withLock { _ in if rivals[key] == nil { rivals[key] = copy.file } }
  }

  /// Notes the tag of what a duplicate left in suspense or detail.
  private func note(_ copy: RecordCopy, _ verdict: CopyVerdict) throws(FileFault) {
    switch verdict {
    case .stays, .counts: return
    case .conflict: found.conflicts.insert(copy.key)
    case .held: found.held.insert(copy.key)
    case .duplicate: try noteTag(copy.suspect.logIndex, copy.suspect.row)
    case .withdrawn(let keeper, _): try noteTag(copy.suspect.logIndex, keeper)
    }
  }

  private func noteTag(_ logIndex: Int, _ row: OutcomeRow) throws(FileFault) {
    guard row.payload != OutcomeRow.noPayload else { return }
    if row.door == Door.rated {
      try detailTags.add(logIndex)
    } else if row.door == Door.suspended {
      try suspenseTags.add(logIndex)
    }
  }
}
