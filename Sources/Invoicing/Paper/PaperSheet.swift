// What stands on paper, as texts in blocks: what a program needs that draws pages and knows nothing of invoices.

import Tables

/// A document for paper.
public struct PaperSheet: Hashable, Sendable {
  /// Its name, for the title of the file.
  public var title: String
  /// Who sends it.
  public var author: String
  /// The date on it, `YYYY-MM-DD`: the only time that the file bears.
  public var date: String
  /// What stands at the foot of every page, before the page's number.
  public var foot: String
  /// The blocks from top to bottom.
  public var blocks: [PaperBlock]
  /// The seller's colour: red, green and blue, 0 to 255; nil for that of ours.
  public var colour: [UInt8]?
}

/// A part of a document.
public enum PaperBlock: Hashable, Sendable {
  /// Name and address of the seller, and what the document is.
  case head(brand: String, lines: String, title: String)
  /// Name and address of the client, and facts by their titles.
  case parties(name: String, lines: String, facts: [PaperFact])
  /// The sum, large.
  case due(text: String, note: String, sum: String)
  /// A table under a heading; its head is repeated on every page. Without a subtotal it ends with its last row.
  case table(title: String, columns: [PaperColumn], rows: [PaperRow], subtotal: String)
  /// Sums; the last one is what is owed.
  case totals([PaperFact])
  /// How to pay.
  case payment(String)
  /// Small print.
  case notes([String])
}

/// A name and what it is.
public struct PaperFact: Hashable, Sendable {
  /// The name.
  public var title: String
  /// What it is.
  public var text: String

  init(_ title: String, _ text: String) {
    self.title = title
    self.text = text
  }
}

/// A column of a table.
public struct PaperColumn: Hashable, Sendable {
  /// Its heading.
  public var title: String
  /// Its width in points; 0 for what the others leave.
  public var width: Int
  /// Whether it stands at the right side of its column.
  public var isNumber: Bool

  init(_ title: String, width: Int, isNumber: Bool = true) {
    self.title = title
    self.width = width
    self.isNumber = isNumber
  }
}

/// A row of a table: a cell for each column, the first with small notes below it.
public struct PaperRow: Hashable, Sendable {
  /// The cells.
  public var cells: [String]
  /// The notes.
  public var notes: [String]
  /// What the rows up to this one come to, for where a page ends behind it; empty where nothing is carried over.
  public var sum: String

  init(_ cells: [String], notes: [String] = [], sum: String = "") {
    self.cells = cells
    self.notes = notes
    self.sum = sum
  }
}
