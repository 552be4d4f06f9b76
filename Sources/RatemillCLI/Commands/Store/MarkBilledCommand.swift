// `ratemill periods mark-billed`: freezes what was billed.

internal import BillingCalendar
internal import BillingStore
internal import Money
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill periods mark-billed`.
struct MarkBilledOptions: CommandOptions {
  var shared = SharedOptions()
  var period: UsagePeriodChoice?
  var accounts: [String] = []
  var reason: String?
  var isBeforeItsEnd = false

  static let table: [OptionSpec<MarkBilledOptions>] = [
    .store("Change the billing store in DIR"),
    .value(
      "period", "PERIOD", in: OptionGroup.input, into: \.period, StorePeriod.parser, "Bill this usage period",
      details: "2026-06 names the usage periods that begin in that month, 2026-06-01/2026-07-01 exactly one."),
    .values(
      "only", "ACCOUNT", in: OptionGroup.input, into: \.accounts, OptionValue.text,
      "Bill this account only; may be repeated"),
    .flag(
      "before-its-end", in: OptionGroup.input, into: \.isBeforeItsEnd,
      "Bill a period that has not ended",
      details: """
        Without it such a period is refused: usage that comes after would be adjusted in the next one. Days end in UTC here.
        """),
    .value(
      "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
      "Say why; the audit trail keeps it"),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `periods mark-billed` is asked to do.
struct MarkBilledConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let period: UsagePeriodChoice
  /// None for all.
  let accounts: [String]
  let isBeforeItsEnd: Bool
  let reason: String
}

/// Freezes usage as billed.
enum MarkBilledCommand: Command {
  static let table = MarkBilledOptions.table

  static let spec = CommandSpec(
    name: "periods mark-billed",
    summary: "Freeze the usage of a period as billed",
    about: [
      """
      From then on whatever changes that period (late records, a revoked run) is an adjustment: current minus billed. \
      Adjustments are billed with the next period of their account, under their own period, and frozen with it.
      """
    ],
    usage: ["--store DIR --period PERIOD [OPTION...]"],
    examples: [
      CommandExample(
        "Close June after its invoices went out",
        "ratemill periods mark-billed --store store --period 2026-06")
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: MarkBilledOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> MarkBilledConfiguration {
    MarkBilledConfiguration(
      store: try StoreConfiguration(options.shared),
      period: try Requirement.given(options.period, "--period", "PERIOD, such as 2026-06"),
      accounts: options.accounts, isBeforeItsEnd: options.isBeforeItsEnd,
      reason: options.reason ?? "")
  }

  static func run(_ configuration: MarkBilledConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      let accounts = configuration.accounts.isEmpty ? nil : Set(configuration.accounts.map { Label($0) })
      let billing = try store.markBilled(
        configuration.period, accounts: accounts, isBeforeItsEnd: configuration.isBeforeItsEnd,
        reason: configuration.reason)
      say(billing, console)
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(JSONText.document(json(billing)))
    }
  }

  private static func say(_ billing: BillingRecord, _ console: Console) {
    let adjusted = ReadableText.count(billing.adjustedAccountCount, "account", "accounts")
    // Adjustments alone close nothing: the period that was named may be open, or have been billed before.
    let what =
      billing.closedCount > 0
      ? "\(billing.choice) for \(ReadableText.count(billing.accountCount, "account", "accounts"))"
      : "adjustments of periods before \(billing.choice) for \(adjusted)"
    console.say("billed \(what) as billing \(billing.number) (\(billing.id))")
    for amount in billing.amounts {
      console.say(
        "  amount     \(amount.currency) \(amount.amount.text(minimumDigits: amount.currency.minorDigits))")
    }
    if billing.adjustmentRowCount > 0, billing.closedCount > 0 {
      let rows = ReadableText.count(Int(billing.adjustmentRowCount), "row", "rows")
      console.say("  including  \(rows) that adjust earlier periods of \(adjusted)")
    }
    console.say("audit \(billing.auditHead.prefix(16))")
  }

  private static func json(_ billing: BillingRecord) -> JSONValue {
    [
      "billing": .text(billing.id), "number": .integer(billing.number),
      "period": .text(billing.choice),
      "accounts": .integer(billing.accountCount),
      "adjusted_accounts": .integer(billing.adjustedAccountCount),
      "rows": .integer(billing.rowCount),
      "adjustment_rows": .integer(billing.adjustmentRowCount),
      "amounts": .object(
        billing.amounts.map {
          JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
        }),
      "audit_head": .text(billing.auditHead),
    ]
  }
}
