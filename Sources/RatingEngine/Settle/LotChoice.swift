// Which lots a member may use for which class of usage: asked once, then remembered for the owner's other events.

import Catalog
import Tables

/// Lots by member and what decides about scopes, in order of use. One owner at a time.
struct LotChoice {
  /// A stretch of `lots`.
  struct Entry: BitwiseCopyable {
    static let none = Entry(from: 0, until: 0)

    var from: Int32
    var until: Int32
    /// Whether quantities are covered as recorded.
    var isRaw = false
    /// Whether a quantity or events allowance is among them, and whether money is.
    var coversUsage = false
    var coversMoney = false
  }

  /// What was asked last: neighbours mostly ask the same.
  private struct Question: BitwiseCopyable, Equatable {
    var low: UInt64
    var high: UInt64
  }

  private var table = SlotTable()
  private var entries: [Entry] = []
  private var last: (question: Question, entry: Entry)?
  private(set) var lots: [Int32] = []

  /// Forgets the owner before.
  mutating func removeAll() {
    table.removeAll()
    last = nil
    entries.removeAll(keepingCapacity: true)
    lots.removeAll(keepingCapacity: true)
  }

  /// The lots of a member for a class.
  ///
  /// - Parameter hasGrants: whether a lot is a grant's; a plan's lots are decided by the scopes of the plan's allowances.
  @inline(__always) mutating func entry(
    member: Int32, _ usage: SettleTables.ClassReference, hasGrants: Bool, _ rules: SettleRules,
    _ tables: SettleTables
  ) -> Entry {
    var question = Question(low: UInt64(UInt32(bitPattern: member)) << 32, high: usage.own.allowanceMask)
    if hasGrants || usage.own.asksForClass {
      // Members are numbered from 0, so the highest bit is free.
      question = Question(low: question.low | 1 << 63 | UInt64(usage.index), high: 0)
    } else {
      question.low |= UInt64(usage.own.plan)
    }
    if let last, last.question == question { return last.entry }
    return find(question, member, usage, rules, tables)
  }

  @inline(never) private mutating func find(
    _ question: Question, _ member: Int32, _ usage: SettleTables.ClassReference, _ rules: SettleRules,
    _ tables: SettleTables
  ) -> Entry {
    let (slot, isNew) = table.slot(question.low, question.high)
    if isNew { entries.append(choose(member, Int(usage.index), rules, tables)) }
    last = (question, entries[slot])
    return entries[slot]
  }

  private mutating func choose(
    _ member: Int32, _ classIndex: Int, _ rules: SettleRules, _ tables: SettleTables
  ) -> Entry {
    var entry = Entry(from: Int32(lots.count), until: 0)
    let terms = tables.classes[classIndex]
    for (index, lot) in rules.lots.enumerated() {
      guard lot.member == AllowanceLot.everyone || lot.member == member else { continue }
      let isInScope =
        switch lot.source {
        case .plan(let plan, let allowance):
          plan == terms.plan && tables.allowances[classIndex].contains(allowance)
        case .grant(let grant): isInScope(grant, classIndex, tables)
        }
      guard isInScope else { continue }
      lots.append(Int32(index))
      if lot.measure == .quantity, lot.consumption == .raw { entry.isRaw = true }
      if lot.measure == .money { entry.coversMoney = true } else { entry.coversUsage = true }
    }
    entry.until = Int32(lots.count)
    return entry
  }

  private func isInScope(_ grant: Int, _ classIndex: Int, _ tables: SettleTables) -> Bool {
    let usage = tables.usages[classIndex]
    let charge = tables.catalog.plans[usage.plan].charges[usage.charge].name
    return tables.catalog.grants[grant].scope.holds(usage, charge: charge)
  }
}
