// Rating whole owners again beside others that stay as they are: their events of all runs, and what is settled of them.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables

extension RerateWork {
  /// Rates every event of the chosen accounts again; nil where the run has none.
  mutating func rateOwners(
    _ run: RunRecord, _ layers: [RunLayer], _ events: StoredEvents, _ box: EventBox
  ) throws(OperationFault) -> Done? {
    guard try isOther(layers) else { return nil }
    if events.mayHaveMoved {
      throw .store(
        .refused(
          "events of run \(run.number) that depend on whole periods belong to other accounts than when they were read, since it was rated "
            + "again with other services; rate again without --accounts"))
    }
    var done = Done()
    var selection = EventSelection()
    selection.takesLeavers = false
    selection.limits = [box]
    let left = closedEvents(of: run)
    selection.excluded = left
    let second = try rate(try catalogs.later(), events, selection, keepsSuspense: !isPreview)
    try refuseStrangers(second)
    done.eventCount = second.report().rated
    done.suspended.new = second.report().suspendedCount
    // Events that another catalog has priced, or that only the new one knows.
    var otherCount = 0
    var firsts: [RatingResult] = []
    var before: [ClosedRange<Int64>] = []
    for (index, layer) in layers.enumerated() {
      var part = selection
      part.limits += [layer.box].filter { !$0.isUnbounded }
      part.excluded = layers[(index + 1)...].map(\.box) + left
      let first = try rate(try catalogs.earlierRun(layer.ratingHash), events, part, keepsSuspense: !isPreview)
      if layer.ratingHash != catalog.ratingHash { otherCount += first.report().read }
      done.suspended.old += first.report().suspendedCount
      before += [first.later?.span].compactMap { $0 }
      firsts.append(first)
    }
    let usage = try usage(of: run, layers, events, box, second, before)
    let known = settlingBefore.first { $0.run.id == run.id }?.usage
    // A run without such events stays, unless none but it tells that these accounts are settled with the new catalog.
    let isNeeded =
      otherCount > 0 || (!areSettledSo && (second.report().read > 0 || (!hasReplaced && run.id == lastOther)))
    guard isNeeded || usage?.span != known?.span else { return nil }
    hasReplaced = true
    var changes: [RatedAgain] = []
    for first in firsts {
      try comparison.add(first, nil)
      if !isPreview { changes.append(RatedAgain(before: try publish(first), after: nil)) }
    }
    try comparison.add(nil, second)
    let settled = try OperationFault.ofFiles { () throws(FileFault) in
      try events.settled(by: [second], in: box, exceptOf: left)
    }
    if let usage { settlingAfter.append(SettlingRun(events: settled, usage: usage)) }
    if isPreview { return done }
    changes.append(RatedAgain(before: nil, after: try publish(second)))
    try stage(run, nil, changes) { folder throws(FileFault) in try settled.writeSettledMarks(to: folder) }
    var draft = try draft(run, layers, box)
    if !left.isEmpty { draft.layers = closed.layers(draft.layers, above: layers) }
    draft.settling = usage
    done.replacing = ReplacingRun(replaced: run, draft: draft, keepsReasons: true)
    return done
  }

  /// Whether the new catalog may rate events otherwise than one that has priced some of a run.
  mutating func isOther(_ layers: [RunLayer]) throws(OperationFault) -> Bool {
    for layer in layers where layer.ratingHash != catalog.ratingHash && !closed.holds(layer) {
      if try !catalogs.earlier(layer.ratingHash).change.isNothing { return true }
    }
    return false
  }

  /// Refuses events that belong to an account that was not chosen with the new catalog, and are settled there.
  private func refuseStrangers(_ result: RatingResult) throws(OperationFault) {
    guard let later = result.later, let owners else { return }
    let strangers = later.accounts.filter { !owners.contains($0) }.sorted()
    guard let stranger = strangers.first else { return }
    throw .store(
      .refused(
        "some of the chosen usage belongs to account '\(stranger)' with this catalog, and depends on whole periods there; name "
          + "\(strangers.count == 1 ? "that account" : "those accounts") too: "
          + strangers.map { "--accounts \($0)" }.joined(separator: " ")))
  }

