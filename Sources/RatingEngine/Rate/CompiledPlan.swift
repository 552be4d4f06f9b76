// Rate plans as the hot loop reads them.

import Catalog
import Money

/// One plan, compiled: tables over kind × direction instead of lists of conditions.
struct CompiledPlan: Sendable {
  static let kindCount = UsageKind.allCases.count
  static let directionCount = UsageDirection.allCases.count

  /// Index of the currency in the compiled catalog.
  var currency: UInt32
  var rounding: RoundingRule
  /// Whether the rule is six digits, half-up: the form that prices are prepared for.
  var isMicroHalfUp: Bool
  var keepsMilliseconds: Bool
  var connectionFee: ConnectionFeeRule
  var chargesAnsweredZero: Bool
  /// Base of the first level of the prefix table by kind; −1 where the kind is not looked up.
  var deckBase: [Int32]
  /// By (kind × direction + direction) × 2 + answered: 0 nothing to test, 1 + rule where a rule holds already by these
  /// three, `slowRules` where rules must be asked in order.
  var ruleByCombination: [UInt8]
  var rules: [CompiledRule]
  /// Candidates by kind × 3 + direction, in order, as indices into `charges`.
  var chargesByCombination: [[Int32]]
  var charges: [CompiledCharge]

  static let slowRules: UInt8 = 255

  @inline(__always) static func combination(_ kind: UInt8, _ direction: UInt8) -> Int {
    Int(kind) &* directionCount &+ Int(direction)
  }
}

/// A not-billed rule with its tests.
struct CompiledRule: Sendable {
  /// Index of the reason in the compiled catalog.
  var reason: UInt16
  var rule: NotBilledRule
  var prefixes: [(digits: UInt64, count: Int)]

  /// Whether kind, direction and answer alone let the rule apply.
  func fits(kind: UsageKind, direction: UsageDirection, isAnswered: Bool) -> Bool {
    (rule.kinds.isEmpty || rule.kinds.contains(kind))
      && (rule.directions.isEmpty || rule.directions.contains(direction))
      && (rule.isAnswered == nil || rule.isAnswered == isAnswered)
  }

  /// Whether those three are all that it asks.
  var asksNothingElse: Bool { rule.numberPrefixes.isEmpty && rule.onNet == nil && rule.dispositions.isEmpty }
}

/// One charge of a plan, compiled.
struct CompiledCharge: Sendable {
  /// Index of the name in the compiled catalog.
  var name: UInt32
  /// Bits of the rating groups it takes, by index in the compiled catalog; nil for all.
  var groups: FlatTable<UInt64>?
  /// Price by the row's price; nil where the row's own price holds.
  var priceByRowPrice: FlatTable<UInt32>?
  /// Price where there is no row; `none` where the charge needs one.
  var priceWithoutRow: UInt32
  var eventMinimum: Amount?
  var eventMaximum: Amount?
  var hasLimits: Bool

  static let none = UInt32.max

  @inline(__always) func takes(group: UInt32) -> Bool {
    guard let groups else { return true }
    let word = Int(group &>> 6)
    return word < groups.count && groups[word] &>> UInt64(group & 63) & 1 != 0
  }
}
