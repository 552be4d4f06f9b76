// Decompresses authored files: zstd and gzip, known by their first bytes. Usage files have their own, streaming reader.

import CZlib
import CZstd

/// Texts that may be compressed.
enum CompressedText {
  /// Why a text cannot be decompressed.
  struct Fault: Error, Equatable {
    var message: String
  }

  /// Largest text after decompression: 2 GiB, forty times the largest deck known. A bomb ends here.
  static let bytesMax = 1 << 31

  private static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
  private static let gzipMagic: [UInt8] = [0x1F, 0x8B]
  private static let chunkBytes = 1 << 18

  /// The text behind `stored`, which is `stored` itself where it is not compressed; all frames or members of it.
  static func decompressed(_ stored: [UInt8]) throws(Fault) -> [UInt8] {
    if stored.starts(with: zstdMagic) { return try unzstd(stored) }
    if stored.starts(with: gzipMagic) { return try gunzip(stored) }
    return stored
  }

  private static func unzstd(_ stored: [UInt8]) throws(Fault) -> [UInt8] {
    guard let context = ZSTD_createDCtx() else { throw Fault(message: "no memory to decompress") }
    defer { ZSTD_freeDCtx(context) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: chunkBytes)
    var offset = 0
    var left = 0
    while offset < stored.count || left > 0 {
      let before = (offset, text.count)
      let status = stored.withUnsafeBytes { source in
        chunk.withUnsafeMutableBytes { target in
          var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: offset)
          var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let status = ZSTD_decompressStream(context, &output, &input)
          offset = input.pos
          text.append(contentsOf: target[..<output.pos])
          return status
        }
      }
      guard ZSTD_isError(status) == 0 else {
        throw Fault(
          message: "damaged zstd near byte \(offset): \(String(cString: ZSTD_getErrorName(status)))")
      }
      left = status
      if (offset, text.count) == before { throw Fault(message: "the zstd frame is cut off") }
      try checkSize(text)
    }
    return text
  }

  private static func gunzip(_ stored: [UInt8]) throws(Fault) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window; 16 more ask for the gzip wrapper.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw Fault(message: "no memory to decompress")
    }
    defer { inflateEnd(&stream) }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: chunkBytes)
    var offset = 0
    var isInsideMember = true
    while offset < stored.count || isInsideMember {
      let before = (offset, text.count)
      switch inflate(&stream, stored, &offset, &chunk, &text) {
      case Z_STREAM_END:
        inflateReset(&stream)
        isInsideMember = false
      case Z_OK, Z_BUF_ERROR: isInsideMember = true
      default: throw Fault(message: "damaged gzip near byte \(offset)")
      }
      if isInsideMember, (offset, text.count) == before { throw Fault(message: "the gzip member is cut off") }
      try checkSize(text)
    }
    return text
  }

  /// One step of at most a chunk in and a chunk out.
  private static func inflate(
    _ stream: inout z_stream, _ stored: [UInt8], _ offset: inout Int, _ chunk: inout [UInt8],
    _ text: inout [UInt8]
  ) -> Int32 {
    // zlib counts 32 bits a call.
    let inputCount = min(stored.count - offset, 1 << 30)
    let from = offset
    let (status, taken, given) = stored.withUnsafeBufferPointer { source in
      chunk.withUnsafeMutableBufferPointer { target in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress! + from)
        stream.avail_in = UInt32(inputCount)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        return (status, inputCount - Int(stream.avail_in), target.count - Int(stream.avail_out))
      }
    }
    offset += taken
    text.append(contentsOf: chunk[..<given])
    return status
  }

  private static func checkSize(_ text: [UInt8]) throws(Fault) {
    guard text.count <= bytesMax else { throw Fault(message: "more than 2 GiB when decompressed") }
  }
}
