// What a run found: proved totals, sums by key, suspense. Outputs are made from it.

import Catalog
import DurableFiles
import Synchronization
import Tables

/// The result of a run, with its control totals proved.
public struct RatingResult {
  let setup: RunSetup
  let ledger: RunLedger
  let files: [FileContext]
  /// Files that were left out because they were damaged.
  public let damaged: [DamagedFile]
  let totals: DoorTotals
  /// What the cells hold, by currency number.
  let held: [CellSums]
  /// What they hold of both sides; nil for a catalog without suppliers.
  let costSums: CostSums?
  /// What of the totals was settled.
  var settled: SettledTotals { ledger.settled }
  /// How many closed periods of owners had events all the same (`RatingOptions.closedPeriods`): their rows are not complete.
  public var closedPeriodsWithEventsCount: Int { settled.closedStretchCount }
  /// By which copies stored events are named; nil where each is named by itself.
  let firstCopies: FirstCopies?
  /// Rows of the outputs that were written.
  let rowCounts = RowCounts()

  /// Known when an output was written.
  final class RowCounts {
    var summary: Int?
    var table: Int?
  }

  init(
    setup: RunSetup, ledger: RunLedger, files: [FileContext], damaged: [DamagedFile],
    firstCopies: FirstCopies? = nil
  ) throws(FileFault) {
    self.firstCopies = firstCopies
    self.setup = setup
    self.ledger = ledger
    self.files = files
    self.damaged = damaged
    totals = ledger.fileTotals.reduce(into: DoorTotals()) { $0 += $1 }
    held = try CellSums.add(ledger, setup)
    costSums = setup.catalog.costs == nil ? nil : try CostSums(ledger, setup)
  }

  /// Proves conservation: every record left by one door, and the cells hold exactly what the rated records owe.
  func prove() throws(RunFault) {
    for (file, totals) in zip(files, ledger.fileTotals) where !totals.meets {
      throw .totals(
        "\(file.name): \(totals.read) read ≠ \(totals.rated) rated + \(totals.filteredCount) filtered + "
          + "\(totals.duplicate) duplicate + \(totals.suspendedCount) suspended")
    }
    let events = held.reduce(0) { $0 + $1.events }
    let raw = held.reduce(Int128(0)) { $0 + $1.raw }
    let billed = held.reduce(Int128(0)) { $0 + $1.billed }
    let covered = held.reduce(Int128(0)) { $0 + $1.covered }
    let amount = held.reduce(Int128(0)) { $0 + $1.amountPico }
    let ratedRaw = (0..<4).reduce(Int128(0)) {
      $0 + totals.quantity[$1 * 8 + Int(Door.rated)] + settled.gaugeGain($1)
    }
    let cost = held.reduce(Int128(0)) { $0 + $1.costPico }
    let charged = totals.costPico + settled.costPico
    guard cost == charged else {
      throw .totals("the summary holds costs of \(cost) pico, the rated records \(charged)")
    }
    let owed = totals.amountPico + settled.amountPico
    let later = ledger.later
    guard events + (later?.eventCount ?? 0) == totals.rated, amount == owed,
      raw + (later?.raw.reduce(0, +) ?? 0) == ratedRaw,
      billed == totals.billed.reduce(0, +) + settled.totalBilled,
      covered == settled.totalCovered
    else {
      throw .totals(
        "the summary holds \(events) events and \(amount) pico, the rated records \(totals.rated) and \(owed)"
      )
    }
    guard settled.events == ledger.settleStore?.eventCount ?? 0 else {
      throw .totals(
        "\(ledger.settleStore?.eventCount ?? 0) events were put aside, \(settled.events) were settled")
    }
  }
}

/// Sums over the cells of one currency.
struct CellSums: Sendable {
  var cells = 0
  var events = 0
  var raw: Int128 = 0
  var billed: Int128 = 0
  var covered: Int128 = 0
  var amountPico: Int128 = 0
  /// What suppliers charge, whatever the currency of it.
  var costPico: Int128 = 0

  /// Adds all cells up, by number of the currency: those in memory and those on disk. Complexity: O(cells).
  static func add(_ ledger: RunLedger, _ setup: RunSetup) throws(FileFault) -> [CellSums] {
    let currencyCount = max(1, setup.catalog.currencies.count)
    let currency = setup.keyPlan.fields.first { $0.part == .currency }
    let costMask = setup.keyPlan.side == nil ? 0 : SummaryKeyPlan.costSide
    let total = Mutex([CellSums](repeating: CellSums(), count: currencyCount))
    ledger.cells.seal()
    nonisolated(unsafe) let cells = ledger.cells
    SummaryOrder.inParallel(cells.count, setup.options.threadCount) { from, until in
      var sums = [CellSums](repeating: CellSums(), count: currencyCount)
      sums.withUnsafeMutableBufferPointer { sums in
        for number in from..<until { add(cells.cell(number), currency, costMask, sums) }
      }
      let part = sums
      total.withLock { total in
        for index in total.indices { total[index].add(part[index]) }
      }
    }
    var sums = total.withLock { $0 }
    try ledger.cellSpill?.forEach { cell in
      sums.withUnsafeMutableBufferPointer { add(cell, currency, costMask, $0) }
    }
    return sums
  }

  @inline(__always) private static func add(
    _ cell: SummaryCell, _ currency: SummaryKeyPlan.Field?, _ costMask: UInt64,
    _ sums: UnsafeMutableBufferPointer<CellSums>
  ) {
    let value = currency.map {
      Int(truncatingIfNeeded: SummaryKeyPlan.value($0, low: cell.keyLow, high: cell.keyHigh))
    }
    let at = min(value ?? 0, sums.count - 1)
    if cell.keyLow & costMask != 0 {
      sums[at].costPico &+= cell.amountPico
      return
    }
    sums[at].cells &+= 1
    sums[at].events &+= Int(truncatingIfNeeded: cell.eventCount)
    sums[at].raw &+= Int128(cell.quantityRaw)
    sums[at].billed &+= Int128(cell.quantityBilled)
    sums[at].covered &+= Int128(cell.quantityCovered)
    sums[at].amountPico &+= cell.amountPico
  }

  private mutating func add(_ other: CellSums) {
    cells += other.cells
    events += other.events
    raw += other.raw
    billed += other.billed
    covered += other.covered
    amountPico += other.amountPico
    costPico += other.costPico
  }
}
