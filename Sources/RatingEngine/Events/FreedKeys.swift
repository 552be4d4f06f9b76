// Which records another one has displaced as its copies: found by their keys among the stored events of runs.
//
// Keys of one input, or of one run, are held in memory: some 40 bytes for each record that counts.

public import DurableFiles
public import Tables

/// Keys of records that count no more, each with how many records of it are still to be found elsewhere.
public struct FreedKeys: Sendable {
  struct Key: Hashable, Sendable {
    var low: UInt64
    var high: UInt32
    var content: UInt32
  }

  private(set) var counts: [Key: Int] = [:]
  /// Those that are made of rows: as many of these count as one input has at most.
  private(set) var rowKeys: Set<Key> = []
  /// How many records of a key count in the runs that were looked at so far.
  fileprivate var held: [Key: Int] = [:]

  /// No key.
  public init() {}

  /// Whether no record is left to be found.
  public var isEmpty: Bool { counts.isEmpty }

  mutating func add(_ key: Key, isRow: Bool) {
    counts[key, default: 0] += 1
    if isRow { rowKeys.insert(key) }
  }

  /// Notes how many identical rows earlier runs had, by their key files in any order. Complexity: O(entries).
  public mutating func note(earlier paths: [String]) throws(FileFault) {
    guard !rowKeys.isEmpty else { return }
    for path in paths {
      let reader = try KeyFileReader(path)
      while let entry = try reader.next() {
        let key = Key(low: entry.low, high: entry.high, content: entry.content)
        if rowKeys.contains(key) { held[key] = max(held[key] ?? 0, Int(entry.copies)) }
      }
    }
  }

  /// Takes one record of a key; false where none is left.
  mutating func take(_ key: Key) -> Bool {
    guard let count = counts[key] else { return false }
    counts[key] = count > 1 ? count - 1 : nil
    return true
  }
}

extension StoredEvents {
  /// The names of the inputs.
  public var inputNames: [Label] { preamble.inputs.map(\.name) }

  /// A record past door 2 that is kept.
  struct StoredRecord {
    fileprivate(set) var block: EventBlock
    fileprivate(set) var row: Int
    /// The number of its block in the file.
    fileprivate(set) var blockNumber: Int
    /// Its place among all records.
    fileprivate(set) var place: Int64
    fileprivate(set) var key: FreedKeys.Key
    /// Whether it was left out as a duplicate.
    fileprivate(set) var isRemoved: Bool
    fileprivate(set) var isInConflict: Bool

    /// The number of its input.
    var input: Int { block.head.file }
    var isRow: Bool { block.value(.flags, row) & EventBlock.Flags.isRowKeyed != 0 }
    /// Lines of its input before its own.
    var linesBefore: Int64 { block.head.linesBefore + block.value(.line, row) }
    /// Where it begins in its decoded input.
    var byteOffset: Int64 { block.head.bytesBefore + block.value(.offset, row) }
  }

  /// Calls `body` with every record past door 2 that is kept.
  func forEachRecord(_ body: (StoredRecord) throws(FileFault) -> Void) throws(FileFault) {
    let removed = Set(preamble.removed)
    let reversed = Set(preamble.reversed)
    let gone = preamble.goneOffsets
    for number in blockOffsets.indices {
      if try oversize(number) != nil { continue }
      let block = try block(number)
      guard block.isWhole else { throw Self.damaged(path) }
      for row in 0..<block.head.count {
        let decision = block.value(.decision, row)
        if decision & StoredDecision.doorMask == Int64(Door.unparsable) { continue }
        let place = block.head.firstPlace + block.value(.row, row)
        let record = StoredRecord(
          block: block, row: row, blockNumber: number, place: place, key: block.key(row),
          isRemoved: removed.contains(place), isInConflict: block.isInConflict(row, reversed))
        if !gone.isEmpty, gone[record.input].contains(record.byteOffset) { continue }
        try body(record)
      }
      release(behind: number)
    }
  }

  /// The keys of the records that count of an input, or of all. Complexity: O(records).
  public func countedKeys(ofInput name: Label?) throws(FileFault) -> FreedKeys {
    var keys = FreedKeys()
    try forEachRecord { record in
      guard !record.isRemoved, name == nil || preamble.inputs[record.input].name == name else { return }
      keys.add(record.key, isRow: record.isRow)
    }
    return keys
  }

  /// Finds records that were left out as copies of freed ones, those of the inputs but one, and takes them from `freed`: their
  /// places among all records of the run. Of several copies the first ones are found. Runs are asked in the order in which they
  /// were read. Complexity: O(records).
  public func displaced(by freed: inout FreedKeys, exceptOf name: Label?) throws(FileFault) -> Set<Int64> {
    let wanted = freed
    let most = try copies(of: freed, exceptOf: name)
    var candidates: [(place: Int64, key: FreedKeys.Key)] = []
    var counted: [FreedKeys.Key: Int] = [:]
    try forEachRecord { record in
      guard wanted.counts[record.key] != nil, name == nil || preamble.inputs[record.input].name != name
      else { return }
      if record.isRemoved {
        candidates.append((record.place, record.key))
      } else {
        counted[record.key, default: 0] += 1
      }
    }
    candidates.sort { $0.place < $1.place }
    var places: Set<Int64> = []
    for (place, key) in candidates {
      let enough = wanted.rowKeys.contains(key) ? Int(most[key] ?? 0) : 1
      guard (freed.held[key] ?? 0) + (counted[key] ?? 0) < enough, freed.take(key) else { continue }
      places.insert(place)
      counted[key, default: 0] += 1
    }
    for (key, count) in counted { freed.held[key, default: 0] += count }
    return places
  }

