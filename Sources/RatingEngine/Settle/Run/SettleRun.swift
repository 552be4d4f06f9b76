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
    let owners = OwnerSettling(setup, classes, store.span, frozen)
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
    let (totals, found) = (owners.rows.totals, owners.found)
    lock.withLock { _ in
      ledger.settled += totals
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

/// Settles the periods of one owner after the other. Owned by one worker.
final class OwnerSettling {
  let setup: RunSetup
  let classes: SettledClasses
  private let span: EventSpan
  /// What billed periods have handed on, by owner.
  let frozen: [UInt32: FrozenLots]
  var settlement: Settlement<BandStretching>
  var rows: SettledRows
  /// Rows of balances that wait to be handed on.
  var balances: [AllowanceRows.Row] = []
  /// Rows of what periods hand on that wait, where they are kept.
  private(set) var handedOn: [AllowanceRows.Row] = []
  /// Parts of events for the detail, where it is wanted.
  private(set) var details: [SettledDetail.Part] = []
  /// What became of the event that is watched.
  var found: SettledEvent?
  /// A sample of the gauge that the watched one belongs to, and what is to tell of it.
  var watchedGauge: (sample: GaugeSample, witness: GaugeWitness)?
  /// The periods of the last owner that was settled in all of them: most owners have the same.
  private var standingPeriods: (zone: Zone, cycleDay: Int32, periods: [UsagePeriod])?
  private var namedPeriod: (period: UsagePeriod, name: Label)?

  init(
    _ setup: RunSetup, _ classes: SettledClasses, _ span: EventSpan, _ frozen: [UInt32: FrozenLots] = [:]
  ) {
    self.setup = setup
    self.classes = classes
    self.span = span
    self.frozen = frozen
    settlement = Settlement(classes.tables, BandStretching(classes, setup))
    rows = SettledRows(setup, classes)
  }

  /// Begins with what a partition holds.
  func begin(_ partition: SettlePartition) { settlement.recordedAmounts = partition.amounts }

  /// Forgets what was handed on.
  func removeHandedOn() {
    rows.removeCells()
    balances.removeAll(keepingCapacity: true)
    handedOn.removeAll(keepingCapacity: true)
    details.removeAll(keepingCapacity: true)
  }

  /// Settles an owner: the periods of its events, and where it may owe something without event, all between the earliest and
  /// the latest event of the run.
  func settle(
    _ number: UInt32, _ stretches: [SettleOrder.Stretch], _ partition: SettlePartition, isStanding: Bool
  ) {
    let owner = setup.catalog.settled.owner(number)
    let frozen = frozen[number]
    let periods = periods(owner, stretches, isStanding: isStanding)
    // Of the period before there is no usage any more, or none yet: where it was billed, it has handed on what it has.
    var rolled = periods.first.flatMap { frozen?.period($0.previous)?.lots } ?? []
    var isFirst = true
    var next = 0
    for period in periods {
      var range = 0..<0
      if next < stretches.count, Int32(stretches[next].period) == period.from.dayNumber {
        range = stretches[next].range
        next += 1
      }
      let rules = SettleRules(
        classes.tables, owner, period, rolledIn: rolled, isFirstPeriod: isFirst,
        frozen: frozen?.period(period))
      if range.isEmpty, rules.isIdle { continue }
      isFirst = false
      let stored = UnsafeBufferPointer(start: partition.events.base + range.lowerBound, count: range.count)
      let hasSamples = setup.catalog.settled.hasGauges && stored.contains { $0.marks.contains(.sample) }
      let measured =
        hasSamples ? measured(stored, rules, watched: watchedIndex(stored, number, partition, rules)) : []
      measured.withUnsafeBufferPointer { settle(hasSamples ? $0 : stored, number, partition, rules) }
      rolled = settlement.balances.flatMap(\.lotsOut)
    }
  }

  /// Settles the events of an owner and period, and takes down what they come to.
  private func settle(
    _ events: UnsafeBufferPointer<PackedEvent>, _ number: UInt32, _ partition: SettlePartition,
    _ rules: SettleRules
  ) {
    let watched = watchedIndex(events, number, partition, rules)
    settlement.watched = watched ?? -1
    settlement.settle(events, rules)
    if let watched { found = settledEvent(watched, events[watched], rules, isAlone: false) }
    rows.add(settlement.parts, settlement.rows, events, rules, settlement.recordedAmounts)
    if setup.options.keepsDetail { noteDetails(events, rules) { $0 } }
    noteBalances(rules)
  }

  /// The index of the event that somebody wants explained, or of the gauge that measures it; nil where it is not among them.
  private func watchedIndex(
    _ events: UnsafeBufferPointer<PackedEvent>, _ number: UInt32, _ partition: SettlePartition,
    _ rules: SettleRules
  ) -> Int? {
    guard let watched = setup.options.watched, watched.event.owner == number,
      Int32(watched.event.period) == rules.period.from.dayNumber
    else { return nil }
    return watched.index(in: events, tail: partition.tail)
      ?? watchedGauge.flatMap { gauge in
        events.firstIndex { $0.marks.contains(.gauge) && gauge.sample.isMeasured(with: GaugeSample($0)) }
      }
  }

  /// Takes the balances of an owner and period down.
  func noteBalances(_ rules: SettleRules) {
    let (catalog, period) = (setup.catalog.source, periodName(rules.period))
    for balance in settlement.balances {
      balances += AllowanceRows.rows(balance, rules, catalog, period: period)
      guard setup.options.keepsRollover else { continue }
      handedOn += AllowanceRows.rolloverRows(balance, rules, catalog, period: period)
    }
  }

  /// A usage period as text; that of the last call is kept.
  func periodName(_ period: UsagePeriod) -> Label {
    if let namedPeriod, namedPeriod.period == period { return namedPeriod.name }
    let name = Label("\(period.from)/\(period.until)")
    namedPeriod = (period, name)
    return name
  }

  /// The events of an owner and period with what gauges make of the samples among them, in order.
  ///
  /// - Parameter watched: index of the event that somebody wants explained.
  private func measured(
    _ stored: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules, watched: Int?
  ) -> [PackedEvent] {
    let events = stored.filter { !$0.marks.contains(.sample) }
    var samples: [GaugeSample] = []
    var counts: [UInt64: Int64] = [:]
    func group(_ account: UInt32, _ cell: UInt32) -> UInt64 { UInt64(account) << 32 | UInt64(cell) }
    for (place, event) in stored.enumerated() where event.marks.contains(.sample) {
      samples.append(GaugeSample(event, place: place))
      counts[group(event.account, event.baseCell), default: 0] += 1
      rows.noteSample(event)
    }
    let gauges = GaugeMeasurement.events(&samples, rules, classes.tables).map { event in
      named(gauge: event, sampleCount: counts[group(event.account, event.baseCell)] ?? 0)
    }
    if let watched, stored[watched].marks.contains(.sample) {
      watch(GaugeSample(stored[watched], place: watched), among: samples, gauges, rules)
    }
    return Self.merged(events, gauges.sorted(by: PackedEvent.precedes))
  }

  /// Notes what a sample was measured with. `samples` are in order.
  private func watch(
    _ watched: GaugeSample, among samples: [GaugeSample], _ gauges: [PackedEvent], _ rules: SettleRules
  ) {
    var watch = SampleWatch(GaugeMeasurement(of: watched, rules, classes.tables))
    var values: [Int64] = []
    for sample in samples where sample.isMeasured(with: watched) {
      watch.add(sample, isWatched: sample.place == watched.place)
      if sample.item == watched.item { values.append(sample.value) }
    }
    var percentile = PercentileSum()
    percentile.beginItem(count: Int64(values.count))
    for value in values.sorted() { percentile.add(value) }
    let gauge = gauges.first { watched.isMeasured(with: GaugeSample($0)) }
    watchedGauge = watch.witness(quantity: gauge?.quantity ?? 0, percentile: percentile.sum).map {
      (watched, $0)
    }
  }

  /// The event of a gauge as it stands among others.
  ///
  /// Its row is the account's, and counts its samples. Numbers of cells differ from run to run: the key orders gauges of one
  /// instant by account, charge and rating group.
  func named(gauge: PackedEvent, sampleCount: Int64) -> PackedEvent {
    var event = gauge
    let cell = classes.cells[Int(event.baseCell)]
    event.identity = setup.catalog.identityByAccount(Int(event.account))
    event.place = sampleCount
    let names = SummaryTexts.tariff(Int(cell.tariff), setup.catalog, setup.meters)
    var key: [UInt8] = []
    withUnsafeBytes(of: event.account.bigEndian) { key += $0 }
    withUnsafeBytes(of: cell.charge.bigEndian) { key += $0 }
    key += names.group.bytes
    key.withUnsafeBufferPointer { event.setKey($0) }
    return event
  }

  /// Gauges among events, which stay in their order: 16 bytes of their keys may not tell it.
  private static func merged(_ events: [PackedEvent], _ gauges: [PackedEvent]) -> [PackedEvent] {
    var merged: [PackedEvent] = []
    merged.reserveCapacity(events.count + gauges.count)
    var next = 0
    for event in events {
      while next < gauges.count, PackedEvent.precedes(gauges[next], event) {
        merged.append(gauges[next])
        next += 1
      }
      merged.append(event)
    }
    return merged + gauges[next...]
  }

  /// - Parameter number: the number of a part, by its index, in the order of the parts of the period.
  func noteDetails(
    _ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules, number: (Int) -> Int
  ) {
    let catalog = setup.catalog
    for (index, part) in settlement.parts.enumerated() {
      let event = events[Int(part.event)]
      // A gauge is no record.
      if event.marks.contains(.gauge) { continue }
      let usage = settlement.tables.usage(ofCell: event.baseCell)
      let plan = catalog.source.plans[usage.plan]
      let charge = Int(classes.cells[Int(part.baseCell)].charge)
      let tier = part.tier == SettledPart.none ? 0 : catalog.settled.tierNumbers[charge][Int(part.tier)]
      let detail = DetailPart(
        band: part.band == 0 ? .empty : plan.bandNames[Int(part.band) - 1], raw: part.raw,
        billed: part.billed,
        covered: part.covered, kind: usage.kind,
        price: CompiledCatalog.UnitPriceText(
          pico: part.pricePico, units: part.priceUnits, kind: usage.kind.rawValue),
        tier: catalog.settled.tiers[Int(tier)],
        allowance: part.lot == SettledPart.none ? .empty : rules.lots[Int(part.lot)].name,
        amountPico: part.amountPico, currency: plan.currency,
        sides: sides(of: part, event))
      details.append(SettledDetail.Part(place: Int(event.place), number: number(index), text: detail.text))
    }
  }

  /// Whoever carried the event, each part says; what it cost, the part that counts the event.
  private func sides(of part: SettledPart, _ event: PackedEvent) -> DetailSides {
    let cell = classes.cells[Int(part.baseCell)]
    let cost = part.eventCount > 0 ? event.costPico(settlement.recordedAmounts) : 0
    return DetailSides(
      jurisdiction: cell.jurisdiction,
      cost: EventCost(supplier: cell.supplier, currency: UInt32(cell.costCurrency), pico: cost), setup.catalog
    )
  }

  /// Settles one event as if it were the only usage of its owner.
  func settleAlone(_ event: PackedEvent, amounts: [Int128]) -> SettledEvent? {
    let owner = setup.catalog.settled.owner(event.owner)
    let account = setup.catalog.source.accounts[Int(event.account)]
    let period = UsagePeriod.containing(
      CivilDate(dayNumber: Int32(event.period)), cycleDay: Int32(account.cycleDay))
    let rules = SettleRules(classes.tables, owner, period, isFirstPeriod: true)
    settlement.recordedAmounts = amounts
    settlement.watched = 0
    let events = withUnsafePointer(to: event) { event in
      let alone = UnsafeBufferPointer(start: event, count: 1)
      return alone[0].marks.contains(.sample) ? measured(alone, rules, watched: 0) : Array(alone)
    }
    events.withUnsafeBufferPointer { settlement.settle($0, rules) }
    return settledEvent(0, events[0], rules, isAlone: true)
  }

  func settledEvent(
    _ index: Int, _ event: PackedEvent, _ rules: SettleRules, isAlone: Bool
  ) -> SettledEvent? {
    settlement.witness.map { witness in
      SettledEvent(
        parts: settlement.parts.filter { Int($0.event) == index }, witness: witness, rules: rules,
        account: Int(event.account),
        usage: settlement.tables.usage(ofCell: event.baseCell),
        recordedPico: event.marks.contains(.amount)
          ? settlement.recordedAmounts[Int(event.recorded) - 1] : nil, isAlone: isAlone,
        gauge: event.marks.contains(.gauge) ? watchedGauge?.witness : nil)
    }
  }

  func periods(
    _ owner: SettleOwner, _ stretches: [SettleOrder.Stretch], isStanding: Bool
  ) -> [UsagePeriod] {
    let accounts = setup.catalog.source.accounts
    let first =
      switch owner {
      case .account(let index): accounts[index]
      case .pool(_, let members): accounts[members[0]]
      }
    let cycleDay = Int32(first.cycleDay)
    if isStanding, let known = standingPeriods, known.cycleDay == cycleDay, known.zone == first.zone {
      return known.periods
    }
    guard isStanding, let cycle = UsageCycle(zone: first.zone, cycleDay: cycleDay) else {
      return stretches.map {
        UsagePeriod.containing(CivilDate(dayNumber: Int32($0.period)), cycleDay: cycleDay)
      }
    }
    var periods = [cycle.span(containingUTC: span.firstSeconds).period]
    let last = cycle.span(containingUTC: span.lastSeconds).period
    while let period = periods.last, period.from < last.from { periods.append(period.next) }
    standingPeriods = (first.zone, cycleDay, periods)
    return periods
  }
}
