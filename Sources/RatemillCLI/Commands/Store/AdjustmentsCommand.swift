// `ratemill adjustments`: what is current minus what was billed.

internal import BillingCalendar
internal import BillingStore
internal import DurableFiles
internal import Money
internal import OptionTable
internal import Tables
internal import UsageSummary

/// What can be typed after `ratemill adjustments`.
struct AdjustmentsOptions: CommandOptions {
  var shared = SharedOptions()
  var csv: String?

  static let table: [OptionSpec<AdjustmentsOptions>] = [
    .store("Look at the billing store in DIR"),
    .value(
      "csv", "FILE", in: OptionGroup.output, into: \.csv, OptionValue.file,
      "Write every row to FILE as CSV; - is standard output",
      details: "The columns of summary.csv; events, quantities and amounts are differences."),
    .quiet, .color, .help, .version,
  ]
}

/// What `adjustments` is asked to do.
struct AdjustmentsConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  /// `-` is standard output; nil for the table that people read.
  let csvPath: String?
}

/// Lists adjustments.
enum AdjustmentsCommand: Command {
  static let table = AdjustmentsOptions.table

  static let spec = CommandSpec(
    name: "adjustments",
    summary: "List what changed in periods that were billed",
    about: [
      """
      Current minus billed, by account, period and rating group, of everything that was billed: late records, records of \
      revoked runs. It is billed with the next period of the account.
      """
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [
      CommandExample("See what the next invoices will correct", "ratemill adjustments --store store")
    ],
    options: table.map(\.row), statuses: StoreDoor.statuses)

  static func configuration(
    _ options: AdjustmentsOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> AdjustmentsConfiguration {
    AdjustmentsConfiguration(store: try StoreConfiguration(options.shared), csvPath: options.csv)
  }

  static func run(_ configuration: AdjustmentsConfiguration, console: Console) -> ExitStatus {
    if let path = configuration.csvPath, path != "-",
      let refusal = OutputFile.refusal(
        path, option: "--csv", spared: OutputFile.Spared(folders: [configuration.store.storePath]))
    {
      return console.fail(.usage, refusal)
    }
    return StoreDoor.with(configuration.store.storePath, for: .reading, console: console) {
      store throws(StoreFault) in
      guard let path = configuration.csvPath else { return try table(store, console) }
      return try csv(store, path, console)
    }
  }

  private static func csv(
    _ store: BillingStore, _ path: String, _ console: Console
  ) throws(StoreFault) -> ExitStatus {
    var bytes = SummarySchema.header
    try store.adjustments { row in SummaryText.append(row, to: &bytes) }
    if path == "-" { return console.finish(String(decoding: bytes, as: UTF8.self)) }
    do throws(FileFault) {
      let file = try PublishedFile(at: path)
      try file.writer.write(contentsOf: bytes)
      try file.publish()
    } catch {
      throw .file(error)
    }
    return .done
  }

  private static func table(_ store: BillingStore, _ console: Console) throws(StoreFault) -> ExitStatus {
    // Rows of one account, period, group and currency do not stand together: services come between them.
    var sums: [[String]: (events: Int64, amount: Amount, currency: Currency)] = [:]
    try store.adjustments { row in
      let key = [
        row.account.description, row.usagePeriod.description, row.ratingGroup.description, row.currency.code,
      ]
      let sum = sums[key] ?? (0, .zero, row.currency)
      sums[key] = (sum.events + row.eventCount, sum.amount + row.amount, row.currency)
    }
    guard !sums.isEmpty else { return console.finish("nothing that was billed has changed\n") }
    let rows = sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, sum in
      key.prefix(3).map { $0.isEmpty ? "-" : console.path($0) } + [
        String(sum.events), "\(sum.currency) \(sum.amount.text(minimumDigits: sum.currency.minorDigits))",
      ]
    }
    let header = ["account", "period", "rating group", "events", "amount"]
    return console.finish(AlignedRows.lines([header] + rows, indent: 0))
  }
}
