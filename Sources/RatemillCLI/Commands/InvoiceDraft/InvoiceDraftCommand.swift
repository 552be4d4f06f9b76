// `ratemill invoice draft`: from a usage folder to invoices for review.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import Invoicing
internal import OptionTable
internal import UsageSummary

/// The options of `invoice draft` as typed.
struct InvoiceDraftOptions: CommandOptions {
  var shared = SharedOptions()
  var period: UsagePeriodChoice?
  var earlier: [String] = []
  var itemises = false

  static let table: [OptionSpec<InvoiceDraftOptions>] = [
    .catalog("Read accounts and contracts in DIR"),
    .usage(
      "Bill the usage in this output folder of 'rate'",
      details: """
        Only the summaries are read, and the detail for --itemise. A folder whose manifest is missing or does not \
        meet its tables is refused with status 5.
        """),
    .store(
      "Bill what is open in this billing store",
      details: """
        Needs --period. The drafts lie in the store with a copy of everything they were made from; accounts that were \
        billed get none, and what changed in billed periods stands on the next ones. 'invoice approve' and 'invoice \
        finalise' make invoices of them.
        """),
    .value(
      "period", "PERIOD", in: OptionGroup.input, into: \.period, StorePeriod.parser,
      "Draft this usage period only",
      details: """
        2026-06 names the usage periods that begin in that month, 2026-06-01/2026-07-01 exactly one. Without it, \
        every period of the usage is drafted; contracts are charged in the months that have most of its events.
        """),
    .values(
      "earlier", "DIR", in: OptionGroup.input, into: \.earlier, OptionValue.folder,
      "Set them beside the drafts of a month before; repeatable",
      details: "An invoice then says what has changed since the one before."),
    .flag(
      "itemise", in: OptionGroup.output, into: \.itemises, "List the calls behind each invoice",
      details: """
        A folder's usage must have been rated with --detail; the calls of a store are made from its events. Up to \
        1000 entries stand on the page by service; more lie beside it in NAME--calls.csv. Where they do not add up to \
        their lines, nothing is published.
        """),
    .flag(
      "show-numbers", in: OptionGroup.messages, into: \.shared.showsNumbers,
      "With --itemise: show telephone numbers in full",
      details: "Otherwise the other party's number keeps its first 5 digits, in that file too."),
    .out(
      "Write the drafts to DIR",
      details: """
        Holds one JSON document and one self-contained HTML page for each account, and index.html to begin with.
        """),
    .force,
    .json(),
    .quiet, .progress, .color, .help, .version,
  ]
}

/// The validated options of `invoice draft`.
struct InvoiceDraftConfiguration: Equatable, Sendable {
  /// Where usage comes from and drafts go.
  enum Way: Equatable, Sendable {
    /// From an output folder of `rate` to a folder.
    case folder(usage: String, out: String, replacesOutput: Bool)
    /// From a store, and into it.
    case store(String, UsagePeriodChoice)
  }

  let catalogPath: String
  let way: Way
  /// The usage periods to draft; nil for all of the usage.
  let period: UsagePeriodChoice?
  /// Folders of earlier drafts.
  let earlierPaths: [String]
  let printsJSON: Bool
  /// How calls are listed behind invoices; nil for not at all.
  let callListing: CallListing?

  init(_ options: InvoiceDraftOptions) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, with accounts.csv and contracts.csv")
    period = options.period
    earlierPaths = options.earlier
    printsJSON = options.shared.printsJSON
    callListing = options.itemises ? CallListing(showsNumbers: options.shared.showsNumbers) : nil
    guard let store = options.shared.store else {
      way = .folder(
        usage: try Requirement.given(
          options.shared.usage, "--usage", "DIR, the folder that 'rate --out' wrote, or --store DIR"),
        out: try Requirement.given(options.shared.out, "--out", "DIR, the folder for the drafts"),
        replacesOutput: options.shared.replacesOutput)
      return
    }
    let others = [
      ("--usage", options.shared.usage != nil), ("--out", options.shared.out != nil),
      ("--earlier", !options.earlier.isEmpty),
    ]
    if let other = others.first(where: \.1) {
      throw UsageError("--store and \(other.0) are given together; a store has its own; leave one out")
    }
    way = .store(store, try Requirement.given(options.period, "--period", "PERIOD, such as 2026-06"))
  }
}

