// Compressed catalog files: whole, in several frames or members, cut off, damaged.

import CZlib
import CZstd
import Testing

@testable import Catalog

@Suite struct CompressedTextTests {
  enum Form: CaseIterable { case zstd, gzip }

  /// `text` compressed as one frame or member.
  private static func compress(_ text: [UInt8], _ form: Form) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: text.count + 1024)
    var count = 0
    switch form {
    case .zstd:
      count = ZSTD_compress(&target, target.count, text, text.count, 3)
    case .gzip:
      var stream = z_stream()
      let size = Int32(MemoryLayout<z_stream>.size)
      // 15 bits of window; 16 more ask for the gzip wrapper.
      deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
      count = text.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
          stream.avail_in = UInt32(source.count)
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          deflate(&stream, Z_FINISH)
          return target.count - Int(stream.avail_out)
        }
      }
      deflateEnd(&stream)
    }
    return Array(target[..<count])
  }

  /// Text that compresses well and fills several chunks of output.
  private static let long = (0..<200_000).flatMap { Array("prefix \($0 % 1000),0.01\n".utf8) }

  @Test func plainTextIsLeftAlone() throws {
    for text in ["", "prefix,price\n", "(", "\u{1F}"] {
      #expect(try CompressedText.decompressed(Array(text.utf8)) == Array(text.utf8))
    }
  }

  @Test(arguments: Form.allCases)
  func framesAndMembersAreJoined(form: Form) throws {
    let short = Array("44,1\n".utf8)
    let one = Self.compress(short, form)
    #expect(try CompressedText.decompressed(one) == short)
    #expect(try CompressedText.decompressed(one + one) == short + short)
    let many = Self.compress(Self.long, form)
    #expect(try CompressedText.decompressed(many + one) == Self.long + short)
    #expect(try CompressedText.decompressed(Self.compress([], form)) == [])
  }

  @Test(arguments: Form.allCases)
  func everyCutIsAFault(form: Form) {
    let whole = Self.compress(Array("prefix,price\n44,0.01\n".utf8), form)
    // With fewer bytes the file is not known to be compressed.
    let magicCount = form == .zstd ? 4 : 2
    for count in magicCount..<whole.count {
      #expect(throws: CompressedText.Fault.self, "\(count)") {
        try CompressedText.decompressed(Array(whole[..<count]))
      }
    }
    let long = Self.compress(Self.long, form)
    #expect(throws: CompressedText.Fault.self) { try CompressedText.decompressed(Array(long.dropLast())) }
  }

  @Test(arguments: Form.allCases)
  func trailingBytesAreAFault(form: Form) {
    let whole = Self.compress(Array("44,1\n".utf8), form)
    #expect(throws: CompressedText.Fault.self) {
      try CompressedText.decompressed(whole + Array("garbage".utf8))
    }
  }
}
