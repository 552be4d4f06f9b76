// What staged settlements change: rows that count no more, and those that take their place.

import BillingCalendar
import Tables
public import UsageSummary

extension BillingStore {
  /// Gives the rows that staged settlements take away, of the accounts that they settle, and those that they bring.
  ///
  /// What a purge has closed stays, and is among neither. To be asked before the settlements are committed.
  /// Complexity: O(rows of these settlements, and of those that hold the accounts).
  public func forEachChange(
    by drafts: [SettlementDraft], _ body: (_ row: SummaryRow, _ isTakenAway: Bool) -> Void
  ) throws(StoreFault) {
    guard !drafts.isEmpty else { return }
    let accounts = drafts.reduce(into: Set<Label>()) { $0.formUnion($1.accounts) }
    let isOfAll = drafts.contains(where: \.isOfAll)
    for settlement in try settlements() {
      let touched = isOfAll ? settlement.accounts : settlement.accounts.intersection(accounts)
      if touched.isEmpty { continue }
      let sources = sources(settlement.usage, of: touched).map { source in
        var source = source
        source.isCounted = { settlement.isOpen($0, $1) }
        return source
      }
      var merge = try SummaryMerge(sources)
      while let row = try merge.next() { body(row, true) }
    }
    for draft in drafts where draft.hasRows {
      let path = stagedSettlementPath(draft.number) + "/" + SummarySchema.fileNames[0]
      try StoreFault.ofUsage { () throws(UsageFolderFault) in
        let reader = try SummaryReader(path: path)
        while let row = try reader.next() { body(row, false) }
      }
    }
  }
}
