// The detail file and its index by account.

import DurableFiles
import Tables
import UsageSummary

extension RatingResult {
  /// Writes `detail.csv.zst` and `detail-index.csv` into the folder; returns their entries for the manifest.
  func writeDetail(_ folder: PublishedFolder, _ detail: DetailSort) throws(FileFault) -> [SummaryManifest
    .File]
  {
    let writer = try ZstdWriter(folder.writer(DetailSchema.fileName, mode: 0o600))
    var output = DetailOutput(writer: writer, files: files)
    try output.writeHeader()
    try detail.forEach { row throws(FileFault) in try output.write(row) }
    let index = try output.finish()
    let plain = try folder.writer(DetailOutput.indexName, mode: 0o644)
    try plain.write(contentsOf: index)
    try plain.finish()
    return [
      SummaryManifest.File(
        name: DetailSchema.fileName, rowCount: Int64(output.rowCount), decodedBytes: output.byteCount,
        sha256: output.hash.hexDigest()),
      SummaryManifest.File(
        name: DetailOutput.indexName, rowCount: Int64(output.accountCount), decodedBytes: Int64(index.count),
        sha256: SHA256.hex(of: index)),
    ]
  }
}

/// Writes rows in order and notes where each account begins.
private struct DetailOutput {
  static let indexName = "detail-index.csv"

  private let writer: ZstdWriter
  private let files: [FileContext]
  private let places: RecordPlaces
  private var account: ArraySlice<UInt8>?
  private var accountStart = (row: 0, byte: Int64(0))
  private var index: [UInt8] = Array("account,first_row,row_count,byte_offset,byte_length\n".utf8)
  var hash = SHA256()
  var rowCount = 0
  var accountCount = 0
  var byteCount: Int64 = 0

  init(writer: ZstdWriter, files: [FileContext]) {
    self.writer = writer
    self.files = files
    places = RecordPlaces(files)
  }

  mutating func writeHeader() throws(FileFault) {
    try put(Array((DetailSchema.columns.map(\.name.description).joined(separator: ",") + "\n").utf8))
  }

  mutating func write(_ row: StoredDetail) throws(FileFault) {
    var bytes = Array(row.text)
    // The account is the first cell; it is compared as written, quotes and all.
    let cell = Self.firstCell(bytes)
    if cell != account {
      endAccount()
      account = cell
      accountStart = (rowCount, byteCount)
      accountCount += 1
    }
    let address = row.address
    let line = places.line(
      file: Int(address.file), unit: Int(address.unit), sequence: Int(address.sequence),
      lineInChunk: Int(address.lineInChunk), unitOffset: Int64.max)
    bytes.append(UInt8(ascii: ","))
    CSVText.append(Array(files[Int(address.file)].name.utf8), to: &bytes)
    bytes += Array(",\(line)\n".utf8)
    try put(bytes)
    rowCount += 1
  }

  mutating func finish() throws(FileFault) -> [UInt8] {
    endAccount()
    try writer.finish()
    return index
  }

  private mutating func endAccount() {
    guard let account else { return }
    index += account
    index += Array(
      ",\(accountStart.row),\(rowCount - accountStart.row),\(accountStart.byte),\(byteCount - accountStart.byte)\n"
        .utf8)
  }

  private mutating func put(_ bytes: [UInt8]) throws(FileFault) {
    hash.update(bytes)
    byteCount += Int64(bytes.count)
    try writer.write(contentsOf: bytes)
  }

  private static func firstCell(_ text: [UInt8]) -> ArraySlice<UInt8> {
    guard text.first == UInt8(ascii: "\"") else { return text.prefix { $0 != UInt8(ascii: ",") } }
    var at = 1
    while at < text.count {
      if text[at] == UInt8(ascii: "\"") {
        if at + 1 < text.count, text[at + 1] == UInt8(ascii: "\"") { at += 1 } else { break }
      }
      at += 1
    }
    return text[...min(at, text.count - 1)]
  }
}
