// What purges have closed of settled usage, in runs that stay: it keeps its rows and the catalogs that have priced it.

import BillingStore
import RatingEngine
import Tables

extension RerateWork {
  /// Events of a run that stay as they are, because a purge has closed their usage; nothing where the run has none of that time.
  func closedEvents(of run: RunRecord) -> [EventBox] {
    let span = settlingBefore.first { $0.run.id == run.id }?.usage.span
    return span.map { closed.reaches($0.lowerBound) } ?? true ? closed.boxes : []
  }

  /// What a run leaves to be settled, with what it had left of closed usage.
  func withClosed(_ usage: SettlingUsage?, of run: RunRecord) -> SettlingUsage? {
    guard let known = settlingBefore.first(where: { $0.run.id == run.id })?.usage else { return usage }
    let accounts = known.accounts.filter { closed.accounts[$0] != nil }
    return SettlingUsage(
      accounts: accounts.union(usage?.accounts ?? []),
      span: StoreSettling.span([known.span, usage?.span].compactMap { $0 }) ?? known.span)
  }
}
