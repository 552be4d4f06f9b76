// `ratemill rerate`: rates what a store holds again, with another catalog.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import OptionTable
internal import RatingEngine
internal import Tables

/// What can be typed after `ratemill rerate`.
struct RerateOptions: CommandOptions {
  var shared = SharedOptions()
  var from: CivilDate?
  var until: CivilDate?
  var accounts: [String] = []
  var by: [ByKey]?
  var csv: String?
  var isPreview = false
  var threads: Int?
  var memory: Int?

  private static let day = ValueParser<CivilDate> { text throws(ValueFault) in
    guard let date = CivilDate.parse(text) else {
      throw .expected("a date such as 2026-06-01", got: text)
    }
    return date
  }

  static let table: [OptionSpec<RerateOptions>] = [
    .catalog("Rate with the accounts, decks and plans in DIR"),
    .store("Rate the runs of the billing store in DIR again"),
    .value(
      "from", "DATE", in: OptionGroup.input, into: \.from, day, "Rate events again from this day on",
      details: """
        The day of the charging start, in UTC. What is before stays as it was rated. Usage that depends on whole periods \
        (allowances, tiers, limits) cannot be cut by days.
        """),
    .value(
      "until", "DATE", in: OptionGroup.input, into: \.until, day, "Rate events again before this day",
      details: "The day of the charging start, in UTC; the day itself is not meant."),
    .values(
      "accounts", "ACCOUNT", in: OptionGroup.input, into: \.accounts, OptionValue.text,
      "Rate events of this account only; may be repeated",
      details: """
        The account to which the event was found to belong when it was read. Accounts that share a pool with allowances or \
        tiers are rated again together: name all of them.
        """),
    .flag(
      "preview", in: OptionGroup.output, into: \.isPreview, "Only say what would change",
      details: """
        Nothing is written to the store: what a draft of a price book would have made of past months can be asked \
        as often as you like.
        """),
    .value(
      "by", "KEYS", in: OptionGroup.output, into: \.by, OptionValue.list(of: ByKey.self, noun: "key"),
      "Compare sums by these columns",
      details: """
        By default --csv has a row for each key of summary.csv that differs. Without --csv sums are compared by account, \
        kind of usage and currency, which the store knows at once.
        """),
    .value(
      "csv", "FILE", in: OptionGroup.output, into: \.csv, OptionValue.file,
      "Write differences to FILE as CSV; - is standard output",
      details:
        "Old, new and difference of events, billed quantity and amount, of the events that were rated again."),
    .json(),
    .value(
      "threads", "N", short: "j", in: OptionGroup.machine, into: \.threads,
      OptionValue.wholeNumber(in: 0...RateConfiguration.threadCountMax),
      "Work with N threads; 0 is one per core [0]"),
    .value(
      "memory", "SIZE", in: OptionGroup.machine, into: \.memory,
      OptionValue.size(in: RateConfiguration.memoryBytesRange), "Go to disk above SIZE [1GiB]"),
    .showNumbers, .quiet, .progress, .color, .help, .version,
  ]
}

/// What `rerate` is asked to do.
struct RerateConfiguration: Sendable, Equatable {
  let catalogPath: String
  let storePath: String
  let from: CivilDate?
  let until: CivilDate?
  let accounts: [String]
  let by: [ByKey]?
  /// `-` is standard output.
  let csvPath: String?
  let isPreview: Bool
  let printsJSON: Bool
  let threadCount: Int
  let memoryBytesMax: Int

  /// The events that are meant.
  var box: EventBox {
    EventBox(
      from: from.map { Int64($0.dayNumber) * 86_400_000 },
      until: until.map { Int64($0.dayNumber) * 86_400_000 },
      accounts: accounts.isEmpty ? nil : Set(accounts.map { Label($0) }))
  }
}

/// Rates what a store holds again.
enum RerateCommand: Command {
  static let table = RerateOptions.table

