// Stored events as batches behind Parse: guide, classify and price do not know that nothing was parsed.

import CZstd
import Catalog

extension ChunkRater {
  /// Rates the chosen rows of a block into `outcome`.
  ///
  /// - Parameters:
  ///   - file: the block's input, in the run at hand.
  ///   - text: the text of the block's chunk, decoded when it is asked for.
  ///   - reasons: raw values of the reasons for suspense, by the numbers in blocks.
  ///   - reversed: places of records whose conflict began or ended after they were read.
  ///   - named: the places by which the rows are named; nil for their own.
  func rate(
    _ block: EventBlock, _ rows: [UInt16], _ file: FileContext, _ plan: FieldPlan, _ text: StoredText.Reader,
    reasons: [UInt8], reversed: Set<Int64>, named: FirstCopies.BlockPlaces?, into outcome: ChunkOutcome
  ) {
    outcome.reset(for: file.units[0], unitOffset: 0, sequence: block.head.rank)
    outcome.events.removeAll()
    prepare(file, plan)
    let rater = rater(file)
    rater.span = EventSpan()
    text.begin(block)
    rows.withUnsafeBufferPointer { rows in
      var at = 0
      while at < rows.count {
        let end = min(rows.count, at + FieldColumns.batchCapacity)
        let some = UnsafeBufferPointer(rebasing: rows[at..<end])
        fill(block, some, plan, reasons)
        rateBatch(block, some, plan, rater, text, reversed, named, into: outcome)
        at = end
      }
    }
    outcome.packed.span = rater.span
    outcome.packed.close(partCount: setup.settlePartCount)
  }

  private func rateBatch(
    _ block: EventBlock, _ rows: UnsafeBufferPointer<UInt16>, _ plan: FieldPlan, _ rater: Rater,
    _ text: StoredText.Reader, _ reversed: Set<Int64>, _ named: FirstCopies.BlockPlaces?,
    into outcome: ChunkOutcome
  ) {
    outcome.reserve(batch.count)
    let first = outcome.rowCount
    outcome.rowCount += rater.rate(batch, columns, plan, into: outcome.rows + first)
    if rater.settledCount > 0 || setup.options.keepsDetail {
      // Rows are looked at only where they are keys.
      let bytes = hasRowKeys(plan) ? text.bytes : UnsafePointer(setup.emptyText.base)
      if rater.settledCount > 0 {
        rater.packSettled(
          batch, columns, plan, text: bytes, outcome.rows + first, firstRow: first, into: outcome.packed)
      }
      if setup.options.keepsDetail {
        noteDetail(outcome, rater, plan, text: bytes, firstRow: first) { record in
          named?.place(ofRow: Int(rows[record]), linesBefore: Int64(batch.line[record]))
        }
      }
    }
    keepConflicts(block, rows, reversed, outcome, firstRow: first)
    if let start = setup.options.windowStartMillis { suspendOld(before: start, outcome, firstRow: first) }
    if !rater.partRows.isEmpty { outcome.appendParts(rater.partRows, firstRow: first) }
    if setup.keepsSuspense || outcome.rowCount - first < batch.count {
      noteLeavers(outcome, rater, firstRow: first, hasAmounts: plan.amount != nil) { record in
        suspended(record, block, text)
      }
    }
  }

  private func hasRowKeys(_ plan: FieldPlan) -> Bool {
    (0..<batch.count).contains { record in
      !plan.key.contains { columns.lengths($0)[record] >= 0 }
    }
  }

