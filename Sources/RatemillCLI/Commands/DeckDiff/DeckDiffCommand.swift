// `ratemill deck diff`: what one deck prices otherwise than another.

internal import Money
internal import OptionTable

/// The options of `deck diff` as typed.
struct DeckDiffOptions: CommandOptions {
  var shared = SharedOptions()
  var currency: Currency?
  var csv: String?

  private static let currencyParser = ValueParser<Currency> { text throws(ValueFault) in
    guard let currency = Currency(code: text) else { throw .expected("a currency such as EUR", got: text) }
    return currency
  }

  static let table: [OptionSpec<DeckDiffOptions>] = [
    .at(
      "Compare the prices in force at TIME",
      details: """
        A day or a time in the zone of each deck. Without it, each deck is taken when all that it announces has come.
        """),
    .usage(
      "Weigh the changes with the usage in DIR",
      details: """
        DIR is an output folder of 'rate'. For each destination that the old deck priced there: what it cost, and what \
        it would have cost with the new one. An estimate, given as two bounds, where increments change or the \
        destination has several new prices.
        """),
    .value(
      "currency", "CODE", in: OptionGroup.input, into: \.currency, currencyParser,
      "Currency of a deck that names none"),
    .value(
      "csv", "FILE", in: OptionGroup.output, into: \.csv, OptionValue.file,
      "Write each prefix that differs to FILE as CSV",
      details: "- is standard output; the report is then not printed."),
    .json("Print the changes as JSON"),
    .quiet, .color, .help, .version,
  ]
}

/// The validated options of `deck diff`.
struct DeckDiffConfiguration: Equatable, Sendable {
  let oldPath: String
  let newPath: String
  let at: Moment?
  /// An output folder of `rate`; nil for prices alone.
  let usagePath: String?
  /// For decks that name no currency.
  let currency: Currency?
  /// `-` is standard output, where then nothing else goes.
  let csvPath: String?
  let printsJSON: Bool

  init(_ options: DeckDiffOptions, inputs: [String]) throws(UsageError) {
    guard inputs.count == 2 else {
      throw UsageError(
        "deck diff: two decks are compared, got \(inputs.count); name OLD and NEW: a deck file, CATALOG/DECK, or a "
          + "catalog with one deck")
    }
    if let input = inputs.first(where: { $0 == "-" }) {
      throw UsageError("deck diff: \(input) cannot be a deck; name a file")
    }
    oldPath = inputs[0]
    newPath = inputs[1]
    at = options.shared.at
    usagePath = options.shared.usage
    currency = options.currency
    csvPath = options.csv
    printsJSON = options.shared.printsJSON
    if printsJSON, csvPath == "-" {
      throw UsageError("--json and --csv cannot both go to standard output; add --csv FILE")
    }
  }
}

/// Compares two decks.
enum DeckDiffCommand: Command {
  static let table = DeckDiffOptions.table

  static let spec = CommandSpec(
    name: "deck diff",
    summary: "Show what a new deck makes dearer, cheaper or unpriced",
    about: [
      """
      Compares longest prefix with longest prefix: a new prefix at the price of what covered it is no change, a removed \
      one falls back to the shorter one. OLD and NEW are a deck file, CATALOG/DECK, or a catalog folder with one deck.
      """
    ],
    usage: ["[OPTION...] OLD NEW"],
    examples: [
      CommandExample(
        "Compare a new price list with the deck", "ratemill deck diff --currency EUR catalog/retail new.csv"),
      CommandExample(
        "See what it would have cost in June",
        "ratemill deck diff --currency EUR --usage june catalog/retail new.csv"),
    ],
    operands: Operands("DECK", count: 0...2, hint: .file),
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .interrupted,
    ]))

  static func configuration(
    _ options: DeckDiffOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> DeckDiffConfiguration {
    try DeckDiffConfiguration(options, inputs: inputs)
  }

  static func run(_ configuration: DeckDiffConfiguration, console: Console) -> ExitStatus {
    DeckDiffRun(configuration, console: console).run()
  }
}
