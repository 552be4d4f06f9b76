// What every command is: words, a table of options, a validated configuration, and the work.
//
// The steps are apart, so that everything that can be refused is refused before anything is read: words -> options ->
// configuration -> run.

internal import OptionTable

/// One command of the program.
protocol Command: SendableMetatype {
  /// What was typed.
  associatedtype Options: CommandOptions
  /// What it means: complete, in range, free of contradictions.
  associatedtype Configuration

  /// The words of help; its options are those of `table`.
  static var spec: CommandSpec { get }
  /// Every option.
  static var table: [OptionSpec<Options>] { get }
  /// Turns what was typed into what it means. Pure; the number of inputs was checked against `spec.operands`.
  static func configuration(
    _ options: Options, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> Configuration
  /// Does the work.
  static func run(_ configuration: Configuration, console: Console) -> ExitStatus
}

extension Command {
  /// Reads the words after the command's name.
  ///
  /// Pure: tests drive it without a process.
  static func configuration(
    arguments: [String], in surroundings: Surroundings
  ) throws(UsageError) -> (configuration: Configuration, settings: ConsoleSettings) {
    let parsed = try OptionParser(table).parse(arguments, into: Options())
    try spec.operands.check(parsed.inputs, command: spec.name)
    let configuration = try configuration(parsed.raw, inputs: parsed.inputs, in: surroundings)
    return (configuration, parsed.raw.shared.consoleSettings)
  }
}

extension Operands {
  /// Refuses the wrong number of inputs and empty ones.
  func check(_ inputs: [String], command: String) throws(UsageError) {
    if inputs.count > count.upperBound, let extra = inputs.dropFirst(count.upperBound).first {
      let limit = count.upperBound == 0 ? "takes no input" : "takes one \(name)"
      throw UsageError("\(command): \(limit), got \(MessageText.quoted(extra))")
    }
    if inputs.contains("") { throw UsageError("\(command): \(name) is empty; name a file, a folder or -") }
    if inputs.count < count.lowerBound { throw UsageError("\(command): \(missingHint)") }
  }

  private var missingHint: String {
    switch hint {
    case .none: "\(name) is missing"
    case .choice(let words): "\(name) is missing; add \(MessageText.alternatives(words))"
    default: "no \(name); name files or folders, or - for standard input"
    }
  }
}

/// A command as the runner knows it, whatever its types.
struct CommandEntry: Sendable {
  /// The words.
  let spec: CommandSpec
  /// Runs it with the words after its name.
  let run: @Sendable ([String], Surroundings) throws(UsageError) -> ExitStatus

  init<C: Command>(_ command: C.Type) {
    spec = C.spec
    run = { arguments, surroundings throws(UsageError) in
      let (configuration, settings) = try C.configuration(arguments: arguments, in: surroundings)
      return C.run(configuration, console: Console(settings, in: surroundings))
    }
  }
}
