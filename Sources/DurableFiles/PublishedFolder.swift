// An output folder that appears complete or not at all.

import Glibc
import Synchronization

/// A folder that is written under a hidden name and published in one step.
///
/// `begin` refuses before any work what it must not replace; `publish` brings every file to the device and
/// puts the folder in place of the old one; `discard`, or losing the last reference, leaves the old one as it
/// was. Files may be written from several threads; one thread publishes.
public final class PublishedFolder: Sendable {
  /// The folder as the user named it.
  public let path: String
  /// Where its files are written until it is published.
  public let hiddenPath: String

  private let target: PublishTarget
  private let marker: String
  private let replaces: Bool
  private let lockDescriptor: Int32
  private let operations: any FileOperations
  private let isOpen = Atomic<Bool>(true)

  /// Makes the hidden folder beside the target, and sweeps away what dead processes have left there.
  ///
  /// A target that exists is replaced whole, with everything in it, if it is empty or holds a file named
  /// `marker`, as our own outputs do. Anything else is refused; where not `replaces`, so is everything but an empty folder.
  public static func begin(
    at path: String, marker: String = "manifest.json", replaces: Bool = true,
    operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) -> PublishedFolder {
    let target = try PublishTarget(path)
    _ = target.sweep(operations)
    try refuseForeign(target, marker: marker, replaces: replaces, operations)
    let hidden = try HiddenEntry(.folder, for: target, operations: operations)
    return PublishedFolder(target, marker: marker, replaces: replaces, hidden: hidden, operations: operations)
  }

  /// Removes what dead processes have left beside a target; returns what could not be removed.
  public static func sweep(
    beside path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) -> [FileFault] {
    try PublishTarget(path).sweep(operations)
  }

  private init(
    _ target: PublishTarget, marker: String, replaces: Bool, hidden: HiddenEntry,
    operations: any FileOperations
  ) {
    self.target = target
    self.marker = marker
    self.replaces = replaces
    self.operations = operations
    path = target.shown
    hiddenPath = hidden.path
    lockDescriptor = hidden.lockDescriptor
  }

  deinit { discard() }

  /// Where to write the file of that name; the name may lead through folders made with `makeFolder`.
  public func path(of name: String) -> String { hiddenPath + "/" + name }

  /// A writer for a new file in the folder; its messages name the file where it will be.
  public func writer(
    _ name: String, mode: UInt32 = 0o644, bufferBytes: Int = CheckedWriter.bufferBytesDefault
  ) throws(FileFault) -> CheckedWriter {
    try CheckedWriter(
      creating: path(of: name), shownAs: shown(name), mode: mode, bufferBytes: bufferBytes,
      operations: operations)
  }

  /// Makes a folder in the folder.
  public func makeFolder(_ name: String) throws(FileFault) {
    let made = operations.makeFolder(path(of: name), mode: 0o755)
    guard made >= 0 else { throw FileFault(path: shown(name), operation: .makeFolder, code: -made) }
  }

  /// Puts the folder in place, with all its files on the device. All writers have been finished.
  ///
  /// After a fault the target is as it was, and the hidden folder is still there to be discarded. Returns the
  /// fault that kept a replaced folder from being removed: the new one is in place all the same, and a later
  /// sweep tries again.
  /// - Precondition: neither published nor discarded before.
  @discardableResult public func publish() throws(FileFault) -> FileFault? {
    precondition(isOpen.load(ordering: .acquiring), "a folder is published once")
    try TreeSync.run(folder: hiddenPath, shown: path, operations)
    // Hours may have passed since `begin`.
    try Self.refuseForeign(target, marker: marker, replaces: replaces, operations)
    let left = try Publication(target: target, hiddenPath: hiddenPath, operations: operations).putInPlace()
    isOpen.store(false, ordering: .releasing)
    _ = operations.close(lockDescriptor)
    return left
  }

  /// Removes the hidden folder; the target stays as it was. Nothing happens after `publish`.
  public func discard() {
    guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
    // What cannot be removed now is swept by the next run.
    try? FileTree.remove(hiddenPath, operations)
    _ = operations.close(lockDescriptor)
  }

  private func shown(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

  /// Throws where something is at the target that is not ours to replace.
  private static func refuseForeign(
    _ target: PublishTarget, marker: String, replaces: Bool, _ operations: any FileOperations
  ) throws(FileFault) {
    switch operations.kind(of: target.path, isFollowingLinks: false) {
    case .nothing: return
    case .unknown(let code): throw FileFault(path: target.shown, operation: .publish, code: code)
    case .file, .link, .device:
      throw FileFault(refusing: target.shown, detail: "it is not a folder; name another or remove it")
    case .folder: break
    }
    let (names, result) = operations.names(in: target.path)
    guard result >= 0 else { throw FileFault(path: target.shown, operation: .list, code: -result) }
    guard replaces || names.isEmpty else {
      throw FileFault(
        refusing: target.shown, detail: "the folder is not empty; name another, or add --force to replace it")
    }
    guard names.isEmpty || names.contains(marker) else {
      throw FileFault(
        refusing: target.shown,
        detail:
          "it holds files that are not an output of ratemill (no \(marker)); name another folder or empty it"
      )
    }
    guard !isMountPoint(target) else {
      throw FileFault(refusing: target.shown, detail: "it is a mount point; name a folder in it")
    }
    guard !isWorkingFolder(target.path) else {
      throw FileFault(
        refusing: target.shown, detail: "it is the working folder; run from another folder and name it")
    }
  }

  /// What is mounted cannot be renamed; found out now and not after hours of work.
  private static func isMountPoint(_ target: PublishTarget) -> Bool {
    var (own, above) = (stat(), stat())
    return stat(target.path, &own) == 0 && stat(target.parent, &above) == 0 && own.st_dev != above.st_dev
  }

  /// A shell that stands in a folder which is replaced sees the removed one.
  private static func isWorkingFolder(_ path: String) -> Bool {
    guard let here = getcwd(nil, 0) else { return false }
    defer { free(here) }
    return String(cString: here) == path
  }
}
