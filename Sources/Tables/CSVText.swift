// How a cell is written: RFC 4180, quoted only where needed, so that plain values stay plain and sort as written.

/// Writes CSV cells.
public enum CSVText {
  /// Whether a cell needs quotes: it holds a comma, a quote, CR or LF.
  public static func needsQuotes(_ cell: some Sequence<UInt8>) -> Bool {
    cell.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 13 || $0 == 10 }
  }

  /// Appends `cell` to `bytes`, in quotes where needed, inner quotes doubled.
  public static func append(_ cell: [UInt8], to bytes: inout [UInt8]) {
    guard needsQuotes(cell) else { return bytes.append(contentsOf: cell) }
    bytes.append(UInt8(ascii: "\""))
    for byte in cell {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends one record: the cells separated by commas and ended by a newline.
  public static func appendRow(_ cells: [Label], to bytes: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(cell.bytes, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
  }
}
