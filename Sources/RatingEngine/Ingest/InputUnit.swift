// A unit: a part of a file that one reader decodes from front to back, cut into chunks that end on a record.
//
// A file of one zstd frame, a gzip file and a pipe are one unit; frames and stretches of a plain file are units of their
// own. A record that two units share is put together when the file is complete: the head of each unit but the first
// and the tail of each but the last are kept for that.

import CMachine
import CXxhash
import Catalog
import Synchronization
import Tables

/// One part of an input. Its reader is one worker at a time (the scheduler's word).
final class InputUnit {
  /// What happened when a chunk was asked for.
  enum Filled {
    case chunk
    case end
  }

  unowned let file: FileContext
  let index: Int
  /// Nil when it was read to its end: what decoding needs is given back then, not when the run ends.
  private var stream: (any TextStream)?
  private var wasChecked = true
  /// Whether reading it is work.
  let isDecoding: Bool
  private let recordEnd: RecordEnd
  /// Whether the text begins in the middle of a record that the unit before began.
  private let beginsInsideRecord: Bool
  private var carry: [UInt8] = []
  private var oversize: OversizeTally?
  private var sequence = 0

  /// Text before the first record end; nil until it is known. Only where the unit begins inside a record.
  private(set) var head: [UInt8]?
  /// Whether any record ended in this unit.
  private(set) var hasRecordEnd = false
  /// Text after the last record end, complete when the unit is.
  private(set) var tail: [UInt8] = []
  /// Decoded bytes.
  private(set) var byteCount: Int64 = 0
  /// Records over the limit; those that were handed on have no bytes any more.
  private(set) var oversizeRecords: [OversizeRecord] = []
  private var handedOversize = 0
  private var oversizeSinceChunk = 0
  /// Records over the limit that may wait for a chunk to go with.
  private static let oversizeMax = 16
  /// Lines of each chunk, by sequence; set when the chunk was split.
  var lineCounts: [UInt32] { lines.withLock { $0 } }
  // Guards the line counts: the reader appends a chunk while the ledger's holder counts another.
  private let lines = Mutex<[UInt32]>([])
  /// Lines before the first chunk's text: skipped lines and headers.
  var headerLines = 0
  /// A header longer than this is none.
  private static let headerBytesMax = 1 << 20
  /// The hash of all decoded bytes, where the run needs it.
  private let hash: StreamHash?
  /// What an earlier run has read of it; nil for nothing.
  private(set) var beginning: KnownBeginning?
  /// Where a record over the limit begins that the text ended in; nil for none.
  private var openOversizeOffset: Int64?

  init(
    file: FileContext, index: Int, stream: any TextStream, beginsInsideRecord: Bool, recordBytesMax: Int,
    hashes: Bool, beginning: KnownBeginning? = nil
  ) {
    self.beginning = beginning
    self.file = file
    self.index = index
    self.stream = stream
    isDecoding = stream.isDecoding
    taken = Atomic(stream.storedOffset)
    self.beginsInsideRecord = beginsInsideRecord
    recordEnd = RecordEnd(file.format.dialect, bytesMax: recordBytesMax)
    hash = hashes ? StreamHash() : nil
    if !beginsInsideRecord { head = [] }
  }

  /// Adds a chunk whose lines are not counted yet; returns its sequence.
  func addChunk() -> Int {
    lines.withLock { lines in
      lines.append(0)
      return lines.count - 1
    }
  }

  /// Notes how many lines a chunk has.
  func setLineCount(_ count: Int, ofChunk sequence: Int) {
    lines.withLock { lines in
      if sequence < lines.count { lines[sequence] = UInt32(count) }
    }
  }

  /// Offset in the stored file up to which its reader has taken bytes; progress may ask for it at any time.
  var storedOffset: Int64 { taken.load(ordering: .relaxed) }
  private let taken: Atomic<Int64>
  /// Whether a checksum vouches for every byte decoded so far.
  var isChecked: Bool { stream?.isChecked ?? wasChecked }
  /// 128-bit hash of the decoded bytes so far; nil where the run needs none.
  var contentHash: StreamHash.Value? { keptHash ?? hash?.value }
  /// The hash of what is left after `leaveOut`.
  private var keptHash: StreamHash.Value?

  private func updateHash(_ bytes: UnsafeRawBufferPointer) {
    guard let hash else { return }
    guard beginning != nil else { return hash.update(bytes) }
    beginning?.take(bytes, from: byteCount, hash)
  }

