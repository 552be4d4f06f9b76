// A record over the limit as a block of its own: such records stand between chunks.

import DurableFiles

/// What is kept of a record over the limit. Form: the head of a block with no events; length of the record and number of kept
/// bytes, a word each; its SHA-256 as 64 hex digits; the kept bytes, and zeros up to a multiple of 8.
struct OversizeBlock {
  var length: Int64
  var bytes: [UInt8]
  var hash: String
  /// Number of its input, and where it stands in it; known in blocks of a file.
  var file = 0
  var line: Int64 = 0
  var offset: Int64 = 0

  private static let hashBytes = 64

  init(_ record: OversizeRecord) {
    length = record.length
    bytes = record.head
    hash = record.hash
  }

  /// Reads a block; nil where it is none.
  init?(at base: UnsafeRawPointer, bytesLeft: Int) {
    let first = EventBlock.Head.bytes + 16 + Self.hashBytes
    guard bytesLeft >= first else { return nil }
    let head = EventBlock.Head(at: base)
    length = base.loadUnaligned(fromByteOffset: EventBlock.Head.bytes, as: Int64.self)
    let count = base.loadUnaligned(fromByteOffset: EventBlock.Head.bytes + 8, as: Int64.self)
    guard head.byteCount <= bytesLeft, count >= 0, count <= Int64(head.byteCount - first) else { return nil }
    let hash = UnsafeRawBufferPointer(start: base + (first - Self.hashBytes), count: Self.hashBytes)
    self.hash = String(decoding: hash, as: UTF8.self)
    bytes = Array(UnsafeRawBufferPointer(start: base + first, count: Int(count)))
    file = head.file
    line = head.linesBefore
    offset = head.bytesBefore
  }

  /// The block, but for what the end of a run tells.
  var words: [UInt64] {
    precondition(hash.utf8.count == Self.hashBytes, "a SHA-256 has 64 hex digits")
    let first = EventBlock.Head.bytes + 16 + Self.hashBytes
    var all = [UInt8](repeating: 0, count: (first + bytes.count + 7) / 8 * 8)
    var head = EventBlock.Head()
    head.byteCount = all.count
    all.withUnsafeMutableBytes { target in
      guard let base = target.baseAddress else { return }
      head.store(at: base)
      base.storeBytes(of: length, toByteOffset: EventBlock.Head.bytes, as: Int64.self)
      base.storeBytes(of: Int64(bytes.count), toByteOffset: EventBlock.Head.bytes + 8, as: Int64.self)
      let texts = Array(hash.utf8) + bytes
      for (index, byte) in texts.enumerated() { target[EventBlock.Head.bytes + 16 + index] = byte }
    }
    return all.withUnsafeBytes { bytes in
      (0..<(bytes.count / 8)).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
  }
}

extension RunLedger {
  /// Takes a record over the limit of a stored input back into suspense.
  func take(_ record: OversizeBlock, of file: FileContext) throws(FileFault) {
    countOversize(file: file.index)
    let entry = SuspenseEntry(
      reason: .recordTooLong, faultField: FieldRoleName.none,
      lineInChunk: UInt32(truncatingIfNeeded: record.line), offsetInChunk: record.offset,
      length: record.length, bytes: record.bytes, hash: record.hash)
    try suspense?.append(entry, file.units[0], sequence: 0, unitOffset: 0, tag: -1)
  }
}
