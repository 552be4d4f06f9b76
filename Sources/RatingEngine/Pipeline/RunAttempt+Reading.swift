// Reading in a run: files are opened, their units become chunks that end with a record, and what is left at the end of a unit is
// joined with what the next one begins with.

import Catalog
import DurableFiles
import Synchronization
import Tables

extension RunAttempt {
  func open(_ index: Int, _ rater: ChunkRater) {
    do {
      let file = try FileContext(
        index: index, input: files[index].input, sourceIndex: files[index].sourceIndex,
        catalog: setup.catalog.source,
        recordBytesMax: setup.options.recordBytesMax, partBytes: setup.options.partBytes,
        allowsParts: setup.options.threadCount > 1 && !oneReader.contains(files[index].input.name)
          && !setup.hashesInputs,
        hashes: setup.hashesInputs, provesBytes: oneReader.contains(files[index].input.name), spool: spool,
        progress: progress, operations: setup.options.inputOperations)
      faults.withLock { _ in contexts[index] = file }
      if file.format.legs != nil { try noteLegs(file, rater) }
      board.update { state in
        state.openingCount -= 1
        // The first unit alone until the header was read.
        state.idleUnits.append(file.units[0])
      }
    } catch {
      fail(error)
    }
  }

  /// The first reading of a file whose format chooses among several rows of one call.
  func noteLegs(_ file: FileContext, _ rater: ChunkRater) throws(RunFault) {
    guard let choice = file.format.legs?.choice else { return }
    let table = LegTable(choice: choice, findsCopies: setup.options.findsDuplicates)
    let first = try FileContext(
      index: file.index, input: files[file.index].input, sourceIndex: file.sourceIndex,
      catalog: setup.catalog.source,
      recordBytesMax: setup.options.recordBytesMax, partBytes: nil, allowsParts: false, hashes: false,
      spool: spool, progress: progress, operations: setup.options.inputOperations)
    let chunk = Chunk(textBytes: setup.chunkBytes)
    do {
      while try fill(first.units[0], chunk, first) {
        guard let plan = first.plan else { break }
        rater.noteLegs(chunk, first, plan, table)
      }
      if let plan = first.plan, makeTailChunk(first.units[0].tail, first.units[0], chunk, plan) {
        rater.noteLegs(chunk, first, plan, table)
      }
    } catch {
      // The second reading finds the same damage and reports it.
    }
    file.legs = table
  }

  /// What another program has done to the file, where that is what damaged it: a decoder finds nothing but the consequence.
  private func cause(of damage: DamagedFile, _ unit: InputUnit) -> DamagedFile {
    let file = unit.file
    guard unit.isDecoding else { return damage }
    do throws(DamagedFile) {
      try file.checkUnchanged()
      return damage
    } catch {
      return error
    }
  }

  func read(_ unit: InputUnit, _ chunk: Chunk, _ rater: ChunkRater) {
    let file = unit.file
    let before = unit.storedOffset
    do {
      setup.options.stageClock?.start()
      let hasChunk = try fill(unit, chunk, file)
      setup.options.stageClock?.lap(.read)
      progress.storedBytes.wrappingAdd(unit.storedOffset - before, ordering: .relaxed)
      guard hasChunk else { return finish(unit, chunk, rater) }
      chunk.oversize = unit.takeOversize()
    } catch let damage as DamagedFile {
      if let fault = spool?.fault { fail(.output(fault)) } else { note(cause(of: damage, unit)) }
      return board.update { state in
        state.readingCount -= 1
        state.freeChunks.append(chunk)
      }
    } catch let mismatch as FormatMismatch {
      return fail(
        .input(
          file: file.name + (mismatch.line > 0 ? ":\(mismatch.line)" : ""),
          message: "\(mismatch.message); \(mismatch.hint)"))
    } catch {
      return fail(.totals("unexpected: \(error)"))
    }
    guard unit.leavesNew(chunk) else {
      return board.update { state in
        state.readingCount -= 1
        state.idleUnits.append(unit)
        state.freeChunks.append(chunk)
      }
    }
    // The header is known now: the other units of the file can begin, the next one first.
    let others = chunk.sequence == 0 && unit.index == 0 ? file.units.dropFirst().reversed() : []
    if let outcome = board.takeOutcomeForOwnChunk(of: unit) {
      board.update { state in
        state.readingCount -= 1
        state.idleUnits.insert(contentsOf: others, at: 0)
        state.idleUnits.append(unit)
      }
      rate(chunk, outcome, rater)
    } else {
      board.update { state in
        state.readingCount -= 1
        state.idleUnits.insert(contentsOf: others, at: 0)
        state.idleUnits.append(unit)
        state.readyChunks.append(chunk)
      }
    }
  }

