// The entries of a sort that are in memory: their bytes in blocks, and a slot for each.

import Glibc

/// Entries and their slots. Owned by one sort.
final class EntryMemory {
  private(set) var count = 0
  private var slots: UnsafeMutablePointer<ExternalSort.Slot>
  private var slotCapacity: Int
  private var blocks: [UnsafeMutableRawPointer] = []
  /// Entries that are larger than a block have memory of their own.
  private var large: [UnsafeMutableRawPointer] = []
  private var usedBlocks = 0
  private var usedInBlock = 0
  private let blockBytes: Int
  private let bytesMax: Int
  /// Bytes of entries and slots in use.
  private(set) var heldBytes = 0

  init(bytesMax: Int) {
    self.bytesMax = bytesMax
    blockBytes = max(4 << 10, min(1 << 20, bytesMax / 16))
    usedInBlock = blockBytes
    slotCapacity = 64
    slots = .allocate(capacity: slotCapacity)
  }

  deinit {
    removeAll()
    for block in blocks { block.deallocate() }
    slots.deallocate()
  }

  /// Whether an entry of so many bytes fits the budget.
  @inline(__always) func hasRoom(_ bytes: Int) -> Bool {
    heldBytes &+ bytes &+ MemoryLayout<ExternalSort.Slot>.stride <= bytesMax
  }

  /// Room for the bytes of an entry.
  @inline(__always) func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    heldBytes += bytes + MemoryLayout<ExternalSort.Slot>.stride
    if usedInBlock &+ bytes > blockBytes { return allocateElsewhere(bytes) }
    defer { usedInBlock &+= bytes }
    return blocks[usedBlocks &- 1] + usedInBlock
  }

  private func allocateElsewhere(_ bytes: Int) -> UnsafeMutableRawPointer {
    if bytes > blockBytes / 4 {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
      large.append(memory)
      return memory
    }
    if usedBlocks == blocks.count { blocks.append(.allocate(byteCount: blockBytes, alignment: 64)) }
    usedBlocks += 1
    usedInBlock = bytes
    return blocks[usedBlocks - 1]
  }

  /// Adds an entry whose bytes are written.
  @inline(__always) func add(_ entry: SortEntry) {
    if count == slotCapacity { growSlots() }
    slots[count] = ExternalSort.Slot(prefix: entry.prefix, entry: entry)
    count &+= 1
  }

  private func growSlots() {
    let larger = UnsafeMutablePointer<ExternalSort.Slot>.allocate(capacity: slotCapacity * 2)
    larger.moveInitialize(from: slots, count: count)
    slots.deallocate()
    slots = larger
    slotCapacity *= 2
  }

  /// The slots in order; valid until the next change. Complexity: O(n log n).
  func sorted() -> UnsafeMutableBufferPointer<ExternalSort.Slot> {
    var all = UnsafeMutableBufferPointer(start: slots, count: count)
    all.sort(by: ExternalSort.Slot.precedes)
    return all
  }

  /// Takes out the entries with these tags, ascending.
  func remove(_ tags: [Int64]) {
    guard !tags.isEmpty else { return }
    var kept = 0
    for index in 0..<count where !tags.contains(sorted: slots[index].entry.tag) {
      slots[kept] = slots[index]
      kept += 1
    }
    count = kept
  }

  /// Forgets all entries; the blocks stay for the next.
  func removeAll() {
    count = 0
    for memory in large { memory.deallocate() }
    large.removeAll(keepingCapacity: true)
    usedBlocks = 0
    usedInBlock = blockBytes
    heldBytes = 0
  }
}
