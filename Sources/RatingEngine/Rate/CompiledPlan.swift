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
  /// Whether its events ask for more than the first charge and its price: dates of charges, bands, changes of prices, free
  /// quantities or recorded amounts.
  var isAdjusted = false
  /// Index of its list of bands; −1 for none.
  var bandSet = -1
  var crossing = BandCrossing.splitCarry
  /// Its changes of prices in the compiled catalog, in order.
  var priceChanges = 0..<0
  /// Number of its first charge among those of all plans.
  var firstCharge: UInt32 = 0

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
  var prefixes: [NumberBeginning]
  var codes: [NumberBeginning]

  /// Whether kind, direction and answer alone let the rule apply.
  func fits(kind: UsageKind, direction: UsageDirection, isAnswered: Bool) -> Bool {
    (rule.kinds.isEmpty || rule.kinds.contains(kind))
      && (rule.directions.isEmpty || rule.directions.contains(direction))
      && (rule.isAnswered == nil || rule.isAnswered == isAnswered)
  }

  /// Whether those three are all that it asks.
  var asksNothingElse: Bool {
    rule.numberPrefixes.isEmpty && rule.codes.isEmpty && rule.onNet == nil && rule.dispositions.isEmpty
  }
}

/// One charge of a plan, compiled.
struct CompiledCharge: Sendable {
  /// Index of the name in the compiled catalog.
  var name: UInt32
  /// Bits of the rating groups it takes, by index in the compiled catalog; nil for all.
  var groups: GroupBits?
  /// Price by the row's price; nil where the row's own price holds.
  var priceByRowPrice: FlatTable<UInt32>?
  /// Price where there is no row; `none` where the charge needs one.
  var priceWithoutRow: UInt32
  var eventMinimum: Amount?
  var eventMaximum: Amount?
  var hasLimits: Bool
  /// Index of the days on which it takes events; `CompiledCatalog.none` for always.
  var dates = CompiledCatalog.none
  var freeQuantity: Int64 = 0
  /// What becomes of the record's own amount; nil where it has a price.
  var recorded: RecordedPrice?
  var bandPrices: [(band: UInt32, price: ChargeBandPrice)] = []
  // Whether it writes these itself, so that the deck's do not hold in any band.
  var ownsFee = false
  var ownsIncrement = false
  // For which kinds and directions its usage is settled, and for which rating groups; nil for all.
  var settledCombinations: UInt16 = 0
  var settledGroups: GroupBits?
  /// Whether records must carry an amount.
  var asksForAmount = false

  static let none = UInt32.max

  /// What marks an event of the charge: see `CompiledCatalog.ChargeEntry`.
  func marks(combination: Int) -> UInt8 {
    let limits = hasLimits ? CompiledCatalog.ChargeEntry.hasLimits : 0
    guard settledCombinations >> UInt16(combination) & 1 != 0 else { return limits }
    return limits
      | (settledGroups == nil ? CompiledCatalog.ChargeEntry.isSettled : CompiledCatalog.ChargeEntry.asksGroup)
  }

  @inline(__always) func takes(group: UInt32) -> Bool { groups?.contains(group) ?? true }
}
