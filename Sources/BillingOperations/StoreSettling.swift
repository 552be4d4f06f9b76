// Settling what depends on whole periods, over the stored events of all runs that count. Read `stage` first.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables

/// Settles the accounts that a commit touches, before it is made.
struct StoreSettling {
  let store: BillingStore
  let catalog: Catalog
  let engine: RatingRun
  let semantics: Int64

  /// A run that is about to count.
  struct NewRun {
    /// Where its documents lie.
    var folder: String
    var usage: SettlingUsage
  }

  /// Settles what new runs, or the loss of some, touch, and publishes it for the commit; nil where they touch nothing.
  ///
  /// Touched are the accounts with usage to settle in these runs, with all accounts of their pools; and everybody, where the usage
  /// of all runs reaches over other periods than before. Rows are complete: they are made of the events of all runs that count.
  func stage(adding new: [NewRun], removing lost: [RunRecord] = []) throws(OperationFault) -> SettlementDraft?
  {
    let before = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    var touched = new.reduce(into: Set<Label>()) { $0.formUnion($1.usage.accounts) }
    let gone = Set(lost.map(\.id))
    for entry in before where gone.contains(entry.run.id) { touched.formUnion(entry.usage.accounts) }
    var after = before.filter { !gone.contains($0.run.id) }.map {
      (folder: store.folder(of: $0.run), usage: $0.usage)
    }
    after += new.map { ($0.folder, $0.usage) }
    let spans = (Self.span(before.map(\.usage.span)), Self.span(after.map(\.usage.span)))
    guard let span = spans.1 else {
      return before.isEmpty ? nil : SettlementDraft(accounts: [], pools: [], isOfAll: true, hasRows: false)
    }
    var isOfAll = spans.0.map { !reachesAlike($0, span) } ?? true
    if !isOfAll, touched.isEmpty { return nil }
    let events = try OperationFault.ofFiles { () throws(FileFault) in
      try after.map { entry throws(FileFault) in try StoredEvents(folder: entry.folder) }
    }
    // Events are chosen by the accounts to which they belonged when they were read.
    if events.contains(where: \.mayHaveMoved) { isOfAll = true }
    let pools = self.pools(of: isOfAll ? nil : touched)
    let accounts =
      isOfAll
      ? Set(catalog.accounts.map(\.id))
      : touched.union(catalog.accounts.filter { pools.contains($0.pool) }.map(\.id))
    let chosen = zip(after, events).filter { entry, _ in
      isOfAll || !entry.usage.accounts.isDisjoint(with: accounts)
    }
    try publish(try settled(chosen.map(\.1), of: isOfAll ? nil : accounts, over: span))
    return SettlementDraft(accounts: accounts, pools: pools, isOfAll: isOfAll, hasRows: true)
  }

  /// The draft of a settlement of everybody.
  var draftOfAll: SettlementDraft {
    SettlementDraft(
      accounts: Set(catalog.accounts.map(\.id)), pools: pools(of: nil), isOfAll: true, hasRows: true)
  }

  /// Settles accounts, or everybody, over events of runs; a table by `groupBy` can be asked of the result.
  func settled(
    _ events: [StoredEvents], of accounts: Set<Label>?, over span: ClosedRange<Int64>,
    groupBy: [GroupColumn]? = nil, keepsSummary: Bool = true
  ) throws(OperationFault) -> RatingResult {
    var selection = EventSelection()
    selection.takesLeavers = false
    selection.isSettled = true
    if let accounts { selection.limits = [EventBox(accounts: accounts)] }
    let result = try OperationFault.ofRun { () throws(RunFault) in
      try engine.changed { options in
        options.settlesLater = false
        // What the runs have counted counts, however old it is now.
        options.windowStartMillis = nil
        options.settledAccounts = accounts
        options.settledSpan = span
        options.keepsSuspense = false
        options.keepsDetail = false
        options.keepsSummary = keepsSummary
        options.groupBy = groupBy
      }.run(events, selection)
    }
    let report = result.report()
    guard report.rated == report.read else {
      throw .store(
        .refused(
          "\(report.read - report.rated) events that earlier runs have rated cannot be settled with this catalog, which "
            + "suspends or filters them; keep their prices and plans, or rate these runs again first: 'ratemill rerate'"
        ))
    }
    return result
  }

  /// Publishes a settlement for the commit.
  func publish(_ result: RatingResult) throws(OperationFault) {
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: store.stagedSettlementPath, semantics: semantics,
        operations: PrivateFileOperations(store.fileOperations)
      ) { _ throws(FileFault) in }
    }
  }

  /// The time that all of some spans reach over.
  static func span(_ spans: [ClosedRange<Int64>]) -> ClosedRange<Int64>? {
    guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else {
      return nil
    }
    return first...last
  }

  /// Whether the same usage periods lie in both spans, for every account.
  private func reachesAlike(_ a: ClosedRange<Int64>, _ b: ClosedRange<Int64>) -> Bool {
    var seen: Set<String> = []
    for account in catalog.accounts
    where seen.insert("\(account.zone.description) \(account.cycleDay)").inserted {
      guard let cycle = UsageCycle(zone: account.zone, cycleDay: Int32(account.cycleDay)) else {
        return false
      }
      for (one, other) in [(a.lowerBound, b.lowerBound), (a.upperBound, b.upperBound)]
      where cycle.span(containingUTC: one).period != cycle.span(containingUTC: other).period {
        return false
      }
    }
    return true
  }

  /// The pools of some accounts; nil for those of all.
  private func pools(of accounts: Set<Label>?) -> Set<Label> {
    Set(catalog.accounts.filter { accounts?.contains($0.id) ?? true }.map(\.pool)).subtracting([.empty])
  }
}
