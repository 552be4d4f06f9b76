// Checks of suppliers against their decks.

import Money
import Tables

extension CatalogChecks {
  /// Suppliers whose deck has prices by band and does not say when its bands are, and prices that are lost in the rounding of
  /// costs.
  func supplierFindings(suppliersFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: suppliersFile)
    var tinyRows = TinyRows(decks: decks)
    var told: Set<Int> = []
    for supplier in catalog.suppliers {
      if told.insert(supplier.deckIndex).inserted { checkTinyCosts(of: supplier, &tinyRows, &findings) }
      let deck = decks[supplier.deckIndex]
      let timed = deck.bandTimes.map(\.band)
      let missing = deck.bands.filter { !timed.contains($0) }
      guard !missing.isEmpty else { continue }
      findings.error(
        at: TablePosition(line: supplier.line, column: 0),
        "deck \(Quoted.text(deck.name)) has prices for band \(Quoted.text(missing[0])) and does not say when it is",
        hint: "add 'band_times' to the deck's YAML")
    }
    return findings.sorted()
  }
  /// Rows whose smallest increment costs 0 at six digits.
  private func checkTinyCosts(
    of supplier: SupplierRule, _ tinyRows: inout TinyRows, _ findings: inout FindingList
  ) {
    guard let row = tinyRows.first(inDeck: supplier.deckIndex, .event), row.pricePico > 0 else { return }
    let deck = decks[supplier.deckIndex]
    let shown = QuantityText.text(TinyRows.smallest(deck.increments[Int(row.increment)]), of: row.kind)
    findings.warning(
      at: TablePosition(line: supplier.line, column: 0),
      "in deck \(Quoted.text(deck.name)), \(shown) to prefix '\(row.prefix)' (line \(row.line)) costs 0 at 6 digits",
      hint: "raise the increment, if the supplier has a larger one")
  }
}
