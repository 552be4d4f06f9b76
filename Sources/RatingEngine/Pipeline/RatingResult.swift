// What a run found: proved totals, sums by key, suspense. Outputs are made from it.

import Catalog
import Tables

/// The result of a run, with its control totals proved.
public struct RatingResult {
  let setup: RunSetup
  let ledger: RunLedger
  let files: [FileContext]
  /// Files that were left out because they were damaged.
  public let damaged: [DamagedFile]
  let totals: DoorTotals

  init(setup: RunSetup, ledger: RunLedger, files: [FileContext], damaged: [DamagedFile]) {
    self.setup = setup
    self.ledger = ledger
    self.files = files
    self.damaged = damaged
    totals = ledger.fileTotals.reduce(into: DoorTotals()) { $0 += $1 }
  }

  /// Proves conservation: every record left by one door, and the cells hold exactly what the rated records owe.
  func prove() throws(RunFault) {
    for (file, totals) in zip(files, ledger.fileTotals) where !totals.meets {
      throw .totals(
        "\(file.name): \(totals.read) read ≠ \(totals.rated) rated + \(totals.filteredCount) filtered + "
          + "\(totals.duplicate) duplicate + \(totals.suspendedCount) suspended")
    }
    var events = 0
    var raw: Int128 = 0
    var billed: Int128 = 0
    var amount: Int128 = 0
    for number in 0..<ledger.cells.count {
      let cell = ledger.cells.cell(number)
      events += Int(cell.pointee.eventCount)
      raw += Int128(cell.pointee.quantityRaw)
      billed += Int128(cell.pointee.quantityBilled)
      amount += cell.pointee.amountPico
    }
    let ratedRaw = (0..<4).reduce(Int128(0)) { $0 + totals.quantity[$1 * 8 + Int(Door.rated)] }
    guard events == totals.rated, amount == totals.amountPico, raw == ratedRaw,
      billed == totals.billed.reduce(0, +)
    else {
      throw .totals(
        "the summary holds \(events) events and \(amount) pico, the rated records \(totals.rated) and \(totals.amountPico)"
      )
    }
    for (file, totals) in zip(files, ledger.fileTotals) {
      if let promised = file.promisedRecords, promised >= 0, promised != totals.read {
        throw .damaged([
          DamagedFile(
            name: file.name, offset: -1,
            message: "holds \(totals.read) records, its trailer says \(promised); fetch it again",
            recordsRead: totals.read)
        ])
      }
    }
  }
}
