// Making the report of costs from the sums of a run: names for numbers.

import BillingCalendar
import Catalog
import Money
import Tables

extension CostReport {
  /// The report of some sums, with those of events that are settled later; nil for a catalog without suppliers.
  init?(_ sums: CostSums, _ later: CostSums?, _ setup: RunSetup) {
    guard let tables = setup.catalog.costs else { return nil }
    var all = sums
    if let later { all.add(later) }
    let bySupplier = Self.suppliers(all, tables)
    suppliers = bySupplier.filter { $0.currency != nil }
    missing = bySupplier.filter { $0.currency == nil }
    unsettled = later.map { Self.suppliers($0, tables).filter { $0.currency != nil } } ?? []
    hasSettled = false
    exchangeRates = setup.catalog.source.exchangeRates
    tellsLosses = sums.hasTariffs
    self.sums = MarginSums(sums, setup, tables)
    (margins, rates, unconverted, losses, lossCount) = ([], [], [], [], 0)
    setMargins()
  }

  private struct SupplierKey: Hashable {
    var supplier: UInt32
    var costCurrency: UInt32
  }

  private static func suppliers(_ sums: CostSums, _ tables: CostTables) -> [Supplier] {
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

extension MarginSums {
  /// Those of a run's sums, by names.
  init(_ sums: CostSums, _ setup: RunSetup, _ tables: CostTables) {
    self.init()
    for (key, sum) in sums.sums where key.costCurrency != 0 {
      let (group, destination): (Label, Label) =
        key.tariff == CostSums.none
        ? (.empty, .empty) : SummaryTexts.tariff(Int(key.tariff), setup.catalog, setup.meters)
      add(
        Key(
          ratingGroup: group, destination: destination, supplier: tables.suppliers[Int(key.supplier)],
          currency: setup.catalog.currencies[Int(key.currency)],
          costCurrency: tables.currencies[Int(key.costCurrency)],
          day: key.day == CostSums.none
            ? nil : CivilDate(dayNumber: Int32(truncatingIfNeeded: key.day))),
        Sides(amount: Amount(pico: sum.amountPico), cost: Amount(pico: sum.costPico), events: sum.events))
    }
  }
}
