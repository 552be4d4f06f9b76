// `ratemill version`.

internal import OptionTable
internal import Tables

/// The options of `version` as typed.
struct VersionOptions: CommandOptions {
  var shared = SharedOptions()

  static let table: [OptionSpec<VersionOptions>] = [
    .json(
      "Print the versions as JSON",
      details: """
        'rating_semantics' grows when the same usage and catalog may give other amounts; 'libzstd' is the library \
        in use.
        """),
    .help, .version,
  ]
}

/// The validated options of `version`.
struct VersionConfiguration: Equatable, Sendable {
  let printsJSON: Bool
}

/// Shows the version.
enum VersionCommand: Command {
  static let table = VersionOptions.table

  static let spec = CommandSpec(
    name: "version",
    summary: "Show the version",
    usage: ["[--json]"],
    examples: [CommandExample("Show everything that results depend on", "ratemill version --json")],
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .filesFailed]))

  static func configuration(
    _ options: VersionOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> VersionConfiguration {
    VersionConfiguration(printsJSON: options.shared.printsJSON)
  }

  static func run(_ configuration: VersionConfiguration, console: Console) -> ExitStatus {
    guard configuration.printsJSON else {
      return console.finish("\(ProgramVersion.name) \(ProgramVersion.version)\n")
    }
    return console.finish(
      JSONText.document([
        "name": .text(ProgramVersion.name),
        "version": .text(ProgramVersion.version),
        "rating_semantics": .integer(ProgramVersion.ratingSemantics),
        "libzstd": .text(ProgramVersion.libzstd),
      ]))
  }
}
