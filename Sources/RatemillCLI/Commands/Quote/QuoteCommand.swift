// `ratemill quote`: what an event would cost that nobody recorded.

internal import Catalog
internal import Money
internal import OptionTable
internal import Tables

/// The options of `quote` as typed.
struct QuoteOptions: CommandOptions {
  var shared = SharedOptions()
  var account: String?
  var plan: String?
  var kind: KindWord?
  var direction: DirectionWord?
  var from: String?
  var to: String?
  var trunk: String?
  var routingNumber: String?
  var meter: String?
  var quantity: String?
  var amount: String?

  /// The words of `--kind`.
  enum KindWord: String, CaseIterable, Sendable { case voice, message, data, event }
  /// The words of `--direction`.
  enum DirectionWord: String, CaseIterable, Sendable { case outbound, inbound, `internal` }

  static let table: [OptionSpec<QuoteOptions>] = [
    .catalog(),
    .value(
      "account", "NAME", in: payer, into: \.account, OptionValue.text,
      "Price it for this account, on its plan then"),
    .value(
      "plan", "NAME", in: payer, into: \.plan, OptionValue.text, "Price it on this plan, for whoever has it",
      details: "In the zone of catalog.yaml, and without services: no number is on the net."),
    .value(
      "kind", "KIND", in: event, into: \.kind, OptionValue.choice(of: KindWord.self),
      "Its kind: voice, message, data or event [voice]"),
    .value(
      "direction", "WAY", in: event, into: \.direction, OptionValue.choice(of: DirectionWord.self),
      "Its way: outbound, inbound or internal [outbound]"),
    .value(
      "to", "NUMBER", in: event, into: \.to, OptionValue.text, "The number that is reached",
      details: """
        As dialled in the catalog's country, or with + in front. Bare digits are what they are in usage of that \
        country's sources; where that is not clear, they are refused.
        """),
    .value("from", "NUMBER", in: event, into: \.from, OptionValue.text, "The number that it comes from"),
    .value(
      "trunk", "NAME", in: event, into: \.trunk, OptionValue.text,
      "The trunk on which it leaves to a supplier"),
    .value(
      "routing-number", "NUMBER", in: event, into: \.routingNumber, OptionValue.text,
      "Where a North American number was ported to"),
    .value(
      "meter", "NAME", in: event, into: \.meter, OptionValue.text,
      "Its rating group, for usage without a number"),
    .value(
      "quantity", "QUANTITY", in: event, into: \.quantity, OptionValue.text,
      "How much, such as 61s, 2 or 1.5GB",
      details: "A bare number is in seconds, messages, bytes or events; units are those of plans."),
    .value(
      "amount", "AMOUNT", in: event, into: \.amount, OptionValue.text,
      "The amount of money that its record carries",
      details: """
        For charges of recorded amounts, in the currency of the plan, such as 12.34; --amount=-12.34 for a refund. \
        Other charges do not look at it.
        """),
    .at(
      "Price it as if it began at TIME [now]",
      details: "A day or a time in the zone of the account, or of catalog.yaml for a plan."),
    .json("Print the steps as JSON"),
    .showNumbers, .quiet, .color, .help, .version,
  ]

  private static let payer = OptionGroup.input
  private static let event = "The event"
}

/// The validated options of `quote`.
struct QuoteConfiguration: Equatable, Sendable {
  /// Who would pay.
  enum Payer: Equatable, Sendable {
    case account(String)
    case plan(String)
  }

  let catalogPath: String
  let payer: Payer
  let kind: UsageKind
  let direction: UsageDirection
  /// As dialled; empty for none.
  let from: String
  let to: String
  /// Empty for none.
  let trunk: String
  /// Empty for none.
  let routingNumber: String
  /// Empty for none.
  let meter: String
  /// In the integer quantity of the kind.
  let quantity: Int64
  /// The amount that the record would carry; nil for none.
  let amount: Amount?
  /// nil for now.
  let at: Moment?
  let printsJSON: Bool
  /// Telephone numbers in full.
  let showsNumbers: Bool

  init(_ options: QuoteOptions) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, the folder with accounts, decks and plans")
    switch (options.account, options.plan) {
    case (let account?, nil): payer = .account(account)
    case (nil, let plan?): payer = .plan(plan)
    case (nil, nil): throw UsageError("nobody to quote for; add --account NAME or --plan NAME")
    case (_?, _?): throw UsageError("--account has a plan of its own; leave out --account or --plan")
    }
    kind = options.kind.flatMap { UsageKind(name: $0.rawValue) } ?? .voice
    direction = UsageDirection.allCases.first { $0.name == options.direction?.rawValue } ?? .outbound
    from = options.from ?? ""
    to = options.to ?? ""
    trunk = options.trunk ?? ""
    routingNumber = options.routingNumber ?? ""
    meter = options.meter ?? ""
    let text = try Requirement.given(options.quantity, "--quantity", "QUANTITY, such as 61s")
    switch QuantityText.parseOrZero(Label(text), of: kind) {
    case .success(let quantity): self.quantity = quantity
    case .failure(let fault):
      throw UsageError("--quantity: \(fault.message)" + (fault.hint.isEmpty ? "" : "; \(fault.hint)"))
    }
    amount = try Self.amount(options.amount)
    at = options.shared.at
    printsJSON = options.shared.printsJSON
    showsNumbers = options.shared.showsNumbers
  }

  private static func amount(_ text: String?) throws(UsageError) -> Amount? {
    guard let text else { return nil }
    switch DecimalText.parse(text, scale: Amount.scale) {
    case .success(let pico): return Amount(pico: pico)
    case .failure(let fault):
      throw UsageError("--amount: \(MessageText.quoted(text)) is not an amount; \(fault.hint)")
    }
  }
}

/// Prices an event that nobody recorded.
enum QuoteCommand: Command {
  static let table = QuoteOptions.table

  static let spec = CommandSpec(
    name: "quote",
    summary: "Show what an event would cost, and why",
    about: [
      """
      Rates one event that nobody recorded, with the engine that bills, as the only usage of its period, and prints \
      every step like 'explain'. Whether it would be billed at all is part of the answer.
      """
    ],
    usage: ["--catalog DIR --account NAME|--plan NAME --quantity QUANTITY [OPTION...]"],
    examples: [
      CommandExample(
        "What does a minute to a German mobile cost?",
        "ratemill quote --catalog catalog --plan office \\\n      --to +4915112345678 --quantity 61s"),
      CommandExample(
        "And for a client, on a day to come",
        "ratemill quote --catalog catalog --account acme \\\n      --to 0151123456 --quantity 61s --at 2026-09-01"
      ),
      CommandExample(
        "What is charged of a carrier's item of 12.34?",
        "ratemill quote --catalog catalog --plan office \\\n      --kind event --quantity 1 --amount 12.34"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([.done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet]))

  static func configuration(
    _ options: QuoteOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> QuoteConfiguration {
    try QuoteConfiguration(options)
  }

  static func run(_ configuration: QuoteConfiguration, console: Console) -> ExitStatus {
    QuoteRun(configuration, console: console).run()
  }
}
