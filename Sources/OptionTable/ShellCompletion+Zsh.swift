// The completion script for zsh.

extension ShellCompletion {
  static func zsh(_ program: ProgramSpec) -> String {
    let name = program.name
    return """
      #compdef \(name)
      # zsh completion for \(name). For every shell: \(name) completion zsh > a folder of $fpath/_\(name)
      # To load it now: source <(\(name) completion zsh)

      _\(name)_commands() {
        local -a commands
        commands=(
      \(zshFirstWords(program))
        )
        _describe command commands
      }

      _\(name)() {
        if (( CURRENT == 2 )); then
          _\(name)_commands
          return
        fi
        local command=$words[2]
        shift words; (( CURRENT-- ))
      \(zshPairs(program))
        case $command in
      \(zshCommands(program))
        esac
      }

      if [[ $funcstack[1] == _\(name) ]]; then _\(name) "$@"; else compdef _\(name) \(name); fi

      """
  }

  private static func zshFirstWords(_ program: ProgramSpec) -> String {
    firstWords(program).map { word in
      let summary =
        program.commands.first { $0.name == word }?.summary
        ?? program.commands.filter { $0.name.hasPrefix(word + " ") }.map(secondWord).joined(separator: ", ")
      return "    " + quoted("\(word):\(summary)", shell: .zsh)
    }.joined(separator: "\n")
  }

  private static func zshPairs(_ program: ProgramSpec) -> String {
    let arms = pairs(program).map { pair in
      let words = pair.second.map { quoted("\(secondWord($0)):\($0.summary)", shell: .zsh) }
      return """
            \(pair.first))
              if (( CURRENT == 2 )); then
                local -a second; second=(\(words.joined(separator: " "))); _describe command second
                return
              fi
              command+=" $words[2]"; shift words; (( CURRENT-- )) ;;
        """
    }
    return "  case $command in\n" + arms.joined(separator: "\n") + "\n  esac"
  }

  private static func zshCommands(_ program: ProgramSpec) -> String {
    program.commands.map { command in
      var specs = command.options.map(zshOption)
      if let action = zshAction(command.operands.hint, program) {
        let label = command.operands.name.lowercased()
        specs.append(
          quoted(
            command.operands.count.upperBound > 1 ? "*:\(label):\(action)" : "1:\(label):\(action)",
            shell: .zsh))
      }
      let pattern = command.name.contains(" ") ? "\"\(command.name)\"" : command.name
      return "    \(pattern))\n      _arguments -s \\\n        " + specs.joined(separator: " \\\n        ")
        + " ;;"
    }.joined(separator: "\n")
  }

  /// One argument of `_arguments`: names that exclude each other, the summary, and how to complete the value.
  private static func zshOption(_ option: OptionRow) -> String {
    let equals = option.valueName == nil ? "" : "="
    let value = option.valueName.map { ":\($0):\(zshAction(option.hint, nil) ?? " ")" } ?? ""
    let tail = "[" + zshEscaped(option.summary) + "]" + value
    let star = option.arity == .repeatable ? "*" : ""
    guard let short = option.short else {
      return quoted("\(star)--\(option.long)\(equals)\(tail)", shell: .zsh)
    }
    let plus = option.valueName == nil ? "" : "+"
    let excluded = star.isEmpty ? quoted("(-\(short) --\(option.long))", shell: .zsh) : "'*'"
    return "\(excluded){-\(short)\(plus),--\(option.long)\(equals)}" + quoted(tail, shell: .zsh)
  }

  private static func zshAction(_ hint: ValueHint, _ program: ProgramSpec?) -> String? {
    switch hint {
    case .none: nil
    case .file: "_files"
    case .folder: "_files -/"
    case .choice(let words): "(\(words.joined(separator: " ")))"
    case .list(let words): "_sequence compadd - \(words.joined(separator: " "))"
    case .command: program.map { "_\($0.name)_commands" }
    }
  }

  private static func zshEscaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "[]:\\".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
