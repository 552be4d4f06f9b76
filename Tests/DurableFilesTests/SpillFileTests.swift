// What was spilled comes back.

import DurableFiles
import Glibc
import Testing

struct SpillFileTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test(arguments: [1, 7, 64, 65, 1000], [1, 64, 100_000])
  func appendedBytesComeBack(pieceBytes: Int, bufferBytes: Int) throws {
    let bytes = sampleBytes(5000)
    let operations = FaultyFileOperations(.init(transferBytesMax: 100, interruptEvery: 5))
    let file = try SpillFile(in: folder.path, bufferBytes: bufferBytes, operations: operations)
    for from in stride(from: 0, to: bytes.count, by: pieceBytes) {
      let offset = try file.append(contentsOf: Array(bytes[from..<min(from + pieceBytes, bytes.count)]))
      #expect(offset == Int64(from))
    }
    #expect(file.byteCount == 5000)
    var back = [UInt8](repeating: 0, count: 5100)
    #expect(try back.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } == 5000)
    #expect(Array(back[..<5000]) == bytes)
    #expect(try back.withUnsafeMutableBytes { try file.read(into: $0, at: 4990) } == 10)
    #expect(Array(back[..<10]) == Array(bytes[4990...]))
    #expect(try back.withUnsafeMutableBytes { try file.read(into: $0, at: 5000) } == 0)
  }

  @Test(arguments: [1, 10, 33, 5000])
  func aReaderWalksOverAStretch(bufferBytes: Int) throws {
    let bytes = sampleBytes(5000)
    let file = try SpillFile(in: folder.path, bufferBytes: 512)
    try file.append(contentsOf: bytes)
    let reader = file.reader(from: 100, until: 4100, bufferBytes: bufferBytes)
    var back: [UInt8] = []
    var step = 1
    while reader.leftBytes > 0 {
      let count = min(step, Int(reader.leftBytes))
      back += try #require(try reader.next(count))
      step = step % 40 + 1
    }
    #expect(try reader.next(1) == nil)
    #expect(back == Array(bytes[100..<4100]))
  }

  @Test func whatIsForgottenIsGoneAndNothingElse() throws {
    let bytes = sampleBytes(12_288)
    let file = try SpillFile(in: folder.path, bufferBytes: 1)
    try file.append(contentsOf: bytes)
    file.forget(4096, at: 4096)
    var back = [UInt8](repeating: 0, count: 12_288)
    #expect(try back.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } == 12_288)
    #expect(back[..<4096] == bytes[..<4096] && back[8192...] == bytes[8192...])
    // A file system that cannot give room back keeps the bytes.
    #expect(back[4096..<8192].allSatisfy { $0 == 0 } || back[4096..<8192] == bytes[4096..<8192])
    #expect(file.byteCount == 12_288)
  }

  @Test func itHasNoNameAndNeedsNoSweep() throws {
    let file = try SpillFile(in: folder.path)
    try file.append(contentsOf: [1, 2, 3])
    #expect(folder.names().isEmpty)
  }

  @Test func aFullDiskIsAFaultAndStaysOne() throws {
    // The third call is the first write, after open and unlink.
    let operations = FaultyFileOperations(.init(failingCall: 3, code: ENOSPC))
    let file = try SpillFile(in: folder.path, bufferBytes: 10, operations: operations)
    try file.append(contentsOf: sampleBytes(9))
    let fault = try #require(throws: FileFault.self) { try file.append(contentsOf: sampleBytes(2)) }
    #expect(
      fault.description
        == "\(folder.path) (temporary file): cannot write: No space left on device; "
        + "free space or name another folder")
    #expect(throws: fault) { try file.append(contentsOf: [1]) }
    var back: [UInt8] = [0]
    #expect(throws: fault) { try back.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } }
  }

  @Test func everyFailingCallIsReported() throws {
    for number in 1... {
      let operations = FaultyFileOperations(.init(failingCall: number))
      do throws(FileFault) {
        let file = try SpillFile(in: folder.path, bufferBytes: 10, operations: operations)
        try file.append(contentsOf: sampleBytes(25))
        try file.append(contentsOf: sampleBytes(5))
        #expect(try file.reader().next(30) != nil)
      } catch {
        #expect(error.code == EIO)
        // A file that could not be unlinked is the only thing that may be left.
        for name in folder.names() { unlink(folder.of(name)) }
        continue
      }
      #expect(operations.callCount <= number)
      break
    }
    #expect(folder.names().isEmpty)
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let fault = #expect(throws: FileFault.self) { try SpillFile(in: "/nowhere/at/all") }
    #expect(fault?.path == "/nowhere/at/all (temporary file)")
    #expect(fault?.code == ENOENT)
  }

  @Test func threadsAppendToPlacesOfTheirOwn() async throws {
    let file = try SpillFile(in: folder.path, bufferBytes: 100)
    let places = try await withThrowingTaskGroup(of: [(Int64, UInt8)].self) { group in
      for worker in UInt8(0)..<4 {
        group.addTask {
          try (0..<200).map { _ in
            (try file.append(contentsOf: [UInt8](repeating: worker, count: 17)), worker)
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(file.byteCount == 4 * 200 * 17)
    for (offset, worker) in places {
      let reader = file.reader(from: offset, until: offset + 17)
      let piece = Array(try #require(try reader.next(17)))
      #expect(piece == [UInt8](repeating: worker, count: 17))
    }
  }
}
