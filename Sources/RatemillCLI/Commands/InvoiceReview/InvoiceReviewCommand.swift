// `ratemill invoice review`: what a folder of drafts leaves out, and what it costs.

internal import Invoicing
internal import OptionTable

/// The options of `invoice review` as typed.
struct InvoiceReviewOptions: DraftPlaceCommandOptions {
  var shared = SharedOptions()
  var place = DraftPlaceOptions()

  static let table: [OptionSpec<InvoiceReviewOptions>] =
    OptionSpec.draftPlace(
      verb: "Review",
      store: .store(
        "Review the drafts in this billing store",
        details:
          "They lie there with the catalog and the usage they were made from, so that nothing else is named.")
    ) + [.json(), .quiet, .progress, .color, .help, .version]
}

/// The validated options of `invoice review`.
struct InvoiceReviewConfiguration: Equatable, Sendable {
  let place: DraftPlace
  let printsJSON: Bool

  init(_ options: InvoiceReviewOptions) throws(UsageError) {
    place = try DraftPlace(options)
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
      seats, closed tickets, contracts that ended, prices of other clients, the price book, taxes; in a store also \
      invoices that contracts contradict by now, and periods without one. Each finding names its place in the catalog \
      and, where it can be said, what it costs in a period.
      """,
      "Ends with status 1 where there is anything to look at.",
    ],
    usage: [
      "--catalog DIR --usage DIR --drafts DIR [OPTION...]", "--store DIR [--period PERIOD] [OPTION...]",
    ],
    examples: [
      CommandExample(
        "Review the drafts of a month",
        "ratemill invoice review --catalog catalog --usage june --drafts drafts"),
      CommandExample("Review the latest drafts of a store", "ratemill invoice review --store store"),
    ],
    options: table.map(\.row),
    statuses: ExitStatus.lines([
      .done, .findings, .usage, .catalogInvalid, .filesFailed, .totalsDoNotMeet, .busy, .interrupted,
    ]))

  static func configuration(
    _ options: InvoiceReviewOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceReviewConfiguration {
    try InvoiceReviewConfiguration(options)
  }

  static func run(_ configuration: InvoiceReviewConfiguration, console: Console) -> ExitStatus {
    configuration.place.with(console: console) { drafts in
      let review = InvoiceReview(
        usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, earlier: drafts.earlier,
        pinned: drafts.pinned)
      return InvoiceReviewLines(try review.report(), configuration, console: console).finish()
    }
  }
}
