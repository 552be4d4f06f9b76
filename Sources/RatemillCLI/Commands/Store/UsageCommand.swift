// `ratemill usage`: the usage of a period over all runs of a store, for the invoice stage.

internal import BillingCalendar
internal import BillingStore
internal import DurableFiles
internal import Money
internal import OptionTable
internal import Tables
internal import UsageSummary

/// What can be typed after `ratemill usage`.
struct UsageOptions: CommandOptions {
  var shared = SharedOptions()
  var period: UsagePeriodChoice?

  static let table: [OptionSpec<UsageOptions>] = [
    .store("Take the runs of the billing store in DIR"),
    .value(
      "period", "PERIOD", in: OptionGroup.input, into: \.period, StorePeriod.parser, "Take this usage period",
      details: """
        2026-06 names the usage periods that begin in that month, 2026-06-01/2026-07-01 exactly one.
        """),
    .out(
      "Write the usage folder to DIR",
      details: "The same documents as 'rate --out' writes, so that 'invoice draft --usage DIR' reads them."),
    .force, .json(), .quiet, .color, .help, .version,
  ]
}

/// What `usage` is asked to do.
struct UsageConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let period: UsagePeriodChoice
  let outPath: String
  /// Whether that folder may hold an earlier output.
  let replacesOutput: Bool
}

/// Writes the usage of a period.
enum UsageCommand: Command {
  static let table = UsageOptions.table

  static let spec = CommandSpec(
    name: "usage",
    summary: "Write the usage of a period from a billing store",
    about: [
      """
      Adds up the summaries of all runs that count. A month rated in one run or in thirty-one gives the same bytes. What \
      runs have rated in other periods counts as filtered in the manifest.
      """
    ],
    usage: ["--store DIR --period PERIOD --out DIR [OPTION...]"],
    examples: [
      CommandExample(
        "Take June out of the store, for 'invoice draft --usage june'",
        "ratemill usage --store store --period 2026-06 --out june")
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: UsageOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> UsageConfiguration {
    UsageConfiguration(
      store: try StoreConfiguration(options.shared),
      period: try Requirement.given(options.period, "--period", "PERIOD, such as 2026-06"),
      outPath: try Requirement.given(options.shared.out, "--out", "DIR, the folder to write"),
      replacesOutput: options.shared.replacesOutput)
  }

  static func run(_ configuration: UsageConfiguration, console: Console) -> ExitStatus {
    StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      do throws(FileFault) {
        try OutputFolder.prepare(
          configuration.outPath, marker: SummaryManifest.fileName, replaces: configuration.replacesOutput)
      } catch {
        throw .file(error)
      }
      let export = try store.writeUsage(of: configuration.period, to: configuration.outPath)
      say(export, configuration, console)
      guard configuration.store.printsJSON else { return .done }
      return console.finish(JSONText.document(json(export)))
    }
  }

  private static func say(_ export: UsageExport, _ configuration: UsageConfiguration, _ console: Console) {
    console.say(
      "usage of \(export.periods.map(\.description).joined(separator: ", ")): "
        + "\(ReadableText.count(Int(export.eventCount), "event", "events")) from "
        + ReadableText.count(export.runs.count, "run", "runs"))
    for amount in export.amounts {
      console.say(
        "  amount     \(amount.currency) \(amount.amount.text(minimumDigits: amount.currency.minorDigits))")
    }
    if export.suspendedCount > 0 {
      console.say(
        "  suspended  \(ReadableText.count(Int(export.suspendedCount), "record", "records")) of these runs wait"
      )
    }
    console.say(
      "wrote \(console.path(configuration.outPath)): summary of "
        + ReadableText.count(Int(export.rowCount), "row", "rows"))
  }

  private static func json(_ export: UsageExport) -> JSONValue {
    [
      "periods": .array(export.periods.map { .text($0.description) }),
      "runs": .array(export.runs.map { .text($0.id) }), "events": .integer(export.eventCount),
      "suspended": .integer(export.suspendedCount), "summary_rows": .integer(export.rowCount),
      "amounts": .object(
        export.amounts.map {
          JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
        }),
    ]
  }
}
