// Writes usage folders that meet, and lets a test break one thing of them.

import CZstd
public import Tables
public import TestSupport
public import UsageSummary

/// A usage folder as data; `write` makes the files and a manifest that meets them.
public struct SampleUsageFolder: Sendable {
  /// Rows of the summary, in any order.
  public var rows: [SummaryRow]
  /// Rows of the digest.
  public var digest: [SuspenseDigestRow]
  /// Inputs that were skipped.
  public var skippedInputs: [SummaryManifest.SkippedInput] = []
  /// Rating hash of the catalog.
  public var ratingHash: Label = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  /// Another summary text than that of `rows`; the manifest follows it all the same.
  public var summaryText: [UInt8]?
  /// Decoded bytes of the suspense file; its rows are those of the digest where nil.
  public var suspenseText: [UInt8]?

  /// The bytes of allowances.csv; nil for a folder without it.
  public var allowancesText: [UInt8]?

  /// Decoded bytes of the detail; nil for a folder without it.
  public var detailText: [UInt8]?

  /// Makes a folder.
  public init(rows: [SummaryRow], digest: [SuspenseDigestRow] = []) {
    self.rows = rows
    self.digest = digest
  }

  /// The manifest that meets the files.
  public func manifest() -> SummaryManifest {
    let suspended = digest.reduce(0) { $0 + $1.eventCount }
    let rated = rows.reduce(0) { $0 + $1.eventCount }
    let doors = DoorCounts(
      read: rated + suspended + 3, rated: rated, filtered: 2, duplicate: 1, suspended: suspended)
    var sums = ControlSums()
    for row in rows { sums.add(row) }
    let digestText = SuspenseDigest.text(of: digest)
    let allowances = allowancesText.map { text in
      file(AllowanceSchema.fileName, text, text.count { $0 == UInt8(ascii: "\n") } - 1, nil)
    }
    let detail = detailText.map { text in
      file(DetailSchema.fileName, text, text.count { $0 == UInt8(ascii: "\n") } - 1, nil)
    }
    return SummaryManifest(
      semantics: 1, ratingHash: ratingHash, options: [SummaryManifest.Option(name: "dedupe", value: "yes")],
      inputs: [
        SummaryManifest.Input(
          name: "cdrs/2026-01.csv.zst", source: "pbx", decodedBytes: 4711, hash: "xxh3-128:00ff", doors: doors
        )
      ], skippedInputs: skippedInputs, doors: doors,
      files: (allowances.map { [$0] } ?? []) + (detail.map { [$0] } ?? []) + [
        file(SummarySchema.fileName, summary, rows.count, sums),
        file(SuspenseDigest.fileName, digestText, digest.count, nil),
        file(SuspenseSchema.fileName, suspense, Int(suspended), nil),
      ])
  }

  /// Writes the files and `manifest`, or the one that meets.
  public func write(to folder: TemporaryFolder, manifest: SummaryManifest? = nil) throws {
    try folder.write(Self.compress(summary), to: SummarySchema.fileName)
    try folder.write(SuspenseDigest.text(of: digest), to: SuspenseDigest.fileName)
    if let allowancesText { try folder.write(allowancesText, to: AllowanceSchema.fileName) }
    if let detailText { try folder.write(Self.compress(detailText), to: DetailSchema.fileName) }
    try folder.write(Self.compress(suspense), to: SuspenseSchema.fileName)
    try folder.write((manifest ?? self.manifest()).text(), to: SummaryManifest.fileName)
  }

  /// Decoded bytes of the summary.
  public var summary: [UInt8] { summaryText ?? SummaryText.file(of: rows) }

  private var suspense: [UInt8] {
    if let suspenseText { return suspenseText }
    var text = SummaryColumn.header(of: SuspenseSchema.columns)
    var line = 0
    for row in digest {
      for _ in 0..<row.eventCount {
        line += 1
        CSVText.appendRow(
          [
            "pbx", "cdrs/2026-01.csv.zst", Label(String(line)), "0", "10", row.reason, "", row.account, "",
            "",
            "", "", "", "text",
            "a \"raw\"\nrecord, as it was",
          ], to: &text)
      }
    }
    return text
  }

  private func file(_ name: String, _ text: [UInt8], _ rows: Int, _ sums: ControlSums?)
    -> SummaryManifest.File
  {
    SummaryManifest.File(
      name: name, rowCount: Int64(rows), decodedBytes: Int64(text.count), sha256: SHA256.hex(of: text),
      sums: sums)
  }

  /// One zstd frame, with checksum off as `zstd -dc` would accept it.
  public static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
    precondition(ZSTD_isError(count) == 0, "zstd compresses")
    return Array(output[..<count])
  }
}
