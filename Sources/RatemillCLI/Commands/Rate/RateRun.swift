// The work of `ratemill rate`: catalog in, engine, outputs, and the last lines that people read.

internal import BillingOperations
internal import Catalog
internal import Dispatch
internal import DurableFiles
internal import Glibc
internal import OptionTable
internal import RatingEngine
internal import Synchronization
internal import Tables
internal import UsageSummary

/// One call of `rate`.
struct RateRun {
  private let configuration: RateConfiguration
  private let console: Console
  private let started = Self.nanoseconds()

  init(_ configuration: RateConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended.
  func run() -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    do {
      if let path = configuration.outPath {
        try OutputFolder.prepare(
          path, marker: SummaryManifest.fileName, replaces: configuration.replacesOutput)
      }
      MemoryReserve.begin(for: configuration.inputs, memoryBytes: configuration.memoryBytesMax)
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let inputs = try InputFile.expand(
        configuration.inputs,
        controlSuffixes: catalog.sources.map(\.control.description).filter { !$0.isEmpty })
      try refuseReplacing(inputs)
      if let path = configuration.storePath {
        return try StoreRateRun(path, configuration, console: console, elapsed: elapsed).run(
          inputs, catalog, options: options())
      }
      return try rate(inputs, catalog)
    } catch {
      return FaultLines.fail(error, catalogPath: configuration.catalogPath, console: console)
    }
  }

  /// Refuses a table in the place of a file that is read or belongs to the catalog, and a folder in the place of theirs: they would
  /// be gone.
  private func refuseReplacing(_ inputs: [InputFile]) throws(RunFault) {
    let spared = OutputFile.Spared(
      files: inputs.filter { !$0.isStandardInput }.map(\.name), catalogs: [configuration.catalogPath])
    if let path = configuration.outPath,
      let refusal = OutputFile.refusal(folder: path, option: "--out", spared: spared)
    {
      throw .usage(refusal)
    }
    guard case .file(let path)? = configuration.table?.target else { return }
    if let refusal = OutputFile.refusal(path, option: "-o", spared: spared) { throw .usage(refusal) }
  }

  private func rate(_ inputs: [InputFile], _ catalog: Catalog) throws -> ExitStatus {
    let result = try engine(catalog).run(inputs)
    if let table = configuration.table {
      try write(result, to: table.target) { () throws(FileFault) in try publish(result) }
    } else {
      try publish(result)
    }
    let report = result.report()
    let lines = RateReport(report, configuration, console: console)
    lines.say(seconds: elapsed())
    if configuration.printsJSON {
      let text = lines.document(seconds: elapsed())
      let hasOutput = configuration.outPath != nil || configuration.table != nil
      let status = hasOutput ? console.finishReport(text) : console.finish(text)
      if status != .done { return status }
    }
    let isAllowed = configuration.suspenseMax.allows(report.suspendedCount, of: report.read)
    // What a file grew by, no later run reads of itself.
    return isAllowed && report.damaged.isEmpty && report.grownFiles.isEmpty ? .done : .findings
  }

  /// Publishes the output folder, if there is to be one.
  private func publish(_ result: RatingResult) throws(FileFault) {
    guard let path = configuration.outPath else { return }
    try result.publish(
      at: path, semantics: Int64(ProgramVersion.ratingSemantics), replaces: configuration.replacesOutput
    ) { folder throws(FileFault) in
      let text = RateReport(result.report(), configuration, console: console).runDocument(seconds: elapsed())
      let writer = try folder.writer("run.json", mode: 0o644)
      try writer.write(text)
      try writer.finish()
    }
  }

