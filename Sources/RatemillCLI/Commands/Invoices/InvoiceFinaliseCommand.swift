// `ratemill invoice finalise`: approved drafts become invoices with numbers.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import Money
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill invoice finalise`.
struct InvoiceFinaliseOptions: CommandOptions {
  var shared = SharedOptions()
  var period: UsagePeriodChoice?
  var date: CivilDate?
  var isDateForced = false

  static let table: [OptionSpec<InvoiceFinaliseOptions>] = [
    .store("Change the billing store in DIR"), .draftPeriod(into: \.period),
    .value(
      "date", "DAY", in: OptionGroup.input, into: \.date, InvoiceDay.parser,
      "The date on the invoices [today, in UTC]",
      details: "Not before that of the last invoice of its series: numbers and dates go the same way."),
    .forceDate(into: \.isDateForced),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `invoice finalise` is asked to do.
struct InvoiceFinaliseConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let period: UsagePeriodChoice?
  let date: CivilDate
  /// Whether a date far ahead is meant.
  let isDateForced: Bool
}

/// Finalises drafts.
enum InvoiceFinaliseCommand: Command {
  static let table = InvoiceFinaliseOptions.table

  static let spec = CommandSpec(
    name: "invoice finalise",
    summary: "Give approved drafts their numbers and bill their usage",
    about: [
      """
      Numbers follow each other without a gap in each series, and are given here only, in one transaction with the usage \
      that is billed: all of it happens, or nothing. A draft whose account has moved since is refused. Run twice, it \
      changes nothing the second time.
      """,
      "All drafts of an account go out together. What is not approved stays a draft and is named.",
    ],
    usage: ["--store DIR [OPTION...]"],
    examples: [
      CommandExample(
        "Send the invoices of June", "ratemill invoice finalise --store store --period 2026-06")
    ],
    options: table.map(\.row), statuses: StoreDoor.invoiceStatuses)

  static func configuration(
    _ options: InvoiceFinaliseOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceFinaliseConfiguration {
    InvoiceFinaliseConfiguration(
      store: try StoreConfiguration(options.shared), period: options.period,
      date: options.date ?? InvoiceDay.today, isDateForced: options.isDateForced)
  }

  static func run(_ configuration: InvoiceFinaliseConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      do throws(OperationFault) {
        let outcome = try StoreFinalising.finalise(
          configuration.period, date: configuration.date, isDateForced: configuration.isDateForced, in: store)
        say(outcome, store, console)
        guard configuration.store.printsJSON else { return .done }
        return console.finishReport(JSONText.document(json(outcome)))
      } catch {
        return OperationFaultLines.fail(error, catalogPath: path, console: console)
      }
    }
  }

  private static func say(
    _ outcome: StoreFinalising.Outcome, _ store: BillingStore, _ console: Console
  ) {
    if let first = outcome.documents.first, let last = outcome.documents.last {
      let numbers = first.number == last.number ? first.number : "\(first.number) to \(last.number)"
      console.say(
        "finalised \(ReadableText.count(outcome.documents.count, "invoice", "invoices")): \(numbers), dated \(first.date)"
      )
      for (currency, total) in InvoiceText.totals(outcome.documents) {
        console.say("  total      \(InvoiceText.money(total, currency))")
      }
    } else {
      let before = outcome.sentCount == 1 ? "1 was" : "\(ReadableText.count(outcome.sentCount)) were"
      console.say("nothing to finalise" + (outcome.sentCount > 0 ? ": \(before) finalised before" : ""))
    }
    for (account, reason) in outcome.waiting {
      console.say("  waits      \(console.path(account.description)): \(console.path(reason))")
    }
    if let first = outcome.documents.first {
      let page = store.invoicePath(first.number) + "/" + BillingStore.invoicePageName
      console.say("begin with \(console.path(page)); audit \(outcome.auditHead.prefix(16))")
    }
  }

  private static func json(_ outcome: StoreFinalising.Outcome) -> JSONValue {
    [
      "invoices": .array(outcome.documents.map(InvoiceText.json)),
      "waiting": .array(
        outcome.waiting.map { ["account": .string($0.account), "reason": .text($0.reason)] }),
      "finalised_before": .integer(outcome.sentCount), "audit_head": .text(outcome.auditHead),
    ]
  }
}
