// Spilled bytes, read back in order.

import Glibc

/// Walks over a stretch of a spill file with large reads. Used by one thread at a time; a file may have many
/// readers.
public final class SpillReader {
  private let file: SpillFile
  // Where the next read begins, and where the stretch ends.
  private var fileOffset: Int64
  private let untilOffset: Int64
  private var buffer: UnsafeMutableRawBufferPointer
  // The bytes of the buffer that were read and not yet handed out.
  private var from = 0
  private var until = 0

  init(_ file: SpillFile, from: Int64, until: Int64, bufferBytes: Int) {
    precondition(from >= 0 && from <= until, "a stretch of a spill file begins before it ends")
    self.file = file
    fileOffset = from
    untilOffset = until
    buffer = .allocate(byteCount: max(1, min(bufferBytes, Int(until - from))), alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// Bytes of the stretch that were not handed out yet.
  public var leftBytes: Int64 { untilOffset - fileOffset + Int64(until - from) }

  /// The next `count` bytes; nil where the stretch has ended. They stay until the next call or the reader's end.
  ///
  /// - Precondition: the stretch does not end inside them, and `count` is positive.
  /// - Complexity: O(1) for bytes that are in the buffer.
  public func next(_ count: Int) throws(FileFault) -> UnsafeRawBufferPointer? {
    precondition(count > 0, "a step over spilled bytes is positive")
    if count > until - from {
      guard leftBytes > 0 else { return nil }
      precondition(leftBytes >= Int64(count), "a stretch of a spill file ends where a value ends")
      try fill(atLeast: count)
    }
    defer { from += count }
    return UnsafeRawBufferPointer(rebasing: buffer[from..<from + count])
  }

  /// The next value that says its own length: `length` tells from the first `headBytes` how many bytes it has in all. Nil
  /// where the stretch has ended. The bytes stay until the next call or the reader's end.
  ///
  /// - Precondition: the stretch does not end inside a value.
  public func next(
    headBytes: Int, length: (UnsafeRawBufferPointer) -> Int
  ) throws(FileFault) -> UnsafeRawBufferPointer? {
    precondition(headBytes > 0, "a step over spilled bytes is positive")
    guard leftBytes > 0 else { return nil }
    precondition(leftBytes >= Int64(headBytes), "a stretch of a spill file ends where a value ends")
    if headBytes > until - from { try fill(atLeast: headBytes) }
    let count = length(UnsafeRawBufferPointer(rebasing: buffer[from..<from + headBytes]))
    precondition(count >= headBytes, "a value holds its own head")
    return try next(count)
  }

  /// Moves what is left to the front and reads behind it.
  private func fill(atLeast count: Int) throws(FileFault) {
    let left = until - from
    if count > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[from..<until]))
      buffer.deallocate()
      buffer = larger
    } else if left > 0, let base = buffer.baseAddress {
      memmove(base, base + from, left)
    }
    from = 0
    let room = min(buffer.count - left, Int(untilOffset - fileOffset))
    let read = try file.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[left..<left + room]), at: fileOffset)
    until = left + read
    fileOffset += Int64(read)
    guard until >= count else { throw file.cutShort }
  }
}
