// The completion script for fish.

extension ShellCompletion {
  static func fish(_ program: ProgramSpec) -> String {
    let name = program.name
    var lines = [
      "# fish completion for \(name). To load it now: \(name) completion fish | source",
      "# For every shell: \(name) completion fish > ~/.config/fish/completions/\(name).fish",
      "",
      "complete -c \(name) -f",
      "complete -c \(name) -n __fish_use_subcommand -s h -l help -d 'Show the list of commands'",
      "complete -c \(name) -n __fish_use_subcommand -l version -d 'Show the version'",
    ]
    for command in program.commands where !command.name.contains(" ") {
      lines.append(fishWord(command.name, summary: command.summary, when: "__fish_use_subcommand", name))
    }
    for pair in pairs(program) {
      let summary = pair.second.map(secondWord).joined(separator: ", ")
      lines.append(fishWord(pair.first, summary: summary, when: "__fish_use_subcommand", name))
      let words = pair.second.map(secondWord).joined(separator: " ")
      let isOpen = "__fish_seen_subcommand_from \(pair.first); and not __fish_seen_subcommand_from \(words)"
      for command in pair.second {
        lines.append(fishWord(secondWord(command), summary: command.summary, when: isOpen, name))
      }
    }
    for command in program.commands { lines += fishCommand(command, program) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fishWord(_ word: String, summary: String, when: String, _ name: String) -> String {
    "complete -c \(name) -n \(quoted(when, shell: .fish)) -a \(word) -d \(quoted(summary, shell: .fish))"
  }

  private static func fishCommand(_ command: CommandSpec, _ program: ProgramSpec) -> [String] {
    let words = command.name.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }
    let start = "complete -c \(program.name) -n " + quoted(words.joined(separator: "; and "), shell: .fish)
    var lines = [""]
    if let offer = fishOffer(command.operands.hint, program) { lines.append("\(start) \(offer)") }
    for option in command.options {
      var line = start + (option.short.map { " -s \($0)" } ?? "") + " -l \(option.long)"
      // -x wants a value and offers no files; -r wants one and leaves files to -F.
      if option.valueName != nil { line += option.hint == .file ? " -r" : " -x" }
      if let offer = fishOffer(option.hint, program) { line += " " + offer }
      lines.append(line + " -d " + quoted(option.summary, shell: .fish))
    }
    return lines
  }

  private static func fishOffer(_ hint: ValueHint, _ program: ProgramSpec) -> String? {
    switch hint {
    case .none: nil
    case .file: "-F"
    case .folder: "-a '(__fish_complete_directories)'"
    case .choice(let words): "-a " + quoted(words.joined(separator: " "), shell: .fish)
    case .list(let words): "-a " + quoted("(__fish_append , \(words.joined(separator: " ")))", shell: .fish)
    case .command: "-a " + quoted(firstWords(program).joined(separator: " "), shell: .fish)
    }
  }
}
