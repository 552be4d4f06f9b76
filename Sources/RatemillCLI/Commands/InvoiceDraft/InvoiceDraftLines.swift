// The report of `invoice draft`: the last lines for people, and the same as JSON.

internal import BillingCalendar
internal import Invoicing
internal import Money
internal import Tables

/// Renders what a draft run made.
struct InvoiceDraftLines {
  private let report: InvoiceDraftReport
  private let outPath: String
  private let printsJSON: Bool
  private let console: Console

  init(_ report: InvoiceDraftReport, out: String, printsJSON: Bool, console: Console) {
    self.report = report
    outPath = out
    self.printsJSON = printsJSON
    self.console = console
  }

  /// Prints the report and says how the run ended.
  func finish() -> ExitStatus {
    say()
    guard printsJSON else { return .done }
    return console.finishReport(JSONText.document(document()))
  }

  var indexPath: String {
    (outPath.hasSuffix("/") ? outPath : outPath + "/") + InvoiceDraftRun.indexName
  }

  // MARK: people

  private func say() {
    sayDrafts()
    console.say("wrote \(console.path(outPath)); begin with \(console.path(indexPath))")
  }

  /// What was drafted, and what a reviewer should know.
  func sayDrafts() {
    let periods = report.periods.map { period, count in
      "\(period) \(ReadableText.count(count))"
    }
    console.say(
      "drafted \(ReadableText.count(report.drafts.count, "invoice", "invoices"))"
        + (report.drafts.isEmpty ? ": no account owes anything" : ""))
    if periods.count > 1 { console.say("  periods    \(periods.joined(separator: ", "))") }
    for (currency, total) in report.totals {
      console.say("  total      \(currency) \(total.text(minimumDigits: currency.minorDigits))")
    }
    sayDoubts()
  }

  /// What a reviewer should know before an invoice goes out.
  private func sayDoubts() {
    let suspended = report.suspendedCounts.reduce(0) { $0 + $1.count }
    if suspended > 0 {
      console.say(
        "  suspended  \(ReadableText.count(Int(suspended), "record", "records")) of the usage "
          + "\(suspended == 1 ? "is" : "are") on no invoice")
    }
    for input in report.skippedInputs {
      console.warn(
        "\(console.path(input.description)): was skipped when the usage was rated; it is on no invoice")
    }
    if report.isOtherCatalog {
      console.warn(
        "the usage was rated with another state of the catalog; rate again where prices or accounts changed")
    }
    for period in report.periodsOfLateUsage {
      console.say("  late usage \(period): no recurring charges; --period \(period) drafts them too")
    }
  }

  // MARK: JSON

  func document() -> JSONValue {
    [
      "drafts": .array(report.drafts.map(Self.draft)),
      "totals": .object(
        report.totals.map {
          JSONMember(name: Label($0.currency.code), value: Self.money($0.total, $0.currency))
        }),
      "suspended": .integer(Int(report.suspendedCounts.reduce(0) { $0 + $1.count })),
      "skipped_inputs": .array(report.skippedInputs.map { .text($0.description) }),
      "other_catalog": .bool(report.isOtherCatalog),
      "periods_of_late_usage": .array(report.periodsOfLateUsage.map { .text($0.description) }),
      "index": .text(indexPath),
    ]
  }

  private static func draft(_ draft: DraftEntry) -> JSONValue {
    [
      "account": .text(draft.account.description), "period": .text(draft.period.description),
      "currency": .text(draft.currency.code), "recurring": money(draft.recurring, draft.currency),
      "usage": money(draft.usage, draft.currency), "other": money(draft.other, draft.currency),
      "tax": money(draft.tax, draft.currency), "total": money(draft.total, draft.currency),
      "page": .text(draft.fileName + ".html"),
    ]
  }

  private static func money(_ amount: Amount, _ currency: Currency) -> JSONValue {
    .text(amount.text(minimumDigits: currency.minorDigits))
  }
}
