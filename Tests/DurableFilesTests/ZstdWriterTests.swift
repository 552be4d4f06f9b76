// Compressed output as the zstd library itself reads it.

import CZstd
import DurableFiles
import Glibc
import Testing

struct ZstdWriterTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Decompresses a whole file of any number of frames; nil where the library finds a fault.
  private func decompressed(_ file: [UInt8]) -> [UInt8]? {
    let context = ZSTD_createDCtx()
    defer { ZSTD_freeDCtx(context) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    return file.withUnsafeBytes { bytes in
      var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
      var left = 1
      while input.pos < input.size || left > 0 {
        let before = input.pos
        let count = block.withUnsafeMutableBytes { space in
          var output = ZSTD_outBuffer(dst: space.baseAddress, size: space.count, pos: 0)
          left = ZSTD_decompressStream(context, &output, &input)
          return output.pos
        }
        guard ZSTD_isError(left) == 0 else { return nil }
        result += block[..<count]
        // Cut short: nothing is left to read, and the frame has not ended.
        if input.pos == before, count == 0, left > 0 { return nil }
      }
      return result
    }
  }

  /// For each frame of a file, whether it has a checksum.
  private func checksumFlags(_ file: [UInt8]) -> [Bool] {
    var flags: [Bool] = []
    file.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let size = ZSTD_findFrameCompressedSize(bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        guard ZSTD_isError(size) == 0 else { break }
        // Bit 2 of the frame header descriptor, RFC 8878 section 3.1.1.1.1.
        flags.append(bytes[offset + 4] & 4 != 0)
        offset += size
      }
    }
    return flags
  }

  private func written(
    level: Int32 = ZstdWriter.levelDefault, _ body: (ZstdWriter) throws -> Void
  ) throws -> [UInt8] {
    unlink(folder.of("out.zst"))
    let writer = try ZstdWriter(try CheckedWriter(creating: folder.of("out.zst")), level: level)
    try body(writer)
    try writer.finish()
    return try #require(folder.bytes("out.zst"))
  }

  @Test(arguments: [1, 3, 19], [1, 1000, 100_000, 500_000])
  func bytesComeBackFromOneFrameWithChecksum(level: Int32, pieceBytes: Int) throws {
    let bytes = sampleBytes(500_000)
    let file = try written(level: level) { writer in
      for from in stride(from: 0, to: bytes.count, by: max(pieceBytes, 100)) {
        try writer.write(contentsOf: Array(bytes[from..<min(from + max(pieceBytes, 100), bytes.count)]))
      }
      #expect(writer.byteCount == 500_000)
    }
    #expect(decompressed(file) == bytes)
    #expect(checksumFlags(file) == [true])
  }

  @Test func aFileOfNoBytesIsOneEmptyFrame() throws {
    let file = try written { _ in }
    #expect(decompressed(file) == [])
    #expect(checksumFlags(file) == [true])
    #expect(try written { try $0.flushFrame() } == file)
  }

  @Test func framesCanBeDecompressedApart() throws {
    let file = try written { writer in
      try writer.write(contentsOf: Array("one".utf8))
      try writer.flushFrame()
      try writer.flushFrame()
      try writer.write(contentsOf: Array("two".utf8))
      try writer.write(frame: try ZstdFrame.compress(Array("three".utf8)), plainBytes: 5)
      try writer.write(contentsOf: Array("four".utf8))
      #expect(writer.byteCount == 15)
    }
    #expect(decompressed(file) == Array("onetwothreefour".utf8))
    #expect(checksumFlags(file) == [true, true, true, true])
  }

  @Test func slicesCompressedApartAreOneFile() throws {
    let bytes = sampleBytes(100_000)
    var file: [UInt8] = []
    for from in stride(from: 0, to: bytes.count, by: 30_000) {
      file += try ZstdFrame.compress(Array(bytes[from..<min(from + 30_000, bytes.count)]))
    }
    #expect(decompressed(file) == bytes)
    #expect(checksumFlags(file) == [true, true, true, true])
    #expect(decompressed(try ZstdFrame.compress([])) == [])
  }

  @Test func everyFlippedBitIsFound() throws {
    // Text, so that the frame holds entropy tables and not only a copy.
    let text = (0..<40).map { "4477009\($0 * 37 % 100),60,0.0100\n" }.joined()
    let frame = try ZstdFrame.compress(Array(text.utf8), level: 19)
    for bit in 0..<frame.count * 8 {
      var spoilt = frame
      spoilt[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = decompressed(spoilt)
      #expect(found == nil || found == Array(text.utf8), "bit \(bit)")
    }
  }

  @Test func faultsOfTheFileComeThrough() throws {
    let bytes = sampleBytes(200_000)
    let operations = FaultyFileOperations(.init(failingCall: 2, code: ENOSPC))
    let writer = try ZstdWriter(
      try CheckedWriter(creating: folder.of("out.zst"), bufferBytes: 1000, operations: operations))
    let fault = #expect(throws: FileFault.self) {
      try writer.write(contentsOf: bytes)
      try writer.finish()
    }
    #expect(fault?.code == ENOSPC)
    writer.abandon()
  }
}
