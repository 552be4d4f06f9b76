// From parts of events to cells of the summary: keys are put together from what cell, service, period and part decide.

import BillingCalendar
import CMachine
import Catalog
import Money

/// Adds parts and rows without event up by the run's key, one owner and period at a time. Owned by one worker.
struct SettledRows {
  private let setup: RunSetup
  private let classes: SettledClasses
  // The tables that are asked for each part: the object that they belong to is shared by all workers.
  private let cellRows: FlatTable<SettledClasses.Row>
  private let tierNumbers: FlatTable<UInt32>
  private let firstTiers: FlatTable<UInt32>
  private let settled: SettledUsage
  private var calendars: AccountCalendars
  private var slots = SlotTable()
  /// What waits to be added to the run's cells.
  private(set) var cells = WorkList<SummaryCell>()
  /// First of the cells of the owner and period at hand.
  private var firstCell = 0
  private(set) var totals = SettledTotals()
  /// The gauge whose samples were counted last.
  private var lastGauge = SettledPart.none

  // The fields that are asked for each part; nil where the key has none.
  private let identityFields: [SettledClasses.KeySlot]
  private let periodField: SettledClasses.KeySlot?
  private let dayField: SettledClasses.KeySlot?
  private let bandField: SettledClasses.KeySlot?
  private let priceFields: [SettledClasses.KeySlot]
  private let tierFields: [SettledClasses.KeySlot]
  private let coverField: SettledClasses.KeySlot?
  private var recentPrices: [(pico: Int64, units: Int64, kind: UInt8, number: UInt32)]
  /// Number of the allowance's name, by lot of the rules at hand.
  private var allowanceNumbers: [UInt32] = []
  /// The fields of service and account of the last event.
  private var lastWhose: (identity: UInt32, account: UInt32, key: SettledClasses.Key)?
  /// The day of the last event, and its seconds in the zone of its account.
  private var lastDay: (account: UInt32, from: Int64, until: Int64, key: SettledClasses.Key)?

  init(_ setup: RunSetup, _ classes: SettledClasses) {
    self.setup = setup
    self.classes = classes
    cellRows = classes.rows
    tierNumbers = classes.tierNumbers
    firstTiers = classes.firstTiers
    settled = setup.catalog.settled
    calendars = AccountCalendars(setup.catalog)
    let fields = setup.keyPlan.fields.map(SettledClasses.KeySlot.init)
    identityFields = fields.filter { [.identity, .costCentre, .service, .account].contains($0.part) }
    periodField = fields.first { $0.part == .period }
    dayField = fields.first { $0.part == .day }
    bandField = fields.first { $0.part == .band }
    priceFields = fields.filter { [.unitPrice, .price, .per].contains($0.part) }
    tierFields = fields.filter { [.tier, .tierFrom, .tierUpTo].contains($0.part) }
    coverField = setup.keyPlan.coverField.map(SettledClasses.KeySlot.init)
    recentPrices = Array(repeating: (0, -1, 0, 0), count: 256)
  }

  /// Forgets the cells: they were handed on.
  mutating func removeCells() { cells.removeAll() }

  /// Adds what an owner and period came to.
  mutating func add(
    _ parts: WorkList<SettledPart>, _ rows: [PeriodRow], _ events: UnsafeBufferPointer<PackedEvent>,
    _ rules: SettleRules, _ amounts: [Int128]
  ) {
    slots.removeAll()
    firstCell = cells.count
    lastWhose = nil
    lastDay = nil
    allowanceNumbers.removeAll(keepingCapacity: true)
    for lot in rules.lots { allowanceNumbers.append(settled.allowanceNumbers[lot.name] ?? 0) }
    var period = SettledClasses.Key()
    if let periodField {
      let first = UInt64(UInt16(clamping: rules.period.from.dayNumber))
      period.put(first << 6 | UInt64(rules.period.dayCount), periodField)
    }
    lastGauge = SettledPart.none
    for (index, part) in parts.elements.enumerated() {
      if index &+ 8 < parts.count { cm_prefetch_read(cellRows.base + Int(parts[index &+ 8].baseCell)) }
      add(part, events[Int(part.event)], period, amounts)
    }
    for row in rows { add(row, period) }
  }

  /// Counts a sample: its quantity stands in no row.
  mutating func noteSample(_ event: PackedEvent) {
    totals.sampleRaw[Int(classes.cells[Int(event.baseCell)].kind)] += Int128(event.quantity)
  }

