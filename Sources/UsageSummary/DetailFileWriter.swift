// Writes `detail.csv.zst` and `detail-index.csv`: rows that come in order, as they are, and where each account begins.

public import DurableFiles
import Tables

/// Writes rows in order. Used once.
public struct DetailFileWriter {
  /// The name of the index.
  public static let indexName = "detail-index.csv"

  private let folder: PublishedFolder
  private let writer: ZstdWriter
  private var hash = SHA256()
  private var rowCount = 0
  private var byteCount: Int64 = 0
  private var accountCount = 0
  /// The account at hand as it is written, quotes and all.
  private var account: [UInt8]?
  private var accountStart = (row: 0, byte: Int64(0))
  private var index: [UInt8] = Array("account,first_row,row_count,byte_offset,byte_length\n".utf8)
  // Rows are handed to the compressor in pieces of this size.
  private static let textBytesMax = 1 << 18
  private var text: [UInt8]

  /// Begins both files in `folder`.
  public init(in folder: PublishedFolder) throws(FileFault) {
    self.folder = folder
    writer = try ZstdWriter(folder.writer(DetailSchema.fileName, mode: 0o600))
    text = Array((DetailSchema.columns.map(\.name.description).joined(separator: ",") + "\n").utf8)
    byteCount = Int64(text.count)
  }

  /// Adds a row with its LF; its first cell is the account.
  public mutating func write(_ row: UnsafeBufferPointer<UInt8>) throws(FileFault) {
    let cell = Self.firstCell(row)
    if account.map({ !$0.elementsEqual(cell) }) ?? true {
      endAccount()
      account = Array(cell)
      accountStart = (rowCount, byteCount)
      accountCount += 1
    }
    text.append(contentsOf: row)
    rowCount += 1
    byteCount += Int64(row.count)
    if text.count >= Self.textBytesMax { try flush() }
  }

  private mutating func flush() throws(FileFault) {
    hash.update(text)
    try writer.write(contentsOf: text)
    text.removeAll(keepingCapacity: true)
  }

  /// Ends both files; their entries for the manifest.
  public mutating func finish() throws(FileFault) -> [SummaryManifest.File] {
    endAccount()
    try flush()
    try writer.finish()
    let plain = try folder.writer(Self.indexName, mode: 0o644)
    try plain.write(contentsOf: index)
    try plain.finish()
    return [
      SummaryManifest.File(
        name: DetailSchema.fileName, rowCount: Int64(rowCount), decodedBytes: byteCount,
        sha256: hash.hexDigest()),
      SummaryManifest.File(
        name: Self.indexName, rowCount: Int64(accountCount), decodedBytes: Int64(index.count),
        sha256: SHA256.hex(of: index)),
    ]
  }

  private mutating func endAccount() {
    guard let account else { return }
    index += account
    index += Array(
      ",\(accountStart.row),\(rowCount - accountStart.row),\(accountStart.byte),\(byteCount - accountStart.byte)\n"
        .utf8)
  }

  private static func firstCell(_ row: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
    guard row.first == UInt8(ascii: "\"") else { return row.prefix { $0 != UInt8(ascii: ",") } }
    var at = 1
    while at < row.count {
      if row[at] == UInt8(ascii: "\"") {
        if at + 1 < row.count, row[at + 1] == UInt8(ascii: "\"") { at += 1 } else { break }
      }
      at += 1
    }
    return row[...min(at, row.count - 1)]
  }
}
