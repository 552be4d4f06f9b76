// Completion scripts, made from the same words as help.
//
// A script is fixed text: it never starts the program while somebody types, so it is instant and cannot fail.

/// A shell that can complete a command line.
public enum CompletionShell: String, CaseIterable, Sendable {
  /// GNU bash 4 or later.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish
}

/// Writes the completion script of a program.
public enum ShellCompletion {
  /// The script, to be loaded as its first lines say. Ends with a newline.
  public static func script(for program: ProgramSpec, shell: CompletionShell) -> String {
    switch shell {
    case .bash: bash(program)
    case .zsh: zsh(program)
    case .fish: fish(program)
    }
  }

  /// The words that may follow the program's name first: `rate`, `invoice`.
  static func firstWords(_ program: ProgramSpec) -> [String] {
    var words: [String] = []
    for command in program.commands {
      let first = String(command.name.prefix { $0 != " " })
      if !words.contains(first) { words.append(first) }
    }
    return words
  }

  /// The commands of two words as pairs, by their first word.
  static func pairs(_ program: ProgramSpec) -> [(first: String, second: [CommandSpec])] {
    firstWords(program).compactMap { first in
      let second = program.commands.filter { $0.name.hasPrefix(first + " ") }
      return second.isEmpty ? nil : (first, second)
    }
  }

  /// The second word of a command of two words.
  static func secondWord(_ command: CommandSpec) -> String {
    String(command.name.drop { $0 != " " }.dropFirst())
  }

  /// A word or sentence in single quotes for any of the three shells.
  static func quoted(_ text: String, shell: CompletionShell) -> String {
    let escaped: String
    switch shell {
    case .bash, .zsh:
      escaped = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    case .fish:
      escaped = text.reduce(into: "") { result, character in
        if character == "'" || character == "\\" { result.append("\\") }
        result.append(character)
      }
    }
    return "'" + escaped + "'"
  }
}
