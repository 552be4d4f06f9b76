// Decoded text of an input or of a part of it: plain, zstd or gzip, known by magic number.

import CZlib
import CZstd
import DurableFiles
import Glibc

/// Decodes stored bytes into a caller's buffer. One reader at a time.
protocol TextStream: AnyObject {
  /// Fills the buffer with decoded bytes; returns how many, 0 only at the end.
  ///
  /// - Throws: `DamagedFile` where the stored bytes are broken or end too early.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int
  /// Bytes of the file that have been taken so far: for progress.
  var storedOffset: Int64 { get }
  /// Whether a checksum vouches for every byte decoded so far.
  var isChecked: Bool { get }
  /// Whether reading it is work, so that its reader had better stay at it.
  var isDecoding: Bool { get }
}

/// How an input is stored.
enum StoredForm: Sendable {
  case plain, zstd, gzip

  /// By the first bytes; by the name's end where there are fewer bytes than tell, so that a transfer that broke off at
  /// once is not taken for a file without records.
  init(magic: some Collection<UInt8>, name: String) {
    self.init(magic: magic)
    guard self == .plain, magic.count < 4 else { return }
    if name.hasSuffix(".zst") { self = .zstd }
    if name.hasSuffix(".gz") { self = .gzip }
  }

  /// By the first bytes; a skippable zstd frame counts as zstd.
  init(magic: some Collection<UInt8>) {
    let head = Array(magic.prefix(4))
    if head.count == 4, head[1...] == [0xb5, 0x2f, 0xfd], head[0] == 0x28 {
      self = .zstd
    } else if head.count == 4, head[0] & 0xf0 == 0x50, head[1...] == [0x2a, 0x4d, 0x18] {
      self = .zstd
    } else if head.count >= 2, head[0] == 0x1f, head[1] == 0x8b {
      self = .gzip
    } else {
      self = .plain
    }
  }
}

/// Plain text: what is stored is what is read.
final class PlainStream: TextStream {
  private let name: String
  private let input: PipeInput
  private var at: Int64
  private let end: Int64
  private var head: [UInt8]
  /// The calls that read at a position; nil where bytes come as they come.
  private let operations: (any FileOperations)?

  /// A stretch of a regular file, read at its position, so that several readers can share the descriptor.
  init(name: String, descriptor: Int32, from: Int64, until: Int64, operations: any FileOperations) {
    self.name = name
    input = PipeInput(descriptor: descriptor, progress: nil)
    at = from
    end = until
    head = []
    self.operations = operations
  }

  /// A pipe or a file of unknown length, after bytes that were read already.
  init(name: String, input: PipeInput, head: [UInt8]) {
    self.name = name
    self.input = input
    at = 0
    end = .max
    self.head = head
    operations = nil
  }

  var storedOffset: Int64 { at }
  var isChecked: Bool { false }
  var isDecoding: Bool { false }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    if !head.isEmpty {
      let count = min(head.count, buffer.count)
      head.withUnsafeBytes {
        base.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: count)
      }
      head.removeFirst(count)
      at += Int64(count)
      return count
    }
    let wanted = Int(min(Int64(buffer.count), end - at))
    guard wanted > 0 else { return 0 }
    while true {
      var count = 0
      var code: Int32 = 0
      if let operations {
        let room = UnsafeMutableRawBufferPointer(start: base, count: wanted)
        count = operations.read(input.descriptor, room, at: at)
        code = Int32(max(0, -count))
      } else {
        count = input.read(into: base, wanted)
        code = errno
      }
      if count > 0 {
        at += Int64(count)
        return count
      }
      if count == 0 {
        if operations != nil { throw FileIdentity.changed(name, "became shorter") }
        return 0
      }
      if code == EINTR { continue }
      throw DamagedFile(
        name: name, offset: at, message: "cannot be read: \(String(cString: strerror(code)))", recordsRead: 0
      )
    }
  }
}

/// Zstandard: one or many frames, skippable frames between them.
final class ZstdStream: TextStream {
  private let name: String
  private let stored: any StoredBytes
  /// Made with the first byte: a file of many frames has many streams, and few are read at a time.
  private var context: OpaquePointer?
  private var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  private var isInsideFrame = false
  private var hasBegun = false
  private var hasEnded = false
  private(set) var isChecked = true
  var isDecoding: Bool { true }
  private var frameStart: Int64 = 0
  /// Windows above 128 MiB are refused: a frame may ask for 2 GiB.
  private static let windowLogMax: Int32 = 27
  /// `ZSTD_error_frameParameter_windowTooLarge`, which comes as a negative result; numbers below 100 never change.
  private static let windowTooLarge = 16

  init(name: String, stored: any StoredBytes) {
    self.name = name
    self.stored = stored
  }

  deinit { ZSTD_freeDCtx(context) }

