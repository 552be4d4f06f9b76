// Deck rows as people read them: `0.079 per 60 s, 60/1`.

internal import BillingCalendar
internal import Catalog
internal import DeckReview
internal import Money
internal import Tables

/// Writes rows of one deck.
struct DeckRowText {
  let deck: RateDeck

  /// `0.01`.
  static func amount(_ pico: Int64) -> String { Amount(pico: Int128(pico)).description }

  /// A quantity without its unit: seconds, messages, bytes, events.
  static func number(_ quantity: Int64, _ kind: UsageKind) -> String {
    DecimalText.format(Int128(quantity), scale: kind.quantityDigits)
  }

  /// Every price of the row, its increment, minimum and fee; `closed` for a blocked one.
  func terms(_ row: RateDeckRow) -> String {
    if row.isBlocked { return "closed" }
    let variant = row.variant == RateDeckRow.noVariant ? nil : deck.variants[Int(row.variant)]
    var parts: [String] = []
    let per = " per \(QuantityText.text(row.priceUnits, of: row.kind))"
    if let prices = variant?.jurisdiction {
      let named = [
        ("inter", prices.interPico), ("intra", prices.intraPico), ("indeterminate", prices.indeterminatePico),
      ]
      parts.append(
        named.compactMap { name, pico in pico.map { "\(name) \(Self.amount($0))" } }.joined(separator: " ")
          + per)
    } else {
      parts.append(Self.amount(row.pricePico) + per)
    }
    for price in variant?.bands ?? [] {
      parts.append("\(deck.bands[Int(price.band)]) \(Self.amount(price.pricePico))")
    }
    parts.append(increment(row))
    if row.minimumSeconds > 0 { parts.append("minimum \(row.minimumSeconds) s") }
    if row.connectionFeePico > 0 { parts.append("fee \(Self.amount(row.connectionFeePico))") }
    return parts.joined(separator: ", ")
  }

  /// `60/1`.
  func increment(_ row: RateDeckRow) -> String {
    let (first, next) = increments(row)
    return "\(Self.number(first, row.kind))/\(Self.number(next, row.kind))"
  }

  /// First and further increment, in the integer quantity of the kind.
  func increments(_ row: RateDeckRow) -> (first: Int64, next: Int64) {
    let steps = deck.increments[Int(row.increment)].steps
    return (steps[0].size, steps[steps.count - 1].size)
  }

  /// Its destination's name.
  func destination(_ row: RateDeckRow) -> String { deck.destinations[Int(row.destination)].description }
  /// Its rating group.
  func ratingGroup(_ row: RateDeckRow) -> String { deck.ratingGroups[Int(row.ratingGroup)].description }

  /// An instant of the row as a day of the deck's zone, or a time where it is no midnight; empty for a bound that is open.
  func date(_ seconds: Int64) -> String {
    guard seconds != .min, seconds != .max else { return "" }
    let day = deck.zone.localDay(atSeconds: seconds)
    return deck.zone.midnight(of: day) == seconds
      ? day.description : Instant.shortText(millis: seconds * 1000, in: deck.zone)
  }

  /// `always`, `from 2026-01-01`, `from 2026-01-01 until 2026-06-01`.
  func dates(_ row: RateDeckRow) -> String {
    let parts = [("from", date(row.fromSeconds)), ("until", date(row.untilSeconds))].filter { !$0.1.isEmpty }
    return parts.isEmpty ? "always" : parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
  }
}
