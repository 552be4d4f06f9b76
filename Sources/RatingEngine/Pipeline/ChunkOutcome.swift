// What became of the records of one chunk, on its way from the parallel half to the ordered half.

/// Outcomes of one chunk. Owned by one worker at a time; reused through the pool.
final class ChunkOutcome {
  private(set) var rows: UnsafeMutablePointer<OutcomeRow>
  private(set) var rowCapacity: Int
  var rowCount = 0
  /// Counts of what left at doors 1 and 2, and of all records read.
  var totals = DoorTotals()
  /// Events that are settled when all was read; rows refer to them by index.
  let packed = PackedChunk()
  /// Events that are kept for later runs, where they are wanted.
  let events = ChunkEvents()
  /// Further rows of rated records, in the order of the rows that they belong to.
  var parts: [PartRow] = []
  /// Suspended records; rows of later doors refer to them by index.
  var suspense: [SuspenseEntry] = []
  /// Rows of the rated detail; rated rows refer to them by index, where detail is wanted.
  var details: [DetailRecord] = []
  /// Those that left at door 1: suspended for certain, whatever duplicate detection says.
  var unparsable: [Int] = []
  /// Records over the limit that came with the chunk.
  var oversize: [OversizeRecord] = []
  var unit: InputUnit?
  var unitOffset: Int64 = 0
  var sequence = 0
  var lineCount = 0
  /// What trailer rows promised, where the format has them.
  var trailer = TrailerTotals()

  init() {
    rowCapacity = 4096
    rows = .allocate(capacity: rowCapacity)
  }

  deinit { rows.deallocate() }

  /// Makes room for `count` rows more than are there.
  func reserve(_ count: Int) {
    guard rowCount + count > rowCapacity else { return }
    let capacity = max(rowCapacity * 2, rowCount + count)
    let larger = UnsafeMutablePointer<OutcomeRow>.allocate(capacity: capacity)
    larger.update(from: rows, count: rowCount)
    rows.deallocate()
    rows = larger
    rowCapacity = capacity
  }

  /// Takes the further rows of a batch whose first row is `firstRow`, of records that are rated after all.
  func appendParts(_ further: [PartRow], firstRow: Int) {
    for var part in further {
      part.row += UInt32(firstRow)
      if rows[Int(part.row)].door == Door.rated { parts.append(part) }
    }
  }

  /// The further rows of the record of a row. Complexity: O(log parts).
  func parts(ofRow row: Int) -> ArraySlice<PartRow> {
    var low = 0
    var high = parts.count
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].row < row { low = middle + 1 } else { high = middle }
    }
    return parts[low...].prefix { $0.row == row }
  }

  func reset(for chunk: Chunk) {
    reset(for: chunk.unit, unitOffset: chunk.unitOffset, sequence: chunk.sequence)
    oversize = chunk.oversize
    if !chunk.oversize.isEmpty { chunk.oversize.removeAll() }
  }

  func reset(for unit: InputUnit?, unitOffset: Int64, sequence: Int) {
    rowCount = 0
    if !parts.isEmpty { parts.removeAll(keepingCapacity: true) }
    packed.removeAll()
    totals = DoorTotals()
    suspense.removeAll(keepingCapacity: true)
    unparsable.removeAll(keepingCapacity: true)
    details.removeAll(keepingCapacity: true)
    if !oversize.isEmpty { oversize.removeAll() }
    self.unit = unit
    self.unitOffset = unitOffset
    self.sequence = sequence
    lineCount = 0
    trailer = TrailerTotals()
  }
}
