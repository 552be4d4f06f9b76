// What a month of usage would have come to with the other deck.
//
// An estimate where the summary cannot tell: then between two bounds, never a guess between them.

public import Catalog
public import Money
public import Tables

/// A comparison weighted by usage.
public struct DeckTraffic: Sendable {
  /// One destination of the old deck.
  public struct Line: Sendable {
    /// What was used.
    public var kind: UsageKind
    /// Destination in the old deck.
    public var destination: Label
    /// Its rating group.
    public var ratingGroup: Label
    /// Events that the old deck priced.
    public var eventCount: Int128
    /// What they were billed as, in the integer quantity of the kind.
    public var quantityBilled: Int128
    /// What they were charged.
    public var amount: Amount
    /// What those that the new deck prices cost by the old one, before rounding each event.
    public var old: AmountSpan
    /// What the same would cost by the new deck.
    public var new: AmountSpan
    /// `new` − `old`.
    public var difference: AmountSpan
    /// What the others cost by the old deck: the new one has no price for them, or is closed there.
    public var lost: AmountSpan
    /// Whether the new deck has no price for some of it, or for all.
    public var loss: Loss
  }

  /// How much of a destination has no price in the new deck, or is closed there.
  public enum Loss: String, Sendable {
    /// Nothing.
    case none
    /// Some of its prefixes: how much of the usage, the summary does not say.
    case some
    /// All of them.
    case all
  }

  /// Usage that the old deck did not price.
  public struct Rest: Sendable {
    /// Events.
    public var eventCount: Int128 = 0
    /// What they were charged, by currency, sorted.
    public var amounts: [(currency: Currency, amount: Amount)] = []
  }

  /// Destinations that were used, the largest difference first.
  public let lines: [Line]
  /// Totals of the lines that the new deck prices.
  public let old: AmountSpan
  /// The same with the new deck.
  public let new: AmountSpan
  /// The same, `new` − `old`.
  public let difference: AmountSpan
  /// What usage without a price in the new deck cost by the old one.
  public let lost: AmountSpan
  /// Usage whose destination the old deck does not have, or that had another price or currency.
  public let rest: Rest

  /// Weights a comparison.
  ///
  /// - Complexity: O(rows of both decks + different prices of the usage).
  public init(_ comparison: DeckComparison, usage: UsageSurvey) {
    let routes = Routes(comparison)
    var lines: [Routes.Key: Line] = [:]
    var restCount: Int128 = 0
    var restAmounts: [Currency: Amount] = [:]
    for (key, sums) in usage.sums {
      guard let met = routes.weigh(key, sums) else {
        restCount += sums.eventCount
        restAmounts[key.currency, default: .zero] += sums.amount
        continue
      }
      let place = Routes.Key(kind: key.kind, destination: key.destination, ratingGroup: key.ratingGroup)
      lines[place, default: Line(place)].add(met, sums)
    }
    self.lines = lines.values.sorted(by: Line.precedes)
    old = Self.sum(lines.values, \.old)
    new = Self.sum(lines.values, \.new)
    difference = Self.sum(lines.values, \.difference)
    lost = Self.sum(lines.values, \.lost)
    rest = Rest(
      eventCount: restCount,
      amounts: restAmounts.sorted { $0.key < $1.key }.map { (currency: $0.key, amount: $0.value) })
  }

  private static func sum(_ lines: some Sequence<Line>, _ part: KeyPath<Line, AmountSpan>) -> AmountSpan {
    lines.reduce(into: .zero) { $0 += $1[keyPath: part] }
  }
}

extension DeckTraffic.Line {
  fileprivate init(_ key: Routes.Key) {
    self.init(
      kind: key.kind, destination: key.destination, ratingGroup: key.ratingGroup, eventCount: 0,
      quantityBilled: 0, amount: .zero, old: .zero, new: .zero, difference: .zero, lost: .zero, loss: .none)
  }

