// From the text of a chunk to records and their fields.
//
// One structural scan a chunk finds every delimiter, newline and quote; a record without quotes is then only index
// arithmetic. Records with quotes take the careful road of `QuotedFields`, one by one.

import CMachine
import Catalog
import Tables

/// Splits chunks into batches of records. Owned by one worker; a chunk is begun, then read batch by batch.
final class RecordSplitter {
  private let structurals: UnsafeMutablePointer<UInt32>
  private let lineEnds: UnsafeMutablePointer<UInt32>
  private let quotes: UnsafeMutablePointer<UInt32>
  // Per record of the batch: index of its first structural, and its number of fields.
  private let firstStructural: UnsafeMutablePointer<UInt32>
  private let fieldCount: UnsafeMutablePointer<UInt32>
  private var quoted = QuotedFields()
  private var json = JSONFields()
  private let scratch: ScratchText

  private var text: TextPointer
  private var plan: FieldPlan?
  private let recordBytesMax: Int
  private var recordEnd: RecordEnd?
  /// Records of the batch that are over the limit.
  private var overlong: [Int] = []
  private var scan = cm_scan_result(structuralCount: 0, lineCount: 0, quoteCount: 0)
  private var lineCursor = 0
  private var quoteCursor = 0
  private var recordOffset: UInt32 = 0
  private var nextStructural: UInt32 = 0
  /// Lines of the chunk, blank ones and comments included.
  var lineCount: Int { scan.lineCount }

  /// - Parameters:
  ///   - chunkBytesMax: the longest text that will be split.
  ///   - recordBytesMax: a longer record leaves at door 1.
  init(chunkBytesMax: Int, recordBytesMax: Int = .max, scratch: ScratchText) {
    self.recordBytesMax = recordBytesMax
    // The scan writes in steps of up to 64 without looking: room for one step more.
    structurals = .allocate(capacity: chunkBytesMax + 128)
    lineEnds = .allocate(capacity: chunkBytesMax + 128)
    quotes = .allocate(capacity: chunkBytesMax + 128)
    firstStructural = .allocate(capacity: FieldColumns.batchCapacity)
    fieldCount = .allocate(capacity: FieldColumns.batchCapacity)
    self.scratch = scratch
    text = UnsafePointer(scratch.allocate(1))
  }

  deinit {
    structurals.deallocate()
    lineEnds.deallocate()
    quotes.deallocate()
    firstStructural.deallocate()
    fieldCount.deallocate()
  }

  /// Takes a chunk: `length` bytes that end with the record-ending byte, readable for `ByteText.slack` bytes more.
  func begin(_ text: TextPointer, _ length: Int, plan: FieldPlan) {
    self.text = text
    self.plan = plan
    recordEnd = RecordEnd(plan.dialect, bytesMax: recordBytesMax)
    let isJSON = plan.dialect.framing == .jsonl
    let quote: UInt8 = isJSON || plan.dialect.quotes == .none ? 0 : UInt8(ascii: "\"")
    scan = cm_scan(
      text, length, isJSON ? plan.dialect.lineEnd : plan.dialect.delimiter, plan.dialect.lineEnd, quote,
      structurals,
      lineEnds, quotes)
    // Where no quote means anything, what was counted are NUL bytes.
    if quote == 0 { scan.quoteCount = 0 }
    lineCursor = 0
    quoteCursor = 0
    recordOffset = 0
    nextStructural = 0
  }

  /// Reads the next batch of records; false at the end of the chunk.
  ///
  /// Sets offset, length, line and door of every record, and gathers the plan's columns. Blank lines and comments are no
  /// records. A record whose fields cannot be told apart leaves at door 1.
  func next(_ batch: UsageBatch, _ columns: FieldColumns) -> Bool {
    guard let plan, let recordEnd else { return false }
    let hasQuotes = scan.quoteCount > 0
    let quotedRecords = frame(batch, recordEnd, hasQuotes: hasQuotes)
    if batch.count == 0 { return false }
    if plan.dialect.framing == .jsonl {
      for record in 0..<batch.count { splitJSON(record, batch, columns, plan) }
    } else {
      checkFieldCounts(batch, plan)
      gather(batch, columns, plan)
      for record in quotedRecords { splitQuoted(record, batch, columns, plan) }
    }
    // Whatever their fields are like.
    for record in overlong { suspend(record, batch, .recordTooLong) }
    return true
  }

