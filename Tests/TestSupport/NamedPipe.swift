// A named pipe that somebody writes into while it is read.

internal import Dispatch
internal import Glibc

/// A named pipe in the file system.
public enum NamedPipe {
  /// Makes one, and writes `bytes` into it once somebody reads; with `nil` nobody ever writes. A pipe that is `left` open is never
  /// closed by its writer.
  public static func make(at path: String, writing bytes: [UInt8]?, isLeftOpen: Bool = false) throws {
    guard mkfifo(path, 0o600) == 0 else { throw FolderFault("cannot make a pipe at \(path)") }
    guard let bytes else { return }
    DispatchQueue.global().async {
      let descriptor = open(path, O_WRONLY)
      guard descriptor >= 0 else { return }
      var written = 0
      bytes.withUnsafeBytes { buffer in
        while written < buffer.count {
          let count = write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
          if count <= 0 { break }
          written += count
        }
      }
      if !isLeftOpen { close(descriptor) }
    }
  }
}
