// The work of `ratemill explain`: catalog and inputs in, steps out.

internal import Catalog
internal import DurableFiles
internal import OptionTable
internal import RatingEngine
internal import Tables

/// One call of `explain`.
struct ExplainRun {
  private let configuration: ExplainConfiguration
  private let console: Console

  init(_ configuration: ExplainConfiguration, console: Console) {
    self.configuration = configuration
    self.console = console
  }

  /// Does it and says how it ended.
  func run() -> ExitStatus {
    Interruption.watch()
    ignoreSizeAndPipeSignals()
    do {
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let inputs = try InputFile.expand(
        configuration.inputs,
        controlSuffixes: catalog.sources.map(\.control.description).filter { !$0.isEmpty })
      return try explain(inputs, catalog)
    } catch {
      return FaultLines.fail(error, catalogPath: configuration.catalogPath, console: console)
    }
  }

  private func explain(_ inputs: [InputFile], _ catalog: Catalog) throws(RunFault) -> ExitStatus {
    var options = RatingOptions()
    options.sourceName = configuration.sourceName
    let progress = RunProgress()
    let explainer = try EventExplainer(catalog: catalog, options: options, progress: progress)
    let answer = try look(explainer, inputs, progress)
    console.endProgress()
    for file in answer.damaged {
      console.warn("\(console.path(file.name)): \(file.message); nothing of it counts")
    }
    if let nothing = answer.nothing {
      return console.fail(
        answer.damaged.isEmpty ? .usage : .filesFailed,
        "--event \(console.quoted(configuration.event.key)): \(nothing)")
    }
    let report = ExplainReport(answer, showsNumbers: configuration.showsNumbers)
    let status = console.finish(configuration.printsJSON ? report.document() : report.text())
    sayRest(answer)
    return status
  }

  /// Searches with a progress line; signals are passed on.
  private func look(_ explainer: EventExplainer, _ inputs: [InputFile], _ progress: RunProgress)
    throws(RunFault)
    -> EventExplainer.Answer
  {
    let ticker = ProgressTicker(progress, console: console, verb: "reading")
    defer { ticker.stop() }
    return try explainer.explain(name(among: inputs), in: inputs)
  }

  /// The event's name as the inputs decide it: a line of one of them, or else a key.
  private func name(among inputs: [InputFile]) -> EventName {
    if let place = configuration.event.place,
      let input = EventExplainer.input(named: place.path, among: inputs)
    {
      return .place(input: input, line: place.line)
    }
    return .key(Label(configuration.event.key))
  }

  private func sayRest(_ answer: EventExplainer.Answer) {
    guard answer.derivations.count == EventExplainer.derivationCountMax,
      answer.recordCount > answer.derivations.count
    else { return }
    console.say(
      "\(ReadableText.count(answer.recordCount, "record has", "records have")) this name; the first "
        + "\(answer.derivations.count) are explained, name the others by FILE:LINE")
  }
}