  /// Decoded bytes up to the end of the last whole record, when all of it was read.
  var completeByteCount: Int64 { openOversizeOffset ?? byteCount - Int64(tail.count) }

  /// Where a file that has grown meanwhile ends for its reader: behind its last whole record, and not before what an earlier run has read,
  /// by which it is known.
  var wholeRecordsEnd: Int64 { max(completeByteCount, beginning?.endOfKept ?? 0) }

  /// Leaves out what begins at `end` and was not complete; `hash` is that of the bytes before.
  func leaveOut(from end: Int64, hash: StreamHash.Value) {
    if openOversizeOffset != nil {
      oversizeRecords.removeLast()
      openOversizeOffset = nil
    }
    tail = []
    byteCount = end
    keptHash = hash
  }

  /// Takes what an earlier run has read off the front of a chunk; false where nothing is left of it.
  func leavesNew(_ chunk: Chunk) -> Bool {
    guard let known = beginning?.knownCount(chunk, recordEnd), known > 0 else { return true }
    headerLines += cm_count_byte(chunk.text, known, recordEnd.lineEnd)
    chunk.text += known
    chunk.length -= known
    chunk.unitOffset += Int64(known)
    return chunk.length > 0
  }

  /// Fills `chunk` with whole records; `.end` when there are no more (the tail is left in `tail`).
  ///
  /// The first chunk has at least `headerLines` lines, so that a header is never cut, however few bytes a pipe gives.
  func fill(_ chunk: Chunk, headerLines: Int) throws(DamagedFile) -> Filled {
    while true {
      // Where long records follow each other, an empty chunk takes them along.
      if oversizeSinceChunk >= Self.oversizeMax, sequence > 0 {
        return hand(chunk, chunk.memory, 0, byteCount)
      }
      let held = carry.count
      chunk.reserve(held + chunk.textBytes)
      let room = chunk.memory + held
      guard let stream else { return try end() }
      let count = try stream.read(into: UnsafeMutableRawBufferPointer(start: room, count: chunk.textBytes))
      taken.store(stream.storedOffset, ordering: .relaxed)
      if count == 0 {
        wasChecked = stream.isChecked
        self.stream = nil
        return try end()
      }
      updateHash(UnsafeRawBufferPointer(start: room, count: count))
      let start = byteCount
      byteCount += Int64(count)
      var first = 0
      if oversize != nil || head == nil {
        // Only the next record end is of interest; what follows it is text again.
        let at = firstIndex(of: recordEnd.lineEnd, room, count)
        guard try skipTo(at, room, count) else { continue }
        first = at + 1
      }
      // Either the text follows what was skipped (then nothing is carried), or what was carried.
      let text = first > 0 ? room + first : chunk.memory
      if first == 0 {
        carry.withUnsafeBufferPointer { bytes in
          if let base = bytes.baseAddress { chunk.memory.update(from: base, count: bytes.count) }
        }
      }
      let length = room + count - text
      let textStart = first > 0 ? start + Int64(first) : start - Int64(held)
      guard let body = try bodyStart(text, length, headerLines: headerLines) else { continue }
      let cut =
        recordEnd.isMultiline
        ? recordEnd.last(text, from: body, until: length) ?? body - 1
        : cm_last_index(text, length, recordEnd.lineEnd)
      guard cut >= 0 else {
        keep(text, length, textStart)
        continue
      }
      hasRecordEnd = true
      let complete = cut + 1
      carry = Array(UnsafeBufferPointer(start: text + complete, count: length - complete))
      return hand(chunk, text, complete, textStart)
    }
  }

  private func hand(
    _ chunk: Chunk, _ text: UnsafeMutablePointer<UInt8>, _ length: Int, _ offset: Int64
  ) -> Filled {
    chunk.text = text
    chunk.length = length
    chunk.unitOffset = offset
    chunk.sequence = sequence
    chunk.unit = self
    sequence += 1
    oversizeSinceChunk = 0
    _ = addChunk()
    return .chunk
  }

  /// The records over the limit that were not handed on yet, with what is kept of their bytes.
  func takeOversize() -> [OversizeRecord] {
    let from = beginning?.readFrom ?? 0
    let fresh = oversizeRecords[handedOversize...].filter { $0.unitOffset >= from }
    for index in handedOversize..<oversizeRecords.count { oversizeRecords[index].head = [] }
    handedOversize = oversizeRecords.count
    return fresh
  }

  private func note(_ record: OversizeRecord) {
    oversizeRecords.append(record)
    oversizeSinceChunk += 1
  }

