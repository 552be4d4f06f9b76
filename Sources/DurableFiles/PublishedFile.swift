// An output file that appears complete or not at all.

import Glibc

/// A single file that is written under a hidden name and published in one step.
///
/// An older file of that name is replaced; a device or pipe, such as /dev/null, is written to as it stands,
/// because there is nothing to replace. Used by one thread at a time.
public final class PublishedFile {
  /// The file as the user named it.
  public let path: String
  /// What the file's bytes go through.
  public let writer: CheckedWriter

  private let target: PublishTarget
  private let hidden: HiddenEntry?
  private let operations: any FileOperations
  private var isOpen = true

  /// Makes the hidden file beside the target, and sweeps away what dead processes have left there. A folder
  /// is refused.
  public init(
    at path: String, mode: UInt32 = 0o644, bufferBytes: Int = CheckedWriter.bufferBytesDefault,
    operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    self.path = path
    self.operations = operations
    target = try PublishTarget(path)
    switch operations.kind(of: target.path, isFollowingLinks: false) {
    case .folder:
      throw FileFault(refusing: path, detail: "it is a folder; name a file")
    case .unknown(let code):
      throw FileFault(path: path, operation: .open, code: code)
    case .device:
      hidden = nil
      writer = try CheckedWriter(
        existing: target.path, shownAs: path, bufferBytes: bufferBytes, operations: operations)
    case .nothing, .file, .link:
      _ = target.sweep(operations)
      let made = try HiddenEntry(.file(mode: mode), for: target, operations: operations)
      do throws(FileFault) {
        writer = try CheckedWriter(
          existing: made.path, shownAs: path, bufferBytes: bufferBytes, operations: operations)
      } catch {
        Self.remove(made, operations)
        throw error
      }
      hidden = made
    }
  }

  deinit { discard() }

  /// Finishes the writer if it was not, brings the file to the device and puts it in place.
  ///
  /// After a fault the target is as it was. Returns the fault that kept a replaced file from being removed:
  /// the new one is in place all the same.
  /// - Precondition: neither published nor discarded before.
  @discardableResult public func publish() throws(FileFault) -> FileFault? {
    precondition(isOpen, "a file is published once")
    if !writer.isFinished { try writer.finish() }
    guard let hidden else {
      isOpen = false
      return nil
    }
    try FileTree.sync(hidden.lockDescriptor, shown: path, operations)
    let left = try Publication(target: target, hiddenPath: hidden.path, operations: operations).putInPlace()
    isOpen = false
    _ = operations.close(hidden.lockDescriptor)
    return left
  }

  /// Removes the hidden file; the target stays as it was. Nothing happens after `publish`.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    if !writer.isFinished { writer.abandon() }
    if let hidden { Self.remove(hidden, operations) }
  }

  private static func remove(_ hidden: HiddenEntry, _ operations: any FileOperations) {
    // What cannot be removed now is swept by the next run.
    try? FileTree.remove(hidden.path, operations)
    _ = operations.close(hidden.lockDescriptor)
  }
}
