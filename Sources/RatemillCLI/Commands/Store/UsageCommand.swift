// `ratemill usage`: the usage of a period over all runs of a store, for the invoice stage.

internal import BillingCalendar
internal import BillingOperations
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
  var writesDetail = false
  var masksDetail = false

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
    .flag(
      "detail", in: OptionGroup.output, into: \.writesDetail, "Write every rated event to --out as well",
      details: """
        One row for each rated part, sorted by account, service and time, with an index by account. The events of the period \
        are rated again for it, and where plans depend on whole periods, all events of the store.
        """),
    .flag(
      "mask-detail", in: OptionGroup.output, into: \.masksDetail,
      "Hide digits of the other numbers in --detail",
      details: """
        Only the first five digits are written of the number at the other end: that called by the account, or that which \
        called it.
        """),
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
  /// Whether events are written as well, and whether with numbers cut.
  let writesDetail: Bool
  let masksDetail: Bool
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
        "ratemill usage --store store --period 2026-06 --out june"),
      CommandExample(
        "With every event of it", "ratemill usage --store store --period 2026-06 --out june --detail"),
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: UsageOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> UsageConfiguration {
    if options.masksDetail, !options.writesDetail {
      throw UsageError("--mask-detail is about the file of --detail; add --detail")
    }
    return UsageConfiguration(
      store: try StoreConfiguration(options.shared),
      period: try Requirement.given(options.period, "--period", "PERIOD, such as 2026-06"),
      outPath: try Requirement.given(options.shared.out, "--out", "DIR, the folder to write"),
      replacesOutput: options.shared.replacesOutput, writesDetail: options.writesDetail,
      masksDetail: options.masksDetail)
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
      let export: UsageExport
      if configuration.writesDetail {
        do throws(OperationFault) {
          export = try StoreDetail.writeUsage(
            of: configuration.period, to: configuration.outPath, masksNumbers: configuration.masksDetail,
            in: store,
            semantics: Int64(ProgramVersion.ratingSemantics))
        } catch {
          return OperationFaultLines.fail(error, catalogPath: "", console: console)
        }
      } else {
        export = try store.writeUsage(of: configuration.period, to: configuration.outPath)
      }
      say(export, configuration, console)
      guard configuration.store.printsJSON else { return .done }
      return console.finishReport(JSONText.document(json(export)))
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
