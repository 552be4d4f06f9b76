// `missing.csv` in the folder of a run: files with records that count for nobody until they are read again.

public import Tables

/// Files of a run with records that it had left out as copies of records that were taken back since, and that it did not keep.
///
/// Columns `file` and `records`, at most so many of the file; sorted by file. A file that is listed is not taken for one that was read:
/// the next `rate` reads it again, and what is missing is new then.
public enum MissingRecords {
  /// The name of the file.
  public static let fileName = "missing.csv"
  private static let columns: [SummaryColumn] = [
    SummaryColumn("file", .name, "input as the run named it", example: "cdrs/2026-01-03.csv"),
    SummaryColumn("records", .count, "records of it that were left out and not kept", example: "17"),
  ]

  /// The bytes of the file.
  public static func text(of files: [(file: Label, count: Int)]) -> [UInt8] {
    var bytes = SummaryColumn.header(of: columns)
    for row in files.sorted(by: { $0.file < $1.file }) {
      CSVText.appendRow([row.file, Label(String(row.count))], to: &bytes)
    }
    return bytes
  }

  /// The files that are listed in the file at `path`, with their counts.
  public static func read(_ path: String) throws(UsageFolderFault) -> [Label: Int] {
    var records = RecordReader(file: try DecodedFile(path: path, name: path), recordBytesMax: 1 << 30)
    try records.expectHeader(columns)
    var files: [Label: Int] = [:]
    while try records.next() {
      guard records.cells.count == 2, let count = Int(Label(records.cells[1]).description) else {
        throw records.fault("this is no file and a number of records")
      }
      files[Label(records.cells[0])] = count
    }
    return files
  }
}
