// The ordered half: duplicates are told apart and everything is added up. One worker at a time holds the ledger.
//
// A record whose key is certainly new counts at once. One that may have been seen waits among the suspects; when all input
// was read, the log of all keys decides which copy counts and whether copies contradict each other.

import Catalog
import DurableFiles
import Tables

/// The sums of a run while it goes on.
final class RunLedger {
  let setup: RunSetup
  let cells: SummaryCells
  /// Cells that went to disk; nil while all fit.
  private(set) var cellSpill: CellSpill?
  private(set) var fileTotals: [DoorTotals]
  /// Suspended records, where they are kept. Those of suspects are here from the beginning; see `Suspect`.
  let suspense: SuspenseStore?
  /// Rows of the rated detail, where they are wanted.
  let detail: DetailSort?
  /// Events that are settled when all was read; nil where the catalog has none.
  let settleStore: SettleStore?
  /// What they came to.
  var settled = SettledTotals()
  /// Of such events what is left to be settled later, where the run does not settle.
  private(set) var later: LaterUsage?
  /// Of stored events of one run: which of them are left.
  var settledMarks: SettledMarks?
  /// The rows of `allowances.csv`.
  private(set) var allowances: AllowanceRows?
  /// The rows of `rollover.csv`, where they are kept.
  private(set) var rollover: AllowanceRows?
  /// What became of the event that the options name.
  var watched: SettledEvent?
  /// What the detail of settled events begins with, where it is wanted.
  let settledDetail: SettledDetail?
  /// Events that are kept for later runs, where they are wanted.
  private(set) var events: EventLog?
  var filter: KeyFilter
  let log: SpillableLog<LoggedKey>
  private let suspects: SpillableLog<Suspect>
  private(set) var stretches = LogStretches()
  let findsDuplicates: Bool
  /// Files whose beginning an earlier run has read.
  var filesReadOn: Set<UInt32> = []
  /// Files whose copies of what earlier runs have read are noted in `rivals`.
  var rivalFiles: Set<UInt32> = []
  /// Records of such files that are duplicates of what earlier runs have read: the number of the first file that holds one.
  private(set) var rivals: [FreedKeys.Key: UInt32] = [:]
  /// Raw and billed quantities by kind, and the amount, of the chunk being taken: outside Swift's arrays, which check
  /// ownership at every access.
  private let sums = FlatTable<Int128>(zeroedCount: 16)

  init(setup: RunSetup, fileCount: Int, expectedRecords: Int) {
    self.setup = setup
    fileTotals = [DoorTotals](repeating: DoorTotals(), count: fileCount)
    findsDuplicates = setup.options.findsDuplicates
    let budget = setup.budget
    cells = SummaryCells(
      hasWideKeys: setup.keyPlan.bits > 64, coverField: setup.keyPlan.coverField,
      dayField: setup.keyPlan.fields.first { $0.part == .day })
    let settlesNow = setup.catalog.settled.isAny && !setup.options.settlesLater
    later = setup.catalog.settled.isAny && !settlesNow ? LaterUsage(setup.catalog) : nil
    settleStore =
      settlesNow
      ? SettleStore(memoryBytesMax: budget.settleBytes, place: setup.spillPlace) : nil
    suspense = setup.keepsSuspense ? SuspenseStore(setup) : nil
    detail =
      setup.options.keepsDetail
      ? DetailSort(memoryBytesMax: budget.detailBytes, place: setup.spillPlace) : nil
    settledDetail =
      setup.options.keepsDetail && settlesNow
      ? SettledDetail(memoryBytesMax: budget.detailBytes, place: setup.spillPlace) : nil
    events = setup.options.keepsEvents ? EventLog(setup, fileCount: fileCount) : nil
    filter =
      setup.options.keyFilterWords.map { KeyFilter(fixedWords: $0) }
      ?? KeyFilter(
        expectedKeys: findsDuplicates ? expectedRecords + setup.earlierKeys.expectedCount : 1,
        bytesMax: budget.filterBytes)
    log = SpillableLog(
      memoryBytesMax: budget.keyLogBytes, place: setup.spillPlace,
      blockElements: setup.options.keyLogBlockKeys)
    suspects = SpillableLog(memoryBytesMax: budget.suspectBytes, place: setup.spillPlace)
    // To the filter they were seen before, so that even their first copy waits.
    if findsDuplicates { for key in setup.known.held { _ = filter.insert(key.low, key.high) } }
  }

