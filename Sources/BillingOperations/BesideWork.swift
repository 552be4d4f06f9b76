// Work that goes on while its caller does something else.

import Dispatch

/// Something that is done on another core, and what came of it.
///
/// Whoever starts it waits for it, also where it fails itself: what the work uses is the caller's.
final class BesideWork<Value, Failure: Error>: @unchecked Sendable {
  // Safe to share: the result is read when the group has finished.
  private let group = DispatchGroup()
  private var result: Result<Value, Failure>?

  /// Starts `body`, which touches nothing that the caller touches before `wait` or `finish`.
  init(_ body: @escaping () throws(Failure) -> Value) {
    nonisolated(unsafe) let body = body
    DispatchQueue.global().async(group: group) { self.result = Result(catching: body) }
  }

  /// Waits until it is done.
  func wait() { group.wait() }

  /// Waits, and gives what came of it.
  func finish() throws(Failure) -> Value {
    wait()
    guard let result else { preconditionFailure("work that is done has a result") }
    return try result.get()
  }
}
