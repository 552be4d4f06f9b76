// Removing what is old, where later periods can be settled without it. Read `purge` first.

public import BillingCalendar
public import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

/// Purges old runs.
public struct StorePurging {
  private let store: BillingStore
  /// Records that began before midnight (UTC) of this day cannot come any more.
  private let day: CivilDate
  private let endSecond: Int64
  private let closed: ClosedUsage
  private let unbilled: [Label: [UsagePeriod]]
  /// What periods hand on that was not frozen with a billing.
  private let openLots: [Holding: Label]

  /// Purges runs that were committed before midnight (UTC) of a day: see `BillingStore.purgeable` and `BillingStore.purge`.
  ///
  /// A run with usage that depends on whole periods goes if none of its records began on that day or later, and all periods of its
  /// accounts, and of those that share a pool with them, up to its last record had ended by then and were billed. These periods are closed
  /// with it, for these accounts and pools: their rows stay as they were billed, and are settled no more.
  /// - Precondition: the store was opened for changing.
  public static func purge(
    before day: CivilDate, reason: String, in store: BillingStore
  ) throws(OperationFault) -> Purge {
    var purge = try OperationFault.ofStore { () throws(StoreFault) in try store.purgeable(before: day) }
    try leaveNewer(&purge, in: store)
    try close(&purge, in: store)
    let done = purge
    return try OperationFault.ofStore { () throws(StoreFault) in try store.purge(done, reason: reason) }
  }

  /// Leaves runs with records that began on the day or later (UTC), whatever their periods are called: a copy of such a record would be
  /// compared with nothing, and counted again. In zones west of UTC a period ends in the first hours of the next day.
  private static func leaveNewer(_ purge: inout Purge, in store: BillingStore) throws(OperationFault) {
    let (day, endMillis) = (purge.before, Int64(purge.before.dayNumber) * 86_400_000)
    for run in purge.runs where run.state == .current {
      // The days of files are those of their sources' zones, which are a day apart from UTC at most.
      let isOld = try OperationFault.ofStore { () throws(StoreFault) in
        try store.files(of: run).allSatisfy {
          $0.days.map { $0.upperBound.dayNumber + 1 < day.dayNumber } ?? false
        }
      }
      if isOld { continue }
      // Nobody is billed for what was written off, and its time may be any.
      let writtenOff = try OperationFault.ofStore { () throws(StoreFault) in
        try store.suspendedPlaces(of: run) { $0.state == .writtenOff }
      }
      let last = try OperationFault.ofFiles { () throws(FileFault) in
        try StoredEvents(folder: store.folder(of: run)).leavingOut(writtenOff).lastStartMillis()
      }
      if let last, last >= endMillis {
        purge.leave(run, because: "some of its records began on \(day) or later")
      }
    }
  }

  /// Decides which runs with usage that depends on whole periods go, and what is closed with them.
  private static func close(_ purge: inout Purge, in store: BillingStore) throws(OperationFault) {
    let settling = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    let ids = Set(purge.runs.map(\.id))
    let runs = settling.filter { ids.contains($0.run.id) && !$0.usage.accounts.isEmpty }
    if runs.isEmpty { return }
    let old = try OperationFault.ofStore { () throws(StoreFault) in
      try store.runWithOldSuspense(before: purge.before)
    }
    if let (run, waiting) = old {
      return purge.leave(
        runs,
        because:
          "\(waiting) of the records of run \(run.number) wait in suspense, and some may belong to its periods; recycle them or write "
          + "them off")
    }
    let purging = try StorePurging(store, before: purge.before)
    let owners = try purging.owners()
    var ends: [Label: (owner: Owner, span: UsagePeriodSpan)] = [:]
    for (run, usage) in runs {
      switch try purging.end(of: usage, owners) {
      case .left(let why): purge.leave(run, because: why)
      case .closing(let found): ends.merge(found) { $0.span.period < $1.span.period ? $1 : $0 }
      }
    }
    if let moved = try purging.movedRun(settling, without: purge) {
      return purge.leave(
        runs.filter { run in purge.runs.contains { $0.id == run.run.id } },
        because:
          "run \(moved.number), which stays, was rated again with other services: its records of that time belong to other accounts "
          + "than when they were read")
    }
    for (_, end) in ends.sorted(by: { $0.key < $1.key }) {
      purge.closed += purging.stretches(end.owner, end.span)
    }
  }

