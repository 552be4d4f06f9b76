// Where a suspended record is in its decoded file: line and byte offset, known when the file is complete.

/// Line and offset of a suspended record.
struct SuspenseAddress {
  /// Line in the decoded file, from 1.
  var line: Int
  /// Offset of its first byte in the decoded file.
  var byteOffset: Int64

  /// Resolves the address. Complexity: O(units + chunks before it).
  init(_ placed: PlacedSuspense) {
    var lines = 0
    var bytes: Int64 = 0
    for unit in placed.unit.file.units.prefix(placed.unit.index) {
      lines += unit.headerLines + unit.lineCounts.reduce(0) { $0 + Int($1) } + unit.oversizeRecords.count
      bytes += unit.byteCount
    }
    lines += placed.unit.headerLines
    lines += placed.unit.lineCounts.prefix(placed.sequence).reduce(0) { $0 + Int($1) }
    // A record over the limit is a line of no chunk.
    lines +=
      placed.unit.oversizeRecords.filter { $0.line <= placed.sequence && $0.unitOffset < placed.offset }.count
    line = lines + Int(placed.entry.lineInChunk) + 1
    byteOffset = bytes + placed.offset
  }
}
