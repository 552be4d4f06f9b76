// Reads a rate deck: all its files in the order of its layout, checked against each other, sorted, names numbered.

import Money
import Tables

/// The bytes of one deck file.
struct DeckFileText {
  /// The file as the user named it.
  var path: String
  /// Its bytes, decompressed.
  var bytes: [UInt8]
}

/// Reads decks.
struct DeckReader: ~Copyable {
  private let name: Label
  private let layout: DeckLayout
  private let texts: [DeckFileText]
  private var draft = DeckDraft()
  private var findings: [FindingList] = []
  private var currency: Currency?
  private var kindsMet: Set<UsageKind> = []
  private let defaults: DefaultIncrements

  /// The deck of `layout.files`, whose bytes are `texts` in the same order; nil where something is wrong with it.
  ///
  /// The findings are one list for each file.
  static func read(
    _ name: Label, _ layout: DeckLayout, _ texts: [DeckFileText]
  ) -> (deck: RateDeck?, findings: [FindingList]) {
    precondition(layout.files.count == texts.count, "every file of a layout was read")
    var reader = DeckReader(name: name, layout: layout, texts: texts)
    reader.readFiles()
    reader.checkWhole()
    let deck = reader.deck()
    return (reader.findings.contains(where: \.hasErrors) ? nil : deck, reader.findings)
  }

  private init(name: Label, layout: DeckLayout, texts: [DeckFileText]) {
    self.name = name
    self.layout = layout
    self.texts = texts
    currency = layout.currency
    defaults = DefaultIncrements(layout)
  }

  private mutating func readFiles() {
    for (index, text) in texts.enumerated() {
      text.bytes.withUnsafeBufferPointer { bytes in
        var layout = layout
        // What an earlier file said of its currency holds for all.
        layout.currency = currency
        var reader = DeckFileReader(
          bytes, file: text.path, fileIndex: UInt16(index), fromSeconds: layout.files[index].fromSeconds,
          layout: layout, defaultPairs: defaults.pairs)
        findings.append(reader.readRows(into: &draft))
        currency = currency ?? reader.currency
        kindsMet.formUnion(reader.kindsMet)
      }
    }
  }

  /// What can only be said when all files are read.
  private mutating func checkWhole() {
    guard !findings.contains(where: \.hasErrors) else { return }
    let whole = TablePosition(line: 0, column: 0)
    if draft.rows.isEmpty {
      findings[0].error(at: whole, "the deck has no rows")
    }
    if currency == nil {
      findings[0].error(
        at: whole, DeckFolder.noCurrency, hint: "write 'currency: EUR' in its YAML or in catalog.yaml")
    }
    checkUnits()
  }

  /// Bare numbers of the layout must have one unit only.
  private mutating func checkUnits() {
    let whole = TablePosition(line: 0, column: 0)
    let kinds = kindsMet.map(\.name).sorted().joined(separator: " and ")
    if case .units(let count)? = layout.pricePer, count != 1, kindsMet.count > 1 {
      findings[0].error(
        at: whole, "'price_per: \(count)' has no one unit in a deck of \(kinds)",
        hint: "write its unit, such as '60 s'")
    }
    guard let increment = layout.increment else { return }
    if kindsMet.count > 1 {
      findings[0].error(
        at: whole, "'increment: \(increment)' has no one unit in a deck of \(kinds)",
        hint: "give each row its increment")
    } else if let kind = defaults.unfitKinds.first(where: { kindsMet.contains($0) }) {
      findings[0].error(
        at: whole, "'increment: \(increment)' does not fit \(kind.name)",
        hint: "expected first/next such as 60/6")
    }
  }

  /// Orders the rows, finds those that are there twice, applies updates and numbers names by their order.
  private mutating func deck() -> RateDeck? {
    draft.attachBandRows(&findings)
    let order = DeckRowOrder(draft.rows, sortCodes: draft.sortCodes)
    if !order.duplicatePlaces.isEmpty { reportDuplicates(order) }
    guard !findings.contains(where: \.hasErrors), let currency else { return nil }
    let destinations = SortedNames(draft.destinations)
    let groups = SortedNames(draft.ratingGroups)
    var rows =
      order.isAsRead ? draft.takeRows() : order.indices.map { draft.rows[Int($0)] }
    for index in rows.indices {
      rows[index].destination = destinations.placeByNumber[Int(rows[index].destination)]
      rows[index].ratingGroup = groups.placeByNumber[Int(rows[index].ratingGroup)]
    }
    if layout.files.count > 1 || draft.hasDeletions { rows = DeckUpdates.apply(layout.files, to: rows) }
    var deck = RateDeck(
      name: name, currency: currency, rows: rows, destinations: destinations.names,
      ratingGroups: groups.names,
      increments: draft.increments, files: texts.map(\.path))
    deck.bands = (0..<draft.bands.count).map { draft.bands.label($0) }
    deck.bandTimes = layout.bandTimes
    deck.zone = layout.zone
    deck.jurisdiction = layout.jurisdiction
    deck.variants = draft.variants
    return deck
  }

