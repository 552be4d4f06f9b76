// Settling an owner whose events do not fit into memory: sorted on disk, walked over window by window, once for each order
// that a pass needs.

import BillingCalendar
import Catalog
import DurableFiles

extension OwnerSettling {
  /// Settles the periods of the large owners of a part.
  ///
  /// - Parameters:
  ///   - isStanding: whether an owner may owe something without event.
  ///   - handOn: called when rows wait to be handed on.
  func settle(
    _ large: LargeOwners, memoryBytesMax: Int, isStanding: (UInt32) -> Bool,
    handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    try measure(large, memoryBytesMax: memoryBytesMax)
    let cursor = try large.events.cursor()
    for owner in large.owners {
      let walk = WindowedOwner(
        number: owner, events: large.events, cursor: cursor, memoryBytesMax: memoryBytesMax)
      let periods = (large.periods[owner] ?? []).sorted()
      try settle(walk, periods, isStanding: isStanding(owner), handOn)
    }
  }

  /// The periods of one owner after the other, as of every owner.
  private func settle(
    _ walk: WindowedOwner, _ withEvents: [UInt16], isStanding: Bool, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    let owner = setup.catalog.settled.owner(walk.number)
    let stretches = withEvents.map { SettleOrder.Stretch(owner: walk.number, period: $0, range: 0..<0) }
    let frozen = frozen[walk.number]
    let periods = openPeriods(walk.number, stretches, isStanding: isStanding)
    var rolled = periods.first.flatMap { frozen?.period($0.previous)?.lots } ?? []
    var isFirst = true
    for period in periods {
      let rules = SettleRules(
        classes.tables, owner, period, rolledIn: rolled, isFirstPeriod: isFirst,
        frozen: frozen?.period(period))
      let hasEvents = withEvents.contains(UInt16(clamping: period.from.dayNumber))
      if !hasEvents, rules.isIdle { continue }
      isFirst = false
      try settlePeriod(walk, rules, handOn)
      rolled = settlement.balances.flatMap(\.lotsOut)
    }
  }

  private func settlePeriod(
    _ walk: WindowedOwner, _ rules: SettleRules, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    let period = UInt16(clamping: rules.period.from.dayNumber)
    let isWatching =
      setup.options.watched.map { $0.event.owner == walk.number && $0.event.period == period } ?? false
    settlement.removeBounds()
    if rules.handsOnFrozenLots {
      // Rows are made once it is known how much may be taken: the passes before walk over the same events.
      repeat {
        let trial = WindowedOwner(
          number: walk.number, events: walk.events, cursor: try walk.events.cursor(),
          memoryBytesMax: walk.memoryBytesMax)
        try trial.cursor.skip(toOwner: walk.number, period: period)
        var course = WindowCourse(trial, rules, period: period)
        course.isTrial = true
        settlement.beginWindows(rules, isWatching: false)
        try settleEvents(&course, handOn)
      } while settlement.narrowBounds()
    }
    settlement.beginWindows(rules, isWatching: isWatching)
    var course = WindowCourse(walk, rules, period: period)
    try settleEvents(&course, handOn)
    settlement.endWindows(rules)
    rows.add(settlement.parts, settlement.rows, UnsafeBufferPointer(start: nil, count: 0), rules, [])
    noteBalances(rules)
    if let event = course.watched, let witness = settlement.witness {
      found = SettledEvent(
        parts: course.watchedParts, witness: witness, rules: rules, account: Int(event.account),
        usage: settlement.tables.usage(ofCell: event.baseCell), recordedPico: course.watchedAmount,
        isAlone: false, gauge: event.marks.contains(.gauge) ? watchedGauge?.witness : nil)
    }
    try handOn()
  }

  // MARK: passes

  private func settleEvents(
    _ course: inout WindowCourse, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    let rules = course.rules
    let hasOrder = rules.order != .time && !rules.lots.isEmpty
    course.paysLater = hasOrder && settlement.ledger.hasMoney
    let paid = try sort(course, isNeeded: course.paysLater)
    if hasOrder, settlement.ledger.hasUsage {
      try settleByPrice(&course, paid, handOn)
    } else {
      try settleByTime(&course, paid, handOn)
    }
    if let paid { try pay(&course, paid, handOn) }
  }

  /// Allowances go by time, or there are none: events are covered and priced in one walk.
  private func settleByTime(
    _ course: inout WindowCourse, _ paid: EventSort?, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    var window = EventWindow()
    while try fill(&window, course.walk.cursor, .events, course) {
      settlement.watched = window.keepFirstWatched(&course.hasWatched)
      window.events.withUnsafeBufferPointer { events in
        settlement.settleWindow(events, course.rules)
        course.ownPartCount = settlement.parts.count
        if !course.paysLater, settlement.ledger.hasMoney { settlement.payWindow(events, course.rules) }
      }
      if let paid { try putAside(window, course, paid) }
      emit(window, &course)
      try handOn()
    }
  }

