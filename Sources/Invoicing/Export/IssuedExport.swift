// Invoices and credit notes that were sent, as the two tables for other programs.

public import DurableFiles
import Tables
import UsageSummary

/// Writes the tables of finished documents.
public struct IssuedExport {
  private let folder: PublishedFolder
  private var tables: ExportTables
  private var hash = SHA256()

  /// Begins an export in the folder `path`; an earlier one there is replaced when it is published.
  public init(
    to path: String, reporting: ReportingCurrency? = nil,
    operations: any FileOperations = SystemFileOperations()
  ) throws(FileFault) {
    folder = try PublishedFolder.begin(at: path, marker: InvoiceExport.marker, operations: operations)
    tables = try ExportTables(in: folder, reporting: reporting)
  }

  /// Adds a document by the bytes of its JSON, which must be sealed and add up.
  public mutating func add(_ document: [UInt8], name: String) throws(ProvenDraftsFault) {
    let exported: ExportedDocument
    do throws(DraftsFolderFault) { exported = try ExportedDocument(json: document, name: name) } catch {
      throw .notTheseDrafts(error.description)
    }
    hash.update(document)
    do throws(FileFault) { try tables.add(exported) } catch { throw .output(error) }
  }

  /// Publishes the tables, at once.
  public mutating func publish() throws(FileFault) -> InvoiceExport.Report {
    try tables.finish(source: JSONMember(name: "documents_sha256", value: .text(hash.hexDigest())))
    try folder.publish()
    return tables.report
  }
}
