// Bytes that may be long in coming: those of pipes and devices.

import Glibc
import Synchronization

/// A descriptor that is read where it stands.
///
/// A read that waits for a writer knows nothing of the wish to stop: it is begun when there is something to read.
struct PipeInput: Sendable {
  let descriptor: Int32
  /// What tells that nobody wants the bytes any more.
  let progress: RunProgress?

  private static let waitMillis: Int32 = 100

  /// Reads up to so many bytes. Returns 0 at the end and when the run was cancelled, below 0 with `errno` where it cannot be read.
  func read(into buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    while true {
      if let progress, progress.cancelled.load(ordering: .relaxed) { return 0 }
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&wanted, 1, Self.waitMillis)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      let got = ready < 0 ? -1 : Glibc.read(descriptor, buffer, count)
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      return got
    }
  }

  /// Opens a file for reading. A named pipe is not waited for: whoever reads it waits.
  static func open(_ path: String) -> Int32 {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) }
    return descriptor
  }
}
