// How far ahead a document may be dated: its number cannot be taken back, and no later one of its series bears an earlier date.

import BillingCalendar
import BillingStore

/// The dates that documents may bear.
enum InvoiceDateLimit {
  /// How many days from today a date may lie.
  static let daysAhead = 31

  /// Refuses a date that is later than a year after the last day of the period and than `daysAhead` days from today: it is
  /// a slip of the hand, and it would close its series for all dates before it.
  static func check(
    _ date: CivilDate, for period: UsagePeriod, in store: BillingStore
  ) throws(StoreFault) {
    let year = period.until.adding(months: 12, anchorDay: period.cycleDay).advanced(by: -1)
    let latest = max(year, store.today.advanced(by: daysAhead))
    guard date > latest else { return }
    throw .refused(
      "the date \(date) lies more than a year after \(period) and more than \(daysAhead) days from today; no later number of "
        + "its series could bear an earlier one. If it is meant, say --force-date")
  }
}
