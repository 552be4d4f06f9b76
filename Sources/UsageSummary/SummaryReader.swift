// Reads `summary.csv.zst` row by row and adds it up on the way.

/// Reads the rows of one summary, in their order.
///
/// Checked for each row: the number of cells, the form of each cell (decimals in their shortest form), that key, unit and
/// prices agree with each other, and that its key comes after the key before. Memory: one row. Not for use by several
/// threads.
public final class SummaryReader {
  private let rows: SummaryRowReader

  /// Rows given out so far.
  public var rowCount: Int64 { rows.rowCount }
  /// What the rows given out so far add up to.
  public var sums: ControlSums { rows.sums }

  /// Opens the summary at `path`; messages call it `name`. A name that ends in `.zst` is decompressed, with `readsAhead` on a thread
  /// of its own.
  public init(path: String, name: String? = nil, readsAhead: Bool = false) throws(UsageFolderFault) {
    rows = try SummaryRowReader(
      file: try DecodedFile(path: path, name: name ?? path, readsAhead: readsAhead))
  }

  /// Decoded bytes read so far, header included; all of them once `next` has given nil.
  public var byteCount: Int64 { rows.file.byteCount }
  /// SHA-256 of those bytes, 64 hexadecimal digits.
  public var hexDigest: String { rows.file.hexDigest }

  /// The next row; nil after the last one. Complexity: O(bytes of the row).
  public func next() throws(UsageFolderFault) -> SummaryRow? { try advance() ? row : nil }

  /// Goes to the next row, which is `row` then; false after the last one. Complexity: O(bytes of the row).
  ///
  /// Walking so copies no row that nobody keeps.
  public func advance() throws(UsageFolderFault) -> Bool {
    try rows.advance()
  }

  /// Gives each row that is left to `body`, without copies. Complexity: O(bytes of the rows).
  func forEach(_ body: (SummaryRowReader) -> Void) throws(UsageFolderFault) {
    while try rows.advance() { body(rows) }
  }

  /// The row at which the reader stands; of no meaning before the first and after the last one.
  public var row: SummaryRow { rows.row }

  /// Compares the key of its row with that of another reader's row: below 0 where it comes before, 0 where they are equal.
  public func compareKey(with other: SummaryReader) -> Int { rows.compareKey(with: other.rows) }

  /// Appends its line as it stands in the file, with its newline.
  public func appendLine(to bytes: inout [UInt8]) { bytes.append(contentsOf: rows.line) }
}
