// Compressed output: zstd frames with checksums, over a checked writer.
//
// A frame without a checksum lets two thirds of all flipped bits pass unseen, so none is ever written without
// one.

import CZstd
import Glibc

/// A streaming zstd compressor in front of a `CheckedWriter`.
///
/// One frame for the whole file, unless `flushFrame` ends it earlier; concatenated frames are a valid file,
/// and frames can be decompressed apart. Used by one thread at a time.
public final class ZstdWriter {
  /// The level that zstd itself takes without being told.
  public static let levelDefault: Int32 = 3

  private let writer: CheckedWriter
  private let context: OpaquePointer
  private let output: UnsafeMutableRawBufferPointer
  // Whether bytes went into a frame that has not ended.
  private var isInFrame = false
  private var frameCount = 0

  /// The file, as messages name it.
  public var path: String { writer.path }
  /// Bytes taken so far, before compression.
  public private(set) var byteCount: Int64 = 0

  /// Writes compressed bytes to `writer`, which belongs to this writer from now on.
  public init(_ writer: CheckedWriter, level: Int32 = levelDefault) throws(FileFault) {
    self.writer = writer
    context = try ZstdFrame.context(level: level, path: writer.path)
    output = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 64)
  }

  deinit {
    ZSTD_freeCCtx(context)
    output.deallocate()
  }

  /// Takes bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    guard !bytes.isEmpty else { return }
    isInFrame = true
    byteCount += Int64(bytes.count)
    try compress(bytes, ZSTD_e_continue)
  }

  /// Takes the bytes of an array.
  public func write(contentsOf bytes: [UInt8]) throws(FileFault) {
    try bytes.withUnsafeBufferPointer { (all) throws(FileFault) in try write(UnsafeRawBufferPointer(all)) }
  }

  /// Takes a frame that was compressed elsewhere, as it is: `ZstdFrame.compress` on another core.
  ///
  /// An open frame is ended first. `plainBytes` is what the frame decompresses to.
  public func write(frame: [UInt8], plainBytes: Int) throws(FileFault) {
    try flushFrame()
    frameCount += 1
    byteCount += Int64(plainBytes)
    try writer.write(contentsOf: frame)
  }

  /// Ends the frame, so that what follows can be decompressed without what came before. Nothing happens where
  /// no frame is open.
  public func flushFrame() throws(FileFault) {
    if isInFrame { try endFrame() }
  }

  /// Ends the last frame and finishes the writer; a file of no bytes is one empty frame.
  public func finish(isSynced: Bool = false) throws(FileFault) {
    if isInFrame || frameCount == 0 { try endFrame() }
    try writer.finish(isSynced: isSynced)
  }

  /// Closes the file without ending it. For a file that will be thrown away.
  public func abandon() { writer.abandon() }

  private func endFrame() throws(FileFault) {
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
    isInFrame = false
    frameCount += 1
  }

  private func compress(_ bytes: UnsafeRawBufferPointer, _ directive: ZSTD_EndDirective) throws(FileFault) {
    var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var step = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      let left = ZSTD_compressStream2(context, &step, &input, directive)
      guard ZSTD_isError(left) == 0 else { throw ZstdFrame.fault(path) }
      try writer.write(UnsafeRawBufferPointer(rebasing: output[..<step.pos]))
      if directive == ZSTD_e_end ? left == 0 : input.pos == input.size { return }
    }
  }
}

/// Single zstd frames, for compressing slices of one output on several cores.
public enum ZstdFrame {
  /// Compresses bytes to one frame with their size in its head and a checksum at its end.
  ///
  /// A pure function; frames put one after the other are a valid file. `path` is named where memory runs out.
  /// Complexity: O(n); a context of about 1 MiB at level 3 is made and freed, so slices should have 256 KiB
  /// or more.
  public static func compress(
    _ bytes: UnsafeRawBufferPointer, level: Int32 = ZstdWriter.levelDefault, path: String = "output"
  ) throws(FileFault) -> [UInt8] {
    let context = try context(level: level, path: path)
    defer { ZSTD_freeCCtx(context) }
    var frameBytes = 0
    let frame = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { buffer, count in
      frameBytes = ZSTD_compress2(
        context, buffer.baseAddress, buffer.count, bytes.baseAddress, bytes.count)
      count = ZSTD_isError(frameBytes) == 0 ? frameBytes : 0
    }
    guard ZSTD_isError(frameBytes) == 0 else { throw fault(path) }
    return frame
  }

  /// Compresses the bytes of an array.
  public static func compress(
    _ bytes: [UInt8], level: Int32 = ZstdWriter.levelDefault, path: String = "output"
  ) throws(FileFault) -> [UInt8] {
    try bytes.withUnsafeBufferPointer { (all) throws(FileFault) in
      try compress(UnsafeRawBufferPointer(all), level: level, path: path)
    }
  }

  static func context(level: Int32, path: String) throws(FileFault) -> OpaquePointer {
    guard let context = ZSTD_createCCtx() else { throw fault(path) }
    // Levels outside the library's range are brought into it, so neither call can fail.
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    if level == 1 {
      // Of tables, whose rows repeat what stands just above them: a window and a hash table that stay in the caches take a seventh
      // less time for 2 % more bytes.
      _ = ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 16)
      _ = ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 12)
    }
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    return context
  }

  /// With parameters that hold and room for the output, memory is the only thing that a compressor can lack.
  static func fault(_ path: String) -> FileFault { FileFault(path: path, operation: .compress, code: ENOMEM) }
}
