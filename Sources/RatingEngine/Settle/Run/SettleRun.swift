// Settling a run: parts of the store on all cores, owner by owner and period by period, into the cells of the ledger.

import BillingCalendar
import Catalog
import DurableFiles
import Dispatch
import Synchronization
import Tables

/// One settling of everything that a run put aside. Used once.
final class SettleRun: @unchecked Sendable {
  // Safe to share: `ledger`, `allowances` and the fault are touched only while `lock` is held; the rest does not change.
  private let setup: RunSetup
  private let store: SettleStore
  private let ledger: RunLedger
  private let classes: SettledClasses
  private let chunks: ChunkOrder
  /// Owners that may owe something, or have something granted, without any event; by part, ascending.
  private let standing: [[UInt32]]
  private let lock = Mutex<FileFault?>(nil)
  private let nextPart = Atomic<Int>(0)
  let allowances: AllowanceRows
  /// The rows of `rollover.csv`, where they are kept.
  let rollover: AllowanceRows?
  /// What billed periods have handed on, by owner.
  private let frozen: [UInt32: FrozenLots]
  /// The first day that is settled, of owners whose periods before are closed.
  private let openFrom: [UInt32: CivilDate]

  /// Cells that are handed on at a time.
  private static let cellBatch = 4096

  init(_ ledger: RunLedger, _ store: SettleStore) {
    setup = ledger.setup
    self.ledger = ledger
    self.store = store
    classes = SettledClasses(ledger.setup)
    if let span = ledger.setup.options.settledSpan { store.widen(span) }
    chunks = ChunkOrder(store.chunks, recordCount: store.recordCount)
    standing = Self.standing(setup.catalog, store, setup.options.settledAccounts)
    let bytesMax = max(64 << 10, setup.budget.outputBytes / 8)
    allowances = AllowanceRows(setup.catalog.source, memoryBytesMax: bytesMax, place: setup.spillPlace)
    rollover =
      setup.options.keepsRollover
      ? AllowanceRows(setup.catalog.source, memoryBytesMax: bytesMax, place: setup.spillPlace) : nil
    frozen = FrozenLots.byOwner(setup.options.frozenRollover, setup.catalog)
    openFrom = Self.openFrom(setup.options.closedPeriods, setup.catalog)
  }

  private static func standing(
    _ catalog: CompiledCatalog, _ store: SettleStore, _ wanted: Set<Label>?
  ) -> [[UInt32]] {
    var byPart = [[UInt32]](repeating: [], count: store.parts.count)
    guard !store.span.isEmpty else { return byPart }
    let plans = catalog.source.plans.map { plan in
      !plan.allowances.isEmpty || plan.charges.contains(where: \.mayOweWithoutEvent)
    }
    var granted: Set<UInt32> = []
    var poolNumbers: [Label: UInt32] = [:]
    for (index, pool) in catalog.settled.pools.enumerated() {
      if case .pool(let name, _) = pool { poolNumbers[name] = UInt32(catalog.settled.accountCount + index) }
    }
    for grant in catalog.source.grants {
      switch grant.owner {
      case .account(let account): granted.insert(catalog.settled.ownerByAccount[account])
      case .pool(let name): if let number = poolNumbers[name] { granted.insert(number) }
      }
    }
    var isStanding = [Bool](repeating: false, count: catalog.settled.ownerCount)
    for owner in granted { isStanding[Int(owner)] = true }
    for (index, account) in catalog.source.accounts.enumerated()
    where account.plans.contains(where: { plans[$0.planIndex] }) {
      isStanding[Int(catalog.settled.ownerByAccount[index])] = true
    }
    for owner in isStanding.indices where isStanding[owner] {
      if let wanted, !Self.isWanted(catalog.settled.owner(UInt32(owner)), wanted, catalog) { continue }
      byPart[store.part(ofOwner: UInt32(owner))].append(UInt32(owner))
    }
    return byPart
  }

  /// Where closed periods end, by owner.
  private static func openFrom(
    _ closed: [Label: UsagePeriod], _ catalog: CompiledCatalog
  ) -> [UInt32: CivilDate] {
    var days: [UInt32: CivilDate] = [:]
    if closed.isEmpty { return days }
    for (index, account) in catalog.source.accounts.enumerated() {
      guard let day = closed[account.id]?.until else { continue }
      let owner = catalog.settled.ownerByAccount[index]
      days[owner] = max(days[owner] ?? day, day)
    }
    return days
  }

