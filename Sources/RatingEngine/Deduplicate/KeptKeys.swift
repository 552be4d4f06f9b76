// Key files as the store handles them: what two have in common, and files of chosen keys.

public import DurableFiles

/// Works on the key files of runs.
public enum KeptKeys {
  /// How many keys the file at `own` shares with the one at `later` that none of the files at `before` holds: records of
  /// `later` that were left out, or suspended, because of `own` alone. Contents do not matter.
  ///
  /// Complexity: O(entries), in the memory of one entry for each file.
  public static func displacedCount(
    by own: String, in later: String, notIn before: [String] = []
  ) throws(FileFault) -> Int {
    var (owner, other) = (try KeyWalk(own), try KeyWalk(later))
    var others: [KeyWalk] = []
    for path in before { others.append(try KeyWalk(path)) }
    var count = 0
    while let key = owner.key {
      try other.advance(to: key)
      var isHeld = false
      for index in others.indices {
        try others[index].advance(to: key)
        if others[index].key == key { isHeld = true }
      }
      if other.key == key, !isHeld { count += 1 }
      try owner.goOn()
    }
    return count
  }

  /// Which of the given keys, 32 hex digits each, a key file holds with the same content. Complexity: O(entries).
  public static func held(_ keys: Set<String>, in path: String) throws(FileFault) -> Set<String> {
    struct Key: Hashable {
      var low: UInt64
      var high: UInt32
      var content: UInt32
    }
    var wanted: [Key: String] = [:]
    for text in keys {
      guard let key = LoggedKey(text: text) else { continue }
      wanted[Key(low: key.low, high: key.high, content: key.content)] = text
    }
    var found: Set<String> = []
    let reader = try KeyFileReader(path)
    while let entry = try reader.next() {
      if let text = wanted[Key(low: entry.low, high: entry.high, content: entry.content)] {
        found.insert(text)
      }
    }
    return found
  }

  /// Writes a key file of the given keys, which are 32 hex digits each as in the column `key` of `suspense.csv`; others are
  /// passed over. Complexity: O(n log n) in the memory of 16 bytes a key.
  public static func write(
    _ keys: [String], to path: String, operations: any FileOperations
  ) throws(FileFault) {
    let sorted = keys.compactMap { LoggedKey(text: $0) }.map {
      EarlierKey(low: $0.low, high: $0.high, content: $0.content, copies: 1)
    }.sorted { $0.precedes($1) }
    let writer = try CheckedWriter(creating: path, shownAs: path, mode: 0o600, operations: operations)
    var file = KeyFileWriter(writer)
    try file.write(sorted)
  }
}

/// The keys of one file in order, each once, whatever its contents.
private struct KeyWalk {
  struct Key: Comparable {
    var low: UInt64
    var high: UInt32

    static func < (a: Key, b: Key) -> Bool { (a.low, a.high) < (b.low, b.high) }
  }

  private let reader: KeyFileReader
  private(set) var key: Key?

  init(_ path: String) throws(FileFault) {
    reader = try KeyFileReader(path)
    key = try reader.next().map { Key(low: $0.low, high: $0.high) }
  }

  /// Goes to the first key that is not before `target`.
  mutating func advance(to target: Key) throws(FileFault) {
    while let at = key, at < target { try goOn() }
  }

  /// Goes to the next key.
  mutating func goOn() throws(FileFault) {
    let before = key
    while let next = try reader.next() {
      let found = Key(low: next.low, high: next.high)
      if found != before {
        key = found
        return
      }
    }
    key = nil
  }
}
