// The settling of one owner: its periods in order, what each comes to and what it hands on.

import BillingCalendar
import Catalog
import Tables

/// Settles the periods of one owner after the other. Owned by one worker.
final class OwnerSettling {
  let setup: RunSetup
  let classes: SettledClasses
  private let span: EventSpan
  /// What billed periods have handed on, by owner.
  let frozen: [UInt32: FrozenLots]
  /// The first day that is settled, of owners whose periods before are closed.
  private let openFrom: [UInt32: CivilDate]
  /// Closed periods that had events all the same.
  private(set) var closedStretchCount = 0
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
    _ setup: RunSetup, _ classes: SettledClasses, _ span: EventSpan, _ frozen: [UInt32: FrozenLots] = [:],
    openFrom: [UInt32: CivilDate] = [:]
  ) {
    self.setup = setup
    self.classes = classes
    self.span = span
    self.frozen = frozen
    self.openFrom = openFrom
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
    let periods = openPeriods(number, stretches, isStanding: isStanding)
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

  /// The periods of an owner that are settled: of closed ones those that have events all the same, which are counted.
  func openPeriods(
    _ number: UInt32, _ stretches: [SettleOrder.Stretch], isStanding: Bool
  ) -> [UsagePeriod] {
    let periods = periods(setup.catalog.settled.owner(number), stretches, isStanding: isStanding)
    guard let first = openFrom[number] else { return periods }
    return periods.filter { period in
      if period.from >= first { return true }
      guard stretches.contains(where: { Int32($0.period) == period.from.dayNumber }) else { return false }
      closedStretchCount += 1
      return true
    }
  }

  private func periods(
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
