// What help and completion know about a command and about the program: words, no code.

/// The words of one command.
public struct CommandSpec: Sendable {
  /// One or two words: `rate`, `invoice draft`.
  public let name: String
  /// One line of at most 60 columns, in the imperative, without a full stop.
  public let summary: String
  /// Paragraphs that `--help` adds above the options.
  public let about: [String]
  /// The forms of the command line, without the program's name.
  public let usage: [String]
  /// What people do with it; the first ones also stand in the short help.
  public let examples: [CommandExample]
  /// What may stand on the line besides options.
  public let operands: Operands
  /// Every option, in the order of help.
  public let options: [OptionRow]
  /// The exit statuses that it can end with.
  public let statuses: [StatusLine]

  /// Takes the words; `options` come from the command's table.
  public init(
    name: String, summary: String, about: [String] = [], usage: [String], examples: [CommandExample],
    operands: Operands = .none, options: [OptionRow], statuses: [StatusLine]
  ) {
    self.name = name
    self.summary = summary
    self.about = about
    self.usage = usage
    self.examples = examples
    self.operands = operands
    self.options = options
    self.statuses = statuses
  }

  /// The options by heading, headings in order of first appearance.
  public var groups: [(heading: String, options: [OptionRow])] {
    var groups: [(heading: String, options: [OptionRow])] = []
    for option in options {
      if let index = groups.firstIndex(where: { $0.heading == option.group }) {
        groups[index].options.append(option)
      } else {
        groups.append((option.group, [option]))
      }
    }
    return groups
  }
}

extension CommandSpec: CustomStringConvertible {
  /// The name.
  public var description: String { name }
}

/// One thing that people do with a command.
public struct CommandExample: Sendable {
  /// What it does, in the imperative.
  public let purpose: String
  /// The line to type, with the program's name.
  public let line: String

  /// Takes both.
  public init(_ purpose: String, _ line: String) {
    self.purpose = purpose
    self.line = line
  }
}

/// One exit status in help.
public struct StatusLine: Sendable {
  /// The number that the shell sees.
  public let code: Int32
  /// One or two words for the one-line list.
  public let label: String
  /// One line that says when.
  public let text: String

  /// Takes the three.
  public init(code: Int32, label: String, text: String) {
    self.code = code
    self.label = label
    self.text = text
  }
}

/// What a command takes besides options.
public struct Operands: Sendable {
  /// What one is called in messages, such as `INPUT`.
  public let name: String
  /// How many there may be.
  public let count: ClosedRange<Int>
  /// What a shell can offer.
  public let hint: ValueHint

  /// Takes name, count and hint.
  public init(_ name: String, count: ClosedRange<Int>, hint: ValueHint) {
    self.name = name
    self.count = count
    self.hint = hint
  }

  /// No operands at all.
  public static let none = Operands("", count: 0...0, hint: .none)
}

/// The words of the whole program.
public struct ProgramSpec: Sendable {
  /// What people type.
  public let name: String
  /// What it is, in one line of at most 80 columns.
  public let summary: String
  /// Every command, in the order of help.
  public let commands: [CommandSpec]
  /// The first thing to try.
  public let firstExamples: [CommandExample]

  /// Takes the words.
  public init(name: String, summary: String, commands: [CommandSpec], firstExamples: [CommandExample]) {
    self.name = name
    self.summary = summary
    self.commands = commands
    self.firstExamples = firstExamples
  }
}
