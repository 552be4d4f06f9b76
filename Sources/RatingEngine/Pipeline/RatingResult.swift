// What a run found: proved totals, sums by key, suspense. Outputs are made from it.

import Catalog
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

  init(setup: RunSetup, ledger: RunLedger, files: [FileContext], damaged: [DamagedFile]) {
    self.setup = setup
    self.ledger = ledger
    self.files = files
    self.damaged = damaged
    totals = ledger.fileTotals.reduce(into: DoorTotals()) { $0 += $1 }
    held = CellSums.add(ledger.cells, setup)
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
    let amount = held.reduce(Int128(0)) { $0 + $1.amountPico }
    let ratedRaw = (0..<4).reduce(Int128(0)) { $0 + totals.quantity[$1 * 8 + Int(Door.rated)] }
    guard events == totals.rated, amount == totals.amountPico, raw == ratedRaw,
      billed == totals.billed.reduce(0, +)
    else {
      throw .totals(
        "the summary holds \(events) events and \(amount) pico, the rated records \(totals.rated) and \(totals.amountPico)"
      )
    }
  }
}

/// Sums over the cells of one currency.
struct CellSums: Sendable {
  var events = 0
  var raw: Int128 = 0
  var billed: Int128 = 0
  var amountPico: Int128 = 0

  /// Adds all cells up, by number of the currency. Complexity: O(cells) on all cores.
  static func add(_ cells: SummaryCells, _ setup: RunSetup) -> [CellSums] {
    let currencyCount = max(1, setup.catalog.currencies.count)
    let currency = setup.keyPlan.fields.first { $0.part == .currency }
    let total = Mutex([CellSums](repeating: CellSums(), count: currencyCount))
    nonisolated(unsafe) let cells = cells
    SummaryOrder.inParallel(cells.count, setup.options.threadCount) { from, until in
      var sums = [CellSums](repeating: CellSums(), count: currencyCount)
      sums.withUnsafeMutableBufferPointer { sums in
        for number in from..<until {
          let cell = cells.cell(number)
          let value = currency.map {
            Int(
              truncatingIfNeeded: SummaryKeyPlan.value(
                $0, low: cell.pointee.keyLow, high: cell.pointee.keyHigh))
          }
          let at = min(value ?? 0, currencyCount - 1)
          sums[at].events &+= Int(truncatingIfNeeded: cell.pointee.eventCount)
          sums[at].raw &+= Int128(cell.pointee.quantityRaw)
          sums[at].billed &+= Int128(cell.pointee.quantityBilled)
          sums[at].amountPico &+= cell.pointee.amountPico
        }
      }
      let part = sums
      total.withLock { total in
        for index in total.indices {
          total[index].events += part[index].events
          total[index].raw += part[index].raw
          total[index].billed += part[index].billed
          total[index].amountPico += part[index].amountPico
        }
      }
    }
    return total.withLock { $0 }
  }
}
