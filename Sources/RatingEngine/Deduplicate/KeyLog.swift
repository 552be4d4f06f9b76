// Every key in the order it was met: what the "perhaps" of the filter is judged by.
//
// Written in sequence and read once at the end. Past its memory budget it goes to a temporary file.

import DurableFiles

/// One record's key and content: see `OutcomeRow`. 16 bytes: fresh memory costs more than anything done with it.
struct LoggedKey: BitwiseCopyable {
  var low: UInt64
  var high: UInt32
  var content: UInt32
}

/// An append-only sequence of trivial elements that spills to disk past a budget. One owner at a time.
final class SpillableLog<Element: BitwiseCopyable> {
  private(set) var count = 0
  private var blocks: [FlatTable<Element>] = []
  private let blockCount: Int
  private let memoryBlocksMax: Int
  private var spill: SpillFile?
  private var spilledBlocks = 0
  private let folder: String?
  // Where the next element goes, and how many fit behind it.
  private var cursor: UnsafeMutablePointer<Element>?
  private var room = 0

  /// - Parameters:
  ///   - memoryBytesMax: bytes kept in memory before blocks are written to a temporary file.
  ///   - folder: where the temporary file goes; nil for the system's folder for such files.
  ///   - blockCount: elements in a block; nil for the usual size.
  init(memoryBytesMax: Int, folder: String?, blockCount: Int? = nil) {
    // Blocks of four million bytes: large enough for huge pages and for the disk.
    self.blockCount = blockCount ?? max(1, (4 << 20) / MemoryLayout<Element>.stride)
    let blockCount = self.blockCount
    memoryBlocksMax = max(2, memoryBytesMax / (blockCount * MemoryLayout<Element>.stride))
    self.folder = folder
  }

  deinit { for block in blocks { block.deallocate() } }

  /// Bytes held in memory.
  var byteCount: Int { blocks.count * blockCount * MemoryLayout<Element>.stride }

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

  private func addBlock() throws(FileFault) {
    if blocks.count == memoryBlocksMax { try spillAll() }
    let block = FlatTable<Element>(zeroedCount: blockCount)
    blocks.append(block)
    cursor = block.base
    room = blockCount
  }

  /// Writes all full blocks to the file and forgets them.
  private func spillAll() throws(FileFault) {
    let file: SpillFile
    if let spill {
      file = spill
    } else {
      file = try SpillFile(in: folder ?? SpillFile.standardFolder)
      spill = file
    }
    for block in blocks {
      try file.append(
        UnsafeRawBufferPointer(start: block.base, count: blockCount * MemoryLayout<Element>.stride))
      block.deallocate()
    }
    spilledBlocks += blocks.count
    blocks.removeAll()
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

  /// Calls `body` with every stretch of elements in order and the index of its first.
  func forEachStretch(_ body: (Int, UnsafeBufferPointer<Element>) -> Void) throws(FileFault) {
    if let spill, spilledBlocks > 0 {
      let buffer = FlatTable<Element>(zeroedCount: blockCount)
      defer { buffer.deallocate() }
      let bytes = blockCount * MemoryLayout<Element>.stride
      for block in 0..<spilledBlocks {
        _ = try spill.read(
          into: UnsafeMutableRawBufferPointer(start: buffer.base, count: bytes), at: Int64(block * bytes))
        body(block * blockCount, UnsafeBufferPointer(start: buffer.base, count: blockCount))
      }
    }
    for (index, block) in blocks.enumerated() {
      let first = (spilledBlocks + index) * blockCount
      body(first, UnsafeBufferPointer(start: block.base, count: min(blockCount, count - first)))
    }
  }
}