  /// Fills the batch and its texts from the rows of a block.
  private func fill(
    _ block: EventBlock, _ rows: UnsafeBufferPointer<UInt16>, _ plan: FieldPlan, _ reasons: [UInt8]
  ) {
    batch.count = rows.count
    let base = block.base
    block.column(.to).gather(rows, in: base, into: batch.toDigits) { UInt64(bitPattern: $0) }
    block.column(.toCount).gather(rows, in: base, into: batch.toCount) { UInt8(truncatingIfNeeded: $0) }
    block.column(.from).gather(rows, in: base, into: batch.fromDigits) { UInt64(bitPattern: $0) }
    block.column(.fromCount).gather(rows, in: base, into: batch.fromCount) { UInt8(truncatingIfNeeded: $0) }
    block.column(.start).gather(rows, in: base, into: batch.start) { $0 }
    block.column(.quantity).gather(rows, in: base, into: batch.quantity) { $0 }
    let linesBefore = block.head.linesBefore
    block.column(.line).gather(rows, in: base, into: batch.line) {
      UInt32(truncatingIfNeeded: linesBefore &+ $0)
    }
    block.column(.offset).gather(rows, in: base, into: batch.offset) { UInt32(truncatingIfNeeded: $0) }
    block.column(.length).gather(rows, in: base, into: batch.length) { UInt32(truncatingIfNeeded: $0) }
    block.column(.identity).gather(rows, in: base, into: batch.identityLow) { UInt64(bitPattern: $0) }
    block.column(.content).gather(rows, in: base, into: batch.content) { UInt64(bitPattern: $0) << 32 }
    block.column(.content).gather(rows, in: base, into: batch.identityHigh) { UInt64(bitPattern: $0) >> 32 }
    let flags = block.column(.flags)
    typealias Flags = EventBlock.Flags
    for record in 0..<rows.count {
      let word = flags.value(Int(rows[record]), in: base)
      batch.door[record] = Door.open
      batch.answer[record] = UsageBatch.absentTime
      batch.kind[record] = UInt8(truncatingIfNeeded: word & Flags.kindMask)
      batch.direction[record] = UInt8(truncatingIfNeeded: word &>> Flags.directionShift & 3)
      batch.isAnswered[record] = word & Flags.answered != 0 ? 1 : 0
      batch.isRowKeyed[record] = word & Flags.isRowKeyed != 0 ? 1 : 0
      if word & Flags.hasQuantity == 0 { batch.quantity[record] = UsageBatch.absentQuantity }
    }
    if plan.amount != nil { fillAmounts(block, rows, flags) }
    for index in 0..<plan.slotCount { fillTexts(block, rows, index) }
    let decision = block.column(.decision)
    if decision.width == 0, decision.base & StoredDecision.doorMask != Int64(Door.unparsable) { return }
    for record in 0..<rows.count {
      let word = decision.value(Int(rows[record]), in: base)
      guard word & StoredDecision.doorMask == Int64(Door.unparsable) else { continue }
      let reason = Int(word &>> StoredDecision.reasonShift & 255)
      batch.door[record] = Door.unparsable
      batch.reason[record] = reason < reasons.count ? UInt16(reasons[reason]) : 0
      batch.faultField[record] = UInt8(truncatingIfNeeded: word &>> StoredDecision.fieldShift)
    }
  }

  private func fillAmounts(_ block: EventBlock, _ rows: UnsafeBufferPointer<UInt16>, _ flags: EventColumn) {
    let (high, low) = (block.column(.amountHigh), block.column(.amountLow))
    let amounts = batch.amountColumn()
    for record in 0..<rows.count {
      let row = Int(rows[record])
      let has = flags.value(row, in: block.base) & EventBlock.Flags.hasAmount != 0
      amounts[record] =
        has
        ? Int128(high.value(row, in: block.base)) << 64
          | Int128(UInt64(bitPattern: low.value(row, in: block.base))) : UsageBatch.absentAmount
    }
  }

  private func fillTexts(_ block: EventBlock, _ rows: UnsafeBufferPointer<UInt16>, _ index: Int) {
    let (offset, length) = block.text(index)
    let (texts, lengths) = (columns.texts(index), columns.lengths(index))
    let limit = block.head.byteCount - EventBlock.slack
    for record in 0..<rows.count {
      let row = Int(rows[record])
      let size = Int(length.value(row, in: block.base)) - 1
      let place = Int(offset.value(row, in: block.base))
      // What does not lie in the block is no text of it.
      let isInside = size > 0 && place >= 0 && place <= limit && size <= limit - place
      texts[record] =
        isInside
        ? (block.base + place).assumingMemoryBound(to: UInt8.self) : UnsafePointer(setup.emptyText.base)
      lengths[record] = isInside ? Int32(truncatingIfNeeded: size) : Int32(min(size, 0))
    }
  }

