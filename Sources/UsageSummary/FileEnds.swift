// `file-ends.csv` in the folder of a run: how far each of its inputs was read, so that one that grows is read on from there.

public import Tables

/// How the inputs of a run ended, and which of them were read on from where an earlier run had ended.
///
/// Columns `file`, `complete_bytes`, `open_event`, `known_bytes` and `known_hash`; sorted by file. It is no document of the
/// result: it stands beside the manifest in the folders of a billing store.
public enum FileEnds {
  /// The name of the file.
  public static let fileName = "file-ends.csv"

  /// How one input ended.
  public struct End: Hashable, Sendable {
    /// Decoded bytes up to the end of its last whole record; fewer than the file has where its last record had no line end.
    public var completeByteCount: Int64
    /// Whether that last record was read as an event.
    public var endsInOpenEvent: Bool
    /// The beginning that was known and not read as records again; nil where all of it was.
    public var known: Known?

    /// Takes the three.
    public init(completeByteCount: Int64, endsInOpenEvent: Bool, known: Known?) {
      self.completeByteCount = completeByteCount
      self.endsInOpenEvent = endsInOpenEvent
      self.known = known
    }
  }

  /// The beginning of an input as an earlier run had read it: all of it, at that time.
  public struct Known: Hashable, Sendable {
    /// Decoded bytes.
    public var byteCount: Int64
    /// Their hash, as a manifest gives it.
    public var hash: Label

    /// Takes the two.
    public init(byteCount: Int64, hash: Label) {
      self.byteCount = byteCount
      self.hash = hash
    }
  }

  private static let columns: [SummaryColumn] = [
    SummaryColumn("file", .name, "input as the run named it", example: "cdrs/Master.csv"),
    SummaryColumn(
      "complete_bytes", .count, "decoded bytes up to the end of its last whole record", example: "1734"),
    SummaryColumn(
      "open_event", .word, "whether an event behind that, without a line end, was read", empty: "no",
      example: "yes"),
    SummaryColumn(
      "known_bytes", .count, "decoded bytes that an earlier run had read, and this one did not",
      empty: "none",
      example: "1210"),
    SummaryColumn(
      "known_hash", .name, "hash of these bytes", empty: "there are none", example: "xxh3-128:0123"),
  ]

  /// The bytes of the file.
  public static func text(of ends: [(file: Label, end: End)]) -> [UInt8] {
    var bytes = SummaryColumn.header(of: columns)
    for row in ends.sorted(by: { $0.file < $1.file }) {
      CSVText.appendRow(
        [
          row.file, Label(String(row.end.completeByteCount)), row.end.endsInOpenEvent ? "yes" : "",
          Label(row.end.known.map { String($0.byteCount) } ?? ""), row.end.known?.hash ?? "",
        ], to: &bytes)
    }
    return bytes
  }

  /// Reads the file at `path`.
  public static func read(_ path: String) throws(UsageFolderFault) -> [Label: End] {
    var records = RecordReader(file: try DecodedFile(path: path, name: path), recordBytesMax: 1 << 30)
    try records.expectHeader(columns)
    var ends: [Label: End] = [:]
    while try records.next() {
      let cells = records.cells.map { Label($0) }
      guard cells.count == columns.count, let complete = Int64(cells[1].description),
        ["", "yes"].contains(cells[2]), cells[3].isEmpty == cells[4].isEmpty
      else { throw records.fault("this is no file with the end of what was read of it") }
      var known: Known?
      if !cells[3].isEmpty {
        guard let count = Int64(cells[3].description) else {
          throw records.fault("'\(cells[3])' is no number of bytes")
        }
        known = Known(byteCount: count, hash: cells[4])
      }
      ends[cells[0]] = End(
        completeByteCount: complete, endsInOpenEvent: !cells[2].isEmpty, known: known)
    }
    return ends
  }
}