  private mutating func add(
    _ part: SettledPart, _ event: PackedEvent, _ period: SettledClasses.Key, _ amounts: [Int128]
  ) {
    let cell = cellRows[Int(part.baseCell)]
    var key = cell.key | period | whose(event)
    if let dayField, !event.marks.contains(.gauge) { key = key | day(event, dayField) }
    if let bandField {
      key.put(UInt64(classes.bandNumbers[Int(cell.plan)][Int(part.band)]), bandField)
    }
    put(price: part.pricePico, units: part.priceUnits, kind: cell.kind, &key)
    if part.tier != SettledPart.none {
      let number = tierNumbers[Int(firstTiers[Int(cell.charge)]) &+ Int(part.tier)]
      for field in tierFields { key.put(UInt64(number), field) }
    }
    var eventCount = Int64(part.eventCount)
    if event.marks.contains(.gauge) {
      // A gauge counts its samples, in its first part.
      if part.event != lastGauge { eventCount = event.place }
      lastGauge = part.event
      totals.gaugeRaw[Int(cell.kind)] += Int128(part.raw)
    }
    if part.lot != SettledPart.none { put(allowance: allowanceNumbers[Int(part.lot)], &key) }
    add(
      SummaryCell(
        keyLow: key.low, keyHigh: key.high, eventCount: eventCount, quantityRaw: part.raw,
        quantityBilled: part.billed, quantityCovered: part.covered, amountPico: part.amountPico),
      kind: Int(cell.kind))
    // The cost stands once, with the part that counts the event.
    if part.eventCount > 0, event.marks.contains(.costed) { add(cost: event.costPico(amounts), key) }
  }

  /// The same key on the side of costs.
  private mutating func add(cost pico: Int128, _ key: SettledClasses.Key) {
    totals.costPico &+= pico
    put(
      SummaryCell(
        keyLow: key.low | SummaryKeyPlan.costSide, keyHigh: key.high, eventCount: 0, quantityRaw: 0,
        quantityBilled: 0, amountPico: pico))
  }

  /// A row without event: no service, no direction, no day, and a kind only where the charge takes one alone.
  private mutating func add(_ row: PeriodRow, _ period: SettledClasses.Key) {
    let catalog = setup.catalog
    let plan = catalog.source.plans[row.plan]
    let charge = plan.charges[row.charge]
    let kind = charge.kinds.count == 1 ? charge.kinds[0].rawValue : UInt8(UsageKind.allCases.count)
    let number = Int(catalog.plans[row.plan].firstCharge) + row.charge
    var key = period
    for field in setup.keyPlan.fields {
      switch field.part {
      case .plan: key.put(UInt64(row.plan), field)
      case .charge: key.put(UInt64(catalog.plans[row.plan].charges[row.charge].name), field)
      case .kind: key.put(UInt64(kind), field)
      case .direction: key.put(UInt64(UsageDirection.allCases.count), field)
      case .tariff, .group, .destination: key.put(UInt64(setup.meters.unnamed), field)
      case .currency: key.put(UInt64(catalog.plans[row.plan].currency), field)
      default: break
      }
    }
    put(identity: catalog.identityByAccount(row.account), account: UInt32(row.account), &key)
    put(price: 0, units: 0, kind: UsageKind.voice.rawValue, &key)
    if row.reason == .flatOnZero, let tier = settled.tierNumbers[number].first {
      for field in tierFields { key.put(UInt64(tier), field) }
    }
    add(
      SummaryCell(
        keyLow: key.low, keyHigh: key.high, eventCount: 0, quantityRaw: 0, quantityBilled: 0,
        amountPico: row.amountPico), kind: 0)
  }

  // MARK: keys

  /// Service and account of an event; mostly those of the one before.
  @inline(__always) private mutating func whose(_ event: PackedEvent) -> SettledClasses.Key {
    if let lastWhose, lastWhose.identity == event.identity, lastWhose.account == event.account {
      return lastWhose.key
    }
    var key = SettledClasses.Key()
    put(identity: event.identity, account: event.account, &key)
    lastWhose = (event.identity, event.account, key)
    return key
  }

  /// The day of an event; events come by time.
  @inline(__always) private mutating func day(
    _ event: PackedEvent, _ field: SettledClasses.KeySlot
  ) -> SettledClasses.Key {
    let seconds = Instant.seconds(ofMillis: event.startMillis)
    if let lastDay, lastDay.account == event.account, lastDay.from <= seconds, seconds < lastDay.until {
      return lastDay.key
    }
    let (day, from, until) = calendars.daySpan(account: event.account, seconds: seconds)
    var key = SettledClasses.Key()
    key.put(UInt64(UInt16(clamping: day)), field)
    lastDay = (event.account, from, until, key)
    return key
  }

