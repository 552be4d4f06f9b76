// What was found to be sold below its cost, gathered until it is told: by row of a deck, or by whoever set the price.

import Catalog
import Money
import Tables

/// Losses on their way to findings.
struct MarginLosses {
  /// A prefix that brings in less than it costs.
  struct Loss {
    var prefix: PrefixOrder
    var bought: RateDeckRow
    var sold: RateDeckRow
    var cost: UnitPrice
    var price: UnitPrice
  }

  /// A price as it is written, which plans may inherit, and a supplier.
  private struct Place: Hashable {
    var file: String
    var line: Int
    var supplier: Label
  }

  /// A row of a deck is told once for each supplier's deck, where it first loses.
  private struct RowPlace: Hashable {
    var retail: Int
    var cost: Int
    var kind: UsageKind
    var prefix: PrefixOrder
  }

  /// What one charge or change loses by.
  private struct Gathered {
    var worst: Loss
    var prefixes: Set<PrefixOrder>
    var seller: Seller
    var source: Seller.Source
  }

  private let catalog: Catalog
  private var ofDecks: [CatalogFinding] = []
  private var ofCharges: [CatalogFinding] = []
  private var ofChanges: [CatalogFinding] = []
  private var told: Set<RowPlace> = []
  /// Of the supplier at hand.
  private var rows: [CatalogFinding] = []
  private var rowCount = 0
  private var gathered: [Place: Gathered] = [:]
  private var toldPlaces: Set<Place> = []

  init(_ catalog: Catalog) { self.catalog = catalog }

  /// Rows of decks, then charges, then changes of prices.
  var findings: [CatalogFinding] { ofDecks + ofCharges + ofChanges }

  /// Takes down a loss by a price that the source set.
  mutating func note(_ loss: Loss, _ seller: Seller, _ source: Seller.Source, _ supplier: SupplierRule) {
    guard let place = place(seller, source, supplier) else {
      noteRow(loss, seller, supplier)
      return
    }
    // What several plans inherit is told of the first.
    if toldPlaces.contains(place) { return }
    if gathered[place] == nil {
      gathered[place] = Gathered(worst: loss, prefixes: [], seller: seller, source: source)
    }
    guard gathered[place]?.seller.isSame(seller) ?? false else { return }
    gathered[place]?.prefixes.insert(loss.prefix)
    if let worst = gathered[place]?.worst.cost, loss.cost.isDearer(than: worst) {
      gathered[place]?.worst = loss
    }
  }

  private func place(_ seller: Seller, _ source: Seller.Source, _ supplier: SupplierRule) -> Place? {
    switch source {
    case .deck: nil
    case .charge(let index):
      Place(
        file: seller.plan.charges[index].file, line: seller.plan.charges[index].line,
        supplier: supplier.supplier)
    case .change(let index):
      Place(file: seller.changes[index].file, line: seller.changes[index].line, supplier: supplier.supplier)
    }
  }

  private mutating func noteRow(_ loss: Loss, _ seller: Seller, _ supplier: SupplierRule) {
    let place = RowPlace(
      retail: seller.retail, cost: supplier.deckIndex, kind: seller.kind, prefix: loss.prefix)
    guard told.insert(place).inserted else { return }
    rowCount += 1
    guard rows.count < NegativeMargins.findingCountMax else { return }
    let deck = catalog.decks[seller.retail]
    rows.append(
      DeckGaps.warning(
        deck.files[Int(loss.sold.file)], Int(loss.sold.line),
        "prefix '\(loss.prefix.digits)' is sold at \(deck.currency) \(text(loss.price, loss.sold.kind)), and "
          + costs(loss, supplier), "raise the price, or give the prefix its own"))
  }

  /// Tells what was found of a supplier.
  mutating func close(_ supplier: SupplierRule, _ retail: RateDeck) {
    ofDecks += rows
    if rowCount > rows.count {
      ofDecks.append(
        DeckGaps.warning(
          retail.files.first ?? "", 0,
          "and \(rowCount - rows.count) more prefixes below supplier '\(supplier.supplier)'", ""))
    }
    (rows, rowCount) = ([], 0)
    for (place, found) in gathered.sorted(by: { ($0.key.file, $0.key.line) < ($1.key.file, $1.key.line) }) {
      toldPlaces.insert(place)
      let finding = DeckGaps.warning(
        place.file, place.line,
        "\(who(found)) \(prefixes(found)) at \(found.seller.plan.currency) "
          + "\(text(found.worst.price, found.seller.kind)), and " + costs(found.worst, supplier),
        found.source.isCharge
          ? "raise the price, or give what is dearer a charge of its own"
          : "raise the price, or leave out what is dearer")
      if found.source.isCharge { ofCharges.append(finding) } else { ofChanges.append(finding) }
    }
    gathered.removeAll()
  }

  // MARK: words

  private func who(_ found: Gathered) -> String {
    if let account = found.seller.account { return "account '\(account)' is sold" }
    let plan = found.seller.plan
    if case .charge(let index) = found.source {
      return "charge '\(plan.charges[index].name)' of plan '\(plan.name)' sells"
    }
    return "the price change of plan '\(plan.name)' sells"
  }

  private func prefixes(_ found: Gathered) -> String {
    let others = found.prefixes.count - 1
    return "prefix '\(found.worst.prefix.digits)'" + (others == 0 ? "" : " and \(others) more")
  }

  private func costs(_ loss: Loss, _ supplier: SupplierRule) -> String {
    let deck = catalog.decks[supplier.deckIndex]
    return "supplier '\(supplier.supplier)' charges \(deck.currency) \(text(loss.cost, loss.bought.kind)) "
      + "(\(deck.files[Int(loss.bought.file)]):\(loss.bought.line))"
  }

  /// `0.12 per 60 s`.
  private func text(_ price: UnitPrice, _ kind: UsageKind) -> String {
    "\(Amount(pico: Int128(price.pico))) per \(QuantityText.text(price.units, of: kind))"
  }
}

extension Seller.Source {
  fileprivate var isCharge: Bool { if case .charge = self { true } else { false } }
}

extension Seller {
  fileprivate func isSame(_ other: Seller) -> Bool {
    plan.name == other.plan.name && account == other.account && kind == other.kind
  }
}

extension UnitPrice {
  fileprivate func isDearer(than other: UnitPrice) -> Bool {
    Int128(pico) * Int128(other.units) > Int128(other.pico) * Int128(units)
  }
}
