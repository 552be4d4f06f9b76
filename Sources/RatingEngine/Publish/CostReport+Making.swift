// Making the report of costs from sums: names for numbers, margins by dated rates, losses in order.

import BillingCalendar
import Catalog
import Money
import Tables

extension CostReport {
  /// The report of some sums; nil for a catalog without suppliers.
  init?(_ sums: CostSums, _ setup: RunSetup) {
    guard let tables = setup.catalog.costs else { return nil }
    let bySupplier = Self.suppliers(sums, setup, tables)
    suppliers = bySupplier.filter { $0.currency != nil }
    missing = bySupplier.filter { $0.currency == nil }
    var maker = MarginMaker(setup, tables)
    for (key, sum) in sums.sums where key.costCurrency != 0 { maker.add(key, sum) }
    margins = maker.margins.map {
      Margin(currency: setup.catalog.currencies[Int($0.key)], amount: $0.value.amount, cost: $0.value.cost)
    }.sorted { $0.currency < $1.currency }
    rates = maker.rates.sorted { ($0.from.code, $0.to.code, $0.date) < ($1.from.code, $1.to.code, $1.date) }
    unconverted = maker.unconverted.map {
      Unconverted(from: $0.key.from, to: $0.key.to, eventCount: $0.value)
    }.sorted { ($0.from.code, $0.to.code) < ($1.from.code, $1.to.code) }
    tellsLosses = sums.hasTariffs
    let losses = sums.hasTariffs ? maker.losses : []
    self.losses = Array(losses.prefix(Self.lossCountMax))
    lossCount = losses.count
  }

  private struct SupplierKey: Hashable {
    var supplier: UInt32
    var costCurrency: UInt32
  }

  private static func suppliers(_ sums: CostSums, _ setup: RunSetup, _ tables: CostTables) -> [Supplier] {
    var totals: [SupplierKey: CostSums.Sum] = [:]
    var raws: [SupplierKey: [Int128]] = [:]
    for (key, sum) in sums.sums {
      let own = SupplierKey(supplier: key.supplier, costCurrency: key.costCurrency)
      totals[own, default: CostSums.Sum()] += sum
      if Int(key.kind) < UsageKind.allCases.count {
        raws[own, default: Array(repeating: 0, count: UsageKind.allCases.count)][Int(key.kind)] += sum.raw
      }
    }
    return totals.filter { $0.value.events != 0 || $0.value.costPico != 0 }.map { key, sum in
      let hasCost = key.costCurrency != 0
      return Supplier(
        name: tables.suppliers[Int(key.supplier)], cost: hasCost ? Amount(pico: sum.costPico) : nil,
        currency: hasCost ? tables.currencies[Int(key.costCurrency)] : nil, eventCount: sum.events,
        quantities: UsageKind.allCases.compactMap { kind in
          let raw = raws[key]?[Int(kind.rawValue)] ?? 0
          return raw == 0 ? nil : (kind, raw)
        })
    }.sorted { ($0.name, $0.currency?.code ?? "") < ($1.name, $1.currency?.code ?? "") }
  }
}

/// Adds revenue and costs up where they can be set beside each other.
private struct MarginMaker {
  struct Pair: Hashable {
    var from: Currency
    var to: Currency
  }
  struct LossKey: Hashable {
    var tariff: UInt32
    var supplier: UInt32
    var currency: UInt32
  }
  struct Sides {
    var amount = Amount.zero
    var cost = Amount.zero
    var events = 0
  }

  private let setup: RunSetup
  private let tables: CostTables
  private var byTariff: [LossKey: Sides] = [:]
  private(set) var margins: [UInt32: Sides] = [:]
  private(set) var rates: Set<ExchangeRate> = []
  private(set) var unconverted: [Pair: Int] = [:]

  init(_ setup: RunSetup, _ tables: CostTables) {
    self.setup = setup
    self.tables = tables
  }

  mutating func add(_ key: CostSums.Key, _ sum: CostSums.Sum) {
    let pair = Pair(
      from: tables.currencies[Int(key.costCurrency)], to: setup.catalog.currencies[Int(key.currency)])
    guard let cost = converted(Amount(pico: sum.costPico), pair, day: key.day) else {
      unconverted[pair, default: 0] += sum.events
      return
    }
    let sides = Sides(amount: Amount(pico: sum.amountPico), cost: cost, events: sum.events)
    Self.add(sides, to: &margins[key.currency, default: Sides()])
    let own = LossKey(tariff: key.tariff, supplier: key.supplier, currency: key.currency)
    Self.add(sides, to: &byTariff[own, default: Sides()])
  }

  private static func add(_ sides: Sides, to sum: inout Sides) {
    sum.amount += sides.amount
    sum.cost += sides.cost
    sum.events += sides.events
  }

  /// A cost in the currency of revenue, by the rate in force on the first day of the usage period.
  private mutating func converted(_ cost: Amount, _ pair: Pair, day: UInt32) -> Amount? {
    if pair.from == pair.to { return cost }
    guard day != CostSums.none,
      let rate = ExchangeRate.inForce(
        setup.catalog.source.exchangeRates, from: pair.from, to: pair.to,
        on: CivilDate(dayNumber: Int32(truncatingIfNeeded: day))),
      let amount = rate.converted(cost)
    else { return nil }
    rates.insert(rate)
    return amount
  }

  /// Groups and destinations that cost more than they bring in, the largest loss first.
  var losses: [CostReport.Loss] {
    byTariff.filter { $0.value.amount < $0.value.cost }.map { key, sides in
      let (group, destination) =
        key.tariff == CostSums.none
        ? (.empty, .empty) : SummaryTexts.tariff(Int(key.tariff), setup.catalog, setup.meters)
      return CostReport.Loss(
        ratingGroup: group, destination: destination, supplier: tables.suppliers[Int(key.supplier)],
        margin: CostReport.Margin(
          currency: setup.catalog.currencies[Int(key.currency)], amount: sides.amount, cost: sides.cost),
        eventCount: sides.events)
    }.sorted { a, b in
      if a.margin.margin != b.margin.margin { return a.margin.margin < b.margin.margin }
      return (a.ratingGroup, a.destination, a.supplier, Label(a.margin.currency.code))
        < (b.ratingGroup, b.destination, b.supplier, Label(b.margin.currency.code))
    }
  }
}
