// What is counted beside what is charged: the drift between monitoring and contracts, in money.

import BillingCalendar
import Catalog
import Money
import Tables

/// Compares counts on the last day of a period with the contract lines in force then.
struct CountReview {
  let catalog: Catalog
  let period: UsagePeriod
  // Counts come weekly or monthly; five weeks without one is a feed that stopped.
  private static let staleDays = 35

  private var lastDay: CivilDate { period.until.advanced(by: -1) }

  /// The flags of all accounts.
  func flags() -> [ReviewFlag] {
    let inForce = catalog.contracts.filter { !$0.item.isEmpty && $0.days.contains(lastDay) }
    let linesByKey = Dictionary(grouping: inForce, by: \.countKey)
    let sold = Set(catalog.contracts.map(\.item))
    return catalog.billing.counts.keys.flatMap { key in
      let lines = linesByKey[key] ?? []
      return drift(of: key, lines, sold) + staleness(of: key, lines)
    }
  }

  private func drift(
    of key: CountBook.Key, _ lines: [Contract], _ sold: Set<Label>
  ) -> [ReviewFlag] {
    guard let snapshot = catalog.billing.counts.snapshot(key, on: lastDay) else { return [] }
    let account = catalog.accounts[key.accountIndex].id
    let counted = snapshot.quantityMicro
    let origin = LineOrigin(file: snapshot.file, line: snapshot.line)
    guard let line = lines.first else {
      // An item that no contract of anybody and no price book knows is a number for people, not a thing to charge.
      guard counted > 0, sold.contains(key.item) || catalog.billing.priceBook[key.item] != nil else {
        return []
      }
      let price = catalog.billing.priceBook[key.item].flatMap { bookPrice($0, account: key.accountIndex) }
      let lost = price.map { amount($0.ofOne(among: counted), counted, $0.currency) }
      return [
        ReviewFlag(
          .countWithoutContract, account: account,
          "\(PrintedCharge.quantity(counted)) of '\(key.item)' counted on \(snapshot.day), none charged",
          money: lost, currency: price?.currency, origin: origin)
      ]
    }
    // Lines that follow the counts cannot drift from them.
    guard lines.allSatisfy({ $0.count == .fixed }) else { return [] }
    let charged = lines.reduce(Int64(0)) { $0 + $1.quantityMicro }
    guard charged != counted else { return [] }
    let price = ContractPrice.monthly(of: line, catalog.billing.priceBook, on: lastDay)
    return [
      ReviewFlag(
        .countAgainstContract, account: account,
        "\(line.description): \(PrintedCharge.quantity(counted)) counted on \(snapshot.day), "
          + "\(PrintedCharge.quantity(charged)) charged",
        money: amount(price, counted - charged, line.currency), currency: line.currency,
        origin: LineOrigin(file: line.file, line: line.line))
    ]
  }

  // A price book in several currencies: that of the account's other lines.
  private func bookPrice(_ item: PriceBookItem, account: Int) -> PriceBookItem.Price? {
    let currencies = catalog.contracts.filter { $0.accountIndex == account }.map(\.currency)
    let known = currencies.first ?? catalog.defaults.currency
    return known.flatMap { item.price(in: $0, on: lastDay) }
  }

  private func staleness(of key: CountBook.Key, _ lines: [Contract]) -> [ReviewFlag] {
    guard lines.contains(where: { $0.count != .fixed }),
      let snapshot = catalog.billing.counts.snapshot(key, on: lastDay),
      snapshot.day.distance(to: lastDay) >= Self.staleDays
    else { return [] }
    return [
      ReviewFlag(
        .countStale, account: catalog.accounts[key.accountIndex].id,
        "the last count of '\(key.item)' is of \(snapshot.day)",
        origin: LineOrigin(file: snapshot.file, line: snapshot.line))
    ]
  }

  private func amount(_ price: Amount, _ quantityMicro: Int64, _ currency: Currency) -> Amount {
    RoundingRule(scale: currency.minorDigits, mode: .halfUp)
      .round(numeratorPico: price.pico * Int128(quantityMicro), over: 1_000_000)
  }
}

/// What a contract line costs in a month, for comparing.
enum ContractPrice {
  /// The price of one on a day, that of the price book where the line has none.
  static func ofOne(_ line: Contract, _ book: PriceBook, on day: CivilDate) -> Amount {
    line.price ?? line.tiers?.price(at: Int128(line.quantityMicro)) ?? book[line.item]?.price(
      in: line.currency, on: day)?.ofOne(among: line.quantityMicro) ?? .zero
  }

  /// The same for a month, half-even at 10⁻¹²; days are thirtieths of it.
  static func monthly(of line: Contract, _ book: PriceBook, on day: CivilDate) -> Amount {
    let price = ofOne(line, book, on: day)
    switch line.interval {
    case .months(let count): return RoundingRule.none.round(numeratorPico: price.pico, over: Int128(count))
    case .days(let count):
      return RoundingRule.none.round(numeratorPico: price.pico * 30, over: Int128(count))
    }
  }
}
