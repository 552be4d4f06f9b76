// Charges of plans whose own price is below what a supplier charges for the calls that they take.

import Catalog
import Money
import Tables

extension NegativeMargins {
  /// Warnings about charges with a price of their own, one for each charge and supplier: the destination that costs most, and
  /// how many others cost more than the charge brings in. What is free is meant to be.
  ///
  /// The deck that the plan looks up says which charge takes a prefix: outbound, the first whose kind and rating group fit.
  /// Complexity: O(rows × instants) for each plan with such a charge, and supplier.
  static func chargeFindings(_ catalog: Catalog) -> [CatalogFinding] {
    var told: Set<Place> = []
    return catalog.plans.flatMap { plan in
      UsageKind.allCases.flatMap { kind -> [CatalogFinding] in
        guard let retail = plan.deckIndexByKind[Int(kind.rawValue)],
          plan.charges.contains(where: { $0.takes(kind) && $0.ownPrice != nil })
        else { return [] }
        return catalog.suppliers.filter { $0.kinds.isEmpty || $0.kinds.contains(kind) }.flatMap {
          findings(plan, kind, catalog.decks[retail], $0, catalog).filter { place, _ in
            told.insert(place).inserted
          }.map(\.finding)
        }
      }
    }
  }

  /// A charge as it is written, which plans may inherit, and a supplier.
  private struct Place: Hashable {
    var file: String
    var line: Int
    var supplier: Label
  }

  /// What of a charge's calls costs more than it brings in.
  private struct Loss {
    var row: RateDeckRow
    var prefix: UInt64
    var cost: UnitPrice
    var prefixes: Set<UInt64> = []
  }

  private static func findings(
    _ plan: RatePlan, _ kind: UsageKind, _ retail: RateDeck, _ supplier: SupplierRule, _ catalog: Catalog
  ) -> [(place: Place, finding: CatalogFinding)] {
    let cost = catalog.decks[supplier.deckIndex]
    let takers = retail.ratingGroups.map { group in plan.charges.firstIndex { $0.takes(kind, group) } }
    var losses: [Int: Loss] = [:]
    for instant in instants(retail, cost) {
      guard let rate = ratePico(from: cost.currency, to: plan.currency, at: instant, catalog) else {
        continue
      }
      PrefixWalk.forEach(DeckInForce(cost, atSeconds: instant), DeckInForce(retail, atSeconds: instant)) {
        guard $0.kind == kind, let bought = $0.old, let sold = $0.new, !bought.isBlocked, !sold.isBlocked,
          let taker = takers[Int(sold.ratingGroup)], let price = plan.charges[taker].ownPrice,
          let was = dearest(cost, bought), loses(was, price, rate)
        else { return }
        var loss = losses[taker] ?? Loss(row: bought, prefix: $0.prefix, cost: was)
        if isDearer(was, loss.cost) { (loss.row, loss.prefix, loss.cost) = (bought, $0.prefix, was) }
        loss.prefixes.insert($0.prefix)
        losses[taker] = loss
      }
    }
    return losses.keys.sorted().map { index in
      let (charge, loss) = (plan.charges[index], losses[index])
      return (
        Place(file: charge.file, line: charge.line, supplier: supplier.supplier),
        finding(plan, charge, kind, loss, supplier, cost)
      )
    }
  }

  private static func finding(
    _ plan: RatePlan, _ charge: PlanCharge, _ kind: UsageKind, _ loss: Loss?, _ supplier: SupplierRule,
    _ cost: RateDeck
  ) -> CatalogFinding {
    guard let loss, let price = charge.ownPrice else {
      preconditionFailure("a charge that loses has a price")
    }
    let others = loss.prefixes.count - 1
    let more = others == 0 ? "" : others == 1 ? " and 1 more" : " and \(others) more"
    return DeckGaps.warning(
      charge.file, charge.line,
      "charge '\(charge.name)' of plan '\(plan.name)' sells prefix '\(loss.prefix)'\(more) at \(plan.currency) "
        + "\(text(price, kind)), and supplier '\(supplier.supplier)' charges \(cost.currency) "
        + "\(text(loss.cost, kind)) (\(cost.files[Int(loss.row.file)]):\(loss.row.line))",
      "raise the price, or give what is dearer a charge of its own")
  }

  /// The dearest price of a supplier's row, in whatever jurisdiction or band.
  private static func dearest(_ cost: RateDeck, _ row: RateDeckRow) -> UnitPrice? {
    let cells =
      cost.hasJurisdictions(row)
      ? PriceCell.jurisdictions.map { PriceCell(jurisdiction: $0) }
      : [PriceCell()] + cost.bandNames(row).map { PriceCell(band: $0) }
    return cells.compactMap { cost.terms(row, $0)?.price }.max { isDearer($1, $0) }
  }

  private static func isDearer(_ a: UnitPrice, _ b: UnitPrice) -> Bool {
    Int128(a.pico) * Int128(b.units) > Int128(b.pico) * Int128(a.units)
  }
}

extension PlanCharge {
  /// Its own price above 0 for each unit of events; nil for all other charges.
  fileprivate var ownPrice: UnitPrice? {
    guard case .unit(let price) = price, gauge == nil, price.pico > 0 else { return nil }
    return price
  }

  fileprivate func takes(_ kind: UsageKind, _ group: Label? = nil) -> Bool {
    (kinds.isEmpty || kinds.contains(kind)) && (directions.isEmpty || directions.contains(.outbound))
      && (group.map { ratingGroups?.contains($0) ?? true } ?? true)
  }
}
