// The parallel half for one chunk: split, read, guide, classify, price.

import Catalog
import Money
import Tables

/// Rates chunks. One for each worker; readers and raters are kept per source, columns per file.
final class ChunkRater {
  let setup: RunSetup
  let scratch = ScratchText()
  private let splitter: RecordSplitter
  let batch = UsageBatch()
  private(set) var columns: FieldColumns
  private var columnsFileIndex = -1
  private var readers: [Int: EventReader] = [:]
  private var raters: [Int: Rater] = [:]

  init(_ setup: RunSetup) {
    self.setup = setup
    splitter = RecordSplitter(
      chunkBytesMax: setup.textBytesMax, recordBytesMax: setup.options.recordBytesMax, scratch: scratch)
    columns = FieldColumns(slotCount: 0, empty: UnsafePointer(scratch.allocate(1)))
  }

  /// Rates the records of `chunk` into `outcome`.
  func rate(_ chunk: Chunk, _ file: FileContext, _ plan: FieldPlan, into outcome: ChunkOutcome) {
    outcome.reset(for: chunk)
    prepare(file, plan)
    let reader = reader(file)
    let rater = rater(file)
    rater.span = EventSpan()
    let clock = setup.options.stageClock
    clock?.start()
    if let layout = file.layout { outcome.events.begin(layout) } else { outcome.events.removeAll() }
    splitter.begin(UnsafePointer(chunk.text), chunk.length, plan: plan)
    clock?.lap(.scan)
    while splitter.next(batch, columns) {
      clock?.lap(.fields)
      outcome.totals.read += batch.count
      reader.read(batch, columns, plan, text: UnsafePointer(chunk.text))
      clock?.lap(.values)
      if let legs = file.legs {
        legs.apply(batch, columns, plan, chunkOffset: chunk.unitOffset, reason: setup.legReason)
      }
      if !plan.trailer.isEmpty { takeTrailers(plan, outcome) }
      if !file.unreadable.isEmpty { leaveOutRepeated(file.unreadable, chunk, outcome) }
      if setup.options.notesDays { noteSpan(&outcome.totals.span) }
      outcome.reserve(batch.count)
      let first = outcome.rowCount
      let count = rater.rate(batch, columns, plan, into: outcome.rows + first, clock)
      outcome.rowCount += count
      if rater.settledCount > 0 {
        rater.packSettled(
          batch, columns, plan, text: UnsafePointer(chunk.text), outcome.rows + first, firstRow: first,
          into: outcome.packed)
      }
      if setup.options.keepsDetail {
        noteDetail(outcome, rater, plan, text: UnsafePointer(chunk.text), firstRow: first)
      }
      if !setup.known.conflicts.isEmpty { suspendConflicts(outcome, firstRow: first) }
      if let start = setup.options.windowStartMillis { suspendOld(before: start, outcome, firstRow: first) }
      if !rater.partRows.isEmpty { outcome.appendParts(rater.partRows, firstRow: first) }
      if count < batch.count || setup.keepsSuspense {
        noteLeavers(outcome, rater, firstRow: first, hasAmounts: plan.amount != nil) { entry($0, chunk) }
      }
      if file.layout != nil { noteEvents(chunk, outcome, rater, firstRow: first) }
      scratch.reset()
      clock?.lap(.pack)
    }
    if file.layout != nil { outcome.events.finish(text: chunk.bytes) }
    outcome.lineCount = splitter.lineCount
    outcome.packed.span = rater.span
    outcome.packed.close(partCount: setup.settlePartCount)
  }

  /// Takes down when the records of the batch begin to be charged, whatever becomes of them.
  private func noteSpan(_ span: inout EventSpan) {
    for record in 0..<batch.count
    where batch.door[record] != Door.unparsable && batch.door[record] != Door.noEvent {
      let start = batch.chargingStart(record)
      if start != UsageBatch.absentTime { span.add(seconds: start / 1000) }
    }
  }

  /// The first reading of a file whose format chooses among rows.
  func noteLegs(_ chunk: Chunk, _ file: FileContext, _ plan: FieldPlan, _ legs: LegTable) {
    prepare(file, plan)
    let reader = reader(file)
    splitter.begin(UnsafePointer(chunk.text), chunk.length, plan: plan)
    while splitter.next(batch, columns) {
      reader.read(batch, columns, plan, text: UnsafePointer(chunk.text))
      legs.note(batch, columns, plan, chunkOffset: chunk.unitOffset)
      scratch.reset()
    }
  }

  func prepare(_ file: FileContext, _ plan: FieldPlan) {
    guard columnsFileIndex != file.index || columns.slotCount != plan.slotCount else { return }
    columns = FieldColumns(slotCount: plan.slotCount, empty: UnsafePointer(setup.emptyText.base))
    columnsFileIndex = file.index
  }

  private func reader(_ file: FileContext) -> EventReader {
    if let reader = readers[file.sourceIndex] { return reader }
    let reader = EventReader(
      source: file.source, keySeed: setup.keySeed(file.source.namespace),
      needsIdentity: setup.options.findsDuplicates,
      scratch: scratch)
    readers[file.sourceIndex] = reader
    return reader
  }

