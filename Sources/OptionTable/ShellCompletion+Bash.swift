// The completion script for bash.

extension ShellCompletion {
  static func bash(_ program: ProgramSpec) -> String {
    let name = program.name
    return """
      # bash completion for \(name). To load it now: source <(\(name) completion bash)
      # For every shell: \(name) completion bash > ~/.local/share/bash-completion/completions/\(name)

      _\(name)_offer() {
        case $1 in
          folder) mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames 2>/dev/null ;;
          file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null ;;
          words) mapfile -t COMPREPLY < <(compgen -W "$2" -- "$current") ;;
          list)
            local done=
            [[ $current == *,* ]] && done=${current%,*},
            mapfile -t COMPREPLY < <(compgen -P "$done" -W "$2" -- "${current##*,}")
            compopt -o nospace 2>/dev/null ;;
        esac
      }

      _\(name)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
        COMPREPLY=()
        # bash takes --key=value apart at the equals sign.
        if [[ $current == "=" ]]; then
          current=
        elif [[ $previous == "=" ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        if (( COMP_CWORD == 1 )); then
          _\(name)_offer words "\(firstWords(program).joined(separator: " ")) --help --version"
          return
        fi
      \(bashPairs(program))
        case "$command $previous" in
      \(bashValues(program))
        esac
        case $command in
      \(bashCommands(program))
        esac
      }

      complete -F _\(name) \(name)

      """
  }

  private static func bashPairs(_ program: ProgramSpec) -> String {
    let arms = pairs(program).map { pair in
      let words = pair.second.map(secondWord).joined(separator: " ")
      return """
            \(pair.first))
              if (( COMP_CWORD == 2 )); then _\(program.name)_offer words "\(words)"; return; fi
              command="\(pair.first) ${COMP_WORDS[2]}" ;;
        """
    }
    return "  case $command in\n" + arms.joined(separator: "\n") + "\n  esac"
  }

  private static func bashValues(_ program: ProgramSpec) -> String {
    var arms: [String] = []
    for command in program.commands {
      for option in command.options where option.valueName != nil {
        var patterns = ["\"\(command.name) --\(option.long)\""]
        if let short = option.short { patterns.append("\"\(command.name) -\(short)\"") }
        let offer = bashOffer(option.hint, program).map { $0 + "; " } ?? ""
        arms.append("    \(patterns.joined(separator: " | "))) \(offer)return ;;")
      }
    }
    return arms.joined(separator: "\n")
  }

  private static func bashCommands(_ program: ProgramSpec) -> String {
    program.commands.map { command in
      let options = command.options.map { "--" + $0.long }.joined(separator: " ")
      let operand = bashOffer(command.operands.hint, program)
      let pattern = command.name.contains(" ") ? "\"\(command.name)\"" : command.name
      return """
            \(pattern))
              if [[ $current == -* ]]; then
                _\(program.name)_offer words "\(options)"\(operand.map { "\n      else\n        " + $0 } ?? "")
              fi ;;
        """
    }.joined(separator: "\n")
  }

  private static func bashOffer(_ hint: ValueHint, _ program: ProgramSpec) -> String? {
    switch hint {
    case .none: nil
    case .file: "_\(program.name)_offer file"
    case .folder: "_\(program.name)_offer folder"
    case .choice(let words): "_\(program.name)_offer words \"\(words.joined(separator: " "))\""
    case .list(let words): "_\(program.name)_offer list \"\(words.joined(separator: " "))\""
    case .command: "_\(program.name)_offer words \"\(firstWords(program).joined(separator: " "))\""
    }
  }
}
