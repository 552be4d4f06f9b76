// What a plan sells the calls to a prefix for, and what an account with prices of its own pays.

import BillingCalendar
import Catalog
import Tables

/// A plan that looks one kind of usage up in a deck, or an account on it whose prices are its own.
struct Seller {
  let plan: RatePlan
  let kind: UsageKind
  /// Index in `Catalog.decks` of the deck that classifies.
  let retail: Int
  /// The account, where its own prices are looked at; nil for the plan.
  let account: Label?
  /// The first that fits changes the price; those of the account stand before the plan's.
  let changes: [PriceChange]
  private let ownCount: Int
  /// Days on which it sells.
  private let days: [DateSpan]
  /// Changes by a prefix of theirs, and those without; ascending.
  private var changesByPrefix: [PrefixOrder: [Int]] = [:]
  private var generalChanges: [Int] = []

  /// What decides a price.
  enum Source: Hashable {
    case deck
    /// Index in the plan's charges.
    case charge(Int)
    /// Index in `changes`.
    case change(Int)
  }

  /// How a price comes about.
  struct Sale {
    var source: Source
    fileprivate var own: UnitPrice?
    fileprivate var change: PriceChange.Change?

    /// The price in a cell of the deck's row; nil where there is none.
    func price(_ deck: RateDeck, _ row: RateDeckRow, _ cell: PriceCell) -> UnitPrice? {
      guard let price = own ?? deck.terms(row, cell)?.price else { return nil }
      switch change {
      case nil: return price
      case .ratio(let ratio):
        return ratio.applied(toPico: price.pico).map { UnitPrice(pico: $0, units: price.units) }
      case .price(let pico, let units): return UnitPrice(pico: pico, units: units ?? price.units)
      }
    }
  }

  private init(
    _ plan: RatePlan, _ kind: UsageKind, retail: Int, account: Label?, own: [PriceChange], days: [DateSpan]
  ) {
    (self.plan, self.kind, self.retail, self.account) = (plan, kind, retail, account)
    ownCount = own.count
    changes = own + plan.priceChanges
    self.days = days
    for (index, change) in changes.enumerated() where change.kinds.isEmpty || change.kinds.contains(kind) {
      if change.prefixes.isEmpty { generalChanges.append(index) }
      for prefix in change.prefixes { changesByPrefix[PrefixOrder(prefix), default: []].append(index) }
    }
  }

  /// All plans, kind by kind, then the accounts with prices of their own.
  static func all(_ catalog: Catalog, overridesFile: String) -> [Seller] {
    func sellers(_ index: Int, _ account: Label?, _ own: [PriceChange], _ days: [DateSpan]) -> [Seller] {
      let plan = catalog.plans[index]
      return UsageKind.allCases.compactMap { kind in
        guard let retail = plan.deckIndexByKind[Int(kind.rawValue)],
          plan.charges.contains(where: { $0.takes(kind) })
        else { return nil }
        return Seller(plan, kind, retail: retail, account: account, own: own, days: days)
      }
    }
    let always = [DateSpan(from: nil, until: nil)]
    let ofPlans = catalog.plans.indices.flatMap { sellers($0, nil, [], always) }
    let prices = Dictionary(grouping: catalog.accountPrices, by: \.accountIndex)
    return ofPlans
      + prices.keys.sorted().flatMap { index -> [Seller] in
        let account = catalog.accounts[index]
        let own = (prices[index] ?? []).sorted { $0.precedes($1) }.map { $0.priceChange(file: overridesFile) }
        return Dictionary(grouping: account.plans, by: \.planIndex).sorted { $0.key < $1.key }.flatMap {
          sellers($0.key, account.id, own, $0.value.map { DateSpan(from: $0.from, until: $0.until) })
        }
      }
  }

  /// Days on which a change of its begins.
  var changeDays: [CivilDate] { changes.compactMap(\.dates.from) }
  /// Prefixes that have a change of their own.
  var changedPrefixes: [PrefixOrder] { changesByPrefix.keys.sorted() }
  /// Whether it sells at the deck's prices alone, whatever the prefix and the day.
  var isPlain: Bool {
    changes.isEmpty
      && plan.charges.first { $0.takes(kind) }.map {
        $0.price == .deck && $0.ratingGroups == nil && $0.dates.isAlways
      } ?? false
  }
  /// Prefixes outside of which an account pays what the plan says; nil where any may be its own.
  var ownPrefixes: [PrefixOrder]? {
    guard account != nil, !generalChanges.contains(where: { $0 < ownCount }) else { return nil }
    return changesByPrefix.filter { $0.value.contains { $0 < ownCount } }.keys.sorted()
  }

  /// By rating group of the deck: the charge that takes outbound calls on a day.
  func takers(_ deck: RateDeck, on day: CivilDate) -> [Int?] {
    deck.ratingGroups.map { group in
      plan.charges.firstIndex { $0.takes(kind, group) && $0.dates.contains(day) }
    }
  }

  /// How calls to a prefix are sold; nil where they are not, or where an account pays what its plan says.
  func sale(
    _ prefix: PrefixOrder, group: Label, taker: Int?, on day: CivilDate
  ) -> Sale? {
    guard let taker, days.contains(where: { $0.contains(day) }) else { return nil }
    let charge = plan.charges[taker]
    var sale: Sale
    switch charge.price {
    case .deck: sale = Sale(source: .deck)
    case .unit(let price) where charge.gauge == nil: sale = Sale(source: .charge(taker), own: price)
    default: return nil
    }
    let candidates =
      changesByPrefix.isEmpty
      ? generalChanges
      : generalChanges + (1...prefix.count).flatMap { changesByPrefix[prefix.beginning($0)] ?? [] }
    let index = candidates.sorted().first { index in
      let change = changes[index]
      return (change.directions.isEmpty || change.directions.contains(.outbound))
        && (change.ratingGroups?.contains(group) ?? true)
        && (change.charges.isEmpty || change.charges.contains(charge.name)) && change.dates.contains(day)
    }
    if account != nil, index.map({ $0 >= ownCount }) ?? true { return nil }
    guard let index else { return sale }
    sale.change = changes[index].change
    // A change that changes nothing leaves the price to whoever made it.
    if changes[index].change != .ratio(.one) { sale.source = .change(index) }
    return sale
  }
}

extension PlanCharge {
  fileprivate func takes(_ kind: UsageKind, _ group: Label? = nil) -> Bool {
    (kinds.isEmpty || kinds.contains(kind)) && (directions.isEmpty || directions.contains(.outbound))
      && (group.map { ratingGroups?.contains($0) ?? true } ?? true)
  }
}

extension PrefixOrder {
  /// A prefix of digits.
  fileprivate init(_ digits: Label) {
    self.init(
      digits: digits.bytes.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 48) }, count: UInt8(digits.bytes.count))
  }

  /// Its first digits.
  func beginning(_ count: UInt8) -> PrefixOrder {
    var width: UInt64 = 1
    for _ in count..<15 { width *= 10 }
    return PrefixOrder(digits: aligned / width, count: count)
  }

  /// Its digits as a number.
  var digits: UInt64 {
    var digits = aligned
    for _ in count..<15 { digits /= 10 }
    return digits
  }
}
