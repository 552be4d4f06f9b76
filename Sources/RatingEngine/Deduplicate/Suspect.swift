// Records whose key may have been seen: they wait until all input was read.

/// A record put aside. Its suspense or detail entry, if it has one, is in the store already, under `logIndex`, and is taken
/// back if the record turns out to be a duplicate.
struct Suspect: BitwiseCopyable {
  var row: OutcomeRow
  /// Index in the log of keys: the order in which records were met.
  var logIndex: Int
}

/// Which chunk each stretch of the log of keys came from, in the order of the log.
struct LogStretches {
  /// The records of one chunk.
  struct Stretch {
    var firstIndex: Int
    var source: UInt32
    var file: UInt32
    var unit: UInt32
    var sequence: UInt32
  }

  private(set) var stretches: [Stretch] = []

  mutating func append(firstIndex: Int, _ unit: InputUnit, sequence: Int) {
    stretches.append(
      Stretch(
        firstIndex: firstIndex, source: UInt32(unit.file.sourceIndex), file: UInt32(unit.file.index),
        unit: UInt32(unit.index),
        sequence: UInt32(sequence)))
  }

  mutating func removeAll() { stretches = [] }

  /// The number of the stretch that holds a record. Complexity: O(log stretches).
  func number(ofRecord logIndex: Int) -> Int {
    var low = 0
    var high = stretches.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if stretches[middle].firstIndex <= logIndex { low = middle } else { high = middle }
    }
    return low
  }
}

/// One record among those that share a key: a suspect, or the one that was counted when it came.
struct RecordCopy: BitwiseCopyable {
  /// The suspect; of a counted record only `row.identity`, `row.identityHigh`, `row.content` and `logIndex` are known.
  var suspect: Suspect
  var isCounted: Bool
  /// Number of its file's source.
  var source: UInt32
  // Where the record is: copies are compared in this order.
  var file: UInt32
  var unit: UInt32
  var sequence: UInt32
  /// Number of the record in its chunk.
  var number: UInt32

  var key: ConflictKey { ConflictKey(low: suspect.row.identity, high: suspect.row.identityHigh) }
}
