// Settling everybody again after all runs were rated again: the rows that depend on whole periods before and after.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables

extension RerateWork {
  /// Settles everybody with the catalog of now over the events of all runs as they will count; compares, and where it is no preview
  /// publishes the rows for the commit. Nil where nothing is settled, before and after.
  mutating func settle() throws(OperationFault) -> SettlementDraft? {
    guard settles else { return nil }
    try compareBefore()
    guard let span = StoreSettling.span(settlingAfter.map(\.usage.span)) else {
      return settlingBefore.isEmpty
        ? nil : SettlementDraft(accounts: [], pools: [], isOfAll: true, hasRows: false)
    }
    let settling = StoreSettling(
      store: store, catalog: catalog, engine: try catalogs.later(), semantics: semantics)
    let result = try settling.settled(
      settlingAfter.compactMap(\.events), of: nil, over: span, groupBy: options.groupBy,
      keepsSummary: !isPreview)
    try comparison.add(nil, result)
    if isPreview { return nil }
    try settling.publish(result)
    return settling.draftOfAll
  }

  /// Makes the rows again that count now, each settlement with its catalog.
  private mutating func compareBefore() throws(OperationFault) {
    guard let span = StoreSettling.span(settlingBefore.map(\.usage.span)) else { return }
    let store = store
    let settlements = try OperationFault.ofStore { () throws(StoreFault) in
      try store.countingSettlements()
    }
    let events = try settledEventsBefore()
    for settlement in settlements {
      let earlier = try catalogs.earlier(settlement.ratingHash)
      let settling = StoreSettling(
        store: store, catalog: earlier.catalog, engine: try catalogs.earlierRun(settlement.ratingHash),
        semantics: semantics)
      let isOfAll = settlement.accounts.isSuperset(of: earlier.catalog.accounts.map(\.id))
      let result = try settling.settled(
        events, of: isOfAll ? nil : settlement.accounts, over: span, groupBy: options.groupBy,
        keepsSummary: false)
      try comparison.add(result, nil)
    }
  }
}
