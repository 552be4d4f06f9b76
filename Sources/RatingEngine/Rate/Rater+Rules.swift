// Door 5: what is on purpose not billed.

import Catalog
import Tables

extension Rater {
  func applyRules(_ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan) {
    let table = catalog.ruleTable
    let combinations = CompiledPlan.kindCount * CompiledPlan.directionCount * 2
    keepLive { record in
      let combination =
        CompiledPlan.combination(batch.kind[record], batch.direction[record]) &* 2
        &+ Int(batch.isAnswered[record])
      let rule = table[Int(plan[record]) &* combinations &+ combination]
      return rule == 0 || applyRule(rule, record, batch, columns, fields)
    }
  }

  /// Applies a rule that is known to hold, or asks the rules in order; true where none holds.
  func applyRule(
    _ rule: UInt8, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> Bool {
    let rules = catalog.plans[Int(plan[record])].rules
    if rule != CompiledPlan.slowRules { return filter(record, batch, rules[Int(rule) - 1].reason) }
    for rule in rules where holds(rule, record, batch, columns, fields) {
      return filter(record, batch, rule.reason)
    }
    return true
  }

  func holds(
    _ rule: CompiledRule, _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> Bool {
    guard let kind = UsageKind(rawValue: batch.kind[record]),
      let direction = UsageDirection(rawValue: batch.direction[record]),
      rule.fits(kind: kind, direction: direction, isAnswered: batch.isAnswered[record] != 0)
    else { return false }
    let (digits, count) = otherParty(record, batch)
    if !rule.prefixes.isEmpty {
      guard rule.prefixes.contains(where: { $0.begins(digits, count: count) }) else { return false }
    }
    if !rule.codes.isEmpty {
      guard rule.codes.contains(where: { $0.equals(digits, count: count) }) else { return false }
    }
    if let onNet = rule.rule.onNet {
      let services = catalog.services
      let other = probe(
        ServiceIndex.Key(number: digits, count: count), ServiceIndex.numberTag, nil, 0,
        atSeconds: seconds[record], services)
      guard count > 0, other != ServiceIndex.none else { return false }
      if onNet == .account, services.entries[Int(other)].account != account[record] { return false }
    }
    if !rule.rule.dispositions.isEmpty {
      guard let slot = fields.disposition else { return false }
      let text = UnsafeBufferPointer(
        start: columns.texts(slot)[record], count: max(0, Int(columns.lengths(slot)[record])))
      guard rule.rule.dispositions.contains(where: { $0.bytes.elementsEqual(text) }) else { return false }
    }
    return true
  }
}