  private init(_ store: BillingStore, before day: CivilDate) throws(OperationFault) {
    self.store = store
    self.day = day
    endSecond = Int64(day.dayNumber) * 86_400
    (closed, unbilled, openLots) = try OperationFault.ofStore { () throws(StoreFault) in
      let unbilled = Dictionary(grouping: try store.unbilledPeriods(), by: \.account)
      let frozen = try store.frozenRollover()
      var openLots: [Holding: Label] = [:]
      for lot in try store.handedOn() {
        let until = (lot.isPool ? frozen.pools : frozen.accounts)[lot.holder]
        if until.map({ $0 < lot.usagePeriod }) ?? true {
          openLots[Holding(isPool: lot.isPool, holder: lot.holder, period: lot.usagePeriod)] = lot.allowance
        }
      }
      return (try store.closedUsage(), unbilled.mapValues { $0.map(\.period).sorted() }, openLots)
    }
  }

  /// What an account or a pool has in a period.
  private struct Holding: Hashable {
    var isPool: Bool
    var holder: Label
    var period: UsagePeriod
  }

  /// A run that stays, reaches back to what may be closed, and has records that belong to other accounts than when they were read: of
  /// these nobody could tell later whether they are closed.
  private func movedRun(
    _ settling: [(run: RunRecord, usage: SettlingUsage)], without purge: Purge
  ) throws(OperationFault) -> RunRecord? {
    let going = Set(purge.runs.map(\.id))
    for (run, usage) in settling
    where !run.isPurged && !going.contains(run.id) && usage.span.lowerBound < endSecond {
      let haveMoved = try OperationFault.ofFiles { () throws(FileFault) in
        try StoredEvents(folder: store.folder(of: run)).mayHaveMoved
      }
      if haveMoved { return run }
    }
    return nil
  }

  // MARK: owners

  /// Accounts that are settled together: those of a pool, or one alone.
  private struct Owner {
    /// Empty for none.
    var pool: Label
    /// Its accounts, ascending.
    var accounts: [Label]
    var cycle: UsageCycle
    var grants: [AllowanceGrant]
    /// Whether one settlement holds all of them.
    var isWhole: Bool
  }

  /// The owners by account, each of the catalog that has settled it.
  private func owners() throws(OperationFault) -> [Label: Owner] {
    var owners: [Label: Owner] = [:]
    let settlements = try OperationFault.ofStore { () throws(StoreFault) in try store.countingSettlements() }
    for settlement in settlements {
      let catalog = try OperationFault.load(store.catalogPath(settlement.ratingHash))
      var pools: [Label: [Label]] = [:]
      for account in catalog.accounts where !account.pool.isEmpty {
        pools[account.pool, default: []].append(account.id)
      }
      var grants: [Label: [AllowanceGrant]] = [:]
      var poolGrants: [Label: [AllowanceGrant]] = [:]
      for grant in catalog.grants {
        switch grant.owner {
        case .account(let index): grants[catalog.accounts[index].id, default: []].append(grant)
        case .pool(let pool): poolGrants[pool, default: []].append(grant)
        }
      }
      for account in catalog.accounts where settlement.accounts.contains(account.id) {
        guard let cycle = UsageCycle(zone: account.zone, cycleDay: Int32(account.cycleDay)) else { continue }
        let accounts = pools[account.pool]?.sorted() ?? [account.id]
        owners[account.id] = Owner(
          pool: account.pool, accounts: accounts, cycle: cycle,
          grants: accounts.flatMap { grants[$0] ?? [] } + (poolGrants[account.pool] ?? []),
          isWhole: settlement.accounts.isSuperset(of: accounts))
      }
    }
    return owners
  }