/// Drafts invoices.
enum InvoiceDraftCommand: Command {
  static let table = InvoiceDraftOptions.table

  static let spec = CommandSpec(
    name: "invoice draft",
    summary: "Make draft invoices from a usage folder",
    about: [
      """
      Puts the usage of each account and its recurring charges on one invoice: lines by group, subtotals, the period \
      and the total. Amounts are rounded once for each line, and the difference is shown.
      """
    ],
    usage: [
      "--catalog DIR --usage DIR --out DIR [OPTION...]",
      "--catalog DIR --store DIR --period PERIOD [OPTION...]",
    ],
    examples: [
      CommandExample(
        "Draft the invoices of a month", "ratemill invoice draft --catalog catalog --usage june --out drafts"),
      CommandExample(
        "Draft what is open in a store",
        "ratemill invoice draft --catalog catalog --store store --period 2026-06"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: InvoiceDraftOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceDraftConfiguration {
    try InvoiceDraftConfiguration(options)
  }

  static func run(_ configuration: InvoiceDraftConfiguration, console: Console) -> ExitStatus {
    switch configuration.way {
    case .folder(let usage, let out, let replaces):
      return draft(configuration, usage: usage, out: out, replaces: replaces, console)
    case .store(let path, let choice):
      return StoreDoor.with(path, for: .changing(creates: false), console: console) {
        store throws(StoreFault) in
        do throws(OperationFault) {
          let outcome = try StoreDrafting.draft(
            choice, catalogPath: configuration.catalogPath,
            itemising: configuration.callListing.map {
              CallItemising(listing: $0, semantics: Int64(ProgramVersion.ratingSemantics))
            }, in: store)
          return StoreDraftLines(outcome, store, printsJSON: configuration.printsJSON, console: console)
            .finish()
        } catch {
          return OperationFaultLines.fail(error, catalogPath: configuration.catalogPath, console: console)
        }
      }
    }
  }

  /// Why drafts cannot be the earlier ones of this usage; nil where each folder has some of a period before.
  private static func refusal(
    of earlier: [DraftsFolder], before usage: UsageFolder, _ configuration: InvoiceDraftConfiguration,
    out: String
  ) -> String? {
    let periods = usage.usagePeriods.map(\.period).filter { configuration.period?.contains($0) ?? true }
    for folder in earlier {
      if OutputFile.isSame(folder.path, out) {
        return
          "--earlier: '\(folder.path)' is the folder of --out, and would be replaced; name another folder"
      }
      guard let last = periods.map(\.from).max(), let first = folder.drafts.map(\.period).min(),
        first.from >= last
      else { continue }
      return
        "--earlier: the drafts in '\(folder.path)' begin with \(first), which is not before the usage to be "
        + "drafted; name drafts of the month before"
    }
    return nil
  }

  private static func draft(
    _ configuration: InvoiceDraftConfiguration, usage usagePath: String, out: String, replaces: Bool,
    _ console: Console
  ) -> ExitStatus {
    do {
      try OutputFolder.prepare(out, marker: InvoiceDraftRun.marker, replaces: replaces)
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let usage = try UsageFolder.open(usagePath)
      let earlier = try configuration.earlierPaths.map { try DraftsFolder.open($0) }
      if let refusal = refusal(of: earlier, before: usage, configuration, out: out) {
        return console.fail(.usage, refusal)
      }
      var run = InvoiceDraftRun(
        usage: usage, catalog: catalog, choice: configuration.period, earlier: earlier)
      run.callListing = configuration.callListing
      let report = try run.publish(to: out)
      return InvoiceDraftLines(report, out: out, printsJSON: configuration.printsJSON, console: console)
        .finish()
    } catch {
      return FaultLines.fail(error, catalogPath: configuration.catalogPath, console: console)
    }
  }
}
