// Rows and prices of decks that price by jurisdiction.

import Catalog

extension Rater {
  /// How the deck that a record is looked up in prices by jurisdiction; nil where it does not.
  @inline(__always) func jurisdictionRule(_ record: Int, _ batch: UsageBatch) -> DeckJurisdiction? {
    guard let jurisdictions else { return nil }
    return jurisdictions.deckRules[Int(plan[record]) &* CompiledPlan.kindCount &+ Int(batch.kind[record])]
  }

  /// The call of a record as such a deck sees it.
  func northAmericanCall(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, base: Int,
    _ rule: DeckJurisdiction
  ) -> NorthAmericanCall {
    let numbers = NorthAmericanCall.Numbers(
      from: batch.fromDigits[record], fromCount: batch.fromCount[record], to: batch.toDigits[record],
      toCount: batch.toCount[record],
      routing: rule.usesRoutingNumber ? routingNumber(record, columns, fields) : nil)
    return NorthAmericanCall(numbers, base: base, catalog.prefixes, atSeconds: seconds[record])
  }

  private func routingNumber(
    _ record: Int, _ columns: FieldColumns, _ fields: FieldPlan
  ) -> NorthAmericanNumber? {
    guard let slot = fields.routingNumber, columns.lengths(slot)[record] > 0 else { return nil }
    return NorthAmericanNumber(
      routing: UnsafeBufferPointer(
        start: columns.texts(slot)[record], count: Int(columns.lengths(slot)[record])))
  }

  /// Looks a record up in a deck that prices by jurisdiction: row, and jurisdiction where the row's price depends on it.
  func matchNorthAmerican(
    _ record: Int, _ batch: UsageBatch, _ columns: FieldColumns, _ fields: FieldPlan, base: Int,
    _ rule: DeckJurisdiction
  ) -> Bool {
    let call = northAmericanCall(record, batch, columns, fields, base: base, rule)
    row[record] = call.row
    node[record] = 0
    guard call.row != 0 else { return suspend(record, batch, .noPrice) }
    if let jurisdictions, jurisdictions.prices(ofPrice: catalog.prefixes.rows[Int(call.row - 1)].price) != nil
    {
      jurisdiction[record] = jurisdictions.jurisdiction(from: call.caller, to: call.called).rawValue
    }
    return true
  }

  /// Replaces the price of a record's row by that of its jurisdiction; false where it has none.
  func chooseJurisdiction(_ record: Int, _ batch: UsageBatch) -> Bool {
    guard let jurisdictions, let prices = jurisdictions.prices(ofPrice: price[record]) else { return true }
    let own = prices.price(Jurisdiction(rawValue: jurisdiction[record]) ?? .indeterminate)
    guard own != CompiledCatalog.none else { return suspend(record, batch, .noPrice) }
    price[record] = own
    return true
  }
}
