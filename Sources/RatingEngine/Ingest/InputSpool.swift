// Standard input for runs that may need to read it again: kept as it is stored while it is read the first time.

import DurableFiles
import Glibc
import Synchronization

/// The stored bytes of standard input on disk. Readings follow each other; each begins at the first byte, and whoever comes
/// to the end of what is kept reads on from the descriptor.
final class InputSpool: Sendable {
  private struct State {
    var file: SpillFile?
    var keptBytes: Int64 = 0
    var hasEnded = false
    var fault: FileFault?
  }

  private let place: SpillPlace
  private let input: PipeInput
  // Guards what is kept.
  private let state = Mutex(State())

  init(place: SpillPlace, descriptor: Int32 = STDIN_FILENO, progress: RunProgress? = nil) {
    self.place = place
    input = PipeInput(descriptor: descriptor, progress: progress)
  }

  /// What kept the bytes from being kept: it ends the run, whatever the reader was told.
  var fault: FileFault? { state.withLock { $0.fault } }

  /// The first bytes, fewer where there are no more.
  func head(byteCount: Int) throws(RunFault) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
    defer { buffer.deallocate() }
    var count = 0
    do throws(DamagedFile) {
      while count < byteCount {
        let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: Int64(count))
        if got == 0 { break }
        count += got
      }
    } catch {
      if let fault { throw .output(fault) }
      throw .input(file: error.name, message: error.message)
    }
    return Array(buffer[..<count])
  }

  /// Fills a buffer from an offset on; returns how many bytes there were, 0 only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(DamagedFile) -> Int {
    try state.withLock { state throws(DamagedFile) in
      do throws(FileFault) {
        if let fault = state.fault { throw fault }
        if let file = state.file, offset < state.keptBytes {
          let count = Int(min(Int64(buffer.count), state.keptBytes - offset))
          return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
        }
      } catch {
        throw Self.note(error, &state)
      }
      return try readOn(into: buffer, &state)
    }
  }

  private func readOn(
    into buffer: UnsafeMutableRawBufferPointer, _ state: inout State
  ) throws(DamagedFile) -> Int {
    guard !state.hasEnded else { return 0 }
    let count = input.read(into: buffer.baseAddress, buffer.count)
    guard count >= 0 else {
      throw DamagedFile(
        name: "-", offset: state.keptBytes, message: "cannot be read: \(String(cString: strerror(errno)))",
        recordsRead: 0)
    }
    state.hasEnded = count == 0
    do throws(FileFault) {
      let file: SpillFile
      if let known = state.file {
        file = known
      } else {
        file = try place.makeFile(memoryBytes: SpillFile.bufferBytesDefault * 8)
        state.file = file
      }
      try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    } catch {
      throw Self.note(error, &state)
    }
    state.keptBytes += Int64(count)
    return count
  }

  /// A reader knows damage only; the run looks at `fault`.
  private static func note(_ fault: FileFault, _ state: inout State) -> DamagedFile {
    state.fault = fault
    return DamagedFile(name: "-", offset: state.keptBytes, message: fault.description, recordsRead: 0)
  }
}

/// Spooled bytes that are to be decoded.
final class SpooledBytes: StoredBytes {
  private let spool: InputSpool
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var offset: Int64 = 0
  private static let bufferBytes = 1 << 20

  init(_ spool: InputSpool) {
    self.spool = spool
    buffer = .allocate(byteCount: Self.bufferBytes, alignment: 4096)
  }

  deinit { buffer.deallocate() }

  func next() throws(DamagedFile) -> UnsafeRawBufferPointer {
    let count = try spool.read(into: buffer, at: offset)
    offset += Int64(count)
    return UnsafeRawBufferPointer(rebasing: buffer[..<count])
  }
}

/// Spooled bytes that are text as they are.
final class SpooledStream: TextStream {
  private let spool: InputSpool
  private(set) var storedOffset: Int64 = 0
  var isChecked: Bool { false }
  var isDecoding: Bool { false }

  init(_ spool: InputSpool) { self.spool = spool }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DamagedFile) -> Int {
    let count = try spool.read(into: buffer, at: storedOffset)
    storedOffset += Int64(count)
    return count
  }
}
