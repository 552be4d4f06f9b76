// Prefixes that are sold below what a supplier charges for them at the same time.

import BillingCalendar
public import Catalog
import Money
import Tables

/// Sets what plans sell, and accounts with prices of their own pay, beside the decks of suppliers.
public enum NegativeMargins {
  /// Findings for one pair of decks at most; the rest is counted.
  public static let findingCountMax = 50
  /// Decks are compared at the instants from which their rows and changes of prices hold, the last ones: prices of years
  /// ago are of no use.
  public static let instantCountMax = 16

  /// Warnings about prices below a supplier's: prices alone, band by band of the decks and jurisdiction by jurisdiction,
  /// without fees, increments, and what charges change about bands.
  ///
  /// First rows of decks, one by one, where a plan charges their price as it is; then charges with a price of their own,
  /// changes of prices in plans, and rows of overrides.csv in `folder`: one warning for each and supplier, which names
  /// the destination that costs most and counts the others. What any of these makes free is meant to be.
  /// A supplier in another currency is compared by the latest rate of fx.csv that has begun; without one it is left out.
  /// Complexity: O(rows × instants) for each supplier and plan that does not sell at the deck's prices alone, and each
  /// account with a price for more than single prefixes.
  public static func findings(_ catalog: Catalog, folder: String) -> [CatalogFinding] {
    var losses = MarginLosses(catalog)
    let sellers = Seller.all(catalog, overridesFile: folder + "/overrides.csv")
    for (retail, kind) in markets(sellers) {
      let sellers = sellers.filter { $0.retail == retail && $0.kind == kind }
      // What sells at the deck's prices alone does so at the same.
      let plain = sellers.first(where: \.isPlain).map { [$0] } ?? []
      for supplier in catalog.suppliers where supplier.kinds.isEmpty || supplier.kinds.contains(kind) {
        compare(plain + sellers.filter { !$0.isPlain }, supplier, catalog, &losses)
      }
    }
    return losses.findings
  }

  /// Decks and kinds that something is sold by, in the order of the sellers.
  private static func markets(_ sellers: [Seller]) -> [(retail: Int, kind: UsageKind)] {
    var markets: [(retail: Int, kind: UsageKind)] = []
    for seller in sellers
    where !markets.contains(where: { $0.retail == seller.retail && $0.kind == seller.kind }) {
      markets.append((seller.retail, seller.kind))
    }
    return markets
  }

  /// Compares sellers by one deck and kind with a supplier.
  private static func compare(
    _ sellers: [Seller], _ supplier: SupplierRule, _ catalog: Catalog, _ losses: inout MarginLosses
  ) {
    guard let first = sellers.first else { return }
    let (retail, cost) = (catalog.decks[first.retail], catalog.decks[supplier.deckIndex])
    let zone = catalog.defaults.zone
    for instant in instants(retail, cost, sellers, zone) {
      let day = instant == .min ? .distantPast : zone.localDay(atSeconds: instant)
      let pairs = PairsByPrefix(
        DeckInForce(cost, atSeconds: instant), DeckInForce(retail, atSeconds: instant), first.kind)
      for seller in sellers {
        guard let rate = ratePico(from: cost.currency, to: seller.plan.currency, at: instant, catalog) else {
          continue
        }
        let takers = seller.takers(retail, on: day)
        pairs.forEach(for: seller) { prefix, bought, sold in
          let group = Int(sold.ratingGroup)
          guard
            let sale = seller.sale(prefix, group: retail.ratingGroups[group], taker: takers[group], on: day)
          else { return }
          for cell in cells(cost, bought, retail, sold) {
            guard let was = cost.terms(bought, cell)?.price, let now = sale.price(retail, sold, cell) else {
              continue
            }
            if now.pico == 0, sale.source != .deck { continue }
            if loses(was, now, rate) {
              losses.note(
                MarginLosses.Loss(prefix: prefix, bought: bought, sold: sold, cost: was, price: now),
                seller, sale.source, supplier)
            }
          }
        }
      }
    }
    losses.close(supplier, retail)
  }

  /// The last instants from which a row of either deck or a change of prices holds; one where all hold always.
  private static func instants(_ a: RateDeck, _ b: RateDeck, _ sellers: [Seller], _ zone: Zone) -> [Int64] {
    let ofRows = (a.rows + b.rows).map(\.fromSeconds)
    let ofChanges = sellers.flatMap(\.changeDays).map { zone.midnight(of: $0) }
    guard let first = ofRows.min() else { return [] }
    return Set(ofRows + ofChanges.filter { $0 > first }).sorted().suffix(instantCountMax)
  }

