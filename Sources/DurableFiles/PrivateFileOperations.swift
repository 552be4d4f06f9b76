// File operations whose files only their owner can read, whatever the umask.

/// Operations that make files of mode 0600 and folders of mode 0700 at most; everything else goes to others unchanged.
public struct PrivateFileOperations: FileOperations {
  private let operations: any FileOperations

  /// Puts itself in front of `operations`.
  public init(_ operations: any FileOperations = SystemFileOperations()) { self.operations = operations }

  /// open(2), without permissions for group and others.
  public func open(_ path: String, flags: Int32, mode: UInt32) -> Int32 {
    operations.open(path, flags: flags, mode: mode & 0o600)
  }
  /// mkdir(2), without permissions for group and others.
  public func makeFolder(_ path: String, mode: UInt32) -> Int32 {
    operations.makeFolder(path, mode: mode & 0o700)
  }

  /// write(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    operations.write(descriptor, bytes)
  }
  /// pwrite(2).
  public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int {
    operations.write(descriptor, bytes, at: offset)
  }
  /// pread(2).
  public func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
    operations.read(descriptor, bytes, at: offset)
  }
  /// poll(2).
  public func waitUntilWritable(_ descriptor: Int32) -> Int32 { operations.waitUntilWritable(descriptor) }
  /// fsync(2).
  public func sync(_ descriptor: Int32) -> Int32 { operations.sync(descriptor) }
  /// syncfs(2).
  public func syncFileSystem(_ descriptor: Int32) -> Int32 { operations.syncFileSystem(descriptor) }
  /// sync_file_range(2).
  public func beginWriting(_ descriptor: Int32, from offset: Int64, byteCount: Int64) {
    operations.beginWriting(descriptor, from: offset, byteCount: byteCount)
  }
  /// close(2).
  public func close(_ descriptor: Int32) -> Int32 { operations.close(descriptor) }
  /// flock(2).
  public func lock(_ descriptor: Int32) -> Int32 { operations.lock(descriptor) }
  /// rename(2).
  public func rename(_ from: String, to: String) -> Int32 { operations.rename(from, to: to) }
  /// renameat2(2).
  public func exchange(_ one: String, _ other: String) -> Int32 { operations.exchange(one, other) }
  /// unlink(2).
  public func unlink(_ path: String) -> Int32 { operations.unlink(path) }
  /// rmdir(2).
  public func removeFolder(_ path: String) -> Int32 { operations.removeFolder(path) }
  /// stat(2) or lstat(2).
  public func kind(of path: String, isFollowingLinks: Bool) -> FileKind {
    operations.kind(of: path, isFollowingLinks: isFollowingLinks)
  }
  /// readdir(3).
  public func names(in path: String) -> (names: [String], result: Int32) { operations.names(in: path) }
}
