// Writing to an open descriptor, checked.

internal import Glibc

/// A write that failed.
struct OutputFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the system said.
  let code: Int32

  /// The reader has gone.
  var isClosedPipe: Bool { code == EPIPE }

  /// The system's words, such as `No space left on device`.
  var description: String { String(cString: strerror(code)) }

  /// Writes all bytes, however many calls it takes.
  ///
  /// SIGPIPE must be ignored, or a closed pipe ends the process before the failure can be handled.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(OutputFailure) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
      if written >= 0 {
        offset += written
      } else if errno != EINTR {
        throw OutputFailure(code: errno)
      }
    }
  }
}