  /// How many identical rows one input had at most, of those that are kept; for chosen keys, and without one of the inputs.
  func copies(of keys: FreedKeys, exceptOf name: Label?) throws(FileFault) -> [FreedKeys.Key: UInt32] {
    struct InInput: Hashable {
      var key: FreedKeys.Key
      var input: Int
    }
    var counts: [InInput: UInt32] = [:]
    try forEachRecord { record in
      guard keys.counts[record.key] != nil, name == nil || preamble.inputs[record.input].name != name
      else { return }
      counts[InInput(key: record.key, input: record.input), default: 0] += 1
    }
    var most: [FreedKeys.Key: UInt32] = [:]
    for (entry, count) in counts { most[entry.key] = max(most[entry.key] ?? 0, count) }
    return most
  }

  /// The inputs but one that had duplicates of which nothing is kept, with how many: chunks of nothing but duplicates.
  public func forgottenDuplicates(exceptOf name: Label?) throws(FileFault) -> [(input: Label, count: Int)] {
    var known = [Int64](repeating: 0, count: preamble.inputs.count)
    try forEachRecord { record in if record.isRemoved { known[record.input] += 1 } }
    return zip(preamble.inputs, known).filter { $0.name != name && $0.leavers.duplicate > $1 }.map {
      ($0.name, Int($0.leavers.duplicate - $1))
    }
  }

  /// Writes the events again, without an input, with records that are duplicates no more, with others that are from now on, and with
  /// others whose conflict begins or ends.
  ///
  /// Blocks are as they were, but for the numbers of their inputs. Complexity: O(bytes).
  public func write(
    to writer: CheckedWriter, exceptOf name: Label?, reviving places: Set<Int64>,
    displacing displaced: Set<Int64> = [], reversing conflicts: Set<Int64> = []
  ) throws(FileFault) {
    var preamble = self.preamble
    let dropped = name.flatMap { name in preamble.inputs.firstIndex { $0.name == name } }
    preamble.removed.removeAll { places.contains($0) }
    preamble.removed = (preamble.removed + displaced).sorted()
    if !places.isEmpty || !displaced.isEmpty {
      try forEachRecord { record in
        if places.contains(record.place) { preamble.inputs[record.input].leavers.duplicate -= 1 }
        if displaced.contains(record.place) { preamble.inputs[record.input].leavers.duplicate += 1 }
      }
    }
    preamble.reversed = Set(preamble.reversed).symmetricDifference(conflicts).sorted()
    if let dropped {
      preamble.inputs.remove(at: dropped)
      preamble.gone = preamble.gone.filter { $0.input != dropped }.map {
        GoneRecord(input: $0.input - ($0.input > dropped ? 1 : 0), offset: $0.offset)
      }
    }
    try writer.write(contentsOf: preamble.bytes())
    for number in blockOffsets.indices {
      var bytes = try blockBytes(number)
      let (head, input) = bytes.withUnsafeBytes { bytes -> (EventBlock.Head, Int) in
        let head = EventBlock.Head(at: bytes.baseAddress.unsafelyUnwrapped)
        return (head, head.file)
      }
      if input == dropped { continue }
      if let dropped, input > dropped {
        var head = head
        head.file = input - 1
        bytes.withUnsafeMutableBytes {
          $0.storeBytes(
            of: head.fileAndRank, toByteOffset: 8 * EventBlock.Head.fileWord, as: UInt64.self)
        }
      }
      try writer.write(contentsOf: bytes)
    }
    try writer.finish()
  }
}

extension StoredEvents {
  /// How many of the freed keys the run's key file holds although no record has them that is kept. Complexity: O(entries + records).
  public func orphanCount(of freed: FreedKeys, in path: String) throws(FileFault) -> Int {
    try KeptKeys.count(of: freed, in: path) - copies(of: freed, exceptOf: nil).count
  }
}

extension KeptKeys {
  /// Writes the key file of a run again after records of its events were freed: what none of its kept events has is left out.
  ///
  /// `freed` are the keys in question; others stay as they are.
  public static func write(
    _ path: String, of events: StoredEvents, exceptOf name: Label?, without freed: FreedKeys,
    to writer: CheckedWriter
  ) throws(FileFault) {
    let copies = try events.copies(of: freed, exceptOf: name)
    let reader = try KeyFileReader(path)
    var file = KeyFileWriter(writer)
    try file.write { () throws(FileFault) -> EarlierKey? in
      while var entry = try reader.next() {
        let key = FreedKeys.Key(low: entry.low, high: entry.high, content: entry.content)
        guard freed.counts[key] != nil else { return entry }
        guard let count = copies[key] else { continue }
        entry.copies = count
        return entry
      }
      return nil
    }
  }

  /// How many of the freed keys a key file holds. Complexity: O(entries).
  public static func count(of freed: FreedKeys, in path: String) throws(FileFault) -> Int {
    if freed.isEmpty { return 0 }
    let reader = try KeyFileReader(path)
    var count = 0
    while let entry = try reader.next() {
      let key = FreedKeys.Key(low: entry.low, high: entry.high, content: entry.content)
      if freed.counts[key] != nil { count += 1 }
    }
    return count
  }
}