  /// What a run leaves to be settled when some accounts were rated again.
  private mutating func usage(
    of run: RunRecord, _ layers: [RunLayer], _ events: StoredEvents, _ box: EventBox, _ second: RatingResult,
    _ before: [ClosedRange<Int64>]
  ) throws(OperationFault) -> SettlingUsage? {
    let known = settlingBefore.first { $0.run.id == run.id }?.usage
    let now = second.later
    let accounts = (known?.accounts ?? []).subtracting(owners ?? []).union(now?.accounts ?? [])
    guard known != nil || now != nil else { return nil }
    let inside = now?.span
    // The rest of the run reaches from end to end still, unless what was at an end is there no more.
    if let known, isReached(known.span, before, by: inside) {
      return SettlingUsage(
        accounts: accounts, span: StoreSettling.span([known.span, inside].compactMap { $0 }) ?? known.span)
    }
    var spans = [inside].compactMap { $0 }
    for (index, layer) in layers.enumerated() {
      var rest = EventSelection()
      rest.takesLeavers = false
      rest.limits = [layer.box].filter { !$0.isUnbounded }
      rest.excluded = layers[(index + 1)...].map(\.box) + [box]
      let isSettling = RatingResult.settles(try catalogs.earlier(layer.ratingHash).catalog)
      let engine = isSettling ? try catalogs.earlierRun(layer.ratingHash) : try catalogs.later()
      let outside = try rate(engine, events, rest, keepsSuspense: false)
      spans += [outside.later?.span].compactMap { $0 }
    }
    return StoreSettling.span(spans).map { SettlingUsage(accounts: accounts, span: $0) }
  }

  /// Whether the ends of a run's time are those of other events, or are reached again.
  private func isReached(
    _ known: ClosedRange<Int64>, _ before: [ClosedRange<Int64>], by now: ClosedRange<Int64>?
  ) -> Bool {
    guard let was = StoreSettling.span(before) else { return true }
    let isFirstKept =
      was.lowerBound > known.lowerBound || now.map { $0.lowerBound <= known.lowerBound } ?? false
    let isLastKept =
      was.upperBound < known.upperBound || now.map { $0.upperBound >= known.upperBound } ?? false
    return isFirstKept && isLastKept
  }

  // MARK: settling

  /// Settles the chosen accounts with the catalog of now; where the usage of all runs reaches over other periods than before, the others
  /// too, each with the catalog that has settled it.
  mutating func settleOwners(_ owners: Set<Label>) throws(OperationFault) -> [SettlementDraft] {
    let spans = (
      StoreSettling.span(settlingBefore.map(\.usage.span)),
      StoreSettling.span(settlingAfter.map(\.usage.span))
    )
    let counting = try OperationFault.ofStore { () throws(StoreFault) in try store.countingSettlements() }
    let main = StoreSettling(
      store: store, catalog: catalog, engine: try catalogs.later(), semantics: semantics)
    let reachesAlike =
      spans.0.flatMap { a in spans.1.map { main.reachesAlike(a, $0) } } ?? (spans.0 == spans.1)
    if let span = spans.0 {
      let events = try settledEventsBefore()
      for settlement in counting {
        let accounts = reachesAlike ? settlement.accounts.intersection(owners) : settlement.accounts
        if accounts.isEmpty { continue }
        let result = try settling(settlement.ratingHash).settled(
          events, of: accounts, over: span, groupBy: options.groupBy, keepsSummary: false)
        try comparison.add(result, nil)
      }
    }
    guard let span = spans.1 else { return spans.0 == nil ? [] : [.nothing] }
    var parts: [(settling: StoreSettling, accounts: Set<Label>)] = [(main, owners)]
    if !reachesAlike {
      for settlement in counting {
        let others = settlement.accounts.subtracting(owners)
        if !others.isEmpty { parts.append((try settling(settlement.ratingHash), others)) }
      }
    }
    let events = settlingAfter.compactMap(\.events)
    var drafts: [SettlementDraft] = []
    for (settling, accounts) in parts {
      let result = try settling.settled(
        events, of: accounts, over: span, groupBy: options.groupBy, keepsSummary: !isPreview)
      try comparison.add(nil, result)
      if isPreview { continue }
      try settling.publish(result, number: drafts.count)
      var pools = settling.pools(of: accounts)
      // Those that these accounts shared before have nothing any more.
      for settlement in counting where !settlement.accounts.isDisjoint(with: accounts) {
        pools.formUnion(
          try self.settling(settlement.ratingHash).pools(of: accounts.intersection(settlement.accounts)))
      }
      drafts.append(
        SettlementDraft(accounts: accounts, pools: pools, isOfAll: false, hasRows: true, number: drafts.count)
      )
    }
    return drafts
  }

  private mutating func settling(_ hash: String) throws(OperationFault) -> StoreSettling {
    StoreSettling(
      store: store, catalog: try catalogs.earlier(hash).catalog, engine: try catalogs.earlierRun(hash),
      semantics: semantics)
  }
}