  /// Finds the records of the batch; returns those that hold quotes.
  private func frame(_ batch: UsageBatch, _ rule: RecordEnd, hasQuotes: Bool) -> [Int] {
    let hasComments = rule.hasComments
    let lengthMax = UInt32(clamping: rule.bytesMax)
    var quotedRecords: [Int] = []
    overlong.removeAll(keepingCapacity: true)
    var count = 0
    let text = self.text
    let isMultiline = rule.isMultiline && hasQuotes
    while count < FieldColumns.batchCapacity, lineCursor < scan.lineCount {
      let line = lineCursor
      if isMultiline { skipQuotedLineEnds(rule) }
      let endStructural = lineEnds[lineCursor]
      let end = structurals[Int(endStructural)]
      let start = recordOffset
      let first = nextStructural
      recordOffset = end &+ 1
      nextStructural = endStructural &+ 1
      lineCursor &+= 1
      var length = end &- start
      if length > 0, text[Int(end) &- 1] == 13 { length &-= 1 }
      let isComment = hasComments && rule.isComment(text + Int(start), Int(length))
      // One test for blank lines, for which the difference is the largest number, and for records over the limit.
      if length &- 1 >= lengthMax {
        if length == 0 { continue }
        if !isComment { overlong.append(count) }
      }
      if isComment { continue }
      batch.offset[count] = start
      batch.length[count] = length
      batch.line[count] = UInt32(truncatingIfNeeded: line)
      batch.door[count] = Door.open
      firstStructural[count] = first
      fieldCount[count] = endStructural &- first &+ 1
      if hasQuotes {
        while quoteCursor < scan.quoteCount, quotes[quoteCursor] < start { quoteCursor &+= 1 }
        if quoteCursor < scan.quoteCount, quotes[quoteCursor] < end { quotedRecords.append(count) }
      }
      count &+= 1
    }
    batch.count = count
    return quotedRecords
  }

  /// Moves `lineCursor` on while the line end stands inside quotes.
  private func skipQuotedLineEnds(_ rule: RecordEnd) {
    var cursor = quoteCursor
    let begin = Int(recordOffset)
    while cursor < scan.quoteCount, quotes[cursor] < recordOffset { cursor += 1 }
    var isOpen = false
    if rule.isComment(text + begin, Int(structurals[Int(lineEnds[lineCursor])]) - begin) { return }
    while lineCursor < scan.lineCount - 1 {
      let end = structurals[Int(lineEnds[lineCursor])]
      while cursor < scan.quoteCount, quotes[cursor] < end {
        if rule.isQuote(text, from: begin, at: Int(quotes[cursor])) { isOpen.toggle() }
        cursor += 1
      }
      if !isOpen || rule.isPastLimit(text, from: begin, lineEndAt: Int(end)) { return }
      lineCursor += 1
    }
  }

  /// Records without quotes that have too few or too many fields leave here.
  private func checkFieldCounts(_ batch: UsageBatch, _ plan: FieldPlan) {
    let least = UInt32(clamping: plan.fieldCountMin)
    let most = UInt32(clamping: plan.fieldCountMax)
    for record in 0..<batch.count {
      let fields = fieldCount[record]
      if fields >= least, fields <= most { continue }
      let last = batch.offset[record] &+ batch.length[record]
      let hasTrailingDelimiter =
        plan.allowsTrailingDelimiter && fields == most &+ 1
        && text[Int(last) - 1] == plan.dialect.delimiter
      if hasTrailingDelimiter {
        fieldCount[record] = most
        continue
      }
      batch.door[record] = Door.unparsable
      batch.reason[record] = UInt16(SuspenseReason.badRecord.rawValue)
      batch.faultField[record] = FieldRoleName.none
    }
  }

