// Room for what does not fit the memory budget: a file without a name, gone with the process.

import CMachine
import Glibc
import Synchronization

/// A temporary file that is appended to and read back.
///
/// It has no name in the file system, so no end of the process leaves it behind. Appends are gathered into
/// large writes. Any thread may append or read; appends from several threads get whole, separate places.
public final class SpillFile: Sendable {
  /// The size of one write: large enough that a disk writes it in one go.
  public static let bufferBytesDefault = 1 << 20

  private struct State {
    // Bytes not written yet; they follow the `writtenBytes` that were.
    var buffer: [UInt8] = []
    var writtenBytes: Int64 = 0
    var fault: FileFault?
  }

  private let shown: String
  private let descriptor: Int32
  private let bufferBytes: Int
  private let operations: any FileOperations
  // Guards the buffer and the end of the file; what was written never changes and is read without it.
  private let state = Mutex(State())

  /// `$TMPDIR` where it is set, else /tmp.
  public static var standardFolder: String {
    guard let named = getenv("TMPDIR"), named.pointee != 0 else { return "/tmp" }
    return String(cString: named)
  }

  /// Makes an empty spill file in a folder.
  public init(
    in folder: String = SpillFile.standardFolder, bufferBytes: Int = bufferBytesDefault,
    operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    shown = folder + " (temporary file)"
    self.bufferBytes = bufferBytes
    self.operations = operations
    descriptor = try Self.make(in: folder, shown: shown, operations)
  }

  deinit { _ = operations.close(descriptor) }

  /// Bytes appended so far.
  public var byteCount: Int64 { state.withLock { $0.writtenBytes + Int64($0.buffer.count) } }

  /// Appends bytes; returns the offset of the first of them.
  @discardableResult public func append(_ bytes: UnsafeRawBufferPointer) throws(FileFault) -> Int64 {
    try state.withLock { (state) throws(FileFault) in
      if let fault = state.fault { throw fault }
      let offset = state.writtenBytes + Int64(state.buffer.count)
      if state.buffer.count + bytes.count > bufferBytes { try writeBuffer(&state) }
      if bytes.count >= bufferBytes {
        try write(bytes, &state)
      } else {
        if state.buffer.capacity == 0 { state.buffer.reserveCapacity(bufferBytes) }
        state.buffer.append(contentsOf: bytes)
      }
      return offset
    }
  }

  /// Appends the bytes of an array; returns the offset of the first of them.
  @discardableResult public func append(contentsOf bytes: [UInt8]) throws(FileFault) -> Int64 {
    try bytes.withUnsafeBufferPointer { (all) throws(FileFault) in try append(UnsafeRawBufferPointer(all)) }
  }

  /// Fills `bytes` from an offset on; returns how many there were, fewer only at the end of the file.
  public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileFault) -> Int {
    try state.withLock { (state) throws(FileFault) in
      if let fault = state.fault { throw fault }
      if offset + Int64(bytes.count) > state.writtenBytes { try writeBuffer(&state) }
    }
    var count = 0
    while count < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
      let step = operations.read(descriptor, rest, at: offset + Int64(count))
      if step == -Int(EINTR) { continue }
      guard step >= 0 else { throw FileFault(path: shown, operation: .read, code: Int32(-step)) }
      if step == 0 { break }
      count += step
    }
    return count
  }

  /// Gives the room of bytes back that nobody will read again; reading them gives zeros then.
  ///
  /// Their pages of memory and places on the device can be used for what is written next, which on virtual machines saves
  /// the first touch of new ones. Where the file system cannot, nothing happens.
  public func forget(_ count: Int, at offset: Int64) {
    cm_punch_hole(descriptor, offset, Int64(count))
  }

  /// A reader that walks over the bytes from one offset to another, in order; to the present end where none
  /// is given.
  public func reader(
    from: Int64 = 0, until: Int64? = nil, bufferBytes: Int = bufferBytesDefault
  ) -> SpillReader {
    SpillReader(self, from: from, until: until ?? byteCount, bufferBytes: bufferBytes)
  }

  /// The fault of a read that found less than was written.
  var cutShort: FileFault { FileFault(path: shown, operation: .read, code: EIO) }

  private func writeBuffer(_ state: inout State) throws(FileFault) {
    guard !state.buffer.isEmpty else { return }
    var full: [UInt8] = []
    swap(&full, &state.buffer)
    try full.withUnsafeBufferPointer { (all) throws(FileFault) in
      try write(UnsafeRawBufferPointer(all), &state)
    }
    full.removeAll(keepingCapacity: true)
    swap(&full, &state.buffer)
  }

  private func write(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws(FileFault) {
    var rest = bytes
    while !rest.isEmpty {
      let taken = operations.write(descriptor, rest, at: state.writtenBytes)
      if taken == -Int(EINTR) { continue }
      guard taken > 0 else {
        let fault = FileFault(path: shown, operation: .write, code: taken < 0 ? Int32(-taken) : EIO)
        state.fault = fault
        throw fault
      }
      state.writtenBytes += Int64(taken)
      rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
    }
  }

  private static func make(
    in folder: String, shown: String, _ operations: any FileOperations
  ) throws(FileFault) -> Int32 {
    for number in 0..<10_000 {
      let path = "\(folder)/.ratemill-spill-\(getpid())-\(number)"
      let descriptor = operations.open(path, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
      if descriptor == -EEXIST { continue }
      guard descriptor >= 0 else { throw FileFault(path: shown, operation: .open, code: -descriptor) }
      let unlinked = operations.unlink(path)
      if unlinked >= 0 { return descriptor }
      _ = operations.close(descriptor)
      throw FileFault(path: path, operation: .remove, code: -unlinked)
    }
    throw FileFault(path: shown, operation: .open, code: EEXIST)
  }
}
