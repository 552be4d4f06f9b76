// One input read from front to back by one reader, record by record, with the address of each: for those who look for a
// record rather than rate them all.
//
// It reads what a run reads, through the same units, headers, plans and readers; it rates nothing and keeps nothing.

import Catalog
import Synchronization
import Tables

/// Reads the records of one input in order. Owned by one thread.
final class FileWalk {
  /// A batch of records and where it lies.
  struct Stretch {
    let view: RecordView
    let text: TextPointer
    /// Line in the decoded file of the chunk's first line, from 1.
    let firstLine: Int
    /// Offset in the decoded file of the chunk's first byte.
    let textOffset: Int64

    /// Offset in the decoded file of a record.
    func offset(_ index: Int) -> Int64 { textOffset + Int64(view.batch.offset[index]) }
    /// Line in the decoded file of a record.
    func line(_ index: Int) -> Int { firstLine + Int(view.batch.line[index]) }
    /// The bytes of a record.
    func bytes(_ index: Int) -> [UInt8] {
      Array(
        UnsafeBufferPointer(start: text + Int(view.batch.offset[index]), count: Int(view.batch.length[index]))
      )
    }
  }

  let file: FileContext
  private let setup: RunSetup
  private let progress: RunProgress
  private let scratch = ScratchText()
  private let splitter: RecordSplitter
  private let reader: EventReader
  private let batch = UsageBatch()
  private let chunk = Chunk()
  private var columns: FieldColumns
  /// Lines of the file before the chunk at hand.
  private var lineCount = 0
  private(set) var headerLineCount = 0
  /// What is wrong with the file, where it is not whole; nothing of it would count.
  private(set) var damage: DamagedFile?

  /// Opens the input; `legs` is the choice among rows where one was made.
  init(_ input: AssignedFile, index: Int, setup: RunSetup, legs: LegTable?, progress: RunProgress)
    throws(RunFault)
  {
    self.setup = setup
    self.progress = progress
    file = try FileContext(
      index: index, input: input.input, sourceIndex: input.sourceIndex, catalog: setup.catalog.source,
      recordBytesMax: setup.options.recordBytesMax, partBytes: nil, allowsParts: false, hashes: true,
      progress: progress, operations: setup.options.inputOperations)
    file.legs = legs
    splitter = RecordSplitter(
      chunkBytesMax: 2 * setup.options.recordBytesMax + 3 * Chunk.standardTextBytes,
      recordBytesMax: setup.options.recordBytesMax, scratch: scratch)
    reader = EventReader(
      source: file.source, keySeed: setup.keySeed(file.source.namespace), needsIdentity: true,
      scratch: scratch)
    columns = FieldColumns(slotCount: 0, empty: UnsafePointer(setup.emptyText.base))
  }

  /// The unit that is the whole file.
  private var unit: InputUnit { file.units[0] }
  /// Records over the limit, with their lines in the decoded file; complete after `forEach`.
  var oversizeRecords: [(line: Int, record: OversizeRecord)] {
    var oversizeLines = 0
    return unit.oversizeRecords.map { record in
      let lines = unit.lineCounts.prefix(record.sequence).reduce(0) { $0 + Int($1) } + oversizeLines
      oversizeLines += record.lineCount
      return (headerLineCount + lines + 1, record)
    }.filter { !$0.1.isComment }
  }

  /// Calls `body` with every batch until it says stop.
  ///
  /// A damaged file ends where it broke and `damage` says why.
  /// - Throws: `RunFault.input` where the file is not of its format, `RunFault.interrupted`.
  func forEach(_ body: (Stretch) -> Bool) throws(RunFault) {
    do {
      while try fill() { if !read(body) { return } }
      try file.proveRead()
      if try takeTail() { _ = read(body) }
    } catch let damage as DamagedFile {
      self.damage = damage
    } catch let mismatch as FormatMismatch {
      throw .input(
        file: file.name + (mismatch.line > 0 ? ":\(mismatch.line)" : ""),
        message: "\(mismatch.message); \(mismatch.hint)")
    } catch let fault as RunFault {
      throw fault
    } catch {
      throw .totals("unexpected: \(error)")
    }
  }

