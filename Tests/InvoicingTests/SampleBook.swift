// Accounts, contracts and usage as tables that a billing clerk could read.

import BillingCalendar
import Catalog
import Money
import Tables
import TestSupport
import UsageFolderSupport
import UsageSummary

@testable import Invoicing

/// A catalog and usage made from lines of text; cells are separated by blanks, `.` is an empty cell, `_` a blank.
struct SampleBook {
  var accounts: [Account] = []
  var contracts: [Contract] = []
  var seller: [(key: Label, value: Label)] = []
  var usage = SampleUsageFolder(rows: [])
  var billing = BillingTables()

  /// Accounts: `id cycle_day`.
  init(accounts text: String) {
    for cells in Self.lines(text) {
      accounts.append(
        Account(
          id: Label(cells[0]), name: Label("Name of " + cells[0]), zone: .utc, cycleDay: Int(cells[1])!,
          pool: .empty,
          rounding: .event, plans: [], details: [:], line: accounts.count + 2))
    }
    accounts.sort { $0.id < $1.id }
  }

  /// Contracts: `account description price currency quantity interval from until`.
  mutating func addContracts(_ text: String) {
    for cells in Self.lines(text) {
      let index = accounts.firstIndex { $0.id == Label(cells[0]) }!
      contracts.append(
        Contract(
          accountIndex: index, description: Label(cells[1]), price: Self.amount(cells[2]),
          currency: Currency(code: cells[3])!, quantityMicro: Int64(Self.decimal(cells[4], 6)),
          interval: .months(Int(cells[5])!), from: CivilDate.parse(cells[6])!,
          until: CivilDate.parse(cells[7]),
          line: contracts.count + 2))
    }
  }

  /// Usage: `account period kind group charge unit_price per events billed amount currency`.
  mutating func addUsage(_ text: String) {
    for cells in Self.lines(text) {
      let kind = ServiceKind.allCases.first { $0.name == cells[2] }
      let digits = kind?.quantityDigits ?? 0
      let billed = Self.decimal(cells[8], digits)
      usage.rows.append(
        SummaryRow(
          account: Label(cells[0]), usagePeriod: UsagePeriod.parse(cells[1])!, plan: "p",
          charge: Label(cells[4]),
          serviceKind: kind, direction: kind == nil ? "" : "outbound", ratingGroup: Label(cells[3]),
          // Rows of one group differ by destination, as those of a deck do.
          destination: kind == nil ? .empty : Label("row \(usage.rows.count)"),
          unitPrice: cells[5].isEmpty ? nil : Self.amount(cells[5]),
          perQuantity: cells[6].isEmpty ? nil : Self.decimal(cells[6], digits),
          currency: Currency(code: cells[10])!,
          eventCount: Int64(cells[7])!, quantityRaw: billed, quantityBilled: billed,
          amount: Self.amount(cells[9])))
    }
  }

  /// The catalog of these accounts and contracts.
  var catalog: Catalog {
    var catalog = Catalog(
      defaults: CatalogDefaults(zone: .utc, currency: nil, country: nil, seller: seller), sources: [],
      formats: [],
      accounts: accounts, services: [], decks: [], plans: [], contracts: contracts,
      ratingHash: usage.ratingHash.description, billingHash: "b1", warnings: [])
    catalog.billing = billing
    return catalog
  }

  /// The drafts, made from a usage folder on disk.
  func drafts(_ choice: UsagePeriodChoice? = nil) throws -> [InvoiceDraft] {
    let folder = try TemporaryFolder()
    try usage.write(to: folder)
    var drafts: [InvoiceDraft] = []
    try InvoiceDraftRun(usage: try UsageFolder.open(folder.path), catalog: catalog, choice: choice)
      .forEachDraft { drafts.append($0) }
    return drafts
  }

  static func lines(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { line in
      line.split(separator: " ").map { cell in
        cell == "." ? "" : String(cell.map { $0 == "_" ? " " : $0 })
      }
    }
  }

  static func amount(_ text: String) -> Amount { Amount(pico: decimal(text, Amount.scale)) }

  static func decimal(_ text: String, _ scale: Int) -> Int128 {
    guard case .success(let value) = DecimalText.parse(text, scale: scale) else {
      preconditionFailure("no decimal: \(text)")
    }
    return value
  }
}
