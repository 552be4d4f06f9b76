// The bytes of a file of a usage folder, decompressed and hashed as they are read.

import CZstd
import Glibc

/// Reads one file from its beginning to its end; names that end in `.zst` are decompressed. Used by one thread at a time, except that
/// another one may hash what was read unhashed.
final class FileDecoder {
  // What zstd asks for: its largest block is 128 KiB.
  private static let bufferBytes = 128 << 10

  /// The name for messages.
  let name: String
  private var hash = SHA256()
  private let descriptor: CInt
  private let stream: OpaquePointer?
  private var input: UnsafeMutableRawBufferPointer
  private var inputRange = 0..<0
  private var isInsideFrame = true
  private var hasBegun = false
  // The last output buffer was too small: zstd holds more without needing more input.
  private var hasMoreOutput = false

  /// Opens `path`, which messages call `name`.
  init(path: String, name: String) throws(UsageFolderFault) {
    self.name = name
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw UsageFolderFault(.unreadable, file: name, message: "cannot open: \(Self.lastError())", hint: "")
    }
    input = .allocate(byteCount: Self.bufferBytes, alignment: 16)
    stream = name.hasSuffix(".zst") ? ZSTD_createDCtx() : nil
    precondition(stream != nil || !name.hasSuffix(".zst"), "memory for a zstd stream")
  }

  deinit {
    close(descriptor)
    input.deallocate()
    if let stream { ZSTD_freeDCtx(stream) }
  }

  /// SHA-256 of the decoded bytes given out so far, 64 hexadecimal digits.
  var hexDigest: String { hash.hexDigest() }

  /// Fills `buffer` from its beginning; 0 at the end of the file. A frame that is cut or damaged is a fault.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    let count = try readUnhashed(into: buffer)
    hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// The same for who hashes what was read, in its order: see `addToHash`.
  func readUnhashed(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    stream == nil ? try readRaw(into: buffer) : try decompress(into: buffer)
  }

  /// Hashes what `readUnhashed` or `takeFrame` gave, decoded.
  func addToHash(_ bytes: UnsafeRawBufferPointer) { hash.update(bytes) }

  private func decompress(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while output.pos == 0 {
      if inputRange.isEmpty, !hasMoreOutput {
        inputRange = 0..<(try readRaw(into: input))
        if inputRange.isEmpty {
          guard !isInsideFrame else {
            throw UsageFolderFault(
              .doesNotMeet, file: name, message: "the file is cut off inside a zstd frame")
          }
          return 0
        }
      }
      var piece = ZSTD_inBuffer(
        src: input.baseAddress, size: inputRange.upperBound, pos: inputRange.lowerBound)
      let result = ZSTD_decompressStream(stream, &output, &piece)
      guard ZSTD_isError(result) == 0 else { throw Self.damage(of: name, result) }
      (hasBegun, isInsideFrame) = (true, result != 0)
      hasMoreOutput = isInsideFrame && output.pos == output.size
      inputRange = piece.pos..<inputRange.upperBound
    }
    return output.pos
  }

  private static let frameHeaderBytesMax = 18
  /// Bytes that a frame of its own may hold, compressed or not.
  static let frameBytesMax = 8 << 20

  /// Whether the frame that was read last has ended: the next one may be taken whole.
  var isBetweenFrames: Bool { stream != nil && hasBegun && !isInsideFrame }

  /// Gives the next zstd frame to `body`, compressed, with how many bytes it holds.
  ///
  /// False, and nothing is taken, where no whole frame follows that says so, or where it is larger than `frameBytesMax`: such
  /// bytes are for `read`.
  func takeFrame(_ body: (UnsafeRawBufferPointer, Int) -> Void) throws(UsageFolderFault) -> Bool {
    guard stream != nil, isBetweenFrames || !hasBegun else { return false }
    while true {
      let held = UnsafeRawBufferPointer(rebasing: input[inputRange])
      let contentBytes = ZSTD_getFrameContentSize(held.baseAddress, held.count)
      if (1...UInt64(Self.frameBytesMax)).contains(contentBytes) {
        let byteCount = ZSTD_findFrameCompressedSize(held.baseAddress, held.count)
        if ZSTD_isError(byteCount) == 0 {
          body(UnsafeRawBufferPointer(rebasing: held[..<byteCount]), Int(contentBytes))
          inputRange = inputRange.lowerBound + byteCount..<inputRange.upperBound
          (hasBegun, isInsideFrame) = (true, false)
          return true
        }
      } else if held.count >= Self.frameHeaderBytesMax {
        // Far above it where a frame does not say.
        return false
      }
      guard held.count < Self.frameBytesMax, try refill() else { return false }
    }
  }

  /// Reads more behind what was read of the file and not decoded yet; false at its end.
  private func refill() throws(UsageFolderFault) -> Bool {
    let held = UnsafeRawBufferPointer(rebasing: input[inputRange])
    if held.count + Self.bufferBytes > input.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * input.count, alignment: 16)
      larger.copyMemory(from: held)
      input.deallocate()
      input = larger
    } else if let base = input.baseAddress, let from = held.baseAddress {
      memmove(base, from, held.count)
    }
    inputRange = 0..<held.count
    let count = try readRaw(into: UnsafeMutableRawBufferPointer(rebasing: input[held.count...]))
    inputRange = 0..<held.count + count
    return count > 0
  }

  private func readRaw(into buffer: UnsafeMutableRawBufferPointer) throws(UsageFolderFault) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR {
        throw UsageFolderFault(.unreadable, file: name, message: "cannot read: \(Self.lastError())", hint: "")
      }
    }
  }

  /// What zstd found wrong with the file `name`.
  static func damage(of name: String, _ code: Int) -> UsageFolderFault {
    let reason = String(cString: ZSTD_getErrorName(code))
    return UsageFolderFault(.doesNotMeet, file: name, message: "the zstd stream is damaged: \(reason)")
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}
