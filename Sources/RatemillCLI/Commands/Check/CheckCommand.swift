// `ratemill check`: every fault of a catalog, and how a sample would be read.

internal import OptionTable

/// The options of `check` as typed.
struct CheckOptions: CommandOptions {
  var shared = SharedOptions()
  var sample: String?
  var previous: String?

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
    .usage(
      "Warn of prices and charges that the usage in DIR never met",
      details: """
        DIR is an output folder of 'rate'. Warns of rating groups and destinations of decks, and of charges of plans, \
        that no event there used.
        """),
    .value(
      "previous", "DIR", in: OptionGroup.input, into: \.previous, OptionValue.folder,
      "Warn of prices that the catalog in DIR had otherwise",
      details: """
        Compares decks of the same name: prefixes that were priced and are not any more, and prices that changed by \
        a factor of ten or more. 'ratemill deck diff' shows all changes.
        """),
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
  /// An output folder of `rate`, to find what it never used; only with a catalog.
  let usagePath: String?
  /// An earlier state of the catalog, to find what its decks lost; only with a catalog.
  let previousPath: String?
  let printsJSON: Bool
  /// Telephone numbers of the sample in full.
  let showsNumbers: Bool

  init(_ options: CheckOptions, in surroundings: Surroundings) throws(UsageError) {
    catalogPath = options.shared.catalog
    samplePath = options.sample
    sourceName = options.shared.source
    usagePath = options.shared.usage
    previousPath = options.previous
    printsJSON = options.shared.printsJSON
    showsNumbers = options.shared.showsNumbers
    if catalogPath == nil, samplePath == nil {
      throw UsageError("nothing to check; add --catalog DIR, --sample FILE, or both")
    }
    if sourceName != nil, catalogPath == nil || samplePath == nil {
      throw UsageError("--source says whose a sample is, by sources.csv; add --sample FILE and --catalog DIR")
    }
    for (option, path) in [("--usage", usagePath), ("--previous", previousPath)]
    where path != nil && catalogPath == nil {
      throw UsageError("\(option) is looked at beside a catalog; add --catalog DIR")
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
      Names every fault, not only the first, by file, line and column, with a suggestion. The tests of plans and the \
      examples of formats are tried too. Writes nothing. Findings go to standard output.
      """
    ],
    usage: ["[--catalog DIR] [--sample FILE] [OPTION...]"],
    examples: [
      CommandExample("Check a catalog before the night's run", "ratemill check --catalog catalog"),
      CommandExample(
        "Look for prices that got lost since last month",
        "ratemill check --catalog catalog --previous catalog-may --usage may"),
      CommandExample("See what an unknown export is", "ratemill check --sample export.csv"),
      CommandExample(
        "See how a file is read by its source", "ratemill check --catalog catalog --sample inbox/cdr.csv.zst"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .findings, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .interrupted,
    ]))

  static func configuration(
    _ options: CheckOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> CheckConfiguration {
    try CheckConfiguration(options, in: surroundings)
  }

  static func run(_ configuration: CheckConfiguration, console: Console) -> ExitStatus {
    CheckRun(configuration, console: console).run()
  }
}
