// The ordered half: duplicates are told apart and everything is added up. One worker at a time holds the ledger.
//
// A record whose key is certainly new counts at once. One that may have been seen waits among the suspects; when all input
// was read, the log of all keys decides which copy counts and whether copies contradict each other.

import Catalog
import DurableFiles

/// The sums of a run while it goes on.
final class RunLedger {
  let setup: RunSetup
  let cells = SummaryCells()
  private(set) var fileTotals: [DoorTotals]
  /// Confirmed suspense by file: address and entry.
  private(set) var suspense: [PlacedSuspense] = []
  /// Rows of the rated detail, where they are wanted.
  let detail: DetailSort?
  private var filter: KeyFilter
  private let log: SpillableLog<LoggedKey>
  private var suspects: [Suspect] = []
  /// Which chunk each stretch of the log came from, ascending.
  private var stretches: [LogStretch] = []
  /// Detail rows of suspects that turned out to count.
  private var settledDetail: [(row: DetailRecord, unit: InputUnit, sequence: Int, logIndex: Int)] = []
  private let findsDuplicates: Bool
  /// Raw and billed quantities by kind, and the amount, of the chunk being taken: outside Swift's arrays, which check
  /// ownership at every access.
  private let sums = FlatTable<Int128>(zeroedCount: 16)
  private struct Suspect {
    var row: OutcomeRow
    var logIndex: Int
    var entry: SuspenseEntry?
    var detail: DetailRecord?
  }
  private struct LogStretch {
    var firstIndex: Int
    var unit: InputUnit
    var sequence: Int
    var unitOffset: Int64
  }

  init(setup: RunSetup, fileCount: Int, expectedRecords: Int) {
    self.setup = setup
    fileTotals = [DoorTotals](repeating: DoorTotals(), count: fileCount)
    findsDuplicates = setup.options.findsDuplicates
    detail =
      setup.options.keepsDetail
      ? DetailSort(memoryBytesMax: setup.options.memoryBytes / 4, folder: setup.options.temporaryFolder) : nil
    // A quarter of the memory for the filter at most, half for the log before it spills.
    filter =
      setup.options.keyFilterWords.map { KeyFilter(fixedWords: $0) }
      ?? KeyFilter(expectedKeys: findsDuplicates ? expectedRecords : 1, bytesMax: setup.options.memoryBytes / 4)
    log = SpillableLog(
      memoryBytesMax: setup.options.memoryBytes / 2, folder: setup.options.temporaryFolder,
      blockCount: setup.options.keyLogBlockKeys)
    // To the filter they were seen before, so that even their first copy waits.
    if findsDuplicates { for key in setup.known.held { _ = filter.insert(key.low, key.high) } }
  }

  deinit { sums.deallocate() }