  func rater(_ file: FileContext) -> Rater {
    if let rater = raters[file.sourceIndex] { return rater }
    let rater = Rater(
      catalog: setup.catalog, keyPlan: setup.keyPlan, sourceIndex: file.sourceIndex,
      defaultAccountIndex: file.source.defaultAccountIndex, meters: setup.meters,
      unitPrices: setup.unitPrices,
      baseCells: setup.baseCells)
    raters[file.sourceIndex] = rater
    return rater
  }

  /// A trailer row is no record: it only promises how many there were, and what they come to.
  private func takeTrailers(_ plan: FieldPlan, _ outcome: ChunkOutcome) {
    for record in 0..<batch.count {
      if isTooLong(record) || !EventReader.holds(plan.trailer, record, columns) {
        if plan.trailerSum != nil { addUp(record, plan, outcome) }
        continue
      }
      batch.door[record] = Door.noEvent
      batch.reason[record] = setup.trailerReason
      outcome.totals.read -= 1
      outcome.trailer.takeRow()
      if let slot = plan.trailerCount {
        outcome.trailer.takeCount(columns.texts(slot)[record], Int(columns.lengths(slot)[record]))
      }
      if let slot = plan.trailerSum, let billable = plan.billable {
        outcome.trailer.takeSum(
          columns.texts(slot)[record], Int(columns.lengths(slot)[record]), billable.reader)
      }
    }
  }

  /// Records that cannot be read and stand in suspense since an earlier reading of the file are duplicates.
  private func leaveOutRepeated(
    _ known: Set<InputFile.UnreadableRecord>, _ chunk: Chunk, _ outcome: ChunkOutcome
  ) {
    for record in 0..<batch.count where batch.door[record] == Door.unparsable {
      let suspended = entry(record, chunk)
      let found = InputFile.UnreadableRecord(
        byteOffset: chunk.unitOffset + suspended.offsetInChunk, byteLength: suspended.length,
        kept: Label(bytes: suspended.bytes))
      guard known.contains(found) else { continue }
      batch.door[record] = Door.noEvent
      batch.reason[record] = setup.repeatedReason
      outcome.totals.duplicate += 1
      outcome.totals.withoutQuantity += 1
    }
  }