  /// What one unit of the supplier's currency is in that of the prices, in pico.
  private static func ratePico(
    from cost: Currency, to retail: Currency, at seconds: Int64, _ catalog: Catalog
  ) -> Int64? {
    if cost == retail { return Int64(1_000_000_000_000) }
    let rates = catalog.exchangeRates.filter { $0.from == cost && $0.to == retail }
    // Rows that always held are compared by the first rate there is.
    guard seconds != .min else { return rates.min { $0.date < $1.date }?.ratePico }
    let day = CivilDate(dayNumber: Int32(truncatingIfNeeded: seconds / 86_400))
    return
      (ExchangeRate.inForce(rates, from: cost, to: retail, on: day)
      ?? rates.min { $0.date < $1.date })?.ratePico
  }

  /// Whether what is sold brings in less than it costs, a supplier's unit at a rate.
  private static func loses(_ was: UnitPrice, _ now: UnitPrice, _ ratePico: Int64) -> Bool {
    let (a, o1) = (Int128(was.pico) * Int128(ratePico)).multipliedReportingOverflow(by: Int128(now.units))
    let (b, o2) = (Int128(now.pico) * 1_000_000_000_000).multipliedReportingOverflow(by: Int128(was.units))
    return !o1 && !o2 && b < a
  }

  /// Jurisdictions that either row tells apart, or the bands that they share by name and their own prices.
  private static func cells(
    _ cost: RateDeck, _ bought: RateDeckRow, _ retail: RateDeck, _ sold: RateDeckRow
  ) -> [PriceCell] {
    if cost.hasJurisdictions(bought) || retail.hasJurisdictions(sold) {
      return PriceCell.jurisdictions.map { PriceCell(jurisdiction: $0) }
    }
    let bands = cost.bandNames(bought) + retail.bandNames(sold)
    return [PriceCell()] + bands.map { PriceCell(band: $0) }
  }
}

/// All prefixes of a supplier's deck and a retail deck at one instant that both price.
private struct PairsByPrefix {
  private var prefixes: [PrefixOrder] = []
  private var rows: [(bought: RateDeckRow, sold: RateDeckRow)] = []

  init(_ cost: DeckInForce, _ retail: DeckInForce, _ kind: UsageKind) {
    PrefixWalk.forEach(cost, retail) { pair in
      guard pair.kind == kind, let bought = pair.old, let sold = pair.new else { return }
      prefixes.append(PrefixOrder(digits: pair.prefix, count: pair.digitCount))
      rows.append((bought, sold))
    }
  }

  /// Calls `body` with every prefix that may matter to a seller and is carried on both sides: those of the decks, and longer
  /// ones that it changes prices of.
  func forEach(for seller: Seller, _ body: (PrefixOrder, RateDeckRow, RateDeckRow) -> Void) {
    func ask(_ prefix: PrefixOrder, _ index: Int) {
      let (bought, sold) = rows[index]
      if !bought.isBlocked, !sold.isBlocked { body(prefix, bought, sold) }
    }
    if let own = seller.ownPrefixes {
      for prefix in own {
        var index = firstIndex(from: prefix)
        while index < prefixes.count, prefix.covers(prefixes[index]) {
          ask(prefixes[index], index)
          index += 1
        }
      }
    } else {
      for (index, prefix) in prefixes.enumerated() { ask(prefix, index) }
    }
    for prefix in seller.changedPrefixes {
      if let index = covering(prefix), prefixes[index] != prefix { ask(prefix, index) }
    }
  }

  /// The first prefix that does not stand before another. Complexity: O(log n).
  private func firstIndex(from prefix: PrefixOrder) -> Int {
    var (low, high) = (0, prefixes.count)
    while low < high {
      let middle = (low + high) / 2
      if prefixes[middle] < prefix { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The longest prefix with which another begins; nil where there is none.
  private func covering(_ prefix: PrefixOrder) -> Int? {
    for count in stride(from: prefix.count, to: 0, by: -1) {
      let beginning = prefix.beginning(count)
      let index = firstIndex(from: beginning)
      if index < prefixes.count, prefixes[index] == beginning { return index }
    }
    return nil
  }
}
