// Which lots a member may use for which class of usage: asked once, then remembered for the owner's other events.

import Catalog
import Tables

/// Lots by member and class, in order of use. One owner at a time.
struct LotChoice {
  /// A stretch of `lots`.
  struct Entry {
    var from: Int32
    var until: Int32
    /// Whether quantities are covered as recorded.
    var isRaw = false
    /// Whether a quantity or events allowance is among them, and whether money is.
    var coversUsage = false
    var coversMoney = false
  }

  private var table = SlotTable()
  private var entries: [Entry] = []
  private(set) var lots: [Int32] = []

  /// Forgets the owner before.
  mutating func removeAll() {
    table.removeAll()
    entries.removeAll(keepingCapacity: true)
    lots.removeAll(keepingCapacity: true)
  }

  /// The lots of a member for a class.
  mutating func entry(
    member: Int32, classIndex: UInt32, _ rules: SettleRules, _ tables: SettleTables
  ) -> Entry {
    let (slot, isNew) = table.slot(UInt64(UInt32(bitPattern: member)) << 32 | UInt64(classIndex), 0)
    if isNew { entries.append(choose(member, tables.classes[Int(classIndex)], rules, tables.catalog)) }
    return entries[slot]
  }

  private mutating func choose(
    _ member: Int32, _ usage: SettleTables.Class, _ rules: SettleRules, _ catalog: Catalog
  ) -> Entry {
    var entry = Entry(from: Int32(lots.count), until: 0)
    let charge = catalog.plans[usage.usage.plan].charges[usage.usage.charge].name
    for (index, lot) in rules.lots.enumerated() {
      guard lot.member == AllowanceLot.everyone || lot.member == member else { continue }
      let isInScope =
        switch lot.source {
        case .plan(let plan, let allowance):
          plan == usage.usage.plan && usage.allowances.contains(allowance)
        case .grant(let grant): catalog.grants[grant].scope.holds(usage.usage, charge: charge)
        }
      guard isInScope else { continue }
      lots.append(Int32(index))
      if lot.measure == .quantity, lot.consumption == .raw { entry.isRaw = true }
      if lot.measure == .money { entry.coversMoney = true } else { entry.coversUsage = true }
    }
    entry.until = Int32(lots.count)
    return entry
  }
}
