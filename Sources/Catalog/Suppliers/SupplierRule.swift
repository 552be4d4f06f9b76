// Suppliers: who carries which traffic, and at the prices of which deck.

public import Tables

/// One row of `suppliers.csv`: the first that an event meets says what it costs.
public struct SupplierRule: Sendable, Hashable {
  /// The supplier's name; a supplier may have several rows.
  public var supplier: Label
  /// Index in `Catalog.decks`; its currency is that of the cost.
  public var deckIndex: Int
  /// Patterns of the trunk, any of them; `*` stands for any text.
  public var trunks: [Label]
  /// Kinds it carries; empty for all.
  public var kinds: [UsageKind]
  /// Directions it carries; empty for all.
  public var directions: [UsageDirection]
  /// The days, by charging start, in the deck's zone.
  public var dates: DateSpan
  /// Line in the file.
  public var line: Int

  /// Makes a row.
  public init(
    supplier: Label, deckIndex: Int, trunks: [Label], kinds: [UsageKind], directions: [UsageDirection],
    dates: DateSpan, line: Int
  ) {
    self.supplier = supplier
    self.deckIndex = deckIndex
    self.trunks = trunks
    self.kinds = kinds
    self.directions = directions
    self.dates = dates
    self.line = line
  }
}
