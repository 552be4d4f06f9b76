// What the file system says of a file by its name.

import Glibc

/// Sizes of files, for estimates and progress, and whether there are any.
enum FileSize {
  /// Size of a regular file in bytes; nil for anything else.
  static func of(_ name: String) -> Int64? {
    var status = stat()
    guard stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }

  /// Whether there is something by this name that is no file with bytes of its own: a pipe or a device.
  static func isPipe(_ name: String) -> Bool {
    var status = stat()
    return stat(name, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }
}
