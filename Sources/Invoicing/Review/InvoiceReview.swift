// Reviews a folder of drafts against the catalog and the usage that it was made from.

import BillingCalendar
public import Catalog
import Money
import Tables
public import UsageSummary

/// Looks for leaks and doubts in drafts.
public struct InvoiceReview {
  private let usage: UsageFolder
  private let catalog: Catalog
  private let drafts: DraftsFolder
  private let earlier: [DraftsFolder]
  private let pinned: PinnedBasis?

  /// Prepares a review. `earlier` are drafts of periods before, by which totals are judged; for drafts of a store `pinned` is
  /// what it knew, with its invoices in their place.
  public init(
    usage: UsageFolder, catalog: Catalog, drafts: DraftsFolder, earlier: [DraftsFolder] = [],
    pinned: PinnedBasis? = nil
  ) {
    self.usage = usage
    self.pinned = pinned
    self.catalog = pinned?.basis.applied(to: catalog) ?? catalog
    self.drafts = drafts
    self.earlier = earlier
  }

  /// Everything to look at. The drafts are made again and must be the same bytes. Memory: one account, and the flags.
  public func report() throws(ProvenDraftsFault) -> ReviewReport {
    var report = ReviewReport()
    var periods: Set<UsagePeriod> = []
    let totals = Dictionary(grouping: earlier.flatMap(\.drafts), by: \.account)
    let invoices = Dictionary(grouping: pinned?.basis.invoices ?? [], by: \.account)
    let proven = ProvenDrafts(
      usage: usage, catalog: catalog, drafts: drafts, earlier: earlier, pinned: pinned)
    try proven.forEach { draft, entry throws(ProvenDraftsFault) in
      report.draftCount += 1
      periods.insert(draft.period)
      let before = (totals[draft.account] ?? []).filter {
        $0.currency == draft.currency && $0.period < draft.period && $0.isProjects == entry.isProjects
      }
      let sent = (invoices[draft.account] ?? []).filter {
        $0.currency == draft.currency && $0.period < draft.period && $0.isProjects == entry.isProjects
      }
      report.flags += DraftReview(draft: draft, earlier: before.map(\.total) + sent.map(\.total)).flags()
    }
    report.flags += usageFlags()
    if let period = periods.max() {
      report.flags += CountReview(catalog: catalog, period: period).flags()
      report.flags += ContractReview(catalog: catalog, period: period).flags()
      report.flags += ChargeReview(catalog: catalog, periods: periods).flags()
    }
    if let basis = pinned?.basis { report.flags += EarlierReview(catalog: catalog, basis: basis).flags() }
    report.flags = Self.sorted(report.flags)
    return report
  }

  private func usageFlags() -> [ReviewFlag] {
    usage.suspenseDigest.map { row in
      let whose = row.account.isEmpty ? " of no known account" : ""
      let records =
        row.eventCount == 1 ? "1 record" : "\(PrintedNumber.count(Int128(row.eventCount))) records"
      return ReviewFlag(
        .unratedUsage, account: row.account, "\(records)\(whose) in suspense: \(row.reason)",
        money: row.estimatedValue, currency: row.currency)
    }
  }

  private static func sorted(_ flags: [ReviewFlag]) -> [ReviewFlag] {
    let order = Dictionary(uniqueKeysWithValues: ReviewFlag.Kind.allCases.enumerated().map { ($1, $0) })
    return flags.enumerated().sorted { a, b in
      (order[a.element.kind] ?? 0, a.element.account, a.offset)
        < (order[b.element.kind] ?? 0, b.element.account, b.offset)
    }.map(\.element)
  }
}