  deinit { sums.deallocate() }

  /// Takes the outcomes of one chunk.
  func take(_ outcome: ChunkOutcome) throws(FileFault) {
    guard let unit = outcome.unit else { return }
    var totals = outcome.totals
    unit.setLineCount(outcome.lineCount, ofChunk: outcome.sequence)
    for record in outcome.oversize { try take(record, of: unit) }
    try events?.take(outcome, unit)
    for index in outcome.unparsable {
      try place(outcome.suspense[index], outcome, unit, logIndex: -1)
    }
    let isLogging = findsDuplicates
    if isLogging { stretches.append(firstIndex: log.count, unit, sequence: outcome.sequence) }
    let rows = outcome.rows
    let count = outcome.rowCount
    // Copies of what the loop asks: fields of a class are checked for exclusive access at every use.
    var filter = self.filter
    defer { self.filter = filter }
    let log = self.log
    let cells = self.cells
    let firstLogIndex = log.count
    // Events that turn out to be duplicates are taken back later.
    let firstPlace = try settleStore?.take(outcome, unit) ?? 0
    later?.begin(outcome.packed.span)
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
          cells.prefetchCell(row + Self.cellAhead, hash: hashes[(index &+ Self.cellAhead) & Self.slotMask])
        }
        if isLogging {
          if index &+ Self.filterAhead < count { filter.prefetch((row + Self.filterAhead).pointee.identity) }
          if filter.insert(row.pointee.identity, row.pointee.identityHigh) {
            try suspect(row, outcome, unit, logIndex: firstLogIndex + index)
            if !outcome.parts.isEmpty { try suspectParts(row, outcome, logIndex: firstLogIndex + index) }
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
            try detail.append(
              outcome.details[Int(row.pointee.payload)], unit, sequence: outcome.sequence,
              tag: isLogging ? firstLogIndex + index : -1)
          }
        } else if row.pointee.door == Door.settled {
          ratedCount &+= 1
          sums[Int(row.pointee.kind)] &+= Int128(row.pointee.quantityRaw)
          later?.note(row.pointee)
          if let settledDetail {
            try settledDetail.append(
              outcome.details[Int(row.pointee.payload)], unit, sequence: outcome.sequence,
              place: firstPlace &+ index)
          }
        } else {
          let payload = row.pointee.payload
          if row.pointee.door == Door.suspended, payload != OutcomeRow.noPayload {
            try place(
              outcome.suspense[Int(payload)], outcome, unit, logIndex: isLogging ? firstLogIndex + index : -1)
          }
          self.count(row.pointee, &totals)
        }
      }
    }
    totals.rated += ratedCount
    for kind in 0..<4 {
      totals.quantity[kind * 8 + Int(Door.rated)] += sums[kind]
      totals.billed[kind] += sums[4 + kind]
    }
    totals.amountPico += sums[8]
    if !outcome.parts.isEmpty { takeParts(outcome, &totals) }
    unit.file.trailer += outcome.trailer
    fileTotals[unit.file.index] += totals
    try spillCells()
  }

  /// Takes the further rows of rated records; those of suspects wait with them.
  private func takeParts(_ outcome: ChunkOutcome, _ totals: inout DoorTotals) {
    let parts = outcome.parts
    for (index, part) in parts.enumerated() {
      // Where there are suppliers, nearly every event has a part.
      if index + Self.partSlotAhead < parts.count {
        let next = parts[index + Self.partSlotAhead]
        cells.prefetchSlot(low: next.keyLow, high: next.keyHigh)
        let after = parts[index + Self.partCellAhead]
        cells.prefetchCell(
          low: after.keyLow, high: after.keyHigh, hash: SummaryCells.hash(after.keyLow, after.keyHigh))
      }
      let first = outcome.rows[Int(part.row)]
      // The row of a suspect was handed on, and says so: see `suspectParts`.
      if first.door == Door.rated { countPart(OutcomeRow(part: part, of: first), &totals) }
    }
  }

  /// Counts a further row of a rated record, or takes it back.
  private func countPart(_ row: OutcomeRow, _ totals: inout DoorTotals, sign: Int64 = 1) {
    if row.isCost {
      totals.costPico &+= row.amountPico &* Int128(sign)
      return cells.addPart(row, sign: sign)
    }
    let kind = Int(row.kind)
    totals.quantity[kind * 8 + Int(Door.rated)] += Int128(row.quantityRaw) * Int128(sign)
    totals.billed[kind] += Int128(row.quantityBilled) * Int128(sign)
    totals.amountPico &+= row.amountPico &* Int128(sign)
    cells.addPart(row, sign: sign)
  }

  /// Cells in memory and on disk: at least as many as there are keys.
  var cellCount: Int { cells.count + (cellSpill?.count ?? 0) }

  /// Sends the cells to disk when they have outgrown their share. Looked at once a chunk.
  func spillCells() throws(FileFault) {
    let share = setup.budget.cellBytes
    // A sixteenth is for the buffer of the cells that go to disk.
    guard cells.byteCount > share - share / 16, cells.count > 0 else { return }
    let spill = cellSpill ?? CellSpill(setup, memoryBytesMax: share / 16)
    cellSpill = spill
    try spill.take(cells)
  }

  // Prefetch distances in rows: a slot must arrive before its cell can be asked for.
  private static let slotAhead = 32
  private static let slotMask = slotAhead - 1
  private static let cellAhead = 14
  private static let filterAhead = 32
  private static let partSlotAhead = 24
  private static let partCellAhead = 10
  /// Memory below which another part of the copies would only spill more often.
  private static let copyBytesMin = 1 << 20

  /// Puts a record aside whose key may have been seen. What it would leave in suspense or detail is placed now and taken
  /// back if it turns out to be a duplicate.
  @inline(never) private func suspect(
    _ row: UnsafePointer<OutcomeRow>, _ outcome: ChunkOutcome, _ unit: InputUnit, logIndex: Int
  ) throws(FileFault) {
    try suspects.append(Suspect(row: row.pointee, logIndex: logIndex))
    let payload = row.pointee.payload
    if row.pointee.door == Door.settled, payload != OutcomeRow.noPayload {
      try settledDetail?.append(
        outcome.details[Int(payload)], unit, sequence: outcome.sequence, place: logIndex)
    }
    guard payload != OutcomeRow.noPayload, row.pointee.door != Door.settled else { return }
    if row.pointee.door == Door.rated {
      try detail?.append(
        outcome.details[Int(payload)], unit, sequence: outcome.sequence, tag: logIndex)
    } else {
      try place(outcome.suspense[Int(payload)], outcome, unit, logIndex: logIndex)
    }
  }

  /// Puts the further rows of a rated record aside, behind its own.
  private func suspectParts(
    _ row: UnsafePointer<OutcomeRow>, _ outcome: ChunkOutcome, logIndex: Int
  ) throws(FileFault) {
    let number = row - UnsafePointer(outcome.rows)
    let parts = outcome.parts(ofRow: number)
    guard !parts.isEmpty else { return }
    for part in parts {
      try suspects.append(Suspect(row: OutcomeRow(part: part, of: row.pointee), logIndex: logIndex))
    }
    // Nobody reads the row again but `takeParts`.
    outcome.rows[number].door = Door.duplicate
  }

  /// Counts a record by its own door.
  private func count(_ row: OutcomeRow, _ totals: inout DoorTotals) {
    totals.note(door: row.door, reason: row.reason, kind: row.kind, quantity: row.quantityRaw)
    if row.door == Door.settled { later?.note(row) }
    if row.door == Door.rated {
      totals.billed[Int(row.kind)] += Int128(row.quantityBilled)
      totals.amountPico &+= row.amountPico
      withUnsafePointer(to: row) { cells.add($0, hash: SummaryCells.hash(row.keyLow, row.keyHigh)) }
    }
  }

  private func place(
    _ entry: SuspenseEntry, _ outcome: ChunkOutcome, _ unit: InputUnit, logIndex: Int
  ) throws(FileFault) {
    try suspense?.append(
      entry, unit, sequence: outcome.sequence, unitOffset: outcome.unitOffset, tag: logIndex)
  }

  /// Takes a record over the limit: read, and suspended for certain. A comment is neither.
  func take(_ record: OversizeRecord, of unit: InputUnit) throws(FileFault) {
    if record.isComment { return }
    fileTotals[unit.file.index].read += 1
    let found = InputFile.UnreadableRecord(
      byteOffset: record.unitOffset, byteLength: record.length, kept: Label(bytes: record.head))
    if unit.file.unreadable.contains(found) {
      fileTotals[unit.file.index].duplicate += 1
      fileTotals[unit.file.index].withoutQuantity += 1
      events?.takeRepeated(1, ofFile: unit.file.index)
      return
    }
    countOversize(file: unit.file.index)
    try events?.take(record, unit)
    let entry = SuspenseEntry(
      reason: .recordTooLong, faultField: FieldRoleName.none, lineInChunk: 0, offsetInChunk: 0,
      length: record.length,
      bytes: record.head, hash: record.hash)
    try suspense?.append(entry, unit, sequence: record.sequence, unitOffset: record.unitOffset, tag: -1)
  }

  /// Counts a record over the limit as suspended.
  func countOversize(file: Int) {
    fileTotals[file].withoutQuantity += 1
    fileTotals[file].suspended[Int(SuspenseReason.recordTooLong.rawValue)] += 1
  }

  // MARK: the end

  /// Counts what was taken of stored events as what was read.
  func countAllAsRead() {
    for index in fileTotals.indices {
      let totals = fileTotals[index]
      fileTotals[index].read = totals.rated + totals.duplicate + totals.suspendedCount + totals.filteredCount
    }
  }

  /// Begins with what left the inputs of stored events before they were events.
  func begin(with totals: [DoorTotals]) { fileTotals = totals }

  /// Settles what was put aside; to be called when it is known which copies count.
  func settle() throws(FileFault) {
    guard let settleStore else { return }
    // Only duplicate detection asked for these: their memory is for what is settled, unless the keys are to be written.
    if !setup.options.keepsKeys { releaseKeys() }
    let run = SettleRun(self, settleStore)
    try run.run()
    allowances = run.allowances
    rollover = run.rollover
    if let detail, let settledDetail { try settledDetail.finish(into: detail) }
  }

  /// Gives back what only duplicate detection needed.
  func releaseKeys() {
    filter.deallocate()
    log.release()
    suspects.release()
    stretches.removeAll()
  }

  /// Decides about the suspects. Where keys are returned that need it, the run begins again with them known.
  func resolveSuspects() throws(FileFault) -> SecondLook {
    // No key comes any more: the filter's share is free for what follows.
    filter.deallocate()
    guard suspects.count > 0 else { return SecondLook() }
    let share = setup.budget.filterBytes
    let threadCount = setup.options.threadCount
    // More parts than threads: parts are small enough for the caches, and nobody waits long for the last one.
    let copies = CopySort(
      partCount: max(1, min(8 * threadCount, share / 2 / Self.copyBytesMin)), memoryBytesMax: share / 2,
      place: setup.spillPlace)
    try CopySearch(
      log: log, suspects: suspects, stretches: stretches, earlier: setup.earlierKeys, threadCount: threadCount
    )
    .run(into: copies, memoryBytesMax: share / 4)
    suspects.release()
    let settlement = SuspectSettlement(
      decider: CopyDecider(conflicts: setup.known.conflicts, twins: SourceTwins(setup.catalog.source)),
      tagBytes: share / 8, place: setup.spillPlace, filesReadOn: filesReadOn, rivalFiles: rivalFiles)
    try settlement.settle(copies) { settled throws(FileFault) in
      for item in settled { try self.apply(item) }
      try self.spillCells()
    }
    if !settlement.found.isEmpty { return settlement.found }
    rivals = settlement.rivals
    try suspense?.remove(settlement.suspenseTags)
    try detail?.remove(settlement.detailTags)
    return SecondLook()
  }

  /// Counts what was decided about one copy.
  private func apply(_ item: SuspectSettlement.Item) throws(FileFault) {
    if item.row.isFurtherPart { return applyPart(item) }
    let file = Int(item.file)
    switch item.verdict {
    case .stays, .conflict, .held: break
    case .counts: count(item.row, &fileTotals[file])
    case .duplicate:
      try removeSettled(item.row, item)
      try events?.remove(place: item.logIndex, file: file)
      var row = item.row
      row.door = Door.duplicate
      count(row, &fileTotals[file])
    case .withdrawn(let keeper, let parts):
      try removeSettled(keeper, item)
      try events?.remove(place: item.logIndex, file: file)
      withdraw(keeper, file)
      for part in parts {
        countPart(part, &fileTotals[file], sign: -1)
        fileTotals[file].quantity[Int(part.kind) * 8 + Int(Door.duplicate)] += Int128(part.quantityRaw)
      }
    }
  }

  /// Takes a packed event back; `row` says whose it is.
  private func removeSettled(_ row: OutcomeRow, _ item: SuspectSettlement.Item) throws(FileFault) {
    guard row.door == Door.settled else { return }
    try settleStore?.remove(place: item.logIndex, owner: row.packedOwner)
  }

  /// Counts a further row of a suspect as its own row was counted.
  private func applyPart(_ item: SuspectSettlement.Item) {
    let file = Int(item.file)
    switch item.verdict {
    case .counts: countPart(item.row, &fileTotals[file])
    case .duplicate:
      fileTotals[file].quantity[Int(item.row.kind) * 8 + Int(Door.duplicate)] += Int128(item.row.quantityRaw)
    case .stays, .conflict, .held, .withdrawn: break
    }
  }

  /// The counted copy of a file is not the one to keep: another with the same content is. Its record becomes the duplicate.
  /// The kept suspect's row says what the counted copy was rated as.
  private func withdraw(_ row: OutcomeRow, _ file: Int) {
    fileTotals[file].note(
      door: row.door, reason: row.reason, kind: row.kind, quantity: row.quantityRaw, sign: -1)
    fileTotals[file].note(door: Door.duplicate, reason: 0, kind: row.kind, quantity: row.quantityRaw)
    if row.door == Door.settled { later?.note(row, sign: -1) }
    if row.door == Door.rated {
      fileTotals[file].billed[Int(row.kind)] -= Int128(row.quantityBilled)
      fileTotals[file].amountPico &-= row.amountPico
      withUnsafePointer(to: row) { cells.remove($0) }
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
  /// Those of them of which an earlier run has read a copy.
  var contradicted: Set<ConflictKey> = []
  /// Their copies are equal but rated differently, by the rules of their sources, and the wrong one was counted: none
  /// counts before all were met.
  var held: Set<ConflictKey> = []
  /// Numbers of files that were read on, and hold a row without an id that an earlier run has read: their beginnings may
  /// hold it too, and how often decides.
  var filesToReadWhole: Set<UInt32> = []

  var isEmpty: Bool { conflicts.isEmpty && held.isEmpty && filesToReadWhole.isEmpty }

  mutating func formUnion(_ other: SecondLook) {
    conflicts.formUnion(other.conflicts)
    contradicted.formUnion(other.contradicted)
    held.formUnion(other.held)
  }
}
