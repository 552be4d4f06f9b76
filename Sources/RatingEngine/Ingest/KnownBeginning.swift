// The beginning of a file that has grown: what an earlier run has read of it is hashed and skipped.
//
// All of a file is decoded, because its hash is its name; parsed and rated is what an earlier run has not read. Where the last
// record of the beginning had no line end, it depends on what follows: a line end, and the record is the one that was read;
// anything else, and it was read too early.

import CMachine
import Catalog
import Tables
import UsageSummary

/// What is known of the front of a file while it is read. Owned by the reader of its only unit.
struct KnownBeginning {
  private let input: InputFile.Beginning
  /// The hash of the bytes up to its end; nil where the file has not come so far.
  private(set) var hash: (low: UInt64, high: UInt64)?
  /// Up to two bytes that follow it.
  private var following: [UInt8] = []

  init(_ input: InputFile.Beginning) { self.input = input }

  /// Records that begin before are known; 0 where all is to be read.
  var readFrom: Int64 {
    guard let end = input.end, end.isKept else { return 0 }
    return end.completeByteCount
  }

  /// Where it ends; 0 where all is to be read.
  var endOfKept: Int64 { readFrom > 0 ? input.byteCount : 0 }

  /// What later runs are told of it.
  var known: FileEnds.Known { FileEnds.Known(byteCount: input.byteCount, hash: Label(input.hash)) }

  /// Takes decoded bytes, which begin at `offset`, into `hash`.
  mutating func take(_ bytes: UnsafeRawBufferPointer, from offset: Int64, _ stream: StreamHash) {
    let left = input.byteCount - offset
    if hash == nil, left <= Int64(bytes.count) {
      stream.update(UnsafeRawBufferPointer(rebasing: bytes[..<Int(left)]))
      hash = stream.value
      stream.update(UnsafeRawBufferPointer(rebasing: bytes[Int(left)...]))
      following += bytes[Int(left)...].prefix(2)
    } else {
      stream.update(bytes)
      if hash != nil, following.count < 2 { following += bytes.prefix(2 - following.count) }
    }
  }

  /// How many bytes at the front of a chunk of whole records are known.
  func knownCount(_ chunk: Chunk, _ recordEnd: RecordEnd) -> Int {
    guard readFrom > 0, chunk.unitOffset <= readFrom else { return 0 }
    let known = Int(min(Int64(chunk.length), readFrom - chunk.unitOffset))
    guard known < chunk.length, input.byteCount > readFrom else { return known }
    // The record that had no line end: known as well, if it has one now.
    var end = known + Int(input.byteCount - readFrom)
    if end + 1 < chunk.length, chunk.text[end] == UInt8(ascii: "\r") { end += 1 }
    guard end < chunk.length, chunk.text[end] == recordEnd.lineEnd,
      !recordEnd.isMultiline || recordEnd.last(chunk.text, from: known, until: end + 1) == end
    else { return known }
    return end + 1
  }

  /// Whether the record that had no line end goes on.
  private func goesOn(_ lineEnd: UInt8) -> Bool {
    guard let first = following.first, first != lineEnd else { return false }
    return first != UInt8(ascii: "\r") || (following.count > 1 && following[1] != lineEnd)
  }

  /// What is wrong with the file, when all of it was read; nil for nothing.
  func fault(_ name: String, lineEnd: UInt8) -> DamagedFile? {
    // A shorter file is another one.
    guard let hash else { return readFrom > 0 ? .needsWholeReading(name) : nil }
    func fault(_ message: String) -> DamagedFile {
      DamagedFile(name: name, offset: -1, message: message, recordsRead: 0)
    }
    if RatingResult.hashText(hash) != input.hash {
      return fault(
        "its first \(input.byteCount) bytes are not those that \(input.reader) has read: a file that grows "
          + "must keep what it has; if it is another file, give it another name (a copy)")
    }
    guard let end = input.end, end.endsInOpenEvent, goesOn(lineEnd) else { return nil }
    var damage = fault(
      "its record at byte \(end.completeByteCount) goes on, but \(input.reader) has read it without its end, and counts it; revoke "
        + "\(input.reader) and rate the file again")
    damage.goesOnAt = end.completeByteCount
    return damage
  }
}

extension FileContext {
  /// Compares the beginning of a file that has grown with what it was when it was read before; when all of it was read.
  func checkBeginning() throws(DamagedFile) {
    if let fault = units.first?.beginning?.fault(name, lineEnd: format.dialect.lineEnd) { throw fault }
  }
}

extension DamagedFile {
  private static let wholeReading = "needs a whole reading"
  /// Not a damage: the beginning of the file cannot be left out. The run begins again and reads all of it.
  static func needsWholeReading(_ name: String) -> DamagedFile {
    DamagedFile(name: name, offset: 0, message: wholeReading, recordsRead: 0)
  }
  /// Whether this is the sign to begin again and read all of the file.
  var asksForWholeReading: Bool { message == Self.wholeReading }
}

extension AssignedFile {
  /// Whether what comes behind its beginning can be read without it.
  ///
  /// Trailers, control files and promises count all records of a file, and of several rows of one call the choice is among all of them.
  func canBeReadOn(_ catalog: Catalog, _ options: RatingOptions) -> Bool {
    guard let end = input.beginning?.end, end.isKept, options.findsDuplicates, options.hashesInputs else {
      return false
    }
    let source = catalog.sources[sourceIndex]
    let format = catalog.formats[source.formatIndex]
    return source.name.description == end.source && source.control.isEmpty && format.trailer == nil
      && format.legs == nil
      && options.expectedRecords == nil
  }

  /// The file, to be read from its first record on; what it must begin with stays.
  var readWhole: AssignedFile {
    var file = self
    file.input.beginning?.end?.isKept = false
    return file
  }
}