  /// Fills a chunk; reads the header first where the file has just begun. False at the end of the unit.
  func fill(_ unit: InputUnit, _ chunk: Chunk, _ file: FileContext) throws -> Bool {
    let filled = try unit.fill(chunk, headerLines: FileHeader.lineCount(file.format))
    guard file.plan == nil, unit.index == 0 else { return filled == .chunk }
    if filled == .chunk {
      try readHeader(file, unit, text: chunk.text, length: chunk.length) { used in
        chunk.text += used
        chunk.length -= used
        chunk.unitOffset += Int64(used)
      }
      return true
    }
    // The header may go on in the next part.
    if file.units.count > 1 { throw DamagedFile.needsOneReader(file.name) }
    // A file without a single line end: what there is may be a header, or one record.
    var text = unit.tail
    let count = text.count
    text += [UInt8](repeating: 0, count: ByteText.slack)
    try text.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try readHeader(file, unit, text: base, length: count) { used in unit.dropFromTail(used) }
    }
    return false
  }

  func readHeader(
    _ file: FileContext, _ unit: InputUnit, text: UnsafeMutablePointer<UInt8>, length: Int,
    _ skip: (Int) -> Void
  ) throws {
    if length == 0 {
      // An empty file has no records, and no header is missed.
      file.plan = FieldPlan(dialect: file.format.dialect)
      return
    }
    let header = try FileHeader.read(UnsafePointer(text), length, file.format)
    file.columnNames = header.columnNames
    if setup.keepsSuspense, setup.options.keepsKeys {
      file.headerText = Array(UnsafeBufferPointer(start: text, count: header.byteCount))
    }
    file.plan = try FieldPlan.compile(
      file.format, columnNames: header.columnNames, headerLine: header.headerLine,
      filterReason: { setup.filterReason($0) }, serviceTag: { setup.serviceTag($0) })
    if setup.options.keepsEvents { file.layout = file.plan.map { StoredLayout($0) } }
    unit.headerLines = header.lineCount
    skip(header.byteCount)
  }

  // MARK: the end of a unit and of a file

  func finish(_ unit: InputUnit, _ chunk: Chunk, _ rater: ChunkRater) {
    let file = unit.file
    let isLast = faults.withLock { _ in
      file.openUnitCount -= 1
      return file.openUnitCount == 0
    }
    var texts: [(unit: InputUnit, text: [UInt8])] = []
    if isLast {
      do throws(DamagedFile) { try file.proveRead() } catch { note(error) }
      texts = seams(file)
    }
    if texts.contains(where: { $0.text.count > setup.textBytesMax }) {
      // A record that goes through several parts: only one reader can tell its length and hash.
      note(DamagedFile.needsOneReader(file.name))
      texts = []
    }
    board.update { state in state.ratingCount += 1 }
    for (owner, text) in texts {
      guard let plan = file.plan, makeTailChunk(text, owner, chunk, plan) else { continue }
      let outcome = ChunkOutcome()
      rater.rate(chunk, file, plan, into: outcome)
      file.endsInOpenEvent = outcome.rowCount > 0
      progress.records.wrappingAdd(outcome.totals.read, ordering: .relaxed)
      board.update { state in state.outcomes.append(outcome) }
    }
    if isLast { complete(file) }
    board.update { state in
      state.ratingCount -= 1
      state.readingCount -= 1
      state.freeChunks.append(chunk)
    }
  }

  /// The records that lie across two units, and the text after the last record end.
  func seams(_ file: FileContext) -> [(unit: InputUnit, text: [UInt8])] {
    var result: [(unit: InputUnit, text: [UInt8])] = []
    var owner = file.units[0]
    var pending = file.units[0].tail
    for unit in file.units.dropFirst() {
      pending += unit.head ?? []
      guard unit.hasRecordEnd else { continue }
      if !pending.isEmpty { result.append((owner, pending)) }
      owner = unit
      pending = unit.tail
    }
    if !pending.isEmpty { result.append((owner, pending)) }
    return result
  }

  /// Puts a text into a chunk as the last one of its unit; false where there is none.
  func makeTailChunk(_ text: [UInt8], _ unit: InputUnit, _ chunk: Chunk, _ plan: FieldPlan) -> Bool {
    guard !text.isEmpty else { return false }
    chunk.reserve(text.count + 1)
    chunk.text = chunk.memory
    text.withUnsafeBufferPointer { bytes in
      if let base = bytes.baseAddress { chunk.memory.update(from: base, count: bytes.count) }
    }
    chunk.length = text.count
    if text[text.count - 1] != plan.dialect.lineEnd {
      chunk.memory[text.count] = plan.dialect.lineEnd
      chunk.length += 1
    }
    chunk.unit = unit
    chunk.unitOffset = unit.byteCount - Int64(unit.tail.count)
    chunk.sequence = unit.addChunk()
    return true
  }

  /// Compares the file with the control file that its source expects beside it; records are compared when they are counted.
  func checkControl(_ file: FileContext) throws(DamagedFile) {
    let input = files[file.index].input
    guard !file.source.control.isEmpty, !input.isStandardInput, input.excerpt == nil else { return }
    let control = try ControlFile.read(file.name + file.source.control.description, of: file.name)
    let byteCount = file.units.reduce(Int64(0)) { $0 + $1.byteCount }
    if let bytes = control.bytes, bytes != byteCount {
      throw DamagedFile(
        name: file.name, offset: -1,
        message: "holds \(byteCount) bytes, its control file says \(bytes); fetch it again", recordsRead: 0)
    }
    file.controlRecords = control.records
  }

  func complete(_ file: FileContext) {
    do {
      try file.checkBeginning()
      try checkControl(file)
    } catch {
      note(error)
    }
    file.release()
  }
}
