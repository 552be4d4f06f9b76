// What many events have in common when they are settled: plan, charge and the price at their charging start.

import Catalog
import Money
import Tables

/// All that pricing asks of an event's base cell; `SettleTables.Class` has it ready. Few, however many services and destinations there are.
struct UsageClass: Sendable, Hashable {
  /// Index in `Catalog.plans`.
  var plan: Int
  /// Index in the plan's `charges`.
  var charge: Int
  var kind: UsageKind
  var direction: UsageDirection
  /// Rating group of the deck row, or the record's meter; empty for none.
  var ratingGroup: Label
  /// Band of the charging start: 0 for the empty one, else 1 + index in the plan's `bandNames`.
  var startBand = 0
  /// Unit price at the charging start, price changes and bands applied. Not asked for of tiers and recorded amounts.
  var price = UnitPrice(pico: 0, units: 1)
  /// Connection fee of the band of the charging start, in pico.
  var feePico: Int64 = 0
  /// Least quantity of an event, in integer quantity.
  var minimum: Int64 = 0
  var increment = BillingIncrement(first: 1, next: 1)
}

/// The usual increment at hand: one or two steps without prices of their own.
struct PlainSteps: BitwiseCopyable {
  /// 0 where the increment is of another kind.
  private var first: Int64 = 0
  /// Where the second step begins.
  private var from = Int64.max
  private var next: Int64 = 1

  var isPlain: Bool { first > 0 }

  init(_ increment: BillingIncrement) {
    let steps = increment.steps
    guard (1...2).contains(steps.count), steps.allSatisfy({ $0.price == nil }) else { return }
    first = steps[0].size
    if steps.count == 2 { (from, next) = (steps[1].from, steps[1].size) }
  }

  /// A quantity above 0 rounded up: each increment belongs to the step in which it begins, as in `IncrementSteps`.
  @inline(__always) func billed(_ quantity: Int64) -> Int64 {
    let inFirst = (min(from, quantity) + first - 1) / first * first
    return inFirst >= quantity ? inFirst : inFirst + (quantity - inFirst + next - 1) / next * next
  }
}

/// A part of an event's billed quantity with one band and price, covered by one allowance or by none. Never negative:
/// a refund has the pieces of what it mirrors.
struct EventPiece: BitwiseCopyable, Equatable {
  static let uncovered: Int32 = -1

  /// Band, as in `UsageClass.startBand`.
  var band: Int32
  /// Index in `SettleRules.lots`, or `uncovered`.
  var lot: Int32 = uncovered
  /// The recorded quantity that it fills.
  var raw: Int64
  var billed: Int64
  /// Price of `priceUnits`; not asked for of tiers and recorded amounts.
  var pricePico: Int64
  var priceUnits: Int64
}

/// Cuts a quantity into billed pieces: minimum, increments, bands. The seam to the rater, which knows the bands.
///
/// Both calls append uncovered pieces that together have all of the raw quantity.
protocol EventStretching {
  /// Whether no event of a class goes into another band than that of its charging start.
  func staysInOneBand(_ usage: SettleTables.ClassReference) -> Bool
  /// A quantity above 0 that begins at an instant: the whole event, or what free quantity or raw allowances left of it.
  /// Steps and minimum count from its own beginning.
  mutating func append(
    _ quantity: Int64, atMillis: Int64, of event: PackedEvent, _ usage: SettleTables.ClassReference,
    _ tables: SettleTables, to pieces: inout [EventPiece])
  /// The first increment of an answered call of zero seconds, without minimum.
  mutating func appendFirstIncrement(
    of event: PackedEvent, _ usage: SettleTables.ClassReference, _ tables: SettleTables,
    to pieces: inout [EventPiece])
}

/// The stretches of events that stay in the band of their charging start.
struct OneBandStretching: EventStretching {
  func staysInOneBand(_ usage: SettleTables.ClassReference) -> Bool { true }

  mutating func append(
    _ quantity: Int64, atMillis: Int64, of event: PackedEvent, _ usage: SettleTables.ClassReference,
    _ tables: SettleTables, to pieces: inout [EventPiece]
  ) {
    var used = quantity
    if usage.own.isVoice, !usage.terms.keepsMilliseconds { used = (used + 999) / 1000 * 1000 }
    let first = pieces.count
    Self.appendSteps(max(used, usage.own.minimum), usage, tables, to: &pieces)
    // The recorded quantity fills the pieces from the first on; the last holds what is rounding.
    var left = quantity
    for index in first..<pieces.count {
      pieces[index].raw = index == pieces.count - 1 ? left : min(left, pieces[index].billed)
      left -= pieces[index].raw
    }
  }

  mutating func appendFirstIncrement(
    of event: PackedEvent, _ usage: SettleTables.ClassReference, _ tables: SettleTables,
    to pieces: inout [EventPiece]
  ) {
    Self.appendSteps(1, usage, tables, to: &pieces)
  }

  private static func appendSteps(
    _ quantity: Int64, _ usage: SettleTables.ClassReference, _ tables: SettleTables,
    to pieces: inout [EventPiece]
  ) {
    if usage.own.steps.isPlain {
      return pieces.append(piece(usage.own.steps.billed(quantity), usage.own.price, usage))
    }
    let first = pieces.count
    let increment = tables.usages[Int(usage.index)].increment
    for stretch in IncrementSteps.stretches(quantity, increment, rowPrice: usage.own.price) {
      let last = pieces.count - 1
      // Neighbours of one price are one piece.
      if last >= first, pieces[last].pricePico == stretch.price.pico,
        pieces[last].priceUnits == stretch.price.units
      {
        pieces[last].billed += stretch.billed
      } else {
        pieces.append(piece(stretch.billed, stretch.price, usage))
      }
    }
  }

  private static func piece(
    _ billed: Int64, _ price: UnitPrice, _ usage: SettleTables.ClassReference
  ) -> EventPiece {
    EventPiece(
      band: usage.own.startBand, raw: 0, billed: billed, pricePico: price.pico, priceUnits: price.units)
  }
}
