// What one of a contract line costs in an interval, and what a quantity comes to: one price, or tiers.

import BillingCalendar
import Catalog
import Money

/// The price of an interval: that of the contract, or that of the price book on the interval's first day.
struct IntervalPrice {
  /// Price of one; 0 where there are tiers.
  let ofOne: Amount
  /// Prices by quantity; nil where one price holds.
  let tiers: PriceTiers?
  /// Whether it is that of the price book.
  let isOfBook: Bool

  /// The price of an interval that begins on `day`.
  init(_ contract: Contract, _ book: PriceBook, on day: CivilDate) {
    isOfBook = contract.price == nil && contract.tiers == nil
    let listed = isOfBook ? book[contract.item]?.price(in: contract.currency, on: day) : nil
    ofOne = contract.price ?? listed?.amount ?? .zero
    tiers = contract.tiers ?? listed?.tiers
  }

  /// Shows on a line what of each tier it is made of: what `after` has more than `before`.
  func describe(_ line: inout RecurringLine, from before: Int64, to after: Int64) {
    guard let tiers else { return }
    line.tierKind = tiers.kind
    line.price = tiers.price(at: Int128(after))
    line.tiers = tiers.parts(of: after)
    guard before > 0 else { return }
    var parts = line.tiers
    for part in tiers.parts(of: before) {
      if let index = parts.firstIndex(where: { $0.fromMicro == part.fromMicro }) {
        parts[index].quantityMicro -= part.quantityMicro
        parts[index].flat -= part.flat
      } else {
        var less = part
        less.quantityMicro = -part.quantityMicro
        less.flat = -part.flat
        parts.append(less)
      }
    }
    line.tiers = parts.filter { $0.quantityMicro != 0 || $0.flat != .zero }.sorted {
      $0.fromMicro < $1.fromMicro
    }
    // Of volume prices a change takes all of them off at the price before, and charges all of them at the price after it.
    if tiers.kind == .volume, line.tiers.count == 1 { line.price = line.tiers[0].price }
  }

  /// What the quantity comes to more than `before`, times the share. Where it is a mean, it is counted as Σ quantity × days
  /// over the line's days, so that nothing is rounded before the line is.
  func amount(
    of line: RecurringLine, in currency: Currency, from before: Int64, to count: IntervalCount
  ) throws(InvoiceDraftFault) -> LineAmount {
    let days = count.unitDaysMicro == nil ? 1 : Int128(line.days.count)
    let quantity = count.unitDaysMicro ?? Int128(count.quantityMicro)
    let over = 1_000_000 * days * Int128(line.share.ofDays)
    if let tiers {
      let cost = tiers.cost(of: quantity, scale: days) - tiers.cost(of: Int128(before) * days, scale: days)
      return try LineAmount(
        product: [cost, Int128(line.share.days)], over: over, in: currency, origin: line.origin)
    }
    return try LineAmount(
      product: [line.price.pico, quantity - Int128(before) * days, Int128(line.share.days)], over: over,
      in: currency, origin: line.origin)
  }
}
