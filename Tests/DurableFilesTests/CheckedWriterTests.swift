// Every byte arrives, or a fault says that it did not.

import Dispatch
import DurableFiles
import Glibc
import Testing

struct CheckedWriterTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Writes `bytes` in pieces and returns the file.
  private func written(
    _ bytes: [UInt8], pieceBytes: Int, bufferBytes: Int, _ plan: FaultyFileOperations.Plan = .init()
  ) throws -> [UInt8]? {
    unlink(folder.of("out"))
    let writer = try CheckedWriter(
      creating: folder.of("out"), bufferBytes: bufferBytes, operations: FaultyFileOperations(plan))
    for from in stride(from: 0, to: bytes.count, by: pieceBytes) {
      try writer.write(contentsOf: Array(bytes[from..<min(from + pieceBytes, bytes.count)]))
    }
    #expect(writer.byteCount == Int64(bytes.count))
    try writer.finish(isSynced: true)
    #expect(writer.isFinished)
    return folder.bytes("out")
  }

  @Test(arguments: [1, 7, 63, 64, 65, 1000], [1, 64, 100, 4096])
  func bytesArriveWhateverTheSizesOfPiecesAndBuffer(pieceBytes: Int, bufferBytes: Int) throws {
    let bytes = sampleBytes(1000)
    #expect(try written(bytes, pieceBytes: pieceBytes, bufferBytes: bufferBytes) == bytes)
  }

  @Test(arguments: [1, 2, 3, 50])
  func shortAndInterruptedWritesGiveTheSameBytes(transferBytesMax: Int) throws {
    let bytes = sampleBytes(1000)
    let plan = FaultyFileOperations.Plan(transferBytesMax: transferBytesMax, interruptEvery: 3)
    #expect(try written(bytes, pieceBytes: 30, bufferBytes: 64, plan) == bytes)
    #expect(try written(bytes, pieceBytes: 1000, bufferBytes: 64, plan) == bytes)
  }

  @Test func anEmptyFileIsAFile() throws {
    #expect(try written([], pieceBytes: 1, bufferBytes: 64) == [])
  }

  @Test(arguments: [EIO, ENOSPC, EFBIG, EDQUOT])
  func everyFailingCallIsReported(code: Int32) throws {
    let bytes = sampleBytes(300)
    var failedCount = 0
    for number in 1... {
      let operations = FaultyFileOperations(.init(failingCall: number, code: code))
      unlink(folder.of("out"))
      do throws(FileFault) {
        let writer = try CheckedWriter(
          creating: folder.of("out"), bufferBytes: 64, operations: operations)
        for from in stride(from: 0, to: 300, by: 50) {
          try writer.write(contentsOf: Array(bytes[from..<from + 50]))
        }
        try writer.finish(isSynced: true)
      } catch {
        #expect(error.code == code)
        #expect(error.path == folder.of("out"))
        failedCount += 1
        continue
      }
      // The first run in which no call failed ends the loop: all calls have had their turn.
      #expect(operations.callCount < number)
      break
    }
    // open, six writes of 50 bytes through a buffer of 64, fsync, close.
    #expect(failedCount == 9)
    #expect(folder.bytes("out") == bytes)
  }

  @Test func afterAFaultNothingMoreIsWritten() throws {
    // The second call is the first write.
    let operations = FaultyFileOperations(.init(failingCall: 2, code: ENOSPC))
    let writer = try CheckedWriter(creating: folder.of("out"), bufferBytes: 4, operations: operations)
    let first = try #require(throws: FileFault.self) { try writer.write("0123456789") }
    #expect(throws: first) { try writer.write("x") }
    #expect(throws: first) { try writer.flush() }
    #expect(throws: first) { try writer.finish() }
    #expect(writer.isFinished)
    #expect(folder.bytes("out") == [])
  }

  @Test func aFullDeviceIsAFaultThatSaysWhatToDo() throws {
    let writer = try CheckedWriter(existing: "/dev/full")
    try writer.write("lost")
    let fault = #expect(throws: FileFault.self) { try writer.finish() }
    #expect(
      fault?.description
        == "/dev/full: cannot write: No space left on device; free space or name another folder")
    #expect(fault?.isClosedPipe == false)
  }

  @Test func aReaderThatHasGoneAwayIsAQuietFault() throws {
    ignoreSizeAndPipeSignals()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let writer = CheckedWriter(descriptor: ends[1], name: "stdout")
    try writer.write("x")
    let fault = #expect(throws: FileFault.self) { try writer.flush() }
    #expect(fault?.isClosedPipe == true)
  }

  @Test func aDescriptorThatWasGivenStaysOpen() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let writer = CheckedWriter(descriptor: ends[1], name: "stdout")
    try writer.write("abc")
    try writer.finish()
    #expect(write(ends[1], "d", 1) == 1)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(ends[0], &bytes, 8) == 4)
    #expect(bytes.prefix(4) == ArraySlice("abcd".utf8))
  }

  @Test func aFullPipeIsWaitedFor() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    #expect(fcntl(writeEnd, F_SETFL, O_NONBLOCK) == 0)
    // More than a pipe holds, so that the writer has to wait for the reader.
    let bytes = sampleBytes(300_000)
    // On a thread of its own: a task would wait behind all other tests, and this one with it.
    nonisolated(unsafe) var received: [UInt8] = []
    let reading = DispatchGroup()
    DispatchQueue.global().async(group: reading) {
      var block = [UInt8](repeating: 0, count: 1000)
      while case let count = read(readEnd, &block, block.count), count > 0 { received += block[..<count] }
      close(readEnd)
    }
    let writer = CheckedWriter(descriptor: writeEnd, name: "stdout")
    try writer.write(contentsOf: bytes)
    try writer.finish()
    close(writeEnd)
    reading.wait()
    #expect(received == bytes)
  }

  @Test func aNewFileNeverReplacesAnother() throws {
    try folder.write("out", "old")
    #expect(throws: FileFault(path: "shown", operation: .open, code: EEXIST)) {
      try CheckedWriter(creating: folder.of("out"), shownAs: "shown")
    }
    #expect(folder.text("out") == "old")
  }

  @Test(arguments: [0o600, 0o644])
  func filesHaveTheModeThatWasAskedFor(mode: UInt32) throws {
    let writer = try CheckedWriter(creating: folder.of("out"), mode: mode)
    try writer.finish()
    var status = stat()
    #expect(stat(folder.of("out"), &status) == 0)
    // The umask may take bits away, but none of the owner's.
    #expect(status.st_mode & 0o777 & ~mode == 0 && status.st_mode & 0o700 == mode & 0o700)
  }

  @Test(arguments: [
    (
      FileFault(path: "out/x.csv", operation: .write, code: ENOSPC),
      "out/x.csv: cannot write: No space left on device; free space or name another folder"
    ),
    (
      FileFault(path: "out/x.csv", operation: .write, code: EFBIG),
      "out/x.csv: cannot write: File too large; raise the limit of file sizes (ulimit -f) or name another folder"
    ),
    (
      FileFault(path: "out", operation: .makeFolder, code: EACCES),
      "out: cannot make the folder: Permission denied; name a folder that you may write to"
    ),
    (
      FileFault(path: "out", operation: .publish, code: ELOOP),
      "out: cannot publish: Too many levels of symbolic links"
    ),
    (
      FileFault(refusing: "out", detail: "it is not a folder; name another or remove it"),
      "out: cannot replace: it is not a folder; name another or remove it"
    ),
  ])
  func messagesNameThePlaceTheReasonAndWhatToDo(fault: FileFault, message: String) {
    #expect(fault.description == message)
  }
}