  /// Adds the quantity of a record, as it is written, to what the trailer's sum is compared with.
  private func addUp(_ record: Int, _ plan: FieldPlan, _ outcome: ChunkOutcome) {
    guard let billable = plan.billable else { return }
    let isSplit =
      batch.door[record] != Door.unparsable
      || ![.recordTooLong, .badRecord, .badQuotes].contains(
        SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[record])))
    guard isSplit else { return outcome.trailer.takeUnreadRecord() }
    outcome.trailer.takeQuantity(
      columns.texts(billable.slot)[record], Int(columns.lengths(billable.slot)[record]), billable.reader)
  }

  /// Keeps a detail row for every rated record; `place` tells by which place it is named, if not by its own.
  func noteDetail(
    _ outcome: ChunkOutcome, _ rater: Rater, _ plan: FieldPlan, text: TextPointer, firstRow: Int,
    place: (_ record: Int) -> FirstCopies.NamedPlace? = { _ in nil }
  ) {
    let detail = DetailText(setup)
    var row = firstRow
    for record in 0..<batch.count
    where batch.door[record] != Door.unparsable && batch.door[record] != Door.noEvent {
      if batch.door[record] == Door.rated {
        outcome.rows[row].payload = UInt32(outcome.details.count)
        var made = detail.row(
          record, batch, columns, plan, rater, text: text, isSettled: outcome.rows[row].door == Door.settled)
        made.place = place(record)
        outcome.details.append(made)
      }
      row += 1
    }
  }

  /// Records whose keys are in conflict go to suspense, whatever became of them.
  private func suspendConflicts(_ outcome: ChunkOutcome, firstRow: Int) {
    var row = firstRow
    for record in 0..<batch.count
    where batch.door[record] != Door.unparsable && batch.door[record] != Door.noEvent {
      let key = ConflictKey(low: outcome.rows[row].identity, high: outcome.rows[row].identityHigh)
      if setup.known.conflicts.contains(key) { suspendConflict(record, row: row, outcome) }
      row += 1
    }
  }

  /// Lets a record leave by door 3, whatever became of it.
  func suspendConflict(_ record: Int, row: Int, _ outcome: ChunkOutcome) {
    batch.door[record] = Door.suspended
    batch.reason[record] = UInt16(SuspenseReason.duplicateConflict.rawValue)
    batch.faultField[record] = FieldRoleName.key
    if outcome.rows[row].door == Door.settled { outcome.packed.drop(outcome.rows[row].packedIndex) }
    outcome.rows[row].door = Door.suspended
    // It has no row of detail any more; where suspended records are kept, its entry is noted after this.
    outcome.rows[row].payload = OutcomeRow.noPayload
    // Not a part of it, as a rated record's row may say.
    outcome.rows[row].quantityRaw = batch.quantity[record]
    outcome.rows[row].reason = UInt16(SuspenseReason.duplicateConflict.rawValue)
  }

  /// Keeps the events of a batch for later runs.
  private func noteEvents(_ chunk: Chunk, _ outcome: ChunkOutcome, _ rater: Rater, firstRow: Int) {
    if outcome.events.isFull { outcome.events.finish(text: chunk.bytes) }
    var row = firstRow
    outcome.events.add(batch, columns) { record in
      let door = outcome.rows[row].door
      row += 1
      // What the keys of other records have decided, no catalog changes.
      let isConflict =
        batch.reason[record] == UInt16(SuspenseReason.duplicateConflict.rawValue)
        || batch.reason[record] == UInt16(SuspenseReason.outsideDuplicateWindow.rawValue)
      return StoredDecision(
        door: door, isConflict: door == Door.suspended && isConflict, account: rater.accountIndex(record))
    }
  }

  /// Records that are older than the keys to compare them with go to suspense, whatever became of them.
  func suspendOld(before startMillis: Int64, _ outcome: ChunkOutcome, firstRow: Int) {
    var row = firstRow
    for record in 0..<batch.count
    where batch.door[record] != Door.unparsable && batch.door[record] != Door.noEvent {
      let start = batch.chargingStart(record)
      if start != UsageBatch.absentTime, start < startMillis {
        batch.door[record] = Door.suspended
        batch.reason[record] = UInt16(SuspenseReason.outsideDuplicateWindow.rawValue)
        batch.faultField[record] = FieldRoleName.none
        if outcome.rows[row].door == Door.settled { outcome.packed.drop(outcome.rows[row].packedIndex) }
        outcome.rows[row].door = Door.suspended
        outcome.rows[row].quantityRaw = batch.quantity[record]
        outcome.rows[row].reason = UInt16(SuspenseReason.outsideDuplicateWindow.rawValue)
      }
      row += 1
    }
  }

  /// Counts what left at doors 1 and 2, and keeps what goes to suspense.
  ///
  /// - Parameters:
  ///   - hasAmounts: whether the batch has recorded amounts.
  ///   - entry: the suspended record of a number, with its bytes.
  func noteLeavers(
    _ outcome: ChunkOutcome, _ rater: Rater, firstRow: Int, hasAmounts: Bool, _ entry: (Int) -> SuspenseEntry
  ) {
    var row = firstRow
    for record in 0..<batch.count {
      switch batch.door[record] {
      case Door.noEvent:
        if batch.reason[record] == setup.trailerReason || batch.reason[record] == setup.repeatedReason {
          continue
        }
        outcome.totals.addFiltered(Int(batch.reason[record]))
        outcome.totals.withoutQuantity += 1
      case Door.unparsable:
        outcome.totals.suspended[Int(batch.reason[record])] += 1
        outcome.totals.withoutQuantity += 1
        if setup.keepsSuspense {
          outcome.unparsable.append(outcome.suspense.count)
          outcome.suspense.append(entry(record))
        }
      case Door.suspended:
        if setup.keepsSuspense {
          let account = rater.accountIndex(record)
          outcome.rows[row].payload = UInt32(outcome.suspense.count)
          var suspended = entry(record)
          suspended.kind = batch.kind[record]
          suspended.quantity = batch.quantity[record]
          suspended.account = account
          if hasAmounts, batch.hasAmount(record) { suspended.amountPico = batch.recordedAmount(record).pico }
          let row = outcome.rows[row]
          suspended.key = LoggedKey(low: row.identity, high: row.identityHigh, content: row.content)
          outcome.suspense.append(suspended)
        }
        row += 1
      default: row += 1
      }
    }
  }

  func isTooLong(_ record: Int) -> Bool {
    batch.door[record] == Door.unparsable
      && batch.reason[record] == UInt16(SuspenseReason.recordTooLong.rawValue)
  }

  private func entry(_ record: Int, _ chunk: Chunk) -> SuspenseEntry {
    let offset = batch.offset[record]
    let bytes = UnsafeBufferPointer(
      start: UnsafePointer(chunk.text) + Int(offset), count: Int(batch.length[record]))
    var entry = SuspenseEntry(
      reason: SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[record])) ?? .badRecord,
      faultField: batch.faultField[record], lineInChunk: batch.line[record],
      offsetInChunk: Int64(offset),
      length: Int64(bytes.count), bytes: [])
    keep(bytes, in: &entry, isTooLong: isTooLong(record))
    return entry
  }

  /// Keeps the bytes of a suspended record: of one over the limit the beginning and a hash.
  func keep(_ bytes: UnsafeBufferPointer<UInt8>, in entry: inout SuspenseEntry, isTooLong: Bool) {
    guard isTooLong else {
      entry.bytes = Array(bytes)
      return
    }
    let kept = OversizeRecord(bytes, unitOffset: 0, sequence: 0)
    (entry.bytes, entry.hash) = (kept.head, kept.hash)
  }
}
