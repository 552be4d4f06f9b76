// Settling one owner and period: a pure function of its rules and its sorted events.
//
// Three passes: who gets allowances (in the plan's order), what the rest costs (always by time), and money allowances (in
// the plan's order again). The workspace is kept from owner to owner, so that an event allocates nothing.

import BillingCalendar
import Catalog
import Money

/// Settles owners one after the other; results are valid until the next. One worker each.
final class Settlement<Stretching: EventStretching> {
  let tables: SettleTables
  var stretching: Stretching
  /// Amounts that records carry in pico, by `PackedEvent.recorded` − 1.
  var recordedAmounts: [Int128] = []

  /// Parts, the events' own in canonical order, then those of money allowances.
  var parts: [SettledPart] = []
  /// Rows without event, in order of plans, charges and members.
  private(set) var rows: [PeriodRow] = []
  /// A balance for every allowance.
  private(set) var balances: [AllowanceBalance] = []

  var ledger = LotLedger()
  var choice = LotChoice()
  var sums = ChargeSums()
  var counters = CounterBook()
  var pieces: [EventPiece] = []
  /// Pieces of each event, where allowances are not given out by time.
  private var pieceRanges: [Range<Int>] = []
  /// First of each event's parts, and one past the last; only where there is money to give.
  var firstParts: [Int] = []
  private var order: [Int32] = []

  init(_ tables: SettleTables, _ stretching: Stretching) {
    self.tables = tables
    self.stretching = stretching
  }

  /// Index of an event to be watched, and what it met; see `SettleWitness`.
  var watched = -1
  private(set) var witness: SettleWitness?

  /// Settles one owner and period.
  ///
  /// `events` are all of the owner and period in canonical order (`SettleOrder`), gauges among them. Complexity:
  /// O(events × lots that fit them); O(n log n) where allowances go by price.
  func settle(_ events: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules) {
    begin(rules)
    if rules.order == .time || rules.lots.isEmpty {
      for index in events.indices {
        pieces.removeAll(keepingCapacity: true)
        if index == watched { witness?.begin(events[index], self, rules) }
        let range = cover(events[index], rules)
        firstParts.append(parts.count)
        price(index, events[index], range, rules)
        if index == watched { witness?.end(self, rules) }
      }
    } else {
      makeOrder(events, rules.order)
      pieceRanges.append(contentsOf: repeatElement(0..<0, count: events.count))
      for index in order {
        if index == watched { witness?.begin(events[Int(index)], self, rules) }
        pieceRanges[Int(index)] = cover(events[Int(index)], rules)
        if index == watched { witness?.end(self, rules) }
      }
      for index in events.indices {
        firstParts.append(parts.count)
        if index == watched { witness?.begin(events[index], self, rules) }
        price(index, events[index], pieceRanges[index], rules)
        if index == watched { witness?.end(self, rules) }
      }
    }
    firstParts.append(parts.count)
    if rules.lots.contains(where: { $0.measure == .money }) {
      if order.isEmpty { order.append(contentsOf: events.indices.lazy.map { Int32($0) }) }
      for index in order {
        if index == watched { witness?.begin(events[Int(index)], self, rules) }
        giveMoney(Int(index), events[Int(index)], rules)
        if index == watched { witness?.end(self, rules) }
      }
    }
    rows = rowsWithoutEvent(rules)
    balances = rules.lots.isEmpty ? [] : ledger.balances(rules, tables.catalog)
  }

  private func begin(_ rules: SettleRules) {
    parts.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
    pieceRanges.removeAll(keepingCapacity: true)
    firstParts.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
    witness = watched < 0 ? nil : SettleWitness()
    ledger.begin(rules.lots, memberCount: rules.members.count)
    choice.removeAll()
    sums.removeAll()
    counters.begin(rules)
  }

  private func makeOrder(_ events: UnsafeBufferPointer<PackedEvent>, _ rule: AllowanceOrder) {
    order.append(contentsOf: events.indices.lazy.map { Int32($0) })
    func rank(_ index: Int32) -> Int32 {
      let rank = usageClass(of: events[Int(index)]).priceRank
      return rule == .dearestFirst ? -rank : rank
    }
    order.sort { a, b in
      let (x, y) = (rank(a), rank(b))
      return x != y ? x < y : a < b
    }
  }

  @inline(__always) func usageClass(of event: PackedEvent) -> SettleTables.Class {
    tables.classes[Int(tables.classByCell[Int(event.baseCell)])]
  }
}