  /// Each row that has the prefix, kind and date of an earlier one, with the line of the first.
  private mutating func reportDuplicates(_ order: DeckRowOrder) {
    var pairs: [(row: RateDeckRow, first: RateDeckRow)] = []
    var first = 0
    var lastPlace = -1
    for place in order.duplicatePlaces {
      if place != lastPlace + 1 { first = place - 1 }
      lastPlace = place
      pairs.append((draft.rows[Int(order.indices[place])], draft.rows[Int(order.indices[first])]))
    }
    pairs.sort { ($0.row.file, $0.row.line) < ($1.row.file, $1.row.line) }
    for file in texts.indices {
      let own = pairs.filter { Int($0.row.file) == file }
      let columns = prefixColumns(
        ofLines: Set(own.prefix(FindingList.countMax).map { Int($0.row.line) }), file)
      for (row, earlier) in own {
        let isHere = earlier.file == row.file
        findings[file].error(
          at: TablePosition(line: Int(row.line), column: columns[Int(row.line)] ?? 0),
          "prefix '\(row.prefix)' is already priced on line \(earlier.line)"
            + (isHere ? "" : " of \(texts[Int(earlier.file)].path)") + " for the same dates",
          hint: "keep one")
      }
    }
  }

  /// The byte column of the prefix cell on each of these lines; the file is walked once more, for messages only.
  private func prefixColumns(ofLines lines: Set<Int>, _ file: Int) -> [Int: Int] {
    guard !lines.isEmpty else { return [:] }
    return texts[file].bytes.withUnsafeBufferPointer { bytes in
      var reader = TableReader(bytes, delimiter: layout.delimiter, skipLines: layout.skipLines)
      var columns = DeckColumns(positionsOf: layout)
      if layout.header != .none, reader.nextRow(), layout.header == .names {
        var unused = FindingList(file: "")
        columns = DeckColumns(TableHeader(reader), layout, &unused)
      }
      var found: [Int: Int] = [:]
      while found.count < lines.count, reader.nextRow() {
        guard lines.contains(reader.line) else { continue }
        found[reader.line] = reader.position(ofCell: columns[.prefix]).column
      }
      return found
    }
  }
}

/// The names of a table in byte order, and where each number went.
struct SortedNames {
  /// The names, sorted by bytes.
  var names: [Label]
  /// The place of each number in `names`.
  var placeByNumber: [UInt32]

  init(_ table: borrowing NameTable) {
    let numbers = table.sortedIndices()
    names = []
    names.reserveCapacity(numbers.count)
    placeByNumber = Array(repeating: 0, count: numbers.count)
    for (place, number) in numbers.enumerated() {
      names.append(table.label(number))
      placeByNumber[number] = UInt32(truncatingIfNeeded: place)
    }
  }
}

/// The increments of rows that give none, by kind.
struct DefaultIncrements {
  /// By kind: the layout's, or one unit; of an event, any fraction.
  var pairs: [DeckIncrementCell.Pair] = []
  /// Kinds that the layout's increment does not fit.
  var unfitKinds: [UsageKind] = []

  init(_ layout: DeckLayout) {
    for kind in UsageKind.allCases {
      let one = kind == .event ? 1 : kind.onePerUnit
      var pair = DeckIncrementCell.Pair(first: one, next: one)
      if let text = layout.increment {
        do throws(DeckIncrementCell.Fault) {
          let bytes = text.bytes
          pair = try Self.read(bytes, kind, layout.decimalMark)
        } catch {
          unfitKinds.append(kind)
        }
      }
      pairs.append(pair)
    }
  }

  private static func read(
    _ bytes: [UInt8], _ kind: UsageKind, _ mark: UInt8
  ) throws(DeckIncrementCell.Fault) -> DeckIncrementCell.Pair {
    try bytes.withUnsafeBufferPointer { buffer throws(DeckIncrementCell.Fault) in
      try DeckIncrementCell.read(buffer, kind: kind, mark: mark)
    }
  }
}
