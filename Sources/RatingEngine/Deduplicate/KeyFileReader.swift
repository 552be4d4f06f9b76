// Reads a key file from its beginning to its end, and proves it there.

import DurableFiles
import Glibc

/// The entries of one key file, in order. Used by one thread.
final class KeyFileReader {
  private let path: String
  private let descriptor: Int32
  private let hash = StreamHash()
  private var window: [UInt8] = []
  private var at = 0
  private var leftCount = 0
  private static let windowEntries = 1 << 15

  /// Opens the file at `path`.
  init(_ path: String) throws(FileFault) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(path: path, operation: .open, code: errno) }
    let endBytes = KeyFile.mark.count + KeyFile.checkBytes
    guard let size = FileSize.of(path), Int(size) >= endBytes,
      (Int(size) - endBytes).isMultiple(of: EarlierKey.bytes)
    else { throw damaged }
    leftCount = (Int(size) - endBytes) / EarlierKey.bytes
    let head = try bytes(KeyFile.mark.count)
    guard head == KeyFile.mark else { throw damaged }
    head.withUnsafeBytes { hash.update($0) }
    if leftCount == 0 { try prove() }
  }

  deinit { close(descriptor) }

  /// The next entry; nil after the last one.
  func next() throws(FileFault) -> EarlierKey? {
    if at == window.count {
      guard leftCount > 0 else { return nil }
      let count = min(leftCount, Self.windowEntries)
      window = try bytes(count * EarlierKey.bytes)
      window.withUnsafeBytes { hash.update($0) }
      at = 0
      leftCount -= count
      // Before the last entries are handed out: nothing is decided by keys that were not proved.
      if leftCount == 0 { try prove() }
    }
    defer { at += EarlierKey.bytes }
    return window.withUnsafeBytes { bytes in
      EarlierKey(
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)),
        high: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt32.self)),
        content: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self)),
        copies: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt32.self)))
    }
  }

  private func prove() throws(FileFault) {
    let value = hash.value
    var expected: [UInt8] = []
    for word in [value.high, value.low] { withUnsafeBytes(of: word.bigEndian) { expected += $0 } }
    guard try bytes(KeyFile.checkBytes) == expected else { throw damaged }
  }

  private func bytes(_ count: Int) throws(FileFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.unsafelyUnwrapped + done, count - done)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileFault(path: path, operation: .read, code: errno) }
      guard got > 0 else { throw damaged }
      done += got
    }
    return bytes
  }

  private var damaged: FileFault {
    FileFault(
      refusing: path, detail: "the keys of an earlier run are damaged; restore them from a good copy")
  }
}
