// One row of the rated detail on its way to the file: its place in the order, its text, and where its record is.

import DurableFiles

/// A detail row. Rows are kept and sorted as bytes: the order of the file is the order of `sortKey`.
struct DetailRecord {
  /// Account, service, start and record key as bytes, each ended so that bytes compare as the columns do.
  var sortKey: [UInt8]
  /// The row's cells up to `file`, without the comma before it.
  var text: [UInt8]
  /// Index in the log of keys: −1 where keys are not logged.
  var logIndex: Int64 = -1
  var fileIndex: UInt32 = 0
  var unitIndex: UInt32 = 0
  var sequence: UInt32 = 0
  var lineInChunk: UInt32

  /// Bytes of the fixed part of a stored record: two lengths and the address.
  static let headBytes = 4 + 4 + 8 + 4 * 4

  /// Bytes of the stored record.
  var storedBytes: Int { Self.headBytes + sortKey.count + text.count }

  /// Appends the stored form.
  func store(into bytes: inout [UInt8]) {
    func put(_ value: UInt32) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    put(UInt32(sortKey.count))
    put(UInt32(text.count))
    withUnsafeBytes(of: logIndex.littleEndian) { bytes.append(contentsOf: $0) }
    put(fileIndex)
    put(unitIndex)
    put(sequence)
    put(lineInChunk)
    bytes += sortKey
    bytes += text
  }

  /// Reads the next stored record; nil at the end.
  static func load(from reader: SpillReader) throws(FileFault) -> DetailRecord? {
    guard let stored = try reader.next(headBytes) else { return nil }
    let head = Array(stored)
    func word(_ at: Int) -> UInt32 {
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(head[at + $1]) << UInt32(8 * $1) }
    }
    let logIndex = (0..<8).reduce(UInt64(0)) { $0 | UInt64(head[8 + $1]) << UInt64(8 * $1) }
    let body = try reader.next(Int(word(0)) + Int(word(4))).map { Array($0) } ?? []
    return DetailRecord(
      sortKey: Array(body[..<Int(word(0))]), text: Array(body[Int(word(0))...]),
      logIndex: Int64(bitPattern: logIndex),
      fileIndex: word(16), unitIndex: word(20), sequence: word(24), lineInChunk: word(28))
  }

  /// Order of the file; equal keys are told apart by where their records are.
  static func precedes(_ a: DetailRecord, _ b: DetailRecord) -> Bool {
    if a.sortKey != b.sortKey { return a.sortKey.lexicographicallyPrecedes(b.sortKey) }
    return (a.fileIndex, a.unitIndex, a.sequence, a.lineInChunk) < (
      b.fileIndex, b.unitIndex, b.sequence, b.lineInChunk
    )
  }
}
