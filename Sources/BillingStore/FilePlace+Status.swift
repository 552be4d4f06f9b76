// How the place of a file is found.

import Glibc

extension FilePlace {
  /// Device and inode with the colons behind them: what stays while a file grows.
  var device: String { description.split(separator: ":").prefix(2).map { $0 + ":" }.joined() }

  /// The place of the regular file at `path`, links followed; nil where there is none.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let times = [status.st_mtim, status.st_ctim].map { "\($0.tv_sec).\($0.tv_nsec)" }
    self.init(
      ([String(status.st_dev), String(status.st_ino), String(status.st_size)] + times).joined(separator: ":"))
  }
}
