// What went wrong with a file, in words that say what to do.

import Glibc

/// A file operation that failed and ends the run: which file, which operation, why.
///
/// `description` is one line without the program's name: `out/summary.csv.zst: cannot write: No space left on
/// device; free space or name another folder`.
public struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried. The raw value completes "cannot …".
  public enum Operation: String, Sendable {
    /// Making or opening a file.
    case open
    /// Writing bytes.
    case write
    /// Reading bytes.
    case read
    /// Bringing what was written to the device.
    case sync
    /// Closing, where some file systems report what they could not write.
    case close
    /// Giving a file or folder its final name.
    case publish
    /// Making a folder.
    case makeFolder = "make the folder"
    /// Listing a folder.
    case list
    /// Removing a file or folder.
    case remove
    /// Compressing.
    case compress
    /// Replacing what is there already: nothing was tried, because it is not ours.
    case replace
  }

  /// The file, as the user named it.
  public let path: String
  /// What was tried.
  public let operation: Operation
  /// The system's error number; 0 where ratemill itself refused.
  public let code: Int32
  /// Why ratemill refused, and what to do; empty where the system did.
  public let detail: String

  /// A fault that the system reported.
  public init(path: String, operation: Operation, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
    detail = ""
  }

  /// A refusal of our own, before any work; `detail` says why and what to do.
  public init(refusing path: String, detail: String) {
    self.path = path
    operation = .replace
    code = 0
    self.detail = detail
  }

  /// Whether the reader of a pipe has gone away: nothing to complain about when the sink is stdout.
  public var isClosedPipe: Bool { code == EPIPE }
  /// Whether ratemill refused before any work, and the user has to name something else.
  public var isRefusal: Bool { operation == .replace }

  /// One line for people.
  public var description: String {
    guard code != 0 else { return "\(path): cannot \(operation.rawValue): \(detail)" }
    let advice = Self.advice(code).map { "; " + $0 } ?? ""
    return "\(path): cannot \(operation.rawValue): \(Self.systemText(code))\(advice)"
  }

  /// What to do about an error number, where that can be said.
  private static func advice(_ code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "free space or name another folder"
    case EFBIG: "raise the limit of file sizes (ulimit -f) or name another folder"
    case EACCES, EPERM, EROFS: "name a folder that you may write to"
    case ENOENT, ENOTDIR: "make the folder first or name another"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case EIO: "the device is at fault: check it, then run again"
    case EEXIST: "remove it or name another"
    case EBUSY, EXDEV: "a mount point cannot be replaced: name a folder in it"
    case ENOMEM: "free memory or give --memory less"
    default: nil
    }
  }

  private static func systemText(_ code: Int32) -> String {
    // strerror keeps its text in a buffer that threads share; strerror_r needs one of ours.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else {
        return "system error \(code)"
      }
      return String(cString: base)
    }
  }
}
