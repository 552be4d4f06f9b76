// Copies of what earlier runs have read that may be the ones to count, because their files come first by name and their sources rate
// otherwise. Who has the earlier runs finds out, and rates once more with those that are.

public import DurableFiles
import Tables

/// Records that are duplicates of what earlier runs have read, by key and content.
///
/// Held in memory: some 50 bytes a record. Rows without an id are none of them.
public struct RivalCopies: Sendable {
  /// The first file that holds one.
  private var files: [FreedKeys.Key: Label] = [:]

  /// No copy.
  public init() {}

  fileprivate init(files: [FreedKeys.Key: Label]) { self.files = files }

  /// Whether there is none.
  public var isEmpty: Bool { files.isEmpty }

  /// Their keys.
  public var keys: RecordKeys {
    RecordKeys(Set(files.keys.lazy.map { ConflictKey(low: $0.low, high: $0.high) }))
  }

  /// Whether one of them has the content of a record and stands in a file that comes before the record's.
  public func comeBefore(_ record: KeyedRecord) -> Bool {
    files[record.contentKey].map { $0 < record.file } ?? false
  }

  /// Those that stand for chosen records.
  public func of(_ records: [KeyedRecord]) -> RivalCopies {
    let keys = Set(records.lazy.map(\.contentKey))
    return RivalCopies(files: files.filter { keys.contains($0.key) })
  }

  /// Adds others.
  public mutating func formUnion(_ other: RivalCopies) { files.merge(other.files) { min($0, $1) } }

  /// Writes their keys as a file of keys to be forgotten (`RatingOptions.forgottenKeyFile`).
  public func writeKeys(to path: String, operations: any FileOperations) throws(FileFault) {
    let sorted = files.keys.map { EarlierKey(low: $0.low, high: $0.high, content: $0.content, copies: 1) }
      .sorted { $0.precedes($1) }
    let writer = try CheckedWriter(creating: path, shownAs: path, mode: 0o600, operations: operations)
    var file = KeyFileWriter(writer)
    try file.write(sorted)
  }
}

extension RatingResult {
  /// Its duplicates of what earlier runs have read that may come before these.
  public var rivals: RivalCopies {
    let names = Dictionary(uniqueKeysWithValues: files.map { (UInt32($0.index), Label($0.name)) })
    return RivalCopies(files: ledger.rivals.compactMapValues { names[$0] })
  }
}
