// `ratemill recycle`: rates what waits in suspense again.

internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import Money
internal import OptionTable
internal import RatingEngine
internal import Tables

/// What can be typed after `ratemill recycle`.
struct RecycleOptions: CommandOptions {
  var shared = SharedOptions()
  var threads: Int?
  var memory: Int?

  static let table: [OptionSpec<RecycleOptions>] = [
    .store("Change the billing store in DIR"),
    .catalog("Rate with the catalog in DIR [that of the latest run]"),
    .value(
      "threads", "N", short: "j", in: OptionGroup.machine, into: \.threads,
      OptionValue.wholeNumber(in: 0...RateConfiguration.threadCountMax),
      "Work with N threads; 0 is one per core [0]"),
    .value(
      "memory", "SIZE", in: OptionGroup.machine, into: \.memory,
      OptionValue.size(in: RateConfiguration.memoryBytesRange), "Go to disk above SIZE [1GiB]"),
    .json(), .quiet, .progress, .color, .help, .version,
  ]
}

/// What `recycle` is asked to do.
struct RecycleConfiguration {
  let store: StoreConfiguration
  /// Nil for the catalog of the latest run.
  let catalogPath: String?
  let threadCount: Int
  let memoryBytesMax: Int
}

/// Rates what waits in suspense.
enum RecycleCommand: Command {
  static let table = RecycleOptions.table

  static let spec = CommandSpec(
    name: "recycle",
    summary: "Rate suspended records again, after the catalog was mended",
    about: [
      """
      The kept bytes of every record that waits, or their corrections, go through the format of their source again, as a \
      run of their own. What is rated, filtered or found to be a duplicate leaves suspense; the rest stays, with the \
      reason that it has now. In billed periods the run's usage becomes adjustments. 'revoke' of the run puts its \
      records back.
      """
    ],
    usage: ["--store DIR [--catalog DIR] [OPTION...]"],
    examples: [
      CommandExample(
        "Rate what waits with a mended catalog", "ratemill recycle --store store --catalog catalog")
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: RecycleOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> RecycleConfiguration {
    RecycleConfiguration(
      store: try StoreConfiguration(options.shared), catalogPath: options.shared.catalog,
      threadCount: options.threads.flatMap { $0 > 0 ? $0 : nil } ?? surroundings.coreCount,
      memoryBytesMax: options.memory ?? RateConfiguration.memoryBytesDefault)
  }

  static func run(_ configuration: RecycleConfiguration, console: Console) -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      guard let latest = try store.currentRuns().last else {
        return console.finish("nothing waits in suspense\n")
      }
      let catalogPath = configuration.catalogPath ?? store.catalogPath(latest.ratingHash)
      let progress = RunProgress()
      do {
        let recycling = StoreRecycling(
          in: store, catalog: try CatalogFolder.load(catalogPath), catalogPath: catalogPath,
          options: options(configuration), progress: progress,
          semantics: Int64(ProgramVersion.ratingSemantics))
        return say(
          try recycle(recycling, configuration, catalogPath, progress, console), configuration, console)
      } catch let fault as CatalogFault {
        return CatalogFaultLines.fail(fault, catalogPath: catalogPath, console: console)
      } catch let fault as OperationFault {
        return OperationFaultLines.fail(fault, catalogPath: catalogPath, console: console)
      } catch {
        return console.fail(.totalsDoNotMeet, "unexpected: \(error)")
      }
    }
  }

  private static func recycle(
    _ recycling: StoreRecycling, _ configuration: RecycleConfiguration, _ catalogPath: String,
    _ progress: RunProgress, _ console: Console
  ) throws(OperationFault) -> StoreRecycling.Outcome {
    let ticker = ProgressTicker(progress, console: console, verb: "recycling")
    defer { ticker.stop() }
    let clock = ContinuousClock()
    let start = clock.now
    return try recycling.run { result, folder throws(FileFault) in
      let report = result.report()
      let envelope = RunEnvelope(
        threadCount: configuration.threadCount, memoryBytesMax: configuration.memoryBytesMax,
        catalogPath: catalogPath, inputs: report.files.map(\.name))
      let text = RateReport.runDocument(
        report, envelope, seconds: (clock.now - start) / .seconds(1), console: console)
      let writer = try folder.writer("run.json", mode: 0o600)
      try writer.write(text)
      try writer.finish()
    }
  }

  private static func options(_ configuration: RecycleConfiguration) -> RatingOptions {
    var options = RatingOptions()
    options.threadCount = configuration.threadCount
    options.memoryBytes = configuration.memoryBytesMax
    return options
  }

  private static func say(
    _ outcome: StoreRecycling.Outcome, _ configuration: RecycleConfiguration, _ console: Console
  ) -> ExitStatus {
    console.endProgress()
    let path = console.path(configuration.store.storePath)
    let left: Int
    var members: [JSONMember]
    switch outcome {
    case .nothingRated(let waiting):
      left = waiting
      members = [JSONMember(name: "run", value: .null)]
      console.say("no record left suspense")
    case .committed(let commit, let report, let waiting):
      left = waiting
      let run = commit.run
      console.say("recycled \(ReadableText.count(report.read, "record", "records")):")
      console.say("  rated      \(ReadableText.count(report.rated))")
      console.say("  filtered   \(ReadableText.count(report.filteredCount))")
      console.say("  duplicate  \(ReadableText.count(report.duplicate))")
      RateReport.sayAmounts(report, storePath: configuration.store.storePath, console: console)
      console.say("committed run \(run.number) (\(run.id)) to \(path); audit \(commit.auditHead.prefix(16))")
      members =
        [
          JSONMember(name: "run", value: .text(run.id)),
          JSONMember(name: "run_number", value: .integer(run.number)),
          JSONMember(name: "audit_head", value: .text(commit.auditHead)),
        ] + RunText.members(run.doors) + RateReport.amountMembers(report)
    }
    if left > 0 {
      console.say(
        "\(ReadableText.count(left, "record still waits", "records still wait")): ratemill suspense --store \(console.argument(configuration.store.storePath))"
      )
    }
    guard configuration.store.printsJSON else { return .done }
    members.append(JSONMember(name: "waiting", value: .integer(left)))
    return console.finishReport(JSONText.document(.object(members)))
  }
}
