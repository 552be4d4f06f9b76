// From the cells of a record to a row of the summary; every cell that the writer would not have written is refused.

import BillingCalendar
import Glibc
import Money
import Tables

/// The rows of a summary, one after the other.
///
/// A structure without copies: the checked access to the fields of a class, once for every field of every row, would double
/// the time.
struct SummaryRowReader: ~Copyable {
  private var records: RecordReader
  // The key cells of the row before, one after the other, and where each ends.
  private var previousKey: [UInt8] = []
  private var previousEnds: [Int] = []
  // Neighbouring rows share most of their names: the cell before is kept, so that its bytes need no new array.
  private var names = [Label](repeating: .empty, count: SummarySchema.columns.count)
  private var currencies = [Currency?](repeating: nil, count: SummarySchema.columns.count)

  /// Reads the header of `file`.
  init(file: DecodedFile) throws(UsageFolderFault) {
    records = RecordReader(file: file)
    try records.expectHeader(SummarySchema.columns)
  }

  /// The file.
  var file: DecodedFile { records.file }

  /// The next row; nil after the last one.
  mutating func next() throws(UsageFolderFault) -> SummaryRow? {
    guard try records.next() else { return nil }
    guard records.cells.count == SummarySchema.columns.count else {
      throw records.fault("\(records.cells.count) cells; expected \(SummarySchema.columns.count)")
    }
    try checkOrder()
    return try typedRow()
  }

  private mutating func checkOrder() throws(UsageFolderFault) {
    let key = records.cells[..<SummarySchema.keyColumns.count]
    guard previousEnds.isEmpty || isAfterPrevious(key) else {
      throw records.fault(
        "this key does not come after the key of the row before; keys ascend, each comes once")
    }
    previousKey.removeAll(keepingCapacity: true)
    previousEnds.removeAll(keepingCapacity: true)
    for cell in key {
      previousKey.append(contentsOf: cell)
      previousEnds.append(previousKey.count)
    }
  }

  // Cell by cell, each as bytes.
  private func isAfterPrevious(_ key: ArraySlice<UnsafeBufferPointer<UInt8>>) -> Bool {
    previousKey.withUnsafeBufferPointer { previous in
      var start = 0
      for (cell, end) in zip(key, previousEnds) {
        let before = UnsafeBufferPointer(rebasing: previous[start..<end])
        if !Self.areEqual(cell, before) { return before.lexicographicallyPrecedes(cell) }
        start = end
      }
      return false
    }
  }

  private static func areEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard let left = a.baseAddress, let right = b.baseAddress else { return true }
    return memcmp(left, right, a.count) == 0
  }

  private mutating func typedRow() throws(UsageFolderFault) -> SummaryRow {
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
    guard cell(.unit).elementsEqual((row.serviceKind?.unit ?? "").utf8) else {
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
extension SummaryRowReader {
  private static let directions = ["", "outbound", "inbound", "internal"]
  private static let jurisdictions = ["", "inter", "intra", "indeterminate"]

  private func fault(_ field: SummaryField, _ message: String) -> UsageFolderFault {
    records.fault(
      cell: field.rawValue, "\(SummarySchema.columns[field.rawValue].name) '\(cellText(field))' \(message)")
  }

  private func cell(_ field: SummaryField) -> UnsafeBufferPointer<UInt8> { records.cells[field.rawValue] }

  private func cellText(_ field: SummaryField) -> String { String(decoding: cell(field), as: UTF8.self) }

  private func isEmpty(_ field: SummaryField) -> Bool { cell(field).isEmpty }

  private mutating func name(_ field: SummaryField) throws(UsageFolderFault) -> Label {
    guard !isEmpty(field) else {
      guard SummarySchema.columns[field.rawValue].emptyMeaning != nil else {
        throw fault(field, "must not be empty")
      }
      return .empty
    }
    if !isAsBefore(field) { names[field.rawValue] = Label(cell(field)) }
    return names[field.rawValue]
  }

  private func isAsBefore(_ field: SummaryField) -> Bool {
    names[field.rawValue].bytes.withUnsafeBufferPointer { Self.areEqual($0, cell(field)) }
  }

  private mutating func word(_ field: SummaryField, _ words: [String]) throws(UsageFolderFault) -> Label {
    if !isAsBefore(field), !words.contains(where: { cell(field).elementsEqual($0.utf8) }) {
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

  private mutating func currency(_ field: SummaryField) throws(UsageFolderFault) -> Currency {
    if let currency = currencies[field.rawValue], cell(field).elementsEqual(currency.code.utf8) {
      return currency
    }
    guard let currency = Currency(code: cellText(field)) else {
      throw fault(field, "is no currency; expected three capital letters")
    }
    currencies[field.rawValue] = currency
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
    switch ShortestDecimal.parse(cell(field), scale: digits) {
    case .success(let value): return value
    case .failure(let reason): throw fault(field, reason.message)
    }
  }
}
