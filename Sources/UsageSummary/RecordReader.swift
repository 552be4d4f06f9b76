// Splits a table of ours into records and cells, strictly: what our writer would not have written is a fault.
//
// Comma, LF, quotes only as RFC 4180 has them. The lenient scanner for the exports of others is in `RatingEngine/Parse`.

import Glibc

/// Reads one record after the other, with the place of every cell.
///
/// A record is first found whole in the buffer, then split there; only cells with quotes are copied. Memory: two buffers,
/// at most `recordBytesMax` and a read each. A structure, because the checked access to the fields of a class costs more than
/// the splitting.
struct RecordReader: ~Copyable {
  // Far above any record of a summary or digest; keeps a hostile file from filling memory.
  private let recordBytesMax: Int
  /// The limit of tables without the records of others in them.
  static let recordBytesMaxDefault = 1 << 20
  private static let readBytes = 256 << 10

  /// The file.
  let file: DecodedFile
  /// Bytes of the cells of the current record, quotes undone; they hold until `next` is called again.
  private(set) var cells: [UnsafeBufferPointer<UInt8>] = []
  /// Line in which the current record begins, from 1.
  private(set) var line = 0
  /// Whether there is a quote in the current record.
  private(set) var hasQuote = false

  private var buffer: UnsafeMutableBufferPointer<UInt8>
  // Whether the buffer is not to grow nor to be given back: it holds all there is.
  private let isStretch: Bool
  // Cells of the current record whose quotes were undone.
  private var unquoted = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: readBytes)
  // Where the cells of the current record begin in it.
  private var offsets: [Int] = []
  // What is read and not yet given out.
  private var available = 0..<0
  private var nextLine = 1
  // The current record in the buffer, with its LF.
  private var record = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

  /// Reads from `file`.
  init(file: DecodedFile, recordBytesMax: Int = recordBytesMaxDefault) {
    self.file = file
    self.recordBytesMax = recordBytesMax
    buffer = .allocate(capacity: Self.readBytes)
    isStretch = false
  }

  /// Reads records that lie in memory, which stays as it is meanwhile; messages call their file `name`.
  init(stretch: UnsafeMutableBufferPointer<UInt8>, of name: String) {
    file = DecodedFile(decodedElsewhere: name)
    recordBytesMax = Self.recordBytesMaxDefault
    buffer = stretch
    isStretch = true
    available = 0..<stretch.count
  }

  deinit {
    if !isStretch { buffer.deallocate() }
    unquoted.deallocate()
  }

  /// Goes to the next record and splits it into `cells`; false at the end of the file.
  mutating func next() throws(UsageFolderFault) -> Bool {
    guard try nextUnsplit() else { return false }
    try splitCells()
    return true
  }

  /// Goes to the next record without looking into it, beyond `hasQuote`; false at the end of the file.
  mutating func nextUnsplit() throws(UsageFolderFault) -> Bool {
    line = nextLine
    guard let count = try findRecord() else { return false }
    let end = available.lowerBound + count
    record = UnsafeMutableBufferPointer(rebasing: buffer[available.lowerBound..<end])
    available = end..<available.upperBound
    return true
  }

  /// Splits the current record into `cells`.
  mutating func splitCells() throws(UsageFolderFault) {
    cells.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    if let offset = split() { throw fault(at: offset, "a quote, comma or line end is not where it belongs") }
  }

  /// The bytes of the current record with its LF; they hold until `next` is called again.
  var bytes: UnsafeBufferPointer<UInt8> { @inline(__always) get { UnsafeBufferPointer(record) } }

  /// A fault at cell `index` of the current record, which was split.
  func fault(cell index: Int, _ message: String) -> UsageFolderFault {
    fault(at: offsets[index], message)
  }

  /// A fault at the current record as a whole.
  func fault(_ message: String) -> UsageFolderFault { fault(line: line, column: 0, message) }

  // A fault at that byte of the record.
  private func fault(at offset: Int, _ message: String) -> UsageFolderFault {
    let before = record[..<offset]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = before.count { $0 == UInt8(ascii: "\n") }
    return fault(line: line + lines, column: offset - lineStart + 1, message)
  }

  private func fault(line: Int, column: Int, _ message: String) -> UsageFolderFault {
    UsageFolderFault(.doesNotMeet, file: file.name, line: line, column: column, message: message)
  }
}