  /// Writes the table and publishes what else there is: behind a table on standard output, so that nothing is published where that
  /// cannot be written.
  private func write(
    _ result: RatingResult, to target: RateConfiguration.TableTarget,
    publishing publishOthers: () throws(FileFault) -> Void
  ) throws {
    switch target {
    case .standardOutput:
      let writer = CheckedWriter(descriptor: STDOUT_FILENO, name: "standard output")
      do throws(FileFault) {
        try result.writeGrouped { bytes throws(FileFault) in try writer.write(bytes) }
        try writer.flush()
      } catch {
        // A reader that went away has what it wanted.
        if !error.isClosedPipe { throw error }
      }
      try publishOthers()
    case .file(let path):
      // It may lie in the folder that is published.
      try publishOthers()
      let file = try PublishedFile(at: path)
      do throws(FileFault) {
        try result.writeGrouped { bytes throws(FileFault) in try file.writer.write(bytes) }
        try file.publish()
      } catch {
        file.discard()
        throw error
      }
    }
  }

  // MARK: the engine

  private struct Engine {
    let run: RatingRun
    let progress: RunProgress
    let console: Console

    /// Runs with a progress line; signals are passed on.
    func run(_ inputs: [InputFile]) throws(RunFault) -> RatingResult {
      let ticker = ProgressTicker(progress, console: console)
      defer { ticker.stop() }
      return try run.run(inputs)
    }
  }

  private func engine(_ catalog: Catalog) throws(RunFault) -> Engine {
    let progress = RunProgress()
    return Engine(
      run: try RatingRun(catalog: catalog, options: options(), progress: progress), progress: progress,
      console: console)
  }

  private func options() -> RatingOptions {
    let isPublished = configuration.outPath != nil
    var options = RatingOptions()
    options.threadCount = configuration.threadCount
    options.memoryBytes = configuration.memoryBytesMax
    options.findsDuplicates = configuration.deduplicates
    options.skipsDamagedFiles = configuration.skipsDamagedFiles
    options.spoolsStandardInput = configuration.spoolsInput
    options.recordBytesMax = configuration.recordBytesMax
    options.sourceName = configuration.sourceName
    options.groupBy = configuration.table.map { $0.keys.compactMap { GroupColumn(rawValue: $0.rawValue) } }
    options.keepsSummary = isPublished
    options.keepsSuspense = isPublished
    options.keepsDetail = configuration.writesDetail
    options.masksDetail = configuration.masksDetail
    options.hashesInputs = isPublished
    options.expectedRecords = configuration.expectedRecordCount
    options.expectedBytes = configuration.expectedByteCount.map(Int64.init)
    return options
  }

  private func elapsed() -> Double { Double(Self.nanoseconds() - started) / 1e9 }

  private static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Draws the progress line and passes signals on, ten times a second, while a run goes on.
final class ProgressTicker: Sendable {
  private let isDone = Atomic<Bool>(false)
  private let woken = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// `verb` says what goes on.
  init(_ progress: RunProgress, console: Console, verb: String = "rating") {
    let started = DispatchTime.now().uptimeNanoseconds
    DispatchQueue.global(qos: .utility).async { [self] in
      while !isDone.load(ordering: .relaxed) {
        if Interruption.isRequested { progress.cancel() }
        console.progress {
          verb + Self.line(progress, nanoseconds: DispatchTime.now().uptimeNanoseconds - started)
        }
        _ = woken.wait(timeout: .now() + .milliseconds(20))
      }
      ended.signal()
    }
  }

  /// Ends the ticking and takes the line away.
  func stop() {
    isDone.store(true, ordering: .relaxed)
    woken.signal()
    ended.wait()
  }

  private static func line(_ progress: RunProgress, nanoseconds: UInt64) -> String {
    let seconds = max(0.001, Double(nanoseconds) / 1e9)
    let done = Int(progress.storedByteCount)
    let total = Int(progress.totalByteCount)
    var text = ""
    if let share = ReadableText.percent(done, of: total) { text += "  \(share)" }
    text += "  \(ReadableText.bytes(done))"
    if total > 0 { text += "/\(ReadableText.bytes(total))" }
    text += "  \(ReadableText.short(Int(Double(progress.recordCount) / seconds))) records/s"
    if done > 0, total > done {
      text += "  \(ReadableText.clock(seconds: Int(seconds * Double(total - done) / Double(done)))) left"
    }
    return text
  }
}
