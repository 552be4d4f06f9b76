// `ratemill check`: every fault of a catalog, and how a sample would be read.

internal import OptionTable

/// The options of `check` as typed.
struct CheckOptions: CommandOptions {
  var shared = SharedOptions()
  var sample: String?

  static let table: [OptionSpec<CheckOptions>] = [
    .catalog("Check every file of the catalog in DIR"),
    .value(
      "sample", "FILE", in: OptionGroup.input, into: \.sample, OptionValue.file,
      "Guess the format of FILE and show how it is read",
      details: """
        Shows the first records as typed events, or why they cannot be read. With --catalog, the formats and \
        sources of that catalog are tried too, and the records are looked up in it.
        """),
    .source,
    .json("Print the findings as JSON"),
    .showNumbers, .quiet, .color, .help, .version,
  ]
}

/// The validated options of `check`.
struct CheckConfiguration: Equatable, Sendable {
  /// The catalog to check; there is a catalog, a sample, or both.
  let catalogPath: String?
  /// The file to show; `-` is standard input.
  let samplePath: String?
  /// The source of the sample, where its name does not say it.
  let sourceName: String?
  let printsJSON: Bool
  /// Telephone numbers of the sample in full.
  let showsNumbers: Bool

  init(_ options: CheckOptions, in surroundings: Surroundings) throws(UsageError) {
    catalogPath = options.shared.catalog
    samplePath = options.sample
    sourceName = options.shared.source
    printsJSON = options.shared.printsJSON
    showsNumbers = options.shared.showsNumbers
    if catalogPath == nil, samplePath == nil {
      throw UsageError("nothing to check; add --catalog DIR, --sample FILE, or both")
    }
    if sourceName != nil, catalogPath == nil || samplePath == nil {
      throw UsageError("--source says whose a sample is, by sources.csv; add --sample FILE and --catalog DIR")
    }
    try Requirement.readable(samplePath.map { [$0] } ?? [], in: surroundings)
  }
}

/// Checks what people wrote.
enum CheckCommand: Command {
  static let table = CheckOptions.table

  static let spec = CommandSpec(
    name: "check",
    summary: "Find every fault of a catalog; show how a file is read",
    about: [
      """
      Names every fault, not only the first, by file, line and column, with a suggestion. Plans and formats may carry \
      examples with their expected results; they are tried too. Writes nothing. Findings go to standard output.
      """
    ],
    usage: ["[--catalog DIR] [--sample FILE] [OPTION...]"],
    examples: [
      CommandExample("Check a catalog before the night's run", "ratemill check --catalog catalog"),
      CommandExample("See what an unknown export is", "ratemill check --sample export.csv"),
      CommandExample(
        "See how a file is read by its source", "ratemill check --catalog catalog --sample inbox/cdr.csv.zst"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .findings, .usage, .filesFailed, .totalsDoNotMeet, .interrupted]))

  static func configuration(
    _ options: CheckOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> CheckConfiguration {
    try CheckConfiguration(options, in: surroundings)
  }

  static func run(_ configuration: CheckConfiguration, console: Console) -> ExitStatus {
    notBuiltYet(console)
  }
}
