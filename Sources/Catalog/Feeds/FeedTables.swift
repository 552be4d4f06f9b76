// Rows of feeds as counts and tickets.

import BillingCalendar
import Money
import Tables

/// One file of a feed, translated.
struct FeedFile {
  /// Path inside the catalog.
  var innerPath: String
  /// The path as the user named it.
  var path: String
  /// What the `*` of the feed's files stands for in its name.
  var namePart: Label
  /// Its rows.
  var rows: [FeedRow]
}

/// The rows of our own table as text, with the places of the export's cells.
struct FeedTable {
  /// The table as counts.csv or tickets.csv would have it.
  var text: [UInt8] = []
  /// Where its rows and cells stood.
  var places: FeedPlaces

  /// Writes `rows` with the columns `columns`.
  init(_ rows: [FeedRow], columns: [FeedColumn]) {
    places = FeedPlaces(columns: columns.map(\.rawValue), rows: rows)
    CSVText.appendRow(columns.map { Label($0.rawValue) }, to: &text)
    for row in rows { CSVText.appendRow(columns.map { row.cells[$0] ?? .empty }, to: &text) }
  }
}

/// Where the rows of a translated table stood in the export.
struct FeedPlaces {
  /// Names of the columns, in order.
  let columns: [String]
  private let lines: [Int]
  private let positions: [[TablePosition?]]

  init(columns: [String], rows: [FeedRow]) {
    self.columns = columns
    lines = rows.map(\.line)
    positions = rows.map { row in
      columns.map { name in FeedColumn(rawValue: name).flatMap { row.positions[$0] } }
    }
  }

  /// The line of a row, from 0.
  func line(of row: Int) -> Int { lines.indices.contains(row) ? lines[row] : 0 }

  /// The place of a cell.
  func position(row: Int, cell: Int) -> TablePosition {
    let known = positions.indices.contains(row) && positions[row].indices.contains(cell)
    return (known ? positions[row][cell] : nil) ?? TablePosition(line: line(of: row), column: 0)
  }
}

/// Counts of one feed: rows of one account, item and day added up.
struct FeedCounts {
  private struct Sum {
    var micro: Int64
    var source: Label
    var file: String
    var line: Int
  }

  private struct Subject: Hashable {
    var account: Label
    var item: Label
  }

  private var sums: [Subject: [CivilDate: Sum]] = [:]
  /// Days on which everything was counted: what a file does not name was not there.
  private var completeDays: [CivilDate: (file: String, line: Int)] = [:]

  /// Adds the rows of a file; `day` where the whole file is of one day. A row without a quantity is one.
  mutating func add(
    _ rows: [FeedRow], of file: String, wholeDay day: CivilDate?, findings: inout FindingList
  ) {
    for row in rows { add(row, file, &findings) }
    if let day { completeDays[day] = (file, rows.first?.line ?? 1) }
  }

  private mutating func add(_ row: FeedRow, _ file: String, _ findings: inout FindingList) {
    for column in FeedColumn.needed(of: .counts) where row.cells[column] == nil {
      let place = row.positions[column] ?? TablePosition(line: row.line, column: 0)
      return findings.error(
        at: place, "no \(column.rawValue)", hint: "fill the cell, or leave such rows out with 'leave_out'")
    }
    guard let account = row.cells[.account], let item = row.cells[.item],
      let day = row.cells[.date].flatMap({ CivilDate.parse($0.description) })
    else { return }
    var quantity: Int64 = 1_000_000
    if let text = row.cells[.quantity] {
      guard case .success(let micro) = DecimalText.parse(text.description, scale: 6), micro >= 0,
        let exact = Int64(exactly: micro)
      else {
        return findings.error(
          at: row.positions[.quantity] ?? TablePosition(line: row.line, column: 0),
          "bad quantity \(Quoted.text(text))",
          hint: "expected 0 or more, with at most 6 digits after the point")
      }
      quantity = exact
    }
    let subject = Subject(account: account, item: item)
    let first = Sum(micro: 0, source: row.cells[.source] ?? .empty, file: file, line: row.line)
    let (sum, isTooLarge) = (sums[subject]?[day]?.micro ?? 0).addingReportingOverflow(quantity)
    guard !isTooLarge else {
      return findings.error(at: TablePosition(line: row.line, column: 0), "the count is too large")
    }
    sums[subject, default: [:]][day, default: first].micro = sum
  }

  /// All counts, by account, item and day; `source` where the rows name none.
  func snapshots(source: Label) -> [(account: Label, item: Label, snapshot: CountSnapshot)] {
    var found: [(account: Label, item: Label, snapshot: CountSnapshot)] = []
    for (subject, byDay) in sums.sorted(by: { ($0.key.account, $0.key.item) < ($1.key.account, $1.key.item) })
    {
      var days = byDay
      for (day, place) in completeDays where days[day] == nil {
        days[day] = Sum(micro: 0, source: .empty, file: place.file, line: place.line)
      }
      for (day, sum) in days.sorted(by: { $0.key < $1.key }) {
        let snapshot = CountSnapshot(
          day: day, quantityMicro: sum.micro, source: sum.source.isEmpty ? source : sum.source,
          file: sum.file, line: sum.line)
        found.append((subject.account, subject.item, snapshot))
      }
    }
    return found
  }
}
