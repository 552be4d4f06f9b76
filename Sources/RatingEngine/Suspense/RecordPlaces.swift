// Where a record is in its decoded file: line and byte offset, known when the file is complete.

/// Lines and offsets of records by unit and chunk. Sums over chunks are made once a unit, so that any number of records
/// costs O(chunks + records).
final class RecordPlaces {
  /// What lies before the chunks of a unit, and before each of them.
  private struct Unit {
    var bytesBefore: Int64
    /// Lines of the file before each chunk of the unit, oversize records of this unit left out; one more for its end.
    var linesBefore: [Int]
    /// Records over the limit, each of them lines of no chunk: the chunk and the offset before which they stand, and their
    /// lines with those before.
    var oversize: [(sequence: Int, unitOffset: Int64, lines: Int)]

    var lineCount: Int { (linesBefore.last ?? 0) + (oversize.last?.lines ?? 0) }
    var endByte: Int64
  }

  private let files: [FileContext]
  private var units: [[Unit]?]

  /// - Parameter files: the files of a run by their index, complete.
  init(_ files: [FileContext]) {
    self.files = files
    units = [[Unit]?](repeating: nil, count: files.count)
  }

  /// Offset of a record in its decoded file.
  func byteOffset(file: Int, unit: Int, unitOffset: Int64) -> Int64 {
    units(of: file)[unit].bytesBefore + unitOffset
  }

  /// Line of a record in its decoded file, from 1. `unitOffset` tells records over the limit apart that stand between the
  /// same chunks; any large number for records of chunks.
  func line(file: Int, unit: Int, sequence: Int, lineInChunk: Int, unitOffset: Int64) -> Int {
    let unit = units(of: file)[unit]
    var lines = unit.linesBefore[min(sequence, unit.linesBefore.count - 1)]
    // They are in the order of the text: those that stand before are the first ones.
    var low = 0
    var high = unit.oversize.count
    while low < high {
      let middle = (low + high) / 2
      let record = unit.oversize[middle]
      if record.sequence <= sequence, record.unitOffset < unitOffset {
        low = middle + 1
      } else {
        high = middle
      }
    }
    if low > 0 { lines += unit.oversize[low - 1].lines }
    return lines + lineInChunk + 1
  }

  private func units(of file: Int) -> [Unit] {
    if let known = units[file] { return known }
    var made: [Unit] = []
    var lines = 0
    var bytes: Int64 = 0
    for unit in files[file].units {
      lines += unit.headerLines
      var entry = Unit(
        bytesBefore: bytes, linesBefore: [lines], oversize: [], endByte: bytes + unit.byteCount)
      for count in unit.lineCounts {
        lines += Int(count)
        entry.linesBefore.append(lines)
      }
      var oversizeLines = 0
      for record in unit.oversizeRecords {
        oversizeLines += record.lineCount
        entry.oversize.append((record.sequence, record.unitOffset, oversizeLines))
      }
      lines = entry.lineCount
      bytes = entry.endByte
      made.append(entry)
    }
    units[file] = made
    return made
  }
}
