// The only way in which bytes leave the program for a file or a pipe.
//
// Every write is completed or reported: short writes go on, interrupts are taken up again, close is checked.
// `print` is not used for data anywhere, because to a full disk it loses bytes and reports nothing.

import Glibc

/// A buffered writer over one descriptor.
///
/// After the first fault every later call throws that same fault, and nothing more is written: an fsync that
/// failed is never tried again, because the system may have dropped the bytes. Used by one thread at a time.
public final class CheckedWriter {
  /// The file, as messages name it.
  public let path: String
  /// Bytes taken so far, buffered ones included.
  public private(set) var byteCount: Int64 = 0

  private let operations: any FileOperations
  private let buffer: UnsafeMutableRawBufferPointer
  private var bufferedCount = 0
  private var descriptor: Int32
  private let isOwner: Bool
  private var fault: FileFault?
  /// Bytes handed to the system, and how many of them it was asked to bring to the device already.
  private var writtenCount: Int64 = 0
  private var begunCount: Int64 = 0
  /// A sync at the end of a large file waits for all of it: begun as the file grows, most of that is done by then.
  private static let begunAtOnce: Int64 = 8 << 20

  /// The default size of the buffer. Larger writes go past it: 256 KiB of text are handed on for free, single
  /// records are not.
  public static let bufferBytesDefault = 1 << 18

  /// Makes a new file and writes to it; a file of that name must not exist.
  ///
  /// What has to replace an older file goes through `PublishedFile`. `mode` are the permissions before the
  /// umask; files with numbers of customers in them are 0o600. `shownAs` is what messages call the file,
  /// where that is not its path.
  public convenience init(
    creating path: String, shownAs: String? = nil, mode: UInt32 = 0o644,
    bufferBytes: Int = bufferBytesDefault, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    try self.init(
      opening: path, flags: O_CREAT | O_EXCL, shownAs: shownAs, mode: mode, bufferBytes: bufferBytes,
      operations: operations)
  }

  /// Writes to a file, device or pipe that exists, from its beginning, without cutting it.
  public convenience init(
    existing path: String, shownAs: String? = nil, bufferBytes: Int = bufferBytesDefault,
    operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    try self.init(
      opening: path, flags: O_NOCTTY, shownAs: shownAs, mode: 0, bufferBytes: bufferBytes,
      operations: operations)
  }

  /// Writes to a descriptor that is open already, such as 1 for stdout, and leaves it open.
  ///
  /// `name` is what messages call it. A reader that has gone away shows as a fault with `isClosedPipe`, once
  /// `ignoreSizeAndPipeSignals` was called.
  public init(
    descriptor: Int32, name: String, bufferBytes: Int = bufferBytesDefault,
    operations: any FileOperations = SystemFileOperations()
  ) {
    path = name
    self.operations = operations
    buffer = .allocate(byteCount: max(bufferBytes, 1), alignment: 64)
    self.descriptor = descriptor
    isOwner = false
  }

  private init(
    opening path: String, flags: Int32, shownAs: String?, mode: UInt32, bufferBytes: Int,
    operations: any FileOperations
  ) throws(FileFault) {
    let shown = shownAs ?? path
    let opened = operations.open(path, flags: O_WRONLY | flags, mode: mode)
    guard opened >= 0 else { throw FileFault(path: shown, operation: .open, code: -opened) }
    self.path = shown
    self.operations = operations
    buffer = .allocate(byteCount: max(bufferBytes, 1), alignment: 64)
    descriptor = opened
    isOwner = true
  }

  deinit {
    abandon()
    buffer.deallocate()
  }

  /// Takes bytes; writes them when the buffer is full.
  ///
  /// - Complexity: O(n), one copy where they fit the buffer, none where they are as large as it.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    try checkUsable()
    byteCount += Int64(bytes.count)
    if bytes.count > buffer.count - bufferedCount {
      try flush()
      if bytes.count >= buffer.count { return try writeThrough(bytes) }
    }
    guard !bytes.isEmpty else { return }
    UnsafeMutableRawBufferPointer(rebasing: buffer[bufferedCount...]).copyMemory(from: bytes)
    bufferedCount += bytes.count
  }

  /// Takes the bytes of an array.
  public func write(contentsOf bytes: [UInt8]) throws(FileFault) {
    try bytes.withUnsafeBufferPointer { (all) throws(FileFault) in try write(UnsafeRawBufferPointer(all)) }
  }

  /// Takes the UTF-8 bytes of a text.
  public func write(_ text: String) throws(FileFault) {
    try write(contentsOf: Array(text.utf8))
  }

  /// Hands everything taken so far to the system.
  public func flush() throws(FileFault) {
    try checkUsable()
    let full = UnsafeRawBufferPointer(rebasing: buffer[..<bufferedCount])
    bufferedCount = 0
    try writeThrough(full)
  }

  /// Writes what is left and closes the file; with `isSynced` it is on the device before that.
  ///
  /// A descriptor that was given open stays open. Afterwards the writer takes nothing more.
  public func finish(isSynced: Bool = false) throws(FileFault) {
    defer { abandon() }
    try flush()
    if isSynced { try sync() }
    guard isOwner else { return descriptor = -1 }
    let closed = operations.close(descriptor)
    descriptor = -1
    // After EINTR the descriptor is closed on Linux, and what was written is with the system.
    guard closed >= 0 || closed == -EINTR else { throw fail(.close, closed) }
  }

  /// Brings what was handed to the system to the device, without closing.
  public func sync() throws(FileFault) {
    try flush()
    var synced = operations.sync(descriptor)
    while synced == -EINTR { synced = operations.sync(descriptor) }
    guard synced >= 0 else { throw fail(.sync, synced) }
  }

  /// Closes the file without writing what is left in the buffer. For a file that will be thrown away.
  public func abandon() {
    bufferedCount = 0
    if isOwner, descriptor >= 0 { _ = operations.close(descriptor) }
    descriptor = -1
  }

  /// Whether `finish` or `abandon` was called.
  public var isFinished: Bool { descriptor < 0 }

  private func checkUsable() throws(FileFault) {
    if let fault { throw fault }
    precondition(descriptor >= 0, "a writer takes nothing after finish() or abandon()")
  }

  private func fail(_ operation: FileFault.Operation, _ result: Int32) -> FileFault {
    let found = FileFault(path: path, operation: operation, code: -result)
    fault = found
    return found
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(FileFault) {
    var rest = bytes
    while !rest.isEmpty {
      let taken = operations.write(descriptor, rest)
      switch taken {
      case 1...:
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        writtenCount += Int64(taken)
      case -Int(EINTR): continue
      // A pipe that someone else has made non-blocking is full.
      case -Int(EAGAIN):
        let ready = operations.waitUntilWritable(descriptor)
        guard ready >= 0 || ready == -EINTR else { throw fail(.write, ready) }
      // Zero bytes taken, and no reason given: the device is not one that can be written to.
      case 0: throw fail(.write, -EIO)
      default: throw fail(.write, Int32(taken))
      }
    }
    if isOwner, writtenCount - begunCount >= Self.begunAtOnce {
      operations.beginWriting(descriptor, from: begunCount, byteCount: writtenCount - begunCount)
      begunCount = writtenCount
    }
  }
}