  /// Records in conflict stay so: duplicates are not looked for again.
  private func keepConflicts(
    _ block: EventBlock, _ rows: UnsafeBufferPointer<UInt16>, _ reversed: Set<Int64>,
    _ outcome: ChunkOutcome, firstRow: Int
  ) {
    let column = block.column(.decision)
    if reversed.isEmpty, column.width == 0, column.base & StoredDecision.conflict == 0 { return }
    var row = firstRow
    for record in 0..<rows.count where batch.door[record] != Door.unparsable {
      if block.isInConflict(Int(rows[record]), reversed) { suspendConflict(record, row: row, outcome) }
      row += 1
    }
  }

  private func suspended(
    _ record: Int, _ block: EventBlock, _ text: StoredText.Reader
  ) -> SuspenseEntry {
    let offset = Int(batch.offset[record])
    let length = Int(batch.length[record])
    let isInside = offset + length <= block.head.decodedBytes
    let bytes = UnsafeBufferPointer(
      start: isInside ? text.bytes(of: offset..<offset + length) : nil, count: isInside ? length : 0)
    var entry = SuspenseEntry(
      reason: SuspenseReason(rawValue: UInt8(truncatingIfNeeded: batch.reason[record])) ?? .badRecord,
      faultField: batch.faultField[record], lineInChunk: batch.line[record],
      offsetInChunk: block.head.bytesBefore + Int64(offset), length: Int64(length), bytes: [])
    keep(bytes, in: &entry, isTooLong: isTooLong(record))
    return entry
  }
}

extension StoredText {
  /// Decodes the text of a block's chunk, as much of it as somebody asks for. Owned by one worker.
  final class Reader {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 1 << 19
    private let context = ZSTD_createDCtx()
    private var frames: [Frame] = []
    // Frames that are not decoded yet.
    private var leftCount = 0
    private var block: EventBlock?
    /// Whether a text was not what its block says.
    private(set) var hasFailed = false

    /// A frame: its bytes, and where its text lies in that of the chunk.
    private struct Frame {
      var bytes: UnsafeRawBufferPointer
      var text: Range<Int>
      var isDecoded = false
    }

    init() { memory = Self.allocate(capacity) }

    deinit {
      memory.deallocate()
      ZSTD_freeDCtx(context)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + ByteText.slack)
      memory.initialize(repeating: 0, count: capacity + ByteText.slack)
      return memory
    }

    /// Goes to the next block.
    func begin(_ block: EventBlock) {
      self.block = block
      frames.removeAll(keepingCapacity: true)
      leftCount = 0
    }

    /// The text; its bytes hold until the next block.
    var bytes: TextPointer {
      open()
      if leftCount > 0 { for index in frames.indices { decode(index) } }
      return UnsafePointer(memory)
    }

    /// The text of a part of the chunk; its bytes hold until the next block.
    func bytes(of range: Range<Int>) -> TextPointer {
      open()
      if leftCount > 0 {
        for index in frames.indices where frames[index].text.overlaps(range) { decode(index) }
      }
      return UnsafePointer(memory) + range.lowerBound
    }

    /// Finds the frames of the block, once.
    private func open() {
      guard frames.isEmpty, let block else { return }
      if block.head.decodedBytes > capacity {
        memory.deallocate()
        capacity = block.head.decodedBytes
        memory = Self.allocate(capacity)
      }
      var (at, start) = (0, 0)
      while at < block.frames.count {
        let rest = UnsafeRawBufferPointer(rebasing: block.frames[at...])
        let size = ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count)
        let count = ZSTD_getFrameContentSize(rest.baseAddress, rest.count)
        // Both errors of the second are above any size.
        guard ZSTD_isError(size) == 0, size > 0, count <= UInt64(block.head.decodedBytes - start) else {
          break
        }
        frames.append(
          Frame(bytes: UnsafeRawBufferPointer(rebasing: rest[..<size]), text: start..<start + Int(count)))
        at += size
        start += Int(count)
      }
      if at != block.frames.count || start != block.head.decodedBytes { hasFailed = true }
      leftCount = frames.count
    }

    private func decode(_ index: Int) {
      if frames[index].isDecoded { return }
      frames[index].isDecoded = true
      leftCount -= 1
      let (bytes, text) = (frames[index].bytes, frames[index].text)
      let result = ZSTD_decompressDCtx(
        context, memory + text.lowerBound, text.count, bytes.baseAddress, bytes.count)
      if ZSTD_isError(result) != 0 || result != text.count { hasFailed = true }
    }
  }
}
