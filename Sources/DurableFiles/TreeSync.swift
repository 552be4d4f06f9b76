// Brings a folder with all its files to the device, with many files at a time.
//
// One fsync after the other waits for the device at each file: twenty thousand small files took half a minute. What proves that
// a file is on the device is its own fsync all the same, because no other call reports its faults on every file system.

import Dispatch
import Glibc
import Synchronization

/// A tree of files that is to be on the device before its name is.
final class TreeSync: Sendable {
  /// Waits at the device that go on at once. More of them won nothing: a journal takes what waits in one step.
  private static let queueCount = 8
  /// Up to so many files are brought one after the other: threads and a sync of everything cost more.
  static let orderedCountMax = 32

  private struct Entry: Sendable {
    var path: String
    var shown: String
    var isFolder: Bool
  }

  private let entries: [Entry]
  private let operations: any FileOperations
  private let nextFile = Atomic<Int>(0)
  /// The fault at the first entry that has one. Several queues find faults; this lock guards which is told.
  private let found = Mutex<(index: Int, fault: FileFault)?>(nil)

  /// Brings every file below `folder`, and then the folders themselves, innermost first, to the device. Links are not followed.
  ///
  /// After a fault some files were not brought there. Memory: the names.
  static func run(folder: String, shown: String, _ operations: any FileOperations) throws(FileFault) {
    var entries: [Entry] = []
    try list(folder, shown, into: &entries, operations)
    try TreeSync(entries, operations).run(top: folder)
  }

  private init(_ entries: [Entry], _ operations: any FileOperations) {
    self.entries = entries
    self.operations = operations
  }

  // A folder comes after what is in it.
  private static func list(
    _ folder: String, _ shown: String, into entries: inout [Entry], _ operations: any FileOperations
  ) throws(FileFault) {
    let (names, result) = operations.names(in: folder)
    guard result >= 0 else { throw FileFault(path: shown, operation: .list, code: -result) }
    for name in names.sorted() {
      let (path, shownPath) = (folder + "/" + name, shown + "/" + name)
      switch operations.kind(of: path, isFollowingLinks: false) {
      case .folder: try list(path, shownPath, into: &entries, operations)
      case .file: entries.append(Entry(path: path, shown: shownPath, isFolder: false))
      case .unknown(let code): throw FileFault(path: shownPath, operation: .sync, code: code)
      case .nothing, .link, .device: break
      }
    }
    entries.append(Entry(path: folder, shown: shown, isFolder: true))
  }

  private func run(top: String) throws(FileFault) {
    guard entries.count > Self.orderedCountMax else {
      for entry in entries { try sync(entry) }
      return
    }
    beginWriting(top)
    let group = DispatchGroup()
    // Serial queues, because those of one concurrent queue are as many as cores, and these only wait.
    for number in 0..<Self.queueCount {
      DispatchQueue(label: "sync \(number)").async(group: group) { [self] in syncFiles() }
    }
    group.wait()
    if let first = found.withLock({ $0 }) { throw first.fault }
    for entry in entries where entry.isFolder { try sync(entry) }
  }

  // Lets the device write everything at once, so that the syncs of files find it written. A hint: what it says of faults is
  // neither complete nor about our files only.
  private func beginWriting(_ top: String) {
    let descriptor = operations.open(top, flags: O_RDONLY | O_DIRECTORY, mode: 0)
    guard descriptor >= 0 else { return }
    _ = operations.syncFileSystem(descriptor)
    _ = operations.close(descriptor)
  }

  private func syncFiles() {
    while found.withLock({ $0 == nil }) {
      let index = nextFile.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < entries.count else { return }
      guard !entries[index].isFolder else { continue }
      do throws(FileFault) {
        try sync(entries[index])
      } catch {
        found.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, error) }
        }
      }
    }
  }

  private func sync(_ entry: Entry) throws(FileFault) {
    if entry.isFolder {
      try FileTree.syncEntries(of: entry.path, shown: entry.shown, operations)
    } else {
      try FileTree.sync(entry.path, flags: O_RDONLY, shown: entry.shown, operations)
    }
  }
}
