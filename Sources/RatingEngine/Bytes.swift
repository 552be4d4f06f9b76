// The fences around raw memory: text pointers with their loads, and tables that live until they are given back.
//
// Measured: fields are read through unsafe pointers, because a bounds check per byte cost more than rating itself. Every
// buffer that text pointers point into ends with `ByteText.slack` readable bytes.

import CMachine

typealias TextPointer = UnsafePointer<UInt8>

/// Loads from text, unaligned, and the promise that lets them read past a field's end.
enum ByteText {
  /// Readable bytes after the last byte of every text buffer: the widest load starts at the last byte.
  static let slack = 64

  @inline(__always) static func load8(_ pointer: TextPointer) -> UInt64 {
    UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self)
  }
  @inline(__always) static func load4(_ pointer: TextPointer) -> UInt32 {
    UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self)
  }

  /// The first `length` (0...8) bytes as a little-endian word, the rest zero.
  @inline(__always) static func word(_ pointer: TextPointer, _ length: Int) -> UInt64 {
    length == 0 ? 0 : load8(pointer) & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length))
  }
}

/// A table of trivial elements outside Swift's allocator: zeroed, in huge pages where it is large.
///
/// Bounds: `count` elements; nothing checks an index in release builds, so every owner states why its indices hold.
struct FlatTable<Element: BitwiseCopyable>: @unchecked Sendable {
  // Safe to share: whoever holds a table either owns it alone (writing) or shares it after it was completed (reading).
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// Maps room for `count` elements, all bytes zero.
  init(zeroedCount count: Int) {
    precondition(count >= 0, "a table has a size")
    let bytes = max(1, count) * MemoryLayout<Element>.stride + ByteText.slack
    guard let memory = cm_map_zeroed(bytes) else { preconditionFailure("no memory for \(bytes) bytes") }
    base = memory.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  /// Maps a block that is filled once, all bytes zero: one of many, or one that is read when it is full.
  init(zeroedBlockOf count: Int) {
    let bytes = max(1, count) * MemoryLayout<Element>.stride + ByteText.slack
    guard let memory = cm_map_block(bytes) else { preconditionFailure("no memory for \(bytes) bytes") }
    base = memory.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  /// Copies an array.
  init(_ elements: [Element]) {
    self.init(zeroedCount: elements.count)
    elements.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { base.update(from: first, count: source.count) }
    }
  }

  /// Takes over the memory of another table of `count` elements.
  init(owning base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// Backs all of it with memory now: for tables that are read before they are written.
  func populate() { cm_populate(base, max(1, count) * MemoryLayout<Element>.stride) }

  /// Gives the memory back; the table must not be used after.
  func deallocate() { cm_unmap(base, max(1, count) * MemoryLayout<Element>.stride + ByteText.slack) }

  /// Bytes it takes.
  var byteCount: Int { count * MemoryLayout<Element>.stride }

  @inline(__always) subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }
}

/// Memory for text that is made while parsing (unescaped or joined fields): handed out, never freed one by one.
///
/// Owned by one worker. `reset` makes all of it free again; pointers handed out before are dead then.
final class ScratchText {
  private var blocks: [UnsafeMutablePointer<UInt8>] = []
  private var blockIndex = -1
  private var used = 0
  private var large: [UnsafeMutablePointer<UInt8>] = []
  private static let blockBytes = 64 << 10

  /// Room for `count` bytes, with the slack every text buffer has.
  func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    let need = count + ByteText.slack
    if need > Self.blockBytes {
      let block = UnsafeMutablePointer<UInt8>.allocate(capacity: need)
      block.initialize(repeating: 0, count: need)
      large.append(block)
      return block
    }
    if blockIndex < 0 || used + need > Self.blockBytes {
      blockIndex += 1
      used = 0
      if blockIndex == blocks.count {
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.blockBytes)
        block.initialize(repeating: 0, count: Self.blockBytes)
        blocks.append(block)
      }
    }
    let place = blocks[blockIndex] + used
    used += need
    return place
  }

  /// Makes everything free again.
  func reset() {
    blockIndex = blocks.isEmpty ? -1 : 0
    used = 0
    for block in large { block.deallocate() }
    large.removeAll(keepingCapacity: true)
  }

  deinit {
    for block in blocks { block.deallocate() }
    for block in large { block.deallocate() }
  }
}
