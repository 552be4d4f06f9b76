// Sorting any number of byte strings in bounded memory: sorted runs on disk, merged once.
//
// Entries are bytes in blocks of memory; what is sorted are 16 bytes an entry: the first 8 of its key, and where it is.
// Suspense, detail, suspects and the rows of a summary that do not fit are all put in order here, each by keys that compare
// as bytes.

import DurableFiles
import Glibc

/// An entry of a sort, valid until the next step of whoever hands it out.
struct SortEntry {
  /// The entry in its stored form.
  let start: UnsafeRawPointer

  /// Bytes of key, bytes of payload, tag.
  static let headBytes = 4 + 4 + 8

  var keyBytes: Int { Int(start.loadUnaligned(as: UInt32.self)) }
  var payloadBytes: Int { Int(start.loadUnaligned(fromByteOffset: 4, as: UInt32.self)) }
  /// The number under which the entry can be taken back; −1 for none.
  var tag: Int64 { start.loadUnaligned(fromByteOffset: 8, as: Int64.self) }
  var key: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start + Self.headBytes, count: keyBytes)
  }
  var payload: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start + Self.headBytes + keyBytes, count: payloadBytes)
  }
  /// All of its bytes, as stored.
  var stored: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: Self.headBytes + keyBytes + payloadBytes)
  }

  /// The first 8 bytes of the key as a number that compares as they do; shorter keys are filled up with zeros.
  var prefix: UInt64 {
    let count = keyBytes
    if count >= 8 {
      return UInt64(bigEndian: start.loadUnaligned(fromByteOffset: Self.headBytes, as: UInt64.self))
    }
    return key.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << UInt64(8 * (8 - count) & 63)
      & (count == 0 ? 0 : .max)
  }

  /// Whether its key is smaller as bytes; a key comes before those that it begins.
  static func precedes(_ a: SortEntry, _ b: SortEntry) -> Bool {
    let (x, y) = (a.keyBytes, b.keyBytes)
    let order = memcmp(a.start + headBytes, b.start + headBytes, min(x, y))
    return order != 0 ? order < 0 : x < y
  }
}

/// Collects entries and gives them back ordered by the bytes of their keys. One owner at a time.
///
/// Entries with equal keys come in no particular order: give keys that differ where the order matters.
final class ExternalSort {
  /// What is sorted in memory.
  struct Slot {
    var prefix: UInt64
    var entry: SortEntry

    static func precedes(_ a: Slot, _ b: Slot) -> Bool {
      a.prefix != b.prefix ? a.prefix < b.prefix : SortEntry.precedes(a.entry, b.entry)
    }
  }

  /// Sorted entries on disk.
  struct Run {
    var from: Int64
    var until: Int64
    /// The largest tag among them; −1 where no entry has one.
    var lastTag: Int64
  }

  /// Entries that were not taken back.
  private(set) var count = 0
  private let memoryBytesMax: Int
  private let place: SpillPlace
  private var memory: EntryMemory
  private var file: SpillFile?
  private var runs: [Run] = []
  private var lastTag: Int64 = -1
  private var largestBytes = 0
  /// Tags taken back of entries on disk that are still there, ascending.
  private var removed: [Int64] = []

  /// - Parameter memoryBytesMax: bytes held before entries go to disk, and used for merging after.
  init(memoryBytesMax: Int, place: SpillPlace) {
    self.memoryBytesMax = memoryBytesMax
    self.place = place
    memory = EntryMemory(bytesMax: memoryBytesMax)
  }

  /// Bytes held in memory.
  var heldBytes: Int { memory.heldBytes }
  /// Whether entries are on disk.
  var hasSpilled: Bool { !runs.isEmpty }

