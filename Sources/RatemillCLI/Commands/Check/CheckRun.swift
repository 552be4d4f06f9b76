// The work of `ratemill check`: findings about a catalog, and how a sample is read.

internal import Catalog
internal import DeckReview
internal import DurableFiles
internal import OptionTable
internal import RatingEngine
internal import Tables
internal import UsageSummary

/// One call of `check`.
struct CheckRun {
  private let configuration: CheckConfiguration
  private let console: Console

  init(_ configuration: CheckConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended.
  func run() -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    var checked = configuration.catalogPath.map { CheckedCatalog(path: $0) }
    do {
      try lookBeside(&checked)
      let sample = try configuration.samplePath.map { path throws(RunFault) in
        try CheckedSample(
          InputFile(name: path), catalog: checked?.usableCatalog,
          formats: checked?.formats ?? BuiltInFormats.all(), sourceName: configuration.sourceName)
      }
      return report(checked, sample)
    } catch {
      if let checked { _ = report(checked, nil) }
      return fail(error)
    }
  }

  /// Adds what suppliers' decks, usage and an earlier catalog say about a catalog that could be loaded.
  private func lookBeside(_ checked: inout CheckedCatalog?) throws {
    guard let catalog = checked?.catalog, let path = checked?.path else { return }
    checked?.findings += NegativeMargins.findings(catalog, folder: path)
    if let previousPath = configuration.previousPath {
      let previous = try DeckFolder.loadAll(previousPath)
      checked?.findings += DeckGaps.findings(catalog, previous: previous, folder: path)
    }
    if let usagePath = configuration.usagePath {
      let usage = try UsageSurvey(try UsageFolder.open(usagePath))
      checked?.findings += UnusedParts.findings(catalog, usage: usage)
    }
  }

  private func fail(_ error: any Error) -> ExitStatus {
    switch error {
    case let fault as RunFault: RunFaultLines.fail(fault, console: console)
    case let fault as UsageFolderFault: UsageFaultLines.fail(fault, console: console)
    case let fault as CatalogFault:
      CatalogFaultLines.fail(fault, catalogPath: configuration.previousPath ?? "", console: console)
    default: console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }

  private func report(_ checked: CheckedCatalog?, _ sample: CheckedSample?) -> ExitStatus {
    let writing = UsageText(showsNumbers: configuration.showsNumbers)
    let isFaulty = (checked?.errorCount ?? 0) > 0 || sample?.hasProblem ?? false
    let status: ExitStatus = isFaulty ? .findings : .done
    let sampleReport = sample.map { SampleReport($0, writing: writing) }
    var ended: ExitStatus
    if configuration.printsJSON {
      var members: [JSONMember] = []
      if let checked { members.append(JSONMember(name: "catalog", value: checked.value(writing))) }
      if let sampleReport { members.append(JSONMember(name: "sample", value: sampleReport.value())) }
      ended = console.finish(JSONText.document(.object(members)), status: status)
    } else {
      ended = console.finish((checked?.text(writing) ?? "") + (sampleReport?.text() ?? ""), status: status)
    }
    if let checked { console.say(checked.summary(console)) }
    return ended
  }
}

/// A catalog and everything that is to be said about it.
struct CheckedCatalog {
  let path: String
  /// Nil where the catalog is faulty.
  let catalog: Catalog?
  var findings: [CatalogFinding]
  /// The catalog, where a run could use it.
  let usableCatalog: Catalog?
  /// The formats that could be read, whatever else is faulty.
  let formats: [FormatDescriptor]

  /// Loads the catalog and tries the examples of its formats and the tests of its plans.
  init(path: String) {
    self.path = path
    do throws(CatalogFault) {
      let catalog = try CatalogFolder.load(path)
      self.catalog = catalog
      formats = catalog.formats
      let readiness = CatalogReadiness.findings(catalog)
      // A plan whose tests fail is a fault, but nothing that keeps a sample from being looked up.
      usableCatalog = readiness.isEmpty ? catalog : nil
      findings = readiness + PlanTests.findings(catalog) + catalog.warnings
    } catch {
      catalog = nil
      usableCatalog = nil
      formats = error.formats
      findings = error.findings + CatalogReadiness.findings(error)
    }
  }

  var errorCount: Int { findings.count { $0.severity == .error } }
  private var warningCount: Int { findings.count - errorCount }

  /// One line for each finding.
  func text(_ writing: UsageText) -> String {
    findings.map { MessageText.escaped(writing.masked($0).description) + "\n" }.joined()
  }

  func value(_ writing: UsageText) -> JSONValue {
    [
      "path": .text(path), "errors": .integer(errorCount), "warnings": .integer(warningCount),
      "findings": .array(
        findings.map { writing.masked($0) }.map { finding in
          [
            "severity": .text(finding.severity.rawValue), "file": .text(finding.file),
            "line": .integer(finding.line), "column": .integer(finding.column),
            "message": .text(finding.message),
            "hint": .text(finding.hint),
          ]
        }),
    ]
  }

  /// The last line for people.
  func summary(_ console: Console) -> String {
    let faults = ReadableText.count(errorCount, "fault", "faults")
    let warnings = warningCount > 0 ? ", " + ReadableText.count(warningCount, "warning", "warnings") : ""
    guard let catalog else { return "\(console.path(path)): \(faults)\(warnings); it cannot be used" }
    let rowCount = catalog.decks.reduce(0) { $0 + $1.rows.count }
    var parts = [
      ReadableText.count(catalog.accounts.count, "account", "accounts"),
      ReadableText.count(catalog.services.count, "service", "services"),
      ReadableText.count(catalog.sources.count, "source", "sources"),
      ReadableText.count(catalog.decks.count, "deck", "decks") + " of "
        + ReadableText.count(rowCount, "row", "rows"),
      ReadableText.count(catalog.plans.count, "plan", "plans"),
      ReadableText.count(catalog.contracts.count, "contract", "contracts"),
    ]
    let feeds = catalog.billing.feeds.count
    if feeds > 0 { parts.append(ReadableText.count(feeds, "feed", "feeds")) }
    return
      "\(console.path(path)): \(errorCount == 0 ? "no faults" : faults)\(warnings); \(parts.joined(separator: ", "))"
  }
}
