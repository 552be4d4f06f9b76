// The output folder of a rating run, opened only when all of it meets.

public import BillingCalendar
import Glibc

/// A usage folder whose manifest, files, hashes, row counts and sums have been checked against each other.
///
/// The files may change after `open`: what reads them later checks again, so that nothing is billed from other bytes than
/// those that were proved.
public struct UsageFolder: Sendable {
  /// The folder as the user named it.
  public let path: String
  /// Its manifest.
  public let manifest: SummaryManifest
  /// SHA-256 of the bytes of `manifest.json`: names the whole folder, because the manifest names every file.
  public let manifestHash: String
  /// Usage periods of its rows and their events, ascending, each once.
  public let usagePeriods: [PeriodUsage]
  /// What could not be rated, by reason and account; empty where nothing was suspended.
  public let suspenseDigest: [SuspenseDigestRow]

  /// How much usage a period has.
  public struct PeriodUsage: Hashable, Sendable {
    /// The period.
    public var period: UsagePeriod
    /// Events of all accounts.
    public var eventCount: Int128
  }

  /// Opens the folder at `path` and proves it.
  ///
  /// Throws where the folder or a listed file is missing or cannot be read, where the manifest is missing, changed, or of
  /// another schema, and where bytes, hash, rows or sums of a file are not those of the manifest. Files that the manifest
  /// does not list are ignored. `onlyFiles` names the files that are left of a folder from which others were removed on purpose;
  /// nil for all. `body` is called at every row of the summary, and then of its corrections, of which nothing is proved before `open` returns.
  /// Complexity: reads every listed file once; memory of one row.
  public static func open(
    _ path: String, onlyFiles: Set<String>? = nil, body: (SummaryRowReader) -> Void = { _ in }
  ) throws(UsageFolderFault) -> UsageFolder {
    let periods = PeriodEvents()
    let folder = try open(path, onlyFiles) { file throws(UsageFolderFault) in
      try readSummary(of: path, file) { rows in
        periods.add(rows)
        body(rows)
      }
      periods.end()
    }
    return folder(periods.counts)
  }

  /// The same on several threads, where a summary is large.
  ///
  /// `body` is called with the number of the thread that has read the row, in 0..<threadCount: rows of one thread ascend file by
  /// file, those of several come side by side. Memory: a stretch for each thread, of a zstd frame of up to
  /// 8 MiB or else of a mebibyte, and for frames as much for the file.
  public static func open(
    _ path: String, onlyFiles: Set<String>? = nil, threadCount: Int,
    body: @escaping @Sendable (Int, SummaryRowReader) -> Void
  ) throws(UsageFolderFault) -> UsageFolder {
    let periods = (0..<max(1, threadCount)).map { _ in PeriodEvents() }
    let folder = try open(path, onlyFiles) { file throws(UsageFolderFault) in
      if threadCount > 1, file.decodedBytes > manyThreadsBytes {
        try SummaryStretches(path: path + "/" + file.name).read(threadCount: threadCount) { thread, rows in
          periods[thread].add(rows)
          body(thread, rows)
        }.expect(file)
      } else {
        try readSummary(of: path, file) { rows in
          periods[0].add(rows)
          body(0, rows)
        }
      }
      for counter in periods { counter.end() }
    }
    return folder(periods.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) })
  }

  /// Opens the folder; summaries are left to `readSummary`. What is given back waits for the events of its periods.
  private static func open(
    _ path: String, _ onlyFiles: Set<String>?,
    _ readSummary: (SummaryManifest.File) throws(UsageFolderFault) -> Void
  ) throws(UsageFolderFault) -> ([UsagePeriod: Int128]) -> UsageFolder {
    let bytes = try manifestBytes(of: path)
    let manifest = try SummaryManifest.read(bytes, name: path + "/" + SummaryManifest.fileName)
    var digest: [SuspenseDigestRow] = []
    for file in manifest.files where onlyFiles?.contains(file.name) ?? true {
      switch file.name {
      case SummarySchema.fileName, SummarySchema.correctionsFileName: try readSummary(file)
      case SuspenseDigest.fileName: digest = try readDigest(of: path, file)
      default:
        let found = try FileProof(reading: path, file.name)
        try found.expect(file)
      }
    }
    try checkSuspense(manifest, digest, path)
    let manifestHash = SHA256.hex(of: bytes)
    return { eventCounts in
      UsageFolder(
        path: path, manifest: manifest, manifestHash: manifestHash,
        usagePeriods: eventCounts.sorted { $0.key < $1.key }.map {
          PeriodUsage(period: $0.key, eventCount: $0.value)
        }, suspenseDigest: digest)
    }
  }

  /// Opens the summary again, to be read row by row.
  public func summaryReader() throws(UsageFolderFault) -> SummaryReader {
    try SummaryReader(path: path + "/" + SummarySchema.fileName)
  }

  /// Proves that `reader`, which has come to its end, has read the rows that `open` has proved.
  ///
  /// - Precondition: `reader.next()` has given nil.
  public func check(_ reader: SummaryReader) throws(UsageFolderFault) {
    guard let file = manifest.file(named: SummarySchema.fileName) else { return }
    try FileProof(of: reader, path, file.name).expect(file)
  }
}