  /// Allowances of quantities go by price: covered in that order, then priced by time.
  private func settleByPrice(
    _ course: inout WindowCourse, _ paid: EventSort?, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    guard let ranked = try sort(course, isNeeded: true), let covered = try sort(course, isNeeded: true)
    else { return }
    var window = EventWindow()
    var key: [UInt8] = []
    var index = 0
    while try fill(&window, course.walk.cursor, .events, course) {
      _ = window.keepFirstWatched(&course.hasWatched)
      for event in window.events {
        EventKey.set(&key, rank: rank(event, course.rules), index: index)
        try ranked.append(key: key, event, amounts: amounts(of: event))
        index += 1
      }
    }
    let byRank = try ranked.cursor()
    while try fill(&window, byRank, .events, course) {
      window.events.withUnsafeBufferPointer { settlement.coverWindow($0, course.rules) }
      for (at, event) in window.events.enumerated() {
        let covering = settlement.coverings[at]
        EventKey.set(&key, rank: 0, index: window.indices[at])
        try covered.append(
          key: key, event, amounts: amounts(of: event), covering: covering,
          pieces: settlement.pieces[covering.pieces])
      }
    }
    ranked.release()
    let byTime = try covered.cursor()
    while try fill(&window, byTime, .covered, course) {
      window.events.withUnsafeBufferPointer { settlement.priceWindow($0, course.rules) }
      course.ownPartCount = settlement.parts.count
      if let paid { try putAside(window, course, paid) }
      emit(window, &course)
      try handOn()
    }
    covered.release()
  }

  /// Money goes by price: given when all is priced.
  private func pay(
    _ course: inout WindowCourse, _ paid: EventSort, _ handOn: () throws(FileFault) -> Void
  ) throws(FileFault) {
    let cursor = try paid.cursor()
    var window = EventWindow()
    while !settlement.isMoneySpent || settlement.witness != nil,
      try fill(&window, cursor, .priced, course)
    {
      // Their own parts were taken down before.
      course.ownPartCount = 0
      let stubCount = settlement.parts.count
      window.events.withUnsafeBufferPointer { settlement.payWindow($0, course.rules) }
      settlement.parts.removeFirst(stubCount)
      emit(window, &course)
      try handOn()
    }
    paid.release()
  }

  // MARK: between passes

  private func fill(
    _ window: inout EventWindow, _ cursor: EventCursor, _ content: EventCursor.Content,
    _ course: WindowCourse
  ) throws(FileFault) -> Bool {
    try cursor.fill(
      &window, content, countMax: course.windowCount, owner: course.walk.number, period: course.period,
      &settlement)
  }

  private func sort(_ course: WindowCourse, isNeeded: Bool) throws(FileFault) -> EventSort? {
    guard isNeeded else { return nil }
    return EventSort(memoryBytesMax: course.walk.memoryBytesMax / 4, place: setup.spillPlace)
  }

  private func rank(_ event: PackedEvent, _ rules: SettleRules) -> UInt32 {
    let rank = settlement.tables.classOf(cell: event.baseCell).own.priceRank
    let last = Int32(settlement.tables.priceRankCount - 1)
    return UInt32(bitPattern: rules.order == .dearestFirst ? last - rank : rank)
  }

  private func amounts(of event: PackedEvent) -> ArraySlice<Int128> {
    let first = Int(event.recorded) - 1
    return event.amountCount == 0 ? [] : settlement.recordedAmounts[first..<(first + event.amountCount)]
  }

  /// Puts aside what money may pay of the events of a window.
  private func putAside(
    _ window: EventWindow, _ course: WindowCourse, _ paid: EventSort
  ) throws(FileFault) {
    var key: [UInt8] = []
    for (at, event) in window.events.enumerated() {
      let covering = settlement.coverings[at]
      guard covering.lots.coversMoney, !event.marks.contains(.gauge) else { continue }
      EventKey.set(&key, rank: rank(event, course.rules), index: course.eventCount + at)
      let parts = Int(settlement.firstParts[at])..<Int(settlement.firstParts[at + 1])
      var stub = event
      // Amounts stay where they are: they are asked for with the part that counts the event.
      stub.marks.subtract([.amount, .costed])
      try paid.append(key: key, stub, amounts: [], covering: covering, parts: settlement.parts[parts])
    }
  }

