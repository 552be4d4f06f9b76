// The events of one chunk on their way to the store: noted batch by batch behind Rate, then made a block.

import CXxhash
import CZstd
import Catalog
import Money

/// What became of a record that is stored.
struct StoredDecision {
  /// Past door 2, or `Door.unparsable`.
  var door: UInt8
  /// Whether it is suspended because its key is in conflict, which no catalog changes.
  var isConflict = false
  /// Of an unparsable record: raw value of the reason, and the field at fault.
  var reason: UInt8 = 0
  var faultField: UInt8 = 0
  /// `UInt32.max` where it is nobody's.
  var account = UInt32.max

  static let conflict: Int64 = 1 << 3
  static let doorMask: Int64 = 7
  static let reasonShift: Int64 = 8
  static let fieldShift: Int64 = 16

  var word: Int64 {
    Int64(door) | (isConflict ? Self.conflict : 0) | Int64(reason) << Self.reasonShift
      | Int64(faultField) << Self.fieldShift
  }
}

/// Events of a chunk, column by column in the order of the records. Owned by one worker at a time; reused.
final class ChunkEvents {
  private typealias Field = EventBlock.Field
  private(set) var count = 0
  private var capacity = 0
  private var columns: [UnsafeMutablePointer<Int64>] = []
  private var texts: [TextColumn] = []
  private var layout: StoredLayout?
  /// Finished blocks, one behind the other: nearly always one.
  private var block = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var blockBytes = 0
  /// Words of each.
  private(set) var blockWords: [Int] = []
  /// Records past door 2 so far.
  private var rowCount = 0
  // Kept between chunks: order of the events.
  private var order: [UInt16] = []
  private var context: OpaquePointer?

  deinit {
    for column in columns { column.deallocate() }
    block.deallocate()
    ZSTD_freeCCtx(context)
  }

  /// The blocks as words, for the log; their heads are not complete yet.
  var words: UnsafeBufferPointer<UInt64> {
    UnsafeBufferPointer(
      start: UnsafePointer(block.baseAddress?.assumingMemoryBound(to: UInt64.self)), count: blockBytes / 8)
  }

  /// Forgets all events.
  func removeAll() {
    count = 0
    blockBytes = 0
    rowCount = 0
    if !blockWords.isEmpty { blockWords.removeAll(keepingCapacity: true) }
    for text in texts { text.removeAll() }
  }

  /// Begins with a chunk of that layout.
  func begin(_ layout: StoredLayout) {
    if self.layout !== layout {
      self.layout = layout
      while texts.count < layout.texts.count { texts.append(TextColumn()) }
    }
    removeAll()
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(4096, 2 * capacity, count + more)
    let isNew = columns.isEmpty
    for index in 0..<Field.allCases.count {
      let column = UnsafeMutablePointer<Int64>.allocate(capacity: larger)
      if isNew {
        columns.append(column)
      } else {
        column.update(from: columns[index], count: count)
        columns[index].deallocate()
        columns[index] = column
      }
    }
    capacity = larger
  }

  /// Whether a further batch may be too much for the block.
  var isFull: Bool { count + FieldColumns.batchCapacity > EventBlock.countMax }

  /// Notes the records of a batch, but rows that are no events; `decision` tells about those past door 2.
  func add(
    _ batch: UsageBatch, _ texts: FieldColumns, _ decision: (_ record: Int) -> StoredDecision
  ) {
    guard let layout else { preconditionFailure("a chunk is begun before it is filled") }
    reserve(batch.count)
    func put(_ field: Field, _ value: Int64) { columns[field.rawValue][count] = value }
    for record in 0..<batch.count {
      let door = batch.door[record]
      if door == Door.noEvent { continue }
      put(.line, Int64(batch.line[record]))
      put(.offset, Int64(batch.offset[record]))
      put(.length, Int64(batch.length[record]))
      if door == Door.unparsable {
        addUnparsable(record, batch)
        continue
      }
      put(.to, Int64(bitPattern: batch.toDigits[record]))
      put(.toCount, Int64(batch.toCount[record]))
      put(.from, Int64(bitPattern: batch.fromDigits[record]))
      put(.fromCount, Int64(batch.fromCount[record]))
      put(.start, batch.chargingStart(record))
      let quantity = batch.quantity[record]
      let hasQuantity = quantity != UsageBatch.absentQuantity
      put(.quantity, hasQuantity ? quantity : 0)
      let amount = layout.hasAmounts && batch.hasAmount(record) ? batch.recordedAmount(record).pico : nil
      put(.amountHigh, amount.map { Int64(truncatingIfNeeded: $0 >> 64) } ?? 0)
      put(.amountLow, amount.map { Int64(truncatingIfNeeded: $0) } ?? 0)
      var flags =
        Int64(batch.kind[record]) | Int64(batch.direction[record]) << EventBlock.Flags.directionShift
      if batch.isAnswered[record] != 0 { flags |= EventBlock.Flags.answered }
      if hasQuantity { flags |= EventBlock.Flags.hasQuantity }
      if amount != nil { flags |= EventBlock.Flags.hasAmount }
      if !layout.keySlots.contains(where: { texts.lengths($0)[record] >= 0 }) {
        flags |= EventBlock.Flags.isRowKeyed
      }
      put(.flags, flags)
      put(.identity, Int64(bitPattern: batch.identityLow[record]))
      let high = batch.identityHigh[record] & 0xffff_ffff
      put(.content, Int64(bitPattern: high << 32 | batch.content[record] >> 32))
      let decided = decision(record)
      put(.decision, decided.word)
      put(.account, decided.account == .max ? 0 : Int64(decided.account) + 1)
      put(.row, Int64(rowCount))
      rowCount += 1
      for (index, text) in layout.texts.enumerated() {
        self.texts[index].append(
          texts.texts(text.slot)[record], Int(texts.lengths(text.slot)[record]), isUnique: text.isKey)
      }
      count += 1
    }
  }