  static let spec = CommandSpec(
    name: "rerate",
    summary: "Rate what a store holds again with another catalog",
    about: [
      """
      The store keeps the events of every run, so that their files are not needed. Each run with events that the new \
      catalog may rate differently is replaced by one over the same events; all are replaced in one commit. Records that \
      were duplicates stay duplicates. Only events that the change can reach are looked at: those of changed prefixes, \
      and of accounts whose plan or row has changed.
      """,
      """
      What was billed stays billed: after it, 'ratemill adjustments' shows the difference, which is billed with the next \
      period.
      """,
    ],
    usage: ["--store DIR --catalog DIR [OPTION...]"],
    examples: [
      CommandExample(
        "See what next month's prices would have made of past ones",
        "ratemill rerate --store store --catalog draft --preview"),
      CommandExample("Correct a price that was wrong", "ratemill rerate --store store --catalog catalog"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: RerateOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> RerateConfiguration {
    if let unknown = inputs.first {
      throw UsageError("rerate reads no files: '\(unknown)'; the store keeps the events of its runs")
    }
    if let from = options.from, let until = options.until, from >= until {
      throw UsageError("--from \(from) is not before --until \(until)")
    }
    if options.shared.printsJSON, options.csv == "-" {
      throw UsageError("--json and the table of --csv cannot both go to standard output; write it to a FILE")
    }
    return RerateConfiguration(
      catalogPath: try Requirement.given(
        options.shared.catalog, "--catalog", "DIR, the folder with accounts, decks, plans and sources"),
      storePath: try StoreConfiguration(options.shared).storePath, from: options.from, until: options.until,
      accounts: options.accounts, by: options.by, csvPath: options.csv, isPreview: options.isPreview,
      printsJSON: options.shared.printsJSON,
      threadCount: options.threads.flatMap { $0 > 0 ? $0 : nil } ?? surroundings.coreCount,
      memoryBytesMax: options.memory ?? RateConfiguration.memoryBytesDefault)
  }

  static func run(_ configuration: RerateConfiguration, console: Console) -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    if let path = configuration.csvPath, path != "-" {
      let spared = OutputFile.Spared(
        catalogs: [configuration.catalogPath], folders: [configuration.storePath])
      if let refusal = OutputFile.refusal(path, option: "--csv", spared: spared) {
        return console.fail(.usage, refusal)
      }
    }
    do {
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let store: BillingStore
      do throws(StoreFault) {
        store = try BillingStore.open(
          configuration.storePath, for: configuration.isPreview ? .reading : .changing(creates: false),
          tools: .ofThisProgram)
      } catch {
        throw OperationFault.store(error)
      }
      var options = RatingOptions()
      options.threadCount = configuration.threadCount
      options.memoryBytes = configuration.memoryBytesMax
      options.groupBy = configuration.by?.compactMap { GroupColumn(rawValue: $0.rawValue) }
      if configuration.csvPath != nil, options.groupBy == nil {
        options.groupBy = GroupColumn.allCases.filter { $0 != .day }
      }
      // A table that has no place is known before anything is committed.
      let table = try table(configuration)
      defer { table?.discard() }
      let progress = RunProgress()
      let rerating = StoreRerating(
        in: store, catalog: catalog, catalogPath: configuration.catalogPath, options: options,
        progress: progress, semantics: Int64(ProgramVersion.ratingSemantics))
      let ticker = ProgressTicker(progress, console: console)
      defer { ticker.stop() }
      var status = ExitStatus.done
      try rerating.run(configuration.box, isPreview: configuration.isPreview) { outcome throws(FileFault) in
        status = try RerateReport(outcome, configuration, table: table, console: console).write()
      }
      return status
    } catch let fault as CatalogFault {
      return CatalogFaultLines.fail(fault, catalogPath: configuration.catalogPath, console: console)
    } catch let fault as OperationFault {
      return OperationFaultLines.fail(fault, catalogPath: configuration.catalogPath, console: console)
    } catch {
      return console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }

  private static func table(_ configuration: RerateConfiguration) throws(OperationFault) -> PublishedFile? {
    guard let path = configuration.csvPath, path != "-" else { return nil }
    do throws(FileFault) { return try PublishedFile(at: path) } catch { throw .store(.file(error)) }
  }
}
