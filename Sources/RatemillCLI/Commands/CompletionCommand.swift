// `ratemill completion`: what a shell needs to finish a line.

internal import OptionTable

/// The options of `completion` as typed.
struct CompletionOptions: CommandOptions {
  var shared = SharedOptions()

  static let table: [OptionSpec<CompletionOptions>] = [.help, .version]
}

/// The validated options of `completion`.
struct CompletionConfiguration: Equatable, Sendable {
  let shell: CompletionShell
}

/// Prints completion scripts.
enum CompletionCommand: Command {
  static let table = CompletionOptions.table

  static let spec = CommandSpec(
    name: "completion",
    summary: "Print the completion script of a shell",
    about: ["The first lines of the script say where to put it."],
    usage: [CompletionShell.allCases.map(\.rawValue).joined(separator: "|")],
    examples: [
      CommandExample("Complete in this shell from now on", "source <(ratemill completion bash)"),
      CommandExample(
        "Complete in every fish", "ratemill completion fish > ~/.config/fish/completions/ratemill.fish"),
    ],
    operands: Operands("SHELL", count: 1...1, hint: OptionValue.choice(of: CompletionShell.self).hint),
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .filesFailed]))

  static func configuration(
    _ options: CompletionOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> CompletionConfiguration {
    CompletionConfiguration(
      shell: try OptionValue.choice(of: CompletionShell.self).value(of: inputs[0], for: "completion"))
  }

  static func run(_ configuration: CompletionConfiguration, console: Console) -> ExitStatus {
    console.finish(ShellCompletion.script(for: CommandRunner.program, shell: configuration.shell))
  }
}
