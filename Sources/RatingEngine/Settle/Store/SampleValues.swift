// The values of a gauge's samples by item, put in order on disk: what percentiles are counted off from.

import DurableFiles

/// Sorts values item by item. One gauge at a time.
///
/// How many values an item has stands in front of them, so that one walk finds the rank.
final class SampleValues {
  private let sort: ExternalSort
  private var key: [UInt8] = []
  /// The item at hand, and how many values of it came.
  private var item: UInt32 = 0
  private var itemCount: Int64 = 0
  private static let countMark: UInt8 = 0
  private static let valueMark: UInt8 = 1

  init(memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  /// Takes the value of a sample; samples come item by item.
  func add(_ sample: GaugeSample) throws(FileFault) {
    if sample.item != item { try endItem() }
    item = sample.item
    itemCount += 1
    // Values below 0 come first.
    try append(Self.valueMark, UInt64(bitPattern: sample.value) ^ 1 << 63)
  }

  private func endItem() throws(FileFault) {
    if itemCount > 0 { try append(Self.countMark, UInt64(itemCount)) }
    itemCount = 0
  }

  private func append(_ mark: UInt8, _ number: UInt64) throws(FileFault) {
    key.removeAll(keepingCapacity: true)
    withUnsafeBytes(of: item.bigEndian) { key.append(contentsOf: $0) }
    key.append(mark)
    withUnsafeBytes(of: number.bigEndian) { key.append(contentsOf: $0) }
    try sort.append(key: key, payload: [])
  }

  /// The 95th percentiles of all items together, and that of one of them; there are no values after. Complexity: O(n log n).
  func percentile95(of watched: UInt32? = nil) throws(FileFault) -> (sum: Int64, ofItem: Int64) {
    try endItem()
    var percentiles = PercentileSum()
    var ofItem = PercentileSum()
    try sort.forEach { entry throws(FileFault) in
      let item = UInt32(bigEndian: entry.key.loadUnaligned(as: UInt32.self))
      let number = UInt64(bigEndian: entry.key.loadUnaligned(fromByteOffset: 5, as: UInt64.self))
      if entry.key[4] == Self.countMark {
        percentiles.beginItem(count: Int64(number))
        if item == watched { ofItem.beginItem(count: Int64(number)) }
      } else {
        percentiles.add(Int64(bitPattern: number ^ 1 << 63))
        if item == watched { ofItem.add(Int64(bitPattern: number ^ 1 << 63)) }
      }
    }
    sort.release()
    return (percentiles.sum, ofItem.sum)
  }
}
