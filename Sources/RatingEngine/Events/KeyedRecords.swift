// Stored records that are found by their keys.

public import DurableFiles
public import Tables

/// Keys of records.
public struct RecordKeys: Sendable {
  fileprivate var keys: Set<ConflictKey>

  /// The keys of records that were taken back.
  public init(_ freed: FreedKeys) {
    keys = Set(freed.counts.keys.map { ConflictKey(low: $0.low, high: $0.high) })
  }

  init(_ keys: Set<ConflictKey>) { self.keys = keys }

  /// Whether there is none.
  public var isEmpty: Bool { keys.isEmpty }

  /// Whether a key file holds one of them. Complexity: O(entries).
  public func isAny(in path: String) throws(FileFault) -> Bool {
    let reader = try KeyFileReader(path)
    while let entry = try reader.next() {
      if keys.contains(ConflictKey(low: entry.low, high: entry.high)) { return true }
    }
    return false
  }
}

/// A stored record with one of some keys.
public struct KeyedRecord: Sendable {
  /// A key.
  public struct Key: Hashable, Sendable {
    let key: ConflictKey
  }

  /// Its key.
  public let key: Key
  /// Equal for equal contents.
  public let content: UInt32
  /// Its place among all records of its run.
  public let place: Int64
  /// Its input.
  public let file: Label
  /// Where it begins there in decoded bytes.
  public let byteOffset: Int64
  /// The account that it belonged to when it was read; empty for none.
  public let account: Label
  /// Its charging start in milliseconds since 1970.
  public let startMillis: Int64
  /// Whether it was left out as a duplicate.
  public let isDuplicate: Bool
  /// Whether it is suspended because another has its key and other content.
  public let isInConflict: Bool
}

extension KeyedRecord {
  /// Its key with its content.
  var contentKey: FreedKeys.Key { FreedKeys.Key(low: key.key.low, high: key.key.high, content: content) }
}

extension FreedKeys {
  /// Takes a record that counts again where no row of a file is meant: those are counted by file. False where none is left.
  public mutating func takeOne(like record: KeyedRecord) -> Bool {
    !rowKeys.contains(record.contentKey) && take(record.contentKey)
  }
}

extension RatingResult {
  /// The keys of its records that contradict what earlier runs have read.
  public var contradicted: RecordKeys { RecordKeys(setup.known.contradicted) }
}

extension StoredEvents {
  /// The records with some keys, in the order of the file. Complexity: O(records), in the memory of those found.
  public func records(of keys: RecordKeys) throws(FileFault) -> [KeyedRecord] {
    var found: [KeyedRecord] = []
    try forEachRecord { record in
      let key = ConflictKey(low: record.key.low, high: record.key.high)
      guard keys.keys.contains(key) else { return }
      let account = Int(record.block.value(.account, record.row))
      found.append(
        KeyedRecord(
          key: KeyedRecord.Key(key: key), content: record.key.content, place: record.place,
          file: preamble.inputs[record.input].name, byteOffset: record.byteOffset,
          account: preamble.accounts.indices.contains(account - 1) ? preamble.accounts[account - 1] : .empty,
          startMillis: record.block.value(.start, record.row), isDuplicate: record.isRemoved,
          isInConflict: record.isInConflict))
    }
    return found
  }
}

extension StoredEvents {
  /// The latest charging start of all records whose keys are known and that are not left out, in milliseconds since 1970; nil where there
  /// is none. Complexity: O(records).
  public func lastStartMillis() throws(FileFault) -> Int64? {
    var last: Int64?
    try forEachRecord { record in
      if leftOut[preamble.inputs[record.input].name]?.contains(record.byteOffset) == true { return }
      last = max(last ?? .min, record.block.value(.start, record.row))
    }
    return last
  }
}

extension EventBlock {
  /// The key of a record past door 2, with its content.
  func key(_ row: Int) -> FreedKeys.Key {
    let content = UInt64(bitPattern: value(.content, row))
    return FreedKeys.Key(
      low: UInt64(bitPattern: value(.identity, row)), high: UInt32(truncatingIfNeeded: content >> 32),
      content: UInt32(truncatingIfNeeded: content))
  }

  /// Whether a record is suspended because its key is in conflict: since it was read, unless that was reversed later.
  func isInConflict(_ row: Int, _ reversed: Set<Int64>) -> Bool {
    let wasRead = value(.decision, row) & StoredDecision.conflict != 0
    return wasRead != (!reversed.isEmpty && reversed.contains(head.firstPlace + value(.row, row)))
  }
}