  /// Takes the parts of a window down, unless the walk is a trial.
  private func emit(_ window: EventWindow, _ course: inout WindowCourse) {
    guard !course.isTrial else {
      return course.note(partCount: settlement.parts.count, eventCount: window.events.count)
    }
    window.events.withUnsafeBufferPointer { events in
      rows.add(settlement.parts, [], events, course.rules, settlement.recordedAmounts)
      if setup.options.keepsDetail {
        noteDetails(events, course.rules) { course.number(ofPart: $0) }
      }
    }
    if settlement.watched >= 0 {
      let event = window.events[settlement.watched]
      course.watched = event
      if event.marks.contains(.amount) {
        course.watchedAmount = settlement.recordedAmounts[Int(event.recorded) - 1]
      }
      course.watchedParts += settlement.parts.filter { Int($0.event) == settlement.watched }
    }
    course.note(partCount: settlement.parts.count, eventCount: window.events.count)
  }

  // MARK: gauges

  /// Puts what gauges came to among the events. Samples are walked over once, those of a percentile once more by value.
  private func measure(_ large: LargeOwners, memoryBytesMax: Int) throws(FileFault) {
    guard large.samples.count > 0 else { return }
    let cursor = try large.samples.cursor()
    let values = SampleValues(memoryBytesMax: memoryBytesMax / 4, place: setup.spillPlace)
    var rules: SettleRules?
    while let next = try cursor.peek() {
      let first = GaugeSample(next)
      let known = rules.flatMap { isFor(first, $0) ? $0 : nil } ?? self.rules(for: first)
      rules = known
      var gauge = GaugeMeasurement(of: first, known, classes.tables)
      let isPercentile = gauge.measure == .percentile95
      var watch = setup.options.watched == nil ? nil : SampleWatch(gauge)
      var count: Int64 = 0
      while let event = try cursor.peek(), first.isMeasured(with: GaugeSample(event)) {
        let sample = GaugeSample(event)
        if isPercentile { try values.add(sample) } else { gauge.add(sample) }
        watch?.add(sample, isWatched: event.marks.contains(.watched))
        rows.noteSample(event)
        count += 1
        try cursor.skip()
      }
      let (quantity, ofItem) =
        isPercentile ? try values.percentile95(of: watch?.watchedItem) : (gauge.quantity(), 0)
      var event = named(gauge: gauge.event(quantity: quantity), sampleCount: count)
      if let witness = watch?.witness(quantity: quantity, percentile: ofItem) {
        event.marks.insert(.watched)
        watchedGauge = (first, witness)
      }
      try large.add(gauge: event)
    }
    large.samples.release()
  }

  private func isFor(_ sample: GaugeSample, _ rules: SettleRules) -> Bool {
    rules.owner == setup.catalog.settled.owner(sample.owner)
      && rules.period.from.dayNumber == Int32(sample.period)
  }

  /// The rules of the owner and period of a sample; their lots are not asked for.
  private func rules(for sample: GaugeSample) -> SettleRules {
    let cycleDay = Int32(setup.catalog.source.accounts[Int(sample.account)].cycleDay)
    let period = UsagePeriod.containing(CivilDate(dayNumber: Int32(sample.period)), cycleDay: cycleDay)
    return SettleRules(
      classes.tables, setup.catalog.settled.owner(sample.owner), period, isFirstPeriod: false)
  }
}

/// One large owner while its events are walked over.
struct WindowedOwner {
  let number: UInt32
  /// The events of all large owners, to be walked over again.
  let events: EventSort
  let cursor: EventCursor
  let memoryBytesMax: Int
}

/// Where a walk over one period of a large owner is.
struct WindowCourse {
  let walk: WindowedOwner
  let rules: SettleRules
  let period: UInt16
  let windowCount: Int
  /// Whether it is only to be found out how much is taken of lots.
  var isTrial = false
  /// Whether money is given when all is priced.
  var paysLater = false
  /// Parts of the window at hand that are events' own; those of money stand behind them.
  var ownPartCount = 0
  /// Events of the windows before.
  private(set) var eventCount = 0
  var hasWatched = false
  var watched: PackedEvent?
  /// The amount that its record carries, in pico; nil for none.
  var watchedAmount: Int128?
  var watchedParts: [SettledPart] = []
  // Parts of all windows before: all own parts stand before those of money, as if there were one window.
  private var ownParts = 0
  private var moneyParts = 0
  private static let firstMoneyNumber = 1 << 31

  init(_ walk: WindowedOwner, _ rules: SettleRules, period: UInt16) {
    self.walk = walk
    self.rules = rules
    self.period = period
    windowCount = max(2, walk.memoryBytesMax / 4 / EventWindow.bytesPerEvent)
  }

  /// The number of a part of the window among all of the period.
  func number(ofPart index: Int) -> Int {
    index < ownPartCount
      ? ownParts + index : Self.firstMoneyNumber + moneyParts + index - ownPartCount
  }

  /// Goes on behind a window.
  mutating func note(partCount: Int, eventCount: Int) {
    ownParts += ownPartCount
    moneyParts += partCount - ownPartCount
    self.eventCount += eventCount
  }
}
