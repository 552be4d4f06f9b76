// Retail rows that sell below what a supplier charges for the same prefix at the same time.

import BillingCalendar
public import Catalog
import Money
import Tables

/// Sets the decks that plans charge by beside those of suppliers.
public enum NegativeMargins {
  /// Findings for one pair of decks at most; the rest is counted.
  public static let findingCountMax = 50
  /// Decks are compared at the instants from which their rows hold, the last ones: prices of years ago are of no use.
  public static let instantCountMax = 16

  /// Warnings about prefixes whose price is below a supplier's: prices alone, band by band and
  /// jurisdiction by jurisdiction, without fees and increments, before what plans change about them. Then about charges whose
  /// own price is (`chargeFindings`).
  ///
  /// A supplier in another currency is compared by the latest rate of fx.csv that has begun; without one it is left out.
  /// Each prefix is told once, where it first loses. Complexity: O(rows × instants) for each pair.
  public static func findings(_ catalog: Catalog) -> [CatalogFinding] {
    var seen: Set<Pair> = []
    let ofDecks = pairs(catalog).flatMap { pair, supplier in
      seen.insert(pair).inserted ? findings(pair, supplier, catalog) : []
    }
    return ofDecks + chargeFindings(catalog)
  }

  private struct Pair: Hashable {
    var retail: Int
    var cost: Int
    var kind: UsageKind
  }

  /// Decks that plans charge by, with the decks of suppliers that carry the same kind.
  private static func pairs(_ catalog: Catalog) -> [(Pair, SupplierRule)] {
    catalog.plans.flatMap { plan in
      UsageKind.allCases.flatMap { kind -> [(Pair, SupplierRule)] in
        guard let retail = plan.deckIndexByKind[Int(kind.rawValue)],
          plan.charges.contains(where: { charges($0, kind) })
        else { return [] }
        return catalog.suppliers.filter { $0.kinds.isEmpty || $0.kinds.contains(kind) }.map {
          (Pair(retail: retail, cost: $0.deckIndex, kind: kind), $0)
        }
      }
    }
  }

  /// Whether a charge takes its price of a kind from the deck.
  private static func charges(_ charge: PlanCharge, _ kind: UsageKind) -> Bool {
    if case .deck = charge.price { charge.kinds.isEmpty || charge.kinds.contains(kind) } else { false }
  }

  private static func findings(
    _ pair: Pair, _ supplier: SupplierRule, _ catalog: Catalog
  ) -> [CatalogFinding] {
    let (retail, cost) = (catalog.decks[pair.retail], catalog.decks[pair.cost])
    var findings: [CatalogFinding] = []
    var count = 0
    var told: Set<PrefixOrder> = []
    for instant in instants(retail, cost) {
      let ratePico = ratePico(from: cost.currency, to: retail.currency, at: instant, catalog)
      guard let ratePico else { continue }
      PrefixWalk.forEach(DeckInForce(cost, atSeconds: instant), DeckInForce(retail, atSeconds: instant)) {
        guard $0.kind == pair.kind, let bought = $0.old, let sold = $0.new, !bought.isBlocked,
          !sold.isBlocked,
          let (was, now) = loss(cost, bought, retail, sold, ratePico), told.insert($0.order).inserted
        else { return }
        count += 1
        guard findings.count < findingCountMax else { return }
        findings.append(
          DeckGaps.warning(
            retail.files[Int(sold.file)], Int(sold.line),
            "prefix '\($0.prefix)' is sold at \(retail.currency) \(text(now, sold.kind)), and supplier "
              + "'\(supplier.supplier)' charges \(cost.currency) \(text(was, bought.kind)) "
              + "(\(cost.files[Int(bought.file)]):\(bought.line))",
            "raise the price, or give the prefix its own"))
      }
    }
    guard count > findings.count else { return findings }
    return findings + [
      DeckGaps.warning(
        retail.files.first ?? "", 0,
        "and \(count - findings.count) more prefixes below supplier '\(supplier.supplier)'", "")
    ]
  }

  /// Instants from which a row of either deck holds; one for decks whose rows hold always.
  static func instants(_ a: RateDeck, _ b: RateDeck) -> [Int64] {
    let begins = Set((a.rows + b.rows).map(\.fromSeconds)).sorted()
    return begins.isEmpty ? [] : Array(begins.suffix(instantCountMax))
  }

  /// What one unit of the supplier's currency is in that of the prices, in pico.
  static func ratePico(
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

  /// The first prices of both rows, in the same band or jurisdiction, that lose; nil where none does.
  private static func loss(
    _ cost: RateDeck, _ bought: RateDeckRow, _ retail: RateDeck, _ sold: RateDeckRow, _ ratePico: Int64
  ) -> (UnitPrice, UnitPrice)? {
    for cell in cells(cost, bought, retail, sold) {
      guard let was = cost.terms(bought, cell)?.price, let now = retail.terms(sold, cell)?.price else {
        continue
      }
      if loses(was, now, ratePico) { return (was, now) }
    }
    return nil
  }

  /// Whether what is sold brings in less than it costs, a supplier's unit at a rate.
  static func loses(_ was: UnitPrice, _ now: UnitPrice, _ ratePico: Int64) -> Bool {
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

  /// `0.12 per 60 s`.
  static func text(_ price: UnitPrice, _ kind: UsageKind) -> String {
    "\(Amount(pico: Int128(price.pico))) per \(QuantityText.text(price.units, of: kind))"
  }
}

extension PrefixPair {
  fileprivate var order: PrefixOrder { PrefixOrder(digits: prefix, count: digitCount) }
}
