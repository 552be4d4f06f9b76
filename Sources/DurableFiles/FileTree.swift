// Steps on whole files and folders: bring them to the device, move them, remove them.

import Glibc

/// Steps that a publication is made of. Links are never followed.
enum FileTree {
  /// Brings the names in a folder to the device.
  static func syncEntries(
    of folder: String, shown: String, _ operations: any FileOperations
  ) throws(FileFault) {
    do throws(FileFault) {
      try sync(folder, flags: O_RDONLY | O_DIRECTORY, shown: shown, operations)
    } catch {
      // Some network file systems have no fsync for folders, and say so like this.
      guard error.code == EINVAL else { throw error }
    }
  }

  /// Opens a file or folder and brings it to the device.
  static func sync(
    _ path: String, flags: Int32, shown: String, _ operations: any FileOperations
  ) throws(FileFault) {
    let descriptor = operations.open(path, flags: flags, mode: 0)
    guard descriptor >= 0 else { throw FileFault(path: shown, operation: .sync, code: -descriptor) }
    defer { _ = operations.close(descriptor) }
    try sync(descriptor, shown: shown, operations)
  }

  /// Brings an open file to the device. A failure is final: the system may have dropped what it could not
  /// write.
  static func sync(_ descriptor: Int32, shown: String, _ operations: any FileOperations) throws(FileFault) {
    var synced = operations.sync(descriptor)
    while synced == -EINTR { synced = operations.sync(descriptor) }
    guard synced >= 0 else { throw FileFault(path: shown, operation: .sync, code: -synced) }
  }

  /// Renames, over whatever file is at the new name.
  static func rename(
    _ from: String, to: String, shown: String, _ operations: any FileOperations
  ) throws(FileFault) {
    let renamed = operations.rename(from, to: to)
    guard renamed >= 0 else { throw FileFault(path: shown, operation: .publish, code: -renamed) }
  }

  /// Removes a file, or a folder with all that is in it. What has gone already is no fault.
  static func remove(_ path: String, _ operations: any FileOperations) throws(FileFault) {
    let removed: Int32
    switch operations.kind(of: path, isFollowingLinks: false) {
    case .nothing: return
    case .unknown(let code): throw FileFault(path: path, operation: .remove, code: code)
    case .folder:
      let (names, result) = operations.names(in: path)
      guard result >= 0 else { throw FileFault(path: path, operation: .list, code: -result) }
      for name in names.sorted() { try remove(path + "/" + name, operations) }
      removed = operations.removeFolder(path)
    case .file, .link, .device:
      removed = operations.unlink(path)
    }
    guard removed >= 0 || removed == -ENOENT else {
      throw FileFault(path: path, operation: .remove, code: -removed)
    }
  }
}
