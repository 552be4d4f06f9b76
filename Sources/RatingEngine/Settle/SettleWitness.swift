// What one event met while it was settled: rests of lots, its counter and the sums of its charge, before and after. For
// explanations only.

import Catalog
import Money

/// Watches one event through the passes of a settlement.
struct SettleWitness {
  /// A lot that the event changed, in order of use.
  struct Lot: Equatable {
    /// Index in `SettleRules.lots`.
    var index: Int
    var before: Int128
    var after: Int128
  }

  /// Where the sums of an event's charge stand.
  struct Sums {
    /// Of tiers: the position of the counter, and what it comes to, rounded, in pico.
    var counter: (position: Int128, pico: Int128)?
    /// What the charge came to, before and after its maximum, in pico.
    var charge: (gross: Int128, net: Int128)
    /// Of accounts that round by line: the running sum, and what was charged of it, in pico.
    var line: (exact: Int128, rounded: Int128)
    /// Of percentages.
    var freeZone: CounterBook.FreeZone
  }

  private(set) var lots: [Lot] = []
  /// The sums when the event was priced; nil until then.
  private(set) var before: Sums?
  private(set) var after: Sums?
  private var restsBefore: [Int128] = []

  /// Looks at what is there before a pass.
  ///
  /// - Parameter isPricing: whether it is the pass that moves counters and sums. The others have orders of their own.
  mutating func begin<Stretching>(
    _ event: PackedEvent, _ settlement: Settlement<Stretching>, _ rules: SettleRules, isPricing: Bool
  ) {
    let ledger = settlement.ledger
    restsBefore = rules.lots.indices.map { ledger.left(Int32($0)) }
    if isPricing { before = Self.sums(event, settlement, rules) }
  }

  /// Looks at what has changed after it.
  mutating func end<Stretching>(
    _ event: PackedEvent, _ settlement: Settlement<Stretching>, _ rules: SettleRules, isPricing: Bool
  ) {
    for index in rules.lots.indices {
      let after = settlement.ledger.left(Int32(index))
      if after == restsBefore[index] { continue }
      lots.append(Lot(index: index, before: restsBefore[index], after: after))
    }
    if isPricing { after = Self.sums(event, settlement, rules) }
  }

  /// Asking for a counter or a sum makes it where there is none, so copies are asked.
  private static func sums<Stretching>(
    _ event: PackedEvent, _ settlement: Settlement<Stretching>, _ rules: SettleRules
  ) -> Sums {
    var (counters, sums) = (settlement.counters, settlement.sums)
    let usage = settlement.tables.classOf(cell: event.baseCell)
    let charge = settlement.tables.charge(of: usage)
    let member = rules.member(event.account)
    var counter: (position: Int128, pico: Int128)?
    if case .tiers(let curve) = usage.terms.pricing {
      let number = counters.tierCounter(usage, curve, member: member, atMillis: event.startMillis)
      counter = (counters.tiers.position(number), counters.tiers.roundedPico(number))
    }
    let zone = counters.freeZone(usage, member: member, atMillis: event.startMillis)
    return Sums(
      counter: counter,
      charge: sums.state(charge, counter: CounterBook.holder(charge.counter, member: member)),
      line: sums.lineState(charge, member: member), freeZone: counters.freeZones[zone])
  }
}
