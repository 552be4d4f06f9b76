// Which entries of a sort are taken back: any number of tags, in ascending order.

import DurableFiles

/// Collects tags in any order. One owner at a time.
final class TagSort {
  private let sort: ExternalSort

  init(memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  var count: Int { sort.count }

  /// Adds a tag, 0 or more; none twice.
  func add(_ tag: Int) throws(FileFault) {
    try sort.append(keyBytes: 8, payloadBytes: 0) { target in
      target.storeBytes(of: UInt64(tag).bigEndian, as: UInt64.self)
    }
  }

  /// A walk over the tags.
  struct Cursor {
    fileprivate let entries: SortCursor

    /// The next tag; nil at the end.
    func next() throws(FileFault) -> Int64? {
      try entries.next().map { entry in
        Int64(UInt64(bigEndian: entry.key.loadUnaligned(as: UInt64.self)))
      }
    }
  }

  func cursor() throws(FileFault) -> Cursor { Cursor(entries: try sort.cursor()) }
}
