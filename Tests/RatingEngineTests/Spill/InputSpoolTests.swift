// Standard input that is read twice.

import DurableFiles
import Glibc
import TestSupport
import Testing

@testable import RatingEngine

@Suite struct InputSpoolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
  }

  /// A spool over a file that stands for a pipe.
  private func spool(
    _ content: [UInt8], _ operations: any FileOperations = SystemFileOperations()
  ) throws -> (spool: InputSpool, descriptor: Int32) {
    try folder.write(content, to: "input")
    let descriptor = open(folder.path(of: "input"), O_RDONLY)
    return (
      InputSpool(place: SpillPlace(folder: folder.path, operations: operations), descriptor: descriptor),
      descriptor
    )
  }

  private func read(_ stream: any TextStream, _ step: Int, atMost: Int = .max) throws -> [UInt8] {
    var found: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 1)
    defer { buffer.deallocate() }
    while found.count < atMost {
      let count = try stream.read(into: buffer)
      if count == 0 { break }
      found += buffer[..<count]
    }
    return found
  }

  @Test(arguments: [0, 1, 3, 4, 5, 70_000]) func everyReadingFindsTheSameBytes(count: Int) throws {
    let content = bytes(count)
    let (spool, descriptor) = try spool(content)
    defer { close(descriptor) }
    #expect(try spool.head(byteCount: 4) == Array(content.prefix(4)))
    for step in [1000, 64, 7] { #expect(try read(SpooledStream(spool), step) == content) }
  }

  @Test func aReadingThatWasBrokenOffIsGoneOnWith() throws {
    let content = bytes(20_000)
    let (spool, descriptor) = try spool(content)
    defer { close(descriptor) }
    #expect(try read(SpooledStream(spool), 100, atMost: 5_000).count == 5_000)
    #expect(try read(SpooledStream(spool), 3_000) == content)
  }

  @Test func compressedBytesAreDecodedFromTheSpool() throws {
    let content = bytes(50_000)
    let (spool, descriptor) = try spool(ZstdContent.encode(content))
    defer { close(descriptor) }
    for _ in 0..<2 {
      #expect(try read(ZstdStream(name: "-", stored: SpooledBytes(spool)), 999) == content)
    }
  }

  @Test func aFullDiskIsToldApartFromADamagedInput() throws {
    let (spool, descriptor) = try spool(
      bytes(3 << 20), FaultyFileOperations(.init(failingCall: 3, code: ENOSPC)))
    defer { close(descriptor) }
    #expect(throws: DamagedFile.self) { try read(SpooledStream(spool), 1 << 20) }
    #expect(spool.fault?.code == ENOSPC)
  }
}
