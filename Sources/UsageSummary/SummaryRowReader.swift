// From the cells of a record to a row of the summary; every cell that the writer would not have written is refused.

import BillingCalendar
import Glibc
import Money
import Tables

/// The rows of a summary, one after the other.
///
/// Checked for each row: the number of cells, the form of each cell (decimals in their shortest form), that key, unit and
/// prices agree with each other, and that its key comes after the key before. Memory: one row. Used by one thread at a time. A class
/// whose fields are not checked for overlapping access: the checks would double the time, and a structure of this size is copied
/// for calls that only read it.
public final class SummaryRowReader {
  @exclusivity(unchecked) private var records: RecordReader
  private let cells = SummaryLine()
  /// The row that was read last; of no meaning before the first and after the last one.
  @exclusivity(unchecked) public private(set) var row = SummaryRowReader.blank
  /// Rows read so far.
  @exclusivity(unchecked) public private(set) var rowCount: Int64 = 0
  @exclusivity(unchecked) private var adder = ControlAdder()
  // Asked for at every row: looked up once.
  private let keyFields: UInt32 = 1 << UInt32(SummarySchema.keyColumns.count) - 1

  /// Reads the header of `file`.
  convenience init(file: DecodedFile) throws(UsageFolderFault) {
    try self.init(records: RecordReader(file: file), hasHeader: true)
  }

  /// Reads rows from a part of a summary; the first part has the header.
  init(records: consuming RecordReader, hasHeader: Bool) throws(UsageFolderFault) {
    self.records = records
    if hasHeader { try self.records.expectHeader(SummarySchema.columns) }
  }

  /// The file.
  var file: DecodedFile { records.file }

  /// The line in which the row begins, from 1, counted from where the reader has begun.
  var lineNumber: Int { records.line }

  /// The key of the row, to be kept.
  var key: SummaryLine.Key { cells.key }

  /// The line of the row with its LF, as it stands in the file; it holds until `advance` is called again.
  var line: UnsafeBufferPointer<UInt8> { records.bytes }

  /// See `SummaryLine.compareKey`.
  func compareKey(with other: SummaryRowReader) -> Int { cells.compareKey(with: other.cells) }

  /// What the rows read so far add up to.
  var sums: ControlSums { adder.sums }

  /// Whether one of the cells of `fields`, which `SummaryField.set` gave, is another than in the row before.
  public func hasNew(_ fields: UInt32) -> Bool { cells.changes & fields != 0 }

  /// What is added up under the key of the row.
  public var measures: SummaryMeasures {
    SummaryMeasures(
      eventCount: row.eventCount, quantityRaw: row.quantityRaw, quantityBilled: row.quantityBilled,
      quantityCovered: row.quantityCovered, amount: row.amount, cost: row.cost)
  }

  static let outOfOrderMessage =
    "this key does not come after the key of the row before; keys ascend, each comes once"

  /// Reads the next row into `row`; false after the last one.
  func advance() throws(UsageFolderFault) -> Bool {
    guard try records.nextUnsplit() else { return false }
    switch try takeLine() {
    case .inOrder: break
    case .outOfOrder:
      throw fault(Self.outOfOrderMessage)
    case .notPlain: preconditionFailure("a split line is taken")
    }
    try readKey()
    try readMeasures()
    rowCount += 1
    if isNew(.serviceKind) || isNew(.currency) || isNew(.costCurrency) {
      adder.begin(row.currency, row.costCurrency, row.serviceKind)
    }
    adder.add(measures)
    return true
  }

  private func takeLine() throws(UsageFolderFault) -> SummaryLine.Outcome {
    if !records.hasQuote {
      let outcome = cells.take(plain: records.bytes)
      if outcome != .notPlain { return outcome }
    }
    try records.splitCells()
    guard records.cells.count == SummarySchema.columns.count else {
      throw records.fault("\(records.cells.count) cells; expected \(SummarySchema.columns.count)")
    }
    return cells.take(cells: records.cells)
  }

  private func isNew(_ field: SummaryField) -> Bool { cells.changes & (1 << UInt32(field.rawValue)) != 0 }

