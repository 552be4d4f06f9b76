// Where the columns of one deck file are: found by their names in the header, or placed by the layout.

import Tables

/// Cell index of each column; -1 where the file has none.
struct DeckColumns {
  private(set) var indexByColumn = Array(repeating: -1, count: DeckColumn.allCases.count)
  /// Cells that a row needs so that every column has one.
  private(set) var cellCountMin = 0
  /// Cells that a row may have; nil for any number.
  private(set) var cellCountMax: Int?
  /// Cell index of each of the layout's columns of bands.
  private(set) var bandIndices: [Int] = []

  /// The cell of a column.
  subscript(column: DeckColumn) -> Int { indexByColumn[column.rawValue] }

  /// Columns by position only, for a file whose header is not read.
  init(positionsOf layout: DeckLayout) {
    for (column, place) in layout.columns {
      if case .index(let index) = place { indexByColumn[column.rawValue] = index }
    }
    bandIndices = layout.bandColumns.map { column in
      if case .index(let index) = column.place { index } else { -1 }
    }
    cellCountMin = max(indexByColumn.max() ?? -1, bandIndices.max() ?? -1) + 1
  }

  /// Columns by their names in `header`; what is wrong with it becomes findings.
  init(_ header: TableHeader, _ layout: DeckLayout, _ findings: inout FindingList) {
    self.init(positionsOf: layout)
    cellCountMin = header.names.count
    cellCountMax = header.names.count
    let line = header.names.first?.position.line ?? 1
    for column in DeckColumn.allCases {
      switch layout.columns[column] {
      case .name(let key): place(column, key, header, line, &findings)
      case .index(let index) where index >= header.names.count:
        findings.error(
          at: TablePosition(line: line, column: 0),
          "the layout puts the \(column.name) in column \(index + 1), the header has \(header.names.count)",
          hint: "correct 'columns'")
      case .index: continue
      case nil: find(column, header, layout, &findings)
      }
    }
    placeBands(header, layout, line, &findings)
    for column in DeckColumn.allCases
    where layout.needs(column) && self[column] < 0 && layout.columns[column] == nil {
      findings.error(
        at: TablePosition(line: line, column: 0), "no column '\(column.name)'",
        hint: "name it so, or say where it is under 'columns' in the deck's YAML")
    }
    reportUnknown(header, layout, &findings)
  }

  /// Puts a column where the layout names it.
  private mutating func place(
    _ column: DeckColumn, _ key: Label, _ header: TableHeader, _ line: Int, _ findings: inout FindingList
  ) {
    indexByColumn[column.rawValue] = Self.index(of: key, for: "the \(column.name)", header, line, &findings)
  }

  /// Puts the columns of bands where the layout names them.
  private mutating func placeBands(
    _ header: TableHeader, _ layout: DeckLayout, _ line: Int, _ findings: inout FindingList
  ) {
    for (number, column) in layout.bandColumns.enumerated() {
      let what = "band \(Quoted.text(column.band))"
      switch column.place {
      case .name(let key): bandIndices[number] = Self.index(of: key, for: what, header, line, &findings)
      case .index(let index) where index >= header.names.count:
        findings.error(
          at: TablePosition(line: line, column: 0),
          "the layout puts \(what) in column \(index + 1), the header has \(header.names.count)",
          hint: "correct 'bands'")
      case .index: break
      }
    }
  }

  /// The cell that the header gives a name; -1 with a finding where it has no such name.
  private static func index(
    of key: Label, for what: String, _ header: TableHeader, _ line: Int, _ findings: inout FindingList
  ) -> Int {
    if let index = header.names.firstIndex(where: { $0.key == key }) { return index }
    findings.error(
      at: TablePosition(line: line, column: 0),
      "no column \(Quoted.text(key)), which the layout has for \(what)",
      hint: Quoted.suggestion(for: key, in: header.names.map(\.key), otherwise: "correct 'columns'"))
    return -1
  }

  /// Whether a column is looked for by its usual names: a layout that lists columns and leaves these out means what it
  /// says, because decks had columns of these names before they could be read.
  private static func isLookedFor(_ column: DeckColumn, _ layout: DeckLayout) -> Bool {
    switch column {
    case .band: layout.columns.isEmpty
    case .inter, .intra, .indeterminate: layout.columns.isEmpty || layout.jurisdiction != nil
    default: true
    }
  }

  /// Finds a column by the names that the trade gives it.
  private mutating func find(
    _ column: DeckColumn, _ header: TableHeader, _ layout: DeckLayout, _ findings: inout FindingList
  ) {
    guard Self.isLookedFor(column, layout) else { return }
    let taken = Set(indexByColumn)
    var found: [Int] = []
    for name in column.names {
      let key = Label(name)
      found += header.names.indices.filter { header.names[$0].key == key && !taken.contains($0) }
    }
    guard let first = found.first else { return }
    indexByColumn[column.rawValue] = first
    if DeckColumn.jurisdictions.contains(column), layout.jurisdiction == nil {
      findings.error(
        at: header.names[first].position,
        "column \(Quoted.text(header.names[first].written)) has prices by jurisdiction",
        hint: "write 'jurisdiction: us' in the deck's YAML")
    }
    // A country beside a destination is only the coarser name of the same place.
    guard found.count > 1, column != .destination else { return }
    let names = found.map { Quoted.text(header.names[$0].written) }.joined(separator: ", ")
    findings.error(
      at: header.names[found[1]].position, "several columns could be the \(column.name): \(names)",
      hint: "say which under 'columns' in the deck's YAML")
  }

  /// A layout that names columns has looked at the file: what it leaves out is left out on purpose, misspellings excepted.
  private func reportUnknown(_ header: TableHeader, _ layout: DeckLayout, _ findings: inout FindingList) {
    let taken = Set(indexByColumn + bandIndices)
    let known = HeaderNames<DeckColumn>()
    let free = DeckColumn.allCases.filter { self[$0] < 0 }.map { Label($0.name) }
    for (index, name) in header.names.enumerated() where !taken.contains(index) && !name.key.isEmpty {
      // Another name of a column that was found: either reported there, or a coarser destination.
      if known.column(name.key) != nil { continue }
      let near = NearestName.find(name.key, in: free)
      if layout.columns.isEmpty {
        findings.error(
          at: name.position, "unknown column \(Quoted.text(name.written))",
          hint: near.map { "did you mean \(Quoted.text($0))?" }
            ?? "remove it, or list the columns to read under 'columns' in the deck's YAML")
      } else if let near {
        findings.warning(
          at: name.position, "column \(Quoted.text(name.written)) is not read",
          hint: "did you mean \(Quoted.text(near))?")
      }
    }
  }
}