  /// Notes a record that cannot be read: only where it stands.
  private func addUnparsable(_ record: Int, _ batch: UsageBatch) {
    let decision = StoredDecision(
      door: Door.unparsable, reason: UInt8(truncatingIfNeeded: batch.reason[record]),
      faultField: batch.faultField[record])
    let none: [Field] = [
      .to, .toCount, .from, .fromCount, .flags, .quantity, .account, .amountHigh, .amountLow,
      .identity, .content,
    ]
    for field in none { columns[field.rawValue][count] = 0 }
    // Any time that keeps the column narrow.
    columns[Field.start.rawValue][count] = count > 0 ? columns[Field.start.rawValue][count - 1] : 0
    columns[Field.decision.rawValue][count] = decision.word
    columns[Field.row.rawValue][count] = -1
    for text in texts[..<(layout?.texts.count ?? 0)] { text.appendNone() }
    count += 1
  }

  // MARK: the block

  /// Makes a block of all events that were noted since the last one.
  ///
  /// - Parameter text: the chunk's text.
  func finish(text: UnsafeRawBufferPointer) {
    guard count > 0, let layout else { return }
    precondition(count <= EventBlock.countMax, "a chunk has fewer records")
    sortByNumber()
    let textCount = layout.texts.count
    let columnCount = Field.allCases.count + 2 * textCount
    let textBytes = texts[..<textCount].reduce(0) { $0 + $1.bytes.count }
    reserveBlock(
      blockBytes + EventBlock.Head.bytes + columnCount * EventColumn.bytes + 8 * count * columnCount
        + textBytes
        + Self.framesBound(text.count) + 2 * EventBlock.slack)
    guard let first = block.baseAddress else { return }
    let base = first + blockBytes
    var end = EventBlock.Head.bytes + columnCount * EventColumn.bytes
    var number = 0
    func write(_ values: UnsafePointer<Int64>, shiftedBy shift: Int = 0) {
      order.withUnsafeBufferPointer { order in
        var (column, next) = EventColumn.write(values, order, at: end, in: base)
        column.base += Int64(shift)
        column.store(at: base + EventBlock.Head.bytes + number * EventColumn.bytes)
        end = next
        number += 1
      }
    }
    for column in columns { write(column) }
    // Texts lie behind all numbers, so that where they begin is known only when these are written.
    let places = number
    for text in texts[..<textCount] {
      text.offsets.withUnsafeBufferPointer { if let values = $0.baseAddress { write(values) } }
      text.lengths.withUnsafeBufferPointer { if let values = $0.baseAddress { write(values) } }
    }
    for (index, text) in texts[..<textCount].enumerated() {
      let place = base + EventBlock.Head.bytes + (places + 2 * index) * EventColumn.bytes
      var column = EventColumn(at: place)
      column.base += Int64(end)
      column.store(at: place)
      text.bytes.withUnsafeBytes { bytes in
        if let first = bytes.baseAddress { (base + end).copyMemory(from: first, byteCount: bytes.count) }
      }
      end += text.bytes.count
    }
    var head = EventBlock.Head()
    head.count = count
    head.textCount = textCount
    head.isOrdered = isOrdered
    head.decodedBytes = text.count
    head.frameBytes = compress(text, behind: &end, in: base)
    head.byteCount = end
    head.checksum = XXH3_64bits(base + EventBlock.Head.bytes, end - EventBlock.Head.bytes)
    head.store(at: base)
    blockBytes += end
    blockWords.append(end / 8)
    count = 0
    for text in texts { text.removeAll() }
  }

