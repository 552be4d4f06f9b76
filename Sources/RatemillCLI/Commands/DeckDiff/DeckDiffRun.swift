// The work of `ratemill deck diff`: two decks and perhaps a usage folder in, a report out.

internal import BillingCalendar
internal import Catalog
internal import DeckReview
internal import DurableFiles
internal import RatingEngine
internal import UsageSummary

/// One call of `deck diff`.
struct DeckDiffRun {
  private let configuration: DeckDiffConfiguration
  private let console: Console

  init(_ configuration: DeckDiffConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended: differences are what it was asked for, and no fault.
  func run() -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    if let refusal = refusal() { return console.fail(.usage, refusal) }
    do {
      let comparison = try DeckComparison(
        old: try deck(configuration.oldPath), new: try deck(configuration.newPath))
      let traffic = try configuration.usagePath.map { path in
        DeckTraffic(comparison, usage: try UsageSurvey(try UsageFolder.open(path)))
      }
      if Interruption.isRequested {
        return console.fail(.interrupted, "interrupted; nothing was written")
      }
      return try report(comparison, traffic)
    } catch let fault as CatalogFault {
      return fail(fault)
    } catch let fault as DeckComparison.CurrencyFault {
      return console.fail(
        .usage,
        "\(console.path(configuration.oldPath)) is in \(fault.old), \(console.path(configuration.newPath)) in "
          + "\(fault.new); prices of two currencies cannot be compared")
    } catch let fault as UsageFolderFault {
      return UsageFaultLines.fail(fault, console: console)
    } catch let fault as FileFault {
      return OutputFaultLines.fail(fault, console: console)
    } catch {
      return console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }

  /// Why the table cannot be written where it is wanted; nil where nothing that is read would be gone.
  private func refusal() -> String? {
    guard let path = configuration.csvPath, path != "-" else { return nil }
    var spared = OutputFile.Spared(folders: configuration.usagePath.map { [$0] } ?? [])
    for deck in [configuration.oldPath, configuration.newPath] {
      let suffixes = [".csv", ".csv.zst", ".csv.gz", ".yaml"]
      // A layout lies beside its table.
      let stem = suffixes.first { deck.hasSuffix($0) }.map { deck.dropLast($0.count) }
      spared.files += [deck] + (stem.map { stem in suffixes.map { stem + $0 } } ?? [])
      // A catalog, a name in one, or a file of its decks.
      let folder = OutputFile.folder(of: deck)
      spared.catalogs += [deck, folder, folder + "/.."].filter(OutputFile.holdsDecks)
    }
    return OutputFile.refusal(path, option: "--csv", spared: spared)
  }

  private func deck(_ path: String) throws -> DeckInForce {
    let deck = try DeckFolder.load(path, currency: configuration.currency)
    return DeckInForce(
      deck, atSeconds: configuration.at.map { Instant.seconds(ofMillis: $0.millis(in: deck.zone)) })
  }

  /// Every fault of a deck, as far as they are shown: there may be no catalog for `check` to look at.
  private func fail(_ fault: CatalogFault) -> ExitStatus {
    let errors = fault.findings.filter { $0.severity == .error }.map { finding in
      guard finding.message == DeckFolder.noCurrency else { return finding }
      var finding = finding
      finding.hint += ", or add --currency EUR"
      return finding
    }
    for finding in errors.prefix(CatalogFaultLines.shownMax) { console.warn(finding.description) }
    let more = errors.count - CatalogFaultLines.shownMax
    return console.fail(
      .catalogInvalid, (more > 0 ? "\(more) more; " : "") + "the deck cannot be used; nothing was compared")
  }

  private func report(_ comparison: DeckComparison, _ traffic: DeckTraffic?) throws -> ExitStatus {
    if let path = configuration.csvPath {
      let table = DeckDiffTable(comparison).bytes()
      if path == "-" { return console.finish(String(decoding: table, as: UTF8.self)) }
      try write(table, to: path)
    }
    let report = DeckDiffReport(comparison, traffic, configuration)
    return console.finish(configuration.printsJSON ? report.document() : report.text())
  }

  private func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
    let file = try PublishedFile(at: path)
    do throws(FileFault) {
      try file.writer.write(contentsOf: bytes)
      try file.publish()
    } catch {
      file.discard()
      throw error
    }
  }
}
