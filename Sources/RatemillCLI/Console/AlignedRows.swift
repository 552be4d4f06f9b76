// Rows whose columns stand under each other, for results that people read.

/// Makes aligned text.
enum AlignedRows {
  /// One line for each row, cells separated by two blanks and padded to the widest of their column; the last column is
  /// not padded. `indent` blanks come first.
  ///
  /// Cells are plain text that a terminal shows as it is. Width is counted in characters.
  static func lines(_ rows: [[String]], indent: Int = 2) -> String {
    let columnCount = rows.reduce(0) { max($0, $1.count) }
    let widths = (0..<columnCount).map { column in
      rows.reduce(0) { max($0, column < $1.count ? $1[column].count : 0) }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return String(repeating: " ", count: indent) + cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