extension UsageFolder {
  private static func manifestBytes(of path: String) throws(UsageFolderFault) -> [UInt8] {
    let name = path + "/" + SummaryManifest.fileName
    let file: DecodedFile
    do throws(UsageFolderFault) { file = try DecodedFile(path: name, name: name) } catch {
      var fault = error
      if access(path, F_OK) != 0 {
        fault = UsageFolderFault(.unreadable, file: path, message: "there is no such folder")
      } else {
        fault.kind = .notAUsageFolder
      }
      fault.hint = "a usage folder is what a finished 'ratemill rate --out' has written; name that folder"
      throw fault
    }
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= manifestBytesMax else {
        throw UsageFolderFault(.doesNotMeet, file: name, message: "the manifest is over 1 GiB")
      }
    }
  }

  // Some 5 million inputs.
  private static let manifestBytesMax = 1 << 30

  // Below it a thread is not worth its start.
  private static let readAheadBytes: Int64 = 4 << 20

  // Four stretches.
  private static let manyThreadsBytes: Int64 = 4 << 20

  private static func readSummary(
    of path: String, _ file: SummaryManifest.File, _ body: (SummaryRowReader) -> Void
  ) throws(UsageFolderFault) {
    let reader = try SummaryReader(
      path: path + "/" + file.name, readsAhead: file.decodedBytes > readAheadBytes)
    try reader.forEach(body)
    try FileProof(of: reader, path, file.name).expect(file)
  }

  private static func readDigest(
    of path: String, _ file: SummaryManifest.File
  ) throws(UsageFolderFault) -> [SuspenseDigestRow] {
    let name = path + "/" + file.name
    var records = RecordReader(file: try DecodedFile(path: name, name: name))
    let rows = try SuspenseDigest.rows(of: &records)
    let proof = FileProof(
      name: name, rowCount: Int64(rows.count), decodedBytes: records.file.byteCount,
      sha256: records.file.hexDigest, sums: nil)
    try proof.expect(file)
    return rows
  }

  // Door and suspense are two accounts of the same records.
  private static func checkSuspense(
    _ manifest: SummaryManifest, _ digest: [SuspenseDigestRow], _ path: String
  ) throws(UsageFolderFault) {
    let suspended = manifest.doors.suspended
    let digested = digest.reduce(Int128(0)) { $0 + Int128($1.eventCount) }
    guard digested == Int128(suspended) else {
      throw UsageFolderFault(
        .doesNotMeet, file: path + "/" + SuspenseDigest.fileName,
        message: "\(digested) records; the manifest counts \(suspended) suspended")
    }
    guard let file = manifest.file(named: SuspenseSchema.fileName), file.rowCount != suspended else { return }
    throw UsageFolderFault(
      .doesNotMeet, file: path + "/" + file.name,
      message: "\(file.rowCount) rows; the manifest counts \(suspended) suspended records")
  }
}

/// Events by usage period, as one thread has met them.
private final class PeriodEvents: @unchecked Sendable {
  // Safe to share: used by one thread at a time.
  @exclusivity(unchecked) private(set) var counts: [UsagePeriod: Int128] = [:]
  // Rows of a period come together.
  @exclusivity(unchecked) private var last: (period: UsagePeriod, eventCount: Int128)?

  private let periodField = SummaryField.set([.usagePeriod])

  func add(_ rows: SummaryRowReader) {
    if rows.hasNew(periodField) || last == nil {
      end()
      last = (rows.row.usagePeriod, 0)
    }
    last?.eventCount += Int128(rows.measures.eventCount)
  }

  /// Ends a file.
  func end() {
    if let last { counts[last.period, default: 0] += last.eventCount }
    last = nil
  }
}
