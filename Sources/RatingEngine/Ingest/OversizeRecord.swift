// Records over the limit: what is kept of them, however many bytes go by.

import UsageSummary

/// A record longer than the limit: what is kept of it.
struct OversizeRecord {
  /// How much of it is kept.
  static let headBytes = 64 << 10

  var unitOffset: Int64
  /// Number of the chunk in its unit that comes after it.
  var sequence: Int
  /// Line ends that it holds, its own included.
  var lineCount: Int
  /// Whether it is a comment: lines, but no record.
  var isComment: Bool
  /// Bytes without the line end.
  var length: Int64
  var head: [UInt8]
  /// SHA-256 of the whole record, 64 hex digits.
  var hash: String

  /// A record that is at hand whole, without its line end.
  init(_ bytes: UnsafeBufferPointer<UInt8>, unitOffset: Int64, sequence: Int) {
    var tally = OversizeTally(
      unitOffset: unitOffset, sequence: sequence, lineCount: 0, isComment: false)
    tally.add(bytes)
    self = tally.finish()
  }

  fileprivate init(unitOffset: Int64, sequence: Int, lineCount: Int, isComment: Bool) {
    self.unitOffset = unitOffset
    self.sequence = sequence
    self.lineCount = lineCount
    self.isComment = isComment
    length = 0
    head = []
    hash = ""
  }
}

/// Takes the bytes of one record over the limit, piece by piece as they are read.
struct OversizeTally {
  private var record: OversizeRecord
  private var hash = SHA256()
  /// Whether the last byte was a CR, which belongs to the record only if another byte follows.
  private var endsWithReturn = false

  init(unitOffset: Int64, sequence: Int, lineCount: Int, isComment: Bool) {
    record = OversizeRecord(
      unitOffset: unitOffset, sequence: sequence, lineCount: lineCount, isComment: isComment)
  }

  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let last = bytes.last else { return }
    if endsWithReturn { [UInt8(ascii: "\r")].withUnsafeBufferPointer { put($0) } }
    endsWithReturn = last == UInt8(ascii: "\r")
    put(UnsafeBufferPointer(rebasing: endsWithReturn ? bytes.dropLast() : bytes[...]))
  }

  private mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
    record.length += Int64(bytes.count)
    record.head.append(contentsOf: bytes.prefix(OversizeRecord.headBytes - record.head.count))
    hash.update(UnsafeRawBufferPointer(bytes))
  }

  /// The record, when its line end or the end of the text was met.
  func finish() -> OversizeRecord {
    var record = self.record
    record.hash = hash.hexDigest()
    return record
  }
}
