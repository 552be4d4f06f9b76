// Contract lines that ended, prices that differ from those of other clients, and a price book that stood still.

import BillingCalendar
import Catalog
import Money
import Tables

/// Looks at the contracts of all accounts at the end of a period.
struct ContractReview {
  let catalog: Catalog
  let period: UsagePeriod
  private static let noticeDays = 60
  // A rate that nobody has touched for two thirds of a year is the leak that providers tell of most.
  private static let staleMonths: Int32 = 8

  private var lastDay: CivilDate { period.until.advanced(by: -1) }

  /// The flags of all accounts.
  func flags() -> [ReviewFlag] { endFlags() + agreementFlags() + priceFlags() + staleFlags() }

  // MARK: ends

  private func endFlags() -> [ReviewFlag] {
    let linesByAccount = Dictionary(grouping: catalog.contracts, by: \.accountIndex)
    return catalog.contracts.compactMap { line in
      guard let until = line.until, until > period.from,
        !hasSuccessor(line, at: until, linesByAccount[line.accountIndex] ?? [])
      else { return nil }
      if until <= period.until {
        return flag(.contractEnded, line, "ended on \(until) and nothing follows", money: monthly(line))
      }
      guard period.until.distance(to: until) <= Self.noticeDays else { return nil }
      return flag(.contractEndsSoon, line, "ends on \(until) and nothing follows")
    }
  }

  private func hasSuccessor(_ line: Contract, at day: CivilDate, _ lines: [Contract]) -> Bool {
    lines.contains { other in
      other.days.contains(day)
        && (line.item.isEmpty ? other.description == line.description : other.item == line.item)
    }
  }

  // Counted lines: what the last count costs.
  private func monthly(_ line: Contract) -> Amount {
    let key = CountBook.Key(accountIndex: line.accountIndex, item: line.item)
    let counted = catalog.billing.counts.snapshot(key, on: lastDay)?.quantityMicro
    let quantity = line.count == .fixed ? line.quantityMicro : counted ?? 0
    let price = ContractPrice.monthly(of: line, catalog.billing.priceBook, on: lastDay)
    return rounded(price.pico * Int128(quantity), line.currency)
  }

  private func rounded(_ micro: Int128, _ currency: Currency) -> Amount {
    RoundingRule(scale: currency.minorDigits, mode: .halfUp).round(numeratorPico: micro, over: 1_000_000)
  }

  private func agreementFlags() -> [ReviewFlag] {
    catalog.billing.agreements.filter { $0.days.contains(lastDay) }.flatMap { agreement in
      let account = catalog.accounts[agreement.accountIndex].id
      var flags: [ReviewFlag] = []
      if let day = agreement.renews, lastDay < day, period.until.distance(to: day) <= Self.noticeDays {
        flags.append(
          ReviewFlag(
            .contractRenewsSoon, account: account,
            "contract \(agreement.name) is to be renewed or ended by \(day)"))
      }
      let results = ResultCharges(counts: catalog.billing.counts)
      for charge in agreement.valueLines
      where results.value(of: charge, agreement.accountIndex, in: period) == nil {
        flags.append(
          ReviewFlag(
            .resultMissing, account: account,
            "\(charge.description): no '\(charge.metric)' in counts.csv for this period",
            origin: LineOrigin(file: agreement.file, line: charge.line)))
      }
      return flags
    }
  }

  // MARK: prices

  private struct Market: Hashable {
    var item: Label
    var currency: Currency
  }

  private func priceFlags() -> [ReviewFlag] {
    let inForce = catalog.contracts.filter { !$0.item.isEmpty && $0.days.contains(lastDay) }
    let markets = Dictionary(grouping: inForce) { Market(item: $0.item, currency: $0.currency) }
    return markets.sorted { ($0.key.item, $0.key.currency) < ($1.key.item, $1.key.currency) }
      .flatMap { market, lines in lines.compactMap { priceFlag($0, usual(lines, market)) } }
  }

  /// The price that the book has; without one, the price that most lines have, the higher one of equally many.
  private func usual(_ lines: [Contract], _ market: Market) -> Amount? {
    if let book = catalog.billing.priceBook[market.item]?.price(in: market.currency, on: lastDay) {
      // Prices by quantity are not one price to differ from.
      return book.tiers == nil ? book.amount : nil
    }
    let prices = Dictionary(grouping: lines.compactMap(\.price)) { $0 }.mapValues(\.count)
    return prices.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  private func priceFlag(_ line: Contract, _ usual: Amount?) -> ReviewFlag? {
    guard let own = line.price, let usual, own != usual else { return nil }
    var other = line
    other.price = usual
    let difference = monthly(other) - monthly(line)
    let digits = line.currency.minorDigits
    return flag(
      .priceDiffers, line,
      "costs \(PrintedNumber.money(own, digits: digits)), usual is \(PrintedNumber.money(usual, digits: digits))",
      money: difference)
  }

  private func staleFlags() -> [ReviewFlag] {
    let limit = period.until.adding(months: -Self.staleMonths, anchorDay: period.cycleDay)
    let used = Set(catalog.contracts.filter { $0.days.contains(lastDay) }.map(\.item))
    return catalog.billing.priceBook.items.compactMap { item in
      guard used.contains(item.name), let last = item.prices.last, last.from <= limit else { return nil }
      return ReviewFlag(
        .priceBookStale, account: .empty,
        "'\(item.name)' has the price of \(last.from)",
        origin: LineOrigin(file: "price-book.csv", line: last.line))
    }
  }

  private func flag(
    _ kind: ReviewFlag.Kind, _ line: Contract, _ message: String, money: Amount? = nil
  ) -> ReviewFlag {
    ReviewFlag(
      kind, account: catalog.accounts[line.accountIndex].id, "\(line.description): \(message)", money: money,
      currency: money.map { _ in line.currency }, origin: LineOrigin(file: line.file, line: line.line))
  }
}
