// What the parts of one contract line must be to each other, wherever it was written.

import BillingCalendar
import Money
import Tables

/// Rules over a whole line.
enum ContractRules {
  /// The first rule that the line breaks, with the column to which it belongs; nil for none.
  static func fault(
    of contract: Contract, hasQuantity: Bool, _ references: ContractReferences
  ) -> (ContractColumn, TextFault)? {
    countFault(of: contract, hasQuantity: hasQuantity, references.counts)
      ?? priceFault(of: contract, references.priceBook)
  }

  private static func countFault(
    of contract: Contract, hasQuantity: Bool, _ counts: CountBook
  ) -> (ContractColumn, TextFault)? {
    guard contract.count != .fixed else {
      guard contract.includedMicro == 0 else {
        return (.included, TextFault(message: "'included' is for what is counted", hint: "fill 'count' too"))
      }
      return nil
    }
    guard !contract.item.isEmpty else {
      return (.count, TextFault(message: "nothing says what is counted", hint: "fill 'item'"))
    }
    guard !hasQuantity else {
      return (
        .quantity,
        TextFault(message: "the quantity is counted and written", hint: "empty 'quantity', or 'count'")
      )
    }
    let key = CountBook.Key(accountIndex: contract.accountIndex, item: contract.item)
    guard !counts.series(key).isEmpty else {
      let known = counts.keys.filter { $0.accountIndex == contract.accountIndex }.map(\.item)
      return (
        .item,
        TextFault(
          message: "there is no count of \(Quoted.text(contract.item)) for this account",
          hint: Quoted.suggestion(for: contract.item, in: known, otherwise: "add one to counts.csv"))
      )
    }
    return nil
  }

  // Later prices may be missing only where there is none at all yet: the first one holds until the next.
  private static func priceFault(of contract: Contract, _ book: PriceBook) -> (ContractColumn, TextFault)? {
    guard contract.price == nil, contract.tiers == nil, let item = book[contract.item] else { return nil }
    guard item.price(in: contract.currency, on: contract.from) == nil else { return nil }
    let first = item.prices.first { $0.currency == contract.currency }
    let message =
      first.map { "the price book has no price of \(Quoted.text(item.name)) before \($0.from)" }
      ?? "the price book has no price of \(Quoted.text(item.name)) in \(contract.currency)"
    return (.item, TextFault(message: message, hint: "add one to price-book.csv, or fill 'price'"))
  }
}