  /// Notes the rows of every call, for a format that chooses among them.
  func noteLegs(_ table: LegTable) throws(RunFault) {
    try forEach { stretch in
      table.note(stretch.view.batch, stretch.view.columns, stretch.view.plan, chunkOffset: stretch.textOffset)
      return true
    }
  }

  // MARK: chunks

  private func fill() throws -> Bool {
    if progress.cancelled.load(ordering: .relaxed) { throw RunFault.interrupted }
    let before = unit.storedOffset
    let filled = try unit.fill(chunk, headerLines: FileHeader.lineCount(file.format))
    progress.storedBytes.wrappingAdd(unit.storedOffset - before, ordering: .relaxed)
    if filled == .chunk, file.plan == nil {
      let used = try readHeader(UnsafePointer(chunk.text), chunk.length)
      chunk.text += used
      chunk.length -= used
      chunk.unitOffset += Int64(used)
    }
    return filled == .chunk
  }

  /// The text after the last record end, as a chunk of its own; false where there is none.
  private func takeTail() throws(FormatMismatch) -> Bool {
    var tail = unit.tail
    let offset = unit.byteCount - Int64(tail.count)
    guard !tail.isEmpty else { return false }
    if tail[tail.count - 1] != file.format.dialect.lineEnd { tail.append(file.format.dialect.lineEnd) }
    chunk.reserve(tail.count)
    chunk.text = chunk.memory
    tail.withUnsafeBufferPointer { bytes in
      if let base = bytes.baseAddress { chunk.memory.update(from: base, count: bytes.count) }
    }
    chunk.length = tail.count
    chunk.unitOffset = offset
    chunk.sequence = unit.addChunk()
    guard file.plan == nil else { return true }
    // A file without a single line end: it holds a header at most, or one record.
    let used = try readHeader(UnsafePointer(chunk.text), chunk.length)
    chunk.text += used
    chunk.length -= used
    chunk.unitOffset += Int64(used)
    return chunk.length > 0
  }

  /// Reads the header and compiles the plan; returns the bytes to skip.
  private func readHeader(_ text: TextPointer, _ length: Int) throws(FormatMismatch) -> Int {
    let header = try FileHeader.read(text, length, file.format)
    let plan = try FieldPlan.compile(
      file.format, columnNames: header.columnNames, headerLine: header.headerLine,
      filterReason: { setup.filterReason($0) }, serviceTag: { setup.serviceTag($0) })
    file.columnNames = header.columnNames
    file.plan = plan
    columns = FieldColumns(slotCount: plan.slotCount, empty: UnsafePointer(setup.emptyText.base))
    headerLineCount = header.lineCount
    lineCount = header.lineCount
    return min(length, header.byteCount)
  }

  /// Reads the chunk at hand; false where `body` wants no more.
  private func read(_ body: (Stretch) -> Bool) -> Bool {
    guard let plan = file.plan else { return true }
    let text = UnsafePointer(chunk.text)
    // The lines of a record over the limit are in no chunk.
    let oversizeLines = unit.oversizeRecords.reduce(0) { lines, record in
      record.sequence <= chunk.sequence && record.unitOffset < chunk.unitOffset
        ? lines + record.lineCount : lines
    }
    let view = RecordView(
      batch: batch, columns: columns, plan: plan, columnNames: file.columnNames, reasons: setup.filterReasons)
    let stretch = Stretch(
      view: view, text: text, firstLine: lineCount + oversizeLines + 1, textOffset: chunk.unitOffset)
    var goesOn = true
    splitter.begin(text, chunk.length, plan: plan)
    while goesOn, splitter.next(batch, columns) {
      reader.read(batch, columns, plan, text: text)
      file.legs?.apply(batch, columns, plan, chunkOffset: chunk.unitOffset, reason: setup.legReason)
      markTrailers(plan)
      progress.records.wrappingAdd(batch.count, ordering: .relaxed)
      goesOn = body(stretch)
      scratch.reset()
    }
    unit.setLineCount(splitter.lineCount, ofChunk: chunk.sequence)
    lineCount += splitter.lineCount
    return goesOn
  }

  private func markTrailers(_ plan: FieldPlan) {
    guard !plan.trailer.isEmpty else { return }
    for record in 0..<batch.count where EventReader.holds(plan.trailer, record, columns) {
      batch.door[record] = Door.noEvent
      batch.reason[record] = setup.trailerReason
    }
  }
}
