// Folders that stay: made, moved and removed so that a loss of power leaves the old state or the new.

import Glibc

/// Steps on folders of a long-lived place, such as a store.
public enum DurableFolder {
  /// Makes a folder that nobody else can read, unless it is there already, and brings its name to the device.
  public static func make(
    _ path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    let made = operations.makeFolder(path, mode: 0o700)
    if made == -EEXIST { return }
    guard made >= 0 else { throw FileFault(path: path, operation: .makeFolder, code: -made) }
    try FileTree.syncEntries(of: parent(of: path), shown: path, operations)
  }

  /// Brings the names in a folder to the device.
  public static func syncNames(
    in path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    try FileTree.syncEntries(of: path, shown: path, operations)
  }

  /// Gives a folder that is on the device another name beside it, and brings the names to the device.
  ///
  /// Nothing may be at the new name.
  public static func rename(
    _ from: String, to path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    try FileTree.rename(from, to: path, shown: path, operations)
    try FileTree.syncEntries(of: parent(of: path), shown: path, operations)
  }

  /// Gives folders of one place other names in another place on the same device, and brings the names of both to the device
  /// once.
  ///
  /// Nothing may be at the new names. A fault in between leaves some moved and others not.
  public static func move(
    _ names: [String], from: String, to: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    for name in names {
      try FileTree.rename(from + "/" + name, to: to + "/" + name, shown: to + "/" + name, operations)
    }
    try FileTree.syncEntries(of: to, shown: to, operations)
    try FileTree.syncEntries(of: from, shown: from, operations)
  }

  /// Removes a file, or a folder with all that is in it; links are not followed. What has gone already is no fault.
  public static func removeAll(
    _ path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    try FileTree.remove(path, operations)
  }

  /// The folder above.
  private static func parent(of path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let above = parts.dropLast().joined(separator: "/")
    return path.hasPrefix("/") ? "/" + above : (above.isEmpty ? "." : above)
  }
}
