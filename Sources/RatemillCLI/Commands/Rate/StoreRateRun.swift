// The work of `ratemill rate --store`: one run into a billing store.

internal import BillingOperations
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import OptionTable
internal import RatingEngine
internal import Tables

/// One call of `rate --store`, from the loaded catalog on.
struct StoreRateRun {
  private let path: String
  private let configuration: RateConfiguration
  private let console: Console
  private let elapsed: () -> Double

  init(_ path: String, _ configuration: RateConfiguration, console: Console, elapsed: @escaping () -> Double)
  {
    self.path = path
    self.configuration = configuration
    self.console = console
    self.elapsed = elapsed
  }

  /// Rates, commits and reports.
  func run(_ inputs: [InputFile], _ catalog: Catalog, options: RatingOptions) throws -> ExitStatus {
    let store: BillingStore
    do throws(StoreFault) {
      store = try BillingStore.open(path, for: .changing(creates: true), tools: .ofThisProgram)
    } catch {
      throw OperationFault.store(error)
    }
    let progress = RunProgress()
    let rating = StoreRating(
      into: store, catalog: catalog, catalogPath: configuration.catalogPath, options: options,
      progress: progress, semantics: Int64(ProgramVersion.ratingSemantics),
      horizonDays: configuration.horizonDays)
    var halves: [(file: String, runNumber: Int)] = []
    let outcome = try withTicker(progress) {
      try rating.run(inputs, onTakingBack: { halves.append(($0, $1)) }) { result, folder throws(FileFault) in
        let text = RateReport(result.report(), configuration, console: console).runDocument(
          seconds: elapsed())
        let writer = try folder.writer("run.json", mode: 0o600)
        try writer.write(text)
        try writer.finish()
      }
    }
    for half in halves {
      console.say(
        "took back the last record of \(console.path(half.file)): run \(half.runNumber) had read it before all of it was written"
      )
    }
    let look = Look(
      takenBack: halves.map { ["file": .text($0.file), "run_number": .integer($0.runNumber)] },
      rateableCount: rateableCount(store, catalog, options),
      missing: (try? store.missingFiles()) ?? [],
      late: (try? store.lateSources()) ?? [])
    switch outcome {
    case .nothingNew(let known): return nothingNew(known, look)
    case .committed(let commit, let report, let known): return committed(commit, report, known, look)
    }
  }

  /// What the store says after the run. A fault in it is none of the run, which is committed: `verify` and `periods` name it.
  private struct Look {
    /// Half lines that were taken back.
    var takenBack: [JSONValue]
    var rateableCount: Int
    var missing: [SourceGap]
    var late: [LateSource]

    var members: [JSONMember] {
      [
        JSONMember(name: "taken_back", value: .array(takenBack)),
        JSONMember(name: "rateable_suspense", value: .integer(rateableCount)),
        JSONMember(name: "missing", value: MissingInputs.json(missing)),
        JSONMember(name: "late", value: MissingInputs.json(late)),
      ]
    }
  }

  /// Says what is missing, whatever was rated: a night without files is the one that nobody looks at.
  private func say(_ look: Look) {
    let lines =
      look.missing.map { MissingInputs.line($0, console) }
      + look.late.map { MissingInputs.line($0, console) }
    for line in lines.prefix(Self.shownMax) { console.say(line) }
    if lines.count > Self.shownMax {
      console.say("and \(lines.count - Self.shownMax) more that is missing")
    }
    offer(look.rateableCount)
  }

  /// Records of earlier runs that wait in suspense and that this catalog can rate. It was not in force when they were suspended,
  /// or nothing is tried. A fault here is none of the run, which is committed.
  private func rateableCount(_ store: BillingStore, _ catalog: Catalog, _ options: RatingOptions) -> Int {
    guard let hashes = try? store.catalogsOfSuspense(), hashes.contains(where: { $0 != catalog.ratingHash })
    else { return 0 }
    let progress = RunProgress()
    let recycling = StoreRecycling(
      in: store, catalog: catalog, catalogPath: configuration.catalogPath, options: options,
      progress: progress, semantics: Int64(ProgramVersion.ratingSemantics))
    let ticker = ProgressTicker(progress, console: console, verb: "looking at suspense")
    defer { ticker.stop() }
    return (try? recycling.outlook())?.reduce(0) { $0 + $1.count } ?? 0
  }

  /// Offers to rate what waits.
  private func offer(_ rateable: Int) {
    guard rateable > 0 else { return }
    let records = ReadableText.count(rateable, "record that waits", "records that wait")
    console.say(
      "\(records) in suspense can be rated now: ratemill recycle --store \(console.argument(path)) "
        + "--catalog \(console.argument(configuration.catalogPath))")
  }

