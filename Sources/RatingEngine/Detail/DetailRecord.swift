// Rows of the rated detail on their way to the file: their place in the order, their text, and where their record is.

import DurableFiles

/// A detail row as a chunk hands it on.
struct DetailRecord {
  /// Account, service, start and record key as bytes, each ended so that bytes compare as the columns do.
  var sortKey: [UInt8]
  /// The row's cells up to `file`, without the comma before it.
  var text: [UInt8]
  /// Those of further rows: of an event that went through several bands, each part has one.
  var furtherTexts: [[UInt8]] = []
  var lineInChunk: UInt32
  /// Of a stored event, where a run names records by their first copies: the place by which it is named.
  var place: FirstCopies.NamedPlace?
}

/// The rows of one record, or of one part of it, that were read back; valid until the next.
struct StoredDetail {
  /// Where its record is. Written high byte first at the end of the key: rows with equal columns are told apart by it.
  struct Address {
    var file: UInt32
    var unit: UInt32
    var sequence: UInt32
    var lineInChunk: UInt32

    static let byteCount = 4 * 4

    /// Where a record is that a chunk hands on; named records stand by the numbers of names and by the lines of files.
    init(_ record: DetailRecord, _ unit: InputUnit, sequence: Int) {
      if let place = record.place {
        self.init(
          file: place.name, unit: 0, sequence: 0, lineInChunk: UInt32(truncatingIfNeeded: place.linesBefore))
      } else {
        self.init(
          file: UInt32(unit.file.index), unit: UInt32(unit.index), sequence: UInt32(sequence),
          lineInChunk: record.lineInChunk)
      }
    }

    init(file: UInt32, unit: UInt32, sequence: UInt32, lineInChunk: UInt32) {
      (self.file, self.unit, self.sequence, self.lineInChunk) = (file, unit, sequence, lineInChunk)
    }

    func store(into target: UnsafeMutableRawPointer) {
      for (index, value) in [file, unit, sequence, lineInChunk].enumerated() {
        target.storeBytes(of: value.bigEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
  }

  let address: Address
  /// Rows one after the other, each behind its length.
  private let texts: UnsafeRawBufferPointer

  init(_ entry: SortEntry) {
    let key = entry.key
    let at = key.count - Address.byteCount
    func word(_ index: Int) -> UInt32 {
      UInt32(bigEndian: key.loadUnaligned(fromByteOffset: at + 4 * index, as: UInt32.self))
    }
    address = Address(file: word(0), unit: word(1), sequence: word(2), lineInChunk: word(3))
    texts = entry.payload
  }

  /// Calls `body` with the text of every row.
  func forEachText(_ body: (UnsafeRawBufferPointer) throws(FileFault) -> Void) throws(FileFault) {
    var at = 0
    while at < texts.count {
      let length = Int(texts.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      try body(UnsafeRawBufferPointer(rebasing: texts[(at + 4)..<(at + 4 + length)]))
      at += 4 + length
    }
  }

  /// Writes a text behind its length; returns where the next goes.
  static func store(_ text: [UInt8], into target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    target.storeBytes(of: UInt32(text.count), as: UInt32.self)
    text.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { (target + 4).copyMemory(from: base, byteCount: bytes.count) }
    }
    return target + 4 + text.count
  }
}