  private static func makeContext() -> OpaquePointer {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("no memory for a decompressor") }
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogMax)
    return context
  }

  var storedOffset: Int64 { stored.offset - Int64(input.size - input.pos) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    let context = self.context ?? Self.makeContext()
    self.context = context
    while output.pos < output.size, !hasEnded {
      if input.pos == input.size {
        let bytes = try stored.next()
        if bytes.isEmpty {
          guard hasBegun else { throw damage("is empty, without a zstd frame; fetch it again") }
          if isInsideFrame { try drain(&output) } else { hasEnded = true }
          continue
        }
        input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
      }
      if !isInsideFrame { noteFrame() }
      let result = ZSTD_decompressStream(context, &output, &input)
      if ZSTD_isError(result) != 0 {
        if result == 0 &- Self.windowTooLarge {
          throw damage(
            "is whole as far as can be seen, but needs a window of more than \(1 << (Self.windowLogMax - 20)) MiB to be "
              + "decompressed, which is not allowed here; compress it again without --long or --ultra, or pipe it: "
              + "zstd -d --long=31 -c \(name) | ratemill ... --source NAME -")
        }
        throw damage("is damaged: \(String(cString: ZSTD_getErrorName(result))); fetch it again")
      }
      isInsideFrame = result != 0
    }
    return output.pos
  }

  /// All the input is taken: lets the decoder hand out what it still holds. Where it has nothing, the frame is cut off.
  private func drain(_ output: inout ZSTD_outBuffer) throws(DamagedFile) {
    let before = output.pos
    var empty = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
    let result = ZSTD_decompressStream(context, &output, &empty)
    isInsideFrame = result != 0
    if ZSTD_isError(result) != 0 || isInsideFrame && output.pos == before {
      throw damage("ends in the middle of a zstd frame; the file is truncated, fetch it again")
    }
  }

  /// Remembers where a frame began, and whether it carries a checksum (bit 2 of the frame header's descriptor byte).
  private func noteFrame() {
    hasBegun = true
    frameStart = storedOffset
    guard let source = input.src, input.size - input.pos >= 5 else { return }
    let bytes = source.assumingMemoryBound(to: UInt8.self) + input.pos
    if bytes[0] == 0x28, bytes[4] & 0x04 == 0 { isChecked = false }
  }

  private func damage(_ message: String) -> DamagedFile {
    DamagedFile(name: name, offset: storedOffset, message: message, recordsRead: 0)
  }
}

/// gzip: one or many members. Zeros after the last member are padding; anything else is damage.
final class GzipStream: TextStream {
  private let name: String
  private let stored: any StoredBytes
  private var stream = z_stream()
  private var isInsideMember = true
  private var hasEnded = false

  init(name: String, stored: any StoredBytes) {
    self.name = name
    self.stored = stored
    // 15 bits of window, + 16: gzip wrapper only.
    inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  }

  deinit { inflateEnd(&stream) }

  var storedOffset: Int64 { stored.offset - Int64(stream.avail_in) }
  var isChecked: Bool { true }
  var isDecoding: Bool { true }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int {
    guard let base = buffer.baseAddress, !hasEnded else { return 0 }
    stream.next_out = base.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(buffer.count)
    while stream.avail_out > 0, !hasEnded {
      if stream.avail_in == 0 {
        let bytes = try stored.next()
        if bytes.isEmpty {
          hasEnded = true
          if isInsideMember {
            throw damage("ends in the middle of a gzip member; the file is truncated, fetch it again")
          }
          break
        }
        stream.next_in = UnsafeMutablePointer(
          mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(bytes.count)
      }
      if !isInsideMember, try !beginMember() { break }
      let result = inflate(&stream, Z_NO_FLUSH)
      if result == Z_STREAM_END {
        isInsideMember = false
      } else if result != Z_OK, result != Z_BUF_ERROR {
        let what = stream.msg.map { String(cString: $0) } ?? "code \(result)"
        throw damage("is damaged: \(what); fetch it again")
      }
    }
    return buffer.count - Int(stream.avail_out)
  }

  /// Looks at what follows a member: another one, or padding. False at the end.
  private func beginMember() throws(DamagedFile) -> Bool {
    guard let next = stream.next_in else { return false }
    if next[0] == 0x1f {
      inflateReset(&stream)
      isInsideMember = true
      return true
    }
    while stream.avail_in > 0 {
      guard let byte = stream.next_in, byte[0] == 0 else {
        throw damage("has bytes after its last gzip member that are no gzip; fetch it again")
      }
      stream.next_in += 1
      stream.avail_in -= 1
    }
    return true
  }

  private func damage(_ message: String) -> DamagedFile {
    DamagedFile(name: name, offset: storedOffset, message: message, recordsRead: 0)
  }
}
