// What an event under a deck row costs: price, increment, minimum and fee, in every band and jurisdiction of the row.

public import Catalog
import Money
import Tables

/// What one event is charged by.
public struct DeckTerms: Hashable, Sendable {
  /// Price per quantity.
  public var price: UnitPrice
  /// The first increment, in the integer quantity of the kind.
  public var incrementFirst: Int64
  /// Every further increment.
  public var incrementNext: Int64
  /// Least quantity that is charged, in the integer quantity of the kind; 0 for none.
  public var minimum: Int64
  /// Connection fee, in pico.
  public var connectionFeePico: Int64

  /// The quantity that is charged for a used one, both in the integer quantity of the kind; nothing for nothing.
  func billed(_ used: Int64) -> Int64 {
    guard used > 0 else { return 0 }
    let quantity = max(used, minimum)
    if quantity <= incrementFirst { return incrementFirst }
    let rest = quantity - incrementFirst
    return incrementFirst + (rest + incrementNext - 1) / incrementNext * incrementNext
  }

  /// Whether the same usage is billed as the same quantity.
  func roundsLike(_ other: DeckTerms) -> Bool {
    incrementFirst == other.incrementFirst && incrementNext == other.incrementNext && minimum == other.minimum
  }

  /// The change of price from these to other terms: −1 cheaper, 0 the same, 1 dearer; 0.02 for 120 s is 0.01 for 60 s.
  func priceDirection(to other: DeckTerms) -> Int {
    Self.direction(
      Int128(price.pico) * Int128(other.price.units), Int128(other.price.pico) * Int128(price.units))
  }

  static func direction<Value: Comparable>(_ old: Value, _ new: Value) -> Int {
    old == new ? 0 : old < new ? 1 : -1
  }
}

/// Where in a row's prices an event falls.
struct PriceCell: Hashable {
  /// A band of the deck; empty for none.
  var band = Label.empty
  /// `inter`, `intra`, `indeterminate`; empty for none.
  var jurisdiction = Label.empty

  static let jurisdictions: [Label] = ["inter", "intra", "indeterminate"]
}

extension RateDeck {
  /// The terms of a row in one cell; nil where the row has no price there.
  ///
  /// A band that the row does not price has the row's own terms.
  func terms(_ row: RateDeckRow, _ cell: PriceCell = PriceCell()) -> DeckTerms? {
    let variant = row.variant == RateDeckRow.noVariant ? nil : variants[Int(row.variant)]
    var terms = terms(row, increment: row.increment)
    if let prices = variant?.jurisdiction {
      let pico: Int64?
      switch cell.jurisdiction {
      case "intra": pico = prices.intraPico
      case "indeterminate": pico = prices.indeterminatePico ?? prices.interPico
      default: pico = prices.interPico
      }
      guard let pico else { return nil }
      terms.price.pico = pico
    }
    if let price = variant?.bands.first(where: { bands[Int($0.band)] == cell.band }) {
      let increment = price.increment.map { self.terms(row, increment: $0) } ?? terms
      terms.price.pico = price.pricePico
      terms.incrementFirst = increment.incrementFirst
      terms.incrementNext = increment.incrementNext
      terms.connectionFeePico = price.connectionFeePico ?? terms.connectionFeePico
    }
    return terms
  }

  private func terms(_ row: RateDeckRow, increment: UInt32) -> DeckTerms {
    let steps = increments[Int(increment)].steps
    return DeckTerms(
      price: UnitPrice(pico: row.pricePico, units: row.priceUnits), incrementFirst: steps[0].size,
      incrementNext: steps[steps.count - 1].size,
      minimum: Int64(row.minimumSeconds) * UsageKind.voice.onePerUnit,
      connectionFeePico: row.connectionFeePico)
  }

  /// Whether a row is priced by jurisdiction.
  func hasJurisdictions(_ row: RateDeckRow) -> Bool {
    row.variant != RateDeckRow.noVariant && variants[Int(row.variant)].jurisdiction != nil
  }

  /// The bands that a row has prices of its own for.
  func bandNames(_ row: RateDeckRow) -> [Label] {
    guard row.variant != RateDeckRow.noVariant else { return [] }
    return variants[Int(row.variant)].bands.map { bands[Int($0.band)] }
  }
}