  private func withTicker(
    _ progress: RunProgress, _ body: () throws -> StoreRating.Outcome
  ) throws -> StoreRating.Outcome {
    let ticker = ProgressTicker(progress, console: console)
    defer { ticker.stop() }
    return try body()
  }

  private func committed(
    _ commit: RunCommit, _ report: RunReport, _ known: [StoreRating.KnownFile], _ look: Look
  ) -> ExitStatus {
    let lines = RateReport(report, configuration, console: console)
    lines.say(seconds: elapsed())
    say(known)
    let run = commit.run
    console.say(
      commit.wasThere
        ? "run \(run.number) (\(run.id)) is in \(console.path(path)) already"
        : "committed run \(run.number) (\(run.id)) to \(console.path(path)); audit \(commit.auditHead.prefix(16))"
    )
    for (withdrawn, count) in commit.withdrawn {
      console.say(
        "\(ReadableText.count(count, "record", "records")) of run \(withdrawn.number) contradicted by new ones "
          + "went to suspense with them; see 'ratemill suspense show --store \(console.argument(path)) --code duplicate-conflict'"
      )
    }
    for (displaced, count) in commit.displaced {
      console.say(
        "\(ReadableText.count(count, "record", "records")) of run \(displaced.number) \(count == 1 ? "is a duplicate" : "are duplicates") "
          + "now: copies in these files come first, and their sources rate them otherwise")
    }
    say(look)
    console.say("next: ratemill periods --store \(console.argument(path))")
    if configuration.printsJSON {
      let members = [
        JSONMember(name: "run", value: .text(run.id)),
        JSONMember(name: "run_number", value: .integer(run.number)),
        JSONMember(name: "audit_head", value: .text(commit.auditHead)),
        JSONMember(name: "known_files", value: Self.json(known)),
        JSONMember(name: "withdrawn", value: Self.json(commit.withdrawn)),
        JSONMember(name: "displaced", value: Self.json(commit.displaced)),
      ]
      let status = console.finishReport(lines.document(seconds: elapsed(), more: members + look.members))
      if status != .done { return status }
    }
    let isAllowed = configuration.suspenseMax.allows(report.suspendedCount, of: report.read)
    return isAllowed && report.damaged.isEmpty ? .done : .findings
  }

  private static func json(_ records: [(run: RunRecord, count: Int)]) -> JSONValue {
    .array(
      records.map { run, count in
        ["run": .text(run.id), "run_number": .integer(run.number), "records": .integer(count)]
      })
  }

  private func nothingNew(_ known: [StoreRating.KnownFile], _ look: Look) -> ExitStatus {
    console.endProgress()
    say(known)
    console.say("nothing new: \(console.path(path)) is as it was")
    say(look)
    guard configuration.printsJSON else { return .done }
    let members = [
      JSONMember(name: "run", value: .null),
      JSONMember(name: "known_files", value: Self.json(known)),
    ]
    return console.finish(JSONText.document(.object(members + look.members)))
  }

  // More than these are only counted.
  private static let shownMax = 5

  /// Says which files were left out, by the run that has read them.
  private func say(_ known: [StoreRating.KnownFile]) {
    guard !known.isEmpty else { return }
    console.say(
      "left out \(ReadableText.count(known.count, "file that was", "files that were")) rated before:")
    for file in known.prefix(Self.shownMax) {
      var line = "  \(console.path(file.name)): rated in run \(file.run.number)"
      if file.earlierName != file.name { line += " as \(console.path(file.earlierName))" }
      if file.isOtherCatalog {
        line += " with another catalog"
      }
      console.say(line)
    }
    if known.count > Self.shownMax { console.say("  and \(known.count - Self.shownMax) more") }
    if known.contains(where: \.isOtherCatalog) {
      console.say(
        "what was rated with another catalog stays so; to rate it again: ratemill rerate --store "
          + "\(console.argument(path)) --catalog \(console.argument(configuration.catalogPath))")
    }
  }

  private static func json(_ known: [StoreRating.KnownFile]) -> JSONValue {
    .array(
      known.map { file in
        [
          "name": .text(file.name), "run": .text(file.run.id), "earlier_name": .text(file.earlierName),
          "other_catalog": .bool(file.isOtherCatalog),
        ]
      })
  }
}

extension StoreTools {
  /// The tools of this program.
  static var ofThisProgram: StoreTools {
    StoreTools(program: "\(ProgramVersion.name) \(ProgramVersion.version)")
  }
}
