// The rows of the rated detail, in bounded memory, in the order of the file.

import DurableFiles

/// Collects detail rows and gives them back in order. One owner at a time.
final class DetailSort {
  private let sort: ExternalSort

  init(memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  /// Whether rows are on disk.
  var hasSpilled: Bool { sort.hasSpilled }

  /// Adds the rows of a record.
  ///
  /// - Parameter tag: its index in the log of keys, under which it can be taken back; −1 where keys are not logged.
  func append(_ row: DetailRecord, _ unit: InputUnit, sequence: Int, tag: Int) throws(FileFault) {
    let address = StoredDetail.Address(row, unit, sequence: sequence)
    let keyBytes = row.sortKey.count
    let payloadBytes = row.furtherTexts.reduce(4 + row.text.count) { $0 + 4 + $1.count }
    try sort.append(
      tag: Int64(tag), keyBytes: keyBytes + StoredDetail.Address.byteCount, payloadBytes: payloadBytes
    ) { target in
      row.sortKey.withUnsafeBytes {
        target.copyMemory(from: $0.baseAddress.unsafelyUnwrapped, byteCount: keyBytes)
      }
      address.store(into: target + keyBytes)
      var next = StoredDetail.store(row.text, into: target + keyBytes + StoredDetail.Address.byteCount)
      for text in row.furtherTexts { next = StoredDetail.store(text, into: next) }
    }
  }

  /// Adds a row by its whole key, which ends with its address.
  func append(key: [UInt8], text: [UInt8]) throws(FileFault) {
    try sort.append(keyBytes: key.count, payloadBytes: 4 + text.count) { target in
      key.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress { target.copyMemory(from: base, byteCount: bytes.count) }
      }
      _ = StoredDetail.store(text, into: target + key.count)
    }
  }

  /// Takes back the rows with these tags: records that turned out to be the duplicate.
  func remove(_ tags: TagSort) throws(FileFault) { try sort.remove(tags) }

  /// Calls `body` with every row in order. Complexity: O(n log n).
  func forEach(_ body: (StoredDetail) throws(FileFault) -> Void) throws(FileFault) {
    try sort.forEach { entry throws(FileFault) in try body(StoredDetail(entry)) }
  }
}