  private var isOrdered = false

  /// Orders the events by the number that was called; equal ones stay in the order of their records.
  private func sortByNumber() {
    isOrdered = true
    let (to, digits) = (columns[Field.to.rawValue], columns[Field.toCount.rawValue])
    var keys = [UInt64](repeating: 0, count: count)
    var last: UInt64 = 0
    var isSorted = true
    for index in 0..<count {
      // Fifteen digits are below 2^50.
      let key = UInt64(bitPattern: EventBlock.order(to[index], digits[index])) << 14 | UInt64(index)
      isSorted = isSorted && key >= last
      last = key
      keys[index] = key
    }
    if !isSorted { keys.sort() }
    order.removeAll(keepingCapacity: true)
    for key in keys { order.append(UInt16(truncatingIfNeeded: key & (1 << 14 - 1))) }
  }

  /// Puts the chunk's text, as frames, at the end of the block, which has a multiple of eight bytes then.
  private func compress(
    _ text: UnsafeRawBufferPointer, behind end: inout Int, in base: UnsafeMutableRawPointer
  ) -> Int {
    if context == nil { context = ZSTD_createCCtx() }
    var (written, from) = (0, 0)
    repeat {
      let part = UnsafeRawBufferPointer(rebasing: text[from..<min(text.count, from + Self.frameTextBytes)])
      let size = ZSTD_compressCCtx(
        context, base + end + written, ZSTD_compressBound(part.count), part.baseAddress, part.count,
        Self.textLevel)
      precondition(ZSTD_isError(size) == 0, "a frame has room for the text")
      written += size
      from += part.count
    } while from < text.count
    // A reader finds the frames from the block's end: they are moved up to the slack before that.
    let total = (end + written + EventBlock.slack + 7) / 8 * 8
    let place = total - EventBlock.slack - written
    (base + place).copyMemory(from: base + end, byteCount: written)
    (base + end).initializeMemory(as: UInt8.self, repeating: 0, count: place - end)
    (base + (total - EventBlock.slack)).initializeMemory(
      as: UInt8.self, repeating: 0, count: EventBlock.slack)
    end = total
    return written
  }

  /// The fastest level that finds what neighbouring records share: most texts are never read again, but each byte is written to
  /// the device twice.
  private static let textLevel: Int32 = 1

  /// The most that the frames of a text can take.
  private static func framesBound(_ byteCount: Int) -> Int {
    (byteCount / frameTextBytes + 1) * ZSTD_compressBound(frameTextBytes)
  }

  /// Text of a frame: whoever wants one record reads that much.
  private static let frameTextBytes = 64 << 10

  private func reserveBlock(_ bytes: Int) {
    guard bytes > block.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + bytes / 4, alignment: 8)
    if let old = block.baseAddress {
      larger.baseAddress?.copyMemory(from: old, byteCount: blockBytes)
      block.deallocate()
    }
    block = larger
  }
}

/// One text of each event of a chunk: where it lies among the bytes, and its length + 1, 0 where it is absent.
final class TextColumn {
  private(set) var offsets: [Int64] = []
  private(set) var lengths: [Int64] = []
  private(set) var bytes: [UInt8] = []
  /// Offset + 1 and length of texts that were seen, by a hash of theirs: the last of each.
  private var seen = [(offset: Int, length: Int)](repeating: (0, 0), count: 256)

  func removeAll() {
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    guard !bytes.isEmpty else { return }
    bytes.removeAll(keepingCapacity: true)
    for index in seen.indices { seen[index] = (0, 0) }
  }

  /// Takes a text; a negative length says that it is absent.
  ///
  /// - Parameter isUnique: whether each text comes once, so that none is looked for.
  @inline(__always) func append(_ text: TextPointer, _ length: Int, isUnique: Bool) {
    lengths.append(Int64(max(length, -1)) + 1)
    guard length > 0 else {
      offsets.append(0)
      return
    }
    if isUnique {
      offsets.append(Int64(bytes.count))
      bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
      return
    }
    let slot = Int(truncatingIfNeeded: XXH3_64bits(text, length) & 255)
    let known = seen[slot]
    if known.offset > 0, known.length == length, isSame(known.offset - 1, text, length) {
      offsets.append(Int64(known.offset - 1))
      return
    }
    seen[slot] = (bytes.count + 1, length)
    offsets.append(Int64(bytes.count))
    bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: length))
  }

  /// Takes that a text is absent.
  func appendNone() {
    lengths.append(0)
    offsets.append(0)
  }

  private func isSame(_ offset: Int, _ text: TextPointer, _ length: Int) -> Bool {
    for index in 0..<length where bytes[offset + index] != text[index] { return false }
    return true
  }
}
