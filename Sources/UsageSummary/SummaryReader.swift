// Reads `summary.csv.zst` row by row and refuses every cell that the writer would not have written.

import BillingCalendar
import Money
import Tables

/// Reads the rows of one summary, in their order.
///
/// Checked for each row: the number of cells, the form of each cell (decimals in their shortest form), that key, unit and
/// prices agree with each other, and that its key comes after the key before. Memory: one row. Not for use by several
/// threads.
public final class SummaryReader {
  private let records: RecordReader
  private var previousKey: [UInt8] = []
  private var previousKeyCells: [Range<Int>] = []
  // Neighbouring rows share most of their names: the cell before is kept, so that its bytes need no new array.
  private var names = [Label](repeating: .empty, count: SummarySchema.columns.count)

  /// Rows given out so far.
  public private(set) var rowCount: Int64 = 0
  /// What the rows given out so far add up to.
  public private(set) var sums = ControlSums()

  /// Opens the summary at `path`; messages call it `name`. A name that ends in `.zst` is decompressed.
  public init(path: String, name: String? = nil) throws(UsageFolderFault) {
    records = RecordReader(file: try DecodedFile(path: path, name: name ?? path))
    try records.expectHeader(SummarySchema.columns)
  }

  /// Decoded bytes read so far, header included; all of them once `next` has given nil.
  public var byteCount: Int64 { records.file.byteCount }
  /// SHA-256 of those bytes, 64 hexadecimal digits.
  public var hexDigest: String { records.file.hexDigest }

  /// The next row; nil after the last one. Complexity: O(bytes of the row).
  public func next() throws(UsageFolderFault) -> SummaryRow? {
    guard try records.next() else { return nil }
    guard records.cells.count == SummarySchema.columns.count else {
      throw records.fault("\(records.cells.count) cells; expected \(SummarySchema.columns.count)")
    }
    try checkOrder()
    let row = try typedRow()
    rowCount += 1
    sums.add(row)
    return row
  }

  private func checkOrder() throws(UsageFolderFault) {
    let keyCells = records.cells[..<SummarySchema.keyColumns.count].map(\.range)
    let isAscending =
      previousKeyCells.isEmpty
      || Self.precedes(
        (previousKey, previousKeyCells), (records.text, keyCells))
    guard isAscending else {
      throw records.fault(
        "this key does not come after the key of the row before; keys ascend, each comes once")
    }
    previousKey = records.text
    previousKeyCells = keyCells
  }

  // Cell by cell, each as bytes.
  private static func precedes(
    _ a: (text: [UInt8], cells: [Range<Int>]), _ b: (text: [UInt8], cells: [Range<Int>])
  ) -> Bool {
    for (left, right) in zip(a.cells, b.cells) where a.text[left] != b.text[right] {
      return a.text[left].lexicographicallyPrecedes(b.text[right])
    }
    return false
  }

  private func typedRow() throws(UsageFolderFault) -> SummaryRow {
    let kind = try serviceKind(.serviceKind)
    let digits = kind?.quantityDigits ?? 0
    var row = SummaryRow(
      account: try name(.account), costCentre: try name(.costCentre), service: try name(.service),
      usagePeriod: try period(.usagePeriod),
      plan: try name(.plan), charge: try name(.charge), serviceKind: kind,
      direction: try word(.direction, Self.directions),
      ratingGroup: try name(.ratingGroup), destination: try name(.destination),
      jurisdiction: try word(.jurisdiction, Self.jurisdictions),
      band: try name(.band), currency: try currency(.currency), eventCount: try count(.eventCount),
      amount: .zero)
    row.unitPrice = try optionalDecimal(.unitPrice, Amount.scale).map(Amount.init(pico:))
    row.perQuantity = try optionalDecimal(.per, digits)
    row.tierFrom = try optionalDecimal(.tierFrom, SummaryRow.tierScale)
    row.tierUpTo = try optionalDecimal(.tierUpTo, SummaryRow.tierScale)
    row.allowance = try name(.allowance)
    row.supplier = try name(.supplier)
    row.costCurrency = try isEmpty(.costCurrency) ? nil : currency(.costCurrency)
    row.quantityRaw = try decimal(.quantityRaw, digits)
    row.quantityBilled = try decimal(.quantityBilled, digits)
    row.quantityCovered = try decimal(.quantityCovered, digits)
    row.amount = Amount(pico: try decimal(.amount, Amount.scale))
    row.cost = try optionalDecimal(.cost, Amount.scale).map(Amount.init(pico:))
    try checkAgreement(of: row)
    return row
  }

