// Drafts as two tables for other programs: every line, and a balanced journal.

public import Catalog
public import DurableFiles
import Money
import Tables
public import UsageSummary

/// Writes the tables of a folder of drafts.
///
/// The drafts are made again and must be the same bytes. Both tables agree to the cent: the lines of a document add up to
/// its journal entry, tax included.
public struct InvoiceExport {
  /// What an export wrote.
  public struct Report: Sendable {
    /// Documents.
    public var documentCount = 0
    /// Rows of `lines.csv`.
    public var lineCount = 0
    /// Rows of `journal.csv`.
    public var postingCount = 0
  }

  /// The file by which a folder is known as one of exports, which a later run may replace.
  public static let marker = "export.json"

  private let proven: ProvenDrafts

  /// Prepares an export. `earlier` are the drafts that these were set beside; `pinned` is what their store knew.
  public init(
    usage: UsageFolder, catalog: Catalog, drafts: DraftsFolder, earlier: [DraftsFolder] = [],
    pinned: PinnedBasis? = nil
  ) {
    proven = ProvenDrafts(usage: usage, catalog: catalog, drafts: drafts, earlier: earlier, pinned: pinned)
  }

  /// Writes `lines.csv`, `journal.csv` and `export.json` into the folder `path`, published at once.
  public func publish(
    to path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(ProvenDraftsFault) -> Report {
    let folder = try output { () throws(FileFault) in
      try PublishedFolder.begin(at: path, marker: Self.marker, operations: operations)
    }
    do throws(ProvenDraftsFault) {
      let report = try write(to: folder)
      _ = try output { () throws(FileFault) in try folder.publish() }
      return report
    } catch {
      folder.discard()
      throw error
    }
  }

  private func write(to folder: PublishedFolder) throws(ProvenDraftsFault) -> Report {
    var report = Report()
    let lines = try output { () throws(FileFault) in try folder.writer(ExportLines.fileName) }
    let journal = try output { () throws(FileFault) in try folder.writer(ExportJournal.fileName) }
    try append(ExportLines.header, to: lines)
    try append(ExportJournal.header, to: journal)
    try proven.forEach { draft, entry throws(ProvenDraftsFault) in
      let document = Label(String(entry.jsonName.description.dropLast(".json".count)))
      let rows = ExportLines.rows(of: draft, document: document)
      let postings = ExportJournal.postings(of: draft)
      try append(rows, to: lines)
      try append(postings.map { $0.cells(of: draft, document: document) }, to: journal)
      report.documentCount += 1
      report.lineCount += rows.count
      report.postingCount += postings.count
    }
    try output { () throws(FileFault) in
      try lines.finish()
      try journal.finish()
    }
    try writeManifest(report, to: folder)
    return report
  }

  private func writeManifest(_ report: Report, to folder: PublishedFolder) throws(ProvenDraftsFault) {
    let text = SealedJSON.text(of: [
      "document": "invoice-export", "version": 1, "drafts_sha256": .string(proven.drafts.seal),
      "documents": .integer(report.documentCount), "lines": .integer(report.lineCount),
      "postings": .integer(report.postingCount),
    ])
    try output { () throws(FileFault) in
      let writer = try folder.writer(Self.marker)
      try writer.write(contentsOf: text)
      try writer.finish()
    }
  }

  private func append(_ rows: [[Label]], to writer: CheckedWriter) throws(ProvenDraftsFault) {
    var bytes: [UInt8] = []
    for row in rows { CSVText.appendRow(row, to: &bytes) }
    try output { () throws(FileFault) in try writer.write(contentsOf: bytes) }
  }

  private func output<Value>(_ body: () throws(FileFault) -> Value) throws(ProvenDraftsFault) -> Value {
    do throws(FileFault) { return try body() } catch { throw .output(error) }
  }
}