  private static func isWanted(
    _ owner: SettleOwner, _ wanted: Set<Label>, _ catalog: CompiledCatalog
  ) -> Bool {
    switch owner {
    case .account(let index): wanted.contains(catalog.source.accounts[index].id)
    case .pool(_, let members): members.contains { wanted.contains(catalog.source.accounts[$0].id) }
    }
  }

  /// Settles everything. Complexity: O(n log n) in the events, and O(owners × periods).
  func run() throws(FileFault) {
    let workers = max(1, min(setup.options.threadCount, store.parts.count))
    let bytesMax = max(1 << 20, setup.budget.outputBytes / 8 * 7 / workers)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      do throws(FileFault) {
        try work(bytesMax: bytesMax)
      } catch {
        lock.withLock { if $0 == nil { $0 = error } }
      }
    }
    if let fault = lock.withLock({ $0 }) { throw fault }
    store.release()
    classes.deallocate()
  }

  private func work(bytesMax: Int) throws(FileFault) {
    let partition = SettlePartition()
    let owners = OwnerSettling(setup, classes, store.span, frozen, openFrom: openFrom)
    while lock.withLock({ $0 == nil }) {
      let number = nextPart.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < store.parts.count else { break }
      let part = store.parts[number]
      let large = try LargeOwners.find(part, countMax: ownerCountMax(bytesMax))
      let passCount = SettlePartition.passCount(part, excludedCount: large.eventCount, bytesMax: bytesMax)
      for pass in 0..<passCount {
        let pass = SettlePartition.Pass(number: pass, count: passCount, excluded: large.owners)
        try partition.load(part, pass, chunks)
        owners.begin(partition)
        try settle(partition, standing[number].filter(pass.takes), owners)
      }
      if large.owners.isEmpty { continue }
      partition.release()
      try settle(large.owners, part, standing[number], owners, bytesMax: bytesMax)
    }
    try handOn(owners, atLeast: 0)
    var totals = owners.rows.totals
    totals.closedStretchCount = owners.closedStretchCount
    let (settled, found) = (totals, owners.found)
    lock.withLock { _ in
      ledger.settled += settled
      if let found { ledger.watched = found }
    }
  }

  /// Events of an owner that are settled in memory: with its parts, and what the passes keep of each, four times what is sorted.
  private func ownerCountMax(_ bytesMax: Int) -> Int {
    setup.options.ownerEventsMax ?? bytesMax / (4 * SettlePartition.bytesPerEvent)
  }

  /// Settles owners whose events are sorted on disk.
  private func settle(
    _ large: [UInt32], _ part: SettleStore.Part, _ standing: [UInt32], _ owners: OwnerSettling, bytesMax: Int
  ) throws(FileFault) {
    let events = LargeOwners(large, memoryBytesMax: bytesMax / 4, place: setup.spillPlace)
    try events.load(part, chunks, watched: setup.options.watched)
    // A walk has three sorts and a window at a time.
    let memoryBytesMax = setup.options.ownerEventsMax == nil ? bytesMax : LargeOwners.memoryBytesForTests
    try owners.settle(events, memoryBytesMax: memoryBytesMax, isStanding: standing.contains) {
      () throws(FileFault) in try handOn(owners, atLeast: Self.cellBatch)
    }
    events.release()
  }

  /// Settles owners with events and those that stand without, in order of their numbers.
  private func settle(
    _ partition: SettlePartition, _ standing: [UInt32], _ owners: OwnerSettling
  ) throws(FileFault) {
    var next = 0
    var at = 0
    let stretches = partition.stretches
    while next < stretches.count || at < standing.count {
      let owner = min(
        next < stretches.count ? stretches[next].owner : .max, at < standing.count ? standing[at] : .max)
      let first = next
      while next < stretches.count, stretches[next].owner == owner { next += 1 }
      let isStanding = at < standing.count && standing[at] == owner
      if isStanding { at += 1 }
      owners.settle(owner, Array(stretches[first..<next]), partition, isStanding: isStanding)
      try handOn(owners, atLeast: Self.cellBatch)
    }
  }

  /// Hands cells and balances on where there are enough of them.
  private func handOn(_ owners: OwnerSettling, atLeast: Int) throws(FileFault) {
    guard owners.rows.cells.count + owners.balances.count + owners.details.count >= atLeast else { return }
    try lock.withLock { _ throws(FileFault) in
      ledger.cells.add(owners.rows.cells.elements)
      for row in owners.balances { try allowances.append(row) }
      for row in owners.handedOn { try rollover?.append(row) }
      for part in owners.details { try ledger.settledDetail?.append(part) }
      try ledger.spillCells()
    }
    owners.removeHandedOn()
  }
}
