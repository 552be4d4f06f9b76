// The keys of a finished run as a file, so that later runs recognise its records without its usage.
//
// Form: the 8 bytes "RMKEYS 1"; one entry of 20 bytes for each key and content, ascending by bytes: key (12), content (4), how
// many identical rows one input had at most (4), all big-endian; then 16 bytes XXH3-128 of everything before. The digit
// is the version of this form and of the hashes in it.

import DurableFiles
import Glibc

/// One key of an earlier run.
struct EarlierKey: BitwiseCopyable {
  var low: UInt64
  var high: UInt32
  var content: UInt32
  /// Identical rows that one input had at most: tells twins of formats without an id from copies.
  var copies: UInt32

  static let bytes = 20

  /// Order by key, then content; copies do not count.
  func precedes(_ other: EarlierKey) -> Bool {
    (low, high, content) < (other.low, other.high, other.content)
  }
}

/// Names and sizes of a key file.
enum KeyFile {
  static let name = "keys.bin"
  static let mark: [UInt8] = Array("RMKEYS 1".utf8)
  static let checkBytes = 16
}

/// Sorts the keys of a run and writes each with its content once. Used once.
struct KeyFileWriter {
  private let writer: CheckedWriter
  private let hash = StreamHash()
  private var buffer = KeyFile.mark
  private static let bufferBytes = 1 << 16

  /// Writes to `writer`, which belongs to this from now on.
  init(_ writer: CheckedWriter) { self.writer = writer }

  /// Writes everything that `sort` gives: entries whose keys are those of `sortKey`.
  mutating func write(_ sort: ExternalSort) throws(FileFault) {
    var pending: EarlierKey?
    var input: UInt32 = 0
    var copiesInInput: UInt32 = 0
    let cursor = try sort.cursor()
    while let entry = try cursor.next() {
      let (key, itsInput) = Self.key(entry.key)
      if let same = pending, same.low == key.low, same.high == key.high, same.content == key.content {
        copiesInInput = itsInput == input ? copiesInInput + 1 : 1
        pending?.copies = max(same.copies, copiesInInput)
      } else {
        if let pending { try append(pending) }
        pending = key
        copiesInInput = 1
      }
      input = itsInput
    }
    if let pending { try append(pending) }
    try finish()
  }

  /// Writes these keys, which ascend; equal ones are written once.
  mutating func write(_ sorted: [EarlierKey]) throws(FileFault) {
    var last: EarlierKey?
    for key in sorted {
      if let last, !last.precedes(key) { continue }
      try append(key)
      last = key
    }
    try finish()
  }

  /// Writes the keys that `next` gives until it gives none; they ascend, and no two are equal.
  mutating func write(_ next: () throws(FileFault) -> EarlierKey?) throws(FileFault) {
    while let key = try next() { try append(key) }
    try finish()
  }

  /// Bytes of an entry of the sort: key, content, number of the input.
  static let sortKeyBytes = 20

  /// Writes the key of an entry of the sort.
  static func fill(_ target: UnsafeMutableRawPointer, _ key: LoggedKey, input: UInt32) {
    target.storeBytes(of: key.low.bigEndian, as: UInt64.self)
    target.storeBytes(of: key.high.bigEndian, toByteOffset: 8, as: UInt32.self)
    target.storeBytes(of: key.content.bigEndian, toByteOffset: 12, as: UInt32.self)
    target.storeBytes(of: input.bigEndian, toByteOffset: 16, as: UInt32.self)
  }

  private static func key(_ bytes: UnsafeRawBufferPointer) -> (EarlierKey, input: UInt32) {
    let key = EarlierKey(
      low: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      high: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)),
      content: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)), copies: 1)
    return (key, UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
  }

  private mutating func append(_ key: EarlierKey) throws(FileFault) {
    withUnsafeBytes(of: key.low.bigEndian) { buffer += $0 }
    for word in [key.high, key.content, key.copies] { withUnsafeBytes(of: word.bigEndian) { buffer += $0 } }
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  private mutating func flush() throws(FileFault) {
    buffer.withUnsafeBytes { hash.update($0) }
    try writer.write(contentsOf: buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func finish() throws(FileFault) {
    try flush()
    let value = hash.value
    for word in [value.high, value.low] { withUnsafeBytes(of: word.bigEndian) { buffer += $0 } }
    try writer.write(contentsOf: buffer)
    try writer.finish()
  }
}
