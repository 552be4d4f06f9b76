// Reads the rows of one deck file into the draft of its deck.
//
// The path of a plain row makes no String, no array and no position; those are for faults.

import BillingCalendar
import Money
import Tables

/// Reads one file of a deck.
struct DeckFileReader: ~Copyable {
  /// What the status column says of a row.
  enum Status { case open, blocked, deleted }

  static let openWords: Set<Label> = [
    "", "active", "changed", "current", "decrease", "decreased", "increase", "increased", "new", "no_change",
    "open",
    "unchanged",
  ]

  var reader: TableReader
  var columns: DeckColumns
  let layout: DeckLayout
  let prices: DeckPriceReader
  let fileIndex: UInt16
  let fromSeconds: Int64
  /// Whether rows have prices by jurisdiction or columns of bands.
  private let hasVariants: Bool
  let defaultPairs: [DeckIncrementCell.Pair]
  private let priceUnits: [Int64]
  private let text: UnsafeBufferPointer<UInt8>
  private var findings: FindingList

  // Each different date and status is read once.
  var dateTexts = NameTable()
  var dateSeconds: [Int64?] = []
  var statusTexts = NameTable()
  var statuses: [Status?] = []
  /// Currency of the first row that names one.
  var currency: Currency?
  var currencyText = Label.empty
  /// One bit for each kind met, by raw value.
  var kindBits: UInt8 = 0

  /// The kinds that the rows have.
  var kindsMet: [UsageKind] { UsageKind.allCases.filter { kindBits & (1 << $0.rawValue) != 0 } }

  /// Prepares to read `text`, file number `fileIndex` of its deck.
  init(
    _ text: UnsafeBufferPointer<UInt8>, file: String, fileIndex: UInt16, fromSeconds: Int64,
    layout: DeckLayout,
    defaultPairs: [DeckIncrementCell.Pair]
  ) {
    self.text = text
    self.layout = layout
    self.fileIndex = fileIndex
    self.fromSeconds = fromSeconds
    self.defaultPairs = defaultPairs
    hasVariants = layout.jurisdiction != nil || !layout.bandColumns.isEmpty
    priceUnits = UsageKind.allCases.map { layout.priceUnits(of: $0) }
    prices = DeckPriceReader(mark: layout.decimalMark, unit: layout.priceUnit)
    reader = TableReader(text, delimiter: layout.delimiter, skipLines: layout.skipLines)
    columns = DeckColumns(positionsOf: layout)
    findings = FindingList(file: file)
  }

  /// Reads all rows into `draft`; gives what is wrong with the file.
  mutating func readRows(into draft: inout DeckDraft) -> FindingList {
    if let fault = TableText.fault(in: text) {
      findings.add([fault])
      return findings
    }
    guard takeHeader() else { return findings }
    draft.reserve(estimatedRowCount)
    while reader.nextRow() {
      if checkWidth() { takeRow(&draft) }
    }
    findings.add(reader.faults)
    return findings
  }

  private mutating func takeHeader() -> Bool {
    guard layout.header != .none else { return true }
    guard reader.nextRow() else {
      findings.add(reader.faults)
      findings.error(
        at: TablePosition(line: 0, column: 0), "the deck is empty",
        hint: "its first line names the columns: prefix,price")
      return false
    }
    if layout.header == .names { columns = DeckColumns(TableHeader(reader), layout, &findings) }
    return !findings.hasErrors
  }

  /// Rows that the file seems to have, from the length of its first lines.
  private var estimatedRowCount: Int {
    let sample = text.prefix(1 << 16)
    let lineCount = max(1, sample.count { $0 == 10 })
    return text.count / max(1, sample.count / lineCount) + text.count / 1000
      / max(1, sample.count / lineCount) + 16
  }

