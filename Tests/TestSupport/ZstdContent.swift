// What a zstd file holds.

internal import CZstd

/// Decodes zstd in one piece.
public enum ZstdContent {
  /// The decoded bytes of all frames, or nil where they are damaged or cut off.
  public static func decode(_ bytes: [UInt8]) -> [UInt8]? {
    guard let stream = ZSTD_createDStream() else { return nil }
    defer { ZSTD_freeDStream(stream) }
    var decoded: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    return bytes.withUnsafeBytes { source -> [UInt8]? in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var wanted = 1
      var isFull = false
      while input.pos < input.size || isFull {
        let produced = buffer.withUnsafeMutableBytes { target -> Int in
          var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          wanted = ZSTD_decompressStream(stream, &output, &input)
          return output.pos
        }
        guard ZSTD_isError(wanted) == 0 else { return nil }
        decoded += buffer[..<produced]
        isFull = produced == buffer.count
      }
      return wanted == 0 ? decoded : nil
    }
  }
}