// Finding a record.
extension RecordReader {
  // The bytes of the next record with its LF, all of them at the beginning of what is available; nil at the end of the
  // file. A quote opens or closes, and a doubled one does both, so a LF ends the record where quotes are even.
  private mutating func findRecord() throws(UsageFolderFault) -> Int? {
    var scanned = 0
    var isQuoted = false
    hasQuote = false
    while true {
      let part = UnsafeBufferPointer(rebasing: buffer[available.lowerBound + scanned..<available.upperBound])
      if let end = Self.recordEnd(part, &isQuoted, &hasQuote, &nextLine) { return scanned + end }
      scanned += part.count
      guard scanned <= recordBytesMax else {
        throw fault(line: line, column: 0, "the record is over 1 MiB")
      }
      if try !refill() {
        if scanned == 0 { return nil }
        record = UnsafeMutableBufferPointer(rebasing: buffer[available])
        throw fault(at: scanned, "the file ends inside a line")
      }
    }
  }

  // One past the LF that ends the record.
  private static func recordEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, _ isQuoted: inout Bool, _ hasQuote: inout Bool, _ line: inout Int
  ) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    var from = 0
    while from < bytes.count {
      let found = memchr(base + from, 0x0A, bytes.count - from).map {
        UnsafeRawPointer($0) - UnsafeRawPointer(base)
      }
      let end = found.map { $0 + 1 } ?? bytes.count
      // Nearly every record is one line without a quote.
      if memchr(base + from, 0x22, end - from) != nil {
        hasQuote = true
        for byte in bytes[from..<end] where byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      }
      guard found != nil else { return nil }
      line += 1
      if !isQuoted { return end }
      from = end
    }
    return nil
  }

  // Moves what is left to the front and reads more behind it; false at the end of the file.
  private mutating func refill() throws(UsageFolderFault) -> Bool {
    if isStretch { return false }
    let left = available.count
    if buffer.count - left < Self.readBytes {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * buffer.count)
      _ = larger.update(fromContentsOf: buffer[available])
      buffer.deallocate()
      buffer = larger
    } else if let base = buffer.baseAddress {
      memmove(base, base + available.lowerBound, left)
    }
    let free = UnsafeMutableBufferPointer(rebasing: buffer[left...])
    let count = try file.read(into: UnsafeMutableRawBufferPointer(free))
    available = 0..<left + count
    return count > 0
  }
}

// Splitting a record.
extension RecordReader {
  // Makes the cells of the record; the offset of a byte that is not where it belongs, or nil.
  private mutating func split() -> Int? {
    let record = UnsafeBufferPointer(record)
    var offset = 0
    var unquotedCount = 0
    while true {
      offsets.append(offset)
      let end: Int
      if record[offset] == UInt8(ascii: "\"") {
        let target = UnsafeMutableBufferPointer(rebasing: roomForUnquoted()[unquotedCount...])
        let (length, close) = Self.unquote(record, from: offset + 1, to: target)
        cells.append(UnsafeBufferPointer(rebasing: target[..<length]))
        unquotedCount += length
        end = close
      } else {
        end = Self.plainEnd(record, from: offset)
        cells.append(UnsafeBufferPointer(rebasing: record[offset..<end]))
      }
      if end == record.count - 1 { return nil }
      guard record[end] == UInt8(ascii: ",") else { return end }
      // Behind a comma there is another cell, if only an empty one before the LF.
      offset = end + 1
    }
  }

  // All cells of a record together are shorter than it; only the first use of a record may find it too small.
  private mutating func roomForUnquoted() -> UnsafeMutableBufferPointer<UInt8> {
    if unquoted.count < record.count {
      unquoted.deallocate()
      unquoted = .allocate(capacity: buffer.count)
    }
    return unquoted
  }

  // The offset of the comma, LF, or misplaced byte that ends a cell without quotes.
  private static func plainEnd(_ record: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var offset = start
    while true {
      switch record[offset] {
      case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\""): return offset
      default: offset += 1
      }
    }
  }

  // Undoes the quotes of a cell from behind the opening one; the length of the cell, and the offset behind its closing
  // quote. Quotes of a record are even, so there is a closing one.
  private static func unquote(
    _ record: UnsafeBufferPointer<UInt8>, from start: Int, to target: UnsafeMutableBufferPointer<UInt8>
  ) -> (length: Int, close: Int) {
    var read = start
    var length = 0
    while true {
      if record[read] == UInt8(ascii: "\"") {
        guard record[read + 1] == UInt8(ascii: "\"") else { return (length, read + 1) }
        read += 1
      }
      target[length] = record[read]
      length += 1
      read += 1
    }
  }
}
