// What margins are made of: revenue and costs of events that have a cost, by what the report tells apart.

import BillingCalendar
import Catalog
import Money
import Tables
public import UsageSummary

/// Revenue and costs, added up in any order. Rows that a settlement takes the place of are taken away.
public struct MarginSums: Sendable {
  /// What sums are told apart by.
  struct Key: Hashable {
    var ratingGroup: Label
    var destination: Label
    var supplier: Label
    var currency: Currency
    var costCurrency: Currency
    /// First day of the usage period, which says at which rate; nil where the run's key does not tell.
    var day: CivilDate?
  }
  /// The sums of a key.
  struct Sides {
    var amount = Amount.zero
    var cost = Amount.zero
    var events = 0

    /// Whether nothing is left.
    var isZero: Bool { events == 0 && amount == .zero && cost == .zero }

    static func += (a: inout Self, b: Self) {
      a.amount += b.amount
      a.cost += b.cost
      a.events += b.events
    }
  }

  private(set) var sums: [Key: Sides] = [:]

  /// Nothing.
  public init() {}

  /// Adds the sums of a key.
  mutating func add(_ key: Key, _ sides: Sides) { sums[key, default: Sides()] += sides }

  /// Adds a row of a summary, or takes it away; one without a cost is none of a margin.
  public mutating func add(_ row: SummaryRow, isTakenAway: Bool = false) {
    guard let currency = row.costCurrency, let cost = row.cost else { return }
    let key = Key(
      ratingGroup: row.ratingGroup, destination: row.destination, supplier: row.supplier,
      currency: row.currency, costCurrency: currency, day: row.usagePeriod.from)
    add(
      key,
      isTakenAway
        ? Sides(amount: -row.amount, cost: -cost, events: -Int(clamping: row.eventCount))
        : Sides(amount: row.amount, cost: cost, events: Int(clamping: row.eventCount)))
  }

  /// Adds all of others.
  mutating func add(_ others: MarginSums) { for (key, sides) in others.sums { add(key, sides) } }
}

extension CostReport {
  /// Adds what a commit changes of usage that is settled with its period: the rows of before taken away, those of now added.
  ///
  /// Margins, rates and losses are then of all events of the run, and nothing is `unsettled` any more.
  public mutating func settle(_ change: MarginSums) {
    sums.add(change)
    hasSettled = !unsettled.isEmpty || change.sums.contains { !$0.value.isZero }
    unsettled = []
    setMargins()
  }

  /// Makes margins, rates and losses of the sums.
  mutating func setMargins() {
    var maker = MarginMaker(exchangeRates)
    for (key, sides) in sums.sums { maker.add(key, sides) }
    margins = maker.margins.map { Margin(currency: $0.key, amount: $0.value.amount, cost: $0.value.cost) }
      .sorted { $0.currency < $1.currency }
    rates = maker.rates.sorted { ($0.from.code, $0.to.code, $0.date) < ($1.from.code, $1.to.code, $1.date) }
    unconverted = maker.unconverted.filter { $0.value != 0 }.map {
      Unconverted(from: $0.key.from, to: $0.key.to, eventCount: $0.value)
    }.sorted { ($0.from.code, $0.to.code) < ($1.from.code, $1.to.code) }
    let losses = tellsLosses ? maker.losses : []
    self.losses = Array(losses.prefix(Self.lossCountMax))
    lossCount = losses.count
  }
}

/// Adds revenue and costs up where they can be set beside each other.
private struct MarginMaker {
  struct Pair: Hashable {
    var from: Currency
    var to: Currency
  }
  struct LossKey: Hashable {
    var ratingGroup: Label
    var destination: Label
    var supplier: Label
    var currency: Currency
  }

  private let exchangeRates: [ExchangeRate]
  private var byDestination: [LossKey: MarginSums.Sides] = [:]
  private(set) var margins: [Currency: MarginSums.Sides] = [:]
  private(set) var rates: Set<ExchangeRate> = []
  private(set) var unconverted: [Pair: Int] = [:]

  init(_ exchangeRates: [ExchangeRate]) { self.exchangeRates = exchangeRates }

  mutating func add(_ key: MarginSums.Key, _ sum: MarginSums.Sides) {
    let pair = Pair(from: key.costCurrency, to: key.currency)
    // What was taken away to the last event needs no rate.
    if sum.isZero { return }
    guard let cost = converted(sum.cost, pair, day: key.day) else {
      unconverted[pair, default: 0] += sum.events
      return
    }
    let sides = MarginSums.Sides(amount: sum.amount, cost: cost, events: sum.events)
    margins[key.currency, default: MarginSums.Sides()] += sides
    let own = LossKey(
      ratingGroup: key.ratingGroup, destination: key.destination, supplier: key.supplier,
      currency: key.currency)
    byDestination[own, default: MarginSums.Sides()] += sides
  }

  /// A cost in the currency of revenue, by the rate in force on the first day of the usage period.
  private mutating func converted(_ cost: Amount, _ pair: Pair, day: CivilDate?) -> Amount? {
    if pair.from == pair.to { return cost }
    guard let day, let rate = ExchangeRate.inForce(exchangeRates, from: pair.from, to: pair.to, on: day),
      let amount = rate.converted(cost)
    else { return nil }
    rates.insert(rate)
    return amount
  }

  /// Groups and destinations that cost more than they bring in, the largest loss first.
  var losses: [CostReport.Loss] {
    byDestination.filter { $0.value.amount < $0.value.cost }.map { key, sides in
      CostReport.Loss(
        ratingGroup: key.ratingGroup, destination: key.destination, supplier: key.supplier,
        margin: CostReport.Margin(currency: key.currency, amount: sides.amount, cost: sides.cost),
        eventCount: sides.events)
    }.sorted { a, b in
      if a.margin.margin != b.margin.margin { return a.margin.margin < b.margin.margin }
      return (a.ratingGroup, a.destination, a.supplier, Label(a.margin.currency.code))
        < (b.ratingGroup, b.destination, b.supplier, Label(b.margin.currency.code))
    }
  }
}
