// One look at the log of all keys: which records are copies of suspects. On all cores, in bounded memory.

import DurableFiles
import Dispatch
import Synchronization

/// Finds suspects and the records that may have their keys, and sorts them.
struct CopySearch {
  let log: SpillableLog<LoggedKey>
  let suspects: SpillableLog<Suspect>
  let stretches: LogStretches
  /// Keys that runs before this one have read.
  let earlier: EarlierKeys
  let threadCount: Int

  /// Feeds every suspect into `sort`, and every record of the log that may have the key of one.
  ///
  /// - Parameter memoryBytesMax: bytes for remembering the suspects' keys.
  /// - Complexity: O(suspects + records of the log).
  func run(into sort: CopySort, memoryBytesMax: Int) throws(FileFault) {
    let keys = SuspectKeys(count: suspects.count, bytesMax: memoryBytesMax)
    defer { keys.deallocate() }
    let firstSuspects = try noteKeys(keys)
    let nextBlock = Atomic<Int>(0)
    let fault = Mutex<FileFault?>(nil)
    let blockCount = log.blockCount
    nonisolated(unsafe) let search = self
    DispatchQueue.concurrentPerform(iterations: max(1, min(threadCount, blockCount))) { _ in
      let buffer = FlatTable<LoggedKey>(zeroedCount: search.log.blockElements)
      defer { buffer.deallocate() }
      let reader = LogReader(search.suspects)
      var feed = sort.feed()
      do throws(FileFault) {
        while fault.withLock({ $0 == nil }) {
          let block = nextBlock.wrappingAdd(1, ordering: .relaxed).oldValue
          guard block < blockCount else { break }
          reader.seek(firstSuspects[block])
          try search.scan(block, buffer, reader, keys, &feed)
        }
        try feed.finish()
      } catch {
        fault.withLock { if $0 == nil { $0 = error } }
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
    try feedEarlier(keys, into: sort)
  }

  /// Adds the copies that earlier runs have read.
  private func feedEarlier(_ keys: SuspectKeys, into sort: CopySort) throws(FileFault) {
    var feed = sort.feed()
    try earlier.forEach { key throws(FileFault) in
      if keys.mayHold(key.low, key.high) { try feed.append(RecordCopy(key)) }
    }
    try feed.finish()
  }

  /// Remembers the suspects' keys; returns for each block of the log the number of its first suspect.
  private func noteKeys(_ keys: SuspectKeys) throws(FileFault) -> [Int] {
    var firstSuspects: [Int] = []
    firstSuspects.reserveCapacity(log.blockCount)
    let blockElements = log.blockElements
    try suspects.forEachStretch { first, elements in
      for (offset, suspect) in elements.enumerated() {
        keys.insert(suspect.row.identity, suspect.row.identityHigh)
        while firstSuspects.count * blockElements <= suspect.logIndex { firstSuspects.append(first + offset) }
      }
    }
    while firstSuspects.count < log.blockCount { firstSuspects.append(suspects.count) }
    return firstSuspects
  }

  private static let prefetchAhead = 16

  private func scan(
    _ block: Int, _ buffer: FlatTable<LoggedKey>, _ reader: LogReader<Suspect>, _ keys: SuspectKeys,
    _ feed: inout CopySort.Feed
  ) throws(FileFault) {
    let elements = try log.block(block, buffer)
    let first = block * log.blockElements
    var stretch = stretches.number(ofRecord: first)
    var waiting = try reader.next()
    var waitingIndex = waiting?.logIndex ?? Int.max
    for offset in 0..<elements.count {
      let ahead = min(offset &+ Self.prefetchAhead, elements.count &- 1)
      keys.prefetch(elements[ahead].low, elements[ahead].high)
      let element = elements[offset]
      guard keys.mayHold(element.low, element.high) else { continue }
      let index = first &+ offset
      while stretch + 1 < stretches.stretches.count, stretches.stretches[stretch + 1].firstIndex <= index {
        stretch += 1
      }
      if index == waitingIndex, let suspect = waiting {
        try feed.append(copy(suspect, isCounted: false, stretch))
        waiting = try reader.next()
        while let part = waiting, part.logIndex == index {
          try feed.append(copy(part, isCounted: false, stretch))
          waiting = try reader.next()
        }
        waitingIndex = waiting?.logIndex ?? Int.max
      } else {
        try feed.append(copy(Self.counted(element, index), isCounted: true, stretch))
      }
    }
  }

  private static func counted(_ element: LoggedKey, _ logIndex: Int) -> Suspect {
    Suspect(
      row: OutcomeRow(
        keyLow: 0, keyHigh: 0, identity: element.low, identityHigh: element.high, content: element.content,
        quantityRaw: 0, quantityBilled: 0, amountPico: 0, payload: OutcomeRow.noPayload, reason: 0,
        door: 0, kind: 0, isRowKeyed: 0), logIndex: logIndex)
  }

  private func copy(_ suspect: Suspect, isCounted: Bool, _ stretch: Int) -> RecordCopy {
    let chunk = stretches.stretches[stretch]
    return RecordCopy(
      suspect: suspect, isCounted: isCounted, source: chunk.source, file: chunk.file, unit: chunk.unit,
      sequence: chunk.sequence,
      number: UInt32(suspect.logIndex - chunk.firstIndex))
  }
}
