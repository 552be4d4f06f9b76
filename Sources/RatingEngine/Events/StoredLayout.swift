// Which texts of a record are stored beside its numbers, and how a format reads them again.

import Catalog
import Tables

/// The texts of one input's records that anything behind Parse may ask for. Immutable.
final class StoredLayout: Sendable {
  /// One of them.
  struct Text: Sendable, Hashable {
    /// The word of its role.
    var role: Label
    /// Slot of the field plan with which it was read.
    var slot: Int
    var isKey: Bool
    /// Whether the input has it at all.
    var isInFile: Bool
  }

  let texts: [Text]
  /// Slots of the key.
  let keySlots: [Int]
  /// Whether records carry amounts.
  let hasAmounts: Bool

  /// The layout of records that are read by `plan`.
  init(_ plan: FieldPlan) {
    keySlots = plan.key
    hasAmounts = plan.amount != nil
    texts = plan.roles.compactMap { role in
      let isKey = plan.key.contains(role.slot)
      guard isKey || Self.isKept(role.rule.role) else { return nil }
      return Text(
        role: role.rule.role.name, slot: role.slot, isKey: isKey,
        isInFile: role.slot >= plan.columns.count || plan.columns[role.slot] != FieldPlan.missingColumn)
    }
  }

  /// Whether rating may ask for the text of a role; those of keys are kept besides.
  private static func isKept(_ role: FieldRole) -> Bool {
    switch role {
    case .disposition, .meter, .account, .amountCurrency, .item, .routingNumber, .service: true
    case .id, .sequence, .call, .start, .answer, .end, .from, .to, .direction, .duration, .billable, .unit,
      .kind, .amount, .value:
      false
    }
  }

  /// The plan by which a format reads stored texts, text n in slot n.
  ///
  /// - Throws: `RunFault.catalog` where the format now asks for a field that was not kept.
  static func plan(
    of format: FormatDescriptor, _ input: StoredInput, serviceTag: (Label) -> UInt32
  ) throws(RunFault) -> FieldPlan {
    let texts = input.texts
    var plan = FieldPlan(dialect: format.dialect)
    guard input.hasRecords else { return plan }
    plan.kind = format.kind
    plan.slotCount = texts.count
    func slot(_ role: FieldRole) -> Int? { texts.firstIndex { $0.role == role.name } }
    func slotInFile(_ role: FieldRole) -> Int? { slot(role).flatMap { texts[$0].isInFile ? $0 : nil } }
    let asked = format.fields.map(\.role).filter(isKept) + format.key
    for role in asked where slot(role) == nil {
      throw .catalog(
        "format '\(format.name)' reads '\(role.name)', which was not kept of \(input.name); revoke its run and rate "
          + "the file again")
    }
    plan.roles = format.fields.compactMap { rule in
      slot(rule.role).map { FieldPlan.RoleSlot(rule: rule, slot: $0) }
    }
    plan.disposition = slot(.disposition)
    plan.meter = slot(.meter)
    plan.account = slot(.account)
    plan.item = slotInFile(.item)
    plan.routingNumber = slotInFile(.routingNumber)
    plan.amountCurrency = slotInFile(.amountCurrency)
    plan.trunks = ["trunk_out", "trunk"].compactMap { slotInFile(.service($0)) }
    plan.key = format.key.compactMap(slot)
    // Nobody reads its text again: that it is there says that amounts are.
    if input.hasAmounts {
      plan.amount = FieldPlan.AmountField(slot: 0, isDecimalComma: false, isScientific: false)
    }
    for direction in UsageDirection.allCases {
      plan.guide[Int(direction.rawValue)] = (format.guide[direction] ?? []).compactMap { role in
        switch role {
        case .from: FieldPlan.GuideField(value: .from, tag: ServiceIndex.numberTag)
        case .to: FieldPlan.GuideField(value: .to, tag: ServiceIndex.numberTag)
        case .account:
          slot(role).map { FieldPlan.GuideField(value: .text(slot: $0), tag: ServiceIndex.accountTag) }
        default: slot(role).map { FieldPlan.GuideField(value: .text(slot: $0), tag: serviceTag(role.name)) }
        }
      }
    }
    return plan
  }
}

/// A text of a stored input's records, as the events file names it.
struct StoredText: Hashable, Sendable {
  /// The word of its role.
  var role: Label
  /// Whether the input had it.
  var isInFile: Bool
}
