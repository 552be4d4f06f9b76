// A folder of its own for each test, and plain looks at what is in it.

import Glibc
import Testing

/// A new empty folder that is removed with everything in it when the test ends.
final class TestFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/ratemill-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// The path of a name in it.
  func of(_ name: String) -> String { path + "/" + name }

  /// All names below, folders with a slash at their end, sorted.
  func names(in folder: String = "") -> [String] {
    guard let handle = opendir(of(folder)) else { return [] }
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name != ".", name != ".." else { continue }
      let inner = folder.isEmpty ? name : folder + "/" + name
      if isFolder(of(inner)) {
        found.append(inner + "/")
        found += names(in: inner)
      } else {
        found.append(inner)
      }
    }
    return found.sorted()
  }

  /// The bytes of a file; nil where there is none.
  func bytes(_ name: String) -> [UInt8]? {
    let descriptor = open(of(name), O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(descriptor, &block, block.count), count > 0 { bytes += block[..<count] }
    return bytes
  }

  /// The text of a file; nil where there is none.
  func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

  /// Makes a file without any of the code under test.
  func write(_ name: String, _ text: String) throws {
    let descriptor = open(of(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
  }

  /// Makes a folder.
  func makeFolder(_ name: String) throws { try #require(mkdir(of(name), 0o755) == 0) }

  private static func remove(_ path: String) {
    guard isFolder(path), let handle = opendir(path) else {
      unlink(path)
      return
    }
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { remove(path + "/" + name) }
    }
    closedir(handle)
    rmdir(path)
  }
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Bytes that do not repeat soon, the same at every call.
func sampleBytes(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }
}