  /// Adds an entry; `fill` writes key and payload, one after the other.
  ///
  /// - Parameter tag: −1, or a number that is larger than those of all entries before.
  /// - Complexity: O(1), and a sort of what is held now and then.
  @inline(__always) func append(
    tag: Int64 = -1, keyBytes: Int, payloadBytes: Int, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(FileFault) {
    let bytes = SortEntry.headBytes + keyBytes + payloadBytes
    if memory.count > 0, !memory.hasRoom(bytes) { try spill() }
    let entry = memory.allocate(bytes)
    entry.storeBytes(of: UInt32(keyBytes), as: UInt32.self)
    entry.storeBytes(of: UInt32(payloadBytes), toByteOffset: 4, as: UInt32.self)
    entry.storeBytes(of: tag, toByteOffset: 8, as: Int64.self)
    fill(entry + SortEntry.headBytes)
    memory.add(SortEntry(start: UnsafeRawPointer(entry)))
    lastTag = max(lastTag, tag)
    largestBytes = max(largestBytes, bytes)
    count &+= 1
  }

  /// Adds an entry of two arrays.
  func append(tag: Int64 = -1, key: [UInt8], payload: [UInt8]) throws(FileFault) {
    try append(tag: tag, keyBytes: key.count, payloadBytes: payload.count) { target in
      key.withUnsafeBytes {
        if let base = $0.baseAddress { target.copyMemory(from: base, byteCount: $0.count) }
      }
      payload.withUnsafeBytes {
        if let base = $0.baseAddress { (target + key.count).copyMemory(from: base, byteCount: $0.count) }
      }
    }
  }

  /// Sorts what is held and writes it as a run.
  private func spill() throws(FileFault) {
    let file: SpillFile
    if let known = self.file {
      file = known
    } else {
      file = try place.makeFile(memoryBytes: memoryBytesMax)
      self.file = file
    }
    let from = file.byteCount
    for slot in memory.sorted() { try file.append(slot.entry.stored) }
    runs.append(Run(from: from, until: file.byteCount, lastTag: lastTag))
    memory.removeAll()
  }

  /// Gives memory and file back; the sort is empty after.
  func release() {
    memory = EntryMemory(bytesMax: memoryBytesMax)
    file = nil
    runs = []
    removed = []
    count = 0
  }

  // MARK: reading

  /// A walk over all entries in order. One at a time, and nothing may be added while it lasts; there may be several after
  /// each other. Complexity: O(n log n).
  func cursor() throws(FileFault) -> SortCursor {
    if runs.isEmpty { return SortCursor(slots: memory.sorted()) }
    // Merging needs the memory for itself.
    if memory.count > 0 { try spill() }
    memory = EntryMemory(bytesMax: memoryBytesMax)
    while runs.count > fanMax { try mergeRuns() }
    return try cursor(over: runs)
  }

  /// Calls `body` with every entry in order.
  func forEach(_ body: (SortEntry) throws(FileFault) -> Void) throws(FileFault) {
    let cursor = try cursor()
    while let entry = try cursor.next() { try body(entry) }
  }

  /// Runs that are merged at once: each needs a buffer that is worth a read and holds its largest entry.
  private var fanMax: Int { max(2, min(512, memoryBytesMax / max(Self.readBytesMin, largestBytes))) }
  private static let readBytesMin = 32 << 10

  private func cursor(over runs: [Run]) throws(FileFault) -> SortCursor {
    guard let file else { preconditionFailure("runs have a file") }
    let bytes = max(4 << 10, min(1 << 20, memoryBytesMax / max(1, runs.count)))
    return try SortCursor(
      readers: runs.map { file.reader(from: $0.from, until: $0.until, bufferBytes: bytes) }, without: removed)
  }

  /// Merges neighbouring runs into longer ones, in a new file.
  private func mergeRuns() throws(FileFault) {
    let target = try place.makeFile(memoryBytes: memoryBytesMax)
    var merged: [Run] = []
    var rest = runs[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(fanMax))
      rest = rest.dropFirst(fanMax)
      let from = target.byteCount
      let cursor = try cursor(over: part)
      while let entry = try cursor.next() { try target.append(entry.stored) }
      merged.append(
        Run(from: from, until: target.byteCount, lastTag: part.map(\.lastTag).max() ?? -1))
    }
    removed = []
    file = target
    runs = merged
  }

  // MARK: taking back

  /// Takes back the entries with these tags: the keys of `tags`, made by `TagSort`.
  ///
  /// A few are remembered and left out when entries are read; many are taken out of the runs, which are in the order of
  /// their tags. To be called once, before the first cursor.
  /// - Precondition: every tag is that of an entry.
  func remove(_ tags: TagSort) throws(FileFault) {
    guard tags.count > 0 else { return }
    count -= tags.count
    let cursor = try tags.cursor()
    if runs.isEmpty || tags.count <= memoryBytesMax / 64 {
      var all: [Int64] = []
      while let tag = try cursor.next() { all.append(tag) }
      memory.remove(all)
      if !runs.isEmpty { removed = all }
      return
    }
    let target = try place.makeFile(memoryBytes: memoryBytesMax)
    var next = try cursor.next()
    var kept: [Run] = []
    for run in runs {
      var slice: [Int64] = []
      while let tag = next, tag <= run.lastTag {
        slice.append(tag)
        next = try cursor.next()
      }
      let from = target.byteCount
      let entries = try self.cursor(over: [run])
      while let entry = try entries.next() {
        if !slice.contains(sorted: entry.tag) { try target.append(entry.stored) }
      }
      kept.append(Run(from: from, until: target.byteCount, lastTag: run.lastTag))
    }
    var slice: [Int64] = []
    while let tag = next {
      slice.append(tag)
      next = try cursor.next()
    }
    memory.remove(slice)
    file = target
    runs = kept
  }
}

extension [Int64] {
  /// Whether an ascending array holds `value`. Complexity: O(log n).
  func contains(sorted value: Int64) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == value
  }
}
