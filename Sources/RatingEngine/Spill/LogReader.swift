// Elements of a log one after the other, from any place on.

import DurableFiles

/// Reads a log that is complete. Used by one thread; a log may have many readers.
final class LogReader<Element: BitwiseCopyable> {
  private let log: SpillableLog<Element>
  private let buffer: FlatTable<Element>
  private var held = UnsafeBufferPointer<Element>(start: nil, count: 0)
  private var heldBlock = -1
  /// Elements of two blocks.
  private var joined = FlatTable<Element>(zeroedCount: 0)
  /// Index of the element that comes next.
  private(set) var position = 0

  init(_ log: SpillableLog<Element>) {
    self.log = log
    // Touched only where blocks are read from disk.
    buffer = FlatTable(zeroedCount: log.blockElements)
  }

  deinit {
    buffer.deallocate()
    joined.deallocate()
  }

  /// Goes to an index.
  func seek(_ index: Int) { position = index }

  /// The next element; nil at the end.
  func next() throws(FileFault) -> Element? {
    guard position < log.count else { return nil }
    let block = position / log.blockElements
    if block != heldBlock {
      held = try log.block(block, buffer)
      heldBlock = block
    }
    position += 1
    return held[position - 1 - block * log.blockElements]
  }

  /// The next `count` elements as they lie in the log, or put together where they lie in two blocks; valid until the next
  /// call. At least `ByteText.slack` bytes behind them are readable.
  ///
  /// - Precondition: there are so many.
  func next(_ count: Int) throws(FileFault) -> UnsafeBufferPointer<Element> {
    precondition(count > 0 && position + count <= log.count, "a log is read up to its end")
    let first = try hold(position)
    let start = position - first
    if start + count <= held.count {
      position += count
      return UnsafeBufferPointer(rebasing: held[start..<(start + count)])
    }
    if joined.count < count {
      joined.deallocate()
      joined = FlatTable(zeroedCount: count)
    }
    for index in 0..<count {
      let first = try hold(position)
      joined[index] = held[position - first]
      position += 1
    }
    return UnsafeBufferPointer(start: joined.base, count: count)
  }

  /// Makes the block of an element the one at hand; returns the index of its first.
  private func hold(_ index: Int) throws(FileFault) -> Int {
    let block = index / log.blockElements
    if block != heldBlock {
      held = try log.block(block, buffer)
      heldBlock = block
    }
    return block * log.blockElements
  }
}