  // What one cell says about another.
  private func checkAgreement(of row: SummaryRow) throws(UsageFolderFault) {
    guard cellText(.unit) == row.serviceKind?.unit ?? "" else {
      throw fault(.unit, "is not the unit of service_kind; expected '\(row.serviceKind?.unit ?? "")'")
    }
    if row.serviceKind == nil, row.quantityRaw != 0 || row.quantityBilled != 0 || row.quantityCovered != 0 {
      throw fault(.serviceKind, "is empty, but the row has a quantity")
    }
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
extension SummaryReader {
  private static let directions = ["", "outbound", "inbound", "internal"]
  private static let jurisdictions = ["", "inter", "intra", "indeterminate"]

  private func fault(_ field: SummaryField, _ message: String) -> UsageFolderFault {
    records.fault(
      cell: field.rawValue, "\(SummarySchema.columns[field.rawValue].name) '\(cellText(field))' \(message)")
  }

  private func cellText(_ field: SummaryField) -> String {
    records.withCell(field.rawValue) { String(decoding: $0, as: UTF8.self) }
  }

  private func isEmpty(_ field: SummaryField) -> Bool { records.cells[field.rawValue].range.isEmpty }

  private func name(_ field: SummaryField) throws(UsageFolderFault) -> Label {
    guard !isEmpty(field) else {
      guard SummarySchema.columns[field.rawValue].emptyMeaning != nil else {
        throw fault(field, "must not be empty")
      }
      return .empty
    }
    let isAsBefore = records.withCell(field.rawValue) { $0.elementsEqual(names[field.rawValue].bytes) }
    if !isAsBefore { names[field.rawValue] = records.withCell(field.rawValue) { Label($0) } }
    return names[field.rawValue]
  }

  private func word(_ field: SummaryField, _ words: [String]) throws(UsageFolderFault) -> Label {
    let isKnown = records.withCell(field.rawValue) { cell in words.contains { cell.elementsEqual($0.utf8) } }
    guard isKnown else { throw fault(field, "is none of \(words.dropFirst().joined(separator: ", "))") }
    return try name(field)
  }

  private func serviceKind(_ field: SummaryField) throws(UsageFolderFault) -> ServiceKind? {
    if isEmpty(field) { return nil }
    guard let kind = records.withCell(field.rawValue, ServiceKind.init(name:)) else {
      throw fault(field, "is none of \(ServiceKind.allCases.map(\.name).joined(separator: ", "))")
    }
    return kind
  }

  private func period(_ field: SummaryField) throws(UsageFolderFault) -> UsagePeriod {
    guard let period = records.withCell(field.rawValue, UsagePeriod.parse) else {
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

  private func optionalDecimal(_ field: SummaryField, _ digits: Int) throws(UsageFolderFault) -> Int128? {
    try isEmpty(field) ? nil : decimal(field, digits)
  }

  private func decimal(_ field: SummaryField, _ digits: Int) throws(UsageFolderFault) -> Int128 {
    switch records.withCell(field.rawValue, { ShortestDecimal.parse($0, scale: digits) }) {
    case .success(let value): return value
    case .failure(let reason): throw fault(field, reason.message)
    }
  }
}
