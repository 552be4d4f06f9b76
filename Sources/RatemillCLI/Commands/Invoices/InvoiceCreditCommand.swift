// `ratemill invoice credit`: takes an invoice back, or some of its lines.

internal import BillingCalendar
internal import BillingOperations
internal import BillingStore
internal import OptionTable
internal import Tables

/// What can be typed after `ratemill invoice credit`.
struct InvoiceCreditOptions: CommandOptions {
  var shared = SharedOptions()
  var lines: [Int] = []
  var reason: String?
  var date: CivilDate?
  var isDateForced = false

  private static let lineParser = ValueParser<Int> { text throws(ValueFault) in
    guard let line = Int(text), line > 0 else { throw .expected("a number such as 3", got: text) }
    return line
  }

  static let table: [OptionSpec<InvoiceCreditOptions>] = [
    .store("Change the billing store in DIR"),
    .values(
      "line", "N", in: OptionGroup.input, into: \.lines, lineParser,
      "Take back this line only; repeatable",
      details:
        "By the numbers that 'invoice show' prints. Without it, every line that was not taken back yet."),
    .value(
      "reason", "TEXT", in: OptionGroup.input, into: \.reason, OptionValue.text,
      "Say why; it stands on the credit note"),
    .value(
      "date", "DAY", in: OptionGroup.input, into: \.date, InvoiceDay.parser,
      "The date on the credit note [today, in UTC]"),
    .forceDate(into: \.isDateForced),
    .json(), .quiet, .color, .help, .version,
  ]
}

/// What `invoice credit` is asked to do.
struct InvoiceCreditConfiguration: Equatable, Sendable {
  let store: StoreConfiguration
  let number: String
  /// Nil for all.
  let lines: Set<Int>?
  let reason: String
  let date: CivilDate
  /// Whether a date far ahead is meant.
  let isDateForced: Bool
}

/// Credits invoices.
enum InvoiceCreditCommand: Command {
  static let table = InvoiceCreditOptions.table

  static let spec = CommandSpec(
    name: "invoice credit",
    summary: "Take an invoice back, or some of its lines",
    about: [
      """
      A credit note has a number of its own series, names the invoice, and takes back lines with their discounts and \
      taxes, to the cent. An invoice itself never changes. The usage stays billed: usage that was rated wrongly is rated \
      again, and the difference stands on the next invoice.
      """,
      """
      Once all invoices of an account for a period were taken back to the last line, the period is open again: the next \
      drafts of that period bill what is owed now. Where nothing is owed, 'periods mark-billed' closes it.
      """,
    ],
    usage: ["--store DIR --reason TEXT [OPTION...] NUMBER"],
    examples: [
      CommandExample(
        "Take a line back",
        "ratemill invoice credit --store store --line 2 --reason agreed INV-0007")
    ],
    operands: Operands("NUMBER", count: 1...1, hint: .none), options: table.map(\.row),
    statuses: StoreDoor.invoiceStatuses)

  static func configuration(
    _ options: InvoiceCreditOptions, inputs: [String], in surroundings: Surroundings
  ) throws(UsageError) -> InvoiceCreditConfiguration {
    InvoiceCreditConfiguration(
      store: try StoreConfiguration(options.shared), number: inputs[0],
      lines: options.lines.isEmpty ? nil : Set(options.lines),
      reason: try Requirement.given(options.reason, "--reason", "TEXT, which stands on the credit note"),
      date: options.date ?? InvoiceDay.today, isDateForced: options.isDateForced)
  }

  static func run(_ configuration: InvoiceCreditConfiguration, console: Console) -> ExitStatus {
    let path = configuration.store.storePath
    return StoreDoor.with(path, for: .changing(creates: false), console: console) {
      store throws(StoreFault) in
      do throws(OperationFault) {
        let outcome = try StoreCrediting.credit(
          configuration.number, lines: configuration.lines, reason: configuration.reason,
          date: configuration.date, isDateForced: configuration.isDateForced, in: store)
        let note = outcome.note
        let done = outcome.wasThere ? "was credited before: credit note" : "credited with credit note"
        console.say(
          "\(configuration.number) \(done) \(note.number), \(InvoiceText.money(note.total, note.currency))")
        for period in outcome.openedPeriods {
          console.say(
            "\(period) of '\(note.account)' is open again: 'ratemill invoice draft --period \(period)' bills it anew; "
              + "'ratemill periods mark-billed --period \(period) --only \(note.account)' closes it, if nothing is owed"
          )
        }
        if !outcome.correctedBy.isEmpty {
          console.say(
            "\(note.period) of '\(note.account)' stays billed, because \(outcome.correctedBy.joined(separator: ", ")) "
              + "corrects it: credit that in full, too, to bill the period anew")
        }
        let page = store.invoicePath(note.number) + "/" + BillingStore.invoicePageName
        let audit = outcome.wasThere ? "" : "; audit \(outcome.auditHead.prefix(16))"
        console.say("wrote \(console.path(page))\(audit)")
        guard configuration.store.printsJSON else { return .done }
        return console.finishReport(JSONText.document(InvoiceText.json(note)))
      } catch {
        return OperationFaultLines.fail(error, catalogPath: path, console: console)
      }
    }
  }
}