  /// Whether the row has a cell for each column; otherwise that is a finding.
  private mutating func checkWidth() -> Bool {
    let count = reader.cellCount
    if count == columns.cellCountMin { return true }
    if count > columns.cellCountMin {
      guard let countMax = columns.cellCountMax else { return true }
      if (countMax..<count).allSatisfy({ reader[$0].isEmpty }) { return true }
    }
    let expected = columns.cellCountMin
    let what = columns.cellCountMax == nil ? "the layout needs" : "the header names"
    findings.error(
      at: TablePosition(line: reader.line, column: 0), "the row has \(count) cells, \(what) \(expected)",
      hint: "write empty cells too, and put cells with the delimiter in quotes")
    return false
  }

  private mutating func takeRow(_ draft: inout DeckDraft) {
    guard let kind = takeKind(), let status = takeStatus() else { return }
    if columns[.band] >= 0, !reader[columns[.band]].isEmpty { return takeBandRow(kind, status, &draft) }
    var variant: DeckPriceVariant?
    let price = hasVariants ? takePrice(status, &variant, &draft) : takePrice(status)
    let fee = takeFee()
    let minimum = takeMinimum(kind)
    let pair = takeIncrement(kind)
    let from = takeDate(.from, otherwise: fromSeconds)
    let until = takeDate(.until, otherwise: .max)
    let hasCurrency = takeCurrency()
    guard let price, let fee, let minimum, let pair, let from, let until, hasCurrency else {
      return checkPrefixes()
    }
    guard until > from else {
      return error(
        .until, "the row ends before it begins", hint: "'until' is the first day on which it no longer holds")
    }
    let destination = draft.destinations.index(of: reader[columns[.destination]])
    let group = reader[columns[.ratingGroup]]
    let groupIndex =
      group.isEmpty ? draft.ratingGroup(ofDestination: destination) : draft.ratingGroups.index(of: group)
    var row = RateDeckRow(
      prefix: 0, prefixDigits: 0, kind: kind, isBlocked: status == .blocked, file: fileIndex,
      line: UInt32(truncatingIfNeeded: reader.line), destination: UInt32(truncatingIfNeeded: destination),
      ratingGroup: UInt32(truncatingIfNeeded: groupIndex), increment: draft.incrementIndex(pair),
      minimumSeconds: minimum, fromSeconds: from, untilSeconds: until, pricePico: price,
      priceUnits: status == .deleted ? 0 : priceUnits[Int(kind.rawValue)], connectionFeePico: fee)
    if let variant { row.variant = draft.variantIndex(variant) }
    append(row, to: &draft)
  }

  private mutating func append(_ row: RateDeckRow, to draft: inout DeckDraft) {
    let cell = reader[columns[.prefix]]
    if let prefix = DeckPrefix.plain(cell) { return draft.append(row, prefix) }
    for prefix in prefixes(cell) { draft.append(row, prefix) }
  }

  /// Looks at the prefixes of a row that is refused already, so that their faults are named too.
  mutating func checkPrefixes() {
    let cell = reader[columns[.prefix]]
    if DeckPrefix.plain(cell) == nil { _ = prefixes(cell) }
  }

  mutating func prefixes(_ cell: UnsafeBufferPointer<UInt8>) -> [DeckPrefix] {
    do throws(DeckPrefixCell.Fault) {
      return try DeckPrefixCell.prefixes(cell, style: layout.prefixStyle)
    } catch {
      self.error(.prefix, byteOffset: error.byteOffset, error.message, hint: error.hint)
      return []
    }
  }

  /// Adds an error at a cell of the current row by its index.
  mutating func error(
    atCell index: Int, _ message: @autoclosure () -> String, hint: @autoclosure () -> String
  ) {
    findings.error(at: reader.position(ofCell: index), message(), hint: hint())
  }

  /// Adds an error at a cell of the current row, or at a byte in it.
  mutating func error(
    _ column: DeckColumn, byteOffset: Int = 0, _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String = ""
  ) {
    findings.error(
      at: reader.position(ofCell: columns[column], byteOffset: byteOffset), message(), hint: hint())
  }
}
