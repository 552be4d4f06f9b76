// `ratemill help`: the list of commands, or everything about one.

internal import OptionTable

/// The options of `help` as typed.
struct HelpOptions: CommandOptions {
  var shared = SharedOptions()

  static let table: [OptionSpec<HelpOptions>] = [.help, .version]
}

/// The validated options of `help`.
struct HelpConfiguration: Equatable, Sendable {
  /// The command to explain; nil for the list.
  let commandName: String?
  /// Whether standard output shows bold text.
  let isBold: Bool
}

/// Shows help.
enum HelpCommand: Command {
  static let table = HelpOptions.table

  static let spec = CommandSpec(
    name: "help",
    summary: "Explain a command, its options and its exit statuses",
    usage: ["[COMMAND]"],
    examples: [
      CommandExample("List the commands", "ratemill help"),
      CommandExample("Explain one", "ratemill help rate"),
    ],
    operands: Operands("COMMAND", count: 0...2, hint: .command),
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .filesFailed]))

  static func configuration(
    _ options: HelpOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> HelpConfiguration {
    HelpConfiguration(
      commandName: inputs.isEmpty ? nil : try commandName(inputs),
      isBold: surroundings.standardOutputIsCapable)
  }

  /// The command that the words name; the first word of a pair is enough where only one command begins with it.
  private static func commandName(_ words: [String]) throws(UsageError) -> String {
    let pairs = CommandRunner.entries.map(\.spec.name).filter { $0.hasPrefix(words[0] + " ") }
    if words.count == 1, pairs.count == 1 { return pairs[0] }
    let (entry, rest) = try CommandRunner.find(words)
    if let extra = rest.first {
      throw UsageError("help: takes one COMMAND, got \(MessageText.quoted(extra))")
    }
    return entry.spec.name
  }

  static func run(_ configuration: HelpConfiguration, console: Console) -> ExitStatus {
    let text = HelpText(CommandRunner.program, isBold: configuration.isBold)
    let command = CommandRunner.entries.first { $0.spec.name == configuration.commandName }?.spec
    return console.finish(command.map(text.long) ?? text.overview())
  }
}
