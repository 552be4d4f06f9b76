// The output folder of a run: summary, companions and manifest, published at once or not at all.

public import DurableFiles
import BillingCalendar
import Catalog
import Dispatch
import Money
import Synchronization
import Tables
import UsageSummary

extension RatingResult {
  /// The file of a published folder that holds the keys of its records, where they were kept.
  public static let keyFileName = KeyFile.name

  /// Writes the usage folder and publishes it at `path`.
  ///
  /// `extra` are files of the caller's own (the run report) put beside the documents before the folder is published; the
  /// report knows the number of rows by then.
  /// An earlier output there is replaced if `replaces`, else refused, also one that appeared while the run went on.
  /// - Throws: `FileFault`; then nothing was published.
  public func publish(
    at path: String, semantics: Int64, replaces: Bool = true,
    operations: any FileOperations = SystemFileOperations(),
    extra: (PublishedFolder) throws(FileFault) -> Void
  ) throws(FileFault) {
    let folder = try PublishedFolder.begin(
      at: path, marker: SummaryManifest.fileName, replaces: replaces, operations: operations)
    do {
      try writeRecords(folder)
      if setup.options.keepsKeys { try ledger.events?.writeCopies(to: folder, self.files) }
      var files = [try writeSummary(folder)]
      let (suspense, tally) = try writeSuspense(folder)
      files.append(suspense)
      let digest = tally.rows(setup.catalog)
      files.append(
        try writePlain(
          folder, SuspenseDigest.fileName, SuspenseDigest.text(of: digest), rowCount: digest.count))
      if let detail = ledger.detail { files += try writeDetail(folder, detail) }
      files.append(try writeAllowances(folder))
      let manifest = manifest(files, semantics: semantics)
      _ = try writePlain(folder, SummaryManifest.fileName, manifest.text(), rowCount: 0)
      try extra(folder)
      try folder.publish()
    } catch {
      folder.discard()
      throw error
    }
  }

