// The first line of our tables: exactly the columns of the schema, in its order.

import Tables

extension RecordReader {
  /// Reads the header and refuses any other than that of `columns`.
  mutating func expectHeader(_ columns: [SummaryColumn]) throws(UsageFolderFault) {
    guard try next() else { throw fault("the file is empty; expected a header line") }
    for (index, column) in columns.enumerated() {
      guard index < cells.count else { throw fault("column '\(column.name)' is missing") }
      guard cells[index].elementsEqual(column.name.bytes) else {
        let found = String(decoding: cells[index], as: UTF8.self)
        throw fault(cell: index, "column '\(found)' stands where '\(column.name)' belongs")
      }
    }
    guard cells.count == columns.count else {
      throw fault(cell: columns.count, "there are more columns than the schema has")
    }
  }
}
