// Reads fx.csv.

import BillingCalendar
import Money
import Tables

/// The columns of fx.csv.
enum ExchangeRateColumn: Int, TableColumn {
  case from, to, date, rate

  var names: [String] {
    switch self {
    case .from: ["from"]
    case .to: ["to"]
    case .date: ["date"]
    case .rate: ["rate"]
    }
  }

  var isNeeded: Bool { true }
}

/// Reads fx.csv.
struct ExchangeRateReader: ~Copyable {
  private struct Key: Hashable {
    var from: Currency
    var to: Currency
    var date: CivilDate
  }

  private var table: AuthoredTable<ExchangeRateColumn>
  private var rates: [ExchangeRate] = []
  private var lineByKey: [Key: Int] = [:]

  /// The rates of `text` in file order, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String
  ) -> (rows: [ExchangeRate], findings: FindingList) {
    var reader = ExchangeRateReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow() }
    return (reader.rates, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<ExchangeRateColumn>) { self.table = table }

  private mutating func takeRow() {
    var isBad = false
    for column in ExchangeRateColumn.allCases where table.needed(column) == nil { isBad = true }
    guard !isBad else { return }
    let from = table.currency(.from, isBad: &isBad)
    let to = table.currency(.to, isBad: &isBad)
    let date = table.date(.date, isBad: &isBad)
    let rate = takeRate()
    guard let from, let to, let date, let rate else { return }
    guard from != to else { return table.error(.to, "both currencies are \(from)", hint: "name two") }
    let key = Key(from: from, to: to, date: date)
    if let line = lineByKey[key] {
      return table.error(.date, "line \(line) has a rate for this day already", hint: "keep one")
    }
    lineByKey[key] = table.line
    rates.append(ExchangeRate(from: from, to: to, date: date, ratePico: rate, line: table.line))
  }

  private mutating func takeRate() -> Int64? {
    guard let value = table.decimal(.rate, scale: Amount.scale) else { return nil }
    if value > 0, let rate = Int64(exactly: value) { return rate }
    let shown = Quoted.text(table.bytes(.rate))
    table.error(.rate, "bad rate \(shown)", hint: "expected a number above 0 and below 9,223,372")
    return nil
  }
}
