// A folder for the length of one test.

import Glibc

/// An empty folder that goes when the last reference to it does.
public final class TemporaryFolder {
  /// Its path.
  public let path: String

  /// Makes a new one.
  public init() {
    var template = Array("/tmp/ratemill-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "a temporary folder")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// Writes a file in it.
  public func write(_ bytes: [UInt8], to name: String) {
    let file = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0, "a file in the temporary folder")
    let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    precondition(count == bytes.count, "all bytes written")
    close(file)
  }

  /// The bytes of a file in it, or of a path below it.
  public func read(_ name: String) -> [UInt8] {
    let file = open(path + "/" + name, O_RDONLY)
    precondition(file >= 0, "no file \(name) in the temporary folder")
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count <= 0 { return bytes }
      bytes.append(contentsOf: piece[..<count])
    }
  }

  /// Removes a file in it.
  public func remove(_ name: String) { unlink(path + "/" + name) }

  /// Removes a file or folder in it with everything below.
  public func removeAll(_ name: String) { Self.remove(path + "/" + name) }

  /// The names in it or in a folder below it, sorted.
  public func names(in folder: String = ".") -> [String] { Self.names(path + "/" + folder) }

  private static func names(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ path: String) {
    for name in names(path) { remove(path + "/" + name) }
    Glibc.remove(path)
  }
}
