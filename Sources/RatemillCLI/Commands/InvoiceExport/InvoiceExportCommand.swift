// `ratemill invoice export`: drafts as tables for other programs.

internal import BillingCalendar
internal import Catalog
internal import DurableFiles
internal import Invoicing
internal import OptionTable
internal import Tables
internal import UsageSummary

/// The options of `invoice export` as typed.
struct InvoiceExportOptions: CommandOptions {
  var shared = SharedOptions()
  var drafts: String?
  var earlier: [String] = []

  static let table: [OptionSpec<InvoiceExportOptions>] = [
    .catalog("Read accounts and billing tables in DIR"),
    .usage(
      "Take the drafted usage from this output of 'rate'",
      details: "The drafts are made again from it and must be the same bytes."),
    .value(
      "drafts", "DIR", in: OptionGroup.input, into: \.drafts, OptionValue.folder,
      "Export the drafts that 'invoice draft' wrote to DIR"),
    .values(
      "earlier", "DIR", in: OptionGroup.input, into: \.earlier, OptionValue.folder,
      "Name the earlier drafts that these were set beside"),
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
  let catalogPath: String
  let usagePath: String
  let draftsPath: String
  let earlierPaths: [String]
  let outPath: String
  let replacesOutput: Bool
  let printsJSON: Bool

  init(_ options: InvoiceExportOptions) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, with accounts.csv and contracts.csv")
    usagePath = try Requirement.given(
      options.shared.usage, "--usage", "DIR, the folder that 'rate --out' wrote")
    draftsPath = try Requirement.given(
      options.drafts, "--drafts", "DIR, the folder that 'invoice draft --out' wrote")
    earlierPaths = options.earlier
    outPath = try Requirement.given(options.shared.out, "--out", "DIR, the folder for the tables")
    replacesOutput = options.shared.replacesOutput
    printsJSON = options.shared.printsJSON
  }
}

/// Exports drafts.
enum InvoiceExportCommand: Command {
  static let table = InvoiceExportOptions.table

  static let spec = CommandSpec(
    name: "invoice export",
    summary: "Write draft invoices as tables for other programs",
    about: [
      """
      One flat table with every line, and one balanced journal with an entry for each document. Both agree with the \
      documents to the cent.
      """
    ],
    usage: ["--catalog DIR --usage DIR --drafts DIR --out DIR"],
    examples: [
      CommandExample(
        "Export the drafts of a month",
        "ratemill invoice export --catalog catalog --usage june --drafts d --out csv")
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .interrupted,
    ]))

  static func configuration(
    _ options: InvoiceExportOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceExportConfiguration {
    try InvoiceExportConfiguration(options)
  }

  static func run(_ configuration: InvoiceExportConfiguration, console: Console) -> ExitStatus {
    do {
      try OutputFolder.prepare(
        configuration.outPath, marker: InvoiceExport.marker, replaces: configuration.replacesOutput)
      let drafts = try DraftsFolder.open(configuration.draftsPath)
      let earlier = try configuration.earlierPaths.map { try DraftsFolder.open($0) }
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let usage = try UsageFolder.open(configuration.usagePath)
      let export = InvoiceExport(usage: usage, catalog: catalog, drafts: drafts, earlier: earlier)
      return finish(try export.publish(to: configuration.outPath), configuration, console)
    } catch let fault as FileFault {
      return OutputFaultLines.fail(fault, console: console)
    } catch let fault as DraftsFolderFault {
      return console.fail(.filesFailed, fault.description)
    } catch let fault as CatalogFault {
      return CatalogFaultLines.fail(fault, catalogPath: configuration.catalogPath, console: console)
    } catch let fault as UsageFolderFault {
      return UsageFaultLines.fail(fault, console: console)
    } catch let fault as ProvenDraftsFault {
      return ProvenDraftsFaultLines.fail(fault, console: console)
    } catch {
      return console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }

  private static func finish(
    _ report: InvoiceExport.Report, _ configuration: InvoiceExportConfiguration, _ console: Console
  ) -> ExitStatus {
    let documents = ReadableText.count(report.documentCount, "document", "documents")
    let lines = ReadableText.count(report.lineCount, "line", "lines")
    let postings = ReadableText.count(report.postingCount, "posting", "postings")
    console.say("exported \(documents): \(lines), \(postings)")
    console.say("wrote \(console.path(configuration.outPath))")
    guard configuration.printsJSON else { return .done }
    return console.finish(
      JSONText.document([
        "documents": .integer(report.documentCount), "lines": .integer(report.lineCount),
        "postings": .integer(report.postingCount),
      ]))
  }
}
