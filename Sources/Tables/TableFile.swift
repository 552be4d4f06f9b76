// Reads a whole authored file into memory. Usage files are never read this way.

import Glibc

/// Why a file could not be read.
public struct TableFileFault: Error, Sendable, CustomStringConvertible {
  /// The file as the caller named it.
  public var path: String
  /// The `errno` of the call that failed.
  public var code: Int32
  /// Whether what was taken for a folder is something else.
  public var isNoFolder: Bool { code == ENOTDIR }
  /// What the system says.
  public var description: String { String(cString: strerror(code)) }
}

/// Reads whole files.
public enum TableFile {
  /// All bytes of the file at `path`.
  ///
  /// Errors: the system's, a folder included. Complexity: one read where the size is known, otherwise growing reads.
  public static func read(_ path: String) throws(TableFileFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TableFileFault(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw TableFileFault(path: path, code: errno) }
    // One byte more than the size, so that the end is seen without growing.
    var capacity = max(Int(status.st_size), 0) + 1
    var bytes: [UInt8] = []
    while true {
      let (filled, code) = fill(descriptor, after: bytes, capacity: capacity)
      guard code == 0 else { throw TableFileFault(path: path, code: code) }
      if filled.count < capacity { return filled }
      bytes = filled
      capacity *= 2
    }
  }

  /// `bytes` followed by what the descriptor still gives, up to `capacity` in all.
  private static func fill(_ descriptor: Int32, after bytes: [UInt8], capacity: Int) -> ([UInt8], Int32) {
    var code: Int32 = 0
    let filled = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      if !bytes.isEmpty { _ = buffer.update(fromContentsOf: bytes) }
      count = bytes.count
      while count < capacity {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, capacity - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          code = errno
          return
        }
      }
    }
    return (filled, code)
  }
}

extension TableFile {
  /// The names in a folder but `.` and `..`, sorted by bytes; nil where there is no such folder.
  public static func names(inFolder path: String) throws(TableFileFault) -> [String]? {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return nil }
      throw TableFileFault(path: path, code: errno)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