  /// Pointers and lengths of every gathered slot, slot by slot. Quoted records are done again afterwards.
  private func gather(_ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    let count = batch.count
    let text = self.text
    let structurals = self.structurals
    let firstStructural = self.firstStructural
    let fieldCount = self.fieldCount
    var leastFields = Int.max
    for record in 0..<count { leastFields = min(leastFields, Int(fieldCount[record])) }
    for (slot, column) in plan.columns.enumerated() {
      let texts = columns.texts(slot)
      let lengths = columns.lengths(slot)
      if column == FieldPlan.missingColumn {
        for record in 0..<count { lengths[record] = -1 }
        continue
      }
      if column > 0, column < leastFields - 1 {
        // In every record of the batch, between two delimiters: the usual column.
        let before = structurals + (column &- 1)
        for record in 0..<count {
          let first = Int(firstStructural[record])
          let begin = before[first] &+ 1
          texts[record] = text + Int(begin)
          lengths[record] = Int32(bitPattern: before[first &+ 1] &- begin)
        }
        continue
      }
      for record in 0..<count {
        let fields = Int(fieldCount[record])
        let field = column >= 0 ? column : fields &+ column
        if field < 0 || field >= fields {
          lengths[record] = -1
          continue
        }
        let first = Int(firstStructural[record])
        let begin = field == 0 ? batch.offset[record] : structurals[first &+ field &- 1] &+ 1
        // A field ends at its structural; the last one may end before it, where a CR stands before the LF.
        let end = min(structurals[first &+ field], batch.offset[record] &+ batch.length[record])
        texts[record] = text + Int(begin)
        lengths[record] = Int32(bitPattern: end &- begin)
      }
    }
  }

  private func splitQuoted(_ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    let begin = text + Int(batch.offset[record])
    batch.door[record] = Door.open
    guard quoted.split(begin, Int(batch.length[record]), dialect: plan.dialect, scratch: scratch) else {
      return suspend(record, batch, .badQuotes)
    }
    var fields = quoted.count
    if plan.allowsTrailingDelimiter, fields == plan.fieldCountMax + 1, quoted.length(fields - 1) == 0 {
      fields -= 1
    }
    // Its fields are gathered all the same: a trailer row has a number of its own.
    if fields < plan.fieldCountMin || fields > plan.fieldCountMax { suspend(record, batch, .badRecord) }
    for (slot, column) in plan.columns.enumerated() {
      let field = column >= 0 ? column : fields + column
      if column == FieldPlan.missingColumn || field < 0 || field >= fields {
        columns.lengths(slot)[record] = -1
      } else {
        columns.texts(slot)[record] = quoted.pointer(field)
        columns.lengths(slot)[record] = Int32(quoted.length(field))
      }
    }
  }

  private func splitJSON(_ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ plan: FieldPlan) {
    let begin = text + Int(batch.offset[record])
    let isObject = json.read(begin, Int(batch.length[record]), paths: plan.paths, scratch: scratch) {
      slot, pointer, length in
      columns.texts(slot)[record] = pointer
      columns.lengths(slot)[record] = Int32(length)
    }
    if !isObject { return suspend(record, batch, .badRecord) }
    // One value is not the meter and its item too: it is the meter.
    if let meter = plan.meter, let item = plan.item, item != meter,
      columns.texts(item)[record] == columns.texts(meter)[record], columns.lengths(meter)[record] > 0
    {
      columns.lengths(item)[record] = -1
    }
  }

  private func suspend(_ record: Int, _ batch: UsageBatch, _ reason: SuspenseReason) {
    batch.door[record] = Door.unparsable
    batch.reason[record] = UInt16(reason.rawValue)
    batch.faultField[record] = FieldRoleName.none
  }
}
