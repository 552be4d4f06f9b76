// The step by which an output appears: all of it, or nothing.

import Glibc

/// Puts a finished hidden entry in the place of its target.
///
/// The order is: everything on the device, then the names changed, then the names on the device, then the old
/// removed. A process killed anywhere leaves the old state or the new one under the target's name; the only
/// exception, on file systems that cannot exchange two names, is mended by the next sweep.
struct Publication {
  let target: PublishTarget
  let hiddenPath: String
  let operations: any FileOperations

  /// Changes the names, and removes what was replaced.
  ///
  /// Throws with the old state in place, or, where even the way back failed, with the new one, complete.
  /// Returns the fault that kept what was replaced from being removed; the new state is in place all the
  /// same.
  func putInPlace() throws(FileFault) -> FileFault? {
    switch operations.kind(of: target.path, isFollowingLinks: false) {
    case .unknown(let code): throw FileFault(path: target.shown, operation: .publish, code: code)
    case .nothing: try makeNew()
    case .folder: try replace(isFolder: true)
    case .file, .link, .device: try replace(isFolder: false)
    }
    do throws(FileFault) {
      try FileTree.remove(hiddenPath, operations)
      return nil
    } catch {
      return error
    }
  }

  private func makeNew() throws(FileFault) {
    try FileTree.rename(hiddenPath, to: target.path, shown: target.shown, operations)
    try syncNames { _ = operations.rename(target.path, to: hiddenPath) }
  }

  private func replace(isFolder: Bool) throws(FileFault) {
    let exchanged = operations.exchange(hiddenPath, target.path)
    if exchanged >= 0 {
      return try syncNames { _ = operations.exchange(hiddenPath, target.path) }
    }
    guard [-ENOSYS, -EINVAL, -ENOTSUP].contains(exchanged) else {
      throw FileFault(path: target.shown, operation: .publish, code: -exchanged)
    }
    // Without an exchange: a file may be renamed over a file, but a folder only to where nothing is.
    guard isFolder else {
      try FileTree.rename(hiddenPath, to: target.path, shown: target.shown, operations)
      return try syncNames {}
    }
    try replaceFolderInTwoSteps()
  }

  private func replaceFolderInTwoSteps() throws(FileFault) {
    let replacedPath = hiddenPath + PublishTarget.replacedSuffix
    // The lock keeps a sweep of another process from putting the old folder back between the two steps.
    let descriptor = operations.open(target.path, flags: O_RDONLY | O_DIRECTORY, mode: 0)
    guard descriptor >= 0 else {
      throw FileFault(path: target.shown, operation: .publish, code: -descriptor)
    }
    defer { _ = operations.close(descriptor) }
    _ = operations.lock(descriptor)
    try FileTree.rename(target.path, to: replacedPath, shown: target.shown, operations)
    do throws(FileFault) {
      try FileTree.rename(hiddenPath, to: target.path, shown: target.shown, operations)
    } catch {
      _ = operations.rename(replacedPath, to: target.path)
      throw error
    }
    try syncNames {
      if operations.rename(target.path, to: hiddenPath) >= 0 {
        _ = operations.rename(replacedPath, to: target.path)
      }
    }
    // From here on `putInPlace` treats it like what an exchange leaves behind.
    _ = operations.rename(replacedPath, to: hiddenPath)
  }

  /// Brings the changed names to the device; where that fails, takes the change back, because a run that
  /// reports a fault has no output.
  private func syncNames(orTakeBack takeBack: () -> Void) throws(FileFault) {
    do throws(FileFault) {
      try FileTree.syncEntries(of: target.parent, shown: target.shown, operations)
    } catch {
      takeBack()
      throw error
    }
  }
}
