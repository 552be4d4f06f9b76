// Reads commitments.csv.

import BillingCalendar
import Money
import Tables

/// The columns of commitments.csv.
enum CommitmentColumn: Int, TableColumn {
  case account, contract, description, amount, currency, counts, from, until

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .contract: ["contract"]
    case .description: ["description"]
    case .amount: ["amount"]
    case .currency: ["currency"]
    case .counts: ["counts"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .account || self == .amount || self == .from }
}

/// Reads commitments.csv.
struct CommitmentReader: ~Copyable {
  private var table: AuthoredTable<CommitmentColumn>
  private var commitments: [Commitment] = []

  /// The commitments of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, references: ContractReferences
  ) -> (rows: [Commitment], findings: FindingList) {
    var reader = CommitmentReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(references) }
    return (reader.commitments, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<CommitmentColumn>) { self.table = table }

  private mutating func takeRow(_ references: ContractReferences) {
    var isBad = false
    let account = table.neededReference(.account, to: references.accounts, what: "account")
    let amount = table.needed(.amount) == nil ? nil : table.amount(.amount, isBad: &isBad)
    let ownCurrency = table.currency(.currency, isBad: &isBad)
    let scope: Commitment.Scope? = table.word(.counts, isBad: &isBad)
    let span = table.span(from: .from, until: .until)
    if span != nil, span?.from == nil {
      table.error(.from, "no from", hint: "expected YYYY-MM-DD, the first day")
    }
    guard let account, let amount, let from = span?.from, !isBad else { return }
    guard let currency = ownCurrency ?? references.currency(account, from) else {
      return table.error(
        .amount, "the amount has no currency", hint: "fill 'currency', or 'currency' in catalog.yaml")
    }
    let contract = table.label(.contract)
    if scope == .usage, !contract.isEmpty {
      return table.error(.counts, "usage belongs to no contract", hint: "empty 'contract', or 'counts'")
    }
    commitments.append(
      Commitment(
        accountIndex: account, contract: contract,
        description: table.given(.description) ?? "Minimum commitment", amount: amount, currency: currency,
        scope: scope ?? .all, from: from, until: span?.until, line: table.line))
  }
}
