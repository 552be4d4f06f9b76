// A file or folder under a hidden name, which says by a lock that its maker is still at work.
//
// A process number alone is not enough: it is used again after a restart, and is another one in another
// container. The lock of flock(2) goes away with the process that held it, whatever its end was. Where a file
// system has no locks (some network ones), the process number has to do.

import Glibc

/// What a publication writes to before it is published.
struct HiddenEntry {
  /// Its path, beside the target.
  let path: String
  /// Open on it, and locked, until the publication has ended.
  let lockDescriptor: Int32

  /// What to make.
  enum Kind {
    case folder
    case file(mode: UInt32)
  }

  // More outputs than that of one process to one target at one time are a loop that has run away.
  private static let numberMax = 10_000

  /// Makes an empty file or folder under the first hidden name that is free, and locks it.
  init(_ kind: Kind, for target: PublishTarget, operations: any FileOperations) throws(FileFault) {
    for number in 0..<Self.numberMax {
      let path = target.hiddenPath(process: getpid(), number: number)
      let descriptor = Self.make(kind, path, operations)
      if descriptor == -EEXIST { continue }
      guard descriptor >= 0 else {
        throw FileFault(path: target.shown, operation: kind.operation, code: -descriptor)
      }
      let locked = operations.lock(descriptor)
      // A sweep may have come between making and locking: it then holds the lock, or has removed the entry
      // already.
      if locked == -EWOULDBLOCK || operations.kind(of: path, isFollowingLinks: false) == .nothing {
        _ = operations.close(descriptor)
        continue
      }
      self.path = path
      lockDescriptor = descriptor
      return
    }
    throw FileFault(path: target.shown, operation: kind.operation, code: EEXIST)
  }

  /// Makes and opens; a descriptor or a negative error number. What was made is removed where it cannot be
  /// opened.
  private static func make(_ kind: Kind, _ path: String, _ operations: any FileOperations) -> Int32 {
    switch kind {
    case .file(let mode):
      return operations.open(path, flags: O_RDWR | O_CREAT | O_EXCL, mode: mode)
    case .folder:
      let made = operations.makeFolder(path, mode: 0o755)
      guard made >= 0 else { return made }
      let opened = operations.open(path, flags: O_RDONLY | O_DIRECTORY, mode: 0)
      // Swept in between: the next name will do.
      if opened == -ENOENT { return -EEXIST }
      if opened < 0 { _ = operations.removeFolder(path) }
      return opened
    }
  }
}

extension HiddenEntry.Kind {
  fileprivate var operation: FileFault.Operation {
    switch self {
    case .folder: .makeFolder
    case .file: .open
    }
  }
}

extension PublishTarget {
  /// Removes what dead processes have left beside this target, and puts back what one of them was about to
  /// replace.
  ///
  /// Returns what could not be removed; that keeps nobody from working.
  func sweep(_ operations: any FileOperations) -> [FileFault] {
    let (names, result) = operations.names(in: parent)
    // A folder that is not there has no left-overs; making the output will say so.
    guard result >= 0 else { return [] }
    var faults: [FileFault] = []
    for name in names.sorted() {
      guard let process = process(ofHidden: name) else { continue }
      let path = parent + "/" + name
      guard isAbandoned(path, by: process, operations) else { continue }
      do throws(FileFault) {
        let isReplaced = name.hasSuffix(Self.replacedSuffix)
        if isReplaced, operations.kind(of: self.path, isFollowingLinks: false) == .nothing {
          // Killed between the two renames: neither the old nor the new was in place.
          try FileTree.rename(path, to: self.path, shown: shown, operations)
        } else {
          try FileTree.remove(path, operations)
        }
      } catch {
        faults.append(error)
      }
    }
    return faults
  }

  /// Whether nobody works on a hidden entry any more.
  private func isAbandoned(_ path: String, by process: Int32, _ operations: any FileOperations) -> Bool {
    let descriptor = operations.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW, mode: 0)
    guard descriptor >= 0 else { return false }
    let locked = operations.lock(descriptor)
    _ = operations.close(descriptor)
    if locked >= 0 { return true }
    if locked == -EWOULDBLOCK { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }
}
