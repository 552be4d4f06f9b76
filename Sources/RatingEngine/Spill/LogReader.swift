// Elements of a log one after the other, from any place on.

import DurableFiles

/// Reads a log that is complete. Used by one thread; a log may have many readers.
final class LogReader<Element: BitwiseCopyable> {
  private let log: SpillableLog<Element>
  private let buffer: FlatTable<Element>
  private var held = UnsafeBufferPointer<Element>(start: nil, count: 0)
  private var heldBlock = -1
  /// Index of the element that comes next.
  private(set) var position = 0

  init(_ log: SpillableLog<Element>) {
    self.log = log
    // Touched only where blocks are read from disk.
    buffer = FlatTable(zeroedCount: log.blockElements)
  }

  deinit { buffer.deallocate() }

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
}
