// The two tables of an export while documents come in.

import DurableFiles
import Money
import Tables
import UsageSummary

/// Writes `lines.csv` and `journal.csv` into a folder on its way.
struct ExportTables {
  private let folder: PublishedFolder
  private let lines: CheckedWriter
  private let journal: CheckedWriter
  private let totals: CheckedWriter?
  private let reporting: ReportingCurrency?
  /// What was written so far.
  private(set) var report = InvoiceExport.Report()

  /// With `reporting` a third table has totals in that currency.
  init(in folder: PublishedFolder, reporting: ReportingCurrency?) throws(FileFault) {
    self.folder = folder
    self.reporting = reporting
    lines = try folder.writer(ExportLines.fileName)
    journal = try folder.writer(ExportJournal.fileName)
    totals = try reporting.map { _ throws(FileFault) in try folder.writer(ExportTotals.fileName) }
    try Self.append(ExportLines.header, to: lines)
    if let totals { try Self.append([ExportTotals.header], to: totals) }
    try Self.append(ExportJournal.header, to: journal)
  }

  /// Adds a document.
  mutating func add(_ document: ExportedDocument) throws(FileFault) {
    let rows = ExportLines.rows(of: document)
    let postings = ExportJournal.postings(of: document)
    try Self.append(rows, to: lines)
    try Self.append(postings.map { $0.cells(of: document) }, to: journal)
    if let totals, let reporting {
      let row = ExportTotals.row(of: document, reporting)
      try Self.append([row], to: totals)
      if row.last == .empty { report.withoutRateCount += 1 }
    }
    report.documentCount += 1
    report.lineCount += rows.count
    report.postingCount += postings.count
  }

  /// Writes what is left, and `export.json` with the hash of what the tables were made from.
  func finish(source: JSONMember) throws(FileFault) {
    try lines.finish()
    try journal.finish()
    try totals?.finish()
    let head: [JSONMember] = [
      JSONMember(name: "document", value: "invoice-export"), JSONMember(name: "version", value: 1), source,
    ]
    let counts: [JSONMember] = [
      JSONMember(name: "documents", value: .integer(report.documentCount)),
      JSONMember(name: "lines", value: .integer(report.lineCount)),
      JSONMember(name: "postings", value: .integer(report.postingCount)),
    ]
    let writer = try folder.writer(InvoiceExport.marker)
    try writer.write(contentsOf: SealedJSON.text(of: .object(head + counts)))
    try writer.finish()
  }

  private static func append(_ rows: [[Label]], to writer: CheckedWriter) throws(FileFault) {
    var bytes: [UInt8] = []
    for row in rows { CSVText.appendRow(row, to: &bytes) }
    try writer.write(contentsOf: bytes)
  }
}
