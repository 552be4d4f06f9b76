// How another program's export of counts or tickets is laid out: one YAML file of `feeds/`.

import BillingCalendar
public import Tables

/// A feed: files of another program that are read as counts or as tickets.
public struct FeedDescriptor: Sendable {
  /// What its rows are.
  public enum Table: String, CaseIterable, Sendable {
    /// Seats, devices, licences: like rows of counts.csv. Rows of one account, item and day are added up.
    case counts
    /// Tickets of the service desk: like rows of tickets.csv.
    case tickets
  }

  /// Its name, unique among feeds.
  public var name: Label
  /// What it is, in a line; empty where nothing is said.
  public var summary: Label
  /// What its rows are.
  public var table: Table
  /// The names of its files in `feeds/`, with at most one `*` for any text.
  public var files: Label
  /// Its YAML text, byte for byte.
  public var text: Label
  /// Its file, as the user named it.
  public var origin: String
  /// How the files are laid out.
  var layout = FeedLayout()
  /// Rows that must be read as their author says.
  var examples: [FeedExample] = []
}

/// The layout of a feed's files.
struct FeedLayout: Sendable {
  /// What the first line after `skipLines` is.
  enum HeaderMode: String, CaseIterable, Sendable { case names, none, skip }

  /// What several rows of one ticket in a file are.
  enum TicketRows: String, CaseIterable, Sendable {
    /// A fault.
    case one
    /// The first of them; the others are not read.
    case first
    /// Added up.
    case sum
    /// Each a charge of its own, told apart by `entry`.
    case each
  }

  var encoding = FeedEncoding.utf8
  var ticketRows = TicketRows.one
  var delimiter = UInt8(ascii: ",")
  var header = HeaderMode.names
  var skipLines = 0
  var decimalMark = UInt8(ascii: ".")
  /// Patterns of days, tried in order; none for `YYYY-MM-DD`.
  var dates: [FeedDatePattern] = []
  /// Rows that are read: those that fit one of these, where there are any.
  var only: [FeedCondition] = []
  /// Rows that are not read: those that fit one of these.
  var leaveOut: [FeedCondition] = []
  /// The columns of our table that it fills.
  var fields: [FeedField] = []

  func field(_ column: FeedColumn) -> FeedField? { fields.first { $0.column == column } }
}

/// A column of the export.
enum FeedPlace: Hashable, Sendable {
  /// Cell index in the row, from 0.
  case index(Int)
  /// Names as written, of which the header has one; compared as those of all tables are.
  case names([Label])
}

/// What fills a column of ours.
struct FeedField: Sendable {
  /// Where the text comes from.
  enum Source: Sendable {
    case cell(FeedPlace)
    case constant(Label)
    /// The part of the file's name that the `*` stands for, a day.
    case fileName(FeedDatePattern)
  }

  var column: FeedColumn
  var source: Source
  /// Texts of the export and what they stand for; nil where the text itself is meant.
  var words: [Label: Label]?
  /// What every other text stands for; nil for a fault.
  var otherwise: Label?
  /// Patterns of its own.
  var dates: [FeedDatePattern] = []
  /// Whether an account may be found by its name.
  var isByName = false
}

/// Texts that cells of a row have.
struct FeedCondition: Sendable {
  /// A column, and the texts of which it has one.
  struct Part: Sendable {
    var place: FeedPlace
    var texts: Set<Label>
  }

  var parts: [Part]
}

/// A row of an export and what it is read as.
struct FeedExample: Sendable {
  var header: Label
  var line: Label
  /// Columns of ours with their texts; nil where the row is left out.
  var expected: [(column: FeedColumn, text: Label, place: YamlPlace)]?
  var place: YamlPlace
}

/// The columns of counts.csv and tickets.csv that a feed may fill, with those that a feed alone knows: the status of a ticket, and
/// the entry that tells rows of one ticket apart.
enum FeedColumn: String, CaseIterable, Sendable {
  case account, item, date, quantity, source
  case ticket, entry, summary, status, closed, billable, hours, price, currency, contract, project
  case taxClass = "tax_class"
  case purchaseOrder = "purchase_order"
  case decision
  case decidedBy = "decided_by"
  case decidedOn = "decided_on"

  /// What its text must be.
  enum Form { case account, text, day, number, word([String]) }

  var form: Form {
    switch self {
    case .account: .account
    case .date, .closed, .decidedOn: .day
    case .quantity, .hours, .price: .number
    case .status: .word(["open", "closed"])
    case .billable: .word(["yes", "no"])
    case .decision: .word(["approve", "hold", "reject"])
    default: .text
    }
  }

  /// The columns of a table.
  static func columns(of table: FeedDescriptor.Table) -> [FeedColumn] {
    switch table {
    case .counts: [.account, .item, .date, .quantity, .source]
    case .tickets: FeedColumn.allCases.filter { $0 != .date && $0 != .source }
    }
  }

  /// Those without which nothing can be read.
  static func needed(of table: FeedDescriptor.Table) -> [FeedColumn] {
    switch table {
    case .counts: [.account, .item, .date]
    case .tickets: [.ticket, .account, .closed]
    }
  }
}

/// A pattern of days: what follows the day in a cell, after a blank or a `T`, is a time and not looked at.
struct FeedDatePattern: Sendable {
  private let pattern: DeckDatePattern
  private let blankCount: Int
  /// The pattern as written.
  var text: Label { pattern.text }

  /// Compiles a pattern; nil where it does not name a year, a month and a day once each.
  init?(_ text: Label) {
    guard let pattern = DeckDatePattern(text) else { return nil }
    self.pattern = pattern
    blankCount = text.bytes.count { $0 == UInt8(ascii: " ") }
  }

  /// The day of a cell; nil where it does not fit or the calendar has no such day.
  func day(of cell: [UInt8]) -> CivilDate? {
    day(ofExactly: Array(dropTime(cell))) ?? day(ofExactly: cell)
  }

  private func dropTime(_ cell: [UInt8]) -> ArraySlice<UInt8> {
    if blankCount == 0, let end = cell.firstIndex(where: { $0 == UInt8(ascii: "T") }) { return cell[..<end] }
    var left = blankCount
    for (index, byte) in cell.enumerated() where byte == UInt8(ascii: " ") {
      if left == 0 { return cell[..<index] }
      left -= 1
    }
    return cell[...]
  }

  private func day(ofExactly cell: [UInt8]) -> CivilDate? {
    cell.withUnsafeBufferPointer { pattern.seconds(of: $0, in: .utc) }
      .map { CivilDate(dayNumber: Int32(Self.floorDivide($0, 86_400))) }
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { (a - (a % b + b) % b) / b }
}
