// Detail of settled events: what the record says meets what its parts come to, in bounded memory.

import DurableFiles

/// Joins the beginnings of rows with their parts by the places of the records. One owner at a time.
///
/// A record without parts turned out to be a duplicate, and has no row.
final class SettledDetail {
  private let sort: ExternalSort
  private static let partMark: UInt8 = 1

  init(memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  /// Adds what the record says.
  func append(_ row: DetailRecord, _ unit: InputUnit, sequence: Int, place: Int) throws(FileFault) {
    let address = StoredDetail.Address(row, unit, sequence: sequence)
    var payload = [UInt8](repeating: 0, count: StoredDetail.Address.byteCount)
    payload.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { address.store(into: base) }
    }
    withUnsafeBytes(of: UInt32(row.sortKey.count).littleEndian) { payload += $0 }
    payload += row.sortKey
    payload += row.text
    try sort.append(key: Self.key(place, mark: 0, number: 0), payload: payload)
  }

  /// One part of an event, by its place, in order.
  struct Part {
    var place: Int
    var number: Int
    var text: [UInt8]
  }

  /// Adds what a part comes to.
  func append(_ part: Part) throws(FileFault) {
    try sort.append(key: Self.key(part.place, mark: Self.partMark, number: part.number), payload: part.text)
  }

  private static func key(_ place: Int, mark: UInt8, number: Int) -> [UInt8] {
    var key: [UInt8] = []
    withUnsafeBytes(of: UInt64(place).bigEndian) { key += $0 }
    key.append(mark)
    withUnsafeBytes(of: UInt32(number).bigEndian) { key += $0 }
    return key
  }

  /// Adds the rows of all parts to `detail`; nothing can be added after.
  func finish(into detail: DetailSort) throws(FileFault) {
    var head: [UInt8] = []
    try sort.forEach { entry throws(FileFault) in
      if entry.key[8] != Self.partMark {
        head = Array(entry.payload)
        return
      }
      try detail.append(head: head, part: Array(entry.payload), number: Array(entry.key[9...]))
    }
    sort.release()
  }
}

extension DetailSort {
  /// Adds the row of a part: what `SettledDetail` keeps of its record, and its own cells.
  fileprivate func append(head: [UInt8], part: [UInt8], number: [UInt8]) throws(FileFault) {
    let addressBytes = StoredDetail.Address.byteCount
    let keyBytes = (0..<4).reduce(0) { $0 | Int(head[addressBytes + $1]) << (8 * $1) }
    let keyEnd = addressBytes + 4 + keyBytes
    // Parts of one record follow each other: their number stands before the address, which is the end of the key.
    let key = Array(head[(addressBytes + 4)..<keyEnd]) + number + head[..<addressBytes]
    try append(key: key, text: Array(head[keyEnd...]) + part)
  }
}
