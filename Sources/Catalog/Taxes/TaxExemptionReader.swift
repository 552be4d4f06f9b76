// Reads exemptions.csv.

import BillingCalendar
import Tables

/// The columns of exemptions.csv.
enum TaxExemptionColumn: Int, TableColumn {
  case account, tax, reason, reference, from, until

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .tax: ["tax"]
    case .reason: ["reason"]
    case .reference: ["reference", "certificate", "vat_id"]
    case .from: ["from"]
    case .until: ["until"]
    }
  }

  var isNeeded: Bool { self == .account || self == .reason || self == .reference }
}

/// Reads exemptions.csv.
struct TaxExemptionReader: ~Copyable {
  private var table: AuthoredTable<TaxExemptionColumn>
  private var exemptions: [TaxExemption] = []

  /// The exemptions of `text` in file order, and what is wrong with it. `taxes` are the names that taxes.csv has.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex, taxes: Set<Label>
  ) -> (rows: [TaxExemption], findings: FindingList) {
    var reader = TaxExemptionReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts, taxes) }
    return (reader.exemptions, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<TaxExemptionColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex, _ taxes: Set<Label>) {
    var isBad = false
    let account = table.neededReference(.account, to: accounts, what: "account")
    let reason: TaxExemption.Reason? =
      table.needed(.reason) == nil ? nil : table.word(.reason, isBad: &isBad)
    let reference = table.needed(.reference)
    let tax = table.label(.tax)
    if !tax.isEmpty, !taxes.contains(tax) {
      return table.error(
        .tax, "unknown tax \(Quoted.text(tax))",
        hint: Quoted.suggestion(for: tax, in: taxes.sorted(), otherwise: "taxes.csv has no such tax"))
    }
    guard let span = table.span(from: .from, until: .until), let account, let reason, let reference else {
      return
    }
    exemptions.append(
      TaxExemption(
        accountIndex: account, tax: tax, reason: reason, reference: reference, from: span.from,
        until: span.until, line: table.line))
  }
}
