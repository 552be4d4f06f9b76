// The sums behind the report of costs: one pass over the cells, on all cores.

import BillingCalendar
import Catalog
import DurableFiles
import Money
import Synchronization
import Tables

/// Sums by what a report of costs tells apart.
struct CostSums: Sendable {
  /// Numbers of the compiled catalog; `none` where the run's key does not tell.
  struct Key: Hashable {
    var tariff: UInt32
    var supplier: UInt32
    var currency: UInt32
    var costCurrency: UInt32
    /// First day of the usage period.
    var day: UInt32
    var kind: UInt32
  }
  struct Sum {
    var events = 0
    var raw: Int128 = 0
    var amountPico: Int128 = 0
    var costPico: Int128 = 0
  }

  static let none = UInt32.max

  private(set) var sums: [Key: Sum] = [:]
  /// Whether rating groups and destinations are told apart.
  let hasTariffs: Bool
  private let fields: [SummaryKeyPlan.Field?]

  /// Adds all cells up: those in memory and those on disk. Complexity: O(cells).
  init(_ ledger: RunLedger, _ setup: RunSetup) throws(FileFault) {
    let parts: [SummaryKeyPlan.Part] = [.tariff, .supplier, .currency, .costCurrency, .period, .kind]
    fields = parts.map { part in setup.keyPlan.fields.first { $0.part == part } }
    hasTariffs = fields[0] != nil
    ledger.cells.seal()
    let total = Mutex<[Key: Sum]>([:])
    nonisolated(unsafe) let cells = ledger.cells
    let fields = self.fields
    SummaryOrder.inParallel(cells.count, setup.options.threadCount) { from, until in
      var sums: [Key: Sum] = [:]
      for number in from..<until { Self.add(cells.cell(number), fields, to: &sums) }
      let part = sums
      total.withLock { $0.merge(part) { $0 + $1 } }
    }
    sums = total.withLock { $0 }
    try ledger.cellSpill?.forEach { cell in Self.add(cell, fields, to: &sums) }
  }

  /// Those of events that are left to be settled, by supplier and kind alone: what they bring in is not known yet.
  init(_ later: LaterUsage, _ setup: RunSetup) {
    fields = []
    hasTariffs = false
    let cells = setup.baseCells.cells
    for (cell, sum) in zip(cells, later.costs) where sum.events != 0 || sum.costPico != 0 {
      let key = Key(
        tariff: Self.none, supplier: cell.supplier, currency: Self.none,
        costCurrency: UInt32(cell.costCurrency), day: Self.none, kind: UInt32(cell.kind))
      var sum = sum
      // What was measured is not what its samples add up to.
      if setup.catalog.settled.isGauge[Int(cell.charge)] { sum.raw = 0 }
      sums[key, default: Sum()] += sum
    }
  }

  /// Adds all of others.
  mutating func add(_ others: CostSums) { sums.merge(others.sums) { $0 + $1 } }

  /// What is charged by currency.
  func costs(_ tables: CostTables) -> [Currency: Amount] {
    var costs: [Currency: Amount] = [:]
    for (key, sum) in sums where key.costCurrency != 0 && (sum.events != 0 || sum.costPico != 0) {
      costs[tables.currencies[Int(key.costCurrency)], default: .zero] += Amount(pico: sum.costPico)
    }
    return costs
  }

  private static func add(
    _ cell: SummaryCell, _ fields: [SummaryKeyPlan.Field?], to sums: inout [Key: Sum]
  ) {
    func value(_ index: Int) -> UInt32 {
      guard let field = fields[index] else { return none }
      return UInt32(truncatingIfNeeded: SummaryKeyPlan.value(field, low: cell.keyLow, high: cell.keyHigh))
    }
    let period = value(4)
    let key = Key(
      tariff: value(0), supplier: value(1), currency: value(2), costCurrency: value(3),
      day: period == none ? none : period >> 6, kind: value(5))
    let isCost = cell.keyLow & SummaryKeyPlan.costSide != 0
    sums[key, default: Sum()] +=
      isCost
      ? Sum(costPico: cell.amountPico)
      : Sum(
        events: Int(truncatingIfNeeded: cell.eventCount), raw: Int128(cell.quantityRaw),
        amountPico: cell.amountPico)
  }
}

extension CostSums.Sum {
  static func + (a: Self, b: Self) -> Self {
    Self(
      events: a.events &+ b.events, raw: a.raw &+ b.raw, amountPico: a.amountPico &+ b.amountPico,
      costPico: a.costPico &+ b.costPico)
  }
  static func += (a: inout Self, b: Self) { a = a + b }
}
