// Checks of suppliers against their decks.

import Tables

extension CatalogChecks {
  /// Suppliers whose deck has prices by band and does not say when its bands are.
  func supplierFindings(suppliersFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: suppliersFile)
    for supplier in catalog.suppliers {
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
}
