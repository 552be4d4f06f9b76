// The entries of a sort, one after the other: from memory, or merged from runs on disk.

import CMachine
import DurableFiles

/// A walk over entries in order. An entry is valid until the next call.
final class SortCursor {
  /// A run and the entry at which it is.
  private struct Head {
    var prefix: UInt64
    var entry: SortEntry
    var reader: SpillReader

    static func precedes(_ a: Head, _ b: Head) -> Bool {
      a.prefix != b.prefix ? a.prefix < b.prefix : SortEntry.precedes(a.entry, b.entry)
    }
  }

  private let slots: UnsafeMutableBufferPointer<ExternalSort.Slot>
  private var nextSlot = 0
  /// A heap: the smallest head first.
  private var heads: [Head] = []
  /// Whether the first head was handed out: its run goes on before anything else.
  private var isFirstTaken = false
  private let removed: [Int64]
  private static let prefetchAhead = 8

  /// Over entries in memory, sorted.
  init(slots: UnsafeMutableBufferPointer<ExternalSort.Slot>) {
    self.slots = slots
    removed = []
  }

  /// Over runs, leaving out the entries with the tags `removed`, ascending.
  init(readers: [SpillReader], without removed: [Int64]) throws(FileFault) {
    slots = UnsafeMutableBufferPointer(start: nil, count: 0)
    self.removed = removed
    for reader in readers {
      if let entry = try Self.load(reader) {
        heads.append(Head(prefix: entry.prefix, entry: entry, reader: reader))
      }
    }
    for at in stride(from: heads.count / 2 - 1, through: 0, by: -1) { sink(at) }
  }

  /// The next entry; nil at the end. Complexity: O(log runs).
  func next() throws(FileFault) -> SortEntry? {
    if nextSlot < slots.count {
      // Entries lie in the order in which they came, which is not the one in which they are read.
      if nextSlot &+ Self.prefetchAhead < slots.count {
        let start = slots[nextSlot &+ Self.prefetchAhead].entry.start
        cm_prefetch_read(start)
        cm_prefetch_read(start + 64)
        cm_prefetch_read(start + 128)
      }
      nextSlot += 1
      return slots[nextSlot - 1].entry
    }
    while true {
      if isFirstTaken { try advanceFirst() }
      guard let first = heads.first else { return nil }
      isFirstTaken = true
      if removed.isEmpty || !removed.contains(sorted: first.entry.tag) { return first.entry }
    }
  }

  private func advanceFirst() throws(FileFault) {
    isFirstTaken = false
    if let entry = try Self.load(heads[0].reader) {
      heads[0].prefix = entry.prefix
      heads[0].entry = entry
    } else {
      heads.swapAt(0, heads.count - 1)
      heads.removeLast()
    }
    if !heads.isEmpty { sink(0) }
  }

  private func sink(_ start: Int) {
    var at = start
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2] where child < heads.count {
        if Head.precedes(heads[child], heads[least]) { least = child }
      }
      if least == at { return }
      heads.swapAt(at, least)
      at = least
    }
  }

  /// The next stored entry of a run: its head says how long it is.
  private static func load(_ reader: SpillReader) throws(FileFault) -> SortEntry? {
    try reader.next(headBytes: SortEntry.headBytes) { head in
      SortEntry(start: head.baseAddress.unsafelyUnwrapped).stored.count
    }.map { SortEntry(start: $0.baseAddress.unsafelyUnwrapped) }
  }
}