  fileprivate mutating func add(_ met: Routes.Weight, _ sums: UsageSurvey.Sums) {
    // What was lost in one part and not in another is lost in some.
    let isFirst = eventCount == 0
    loss = isFirst || loss == met.loss ? met.loss : .some
    eventCount += sums.eventCount
    quantityBilled += sums.quantityBilled
    amount += sums.amount
    guard met.loss != .all else {
      lost += met.old
      return
    }
    old += met.old
    new += met.new
    difference += met.difference
  }

  private var weight: Int128 {
    max(
      Int128(difference.least.pico.magnitude), Int128(difference.most.pico.magnitude),
      Int128(lost.most.pico.magnitude))
  }

  fileprivate static func precedes(_ a: Self, _ b: Self) -> Bool {
    if a.weight != b.weight { return a.weight > b.weight }
    if a.destination != b.destination { return a.destination < b.destination }
    return (a.ratingGroup, a.kind.rawValue) < (b.ratingGroup, b.kind.rawValue)
  }
}

/// By destination of the old deck: which of its rows priced a call there, and which rows of the new deck would.
private struct Routes {
  struct Key: Hashable {
    var kind: UsageKind
    var destination: Label
    var ratingGroup: Label
  }

  private struct Place: Hashable {
    var kind: UsageKind
    var destination: UInt32
    var ratingGroup: UInt32
  }

  private struct Route {
    var old: RateDeckRow
    var new: RateDeckRow?
  }

  /// What usage of one price comes to.
  struct Weight {
    var old: AmountSpan
    var new: AmountSpan
    var difference: AmountSpan
    var loss: DeckTraffic.Loss
  }

  private let old: RateDeck
  private let new: RateDeck
  private var routes: [Place: [Route]] = [:]

  init(_ comparison: DeckComparison) {
    old = comparison.old.deck
    new = comparison.new.deck
    let (old, new) = (old, new)
    var routes: [Place: [Route]] = [:]
    PrefixWalk.forEach(comparison.old, comparison.new) { pair in
      guard let row = pair.old, !row.isBlocked else { return }
      let place = Place(kind: row.kind, destination: row.destination, ratingGroup: row.ratingGroup)
      let route = Route(old: row, new: pair.new)
      let isKnown = routes[place]?.contains { Self.isAlike($0, route, old, new) } ?? false
      if !isKnown { routes[place, default: []].append(route) }
    }
    self.routes = routes
  }

  /// Whether two routes cost the same on both sides.
  private static func isAlike(_ a: Route, _ b: Route, _ old: RateDeck, _ new: RateDeck) -> Bool {
    guard hasSameTerms(a.old, b.old, old) else { return false }
    switch (a.new, b.new) {
    case (nil, nil): return true
    case (let x?, let y?): return x.isBlocked == y.isBlocked && hasSameTerms(x, y, new)
    default: return false
    }
  }

  private static func hasSameTerms(_ a: RateDeckRow, _ b: RateDeckRow, _ deck: RateDeck) -> Bool {
    a.variant == b.variant && deck.terms(a) == deck.terms(b)
  }

  /// What usage comes to on both sides; nil where the old deck did not price it.
  func weigh(_ key: UsageSurvey.Key, _ sums: UsageSurvey.Sums) -> Weight? {
    guard key.currency == old.currency, let price = key.unitPrice, !key.destination.isEmpty,
      let place = place(of: key)
    else { return nil }
    let cell = PriceCell(band: key.band, jurisdiction: key.jurisdiction)
    var weight: Weight?
    for route in routes[place] ?? [] {
      guard let was = old.terms(route.old, cell), Self.is(was.price, price) else { continue }
      let part = self.part(route, was, cell, sums)
      weight = weight.map { $0.merged(part) } ?? part
    }
    return weight
  }

