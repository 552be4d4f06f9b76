// Which stored events a run has left to be settled, where another catalog was used than when they were read.
//
// Form: "RMSETTL1"; bytes of the body behind this word (8, little-endian); the body; XXH3-64 of it. The body: 1 where
// events may belong to other accounts than when they were read, else 0; number of blocks, and for each the number of its words and the words, 8 bytes little-endian each; bit r of them stands for row r of the block.

import CXxhash
public import DurableFiles
import Glibc
import Tables

/// A bit for each row of each block of an events file.
struct SettledMarks: Sendable, Equatable {
  private var blocks: [[UInt64]]
  /// Whether events that are settled belong to other accounts than when they were read.
  var mayHaveMoved = false

  /// The name of its file, beside that of the events.
  static let fileName = "settled.bin"
  private static let mark = Array("RMSETTL1".utf8)

  /// No row of `blockCount` blocks.
  init(blockCount: Int) { blocks = [[UInt64]](repeating: [], count: blockCount) }

  /// Whether a row is settled.
  func holds(block: Int, row: Int) -> Bool {
    guard block < blocks.count, row >> 6 < blocks[block].count else { return false }
    return blocks[block][row >> 6] & 1 << UInt64(row & 63) != 0
  }

  /// Notes what became of the chosen rows of a block: those that could be read come first, in the order of the outcome's rows.
  ///
  /// `accounts` has the account, in the catalog at hand, of each number in the block's column less 1; nil for one that it does not know.
  mutating func note(
    _ outcome: ChunkOutcome, _ rows: [UInt16], _ block: EventBlock, number: Int, accounts: [UInt32?]
  ) {
    let column = block.column(.account)
    for index in 0..<min(outcome.rowCount, rows.count) where outcome.rows[index].door == Door.settled {
      let row = Int(rows[index])
      mark(block: number, row: row)
      let account = outcome.packed.events[outcome.rows[index].packedIndex].account
      let before = Int(column.value(row, in: block.base)) - 1
      if !accounts.indices.contains(before) || accounts[before] != account { mayHaveMoved = true }
    }
  }

  private mutating func mark(block: Int, row: Int) {
    while blocks[block].count <= row >> 6 { blocks[block].append(0) }
    blocks[block][row >> 6] |= 1 << UInt64(row & 63)
  }

  /// Adds the rows of a block.
  mutating func add(_ rows: [UInt16], block: Int) {
    for row in rows { mark(block: block, row: Int(row)) }
  }

  /// Adds the rows of others, of the same blocks.
  mutating func formUnion(_ other: SettledMarks) {
    for (block, words) in other.blocks.enumerated() {
      while blocks[block].count < words.count { blocks[block].append(0) }
      for (index, word) in words.enumerated() { blocks[block][index] |= word }
    }
    if other.mayHaveMoved { mayHaveMoved = true }
  }

  /// The bytes of its file.
  func bytes() -> [UInt8] {
    var body = StoredWords()
    body.put(mayHaveMoved ? 1 : 0)
    body.put(blocks) { writer, words in writer.put(words) { $0.put(Int64(bitPattern: $1)) } }
    var all = StoredWords(Self.mark)
    all.put(Int64(body.bytes.count))
    all.bytes += body.bytes
    all.put(Int64(bitPattern: body.bytes.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) }))
    return all.bytes
  }

  /// Reads what `bytes` gave; nil where it is damaged.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 24, bytes.prefix(8).elementsEqual(Self.mark) else { return nil }
    let found = bytes.withUnsafeBytes { bytes -> (mayHaveMoved: Bool, blocks: [[UInt64]])? in
      let length = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
      guard length == Int64(bytes.count - 24) else { return nil }
      let body = UnsafeRawBufferPointer(rebasing: bytes[16..<(16 + Int(length))])
      let check = bytes.loadUnaligned(fromByteOffset: 16 + Int(length), as: UInt64.self)
      guard XXH3_64bits(body.baseAddress, body.count) == UInt64(littleEndian: check) else { return nil }
      var reader = StoredWordReader(body)
      let mayHaveMoved = reader.number() != 0
      let blocks = reader.list { $0.list { UInt64(bitPattern: $0.number()) } }
      return reader.hasFailed ? nil : (mayHaveMoved, blocks)
    }
    guard let found else { return nil }
    (mayHaveMoved, blocks) = found
  }

  /// Those of the run at `folder`; nil where what was decided when its events were read still holds.
  static func read(from folder: String) throws(FileFault) -> SettledMarks? {
    let path = folder + "/" + fileName
    let bytes: [UInt8]
    do throws(TableFileFault) {
      bytes = try TableFile.read(path)
    } catch {
      if error.code == ENOENT { return nil }
      throw FileFault(path: path, operation: .read, code: error.code)
    }
    guard let rows = SettledMarks(bytes) else { throw StoredEvents.damaged(path) }
    return rows
  }
}

