// What drafts and reviews of a desk's store say about charges of before.

import BillingCalendar
import Invoicing
import Testing

@testable import BillingOperations

extension NightDesk {
  /// What drafts of a period name as charged otherwise before; its review says the same.
  func chargedOtherwise(_ period: String) throws -> [ReviewFlag] {
    let outcome = try draft(period)
    let drafts = try StoreDrafts.open(UsagePeriodChoice.parse(period), in: store())
    let flags = try InvoiceReview(
      usage: drafts.usage, catalog: drafts.catalog, drafts: drafts.drafts, pinned: drafts.pinned
    ).report().flags.filter { $0.kind == .chargedOtherwise }
    #expect(Set(flags) == Set(outcome.toLookAt))
    return outcome.toLookAt
  }
}
