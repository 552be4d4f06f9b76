// The place where an output is to appear, and the hidden names beside it.
//
// A hidden name is `.NAME.ratemill-PID-N`, in the same folder as the target, so that a rename can publish it:
// a temporary folder elsewhere may be on another file system.

import Glibc

/// The file or folder that a publication makes or replaces.
struct PublishTarget {
  /// As the user named it.
  let shown: String
  /// The folder that it is in.
  let parent: String
  /// Its name there.
  let name: String

  /// Its path, with symbolic links of an existing target followed: the link stays, what it names is replaced.
  var path: String { parent == "/" ? "/" + name : parent + "/" + name }

  /// Takes a path; refuses one that has no name of its own to replace.
  init(_ path: String) throws(FileFault) {
    shown = path
    let resolved = Self.resolve(path)
    guard !resolved.isEmpty, resolved != "/" else {
      throw FileFault(refusing: path.isEmpty ? "''" : path, detail: "there is no name here; name a new one")
    }
    let parts = resolved.split(separator: "/", omittingEmptySubsequences: true)
    name = String(parts[parts.count - 1])
    guard name != ".", name != ".." else {
      throw FileFault(refusing: path, detail: "there is no such folder; name a new one")
    }
    let above = parts.dropLast().joined(separator: "/")
    parent = resolved.hasPrefix("/") ? "/" + above : (above.isEmpty ? "." : above)
  }

  /// The absolute path where something is there, else the path as given.
  private static func resolve(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The hidden name of the `number`th output of a process.
  func hiddenPath(process: Int32, number: Int) -> String {
    let hidden = "\(Self.prefix(name))\(process)-\(number)"
    return parent == "/" ? "/" + hidden : parent + "/" + hidden
  }

  /// Follows the hidden name of what is being replaced, where a file system cannot exchange two names.
  static let replacedSuffix = ".replaced"

  /// Which process a hidden name belongs to; nil where the name is not a hidden name of this target.
  func process(ofHidden hidden: String) -> Int32? {
    let prefix = Self.prefix(name)
    guard hidden.hasPrefix(prefix) else { return nil }
    var rest = hidden.dropFirst(prefix.count)
    if rest.hasSuffix(Self.replacedSuffix) { rest = rest.dropLast(Self.replacedSuffix.count) }
    let numbers = rest.split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let process = Int32(numbers[0]), process > 0, Int(numbers[1]) != nil else {
      return nil
    }
    return process
  }

  private static func prefix(_ name: String) -> String { ".\(name).ratemill-" }
}
