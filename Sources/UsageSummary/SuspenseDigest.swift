// The suspense digest: what could not be rated, counted by reason and account. Small enough to be read whole.

public import Money
public import Tables

/// One row of `suspense-digest.csv`.
public struct SuspenseDigestRow: Hashable, Sendable {
  /// Reason code, such as `no-price`.
  public var reason: Label
  /// Account, where it was known; else empty.
  public var account: Label
  /// What is metered; nil where the quantity could not be read.
  public var serviceKind: ServiceKind?
  /// Records.
  public var eventCount: Int64
  /// Their recorded quantity, in the kind's integer unit; nil where it could not be read.
  public var quantity: Int128?
  /// Currency of `estimatedValue`; nil with it.
  public var currency: Currency?
  /// What they may be worth; nil where nobody can say.
  public var estimatedValue: Amount?

  /// Makes a row.
  public init(
    reason: Label, account: Label, serviceKind: ServiceKind?, eventCount: Int64, quantity: Int128?,
    currency: Currency? = nil, estimatedValue: Amount? = nil
  ) {
    self.reason = reason
    self.account = account
    self.serviceKind = serviceKind
    self.eventCount = eventCount
    self.quantity = quantity
    self.currency = currency
    self.estimatedValue = estimatedValue
  }
}

/// `suspense-digest.csv`: its columns, writer and reader.
///
/// Rows are unique by reason, account, unit and currency, and sorted by these cells as bytes.
public enum SuspenseDigest {
  /// The name of the file.
  public static let fileName = "suspense-digest.csv"
  /// All columns in the order of the file.
  public static let columns: [SummaryColumn] = [
    SummaryColumn("reason", .word, "reason code", example: "no-price"),
    SummaryColumn("account", .name, "account the records belong to", empty: "not known", example: "acme"),
    SummaryColumn("unit", .word, "unit of `quantity`", empty: "`quantity` is empty", example: "s"),
    SummaryColumn(
      "currency", .currency, "currency of `estimated_value`", empty: "`estimated_value` is empty", example: ""
    ),
    SummaryColumn("event_count", .count, "records", example: "17"),
    SummaryColumn(
      "quantity", .decimal, "quantity as recorded", empty: "it could not be read", example: "1031"),
    SummaryColumn(
      "estimated_value", .decimal, "what they may be worth", empty: "nobody can say", example: ""),
  ]

  /// The bytes of the file: header and rows, sorted here.
  public static func text(of rows: [SuspenseDigestRow]) -> [UInt8] {
    var bytes = SummaryColumn.header(of: columns)
    for cells in rows.map(cells).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      CSVText.appendRow(cells, to: &bytes)
    }
    return bytes
  }

  private static func cells(of row: SuspenseDigestRow) -> [Label] {
    let quantity = row.serviceKind.flatMap { kind in
      row.quantity.map { DecimalText.format($0, scale: kind.quantityDigits) }
    }
    return [
      row.reason, row.account, Label(quantity == nil ? "" : row.serviceKind?.unit ?? ""),
      Label(row.currency?.code ?? ""), Label(String(row.eventCount)), Label(quantity ?? ""),
      Label(row.estimatedValue?.description ?? ""),
    ]
  }

  /// Reads the digest that `records` hold, header first, and refuses cells that the writer would not have written.
  static func rows(of records: inout RecordReader) throws(UsageFolderFault) -> [SuspenseDigestRow] {
    try records.expectHeader(columns)
    var rows: [SuspenseDigestRow] = []
    var previous: [Label] = []
    while try records.next() {
      guard records.cells.count == columns.count else {
        throw records.fault("\(records.cells.count) cells; expected \(columns.count)")
      }
      let cells = records.cells.map { Label($0) }
      guard previous.isEmpty || previous[..<4].lexicographicallyPrecedes(cells[..<4]) else {
        throw records.fault("this row does not come after the row before; rows ascend, each key comes once")
      }
      rows.append(try row(of: cells, records))
      previous = cells
    }
    return rows
  }

  private static func row(of cells: [Label], _ records: borrowing RecordReader) throws(UsageFolderFault)
    -> SuspenseDigestRow
  {
    let kind = cells[2].bytes.withUnsafeBufferPointer(ServiceKind.init(unit:))
    guard kind != nil || cells[2].isEmpty else { throw records.fault(cell: 2, "'\(cells[2])' is no unit") }
    guard cells[2].isEmpty == cells[5].isEmpty else {
      throw records.fault(cell: 5, "quantity and unit are both given or both empty")
    }
    let currency = Currency(code: cells[3].description)
    guard currency != nil || cells[3].isEmpty else {
      throw records.fault(cell: 3, "'\(cells[3])' is no currency")
    }
    guard cells[3].isEmpty == cells[6].isEmpty else {
      throw records.fault(cell: 6, "estimated_value and currency are both given or both empty")
    }
    guard let count = Int64(exactly: try decimal(4, scale: 0, records)) else {
      throw records.fault(cell: 4, "event_count '\(cells[4])' is too large")
    }
    return SuspenseDigestRow(
      reason: cells[0], account: cells[1], serviceKind: kind, eventCount: count,
      quantity: try kind.map { kind throws(UsageFolderFault) in
        try decimal(5, scale: kind.quantityDigits, records)
      }, currency: currency,
      estimatedValue: try currency.map { _ throws(UsageFolderFault) in
        Amount(pico: try decimal(6, scale: Amount.scale, records))
      })
  }

  private static func decimal(
    _ index: Int, scale: Int, _ records: borrowing RecordReader
  ) throws(UsageFolderFault) -> Int128 {
    switch ShortestDecimal.parse(records.cells[index], scale: scale) {
    case .success(let value): return value
    case .failure(let refusal): throw records.fault(cell: index, "\(columns[index].name) \(refusal.message)")
    }
  }
}
