// The bytes of one input as they lie on disk: mapped and released behind the reader, or read from a descriptor.

import CMachine
import Glibc

/// A stretch of an input's stored bytes, handed out window by window. One reader at a time.
protocol StoredBytes: AnyObject {
  /// The next bytes, valid until the next call; empty at the end.
  func next() throws(DamagedFile) -> UnsafeRawBufferPointer
  /// Offset in the file of the byte after those handed out.
  var offset: Int64 { get }
}

/// A regular file in memory. Shared by the readers of its parts; unmapped when the last one goes.
final class MappedFile: @unchecked Sendable {
  // Safe to share: the mapping is only read, and `tripped` is asked through an atomic of the guard.
  let name: String
  let base: UnsafeRawPointer
  let length: Int
  private let guardSlot: Int32
  private let identity: FileIdentity

  /// Maps the whole file, or returns nil where it is empty, no regular file, or cannot be mapped.
  init?(descriptor: Int32, name: String, identity: FileIdentity) {
    guard identity.isRegular, identity.size > 0 else { return nil }
    length = Int(identity.size)
    guard let memory = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
      return nil
    }
    let slot = cm_guard_add(memory, length)
    guard slot >= 0 else {
      munmap(memory, length)
      return nil
    }
    madvise(memory, length, MADV_SEQUENTIAL)
    base = UnsafeRawPointer(memory)
    guardSlot = slot
    self.name = name
    self.identity = identity
  }

  deinit {
    cm_guard_remove(guardSlot)
    munmap(UnsafeMutableRawPointer(mutating: base), length)
  }

  /// Whether a page vanished under the reader.
  var hasShrunk: Bool { cm_guard_tripped(guardSlot) != 0 }

  /// Tells the kernel that these pages were read: mapped pages count as peak memory.
  func release(from: Int, until: Int) {
    let page = 4096
    let first = from / page * page
    guard until > first else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), (until - first) / page * page, MADV_DONTNEED)
  }
}

/// A stretch of a mapped file.
final class MappedBytes: StoredBytes {
  private let file: MappedFile
  private var at: Int
  private let end: Int
  private static let window = 1 << 20

  init(_ file: MappedFile, from: Int, until: Int) {
    self.file = file
    at = from
    end = until
  }

  var offset: Int64 { Int64(at) }

  func next() throws(DamagedFile) -> UnsafeRawBufferPointer {
    file.release(from: max(0, at - Self.window), until: at)
    if file.hasShrunk { throw FileIdentity.changed(file.name, "became shorter") }
    let count = min(Self.window, end - at)
    let bytes = UnsafeRawBufferPointer(start: file.base + at, count: max(0, count))
    at += max(0, count)
    return bytes
  }
}

/// Bytes read from a descriptor, after some that were read already to know what the input is.
final class DescriptorBytes: StoredBytes {
  private let name: String
  private let input: PipeInput
  private let buffer: UnsafeMutableRawPointer
  private var head: [UInt8]
  private(set) var offset: Int64 = 0
  // One megabyte a read: a pipe gives what it holds, a file as much as fits.
  private static let bufferBytes = 1 << 20

  init(name: String, input: PipeInput, head: [UInt8]) {
    self.name = name
    self.input = input
    self.head = head
    buffer = .allocate(byteCount: Self.bufferBytes, alignment: 4096)
  }

  deinit { buffer.deallocate() }

  func next() throws(DamagedFile) -> UnsafeRawBufferPointer {
    if !head.isEmpty {
      let count = head.count
      head.withUnsafeBytes {
        buffer.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(buffer), byteCount: count)
      }
      head = []
      offset += Int64(count)
      return UnsafeRawBufferPointer(start: buffer, count: count)
    }
    let count = input.read(into: buffer, Self.bufferBytes)
    guard count >= 0 else {
      throw DamagedFile(
        name: name, offset: offset, message: "cannot be read: \(String(cString: strerror(errno)))",
        recordsRead: 0)
    }
    offset += Int64(count)
    return UnsafeRawBufferPointer(start: buffer, count: count)
  }
}

/// What a file was when it was opened: compared again at its end.
struct FileIdentity: Equatable, Sendable {
  var size: Int64
  var inode: UInt64
  var device: UInt64
  var modifiedSeconds: Int64
  var modifiedNanoseconds: Int64
  var isRegular: Bool

  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    size = Int64(status.st_size)
    inode = UInt64(status.st_ino)
    device = UInt64(status.st_dev)
    modifiedSeconds = Int64(status.st_mtim.tv_sec)
    modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
    isRegular = status.st_mode & S_IFMT == S_IFREG
  }

  /// The damage of a file that another program changed meanwhile.
  static func changed(_ name: String, _ how: String) -> DamagedFile {
    DamagedFile(
      name: name, offset: -1,
      message: "\(how) while it was read; wait until the export is complete, then rate it again",
      recordsRead: 0)
  }
}
