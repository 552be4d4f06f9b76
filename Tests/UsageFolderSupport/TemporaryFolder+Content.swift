// What tests of written folders ask of a temporary folder.

import Glibc
public import TestSupport

extension TemporaryFolder {
  /// The bytes of a file that must be there.
  public func read(_ name: String) throws -> [UInt8] {
    guard let bytes = bytes(of: name) else { throw MissingFile(name: name) }
    return bytes
  }

  /// Removes a file.
  public func remove(_ name: String) { unlink(path(of: name)) }

  /// The names in it or in a folder below it, sorted.
  public func names(in folder: String = ".") -> [String] { FileContent.names(in: path(of: folder)) }

  /// Removes a folder of files.
  public func removeAll(_ name: String) {
    for file in names(in: name) { remove(name + "/" + file) }
    rmdir(path(of: name))
  }
}

/// A file that a test expected.
public struct MissingFile: Error {
  /// Its name in the folder.
  public var name: String
}
