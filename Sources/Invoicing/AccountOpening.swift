// How recurring billing of an account has begun: what an earlier system has charged, and the first invoice here.

import BillingCalendar
import Catalog

/// The opening of an account.
struct AccountOpening: Hashable {
  /// First day that an earlier system has not charged.
  var billedUntil: CivilDate
  /// The first usage period that the account has an invoice for here; nil where nobody knows.
  var firstPeriod: UsagePeriod?

  /// The opening of an account; nil where opening.csv has none.
  init?(_ index: Int, _ billing: BillingTables, firstPeriod: UsagePeriod?) {
    guard let day = billing.opening.billedUntil[index] else { return nil }
    billedUntil = day
    self.firstPeriod = firstPeriod
  }

  /// The usage period on whose invoice an interval stands that begins on that day, in `begin`, and would be charged ahead with the
  /// invoice of `ahead`: the earlier system has not charged it, so that it waits for the first invoice here, if not beyond its own period.
  func firstInvoicePeriod(ahead: UsagePeriod, begin: UsagePeriod) -> UsagePeriod {
    firstPeriod.map { min(begin, max(ahead, $0)) } ?? ahead
  }
}
