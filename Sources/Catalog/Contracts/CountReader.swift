// Reads counts.csv.

import BillingCalendar
import Money
import Tables

/// The columns of counts.csv.
enum CountColumn: Int, TableColumn {
  case account, item, date, quantity, source

  var names: [String] {
    switch self {
    case .account: ["account"]
    case .item: ["item", "metric"]
    case .date: ["date", "day"]
    case .quantity: ["quantity", "count"]
    case .source: ["source"]
    }
  }

  var isNeeded: Bool { self != .source }
}

/// Counts that several files give together, each day of a key once.
struct CountCollection {
  private(set) var snapshots: [CountBook.Key: [CountSnapshot]] = [:]
  private var places: [CountBook.Key: [CivilDate: String]] = [:]

  /// Adds a count; the place of the one that stands for its day already, or nil.
  mutating func add(_ snapshot: CountSnapshot, to key: CountBook.Key) -> String? {
    if let place = places[key]?[snapshot.day] { return place }
    places[key, default: [:]][snapshot.day] = "\(snapshot.file):\(snapshot.line)"
    snapshots[key, default: []].append(snapshot)
    return nil
  }
}

/// Reads counts.csv.
struct CountReader: ~Copyable {
  private var table: AuthoredTable<CountColumn>
  private var counts = CountCollection()

  /// The counts of `text`, and what is wrong with it.
  static func read(
    _ text: UnsafeBufferPointer<UInt8>, file: String, accounts: NameIndex
  ) -> (rows: CountCollection, findings: FindingList) {
    var reader = CountReader(table: AuthoredTable(text, file: file))
    while reader.table.nextRow() { reader.takeRow(accounts) }
    return (reader.counts, reader.table.finish())
  }

  private init(table: consuming AuthoredTable<CountColumn>) { self.table = table }

  private mutating func takeRow(_ accounts: NameIndex) {
    var isBad = false
    let account = table.neededReference(.account, to: accounts, what: "account")
    let item = table.needed(.item)
    let day = table.needed(.date) == nil ? nil : table.date(.date, isBad: &isBad)
    let quantity = table.needed(.quantity) == nil ? nil : table.millionths(.quantity, isBad: &isBad)
    guard let account, let item, let day, let quantity else { return }
    let snapshot = CountSnapshot(
      day: day, quantityMicro: quantity, source: table.label(.source), line: table.line)
    if let place = counts.add(snapshot, to: CountBook.Key(accountIndex: account, item: item)) {
      table.error(
        .date, "\(place) has a count of \(Quoted.text(item)) for this day already",
        hint: "keep one, or give what another tool counts another item")
    }
  }
}

extension AuthoredTable {
  /// A quantity of 0 or more in millionths; nil where the cell is empty, and with `isBad` where it cannot be read.
  mutating func millionths(_ column: Column, isBad: inout Bool) -> Int64? {
    guard let text = given(column) else { return nil }
    guard let value = decimal(column, scale: 6) else {
      isBad = true
      return nil
    }
    if value >= 0, let quantity = Int64(exactly: value) { return quantity }
    error(column, "bad \(column.name) \(Quoted.text(text))", hint: "expected 0 or more")
    isBad = true
    return nil
  }
}
