// Where a suspended record is in its decoded file: line and byte offset, known when the file is complete.

/// Line and offset of a suspended record.
struct SuspenseAddress {
  /// Line in the decoded file, from 1.
  var line: Int
  /// Offset of its first byte in the decoded file.
  var byteOffset: Int64

  /// Resolves the address. Complexity: O(units + chunks before it).
  init(_ placed: PlacedSuspense) {
    let bytes = placed.unit.file.units.prefix(placed.unit.index).reduce(Int64(0)) { $0 + $1.byteCount }
    line = Self.line(
      in: placed.unit, sequence: placed.sequence, lineInChunk: Int(placed.entry.lineInChunk),
      unitOffset: placed.offset)
    byteOffset = bytes + placed.offset
  }

  /// Line of a record in its decoded file, from 1. `unitOffset` tells records over the limit apart that stand between the
  /// same chunks; any large number for records of chunks.
  static func line(in unit: InputUnit, sequence: Int, lineInChunk: Int, unitOffset: Int64) -> Int {
    var lines = 0
    for before in unit.file.units.prefix(unit.index) {
      lines +=
        before.headerLines + before.lineCounts.reduce(0) { $0 + Int($1) }
        + before.oversizeRecords.reduce(0) { $0 + $1.lineCount }
    }
    lines += unit.headerLines + unit.lineCounts.prefix(sequence).reduce(0) { $0 + Int($1) }
    // The lines of a record over the limit are in no chunk.
    for record in unit.oversizeRecords where record.sequence <= sequence && record.unitOffset < unitOffset {
      lines += record.lineCount
    }
    return lines + lineInChunk + 1
  }
}
