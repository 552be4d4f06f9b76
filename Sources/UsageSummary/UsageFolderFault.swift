// Why a usage folder cannot be trusted: one kind of error for all its files, with place and way out.

/// What is wrong with a usage folder.
public struct UsageFolderFault: Error, Hashable, Sendable {
  /// What kind of trouble it is; decides the exit status.
  public enum Kind: Hashable, Sendable {
    /// The folder or a file of it cannot be read.
    case unreadable
    /// The folder is no finished output of a run, or of a schema that is not known here.
    case notAUsageFolder
    /// Something was changed, lost or damaged: the folder does not meet.
    case doesNotMeet
  }

  /// The kind.
  public var kind: Kind
  /// The file: the folder as the user named it, then the name inside.
  public var file: String
  /// Line in the decoded file, from 1; 0 where the whole file is meant.
  public var line: Int
  /// Column in that line, from 1, in bytes; 0 where the whole line is meant.
  public var column: Int
  /// What is wrong, lower-case, with what was expected and what was found.
  public var message: String
  /// What to do about it; empty where the message says it.
  public var hint: String

  /// What to do about a folder that does not meet.
  public static let rateAgain = "rate again into a new folder, or restore this one from a good copy"

  /// Makes a fault.
  public init(
    _ kind: Kind, file: String, line: Int = 0, column: Int = 0, message: String,
    hint: String = UsageFolderFault.rateAgain
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }
}

extension UsageFolderFault: CustomStringConvertible {
  /// `file:line:column: message; hint`.
  public var description: String {
    var text = file
    if line > 0 { text += ":\(line)" }
    if column > 0 { text += ":\(column)" }
    text += ": " + message
    if !hint.isEmpty { text += "; " + hint }
    return text
  }
}
