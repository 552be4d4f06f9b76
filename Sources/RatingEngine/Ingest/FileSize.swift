// The size of a file by its name.

import Glibc

/// File sizes, for estimates and progress.
enum FileSize {
  /// Size of a regular file in bytes; nil for anything else.
  static func of(_ name: String) -> Int64? {
    var status = stat()
    guard stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_size)
  }
}