extension StoredEvents {
  /// The name of the file beside an events file that says which events are settled, where that is not what was decided when they
  /// were read.
  public static let settledMarksName = SettledMarks.fileName

  /// The same events, of which those are settled that runs over them have left to be settled, each over some of them.
  ///
  /// `box` holds the events that these runs were given, nil for all, but for those in `others`: of what they were not given those are
  /// settled that were before.
  public func settled(
    by results: [RatingResult], in box: EventBox? = nil, exceptOf others: [EventBox] = []
  ) throws(FileFault) -> StoredEvents {
    var marks = SettledMarks(blockCount: blockOffsets.count)
    for result in results { if let some = result.ledger.settledMarks { marks.formUnion(some) } }
    if box == nil, others.isEmpty { return StoredEvents(self, settledMarks: marks) }
    if mayHaveMoved { marks.mayHaveMoved = true }
    var outside = others.map { EventSelection.settled(in: [$0], exceptOf: []) }
    if let box { outside.append(.settled(in: [], exceptOf: [box])) }
    try forEachChoice(outside) { rows, block in marks.add(rows, block: block) }
    return StoredEvents(self, settledMarks: marks)
  }

  /// How many events in one of some boxes, which are apart, were left to be settled. Complexity: O(events).
  public func settledCount(in boxes: [EventBox]) throws(FileFault) -> Int {
    var count = 0
    try forEachChoice(boxes.map { .settled(in: [$0], exceptOf: []) }) { rows, _ in count += rows.count }
    return count
  }

  /// Gives the rows of each block that selections choose.
  private func forEachChoice(
    _ selections: [EventSelection], _ body: (_ rows: [UInt16], _ block: Int) -> Void
  ) throws(FileFault) {
    let selections = selections.map { BlockSelection($0, self) }
    var rows: [UInt16] = []
    for number in blockOffsets.indices where try oversize(number) == nil {
      let block = try block(number)
      for selection in selections {
        selection.choose(block, number, into: &rows)
        body(rows, number)
      }
      release(behind: number)
    }
  }

  /// Whether events that are settled may belong to other accounts than when they were read.
  public var mayHaveMoved: Bool { settledMarks?.mayHaveMoved ?? false }

  /// Notes which events are settled, beside the documents of the run that has decided so.
  public func writeSettledMarks(to folder: PublishedFolder) throws(FileFault) {
    guard let settledMarks else { return }
    let writer = try folder.writer(SettledMarks.fileName, mode: 0o600)
    try writer.write(contentsOf: settledMarks.bytes())
    try writer.finish()
  }
}

extension EventSelection {
  /// Events that were left to be settled, in all of some boxes and in none of others.
  fileprivate static func settled(in limits: [EventBox], exceptOf excluded: [EventBox]) -> EventSelection {
    var selection = EventSelection()
    selection.takesLeavers = false
    selection.isSettled = true
    selection.limits = limits
    selection.excluded = excluded
    return selection
  }
}
