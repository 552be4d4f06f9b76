// What is wrong with a command line.
//
// Owns the message only: it is printed, and turned into exit status 2, in one place above this module.

/// A command line that cannot be run as typed.
///
/// The message is lower-case, without a full stop, quotes the offending text, and says what to do:
/// `--threads: expected a whole number, got 'x'`.
public struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line for people, already fit for a terminal.
  public let message: String

  /// Takes a message whose quoted parts went through `MessageText`.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
