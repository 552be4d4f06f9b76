// One row of the rated detail on its way to the file: its place in the order, its text, and where its record is.

/// A detail row as a chunk hands it on.
struct DetailRecord {
  /// Account, service, start and record key as bytes, each ended so that bytes compare as the columns do.
  var sortKey: [UInt8]
  /// The row's cells up to `file`, without the comma before it.
  var text: [UInt8]
  var lineInChunk: UInt32
}

/// A detail row that was read back; its text is valid until the next.
struct StoredDetail {
  /// Where its record is. Written high byte first at the end of the key: rows with equal columns are told apart by it.
  struct Address {
    var file: UInt32
    var unit: UInt32
    var sequence: UInt32
    var lineInChunk: UInt32

    static let byteCount = 4 * 4

    func store(into target: UnsafeMutableRawPointer) {
      for (index, value) in [file, unit, sequence, lineInChunk].enumerated() {
        target.storeBytes(of: value.bigEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
  }

  let address: Address
  let text: UnsafeRawBufferPointer

  init(_ entry: SortEntry) {
    let key = entry.key
    let at = key.count - Address.byteCount
    func word(_ index: Int) -> UInt32 {
      UInt32(bigEndian: key.loadUnaligned(fromByteOffset: at + 4 * index, as: UInt32.self))
    }
    address = Address(file: word(0), unit: word(1), sequence: word(2), lineInChunk: word(3))
    text = entry.payload
  }
}
