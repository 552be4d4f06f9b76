// What suppliers charge, for the reference rater: a supplier is an account in the deck's zone on a plan without anything.

import BillingCalendar
import Money

/// The cost of one record.
struct ReferenceCost {
  let tariff: Tariff
  let record: ReferenceRecord

  struct Outcome {
    var supplier: String
    /// Empty and nil where the deck has no row for the record.
    var currency = ""
    var amount: Amount?
    var jurisdiction = ""
  }

  /// Nil where no supplier carries the record.
  func outcome(_ quantity: Int64) throws(PriceTooLarge) -> Outcome? {
    guard let supplier = tariff.suppliers.first(where: carries),
      let deck = tariff.decks.first(where: { $0.name == supplier.deck })
    else { return nil }
    var outcome = Outcome(supplier: supplier.name)
    guard let number = record.to,
      let found = ReferenceDeck(tariff: tariff, deck: deck, record: record).found(number),
      !found.row.isBlocked
    else { return outcome }
    outcome.jurisdiction = found.jurisdiction
    guard found.hasPrice else { return outcome }
    var plan = Tariff.Plan(name: "cost")
    plan.bands = deck.bandTimes
    // A record's own amount is what the customer pays by, and no affair of the supplier.
    let terms = ReferenceTerms(
      tariff: tariff, record: record, account: Tariff.Account(id: "", zone: deck.zone, plans: []), plan: plan,
      charge: Tariff.Charge(name: "cost"), row: found.row, group: found.row.group)
    outcome.currency = deck.currency
    outcome.amount = try terms.parts(quantity).reduce(.zero) { $0 + $1.amount }
    return outcome
  }

  private func carries(_ supplier: Tariff.Supplier) -> Bool {
    guard let deck = tariff.decks.first(where: { $0.name == supplier.deck }) else { return false }
    let trunk = record.cells["trunk_out"] ?? record.cells["trunk"] ?? []
    return supplier.trunks.contains { fits(Array($0.utf8)[...], trunk[...]) }
      && (supplier.kinds.isEmpty || supplier.kinds.contains(record.kind))
      && (supplier.directions.isEmpty || supplier.directions.contains(record.direction))
      && (supplier.from.map { record.seconds >= deck.zone.midnight(of: $0) } ?? true)
      && (supplier.until.map { record.seconds < deck.zone.midnight(of: $0) } ?? true)
  }

  /// `*` is nothing, or one byte and `*` again.
  private func fits(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return fits(pattern.dropFirst(), text) || (!text.isEmpty && fits(pattern, text.dropFirst()))
    }
    return text.first == first && fits(pattern.dropFirst(), text.dropFirst())
  }
}
