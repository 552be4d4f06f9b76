// Settling one owner and period: a pure function of its rules and its sorted events.
//
// Three passes: who gets allowances (in the plan's order), what the rest costs (always by time), and money allowances (in
// the plan's order again). The workspace is kept from owner to owner, so that an event allocates nothing. It is a structure,
// and reads tables without references: what a class would check and count at every access was most of the work.

import BillingCalendar
import Catalog
import Money

/// Settles owners one after the other; results are valid until the next. One worker each.
struct Settlement<Stretching: EventStretching> {
  let tables: SettleTables
  var stretching: Stretching
  /// Amounts that records carry in pico, by `PackedEvent.recorded` − 1.
  var recordedAmounts: [Int128] = []

  /// Parts, the events' own in canonical order, then those of money allowances.
  var parts = WorkList<SettledPart>()
  /// Rows without event, in order of plans, charges and members.
  var rows: [PeriodRow] = []
  /// A balance for every allowance.
  var balances: [AllowanceBalance] = []

  var ledger = LotLedger()
  var choice = LotChoice()
  var sums = ChargeSums()
  var counters = CounterBook()
  /// Pieces of all events, in the order in which they were covered.
  var pieces: [EventPiece] = []
  /// First of each event's parts, and one past the last.
  var firstParts = WorkList<Int32>()
  /// By event, where allowances are not given out by time, or money is among them.
  var coverings = WorkList<EventCovering>()
  /// Whether some part gives money back.
  var givesBack = false
  private var order = RankOrder()
  /// What of lots may be taken, where a billed period is settled again because too little was left of what it has handed on.
  private var bounds: HandedOn.Bounds?

  init(_ tables: SettleTables, _ stretching: Stretching) {
    self.tables = tables
    self.stretching = stretching
  }

  /// Index of an event to be watched, and what it met; see `SettleWitness`.
  var watched = -1
  var witness: SettleWitness?

  /// Settles one owner and period.
  ///
  /// `events` are all of the owner and period in canonical order (`SettleOrder`), gauges among them. Complexity:
  /// O(events × lots that fit them); O(n log n) where allowances go by price.
  mutating func settle(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    removeBounds()
    repeat { settleOnce(events, rules) } while narrowBounds()
    rows = rowsWithoutEvent(rules)
    balances = rules.lots.isEmpty ? [] : ledger.balances(rules, tables)
  }

  /// Forgets what was settled before.
  mutating func removeBounds() { bounds = nil }

  /// Whether the pass has used what a billed period has handed on, and the next one is to be bounded.
  mutating func narrowBounds() -> Bool {
    guard let next = ledger.boundsOfNextPass() else { return false }
    bounds = next
    return true
  }

  private mutating func settleOnce(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    begin(rules)
    let hasOrder = rules.order != .time && !rules.lots.isEmpty
    if hasOrder { makeOrder(events, rules.order) }
    // Without allowances of quantities or events it does not matter who is covered first.
    let isCovered = hasOrder && ledger.hasUsage
    if isCovered { coverByOrder(events, rules) }
    for index in 0..<events.count {
      prefetch(events, index)
      if index == watched { beginWatching(events[index], rules, isPricing: true) }
      if isCovered {
        price(index, events[index], coverings[index], rules)
      } else if !settlePlain(index, events[index], rules) {
        let covering = cover(events[index], rules)
        if ledger.hasMoney { coverings.append(covering) }
        price(index, events[index], covering, rules)
      }
      if index == watched { endWatching(events[index], rules, isPricing: true) }
    }
    firstParts.append(Int32(parts.count))
    if ledger.hasMoney { giveMoney(events, rules) }
  }

  /// Asks for the classes of events ahead.
  @inline(__always) mutating func prefetch(_ events: UnsafeBufferPointer<PackedEvent>, _ index: Int) {
    if index &+ 16 < events.count { tables.prefetchPlace(cell: events[index &+ 16].baseCell) }
    if index &+ 8 < events.count { tables.prefetchClass(cell: events[index &+ 8].baseCell) }
  }

  mutating func begin(_ rules: SettleRules) {
    parts.removeAll()
    pieces.removeAll(keepingCapacity: true)
    firstParts.removeAll()
    coverings.removeAll()
    givesBack = false
    order.removeAll()
    witness = watched < 0 ? nil : SettleWitness()
    ledger.begin(rules.lots, memberCount: rules.members.count, bounds: bounds)
    choice.removeAll()
    sums.removeAll()
    counters.begin(rules)
  }

  private mutating func makeOrder(_ events: UnsafeBufferPointer<PackedEvent>, _ rule: AllowanceOrder) {
    let last = Int32(tables.priceRankCount - 1)
    for index in 0..<events.count {
      prefetch(events, index)
      let rank = tables.classOf(cell: events[index].baseCell).own.priceRank
      order.append(rank: UInt32(bitPattern: rule == .dearestFirst ? last - rank : rank))
    }
    order.sort(rankCount: tables.priceRankCount)
  }

  private mutating func coverByOrder(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    coverings.append(repeating: EventCovering.nothing, count: events.count)
    for place in 0..<order.count {
      let index = order[place]
      if index == watched { beginWatching(events[index], rules) }
      coverings[index] = cover(events[index], rules)
      if index == watched { endWatching(events[index], rules) }
    }
  }

  private mutating func giveMoney(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    for place in 0..<events.count {
      // Nothing is left, and nothing comes back.
      if !ledger.hasMoneyLeft, !givesBack, watched < 0 { return }
      let index = order.count == 0 ? place : order[place]
      if index == watched { beginWatching(events[index], rules) }
      giveMoney(index, events[index], coverings[index], rules)
      if index == watched { endWatching(events[index], rules) }
    }
  }

  // MARK: watching

  /// - Parameter isPricing: whether the pass prices the event.
  mutating func beginWatching(_ event: PackedEvent, _ rules: SettleRules, isPricing: Bool = false) {
    var witness = self.witness
    witness?.begin(event, self, rules, isPricing: isPricing)
    self.witness = witness
  }

  mutating func endWatching(_ event: PackedEvent, _ rules: SettleRules, isPricing: Bool = false) {
    var witness = self.witness
    witness?.end(event, self, rules, isPricing: isPricing)
    self.witness = witness
  }
}

/// What the first pass decided about an event.
struct EventCovering: BitwiseCopyable {
  static let nothing = EventCovering(firstPiece: 0, pieceCount: 0, member: 0, lots: .none)

  var firstPiece: Int32
  var pieceCount: Int32
  /// Index in `SettleRules.members`.
  var member: Int32
  /// The lots that it may use.
  var lots: LotChoice.Entry

  var pieces: Range<Int> { Int(firstPiece)..<Int(firstPiece &+ pieceCount) }
}