  private func place(of key: UsageSurvey.Key) -> Place? {
    guard let destination = old.destinations.sortedIndex(of: key.destination),
      let group = old.ratingGroups.sortedIndex(of: key.ratingGroup)
    else { return nil }
    return Place(kind: key.kind, destination: UInt32(destination), ratingGroup: UInt32(group))
  }

  private static func `is`(_ price: UnitPrice, _ met: UsageSurvey.UnitPriceKey) -> Bool {
    Int128(price.pico) * met.units == met.amount.pico * Int128(price.units)
  }

  private func part(_ route: Route, _ was: DeckTerms, _ cell: PriceCell, _ sums: UsageSurvey.Sums) -> Weight {
    let quantity = sums.quantityBilled - sums.quantityCovered
    let before = Self.cost(quantity, sums.eventCount, was)
    let old = AmountSpan(least: before, most: before)
    guard let row = route.new, !row.isBlocked, let becomes = new.terms(row, cell) else {
      return Weight(old: old, new: .zero, difference: .zero, loss: .all)
    }
    let (least, most) =
      was.roundsLike(becomes) ? (quantity, quantity) : Self.billed(sums, from: was, to: becomes)
    let new = AmountSpan(
      least: Self.cost(least, sums.eventCount, becomes), most: Self.cost(most, sums.eventCount, becomes))
    return Weight(
      old: old, new: new,
      difference: AmountSpan(least: new.least - before, most: new.most - before), loss: .none)
  }

  /// Bounds of what usage is billed as under other increments, in the integer quantity of the kind.
  ///
  /// An event with a row to itself is exact; of others only their number and their sum are known.
  private static func billed(_ sums: UsageSurvey.Sums, from was: DeckTerms, to becomes: DeckTerms) -> (
    least: Int128, most: Int128
  ) {
    var (singleCount, singleRaw, exact): (Int128, Int128, Int128) = (0, 0, 0)
    for (raw, count) in sums.singles {
      singleCount += count
      singleRaw += raw * count
      exact += Int128(becomes.billed(Int64(clamping: raw))) * count
    }
    let count = sums.eventCount - singleCount
    let quantity = sums.quantityBilled - sums.quantityCovered - sums.singlesBilled
    let raw = max(sums.quantityRaw - sums.quantityCovered - singleRaw, 0)
    let change = BilledSpan.changes(from: was, to: becomes)
    let least = max(quantity + count * Int128(change.least), raw)
    let most = min(quantity + count * Int128(change.most), raw + count * Int128(BilledSpan.added(becomes)))
    // Negative quantities, such as those of refunds, lie outside of such bounds.
    return least <= most ? (exact + least, exact + most) : (exact + most, exact + least)
  }

  /// Price of a quantity and the fees of so many events, exact to 10⁻¹².
  private static func cost(_ quantity: Int128, _ eventCount: Int128, _ terms: DeckTerms) -> Amount {
    RoundingRule.none.round(
      numeratorPico: quantity * Int128(terms.price.pico), over: Int128(terms.price.units))
      + Amount(pico: eventCount * Int128(terms.connectionFeePico))
  }
}

extension Routes.Weight {
  /// What is known where either of two may hold.
  fileprivate func merged(_ other: Routes.Weight) -> Routes.Weight {
    guard loss == .none || loss == .some else { return other.loss == .all ? self : other.withSomeLoss(old) }
    guard other.loss != .all else { return withSomeLoss(other.old) }
    return Routes.Weight(
      old: old.union(other.old), new: new.union(other.new), difference: difference.union(other.difference),
      loss: loss == .some || other.loss == .some ? .some : .none)
  }

  private func withSomeLoss(_ lost: AmountSpan) -> Routes.Weight {
    Routes.Weight(old: old.union(lost), new: new, difference: difference, loss: .some)
  }
}

extension [Label] {
  /// The place of a name in a list sorted by bytes; nil where it is not there. Complexity: O(log n).
  func sortedIndex(of name: Label) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == name ? low : nil
  }
}