  private enum End {
    case left(String)
    /// Until when owners are closed with the run, by the first account of each.
    case closing([Label: (owner: Owner, span: UsagePeriodSpan)])
  }

  /// Until when what a run has left to be settled must be closed.
  private func end(of usage: SettlingUsage, _ owners: [Label: Owner]) throws(OperationFault) -> End {
    guard usage.span.upperBound < endSecond else {
      return .left("some of its records began on \(day) or later")
    }
    var ends: [Label: (owner: Owner, span: UsagePeriodSpan)] = [:]
    for account in usage.accounts.sorted() {
      guard let owner = owners[account], owner.isWhole else {
        return .left(
          "its usage of account '\(account)' was settled with several catalogs, or with one without it")
      }
      if ends[owner.accounts[0]] != nil { continue }
      let last = owner.cycle.span(containingUTC: usage.span.upperBound)
      if owner.accounts.allSatisfy({ closed.accounts[$0].map { last.period <= $0.until } ?? false }) {
        continue
      }
      switch end(of: owner, from: last) {
      case .left(let why): return .left(why)
      case .closing(let found): ends.merge(found) { first, _ in first }
      }
    }
    return .closing(ends)
  }

  /// The first period, `span` or a later one, with which an owner can be closed: all until then is billed, and nothing but what was frozen
  /// with that goes on.
  private func end(of owner: Owner, from span: UsagePeriodSpan) -> End {
    var span = span
    while true {
      guard span.untilSeconds <= endSecond else {
        return .left("\(span.period) of account '\(owner.accounts[0])' has not ended by \(day)")
      }
      for account in owner.accounts {
        if let period = unbilled[account]?.first, period <= span.period {
          return .left("\(period) of account '\(account)' is not billed")
        }
      }
      let boundary = span.period.until
      guard
        let grant = owner.grants.first(where: { $0.from < boundary && $0.until.map { boundary < $0 } ?? true }
        )
      else { break }
      // A grant has one balance, which is not frozen when a period is billed.
      let next = owner.cycle.span(of: span.period.next)
      guard next.untilSeconds <= endSecond else {
        return .left(
          "its usage draws on grant '\(grant.name)' of '\(owner.accounts[0])', which goes on after \(span.period)"
        )
      }
      span = next
    }
    let holders = owner.accounts.map { Holding(isPool: false, holder: $0, period: span.period) }
    for holder in [Holding(isPool: true, holder: owner.pool, period: span.period)] + holders {
      guard let allowance = openLots[holder] else { continue }
      return .left(
        "what '\(holder.holder)' hands on of allowance '\(allowance)' in \(span.period) is not billed")
    }
    return .closing([owner.accounts[0]: (owner, span)])
  }

  /// What is closed of an owner until a period.
  private func stretches(_ owner: Owner, _ span: UsagePeriodSpan) -> [ClosedUsage.Stretch] {
    var stretches: [ClosedUsage.Stretch] = []
    for account in owner.accounts where closed.accounts[account].map({ $0.until < span.period }) ?? true {
      stretches.append(
        ClosedUsage.Stretch(isPool: false, holder: account, until: span.period, endSecond: span.untilSeconds))
    }
    if !owner.pool.isEmpty, !stretches.isEmpty {
      stretches.append(
        ClosedUsage.Stretch(
          isPool: true, holder: owner.pool, until: span.period, endSecond: span.untilSeconds))
    }
    return stretches
  }
}

extension Purge {
  /// Leaves runs whole.
  fileprivate mutating func leave(_ runs: [(run: RunRecord, usage: SettlingUsage)], because why: String) {
    for (run, _) in runs { leave(run, because: why) }
  }
}
