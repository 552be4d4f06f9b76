// A catalog table whose columns are known by name: the header is checked once, then rows are read by column.
//
// Owns what all authored tables share. What a row means belongs to the reader of each table.

import Tables

/// The columns that a table knows.
protocol TableColumn: CaseIterable, RawRepresentable<Int>, Sendable, Hashable {
  /// Names under which the column is found, in the form of `TableHeader.key`; the first is used in messages.
  var names: [String] { get }
  /// Whether the table cannot be read without it.
  var isNeeded: Bool { get }
}

extension TableColumn {
  /// The name used in messages.
  var name: String { names[0] }
}

/// What becomes of columns that a table does not know.
enum UnknownColumns {
  /// They are faults.
  case refuse
  /// They are kept as details of the row.
  case keep
}

/// A reader of rows by column, with the findings that it made.
struct AuthoredTable<Column: TableColumn>: ~Copyable {
  /// What was found so far.
  var findings: FindingList
  /// Columns kept although the table does not know them, by cell index.
  private(set) var extraColumns: [(index: Int, name: Label)] = []

  private var reader: TableReader
  private let places: FeedPlaces?
  private var rowIndex = -1
  private var cellIndexByColumn: [Int]
  private var headerCellCount = 0
  private var isReadable = false

  /// Reads the header of `text`. With a faulty one the table gives no rows.
  ///
  /// The text must outlive the table. Where it was translated from another one, `places` says where its cells stood there.
  init(
    _ text: UnsafeBufferPointer<UInt8>, file: String, unknownColumns: UnknownColumns = .refuse,
    places: FeedPlaces? = nil
  ) {
    self.places = places
    findings = FindingList(file: file)
    reader = TableReader(text)
    cellIndexByColumn = Array(repeating: -1, count: Column.allCases.count)
    if let fault = TableText.fault(in: text) {
      findings.add([fault])
      return
    }
    guard reader.nextRow() else {
      let needed = Column.allCases.filter(\.isNeeded).map(\.name).joined(separator: ",")
      findings.error(
        at: TablePosition(line: 0, column: 0), "the table is empty",
        hint: "its first line names the columns: \(needed)")
      return
    }
    let header = TableHeader(reader)
    headerCellCount = header.names.count
    extraColumns = assign(header, unknownColumns)
    isReadable = !findings.hasErrors
  }

  /// Line on which the current row begins.
  var line: Int { places?.line(of: rowIndex) ?? reader.line }

  /// Goes to the next row that has a cell for each name of the header; false at the end.
  mutating func nextRow() -> Bool {
    guard isReadable else { return false }
    while reader.nextRow() {
      rowIndex += 1
      if reader.cellCount == headerCellCount { return true }
      if reader.cellCount > headerCellCount, hasNothing(from: headerCellCount) { return true }
      findings.error(
        at: TablePosition(line: reader.line, column: 0),
        "the row has \(reader.cellCount) cells, the header names \(headerCellCount)",
        hint: "write empty cells too, and put cells with commas in quotes")
    }
    return false
  }

  /// All findings, those of the quotes included, by place.
  mutating func finish() -> FindingList {
    findings.add(reader.faults)
    return findings
  }

  /// Whether the table has this column.
  func has(_ column: Column) -> Bool { cellIndexByColumn[column.rawValue] >= 0 }

  /// The bytes of a cell; none where the column is absent.
  func bytes(_ column: Column) -> UnsafeBufferPointer<UInt8> { reader[cellIndexByColumn[column.rawValue]] }

  /// The bytes of a cell by its index in the row.
  func bytes(at index: Int) -> UnsafeBufferPointer<UInt8> { reader[index] }

  /// Where a cell, or a byte in it, stands.
  func position(_ column: Column, byteOffset: Int = 0) -> TablePosition {
    if let places { return places.position(row: rowIndex, cell: cellIndexByColumn[column.rawValue]) }
    return reader.position(ofCell: cellIndexByColumn[column.rawValue], byteOffset: byteOffset)
  }

  private func hasNothing(from index: Int) -> Bool {
    (index..<reader.cellCount).allSatisfy { reader[$0].isEmpty }
  }

  /// Finds each known column among the names; gives those that nobody knows, if they are to be kept.
  private mutating func assign(
    _ header: TableHeader, _ unknownColumns: UnknownColumns
  ) -> [(index: Int, name: Label)] {
    let known = HeaderNames<Column>()
    var extra: [(index: Int, name: Label)] = []
    for (index, name) in header.names.enumerated() where !name.key.isEmpty {
      guard let column = known.column(name.key) else {
        extra.append((index, name.key))
        continue
      }
      if cellIndexByColumn[column.rawValue] >= 0 {
        let first = header.names[cellIndexByColumn[column.rawValue]].written
        findings.error(
          at: name.position,
          "two columns are the \(column.name): \(Quoted.text(first)) and \(Quoted.text(name.written))",
          hint: "keep one")
      }
      cellIndexByColumn[column.rawValue] = index
    }
    reportAbsent(header, extra)
    reportUnknown(header, extra, unknownColumns)
    return unknownColumns == .keep ? extra : []
  }

  private mutating func reportAbsent(_ header: TableHeader, _ extra: [(index: Int, name: Label)]) {
    for column in Column.allCases where column.isNeeded && cellIndexByColumn[column.rawValue] < 0 {
      let near = NearestName.find(Label(column.name), in: extra.map(\.name))
      findings.error(
        at: TablePosition(line: header.names.first?.position.line ?? 1, column: 0),
        "no column '\(column.name)'",
        hint: near.map { "is \(Quoted.text($0)) meant to be it?" } ?? "add it")
    }
  }

  private mutating func reportUnknown(
    _ header: TableHeader, _ extra: [(index: Int, name: Label)], _ unknownColumns: UnknownColumns
  ) {
    let free = Column.allCases.filter { cellIndexByColumn[$0.rawValue] < 0 }.map { Label($0.name) }
    for (index, key) in extra {
      let name = header.names[index]
      switch unknownColumns {
      case .refuse:
        let all = Column.allCases.map(\.name).joined(separator: ", ")
        findings.error(
          at: name.position, "unknown column \(Quoted.text(name.written))",
          hint: Quoted.suggestion(for: key, in: free, otherwise: "known are \(all)"))
      case .keep:
        guard let near = NearestName.find(key, in: free) else { continue }
        findings.warning(
          at: name.position, "column \(Quoted.text(name.written)) is kept as a detail",
          hint: "did you mean \(Quoted.text(near))?")
      }
    }
  }
}

/// Known columns by every name they go by.
struct HeaderNames<Column: TableColumn> {
  private var columnByName: [Label: Column] = [:]

  init() {
    for column in Column.allCases {
      for name in column.names { columnByName[Label(name)] = column }
    }
  }

  /// The column of a name in the form of `TableHeader.key`.
  func column(_ key: Label) -> Column? { columnByName[key] }
}
