// Writes the documents of a usage folder from merged rows: the summary as it comes, the small ones at the end.

import BillingCalendar
import DurableFiles
import Money
import Tables
import UsageSummary

/// A usage folder on its way, with the bytes that one run over all the usage would have written.
struct SummaryFolderWriter {
  let folder: PublishedFolder
  private let fileName: String
  private let writer: ZstdWriter
  private var hash = SHA256()
  private var text: [UInt8]
  private(set) var sums = ControlSums()
  private(set) var rowCount: Int64 = 0
  /// Periods of the rows.
  private(set) var periods: Set<UsagePeriod> = []
  private var lastPeriod: UsagePeriod?
  // Rows are handed to the compressor in pieces of this size.
  private static let textBytesMax = 1 << 18

  /// Begins a folder at `path`; an earlier usage folder there is replaced. The rows go to the file of that name.
  init(
    at path: String, rows fileName: String = SummarySchema.fileName, operations: any FileOperations
  ) throws(FileFault) {
    self.fileName = fileName
    folder = try PublishedFolder.begin(at: path, marker: SummaryManifest.fileName, operations: operations)
    writer = try ZstdWriter(folder.writer(fileName, mode: 0o644), level: 1)
    text = SummarySchema.header
  }

  /// Adds the next row, in order; `line` is its line where that is known.
  mutating func add(_ row: SummaryRow, line: [UInt8] = []) throws(FileFault) {
    if line.isEmpty { SummaryText.append(row, to: &text) } else { text += line }
    sums.add(row)
    rowCount += 1
    if row.usagePeriod != lastPeriod {
      lastPeriod = row.usagePeriod
      periods.insert(row.usagePeriod)
    }
    if text.count >= Self.textBytesMax { try flush() }
  }

  private mutating func flush() throws(FileFault) {
    hash.update(text)
    try writer.write(contentsOf: text)
    text.removeAll(keepingCapacity: true)
  }

  /// The line of these rows in the manifest; after the last row.
  mutating func finishSummary() throws(FileFault) -> SummaryManifest.File {
    try flush()
    let byteCount = writer.byteCount
    try writer.finish()
    return SummaryManifest.File(
      name: fileName, rowCount: rowCount, decodedBytes: byteCount, sha256: hash.hexDigest(),
      sums: sums)
  }

  /// Writes a small document.
  func write(_ name: String, _ bytes: [UInt8], rowCount: Int) throws(FileFault) -> SummaryManifest.File {
    let writer = try folder.writer(name, mode: 0o644)
    try writer.write(contentsOf: bytes)
    try writer.finish()
    return SummaryManifest.File(
      name: name, rowCount: Int64(rowCount), decodedBytes: Int64(bytes.count), sha256: SHA256.hex(of: bytes))
  }

  /// Writes a compressed document that `make` gives in pieces, the header first, then one for each row.
  func write(
    _ name: String, _ make: (([UInt8]) -> Void) throws(StoreFault) -> Void
  ) throws(StoreFault) -> SummaryManifest.File {
    let writer = try StoreFault.ofFiles { () throws(FileFault) in
      try ZstdWriter(folder.writer(name, mode: 0o600))
    }
    var hash = SHA256()
    var pieces = -1
    var fault: FileFault?
    var text: [UInt8] = []
    func flush() {
      hash.update(text)
      do throws(FileFault) { try writer.write(contentsOf: text) } catch { fault = fault ?? error }
      text.removeAll(keepingCapacity: true)
    }
    try make { piece in
      pieces += 1
      text += piece
      if text.count >= Self.textBytesMax { flush() }
    }
    flush()
    if let fault { throw .file(fault) }
    let byteCount = writer.byteCount
    try StoreFault.ofFiles { () throws(FileFault) in try writer.finish() }
    return SummaryManifest.File(
      name: name, rowCount: Int64(pieces), decodedBytes: byteCount, sha256: hash.hexDigest())
  }

  /// Writes the manifest and puts the folder in place.
  func publish(_ manifest: SummaryManifest) throws(FileFault) {
    _ = try write(SummaryManifest.fileName, manifest.text(), rowCount: 0)
    try folder.publish()
  }

  /// Puts the folder in place with what it holds.
  func publish() throws(FileFault) { try folder.publish() }

  /// Throws everything away.
  func discard() { folder.discard() }
}
