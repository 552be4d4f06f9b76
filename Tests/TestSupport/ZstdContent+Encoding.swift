// zstd files as exporters write them, and as they should not.

internal import CZstd

extension ZstdContent {
  /// One frame with these bytes. Its window is 2^`windowLog` bytes where that is given, which a reader must have.
  public static func encode(
    _ bytes: [UInt8], isChecked: Bool = true, level: Int32 = 3, windowLog: Int32? = nil
  ) -> [UInt8] {
    guard let context = ZSTD_createCCtx() else { return [] }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, isChecked ? 1 : 0)
    if let windowLog {
      // Without the content size a frame keeps the window that it was asked for.
      ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
      ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    }
    return stream(bytes, context, isSized: windowLog == nil)
  }

  private static func stream(_ bytes: [UInt8], _ context: OpaquePointer, isSized: Bool) -> [UInt8] {
    var encoded = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + 64)
    let count = encoded.withUnsafeMutableBytes { target -> Int in
      bytes.withUnsafeBytes { source -> Int in
        if isSized {
          return ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
        }
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        // In two steps: a frame that is ended at once would be written with its size after all.
        _ = ZSTD_compressStream2(context, &output, &input, ZSTD_e_flush)
        let rest = ZSTD_compressStream2(context, &output, &input, ZSTD_e_end)
        return ZSTD_isError(rest) != 0 ? rest : output.pos
      }
    }
    precondition(ZSTD_isError(count) == 0, "a test asks for a frame that zstd makes")
    return Array(encoded[..<count])
  }

  /// A frame that decoders skip, with `bytes` in it.
  public static func skippableFrame(_ bytes: [UInt8] = []) -> [UInt8] {
    let size = UInt32(bytes.count)
    return [0x50, 0x2a, 0x4d, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + bytes
  }
}
