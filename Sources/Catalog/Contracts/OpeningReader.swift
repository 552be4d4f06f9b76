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
  /// The series that the catalog numbers documents in.
  private let series: [Label]

  /// What `text` says, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex, series: [Label]
  ) -> (rows: Opening, findings: FindingList) {
    var reader = OpeningReader(table: AuthoredTable(text, file: file), series: series)
    while reader.table.nextRow() { reader.takeRow(accounts) }
    return (reader.opening, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<OpeningColumn>, series: [Label]) {
    self.table = table
    self.series = series
  }

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
      // No error: the row of a series that is no longer used is right, and says nothing.
      if !self.series.contains(series) {
        table.warning(
          .series, "no document is numbered in the series \(Quoted.text(series))",
          hint: Quoted.suggestion(
            for: series, in: self.series,
            otherwise: "the series are \(self.series.map { Quoted.text($0) }.joined(separator: " and "))"))
      }
    default:
      table.findings.error(
        at: TablePosition(line: table.line, column: 0), "the row says neither of the two things it can say",
        hint: "fill account and billed_until, or series and next_number")
    }
  }
}
