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
    func cells(of document: ExportedDocument) -> [Label] {
      let digits = document.currency.minorDigits
      let debit = amount > .zero ? amount.text(minimumDigits: digits) : ""
      let credit = amount < .zero ? (-amount).text(minimumDigits: digits) : ""
      return [
        document.name, Label(document.date.description), Label(ledger), Label(debit), Label(credit),
        Label(document.currency.code), document.account,
        Label("\(document.accountName), \(document.period)"),
      ]
    }
  }

  private static let ledgers: [(ledger: String, sections: Set<Label>)] = [
    ("Recurring", ["recurring", "refund", "correction"]), ("Usage", ["usage"]), ("One-time", ["one-time"]),
    ("Results", ["result"]), ("Commitments", ["commitment"]), ("Adjustments", ["adjustment"]),
  ]

  /// The postings of a document: what is owed against revenue by section, discounts and taxes. They add up to nothing;
  /// a document without amounts has none.
  static func postings(of document: ExportedDocument) -> [Posting] {
    var postings = [Posting(ledger: "Receivables", amount: document.total)]
    for (ledger, sections) in ledgers {
      let amount = document.lines.reduce(Amount.zero) {
        sections.contains($1.section) ? $0 + $1.amount : $0
      }
      postings.append(Posting(ledger: "Revenue:\(ledger)", amount: -amount))
    }
    let discount = document.lines.reduce(Amount.zero) { $0 + $1.discount }
    postings.append(Posting(ledger: "Discounts", amount: -discount))
    for (tax, parts) in Dictionary(grouping: document.taxes, by: \.tax).sorted(by: { $0.key < $1.key }) {
      let amount = parts.reduce(Amount.zero) { $0 + $1.amount }
      postings.append(Posting(ledger: "Taxes:\(tax)", amount: -amount))
    }
    precondition(
      postings.reduce(.zero) { $0 + $1.amount } == .zero, "the parts of a document add up to its total")
    return postings.filter { $0.amount != .zero }
  }
}
