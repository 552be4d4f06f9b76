// The events file of a run: what its inputs were, then blocks of events. Written once, mapped for reading.
//
// Form: "RMEVENT1"; bytes of the preamble behind this word (8, little-endian); the preamble; XXH3-64 of it; zeros up to a
// multiple of 8; blocks (`EventBlock`). In the preamble numbers are 8 bytes, little-endian, and texts their length and bytes.

import CXxhash
import DurableFiles
import Glibc
import Tables

/// What left an input at door 2, or as a duplicate: what its records in blocks do not tell.
struct StoredLeavers: Hashable {
  var read: Int64 = 0
  var duplicate: Int64 = 0
  /// Records by name of the filter.
  var filtered: [StoredCount] = []

  init() {}

  init(_ totals: DoorTotals, reasons: [Label]) {
    read = Int64(totals.read)
    duplicate = Int64(totals.duplicate)
    filtered = totals.filtered.enumerated().compactMap { number, count in
      count == 0 ? nil : StoredCount(name: reasons[number], count: Int64(count))
    }
  }

  /// The totals of a run that names filters by these numbers.
  func totals(_ filterReason: (Label) -> UInt16) -> DoorTotals {
    var totals = DoorTotals()
    totals.read = Int(read)
    totals.duplicate = Int(duplicate)
    for item in filtered { totals.addFiltered(Int(filterReason(item.name)), Int(item.count)) }
    return totals
  }
}

/// Records of one name.
struct StoredCount: Hashable {
  var name: Label
  var count: Int64
}

/// One input of a run, as its events file knows it.
struct StoredInput: Hashable {
  var name: Label
  var source: Label
  var format: Label
  var byteCount: Int64
  var hash: Label
  var isChecked: Bool
  var texts: [StoredText]
  var hasAmounts: Bool
  /// Whether any record was read: else nothing is known of its texts.
  var hasRecords: Bool
  var leavers: StoredLeavers
}

/// A record that was taken back alone: its input, and where it begins there in decoded bytes.
struct GoneRecord: Hashable {
  var input: Int
  var offset: Int64
}

/// What stands before the blocks.
struct EventPreamble: Hashable {
  var inputs: [StoredInput] = []
  /// Ids of accounts, by the numbers in blocks.
  var accounts: [Label] = []
  /// Places of records that turned out to be duplicates, ascending.
  var removed: [Int64] = []
  /// Codes of the reasons for suspense, by the numbers in blocks.
  var reasons: [Label] = []
  /// Records that were taken back: as if they were not there.
  var gone: [GoneRecord] = []
  /// Places of records whose conflict began or ended after they were read, ascending.
  var reversed: [Int64] = []

  static let mark = Array("RMEVENT1".utf8)

