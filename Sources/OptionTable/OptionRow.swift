// What help, completion and tests know about one option: words, no code.

/// The part of an option's declaration that is the same whatever type it fills.
public struct OptionRow: Sendable {
  /// How often an option may stand on a command line, and whether a value follows it.
  public enum Arity: Sendable {
    /// No value.
    case flag
    /// Exactly one value; the option twice is an error.
    case value
    /// One value each time; the option may be repeated.
    case repeatable
  }

  /// The long name without its hyphens: lower-case words joined by hyphens.
  public let long: String
  /// The letter of the short form, for the daily few.
  public let short: Character?
  /// The heading under which help lists it.
  public let group: String
  /// What the value is called in help, such as `DIR`; nil for a flag.
  public let valueName: String?
  /// One line of at most 60 columns, in the imperative, without a full stop.
  public let summary: String
  /// A paragraph for `--help`; nil where the summary says it all.
  public let details: String?
  /// Flag, value or repeatable.
  public let arity: Arity
  /// What a shell can offer as its value.
  public let hint: ValueHint

  /// How the option stands in a usage line and in help: `--output FILE`.
  public var longForm: String { "--" + long + (valueName.map { " " + $0 } ?? "") }
}

/// What a shell can offer where a value is typed.
public enum ValueHint: Hashable, Sendable {
  /// Nothing: a number, a name, a date.
  case none
  /// Files and folders.
  case file
  /// Folders only.
  case folder
  /// One of these words.
  case choice([String])
  /// Some of these words, separated by commas.
  case list([String])
  /// The name of a command.
  case command
}