  /// Writes what later runs ask about records: keys and events, each on a core of its own where they are many.
  private func writeRecords(_ folder: PublishedFolder) throws(FileFault) {
    guard setup.options.threadCount > 1, report().read > Self.recordsOfOneThreadMax else {
      try writeKeys(folder)
      return try writeEvents(folder)
    }
    nonisolated(unsafe) let result = self
    let fault = Mutex<FileFault?>(nil)
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      do throws(FileFault) {
        if index == 0 { try result.writeKeys(folder) } else { try result.writeEvents(folder) }
      } catch {
        fault.withLock { $0 = error }
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
  }

  private func writeKeys(_ folder: PublishedFolder) throws(FileFault) {
    if setup.options.keepsKeys { try ledger.writeKeys(to: folder.writer(KeyFile.name, mode: 0o600)) }
    ledger.releaseKeys()
  }

  private func writeEvents(_ folder: PublishedFolder) throws(FileFault) {
    guard let events = ledger.events else { return }
    try events.write(
      to: folder.writer(StoredEvents.fileName, mode: 0o600), setup, files,
      read: ledger.fileTotals.map(\.read))
    events.release()
  }

  // Fewer are written before a second thread has begun.
  private static let recordsOfOneThreadMax = 100_000

  private func writeSummary(_ folder: PublishedFolder) throws(FileFault) -> SummaryManifest.File {
    guard let view = setup.summaryView else { preconditionFailure("a folder needs the whole schema") }
    let name = "summary.csv.zst"
    let writer = try ZstdWriter(folder.writer(name, mode: 0o644), level: 1)
    var hash = SHA256()
    let header = SummaryFormatter.header(view)
    hash.update(header)
    try writer.write(contentsOf: header)
    try writer.flushFrame()
    var byteCount = Int64(header.count)
    let rowCount = try SummaryOutput(ledger, view).write { bytes throws(FileFault) in
      try ZstdFrame.compress(bytes, level: 1, path: name)
    } write: { (bytes, frame) throws(FileFault) in
      hash.update(bytes)
      byteCount += Int64(bytes.count)
      try writer.write(frame: frame ?? [], plainBytes: bytes.count)
    }
    try writer.finish()
    rowCounts.summary = rowCount
    return SummaryManifest.File(
      name: name, rowCount: Int64(rowCount), decodedBytes: byteCount, sha256: hash.hexDigest(),
      sums: controlSums())
  }

  private func controlSums() -> ControlSums {
    var sums = ControlSums()
    let report = report()
    sums.eventCount = Int128(report.rated - (ledger.later?.eventCount ?? 0))
    for (currency, amount) in report.amounts { sums.amounts[currency] = amount }
    if let costSums, let tables = setup.catalog.costs { sums.costs = costSums.costs(tables) }
    for quantity in report.quantities {
      guard let kind = ServiceKind(rawValue: quantity.kind.rawValue) else { continue }
      let raw = quantity.raw - (ledger.later?.raw[Int(quantity.kind.rawValue)] ?? 0)
      if raw == 0, quantity.billed == 0 { continue }
      sums.quantities[kind] = ControlSums.Quantities(
        raw: raw, billed: quantity.billed, covered: quantity.covered)
    }
    return sums
  }

  private func writeSuspense(
    _ folder: PublishedFolder
  ) throws(FileFault) -> (file: SummaryManifest.File, tally: SuspenseTally) {
    let writer = try ZstdWriter(folder.writer(SuspenseSchema.fileName, mode: 0o600))
    var hash = SHA256()
    let tally = try SuspenseText(self).write { bytes throws(FileFault) in
      hash.update(bytes)
      try writer.write(contentsOf: bytes)
    }
    let byteCount = writer.byteCount
    try writer.finish()
    let file = SummaryManifest.File(
      name: SuspenseSchema.fileName, rowCount: Int64(tally.count), decodedBytes: byteCount,
      sha256: hash.hexDigest())
    return (file, tally)
  }

  private func writeAllowances(_ folder: PublishedFolder) throws(FileFault) -> SummaryManifest.File {
    let writer = try folder.writer(AllowanceSchema.fileName, mode: 0o644)
    var hash = SHA256()
    let header = SummaryColumn.header(of: AllowanceSchema.columns)
    hash.update(header)
    try writer.write(contentsOf: header)
    var byteCount = Int64(header.count)
    try ledger.allowances?.forEach { row throws(FileFault) in
      let text = Array(row)
      hash.update(text)
      byteCount += Int64(text.count)
      try writer.write(contentsOf: text)
    }
    try writer.finish()
    return SummaryManifest.File(
      name: AllowanceSchema.fileName, rowCount: Int64(ledger.allowances?.count ?? 0),
      decodedBytes: byteCount, sha256: hash.hexDigest())
  }

  private func writePlain(
    _ folder: PublishedFolder, _ name: String, _ bytes: [UInt8], rowCount: Int
  ) throws(FileFault) -> SummaryManifest.File {
    let writer = try folder.writer(name, mode: 0o644)
    try writer.write(contentsOf: bytes)
    try writer.finish()
    return SummaryManifest.File(
      name: name, rowCount: Int64(rowCount), decodedBytes: Int64(bytes.count), sha256: SHA256.hex(of: bytes))
  }

  private func manifest(_ files: [SummaryManifest.File], semantics: Int64) -> SummaryManifest {
    let report = report()
    let inputs = report.files.map { file in
      SummaryManifest.Input(
        name: Label(file.name), source: file.source, decodedBytes: file.byteCount, hash: Label(file.hash),
        doors: DoorCounts(
          read: Int64(file.read), rated: Int64(file.rated), filtered: Int64(file.filtered),
          duplicate: Int64(file.duplicate), suspended: Int64(file.suspended)))
    }
    var options = [
      SummaryManifest.Option(name: "dedupe", value: setup.hasToldDuplicates ? "yes" : "no"),
      SummaryManifest.Option(name: "max_record", value: Label(String(setup.options.recordBytesMax))),
    ]
    if let start = setup.options.windowStartMillis {
      options.append(SummaryManifest.Option(name: "window_start", value: Label(Instant.text(millis: start))))
    }
    if let later = ledger.later, later.eventCount > 0 {
      options.append(
        SummaryManifest.Option(name: SummaryManifest.settledLater, value: Label(String(later.eventCount))))
    }
    return SummaryManifest(
      semantics: semantics, ratingHash: Label(setup.catalog.source.ratingHash), options: options,
      inputs: inputs,
      skippedInputs: report.damaged.map {
        SummaryManifest.SkippedInput(name: Label($0.name), reason: Label($0.message))
      },
      doors: DoorCounts(
        read: Int64(report.read), rated: Int64(report.rated), filtered: Int64(report.filteredCount),
        duplicate: Int64(report.duplicate), suspended: Int64(report.suspendedCount)),
      files: files.sorted { $0.name < $1.name })
  }
}