  private func readKey() throws(UsageFolderFault) {
    var left = cells.changes & keyFields
    // A quantity means nothing without its kind.
    if isNew(.serviceKind) { left |= 1 << UInt32(SummaryField.per.rawValue) }
    while left != 0 {
      let number = left.trailingZeroBitCount
      left &= left - 1
      guard let field = SummaryField(rawValue: number) else { continue }
      try readKey(field)
    }
  }

  private func readKey(_ field: SummaryField) throws(UsageFolderFault) {
    switch field {
    case .account: row.account = try name(field)
    case .costCentre: row.costCentre = try name(field)
    case .service: row.service = try name(field)
    case .usagePeriod: row.usagePeriod = try period(field)
    case .plan: row.plan = try name(field)
    case .charge: row.charge = try name(field)
    case .serviceKind: row.serviceKind = try serviceKind(field)
    case .direction: row.direction = try word(field, Self.directions)
    case .ratingGroup: row.ratingGroup = try name(field)
    case .destination: row.destination = try name(field)
    case .jurisdiction: row.jurisdiction = try word(field, Self.jurisdictions)
    case .band: row.band = try name(field)
    case .unitPrice: row.unitPrice = try optionalDecimal(field, Amount.scale).map(Amount.init(pico:))
    case .per: row.perQuantity = try optionalDecimal(field, digits)
    case .tierFrom: row.tierFrom = try optionalDecimal(field, SummaryRow.tierScale)
    case .tierUpTo: row.tierUpTo = try optionalDecimal(field, SummaryRow.tierScale)
    case .allowance: row.allowance = try name(field)
    case .supplier: row.supplier = try name(field)
    case .currency: row.currency = try currency(field)
    case .costCurrency: row.costCurrency = try isEmpty(field) ? nil : currency(field)
    case .eventCount, .quantityRaw, .quantityBilled, .quantityCovered, .unit, .amount, .cost: break
    }
  }

  private var digits: Int { row.serviceKind?.quantityDigits ?? 0 }

  private func readMeasures() throws(UsageFolderFault) {
    // A cell that is as in the row before means the same, unless the digits of quantities are others now.
    let digits = digits
    let isOtherKind = isNew(.serviceKind)
    if isNew(.eventCount) { row.eventCount = try count(.eventCount) }
    if isNew(.quantityRaw) || isOtherKind { row.quantityRaw = try decimal(.quantityRaw, digits) }
    if isNew(.quantityBilled) || isOtherKind { row.quantityBilled = try decimal(.quantityBilled, digits) }
    if isNew(.quantityCovered) || isOtherKind { row.quantityCovered = try decimal(.quantityCovered, digits) }
    if isNew(.amount) { row.amount = Amount(pico: try decimal(.amount, Amount.scale)) }
    if isNew(.cost) { row.cost = try optionalDecimal(.cost, Amount.scale).map(Amount.init(pico:)) }
    // What one cell says about another.
    if isNew(.unit) || isNew(.serviceKind) || row.serviceKind == nil { try checkUnit() }
    if isNew(.unitPrice) || isNew(.per) || isNew(.cost) || isNew(.costCurrency) || isNew(.tierFrom)
      || isNew(.tierUpTo)
    {
      try checkPairs()
    }
  }

  // Stands for the row before the first one; every cell of the first is read.
  private static let blank: SummaryRow = {
    guard let nothing = Currency(code: "XXX") else { preconditionFailure("XXX is a currency code") }
    return SummaryRow(
      account: .empty, usagePeriod: .containing(CivilDate(dayNumber: 0), cycleDay: 1), plan: .empty,
      charge: .empty,
      serviceKind: nil, currency: nothing, eventCount: 0, amount: .zero)
  }()

  private func checkUnit() throws(UsageFolderFault) {
    guard cell(.unit).elementsEqual((row.serviceKind?.unit ?? "").utf8) else {
      throw fault(.unit, "is not the unit of service_kind; expected '\(row.serviceKind?.unit ?? "")'")
    }
    if row.serviceKind == nil, row.quantityRaw != 0 || row.quantityBilled != 0 || row.quantityCovered != 0 {
      throw fault(.serviceKind, "is empty, but the row has a quantity")
    }
  }

