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
    /// The run that it stands for.
    var replaced: RunRecord?
  }

  /// Whom a commit touches.
  struct Scope {
    /// The accounts that are to be settled anew.
    var accounts: Set<Label>
    /// Whether these are all.
    var isOfAll: Bool
    /// The runs as they will count.
    var runs: [(events: StoredEvents, usage: SettlingUsage)]
    /// The time that their usage reaches over.
    var span: ClosedRange<Int64>
  }

  /// What a commit does to settlements.
  enum Touch {
    /// It touches nobody.
    case none
    /// Nothing is left to be settled.
    case nothingLeft
    case some(Scope)
  }

  /// Settles what new runs, or the loss of some, touch, and publishes it for the commit; nil where they touch nothing.
  ///
  /// Touched are the accounts with usage to settle in these runs, with all accounts of their pools; and everybody, where the usage
  /// of all runs reaches over other periods than before. Rows are complete: they are made of the events of all runs that count.
  func stage(adding new: [NewRun], removing lost: [RunRecord] = []) throws(OperationFault) -> SettlementDraft?
  {
    switch try touch(adding: new, removing: lost) {
    case .none: return nil
    case .nothingLeft: return SettlementDraft.nothing
    case .some(let scope): return try stage(scope.isOfAll ? nil : scope.accounts, of: scope)
    }
  }

  /// Settles accounts, or everybody, and publishes the rows for the commit, as one of several with `number`.
  func stage(
    _ accounts: Set<Label>?, of scope: Scope, number: Int = 0
  ) throws(OperationFault) -> SettlementDraft {
    let chosen = scope.runs.filter { run in
      accounts.map { !$0.isDisjoint(with: run.usage.accounts) } ?? true
    }
    try publish(try settled(chosen.map(\.events), of: accounts, over: scope.span), number: number)
    guard let accounts else { return draftOfAll }
    return SettlementDraft(
      accounts: accounts, pools: pools(of: accounts), isOfAll: false, hasRows: true, number: number)
  }

  /// Whom new runs, or the loss of some, touch, by the pools of the catalog.
  func touch(adding new: [NewRun], removing lost: [RunRecord] = []) throws(OperationFault) -> Touch {
    let before = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    var touched = new.reduce(into: Set<Label>()) { $0.formUnion($1.usage.accounts) }
    let gone = Set(lost.map(\.id))
    for entry in before where gone.contains(entry.run.id) { touched.formUnion(entry.usage.accounts) }
    try refuseClosed(new, lost)
    // What purged runs had left to be settled is closed; their time still counts.
    var after = before.filter { !gone.contains($0.run.id) }.map {
      (folder: $0.run.isPurged ? nil : store.folder(of: $0.run), usage: $0.usage)
    }
    after += new.map { ($0.folder, $0.usage) }
    let spans = (Self.span(before.map(\.usage.span)), Self.span(after.map(\.usage.span)))
    guard let span = spans.1 else { return before.isEmpty ? .none : .nothingLeft }
    var isOfAll = spans.0.map { !reachesAlike($0, span) } ?? true
    if !isOfAll, touched.isEmpty { return .none }
    var runs: [(events: StoredEvents, usage: SettlingUsage)] = []
    for entry in after {
      guard let folder = entry.folder else { continue }
      let events = try OperationFault.ofFiles { () throws(FileFault) in try StoredEvents(folder: folder) }
      runs.append((events, entry.usage))
    }
    // Events are chosen by the accounts to which they belonged when they were read.
    if runs.contains(where: \.events.mayHaveMoved) { isOfAll = true }
    let pools = self.pools(of: isOfAll ? nil : touched)
    let accounts =
      isOfAll
      ? Set(catalog.accounts.map(\.id))
      : touched.union(catalog.accounts.filter { pools.contains($0.pool) }.map(\.id))
    return .some(
      Scope(accounts: accounts, isOfAll: isOfAll, runs: runs, span: span))
  }

  /// Refuses to take events back, or to let some count again, whose usage is closed.
  private func refuseClosed(_ new: [NewRun], _ lost: [RunRecord]) throws(OperationFault) {
    if lost.isEmpty { return }
    let closed = try OperationFault.ofStore { () throws(StoreFault) in try store.closedUsage() }
    if closed.isEmpty { return }
    for run in lost {
      let folder = new.first { $0.replaced?.id == run.id }?.folder
      let counts = try OperationFault.ofFiles { () throws(FileFault) in
        (
          try StoredEvents(folder: store.folder(of: run)).settledCount(in: closed.boxes),
          try folder.map { path throws(FileFault) in
            try StoredEvents(folder: path).settledCount(in: closed.boxes)
          } ?? 0
        )
      }
      if counts.0 != counts.1 {
        throw .store(
          .refused(
            "run \(run.number) (\(run.id)) has events in periods that a purge has closed: what was billed of these stays; it can be "
              + "purged itself once its other periods are billed"))
      }
    }
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
    let (frozen, closed) = try OperationFault.ofStore { () throws(StoreFault) in
      (try store.frozenRollover(), try store.closedUsage())
    }
    selection.excluded = closed.boxes
    try refuseSplit(closed, of: accounts)
    let result = try OperationFault.ofRun { () throws(RunFault) in
      try engine.changed { options in
        options.settlesLater = false
        // What the runs have counted counts, however old it is now.
        options.windowStartMillis = nil
        options.settledAccounts = accounts
        options.settledSpan = span
        options.frozenRollover = frozen
        options.closedPeriods = closed.periods
        options.keepsRollover = keepsSummary
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
    guard result.closedPeriodsWithEventsCount == 0 else {
      throw .store(
        .refused(
          "with this catalog, events of runs belong to periods of accounts that a purge has closed; keep their services, zones, cycle "
            + "days and pools as they were there"))
    }
    return result
  }

  /// Refuses pools of which some accounts have usage in periods that are closed for the others.
  private func refuseSplit(_ closed: ClosedUsage, of accounts: Set<Label>?) throws(OperationFault) {
    if closed.isEmpty { return }
    var pools: [Label: [Label]] = [:]
    for account in catalog.accounts where !account.pool.isEmpty {
      pools[account.pool, default: []].append(account.id)
    }
    for (pool, members) in pools.sorted(by: { $0.key < $1.key })
    where accounts.map({ !$0.isDisjoint(with: members) }) ?? true {
      guard let until = members.compactMap({ closed.accounts[$0]?.until }).max() else { continue }
      for member in members {
        let own = closed.accounts[member]?.until
        if own == until { continue }
        let hasUsage = try OperationFault.ofStore { () throws(StoreFault) in
          try store.hasUsage(member, after: own, until: until)
        }
        if hasUsage {
          throw .store(
            .refused(
              "account '\(member)' shares pool '\(pool)' with this catalog, of which a purge has closed all until \(until.until), and has "
                + "usage of its own before that; give it another pool"))
        }
      }
    }
  }

  /// Publishes a settlement for the commit, as one of several with `number`.
  func publish(_ result: RatingResult, number: Int = 0) throws(OperationFault) {
    try OperationFault.ofFiles { () throws(FileFault) in
      try result.publish(
        at: store.stagedSettlementPath(number), semantics: semantics,
        operations: PrivateFileOperations(store.fileOperations)
      ) { folder throws(FileFault) in try result.writeRollover(to: folder) }
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
  func reachesAlike(_ a: ClosedRange<Int64>, _ b: ClosedRange<Int64>) -> Bool {
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
  func pools(of accounts: Set<Label>?) -> Set<Label> {
    Set(catalog.accounts.filter { accounts?.contains($0.id) ?? true }.map(\.pool)).subtracting([.empty])
  }
}

extension SettlementDraft {
  /// Nothing is left to be settled of anybody.
  static var nothing: SettlementDraft {
    SettlementDraft(accounts: [], pools: [], isOfAll: true, hasRows: false)
  }
}
