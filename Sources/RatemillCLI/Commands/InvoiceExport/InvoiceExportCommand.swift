// `ratemill invoice export`: drafts as tables for other programs.

internal import BillingCalendar
internal import BillingStore
internal import Catalog
internal import DurableFiles
internal import Invoicing
internal import OptionTable
internal import Tables

/// The options of `invoice export` as typed.
struct InvoiceExportOptions: DraftPlaceCommandOptions, ReportingCommandOptions {
  var shared = SharedOptions()
  var place = DraftPlaceOptions()
  var reporting = ReportingOptions()

  static let table: [OptionSpec<InvoiceExportOptions>] =
    OptionSpec.draftPlace(
      verb: "Export",
      store: .store(
        "Export the invoices of this billing store",
        details:
          "Those that were finalised, and credit notes, by number; with --period those of that usage period.")
    ) + OptionSpec.reporting + [
      .out(
        "Write the tables to DIR",
        details: """
          lines.csv has every line with its discounts and taxes; journal.csv one balanced entry for each document. \
          The lines of a document add up to its entry, to the cent.
          """),
      .force,
      .json(),
      .quiet, .progress, .color, .help, .version,
    ]
}

/// The validated options of `invoice export`.
struct InvoiceExportConfiguration: Equatable, Sendable {
  let place: DraftPlace
  let outPath: String
  let replacesOutput: Bool
  let printsJSON: Bool
  let reporting: ReportingChoice?

  init(_ options: InvoiceExportOptions) throws(UsageError) {
    place = try DraftPlace(options)
    outPath = try Requirement.given(options.shared.out, "--out", "DIR, the folder for the tables")
    replacesOutput = options.shared.replacesOutput
    printsJSON = options.shared.printsJSON
    reporting = try ReportingChoice(options.reporting)
  }
}

/// Exports drafts.
enum InvoiceExportCommand: Command {
  static let table = InvoiceExportOptions.table

  static let spec = CommandSpec(
    name: "invoice export",
    summary: "Write drafts or invoices as tables for other programs",
    about: [
      """
      One flat table with every line, and one balanced journal with an entry for each document. Both agree with the \
      documents to the cent.
      """
    ],
    usage: [
      "--catalog DIR --usage DIR --drafts DIR --out DIR [OPTION...]",
      "--store DIR [--period PERIOD] --out DIR [OPTION...]",
    ],
    examples: [
      CommandExample(
        "Export the drafts of a month",
        "ratemill invoice export --catalog catalog --usage june --drafts d --out csv"),
      CommandExample(
        "Export the invoices of a month", "ratemill invoice export --store store --period 2026-06 --out csv"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: InvoiceExportOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceExportConfiguration {
    try InvoiceExportConfiguration(options)
  }

  static func run(_ configuration: InvoiceExportConfiguration, console: Console) -> ExitStatus {
    do throws(FileFault) {
      try OutputFolder.prepare(
        configuration.outPath, marker: InvoiceExport.marker, replaces: configuration.replacesOutput)
    } catch {
      return OutputFaultLines.fail(error, console: console)
    }
    let reporting: ReportingCurrency?
    do throws(CatalogFault) { reporting = try configuration.reporting?.load() } catch {
      return CatalogFaultLines.fail(
        error, catalogPath: configuration.reporting?.ratesPath ?? "", console: console)
    }
    if case .store(let path, let choice) = configuration.place {
      return StoreDoor.with(path, for: .reading, console: console) { store throws(StoreFault) in
        do throws(ProvenDraftsFault) {
          return finish(try issued(store, choice, reporting, configuration), configuration, console)
        } catch {
          return ProvenDraftsFaultLines.fail(error, catalogPath: path, console: console)
        }
      }
    }
    return configuration.place.with(console: console) { drafts in
      var export = InvoiceExport(
        usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, earlier: drafts.earlier,
        pinned: drafts.pinned)
      export.reporting = reporting
      return finish(try export.publish(to: configuration.outPath), configuration, console)
    }
  }

  private static func issued(
    _ store: BillingStore, _ choice: UsagePeriodChoice?, _ reporting: ReportingCurrency?,
    _ configuration: InvoiceExportConfiguration
  ) throws(ProvenDraftsFault) -> InvoiceExport.Report {
    do {
      var export = try IssuedExport(to: configuration.outPath, reporting: reporting)
      for record in try store.invoices() where choice?.contains(record.period) ?? true {
        try export.add(store.document(of: record), name: store.invoicePath(record.number))
      }
      return try export.publish()
    } catch let fault as FileFault {
      throw .output(fault)
    } catch let fault as ProvenDraftsFault {
      throw fault
    } catch {
      throw .notTheseDrafts("\(error)")
    }
  }

  private static func finish(
    _ report: InvoiceExport.Report, _ configuration: InvoiceExportConfiguration, _ console: Console
  ) -> ExitStatus {
    let documents = ReadableText.count(report.documentCount, "document", "documents")
    let lines = ReadableText.count(report.lineCount, "line", "lines")
    let postings = ReadableText.count(report.postingCount, "posting", "postings")
    console.say("exported \(documents): \(lines), \(postings)")
    if let reporting = configuration.reporting, report.withoutRateCount > 0 {
      let count = ReadableText.count(report.withoutRateCount, "document has", "documents have")
      console.say(
        "no rate    \(count) no rate to \(reporting.currency) on its day; add one to "
          + console.path(reporting.ratesPath))
    }
    console.say("wrote \(console.path(configuration.outPath))")
    guard configuration.printsJSON else { return .done }
    return console.finishReport(
      JSONText.document([
        "documents": .integer(report.documentCount), "lines": .integer(report.lineCount),
        "postings": .integer(report.postingCount),
      ]))
  }
}