  /// Takes the outcomes of one chunk.
  func take(_ outcome: ChunkOutcome) throws(FileFault) {
    guard let unit = outcome.unit else { return }
    var totals = outcome.totals
    unit.setLineCount(outcome.lineCount, ofChunk: outcome.sequence)
    for index in outcome.unparsable {
      place(outcome.suspense[index], unit, outcome.sequence, outcome.unitOffset, logIndex: -1)
    }
    let isLogging = findsDuplicates
    if isLogging {
      stretches.append(
        LogStretch(
          firstIndex: log.count, unit: unit, sequence: outcome.sequence, unitOffset: outcome.unitOffset))
    }
    let rows = outcome.rows
    let count = outcome.rowCount
    // Copies of what the loop asks: fields of a class are checked for exclusive access at every use.
    var filter = self.filter
    defer { self.filter = filter }
    let log = self.log
    let cells = self.cells
    let firstLogIndex = log.count
    if isLogging {
      try log.append(count) { index in
        let row = rows + index
        return LoggedKey(
          low: row.pointee.identity, high: row.pointee.identityHigh, content: row.pointee.content)
      }
    }
    var ratedCount = 0
    let sums = self.sums.base
    for index in 0..<9 { sums[index] = 0 }
    // Hashes are made where their slot is prefetched and kept until the row's turn.
    try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.slotAhead) { hashes throws(FileFault) in
      for index in 0..<min(Self.slotAhead, count) { hashes[index] = cells.prefetchSlot(rows + index) }
      for index in 0..<count {
        let row = rows + index
        let hash = hashes[index & Self.slotMask]
        if index &+ Self.slotAhead < count {
          hashes[index & Self.slotMask] = cells.prefetchSlot(row + Self.slotAhead)
        }
        if index &+ Self.cellAhead < count {
          cells.prefetchCell(hashes[(index &+ Self.cellAhead) & Self.slotMask])
        }
        if isLogging {
          if index &+ Self.filterAhead < count { filter.prefetch((row + Self.filterAhead).pointee.identity) }
          if filter.insert(row.pointee.identity, row.pointee.identityHigh) {
            suspect(row, outcome, logIndex: firstLogIndex + index)
            continue
          }
        }
        if row.pointee.door == Door.rated {
          ratedCount &+= 1
          let kind = Int(row.pointee.kind)
          sums[kind] &+= Int128(row.pointee.quantityRaw)
          sums[4 &+ kind] &+= Int128(row.pointee.quantityBilled)
          sums[8] &+= row.pointee.amountPico
          cells.add(row, hash: hash)
          if let detail, row.pointee.payload != OutcomeRow.noPayload {
            try keep(
              outcome.details[Int(row.pointee.payload)], in: detail, unit, outcome.sequence,
              logIndex: isLogging ? firstLogIndex + index : -1)
          }
        } else {
          let payload = row.pointee.payload
          self.count(
            row.pointee, entry: payload == OutcomeRow.noPayload ? nil : outcome.suspense[Int(payload)],
            &totals, unit,
            outcome.sequence, outcome.unitOffset, logIndex: isLogging ? firstLogIndex + index : -1)
        }
      }
    }
    totals.rated += ratedCount
    for kind in 0..<4 {
      totals.quantity[kind * 8 + Int(Door.rated)] += sums[kind]
      totals.billed[kind] += sums[4 + kind]
    }
    totals.amountPico += sums[8]
    unit.file.trailer += outcome.trailer
    fileTotals[unit.file.index] += totals
  }

  // Prefetch distances in rows: a slot must arrive before its cell can be asked for.
  private static let slotAhead = 32
  private static let slotMask = slotAhead - 1
  private static let cellAhead = 12
  private static let filterAhead = 32

  /// Puts a record aside whose key may have been seen.
  @inline(never) private func suspect(
    _ row: UnsafePointer<OutcomeRow>, _ outcome: ChunkOutcome, logIndex: Int
  ) {
    let payload = row.pointee.payload
    let isRated = row.pointee.door == Door.rated
    let hasPayload = payload != OutcomeRow.noPayload
    suspects.append(
      Suspect(
        row: row.pointee, logIndex: logIndex,
        entry: hasPayload && !isRated ? outcome.suspense[Int(payload)] : nil,
        detail: hasPayload && isRated ? outcome.details[Int(payload)] : nil))
  }

  private func keep(
    _ row: DetailRecord, in detail: DetailSort, _ unit: InputUnit, _ sequence: Int, logIndex: Int
  ) throws(FileFault) {
    var row = row
    row.logIndex = Int64(logIndex)
    row.fileIndex = UInt32(unit.file.index)
    row.unitIndex = UInt32(unit.index)
    row.sequence = UInt32(sequence)
    try detail.append(row)
  }

  /// Counts a record by its own door.
  private func count(
    _ row: OutcomeRow, entry: SuspenseEntry?, _ totals: inout DoorTotals, _ unit: InputUnit, _ sequence: Int,
    _ unitOffset: Int64, logIndex: Int
  ) {
    totals.note(door: row.door, reason: row.reason, kind: row.kind, quantity: row.quantityRaw)
    if row.door == Door.rated {
      totals.billed[Int(row.kind)] += Int128(row.quantityBilled)
      totals.amountPico &+= row.amountPico
      withUnsafePointer(to: row) { cells.add($0, hash: SummaryCells.hash(row.keyLow, row.keyHigh)) }
    } else if row.door == Door.suspended, let entry {
      place(entry, unit, sequence, unitOffset, logIndex: logIndex)
    }
  }

  private func place(
    _ entry: SuspenseEntry, _ unit: InputUnit, _ sequence: Int, _ unitOffset: Int64, logIndex: Int
  ) {
    suspense.append(
      PlacedSuspense(entry: entry, unit: unit, sequence: sequence, unitOffset: unitOffset, logIndex: logIndex)
    )
  }

  /// Takes a record over the limit: read, and suspended for certain. A comment is neither.
  func take(_ record: OversizeRecord, of unit: InputUnit) {
    if record.isComment { return }
    fileTotals[unit.file.index].read += 1
    fileTotals[unit.file.index].withoutQuantity += 1
    fileTotals[unit.file.index].suspended[Int(SuspenseReason.recordTooLong.rawValue)] += 1
    guard setup.keepsSuspense else { return }
    let entry = SuspenseEntry(
      reason: .recordTooLong, faultField: FieldRoleName.none, lineInChunk: 0, offsetInChunk: 0,
      length: record.length,
      bytes: record.head, hash: record.hash)
    place(entry, unit, record.sequence, record.unitOffset, logIndex: -1)
  }

  // MARK: the end

  /// Gives back what only duplicate detection needed.
  func releaseKeys() {
    filter.deallocate()
    log.release()
    suspects = []
    stretches = []
  }

  /// Decides about the suspects. Where keys are returned that need it, the run begins again with them known.
  func resolveSuspects() throws(FileFault) -> SecondLook {
    guard !suspects.isEmpty else { return SecondLook() }
    var groups = CopyGroups(suspectCount: suspects.count)
    for (number, suspect) in suspects.enumerated() {
      groups.add(
        CopyGroups.Copy(
          low: suspect.row.identity, high: suspect.row.identityHigh, content: suspect.row.content,
          logIndex: suspect.logIndex, suspect: number))
    }
    try collectFirstCopies(&groups)
    var found = SecondLook()
    groups.forEachGroup { copies in
      let key = ConflictKey(low: copies[0].low, high: copies[0].high)
      if setup.known.conflicts.contains(key) {
        // The reader marked every copy already: each goes to suspense for itself.
        for copy in copies { if let number = copy.suspect { settle(suspects[number], as: nil) } }
      } else if copies.count == 1, let number = copies[0].suspect {
        // The filter was wrong: the key is new.
        settle(suspects[number], as: nil)
      } else if copies.contains(where: { $0.content != copies[0].content }) {
        found.conflicts.insert(key)
      } else if !resolve(copies) {
        found.held.insert(key)
      }
    }
    if let detail {
      for item in settledDetail {
        try keep(item.row, in: detail, item.unit, item.sequence, logIndex: item.logIndex)
      }
    }
    return found
  }

  private typealias Copy = CopyGroups.Copy

  /// One pass over the log: finds the copies that were counted at once.
  private func collectFirstCopies(_ groups: inout CopyGroups) throws(FileFault) {
    let suspectIndices = suspects.map(\.logIndex)
    var nextSuspect = 0
    try log.forEachStretch { first, elements in
      for (offset, element) in elements.enumerated() where groups.mayHold(element.low) {
        let index = first + offset
        while nextSuspect < suspectIndices.count, suspectIndices[nextSuspect] < index { nextSuspect += 1 }
        if nextSuspect < suspectIndices.count, suspectIndices[nextSuspect] == index { continue }
        groups.addIfKnown(
          Copy(low: element.low, high: element.high, content: element.content, logIndex: index, suspect: nil))
      }
    }
  }

  /// Copies of one record with the same content: the one with the smallest address counts, the others are duplicates.
  ///
  /// Rows of formats without an id are told apart inside a file by their number: the n-th identical row of one file is
  /// the copy of the n-th of another. False where a copy that was counted must be taken back and nothing tells as what it
  /// was counted.
  private func resolve(_ copies: [Copy]) -> Bool {
    let placed = copies.map { (copy: $0, address: address($0.logIndex)) }
      .sorted {
        ($0.address.file, $0.address.unit, $0.address.offset) < (
          $1.address.file, $1.address.unit, $1.address.offset
        )
      }
    var kept: [Bool] = []
    let isRowKeyed = copies.contains { copy in copy.suspect.map { suspects[$0].row.isRowKeyed != 0 } ?? false
    }
    if isRowKeyed {
      var countByFile: [Int: Int] = [:]
      var most = 0
      for item in placed {
        let number = (countByFile[item.address.file] ?? 0) + 1
        countByFile[item.address.file] = number
        kept.append(number > most)
        most = max(most, number)
      }
    } else {
      kept = placed.indices.map { $0 == 0 }
    }
    // The copy that was counted when it came keeps its sums, or another says what they were.
    var counted: OutcomeRow?
    for (item, isKept) in zip(placed, kept) where item.copy.suspect == nil && !isKept {
      guard let row = rowLike(item.copy, among: copies) else { return false }
      counted = row
    }
    for (item, isKept) in zip(placed, kept) {
      switch (item.copy.suspect, isKept) {
      case (let number?, true): settle(suspects[number], as: nil)
      case (let number?, false): settle(suspects[number], as: Door.duplicate)
      case (nil, true): break
      case (nil, false): if let counted { withdraw(item.copy.logIndex, countedAs: counted) }
      }
    }
    return true
  }

  /// The row of a copy that was counted when it came, from a suspect with the same content that was rated as it was: one of
  /// its own source, or of one that rates alike. Nil where there is none.
  private func rowLike(_ counted: Copy, among copies: [Copy]) -> OutcomeRow? {
    let source = stretch(of: counted.logIndex).unit.file.sourceIndex
    let suspect = copies.lazy.compactMap(\.suspect).first { number in
      let other = self.stretch(of: self.suspects[number].logIndex).unit.file.sourceIndex
      return other == source || self.sourcesRateAlike(source, other)
    }
    return suspect.map { suspects[$0].row }
  }

  /// Whether the same content is rated the same in both sources: by one format, without services of their own.
  private func sourcesRateAlike(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (setup.catalog.source.sources[a], setup.catalog.source.sources[b])
    return x.formatIndex == y.formatIndex && x.defaultAccountIndex == y.defaultAccountIndex
      && !ownServices.contains(x.name) && !ownServices.contains(y.name)
  }

  /// Names of the sources for which services hold that hold for no other.
  private lazy var ownServices = Set(setup.catalog.source.services.lazy.map(\.source))

  /// The counted copy is not the one to keep: another with the same content is. Its record becomes the duplicate.
  private func withdraw(_ logIndex: Int, countedAs row: OutcomeRow) {
    let file = address(logIndex).file
    fileTotals[file].note(
      door: row.door, reason: row.reason, kind: row.kind, quantity: row.quantityRaw, sign: -1)
    fileTotals[file].note(door: Door.duplicate, reason: 0, kind: row.kind, quantity: row.quantityRaw)
    if row.door == Door.rated {
      fileTotals[file].billed[Int(row.kind)] -= Int128(row.quantityBilled)
      fileTotals[file].amountPico &-= row.amountPico
      withUnsafePointer(to: row) { cells.remove($0) }
      detail?.withdraw(logIndex)
    } else if row.door == Door.suspended {
      suspense.removeAll { $0.logIndex == logIndex }
    }
  }

  private struct Address {
    var file: Int
    var unit: Int
    /// Position of the record in its unit: chunk, then number in the chunk.
    var offset: Int64
  }

  private func stretch(of logIndex: Int) -> LogStretch {
    var low = 0
    var high = stretches.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if stretches[middle].firstIndex <= logIndex { low = middle } else { high = middle }
    }
    return stretches[low]
  }

  private func address(_ logIndex: Int) -> Address {
    let stretch = stretch(of: logIndex)
    return Address(
      file: stretch.unit.file.index, unit: stretch.unit.index,
      offset: Int64(stretch.sequence) << 32 | Int64(logIndex - stretch.firstIndex))
  }

  private func settle(_ suspect: Suspect, as door: UInt8?) {
    var row = suspect.row
    let stretch = stretch(of: suspect.logIndex)
    if let door { row.door = door }
    count(
      row, entry: suspect.entry, &fileTotals[stretch.unit.file.index], stretch.unit, stretch.sequence,
      stretch.unitOffset,
      logIndex: suspect.logIndex)
    if row.door == Door.rated, let kept = suspect.detail {
      settledDetail.append((kept, stretch.unit, stretch.sequence, suspect.logIndex))
    }
  }
}

/// A record's key as the ledger knows it.
struct ConflictKey: Hashable, Sendable {
  var low: UInt64
  var high: UInt32
}

/// Keys that a second reading must know from its beginning.
struct SecondLook: Sendable {
  /// Their copies contradict each other: every copy goes to suspense.
  var conflicts: Set<ConflictKey> = []
  /// Their copies are equal but rated differently, by the rules of their sources, and the wrong one was counted: none
  /// counts before all were met.
  var held: Set<ConflictKey> = []

  var isEmpty: Bool { conflicts.isEmpty && held.isEmpty }

  mutating func formUnion(_ other: SecondLook) {
    conflicts.formUnion(other.conflicts)
    held.formUnion(other.held)
  }
}

/// A suspended record and where it is.
struct PlacedSuspense {
  var entry: SuspenseEntry
  var unit: InputUnit
  var sequence: Int
  var unitOffset: Int64
  /// Index in the log of keys; −1 where the record is not compared for duplicates.
  var logIndex: Int
  /// Offset of the record in its unit.
  var offset: Int64 { unitOffset + Int64(entry.offsetInChunk) }
}
