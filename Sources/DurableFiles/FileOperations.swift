// The seam between this module and the system: every call that can fail goes through it, so that tests can
// make each of them fail.
//
// Calls are made once per buffer, never per record, so the dispatch costs nothing that could be measured.

import Glibc

/// The system calls that durable writing needs.
///
/// Results follow the kernel's own convention: a negative result is an error number with its sign turned.
/// Nothing here retries, allocates buffers or explains; that is the work of its callers.
public protocol FileOperations: Sendable {
  /// open(2); a descriptor.
  func open(_ path: String, flags: Int32, mode: UInt32) -> Int32
  /// write(2); the bytes that were taken, perhaps fewer than were given.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
  /// pwrite(2); the bytes that were taken, perhaps fewer than were given.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int
  /// pread(2); the bytes that were read, 0 at the end of the file.
  func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int
  /// poll(2) for room to write, without a time limit.
  func waitUntilWritable(_ descriptor: Int32) -> Int32
  /// fsync(2).
  func sync(_ descriptor: Int32) -> Int32
  /// syncfs(2): writes everything that waits in the file system of that descriptor.
  func syncFileSystem(_ descriptor: Int32) -> Int32
  /// sync_file_range(2): begins to write these bytes of a file to the device and does not wait. A hint that promises nothing, so
  /// that nobody asks what came of it.
  func beginWriting(_ descriptor: Int32, from offset: Int64, byteCount: Int64)
  /// close(2).
  func close(_ descriptor: Int32) -> Int32
  /// flock(2), exclusive, without waiting.
  func lock(_ descriptor: Int32) -> Int32
  /// rename(2).
  func rename(_ from: String, to: String) -> Int32
  /// renameat2(2) with RENAME_EXCHANGE: both names stay, what they name changes places in one step.
  func exchange(_ one: String, _ other: String) -> Int32
  /// mkdir(2).
  func makeFolder(_ path: String, mode: UInt32) -> Int32
  /// unlink(2).
  func unlink(_ path: String) -> Int32
  /// rmdir(2).
  func removeFolder(_ path: String) -> Int32
  /// What is at that path, links followed or not.
  func kind(of path: String, isFollowingLinks: Bool) -> FileKind
  /// The names in a folder without `.` and `..`, in no order; an empty list and a negative result if that
  /// failed.
  func names(in path: String) -> (names: [String], result: Int32)
}

extension FileOperations {
  /// Does nothing: the sync that follows writes all the same.
  public func beginWriting(_ descriptor: Int32, from offset: Int64, byteCount: Int64) {}
}

/// What is at a path.
public enum FileKind: Hashable, Sendable {
  /// Nothing.
  case nothing
  /// A regular file.
  case file
  /// A folder.
  case folder
  /// A symbolic link.
  case link
  /// A device, pipe or socket.
  case device
  /// The system did not say; its error number.
  case unknown(code: Int32)
}

/// The real calls.
public struct SystemFileOperations: FileOperations {
  /// Makes them.
  public init() {}

  /// open(2); a descriptor. Not inherited by other programs.
  public func open(_ path: String, flags: Int32, mode: UInt32) -> Int32 {
    orErrno(Glibc.open(path, flags | O_CLOEXEC, mode))
  }
  /// write(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    orErrno(Glibc.write(descriptor, bytes.baseAddress, bytes.count))
  }
  /// pwrite(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int {
    orErrno(pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset)))
  }
  /// pread(2).
  public func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    orErrno(pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset)))
  }
  /// poll(2).
  public func waitUntilWritable(_ descriptor: Int32) -> Int32 {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return orErrno(poll(&request, 1, -1))
  }
  /// fsync(2).
  public func sync(_ descriptor: Int32) -> Int32 { orErrno(fsync(descriptor)) }
  /// syncfs(2); -ENOSYS where the system has none.
  public func syncFileSystem(_ descriptor: Int32) -> Int32 {
    guard let call = Self.syncfs else { return -ENOSYS }
    return orErrno(call(descriptor))
  }
  /// sync_file_range(2), where the system has it.
  public func beginWriting(_ descriptor: Int32, from offset: Int64, byteCount: Int64) {
    let begins: UInt32 = 1 << 1  // SYNC_FILE_RANGE_WRITE of linux/fs.h
    _ = Self.syncFileRange?(descriptor, offset, byteCount, begins)
  }
  /// close(2).
  public func close(_ descriptor: Int32) -> Int32 { orErrno(Glibc.close(descriptor)) }
  /// flock(2).
  public func lock(_ descriptor: Int32) -> Int32 { orErrno(flock(descriptor, LOCK_EX | LOCK_NB)) }
  /// rename(2).
  public func rename(_ from: String, to: String) -> Int32 { orErrno(Glibc.rename(from, to)) }
  /// mkdir(2).
  public func makeFolder(_ path: String, mode: UInt32) -> Int32 { orErrno(mkdir(path, mode)) }
  /// unlink(2).
  public func unlink(_ path: String) -> Int32 { orErrno(Glibc.unlink(path)) }
  /// rmdir(2).
  public func removeFolder(_ path: String) -> Int32 { orErrno(rmdir(path)) }

  /// renameat2(2); -ENOSYS where the system has none.
  public func exchange(_ one: String, _ other: String) -> Int32 {
    guard let call = Self.renameat2 else { return -ENOSYS }
    let exchangeFlag: UInt32 = 1 << 1  // RENAME_EXCHANGE of linux/fs.h
    return orErrno(call(AT_FDCWD, one, AT_FDCWD, other, exchangeFlag))
  }

  /// stat(2) or lstat(2).
  public func kind(of path: String, isFollowingLinks: Bool) -> FileKind {
    var status = stat()
    guard (isFollowingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
      return errno == ENOENT || errno == ENOTDIR ? .nothing : .unknown(code: errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .link
    default: return .device
    }
  }

  /// readdir(3).
  public func names(in path: String) -> (names: [String], result: Int32) {
    guard let handle = opendir(path) else { return ([], -errno) }
    defer { closedir(handle) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    return errno == 0 ? (names, 0) : ([], -errno)
  }

  private typealias Renameat2 =
    @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
  // Swift's Glibc module hides this call, and a C library older than 2.28 has none: it is looked up by name.
  private static let renameat2: Renameat2? =
    dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Renameat2.self) }

  // Hidden likewise.
  private static let syncFileRange: (@convention(c) (Int32, Int64, Int64, UInt32) -> Int32)? =
    dlsym(nil, "sync_file_range").map {
      unsafeBitCast($0, to: (@convention(c) (Int32, Int64, Int64, UInt32) -> Int32).self)
    }
  private static let syncfs: (@convention(c) (Int32) -> Int32)? =
    dlsym(nil, "syncfs").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self) }

  private func orErrno(_ result: Int32) -> Int32 { result < 0 ? -errno : result }
  private func orErrno(_ result: Int) -> Int { result < 0 ? -Int(errno) : result }
}

/// Lets writes past a file size limit and to closed pipes fail with EFBIG and EPIPE instead of ending the
/// process.
///
/// Called once at start, before any thread.
public func ignoreSizeAndPipeSignals() {
  signal(SIGXFSZ, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
}
