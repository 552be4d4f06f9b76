// `journal.csv`: one balanced entry for each document.

import BillingCalendar
import Money
import Tables

/// Postings of journal.csv.
enum ExportJournal {
  /// The name of the file.
  static let fileName = "journal.csv"

  /// The header. Of debit and credit one is filled; in every entry they add up to the same.
  static let header: [[Label]] = [
    ["entry", "date", "account", "debit", "credit", "currency", "customer", "description"]
  ]

  /// One posting: a debit above zero, a credit below.
  struct Posting {
    /// Name in the ledger, parts between `:`.
    var ledger: String
    /// What is debited; below zero for a credit.
    var amount: Amount

    /// Its row.
    func cells(of draft: InvoiceDraft, document: Label) -> [Label] {
      let digits = draft.currency.minorDigits
      let debit = amount > .zero ? amount.text(minimumDigits: digits) : ""
      let credit = amount < .zero ? (-amount).text(minimumDigits: digits) : ""
      return [
        document, Label(draft.date.description), Label(ledger), Label(debit), Label(credit),
        Label(draft.currency.code), draft.account,
        Label("\(draft.accountName), \(draft.period)"),
      ]
    }
  }

  /// The postings of a document: what is owed against revenue by section, discounts and taxes. They add up to nothing;
  /// a document without amounts has none.
  static func postings(of draft: InvoiceDraft) -> [Posting] {
    var postings = [
      Posting(ledger: "Receivables", amount: draft.total),
      Posting(ledger: "Revenue:Recurring", amount: -draft.recurringSubtotal),
      Posting(ledger: "Revenue:Usage", amount: -draft.usageSubtotal),
      Posting(ledger: "Revenue:One-time", amount: -draft.oneTimeSubtotal),
      Posting(ledger: "Revenue:Results", amount: -draft.valueSubtotal),
      Posting(ledger: "Revenue:Commitments", amount: -draft.commitmentSubtotal),
      Posting(ledger: "Revenue:Adjustments", amount: -draft.adjustmentSubtotal),
      Posting(ledger: "Discounts", amount: -draft.discountTotal),
    ]
    for (tax, lines) in Dictionary(grouping: draft.taxes, by: \.tax).sorted(by: { $0.key < $1.key }) {
      let amount = lines.reduce(Amount.zero) { $0 + $1.amount.rounded }
      postings.append(Posting(ledger: "Taxes:\(tax)", amount: -amount))
    }
    precondition(
      postings.reduce(.zero) { $0 + $1.amount } == .zero, "the parts of a document add up to its total")
    return postings.filter { $0.amount != .zero }
  }
}
