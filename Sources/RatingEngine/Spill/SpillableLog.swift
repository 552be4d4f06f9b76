// Trivial elements in the order they came, in bounded memory: written in sequence, read when all is there.
//
// Past its memory budget the first half of its blocks goes to a temporary file. Blocks are read one by one, by as many readers
// as like.

import DurableFiles
import Glibc

/// An append-only sequence of trivial elements that spills to disk past a budget. One owner at a time while it grows.
final class SpillableLog<Element: BitwiseCopyable> {
  private(set) var count = 0
  private var blocks: [FlatTable<Element>] = []
  /// Elements of a block.
  let blockElements: Int
  private let memoryBlocksMax: Int
  private var spill: SpillFile?
  private var spilledBlocks = 0
  private let place: SpillPlace
  // Where the next element goes, and how many fit behind it.
  private var cursor: UnsafeMutablePointer<Element>?
  private var room = 0

  /// - Parameters:
  ///   - memoryBytesMax: bytes kept in memory before blocks are written to a temporary file.
  ///   - place: where the temporary file goes.
  ///   - blockElements: elements of a block; nil for the usual size.
  init(memoryBytesMax: Int, place: SpillPlace, blockElements: Int? = nil) {
    // Blocks of four million bytes where the budget allows, and of a huge page where that is a part of it.
    let stride = MemoryLayout<Element>.stride
    let hugePage = 2 << 20
    var blockBytes = min(2 * hugePage, memoryBytesMax / 4)
    if blockBytes >= hugePage / 2, blockBytes < hugePage { blockBytes = hugePage }
    // Few blocks leave a large rest of the share: they are as large as their number allows.
    let count = memoryBytesMax / max(1, blockBytes)
    if (1..<8).contains(count) { blockBytes = memoryBytesMax / count }
    let blockElements = blockElements ?? max(16, blockBytes / stride)
    self.blockElements = blockElements
    memoryBlocksMax = max(2, memoryBytesMax / (blockElements * stride))
    self.place = place
  }

  deinit { for block in blocks { block.deallocate() } }

  /// Bytes held in memory.
  var byteCount: Int { blocks.count * blockBytes }
  private var blockBytes: Int { blockElements * MemoryLayout<Element>.stride }

  @inline(__always) func append(_ element: Element) throws(FileFault) {
    if room == 0 { try addBlock() }
    cursor.unsafelyUnwrapped.pointee = element
    cursor = cursor.unsafelyUnwrapped + 1
    room &-= 1
    count &+= 1
  }

  /// Appends what `make` says of 0..<elementCount. One look at the room for each stretch, not for each element.
  @inline(__always) func append(_ elementCount: Int, _ make: (Int) -> Element) throws(FileFault) {
    var done = 0
    while done < elementCount {
      if room == 0 { try addBlock() }
      let step = min(room, elementCount &- done)
      let target = cursor.unsafelyUnwrapped
      for index in 0..<step { target[index] = make(done &+ index) }
      cursor = target + step
      room &-= step
      count &+= step
      done &+= step
    }
  }

  /// Appends elements as they lie in memory.
  func append(contentsOf elements: UnsafeBufferPointer<Element>) throws(FileFault) {
    guard let source = elements.baseAddress else { return }
    var done = 0
    while done < elements.count {
      if room == 0 { try addBlock() }
      let step = min(room, elements.count - done)
      let target = cursor.unsafelyUnwrapped
      target.update(from: source + done, count: step)
      cursor = target + step
      room -= step
      count += step
      done += step
    }
  }

  private func addBlock() throws(FileFault) {
    if blocks.count == memoryBlocksMax { try spillHalf() }
    let block = FlatTable<Element>(zeroedBlockOf: blockElements)
    blocks.append(block)
    cursor = block.base
    room = blockElements
  }

  /// Writes the first half of the full blocks to the file and forgets them: what is little more than the share leaves most of
  /// it in memory.
  private func spillHalf() throws(FileFault) {
    let file: SpillFile
    if let spill {
      file = spill
    } else {
      file = try place.makeFile(memoryBytes: memoryBlocksMax * blockBytes)
      spill = file
    }
    let count = max(1, blocks.count / 2)
    for block in blocks[..<count] {
      try file.append(UnsafeRawBufferPointer(start: block.base, count: blockBytes))
    }
    for block in blocks[..<count] { block.deallocate() }
    spilledBlocks += count
    blocks.removeFirst(count)
  }

  /// Gives the memory and the file back; the log is empty after.
  func release() {
    for block in blocks { block.deallocate() }
    blocks = []
    cursor = nil
    room = 0
    spill = nil
    spilledBlocks = 0
    count = 0
  }

  /// Number of blocks, the last of which may be shorter.
  var blockCount: Int { (count + blockElements - 1) / blockElements }

  /// The elements of a block; where it is on disk, it is read into `buffer`, which has room for `blockElements`.
  ///
  /// Several threads may read at the same time, with a buffer each, once nothing is appended any more.
  func block(_ index: Int, _ buffer: FlatTable<Element>) throws(FileFault) -> UnsafeBufferPointer<Element> {
    let held = min(blockElements, count - index * blockElements)
    if index >= spilledBlocks {
      return UnsafeBufferPointer(start: blocks[index - spilledBlocks].base, count: held)
    }
    guard let spill else { preconditionFailure("blocks on disk have a file") }
    let bytes = UnsafeMutableRawBufferPointer(start: buffer.base, count: blockBytes)
    guard try spill.read(into: bytes, at: Int64(index * blockBytes)) == blockBytes else {
      throw FileFault(path: place.shown, operation: .read, code: EIO)
    }
    return UnsafeBufferPointer(start: buffer.base, count: held)
  }

  /// Calls `body` as `forEachStretch` does, once and for all: what was given is not there any more.
  func forEachStretchAndForget(
    _ body: (Int, UnsafeBufferPointer<Element>) throws(FileFault) -> Void
  ) throws(FileFault) {
    let buffer = FlatTable<Element>(zeroedCount: spilledBlocks > 0 ? blockElements : 0)
    defer { buffer.deallocate() }
    for index in 0..<blockCount {
      try body(index * blockElements, try block(index, buffer))
      if index < spilledBlocks { spill?.forget(blockBytes, at: Int64(index * blockBytes)) }
    }
    release()
  }

  /// Calls `body` with every stretch of elements in order and the index of its first.
  func forEachStretch(
    _ body: (Int, UnsafeBufferPointer<Element>) throws(FileFault) -> Void
  ) throws(FileFault) {
    let buffer = FlatTable<Element>(zeroedCount: spilledBlocks > 0 ? blockElements : 0)
    defer { buffer.deallocate() }
    for index in 0..<blockCount { try body(index * blockElements, try block(index, buffer)) }
  }
}
