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
    /// Documents in a currency without a rate to that of the report.
    public var withoutRateCount = 0
  }

  /// The file by which a folder is known as one of exports, which a later run may replace.
  public static let marker = "export.json"

  private let proven: ProvenDrafts
  /// The currency of `totals.csv`; nil for no such table.
  public var reporting: ReportingCurrency?

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
    var tables = try output { () throws(FileFault) in try ExportTables(in: folder, reporting: reporting) }
    try proven.forEach { draft, entry throws(ProvenDraftsFault) in
      let document = ExportedDocument(draft, name: entry.name)
      do throws(FileFault) { try tables.add(document) } catch { throw .output(error) }
    }
    let source = JSONMember(name: "drafts_sha256", value: .string(proven.drafts.seal))
    try output { () throws(FileFault) in try tables.finish(source: source) }
    return tables.report
  }

  private func output<Value>(_ body: () throws(FileFault) -> Value) throws(ProvenDraftsFault) -> Value {
    do throws(FileFault) { return try body() } catch { throw .output(error) }
  }
}
