// `ratemill generate`: made-up usage with known totals, to try and to measure things on.

internal import BillingCalendar
internal import DurableFiles
internal import OptionTable

/// The options of `generate` as typed.
struct GenerateOptions: CommandOptions {
  var shared = SharedOptions()
  var events: Int?
  var seed: UInt64?
  var deckRows: Int?
  var accounts: Int?
  var days: Int?

  static let table: [OptionSpec<GenerateOptions>] = [
    .value(
      "events", "N", in: "Usage", into: \.events,
      OptionValue.wholeNumber(in: 1...GenerateConfiguration.eventCountMax), "Write N records"),
    .value(
      "seed", "S", in: "Usage", into: \.seed, OptionValue.seed, "Make other usage with another seed [1]",
      details: "The same options with the same seed give the same records, on every machine."),
    .value(
      "days", "N", in: "Usage", into: \.days,
      OptionValue.wholeNumber(in: 1...GenerateConfiguration.dayCountMax),
      "Spread them over N days, one file a day [1]"),
    .value(
      "accounts", "N", in: "Usage", into: \.accounts,
      OptionValue.wholeNumber(in: 1...GenerateConfiguration.accountCountMax),
      "Spread them over N accounts [1000]"),
    .value(
      "deck-rows", "N", in: "Usage", into: \.deckRows,
      OptionValue.wholeNumber(in: 1...GenerateConfiguration.deckRowCountMax),
      "Price with a deck of N rows [10000]"
    ),
    .out(
      "Write catalog, usage and totals to DIR",
      details: """
        Holds catalog/ (a complete catalog), usage/*.csv.zst and totals.json: the totals that rating must give, \
        worked out without the rating engine.
        """),
    .force,
    .json("Print the known totals as JSON too"),
    .quiet, .progress, .color, .help, .version,
  ]
}

/// The validated options of `generate`.
struct GenerateConfiguration: Equatable, Sendable {
  // Bounds against slips of the keyboard; each is far above what a test needs.
  static let eventCountMax = 100_000_000_000
  static let deckRowCountMax = 10_000_000
  static let accountCountMax = 10_000_000
  static let dayCountMax = 3_660

  let eventCount: Int
  let seed: UInt64
  let outPath: String
  /// Whether that folder may hold an earlier output.
  let replacesOutput: Bool
  let deckRowCount: Int
  let accountCount: Int
  let dayCount: Int
  let printsJSON: Bool

  init(_ options: GenerateOptions) throws(UsageError) {
    eventCount = try Requirement.given(options.events, "--events", "N, the number of records to make")
    outPath = try Requirement.given(options.shared.out, "--out", "DIR, the folder to make")
    seed = options.seed ?? 1
    replacesOutput = options.shared.replacesOutput
    deckRowCount = options.deckRows ?? 10_000
    accountCount = options.accounts ?? 1_000
    dayCount = options.days ?? 1
    printsJSON = options.shared.printsJSON
  }
}

/// Makes usage.
enum GenerateCommand: Command {
  static let table = GenerateOptions.table

  static let spec = CommandSpec(
    name: "generate",
    summary: "Make a catalog and usage with known totals",
    about: [
      """
      The usage is skewed like the real thing: few accounts make most calls, most calls are short, and some records \
      are dirty, twice there, or for nobody. Nothing in it belongs to anybody.
      """
    ],
    usage: ["--events N --out DIR [--seed S] [--days N] [OPTION...]"],
    examples: [
      CommandExample(
        "Make a million records over a month", "ratemill generate --events 1000000 --days 30 --out trial"),
      CommandExample("Rate them", "ratemill rate --catalog trial/catalog --out rated trial/usage"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .filesFailed, .totalsDoNotMeet, .interrupted]))

  static func configuration(
    _ options: GenerateOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> GenerateConfiguration {
    try GenerateConfiguration(options)
  }

  static func run(_ configuration: GenerateConfiguration, console: Console) -> ExitStatus {
    if !configuration.replacesOutput, isFilled(configuration.outPath) {
      return console.fail(
        .usage,
        "\(console.path(configuration.outPath)): the folder is not empty; name another, or add --force to replace it"
      )
    }
    Interruption.watch()
    do {
      return try GenerateRun(configuration, console).run()
    } catch let fault as ZoneFault {
      return console.fail(.filesFailed, "\(fault)")
    } catch let fault as FileFault {
      return console.fail(fault.isRefusal ? .usage : .filesFailed, "\(fault)")
    } catch {
      return console.fail(.totalsDoNotMeet, "\(error)")
    }
  }

  private static func isFilled(_ path: String) -> Bool {
    !SystemFileOperations().names(in: path).names.isEmpty
  }
}
