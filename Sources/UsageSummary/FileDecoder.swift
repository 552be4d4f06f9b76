// The bytes of a file of a usage folder, decompressed and hashed as they are read.

import CZstd
import Glibc

/// Reads one file from its beginning to its end; names that end in `.zst` are decompressed. Used by one thread at a time.
final class FileDecoder {
  // What zstd asks for: its largest block is 128 KiB.
  private static let bufferBytes = 128 << 10

  /// The name for messages.
  let name: String
  private var hash = SHA256()
  private let descriptor: CInt
  private let stream: OpaquePointer?
  private let input: UnsafeMutableRawBufferPointer
  private var inputRange = 0..<0
  private var isInsideFrame = true
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
    let count = stream == nil ? try readRaw(into: buffer) : try decompress(into: buffer)
    hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

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
      guard ZSTD_isError(result) == 0 else {
        let reason = String(cString: ZSTD_getErrorName(result))
        throw UsageFolderFault(.doesNotMeet, file: name, message: "the zstd stream is damaged: \(reason)")
      }
      isInsideFrame = result != 0
      hasMoreOutput = isInsideFrame && output.pos == output.size
      inputRange = piece.pos..<inputRange.upperBound
    }
    return output.pos
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

  private static func lastError() -> String { String(cString: strerror(errno)) }
}
