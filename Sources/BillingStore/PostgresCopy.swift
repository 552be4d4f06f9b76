// The book for PostgreSQL: the same tables as CSV files, and a script that makes and loads them.
//
// The book stays the one source: the copy is made anew each time, and nothing is read back from it.

import DurableFiles
import Tables

/// What was exported.
public struct PostgresCopy: Sendable {
  /// Tables and how many rows each has, in the order in which they are loaded.
  public var tables: [(name: String, rowCount: Int64)]
}

extension BillingStore {
  /// The tables in an order in which every row finds what it refers to.
  private static let exportedTables = [
    "runs", "run_files", "known_places", "known_names", "run_parts", "sources", "run_usage",
    "run_bases", "run_suspense",
    "billings", "billed_accounts", "billed_usage", "billed_pools", "billed_rollover",
    "run_catalogs",
    "run_catalog_accounts", "run_spans",
    "run_settled", "settlements",
    "settled_owners", "settled_usage", "audit", "suspense_actions", "suspense_moves", "suspense_changes",
    "suspense_edits", "purges", "purged_runs", "closed_usage", "drafts", "draft_accounts", "draft_documents",
    "decisions",
    "invoice_documents", "invoice_document_lines", "taken_back",
  ]

  /// The file of an export that is there in every export.
  public static let exportMarker = "load.sql"

  /// Writes every table of the book as CSV to the folder at `out`, with `load.sql`, which loads them with psql.
  ///
  /// Text that is not UTF-8 becomes U+FFFD, because PostgreSQL has no other: names that differ in such bytes only may become
  /// equal, and then loading fails. Numbers and money are exact: views show amounts as `numeric`.
  /// Complexity: O(rows), in the memory of one row.
  public func exportPostgres(to out: String) throws(StoreFault) -> PostgresCopy {
    let folder = try StoreFault.ofFiles { () throws(FileFault) in
      try PublishedFolder.begin(at: out, marker: Self.exportMarker, operations: operations)
    }
    var copy = PostgresCopy(tables: [])
    do throws(StoreFault) {
      var script = "BEGIN;\nCREATE SCHEMA ratemill;\nSET search_path TO ratemill;\n"
      // One look at the whole book: a commit between two tables would tear them apart.
      try book.snapshot { () throws(StoreFault) in
        for table in Self.exportedTables {
          let columns = try columns(of: table)
          script += Self.definition(table, columns)
          copy.tables.append((table, try write(table, columns, to: folder)))
        }
      }
      for table in Self.exportedTables {
        script += "\\copy \(table) FROM '\(table).csv' WITH (FORMAT csv, HEADER true)\n"
      }
      for view in BookViews.statements(.postgres) + InvoiceTables.views(.postgres) {
        script += view + ";\n"
      }
      script += "COMMIT;\n"
      try StoreFault.ofFiles { () throws(FileFault) in
        let writer = try folder.writer(Self.exportMarker)
        try writer.write(script)
        try writer.finish()
        try folder.publish()
      }
    } catch {
      folder.discard()
      throw error
    }
    return copy
  }

  /// A column as the other database needs it.
  private struct Column {
    var name: String
    var isNumber: Bool
    var isRequired: Bool
    /// Its place in the primary key, from 1; 0 for none.
    var keyPlace: Int64
  }

  private func columns(of table: String) throws(StoreFault) -> [Column] {
    var columns: [Column] = []
    try book.query("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)", [.text(table)]) { row in
      columns.append(
        Column(
          name: row.text(0), isNumber: row.text(1) == "INTEGER", isRequired: row.integer(2) == 1,
          keyPlace: row.integer(3)))
    }
    return columns
  }

  private static func definition(_ table: String, _ columns: [Column]) -> String {
    let lines = columns.map { column in
      // Text in the order of its bytes, as in the book.
      "  \(column.name) \(column.isNumber ? "bigint" : "text COLLATE \"C\"")\(column.isRequired ? " NOT NULL" : "")"
    }
    let key = columns.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace }.map(\.name)
    return "CREATE TABLE \(table) (\n" + lines.map { $0 + ",\n" }.joined()
      + "  PRIMARY KEY (\(key.joined(separator: ", ")))\n);\n"
  }

  /// Null is an empty cell, an empty text is `""`: as COPY reads them.
  private func write(
    _ table: String, _ columns: [Column], to folder: PublishedFolder
  ) throws(StoreFault) -> Int64 {
    let writer = try StoreFault.ofFiles { () throws(FileFault) in try folder.writer(table + ".csv") }
    let names = columns.map(\.name)
    var rowCount: Int64 = 0
    try StoreFault.ofFiles { () throws(FileFault) in
      try writer.write(names.joined(separator: ",") + "\n")
    }
    try book.query("SELECT \(names.joined(separator: ", ")) FROM \(table)") { row throws(StoreFault) in
      var line: [UInt8] = []
      for (index, column) in columns.enumerated() {
        if index > 0 { line.append(UInt8(ascii: ",")) }
        guard let text = row.optionalText(index) else { continue }
        line += column.isNumber ? Array(text.utf8) : Self.quoted(text)
      }
      line.append(UInt8(ascii: "\n"))
      let bytes = line
      try StoreFault.ofFiles { () throws(FileFault) in try writer.write(contentsOf: bytes) }
      rowCount += 1
    }
    try StoreFault.ofFiles { () throws(FileFault) in try writer.finish() }
    return rowCount
  }

  private static func quoted(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 where byte != 0 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
    return bytes
  }
}
