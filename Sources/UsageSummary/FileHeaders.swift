// `file-headers.csv`: the lines before the records of inputs, so that single records of them can be read again.

public import Tables

/// The lines that stand before the records of each input: names of columns and the like.
///
/// Columns `file` and `header`, the header as hex digits; sorted by file. A file without such lines has no row. It is no
/// document of the result: it stands beside the manifest in the folders of a billing store.
public enum FileHeaders {
  /// The name of the file.
  public static let fileName = "file-headers.csv"
  private static let columns: [SummaryColumn] = [
    SummaryColumn("file", .name, "input as the run named it", example: "cdrs/2026-01-03.csv"),
    SummaryColumn("header", .name, "the lines before its records, as hex digits", example: "69640a"),
  ]

  /// The bytes of the file.
  public static func text(of headers: [(file: Label, header: [UInt8])]) -> [UInt8] {
    var bytes = SummaryColumn.header(of: columns)
    for row in headers.sorted(by: { $0.file < $1.file }) {
      CSVText.appendRow([row.file, Label(HexText.text(row.header))], to: &bytes)
    }
    return bytes
  }

  /// Reads the file at `path`.
  public static func read(_ path: String) throws(UsageFolderFault) -> [Label: [UInt8]] {
    var records = RecordReader(file: try DecodedFile(path: path, name: path), recordBytesMax: 1 << 30)
    try records.expectHeader(columns)
    var headers: [Label: [UInt8]] = [:]
    while try records.next() {
      guard records.cells.count == 2, let header = HexText.bytes(records.cells[1]) else {
        throw records.fault("this is no file and the hex digits of its header")
      }
      headers[Label(records.cells[0])] = header
    }
    return headers
  }
}
