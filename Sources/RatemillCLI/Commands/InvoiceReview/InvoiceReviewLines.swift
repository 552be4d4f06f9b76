// The report of `invoice review`: findings on standard output, grouped by what they are; the sum is the last line.

internal import Invoicing
internal import Money
internal import OptionTable
internal import Tables

/// Renders what a review found.
struct InvoiceReviewLines {
  private let report: ReviewReport
  private let configuration: InvoiceReviewConfiguration
  private let console: Console

  init(_ report: ReviewReport, _ configuration: InvoiceReviewConfiguration, console: Console) {
    self.report = report
    self.configuration = configuration
    self.console = console
  }

  /// Prints the findings and says how the review ended.
  func finish() -> ExitStatus {
    let status = report.flags.isEmpty ? ExitStatus.done : .findings
    say()
    return console.finish(
      configuration.printsJSON ? JSONText.document(document()) : findings(), status: status)
  }

  // MARK: people

  private func findings() -> String {
    var text = ""
    for kind in ReviewFlag.Kind.allCases {
      let flags = report.flags.filter { $0.kind == kind }
      if flags.isEmpty { continue }
      text += Self.title(of: kind) + "\n"
      let rows = flags.map { flag in
        [flag.account.description, Self.money(flag), flag.message + origin(flag)].map {
          MessageText.escaped($0)
        }
      }
      text += AlignedRows.lines(rows)
    }
    return text
  }

  /// Its money with its currency; empty for none.
  static func money(_ flag: ReviewFlag) -> String {
    guard let money = flag.money, let currency = flag.currency else { return "" }
    return "\(currency) \(money.text(minimumDigits: currency.minorDigits))"
  }

  private func origin(_ flag: ReviewFlag) -> String { flag.origin.map { " (\($0))" } ?? "" }

  private func say() {
    let drafts = ReadableText.count(report.draftCount, "draft", "drafts")
    guard !report.flags.isEmpty else { return console.say("reviewed \(drafts): nothing to look at") }
    console.say(
      "reviewed \(drafts): \(ReadableText.count(report.flags.count, "thing", "things")) to look at")
    for (currency, money) in report.leaks {
      console.say("  not charged  \(currency) \(money.text(minimumDigits: currency.minorDigits)) a month")
    }
  }

  private static func title(of kind: ReviewFlag.Kind) -> String {
    switch kind {
    case .unratedUsage: "Usage that could not be rated is on no draft"
    case .countAgainstContract: "More or fewer are counted than the contract charges"
    case .countWithoutContract: "Counted, and charged by no contract"
    case .countJumped: "Counts that changed by a fifth or more"
    case .countStale: "Counts that are older than the period"
    case .ticketWithoutCharge: "Closed tickets without a charge"
    case .chargeNotApproved: "Charges on drafts that nobody has approved"
    case .chargeOnHold: "Delivered, and on hold"
    case .contractEnded: "Contracts that ended with nothing to follow"
    case .contractEndsSoon: "Contracts that end within sixty days"
    case .contractRenewsSoon: "Contracts to be renewed or ended within sixty days"
    case .resultMissing: "Results that nobody measured"
    case .priceDiffers: "Prices that differ from those of other clients"
    case .priceBookStale: "Prices that have not changed for eight months"
    case .taxPlaceMissing: "Accounts that nobody can tax"
    case .termsUnknown: "Terms that name no last day to pay"
    case .lineWithoutTax: "Lines without tax"
    case .chargedOtherwise: "Invoices that charged otherwise than the catalog says now"
    case .periodWithoutInvoice: "Periods without an invoice that contracts charge"
    case .totalNotPositive: "Totals of nothing or less"
    case .totalJumped: "Totals far from those of earlier drafts"
    }
  }

  // MARK: JSON

  private func document() -> JSONValue {
    [
      "drafts": .integer(report.draftCount), "flags": .array(report.flags.map(Self.json)),
      "not_charged": .object(
        report.leaks.map {
          JSONMember(
            name: Label($0.currency.code), value: .text($0.money.text(minimumDigits: $0.currency.minorDigits))
          )
        }),
    ]
  }

  /// A finding as an object.
  static func json(_ flag: ReviewFlag) -> JSONValue {
    [
      "kind": .text(flag.kind.rawValue), "account": .string(flag.account), "message": .text(flag.message),
      "money": flag.money.map { .text($0.text(minimumDigits: flag.currency?.minorDigits ?? 0)) } ?? .null,
      "currency": flag.currency.map { .text($0.code) } ?? .null,
      "origin": flag.origin.map { .text($0.description) } ?? .null,
    ]
  }
}
