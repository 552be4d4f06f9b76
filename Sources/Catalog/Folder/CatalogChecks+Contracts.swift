// Checks of contract lines against the accounts that pay for them.

import BillingCalendar
import Tables

extension CatalogChecks {
  /// Contract lines that go on after the last plan of their account has ended: such an account is billed on and on.
  ///
  /// `path` gives the file of a name inside the catalog as messages call it.
  func contractFindings(path: (String) -> String) -> [CatalogFinding] {
    var findings: [String: FindingList] = [:]
    for contract in catalog.contracts {
      let account = accounts[contract.accountIndex]
      guard let end = end(of: account), contract.until.map({ end < $0 }) ?? true else { continue }
      findings[contract.file, default: FindingList(file: path(contract.file))].warning(
        at: TablePosition(line: contract.line, column: 0),
        "the line goes on after \(end), when the last plan of account \(Quoted.text(account.id)) ends (line "
          + "\(account.line) of accounts.csv), and is billed on",
        hint: "end the line ('until'), or give the account a further plan")
    }
    return findings.sorted { $0.key < $1.key }.flatMap { $0.value.sorted() }
  }

  /// The first day on which an account has no plan any more; nil where its last one is open.
  private func end(of account: Account) -> CivilDate? {
    account.plans.last.flatMap(\.until)
  }
}
