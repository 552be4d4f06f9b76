// What a catalog's decks lost against those of an earlier catalog: prefixes without a price, and prices that jumped.

public import Catalog
import Money
import Tables

/// Compares the decks of two catalogs by their names.
public enum DeckGaps {
  /// Findings for one deck at most; the rest is counted.
  public static let findingCountMax = 50
  /// A price that grew or shrank by this factor is pointed at: it is usually a decimal point that moved.
  public static let jumpFactor: Int128 = 10

  /// Warnings about decks that the previous catalog had: a deck that is gone, prefixes that were priced and are not any
  /// more, and prices that changed by `jumpFactor` or more.
  ///
  /// `folder` is where the decks of `catalog` are, as the user named it. Complexity: O(rows).
  public static func findings(_ catalog: Catalog, previous: [RateDeck], folder: String) -> [CatalogFinding] {
    previous.flatMap { old -> [CatalogFinding] in
      guard let new = catalog.decks.first(where: { $0.name == old.name }) else {
        return [
          warning(
            folder + "/decks", 0, "deck '\(old.name)' is gone; the previous catalog has it",
            "add it, where plans look prices up in it")
        ]
      }
      do throws(DeckComparison.CurrencyFault) {
        return capped(
          findings(try DeckComparison(old: DeckInForce(old), new: DeckInForce(new))),
          file: new.files.first ?? folder)
      } catch {
        return [
          warning(
            new.files.first ?? folder, 0,
            "deck '\(old.name)' is in \(error.new), and in the previous catalog in \(error.old)",
            "its prices were not compared")
        ]
      }
    }
  }

  private static func findings(_ comparison: DeckComparison) -> [CatalogFinding] {
    comparison.changes.compactMap { change in
      if let gap = gap(change, comparison.old.deck) { return gap }
      return jump(change, comparison)
    }
  }

  private static func gap(_ change: PrefixChange, _ deck: RateDeck) -> CatalogFinding? {
    guard change.verdict == .unpriced, let row = change.old, !row.isBlocked
    else {
      return nil
    }
    return warning(
      deck.files[Int(row.file)], Int(row.line),
      "prefix '\(change.prefix)' (\(deck.destinations[Int(row.destination)])) was priced, and nothing prices it any more",
      "add it to the deck, or block it there")
  }

  private static func jump(_ change: PrefixChange, _ comparison: DeckComparison) -> CatalogFinding? {
    // A new longer prefix may well cost a hundred times what covered it: premium numbers do.
    guard change.standing == .kept, let before = change.old, let after = change.new, !before.isBlocked,
      !after.isBlocked
    else { return nil }
    let (old, new) = (comparison.old.deck, comparison.new.deck)
    for cell in cells(old, before) + cells(new, after) {
      guard let was = old.terms(before, cell)?.price, let becomes = new.terms(after, cell)?.price else {
        continue
      }
      let a = Int128(was.pico) * Int128(becomes.units)
      let b = Int128(becomes.pico) * Int128(was.units)
      guard a > 0, b > 0, a >= b * jumpFactor || b >= a * jumpFactor else { continue }
      return warning(
        new.files[Int(after.file)], Int(after.line),
        "prefix '\(change.prefix)' (\(new.destinations[Int(after.destination)])) costs \(text(becomes, after.kind)); "
          + "the previous catalog has \(text(was, before.kind)): a jump by a factor of \(jumpFactor) or more",
        "check the decimal point")
    }
    return nil
  }

  private static func cells(_ deck: RateDeck, _ row: RateDeckRow) -> [PriceCell] {
    deck.hasJurisdictions(row)
      ? PriceCell.jurisdictions.map { PriceCell(jurisdiction: $0) }
      : [PriceCell()] + deck.bandNames(row).map { PriceCell(band: $0) }
  }

  /// `0.12 per 60 s`.
  private static func text(_ price: UnitPrice, _ kind: UsageKind) -> String {
    "\(Amount(pico: Int128(price.pico))) per \(QuantityText.text(price.units, of: kind))"
  }

  private static func capped(_ findings: [CatalogFinding], file: String) -> [CatalogFinding] {
    guard findings.count > findingCountMax else { return findings }
    return Array(findings.prefix(findingCountMax))
      + [warning(file, 0, "and \(findings.count - findingCountMax) more against the previous deck", "")]
  }

  /// A warning whose digits outside of quotes are prices and quantities, unless `hasFigures` says otherwise.
  static func warning(
    _ file: String, _ line: Int, _ message: String, _ hint: String, hasFigures: Bool = true
  ) -> CatalogFinding {
    CatalogFinding(
      severity: .warning, file: file, line: line, column: 0, message: message, hint: hint,
      hasFigures: hasFigures)
  }
}
