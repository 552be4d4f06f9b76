// What one event met while it was settled: rests of lots and its counter, before and after. For explanations only.

import Catalog

/// Watches one event through the passes of a settlement.
struct SettleWitness {
  /// A lot that the event changed, in order of use.
  struct Lot: Equatable {
    /// Index in `SettleRules.lots`.
    var index: Int
    var before: Int128
    var after: Int128
  }

  private(set) var lots: [Lot] = []
  /// Where the counter of its tiers stood before it, and after.
  private(set) var counter: (before: Int128, after: Int128)?
  private var restsBefore: [Int128] = []
  private var counterNumber: Int?

  /// Looks at what is there before a pass.
  mutating func begin<Stretching>(
    _ event: PackedEvent, _ settlement: inout Settlement<Stretching>, _ rules: SettleRules
  ) {
    let ledger = settlement.ledger
    restsBefore = rules.lots.indices.map { ledger.left(Int32($0)) }
    let usage = settlement.tables.classOf(cell: event.baseCell)
    guard counterNumber == nil, case .tiers(let curve) = usage.terms.pricing else { return }
    let number = settlement.counters.tierCounter(
      usage, curve, member: rules.member(event.account), atMillis: event.startMillis)
    counterNumber = number
    let position = settlement.counters.tiers.position(number)
    counter = (position, position)
  }

  /// Looks at what has changed after it.
  mutating func end<Stretching>(_ settlement: Settlement<Stretching>, _ rules: SettleRules) {
    for index in rules.lots.indices {
      let after = settlement.ledger.left(Int32(index))
      if after == restsBefore[index] { continue }
      lots.append(Lot(index: index, before: restsBefore[index], after: after))
    }
    if let counterNumber { counter?.after = settlement.counters.tiers.position(counterNumber) }
  }
}
