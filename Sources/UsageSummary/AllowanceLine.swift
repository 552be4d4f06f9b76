// Rows of `allowances.csv` as they are written, to be put into another table.

public import BillingCalendar
public import Tables

/// One row of `allowances.csv` as text, with the cells that say whose it is.
public struct AllowanceLine: Hashable, Sendable {
  /// The cells before `granted`: rows are in their order.
  public var cells: [Label]
  /// Usage period.
  public var period: UsagePeriod
  /// The row with its line end.
  public var text: [UInt8]

  /// Whether a pool holds the allowance, or an account.
  public var isPool: Bool { cells[0] == "pool" }
  /// The account or pool.
  public var owner: Label { cells[1] }
}

extension UsageFolder {
  /// The rows of `allowances.csv` as text, in order. Refuses bytes other than those that `open` has proved.
  public func allowanceLines() throws(UsageFolderFault) -> [AllowanceLine] {
    guard let file = manifest.file(named: AllowanceSchema.fileName) else { return [] }
    let name = path + "/" + file.name
    var records = RecordReader(file: try DecodedFile(path: name, name: name))
    try records.expectHeader(AllowanceSchema.columns)
    var lines: [AllowanceLine] = []
    while try records.next() {
      guard records.cells.count == AllowanceSchema.columns.count,
        let period = UsagePeriod.parse(records.cells[2])
      else { throw records.fault("no row of allowances") }
      var text: [UInt8] = []
      for (index, cell) in records.cells.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        CSVText.append(Array(cell), to: &text)
      }
      text.append(UInt8(ascii: "\n"))
      lines.append(
        AllowanceLine(cells: records.cells.prefix(7).map { Label($0) }, period: period, text: text))
    }
    let proof = FileProof(
      name: name, rowCount: Int64(lines.count), decodedBytes: records.file.byteCount,
      sha256: records.file.hexDigest, sums: nil)
    try proof.expect(file)
    return lines
  }
}
