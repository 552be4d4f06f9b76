// One command at a time changes a store; the lock goes away with the process that holds it, whatever its end was.

import DurableFiles
import Glibc

/// The right to change a store.
final class StoreLock {
  private let descriptor: Int32
  private let operations: any FileOperations
  /// How long to wait between two tries.
  private static let stepMilliseconds = 50

  /// Takes the lock of the store at `path`; waits for `waitMilliseconds` at most.
  ///
  /// The file stays when the lock is given back: removing it would let two processes lock two files of one name.
  init(
    store path: String, waitMilliseconds: Int, operations: any FileOperations
  ) throws(StoreFault) {
    let file = path + "/lock"
    let opened = operations.open(file, flags: O_RDWR | O_CREAT, mode: 0o600)
    guard opened >= 0 else { throw .file(FileFault(path: file, operation: .open, code: -opened)) }
    var waited = 0
    while true {
      let locked = operations.lock(opened)
      if locked >= 0 { break }
      guard locked == -EWOULDBLOCK || locked == -EINTR else {
        _ = operations.close(opened)
        throw .file(FileFault(path: file, operation: .open, code: -locked))
      }
      guard waited < waitMilliseconds else {
        _ = operations.close(opened)
        throw .busy(path: path)
      }
      usleep(UInt32(Self.stepMilliseconds) * 1000)
      waited += Self.stepMilliseconds
    }
    descriptor = opened
    self.operations = operations
  }

  deinit {
    // Closing is not enough: a process that another thread has just forked has the same open file until it becomes its own
    // program.
    _ = flock(descriptor, LOCK_UN)
    _ = operations.close(descriptor)
  }
}