  func bytes() -> [UInt8] {
    var writer = StoredWords()
    writer.put(accounts) { $0.put($1) }
    writer.put(removed) { $0.put($1) }
    writer.put(reasons) { $0.put($1) }
    writer.put(inputs) { writer, input in
      for text in [input.name, input.source, input.format, input.hash] { writer.put(text) }
      writer.put(input.byteCount)
      writer.put((input.isChecked ? 1 : 0) | (input.hasAmounts ? 2 : 0) | (input.hasRecords ? 4 : 0))
      writer.put(input.texts) {
        $0.put($1.role)
        $0.put($1.isInFile ? 1 : 0)
      }
      let leavers = input.leavers
      for number in [leavers.read, leavers.duplicate] { writer.put(number) }
      writer.put(leavers.filtered) {
        $0.put($1.name)
        $0.put($1.count)
      }
    }
    // Files of before these lists have none.
    if !gone.isEmpty || !reversed.isEmpty {
      writer.put(gone) {
        $0.put(Int64($1.input))
        $0.put($1.offset)
      }
    }
    if !reversed.isEmpty { writer.put(reversed) { $0.put($1) } }
    let body = writer.bytes
    var all = StoredWords(Self.mark)
    all.put(Int64(body.count))
    all.bytes += body
    let check = body.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }
    all.put(Int64(bitPattern: check))
    while all.bytes.count % 8 != 0 { all.bytes.append(0) }
    return all.bytes
  }

  /// Reads the preamble; nil where the bytes are none. `end` is where blocks begin.
  static func read(_ bytes: UnsafeRawBufferPointer) -> (preamble: EventPreamble, end: Int)? {
    guard bytes.count >= 24, bytes.prefix(8).elementsEqual(mark) else { return nil }
    let length = bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self)
    guard length >= 0, length <= bytes.count - 24 else { return nil }
    let body = UnsafeRawBufferPointer(rebasing: bytes[16..<(16 + Int(length))])
    let check = bytes.loadUnaligned(fromByteOffset: 16 + Int(length), as: UInt64.self)
    guard XXH3_64bits(body.baseAddress, body.count) == check else { return nil }
    var reader = StoredWordReader(body)
    var preamble = EventPreamble()
    preamble.accounts = reader.list { $0.text() }
    preamble.removed = reader.list { $0.number() }
    preamble.reasons = reader.list { $0.text() }
    preamble.inputs = reader.list { reader in
      let names = (0..<4).map { _ in reader.text() }
      let byteCount = reader.number()
      let flags = reader.number()
      let texts = reader.list { reader -> StoredText in
        let role = reader.text()
        return StoredText(role: role, isInFile: reader.number() != 0)
      }
      var leavers = StoredLeavers()
      leavers.read = reader.number()
      leavers.duplicate = reader.number()
      leavers.filtered = reader.list { reader -> StoredCount in
        let name = reader.text()
        return StoredCount(name: name, count: reader.number())
      }
      return StoredInput(
        name: names[0], source: names[1], format: names[2], byteCount: byteCount, hash: names[3],
        isChecked: flags & 1 != 0, texts: texts, hasAmounts: flags & 2 != 0,
        hasRecords: flags & 4 != 0, leavers: leavers)
    }
    if !reader.isAtEnd {
      preamble.gone = reader.list { reader -> GoneRecord in
        let input = Int(reader.number())
        return GoneRecord(input: input, offset: reader.number())
      }
    }
    if !reader.isAtEnd { preamble.reversed = reader.list { $0.number() } }
    guard !reader.hasFailed else { return nil }
    return (preamble, (16 + Int(length) + 8 + 7) / 8 * 8)
  }
}

/// Writes numbers and texts one behind the other.
struct StoredWords {
  var bytes: [UInt8] = []

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func put(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }

  mutating func put(_ text: Label) {
    put(Int64(text.bytes.count))
    bytes += text.bytes
  }

  mutating func put<Item>(_ items: [Item], _ body: (inout StoredWords, Item) -> Void) {
    put(Int64(items.count))
    for item in items { body(&self, item) }
  }
}

/// Reads what `StoredWords` wrote; after a failure everything is empty.
struct StoredWordReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0
  private(set) var hasFailed = false

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether every byte was read.
  var isAtEnd: Bool { at == bytes.count }

  mutating func number() -> Int64 {
    guard !hasFailed, at + 8 <= bytes.count else {
      hasFailed = true
      return 0
    }
    defer { at += 8 }
    return Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int64.self))
  }

  mutating func text() -> Label {
    let length = number()
    guard !hasFailed, length >= 0, length <= Int64(bytes.count - at) else {
      hasFailed = true
      return .empty
    }
    defer { at += Int(length) }
    return Label(bytes: Array(bytes[at..<(at + Int(length))]))
  }

  mutating func list<Item>(_ body: (inout StoredWordReader) -> Item) -> [Item] {
    let count = number()
    // Every item has a byte at least.
    guard !hasFailed, count >= 0, count <= Int64(bytes.count - at) else {
      hasFailed = true
      return []
    }
    var items: [Item] = []
    for _ in 0..<count where !hasFailed { items.append(body(&self)) }
    return items
  }
}