  private func checkPairs() throws(UsageFolderFault) {
    guard (row.unitPrice == nil) == (row.perQuantity == nil) else {
      throw fault(.per, "and unit_price are both given or both empty")
    }
    if let per = row.perQuantity, per <= 0 { throw fault(.per, "is not above 0") }
    guard (row.cost == nil) == (row.costCurrency == nil) else {
      throw fault(.costCurrency, "and cost are both given or both empty")
    }
    if let from = row.tierFrom, let upTo = row.tierUpTo, upTo <= from {
      throw fault(.tierUpTo, "is not above tier_from")
    }
    if row.tierFrom == nil, row.tierUpTo != nil {
      throw fault(.tierFrom, "is empty, but tier_up_to is given")
    }
  }
}

// How cells are read.
extension SummaryRowReader {
  private static let directions = ["", "outbound", "inbound", "internal"]
  private static let jurisdictions = ["", "inter", "intra", "indeterminate"]

  private func fault(_ message: String) -> UsageFolderFault { records.fault(message) }

  private func fault(_ field: SummaryField, _ message: String) -> UsageFolderFault {
    // Where the cell begins is known once the line was split.
    do throws(UsageFolderFault) { try records.splitCells() } catch { return error }
    return records.fault(
      cell: field.rawValue, "\(SummarySchema.columns[field.rawValue].name) '\(cellText(field))' \(message)")
  }

  private func cell(_ field: SummaryField) -> UnsafeBufferPointer<UInt8> { cells.cell(field.rawValue) }

  private func cellText(_ field: SummaryField) -> String { String(decoding: cell(field), as: UTF8.self) }

  private func isEmpty(_ field: SummaryField) -> Bool { cell(field).isEmpty }

  private func name(_ field: SummaryField) throws(UsageFolderFault) -> Label {
    guard isEmpty(field) else { return Label(cell(field)) }
    guard SummarySchema.columns[field.rawValue].emptyMeaning != nil else {
      throw fault(field, "must not be empty")
    }
    return .empty
  }

  private func word(_ field: SummaryField, _ words: [String]) throws(UsageFolderFault) -> Label {
    if !words.contains(where: { cell(field).elementsEqual($0.utf8) }) {
      throw fault(field, "is none of \(words.dropFirst().joined(separator: ", "))")
    }
    return try name(field)
  }

  private func serviceKind(_ field: SummaryField) throws(UsageFolderFault) -> ServiceKind? {
    if isEmpty(field) { return nil }
    guard let kind = ServiceKind(name: cell(field)) else {
      throw fault(field, "is none of \(ServiceKind.allCases.map(\.name).joined(separator: ", "))")
    }
    return kind
  }

  private func period(_ field: SummaryField) throws(UsageFolderFault) -> UsagePeriod {
    guard let period = UsagePeriod.parse(cell(field)) else {
      throw fault(field, "is no usage period; expected YYYY-MM-DD/YYYY-MM-DD, one month")
    }
    return period
  }

  private func currency(_ field: SummaryField) throws(UsageFolderFault) -> Currency {
    guard let currency = Currency(code: cellText(field)) else {
      throw fault(field, "is no currency; expected three capital letters")
    }
    return currency
  }

  private func count(_ field: SummaryField) throws(UsageFolderFault) -> Int64 {
    guard let count = Int64(exactly: try decimal(field, 0)) else { throw fault(field, "is too large") }
    return count
  }

  private func optionalDecimal(_ field: SummaryField, _ digits: Int) throws(UsageFolderFault)
    -> Int128?
  {
    try isEmpty(field) ? nil : decimal(field, digits)
  }

  private func decimal(_ field: SummaryField, _ digits: Int) throws(UsageFolderFault) -> Int128 {
    switch ShortestDecimal.parse(cell(field), scale: digits) {
    case .success(let value): return value
    case .failure(let reason): throw fault(field, reason.message)
    }
  }
}