  /// Where the records of a text begin: after the header lines in the first one. Nil, and the text kept, where it does not
  /// hold all of them yet.
  private func bodyStart(
    _ text: UnsafeMutablePointer<UInt8>, _ length: Int, headerLines: Int
  ) throws(DamagedFile) -> Int? {
    guard index == 0, sequence == 0, headerLines > 0 else { return 0 }
    var at = 0
    for _ in 0..<headerLines {
      at += firstIndex(of: recordEnd.lineEnd, text + at, length - at)
      guard at < length else {
        if length > Self.headerBytesMax {
          throw DamagedFile(
            name: file.name, offset: 0,
            message: "has no end of its header in its first \(Self.headerBytesMax) bytes; "
              + "compare it with format '\(file.format.name)'", recordsRead: 0)
        }
        carry = Array(UnsafeBufferPointer(start: text, count: length))
        return nil
      }
      at += 1
    }
    return at
  }

  /// Takes bytes off the front of the tail: a header that no record follows.
  func dropFromTail(_ count: Int) { tail.removeFirst(min(count, tail.count)) }

  private func end() throws(DamagedFile) -> Filled {
    // A record over the limit that goes on in the next part: its length and hash can be told by one reader only.
    if oversize != nil, index < file.units.count - 1 { throw DamagedFile.needsOneReader(file.name) }
    if let last = oversize {
      let record = last.finish()
      note(record)
      openOversizeOffset = record.unitOffset
      oversize = nil
    }
    tail = carry
    carry = []
    if head == nil {
      // No record ended in the whole unit: all of it is head.
      head = tail
      tail = []
    }
    return .end
  }

  private func firstIndex(of byte: UInt8, _ text: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
    for at in 0..<count where text[at] == byte { return at }
    return count
  }

  /// Takes the bytes before a record end into the head or the oversize record; false where there was no record end.
  private func skipTo(
    _ at: Int, _ text: UnsafeMutablePointer<UInt8>, _ count: Int
  ) throws(DamagedFile) -> Bool {
    let part = UnsafeBufferPointer(start: UnsafePointer(text), count: at)
    if oversize != nil {
      oversize?.add(part)
      guard at < count, let done = oversize else { return false }
      note(done.finish())
      oversize = nil
      return true
    }
    carry.append(contentsOf: part)
    if at == count {
      // A head longer than any record: the file must be read by one reader.
      if recordEnd.isTooLong(carry.count) { throw DamagedFile.needsOneReader(file.name) }
      return false
    }
    carry.append(text[at])
    head = carry
    carry = []
    hasRecordEnd = true
    return true
  }

  /// No record ended: keeps the text for the next read, or begins an oversize record.
  private func keep(_ text: UnsafeMutablePointer<UInt8>, _ length: Int, _ start: Int64) {
    guard recordEnd.isTooLong(length) else {
      carry = Array(UnsafeBufferPointer(start: text, count: length))
      return
    }
    // The next line end is the record's own: quoted ones count as well past the limit.
    let bytes = UnsafeBufferPointer(start: UnsafePointer(text), count: length)
    let lineEnds = cm_count_byte(text, length, recordEnd.lineEnd)
    var tally = OversizeTally(
      unitOffset: start, sequence: sequence, lineCount: lineEnds + 1,
      isComment: recordEnd.isComment(UnsafePointer(text), length))
    tally.add(bytes)
    oversize = tally
    carry = []
  }
}

extension DamagedFile {
  private static let oneReader = "needs one reader"
  /// Not a damage: two parts of the file share a record that is too long to keep. The run begins again with one reader.
  static func needsOneReader(_ name: String) -> DamagedFile {
    DamagedFile(name: name, offset: 0, message: oneReader, recordsRead: 0)
  }
  /// Whether this is the sign to begin again with one reader.
  var asksForOneReader: Bool { message == Self.oneReader }
}

/// A streaming XXH3 hash of 128 bits. Owned by one reader.
final class StreamHash {
  private let state: OpaquePointer

  init() {
    guard let state = XXH3_createState() else { preconditionFailure("no memory for a hash state") }
    self.state = state
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func update(_ bytes: UnsafeRawBufferPointer) { XXH3_128bits_update(state, bytes.baseAddress, bytes.count) }

  /// 128 bits.
  typealias Value = (low: UInt64, high: UInt64)

  var value: Value {
    let hash = XXH3_128bits_digest(state)
    return (hash.low64, hash.high64)
  }
}
