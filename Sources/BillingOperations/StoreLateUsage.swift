// Usage that came after the invoices of its period, of accounts that got none then.

import BillingCalendar
import BillingStore
import Catalog
import Invoicing
import Tables

/// Decides where late usage of accounts without an invoice is billed.
enum StoreLateUsage {
  /// Usage of earlier periods that others were billed for and its accounts were not.
  ///
  /// It is billed with the next period, as an adjustment of nothing, where nothing but usage belongs on an invoice of its own
  /// period: then nobody would make that invoice, and closing the period leaves nothing out. Otherwise, and where a draft of that
  /// period waits, it belongs there, and reviews name it.
  static func unbilled(
    before choice: UsagePeriodChoice, _ catalog: Catalog, in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.UnbilledUsage] {
    let found = try store.unbilledUsage(before: choice)
    guard !found.isEmpty else { return [] }
    let charged = ChargedPeriods(catalog)
    return found.map { usage in
      DraftBasis.UnbilledUsage(
        account: usage.account, period: usage.period, currency: usage.currency, amount: usage.amount,
        isBilledHere: usage.isLate && charged.haveUsageAlone(usage.account, in: usage.period))
    }
  }

  /// The accounts and periods of which it is billed with the drafts.
  static func billedHere(_ unbilled: [DraftBasis.UnbilledUsage]) -> Set<AccountPeriod> {
    Set(unbilled.filter(\.isBilledHere).map { AccountPeriod(account: $0.account, period: $0.period) })
  }
}

/// The days on which accounts have charges besides usage.
private struct ChargedPeriods {
  private let known: Set<Label>
  private var days: [Label: [Range<CivilDate>]] = [:]

  init(_ catalog: Catalog) {
    known = Set(catalog.accounts.map(\.id))
    func add(_ index: Int, _ range: Range<CivilDate>) {
      days[catalog.accounts[index].id, default: []].append(range)
    }
    for contract in catalog.contracts { add(contract.accountIndex, contract.days) }
    for agreement in catalog.billing.agreements { add(agreement.accountIndex, agreement.days) }
    for commitment in catalog.billing.commitments { add(commitment.accountIndex, commitment.days) }
    for charge in catalog.billing.charges + catalog.billing.tickets.compactMap(\.charge) {
      if let day = charge.delivered { add(charge.accountIndex, day..<day.advanced(by: 1)) }
    }
  }

  func haveUsageAlone(_ account: Label, in period: UsagePeriod) -> Bool {
    known.contains(account) && !(days[account] ?? []).contains { $0.overlaps(period.days) }
  }
}
