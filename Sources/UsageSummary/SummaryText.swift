// One row of the summary as its line of text: the plain way, for tests and small folders.
//
// The rating engine writes with a faster formatter of its own that must give the same bytes; this one is the measure.

import BillingCalendar
import Money
public import Tables

/// Writes rows of `summary.csv.zst`.
public enum SummaryText {
  /// Appends the line of `row`, with its newline.
  public static func append(_ row: SummaryRow, to bytes: inout [UInt8]) {
    CSVText.appendRow(cells(of: row), to: &bytes)
  }

  /// The cells of `row` in the order of `SummarySchema.columns`.
  public static func cells(of row: SummaryRow) -> [Label] {
    let digits = row.serviceKind?.quantityDigits ?? 0
    return keyCells(of: row) + [
      Label(String(row.eventCount)), decimal(row.quantityRaw, digits), decimal(row.quantityBilled, digits),
      decimal(row.quantityCovered, digits), Label(row.serviceKind?.unit ?? ""), Label(row.amount.description),
      Label(row.cost?.description ?? ""),
    ]
  }

  /// The key cells of `row`: rows stand in ascending order of them, cell by cell, each compared as bytes.
  public static func keyCells(of row: SummaryRow) -> [Label] {
    let digits = row.serviceKind?.quantityDigits ?? 0
    return [
      row.account, row.costCentre, row.service, Label(row.usagePeriod.description), row.plan, row.charge,
      Label(row.serviceKind?.name ?? ""), row.direction, row.ratingGroup, row.destination, row.jurisdiction,
      row.band, Label(row.unitPrice?.description ?? ""), optionalDecimal(row.perQuantity, digits),
      optionalDecimal(row.tierFrom, SummaryRow.tierScale),
      optionalDecimal(row.tierUpTo, SummaryRow.tierScale),
      row.allowance, row.supplier, Label(row.currency.code), Label(row.costCurrency?.code ?? ""),
    ]
  }

  /// The file of these rows, sorted, with its header.
  ///
  /// - Precondition: no two rows have the same key.
  public static func file(of rows: [SummaryRow]) -> [UInt8] {
    let keyed = rows.map { (key: keyCells(of: $0), row: $0) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    precondition(zip(keyed, keyed.dropFirst()).allSatisfy { $0.key != $1.key }, "rows are unique by key")
    var bytes = SummarySchema.header
    for (_, row) in keyed { append(row, to: &bytes) }
    return bytes
  }

  private static func decimal(_ value: Int128, _ digits: Int) -> Label {
    Label(DecimalText.format(value, scale: digits))
  }

  private static func optionalDecimal(_ value: Int128?, _ digits: Int) -> Label {
    value.map { decimal($0, digits) } ?? .empty
  }
}
