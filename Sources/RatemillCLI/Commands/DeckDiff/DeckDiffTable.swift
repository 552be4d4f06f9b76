// `--csv` of `deck diff`: one row for every prefix that differs.

internal import Catalog
internal import DeckReview
internal import Money
internal import Tables

/// The changes as CSV.
struct DeckDiffTable {
  private let comparison: DeckComparison

  init(_ comparison: DeckComparison) { self.comparison = comparison }

  private static let sideColumns = [
    "prefix", "destination", "rating_group", "status", "price", "per", "increment_first", "increment_next",
    "minimum", "connection_fee", "from", "until", "terms",
  ]

  /// Header and rows. Quantities are in units of the kind; the terms in words hold prices by band and jurisdiction too.
  func bytes() -> [UInt8] {
    let head =
      ["kind", "prefix", "standing", "change", "what", "currency"]
      + ["old_", "new_"].flatMap { side in Self.sideColumns.map { side + $0 } }
    var bytes: [UInt8] = []
    CSVText.appendRow(head.map { Label($0) }, to: &bytes)
    let old = DeckRowText(deck: comparison.old.deck)
    let new = DeckRowText(deck: comparison.new.deck)
    for change in comparison.changes {
      let cells =
        [
          change.kind.name, "\(change.prefix)", change.standing.rawValue, change.verdict.rawValue,
          change.aspects.map(\.rawValue).joined(separator: " + "), comparison.old.deck.currency.code,
        ] + Self.cells(change.old, old) + Self.cells(change.new, new)
      CSVText.appendRow(cells.map { Label($0) }, to: &bytes)
    }
    return bytes
  }

  private static func cells(_ row: RateDeckRow?, _ text: DeckRowText) -> [String] {
    guard let row else { return sideColumns.map { _ in "" } }
    let (first, next) = text.increments(row)
    let number = { (quantity: Int64) in DeckRowText.number(quantity, row.kind) }
    return [
      "\(row.prefix)", text.destination(row), text.ratingGroup(row), row.isBlocked ? "blocked" : "open",
      row.isBlocked ? "" : DeckRowText.amount(row.pricePico), number(row.priceUnits), number(first),
      number(next),
      "\(row.minimumSeconds)", DeckRowText.amount(row.connectionFeePico), text.date(row.fromSeconds),
      text.date(row.untilSeconds), text.terms(row),
    ]
  }
}
