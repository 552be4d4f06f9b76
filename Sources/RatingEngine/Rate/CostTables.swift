// What suppliers charge, as the hot loop reads it: rows of suppliers.csv with their decks, conditions as numbers.
//
// It owns the compiled rules; what one event costs is in SupplierCosts and Rater+Cost.

import BillingCalendar
import Catalog
import Money
import Tables

/// The suppliers of a catalog. Immutable; shared by all workers.
struct CostTables: Sendable {
  /// One row of suppliers.csv.
  struct Rule: Sendable {
    /// Number of the supplier's name.
    var supplier: UInt32
    /// Number of the deck's currency.
    var currency: UInt32
    /// Index of the deck, and of the row in `Catalog.suppliers`.
    var deck: Int
    var row: Int
    /// A bit for each kind × 3 + direction that it carries.
    var combinations: UInt16
    var trunks: [TrunkPattern]
    var fromSeconds: Int64
    var untilSeconds: Int64
    /// Base of the first level of the prefix table by kind; −1 where the deck has no row of that kind.
    var bases: [Int32]
    /// When the deck's bands are, in its zone; empty where it has none.
    var bands: [CompiledBandRule]
    var zone: Zone
    var jurisdiction: DeckJurisdiction?
  }

  var rules: [Rule]
  /// Names of suppliers by number; number 0 is "none".
  var suppliers: [Label]
  /// Currencies of costs by number; 0 is "no cost", and its element stands for nothing.
  var currencies: [Currency]

  /// Rows of suppliers.csv in order. `bases` are those of all decks by deck and kind, `bands` gives a deck's bands.
  init?(_ catalog: Catalog, bases: [[Int32]], bands: (RateDeck) -> [CompiledBandRule]) {
    guard let first = catalog.suppliers.first else { return nil }
    rules = []
    suppliers = [.empty]
    currencies = [catalog.decks[first.deckIndex].currency]
    for (row, supplier) in catalog.suppliers.enumerated() {
      let deck = catalog.decks[supplier.deckIndex]
      rules.append(
        Rule(
          supplier: Self.number(supplier.supplier, in: &suppliers),
          currency: Self.number(deck.currency, in: &currencies), deck: supplier.deckIndex, row: row,
          combinations: Self.combinations(supplier), trunks: supplier.trunks.map(TrunkPattern.init),
          fromSeconds: supplier.dates.from.map { deck.zone.midnight(of: $0) } ?? .min,
          untilSeconds: supplier.dates.until.map { deck.zone.midnight(of: $0) } ?? .max,
          bases: bases[supplier.deckIndex], bands: bands(deck), zone: deck.zone,
          jurisdiction: deck.jurisdiction))
    }
  }

  private static func number<Value: Equatable>(_ wanted: Value, in values: inout [Value]) -> UInt32 {
    if let number = values.dropFirst().firstIndex(of: wanted) { return UInt32(number) }
    values.append(wanted)
    return UInt32(values.count - 1)
  }

  private static func combinations(_ rule: SupplierRule) -> UInt16 {
    var bits: UInt16 = 0
    for kind in UsageKind.allCases where rule.kinds.isEmpty || rule.kinds.contains(kind) {
      for direction in UsageDirection.allCases
      where rule.directions.isEmpty || rule.directions.contains(direction) {
        bits |= 1 << UInt16(CompiledPlan.combination(kind.rawValue, direction.rawValue))
      }
    }
    return bits
  }

  /// How every supplier charges: six digits half-up, whole seconds, the fee where something is charged, an increment in the
  /// band in which it begins.
  static let terms = CompiledPlan(
    currency: 0, rounding: .event, isMicroHalfUp: true, keepsMilliseconds: false, connectionFee: .chargeable,
    chargesAnsweredZero: false, deckBase: [], ruleByCombination: [], rules: [], chargesByCombination: [],
    charges: [])
  /// The whole event, without limits.
  static let charge = CompiledCharge(
    name: 0, groups: nil, priceByRowPrice: nil, priceWithoutRow: CompiledCharge.none, eventMinimum: nil,
    eventMaximum: nil, hasLimits: false)
}

/// A trunk's name in which `*` stands for any text, also for none.
struct TrunkPattern: Sendable, Equatable {
  /// The texts between the stars.
  private let parts: [[UInt8]]

  init(_ pattern: Label) {
    parts = pattern.bytes.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(
      Array.init)
  }

  /// Whether a text is one that the pattern means. Bytes are compared as they are.
  func fits(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = parts.first, let last = parts.last, parts.count > 1 else {
      return text.elementsEqual(parts[0])
    }
    guard text.count >= first.count + last.count, text.starts(with: first),
      text.suffix(last.count).elementsEqual(last)
    else { return false }
    // What stands between: each part at its first place behind the one before.
    var at = first.count
    let end = text.count - last.count
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = Self.first(part, in: text, from: at, until: end) else { return false }
      at = found + part.count
    }
    return true
  }

  private static func first(
    _ part: [UInt8], in text: UnsafeBufferPointer<UInt8>, from: Int, until: Int
  ) -> Int? {
    guard until - from >= part.count else { return nil }
    return (from...(until - part.count)).first { at in
      part.indices.allSatisfy { text[at + $0] == part[$0] }
    }
  }
}