  @inline(__always) private func put(
    identity: UInt32, account: UInt32, _ key: inout SettledClasses.Key
  ) {
    for field in identityFields { key.put(UInt64(field.part == .account ? account : identity), field) }
  }

  @inline(__always) private mutating func put(
    price pico: Int64, units: Int64, kind: UInt8, _ key: inout SettledClasses.Key
  ) {
    guard !priceFields.isEmpty else { return }
    let at = Int(truncatingIfNeeded: (pico &* 31 &+ units) &* 0x9e37_79b9 &>> 13 &+ Int64(kind)) & 255
    if recentPrices[at].pico != pico || recentPrices[at].units != units || recentPrices[at].kind != kind {
      let text = CompiledCatalog.UnitPriceText(pico: pico, units: units, kind: kind)
      guard let number = setup.unitPrices.number(text) else {
        preconditionFailure("unit prices of tiers and increments have numbers from the beginning")
      }
      recentPrices[at] = (pico, units, kind, number)
    }
    for field in priceFields { key.put(UInt64(recentPrices[at].number), field) }
  }

  @inline(__always) private func put(allowance: UInt32, _ key: inout SettledClasses.Key) {
    guard let coverField else { return }
    key.put(coverField.part == .isCovered ? 1 : UInt64(allowance), coverField)
  }

  @inline(__always) private mutating func add(_ cell: SummaryCell, kind: Int) {
    totals.add(cell, kind: kind)
    put(cell)
  }

  @inline(__always) private mutating func put(_ cell: SummaryCell) {
    let (slot, isNew) = slots.slot(cell.keyLow, cell.keyHigh)
    if isNew { cells.append(cell) } else { cells[firstCell + slot].add(cell) }
  }
}

/// What settled events came to, whatever their currency: compared with what the cells hold.
struct SettledTotals: Sendable {
  var events = 0
  var raw: Int128 = 0
  /// By kind.
  var billed = InlineArray<4, Int128>(repeating: 0)
  var covered = InlineArray<4, Int128>(repeating: 0)
  var amountPico: Int128 = 0
  /// Of gauges, by kind: what their samples were, and what was made of them.
  var sampleRaw = [Int128](repeating: 0, count: UsageKind.allCases.count)
  var gaugeRaw = [Int128](repeating: 0, count: UsageKind.allCases.count)

  /// What the rows have less than the records, or more, because a gauge makes one quantity of its samples.
  func gaugeGain(_ kind: Int) -> Int128 { gaugeRaw[kind] - sampleRaw[kind] }
  /// Closed periods of owners that had events all the same.
  var closedStretchCount = 0
  /// What suppliers charge, whatever the currency of it.
  var costPico: Int128 = 0

  /// Of all kinds.
  var totalBilled: Int128 { billed.indices.reduce(0) { $0 + billed[$1] } }
  var totalCovered: Int128 { covered.indices.reduce(0) { $0 + covered[$1] } }

  @inline(__always) mutating func add(_ cell: SummaryCell, kind: Int) {
    events &+= Int(truncatingIfNeeded: cell.eventCount)
    raw &+= Int128(cell.quantityRaw)
    billed[kind] &+= Int128(cell.quantityBilled)
    covered[kind] &+= Int128(cell.quantityCovered)
    amountPico &+= cell.amountPico
  }

  static func += (a: inout SettledTotals, b: SettledTotals) {
    a.events += b.events
    a.raw += b.raw
    for kind in a.billed.indices {
      a.billed[kind] += b.billed[kind]
      a.covered[kind] += b.covered[kind]
      a.sampleRaw[kind] += b.sampleRaw[kind]
      a.gaugeRaw[kind] += b.gaugeRaw[kind]
    }
    a.amountPico += b.amountPico
    a.costPico += b.costPico
    a.closedStretchCount += b.closedStretchCount
  }
}

extension CompiledCatalog {
  /// The identity of an account itself, without a service.
  func identityByAccount(_ account: Int) -> UInt32 {
    let entry = Rater.entry(ofAccount: account, self)
    return entry == ServiceIndex.none ? 0 : services.entries[Int(entry)].identity
  }
}
