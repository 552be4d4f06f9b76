// `ratemill invoice review`: what a folder of drafts leaves out, and what it costs.

internal import BillingCalendar
internal import Catalog
internal import Invoicing
internal import OptionTable
internal import UsageSummary

/// The options of `invoice review` as typed.
struct InvoiceReviewOptions: CommandOptions {
  var shared = SharedOptions()
  var drafts: String?
  var earlier: [String] = []

  static let table: [OptionSpec<InvoiceReviewOptions>] = [
    .catalog("Read accounts, contracts, counts and tickets in DIR"),
    .usage(
      "Take the drafted usage from this output of 'rate'",
      details: "The drafts are made again from it and must be the same bytes; nothing is written."),
    .value(
      "drafts", "DIR", in: OptionGroup.input, into: \.drafts, OptionValue.folder,
      "Review the drafts that 'invoice draft' wrote to DIR"),
    .values(
      "earlier", "DIR", in: OptionGroup.input, into: \.earlier, OptionValue.folder,
      "Judge totals by drafts of a period before; repeatable",
      details: "A total that is a third or more away from the mean of the earlier ones is flagged."),
    .json(),
    .quiet, .progress, .color, .help, .version,
  ]
}

/// The validated options of `invoice review`.
struct InvoiceReviewConfiguration: Equatable, Sendable {
  let catalogPath: String
  let usagePath: String
  let draftsPath: String
  let earlierPaths: [String]
  let printsJSON: Bool

  init(_ options: InvoiceReviewOptions) throws(UsageError) {
    catalogPath = try Requirement.given(
      options.shared.catalog, "--catalog", "DIR, with accounts.csv and contracts.csv")
    usagePath = try Requirement.given(
      options.shared.usage, "--usage", "DIR, the folder that 'rate --out' wrote")
    draftsPath = try Requirement.given(
      options.drafts, "--drafts", "DIR, the folder that 'invoice draft --out' wrote")
    earlierPaths = options.earlier
    printsJSON = options.shared.printsJSON
  }
}

/// Reviews drafts.
enum InvoiceReviewCommand: Command {
  static let table = InvoiceReviewOptions.table

  static let spec = CommandSpec(
    name: "invoice review",
    summary: "Find what draft invoices leave out, in money",
    about: [
      """
      Compares drafts with everything that should be on them: usage that could not be rated, counts of devices and \
      seats, closed tickets, contracts that ended, prices of other clients, the price book, taxes. Each finding names \
      its place in the catalog and, where it can be said, what it costs in a period.
      """,
      "Ends with status 1 where there is anything to look at.",
    ],
    usage: ["--catalog DIR --usage DIR --drafts DIR [OPTION...]"],
    examples: [
      CommandExample(
        "Review the drafts of a month",
        "ratemill invoice review --catalog catalog --usage june --drafts drafts")
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .findings, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .interrupted,
    ]))

  static func configuration(
    _ options: InvoiceReviewOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceReviewConfiguration {
    try InvoiceReviewConfiguration(options)
  }

  static func run(_ configuration: InvoiceReviewConfiguration, console: Console) -> ExitStatus {
    do {
      let drafts = try DraftsFolder.open(configuration.draftsPath)
      let earlier = try configuration.earlierPaths.map { try DraftsFolder.open($0) }
      let catalog = try CatalogFolder.load(configuration.catalogPath)
      let usage = try UsageFolder.open(configuration.usagePath)
      let report = try InvoiceReview(usage: usage, catalog: catalog, drafts: drafts, earlier: earlier)
        .report()
      return InvoiceReviewLines(report, configuration, console: console).finish()
    } catch let fault as DraftsFolderFault {
      return console.fail(.filesFailed, fault.description)
    } catch let fault as CatalogFault {
      return CatalogFaultLines.fail(fault, catalogPath: configuration.catalogPath, console: console)
    } catch let fault as UsageFolderFault {
      return InvoiceFaultLines.fail(.usage(fault), console: console)
    } catch let fault as ProvenDraftsFault {
      return ProvenDraftsFaultLines.fail(fault, console: console)
    } catch {
      return console.fail(.totalsDoNotMeet, "unexpected: \(error)")
    }
  }
}
