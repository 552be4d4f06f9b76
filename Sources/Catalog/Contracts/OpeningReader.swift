// Reads opening.csv: rows of accounts, and rows of number series.

import BillingCalendar
import Tables

/// The columns of opening.csv.
enum OpeningColumn: Int, TableColumn {
  case account, billedUntil, series, nextNumber

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .billedUntil: ["billed_until"]
    case .series: ["series"]
    case .nextNumber: ["next_number"]
    }
  }

  var isNeeded: Bool { false }
}

/// Reads opening.csv.
struct OpeningReader: ~Copyable {
  private var table: AuthoredTable<OpeningColumn>
  private var opening = Opening()

  /// What `text` says, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex
  ) -> (rows: Opening, findings: FindingList) {
    var reader = OpeningReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts) }
    return (reader.opening, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<OpeningColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex) {
    var isBad = false
    let account = table.reference(.account, to: accounts, what: "account", isBad: &isBad)
    let day = table.date(.billedUntil, isBad: &isBad)
    let series = table.given(.series)
    let number = table.wholeNumber(.nextNumber, in: 1...999_999_999_999, isBad: &isBad)
    guard !isBad else { return }
    switch (account, day, series, number) {
    case (let account?, let day?, nil, nil):
      if opening.billedUntil.updateValue(day, forKey: account) != nil {
        table.error(.account, "the account has a row already", hint: "keep one")
      }
    case (nil, nil, let series?, let number?):
      if opening.nextNumbers.updateValue(Int64(number), forKey: series) != nil {
        table.error(.series, "the series has a row already", hint: "keep one")
      }
    default:
      table.findings.error(
        at: TablePosition(line: table.line, column: 0), "the row says neither of the two things it can say",
        hint: "fill account and billed_until, or series and next_number")
    }
  }
}
