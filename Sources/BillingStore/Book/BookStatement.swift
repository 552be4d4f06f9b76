// Prepared statements, what is bound to them and what they give.
//
// Names are bytes: text is bound and read with its length, never through a conversion that could change it.

import CSQLite
import Tables

/// A value for a question mark.
enum BookValue {
  case null
  case integer(Int64)
  case label(Label)

  /// Text.
  static func text(_ text: String) -> BookValue { .label(Label(text)) }
  /// Text, or null.
  static func optional(_ text: String?) -> BookValue { text.map { .text($0) } ?? .null }
  /// A count.
  static func count(_ count: Int) -> BookValue { .integer(Int64(count)) }
}

/// One prepared statement. Used by the thread of its database.
final class BookStatement {
  private let handle: OpaquePointer
  private let database: BookDatabase
  private let sql: String
  // SQLite copies what is bound with this instead of a destructor.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ handle: OpaquePointer, of database: BookDatabase, sql: String) {
    self.handle = handle
    self.database = database
    self.sql = sql
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds values to the question marks, in order.
  func bind(_ values: [BookValue]) throws(StoreFault) {
    precondition(
      values.count == Int(sqlite3_bind_parameter_count(handle)), "a value for each question mark: \(sql)")
    for (index, value) in values.enumerated() {
      switch value {
      case .null: try check(sqlite3_bind_null(handle, Int32(index + 1)))
      case .integer(let number): try bind(number, at: index)
      case .label(let label): try bind(label, at: index)
      }
    }
  }

  /// Binds a number to the question mark at `index`, from 0; it stays bound over further runs.
  func bind(_ number: Int64, at index: Int) throws(StoreFault) {
    try check(sqlite3_bind_int64(handle, Int32(index + 1), number))
  }

  /// Binds bytes to the question mark at `index`, from 0; they stay bound over further runs.
  func bind(_ label: Label, at index: Int) throws(StoreFault) {
    let bound = label.bytes.withUnsafeBytes { bytes in
      // An empty array may have no address, which SQLite would take for null.
      guard let base = bytes.baseAddress else {
        return sqlite3_bind_text(handle, Int32(index + 1), "", 0, Self.transient)
      }
      return sqlite3_bind_text(
        handle, Int32(index + 1), base.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Self.transient
      )
    }
    try check(bound)
  }

  private func check(_ bound: Int32) throws(StoreFault) {
    guard bound == SQLITE_OK else { throw database.fault(sql) }
  }

  /// The next row; nil after the last one. It is valid until the next step.
  func step() throws(StoreFault) -> BookRow? {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return BookRow(handle)
    case SQLITE_DONE: return nil
    default: throw database.fault(sql)
    }
  }

  /// Binds, runs to the end, and makes ready for the next run.
  func run(_ values: [BookValue]) throws(StoreFault) {
    try bind(values)
    try runBound()
  }

  /// Runs to the end with what is bound, and makes ready for the next run.
  func runBound() throws(StoreFault) {
    while try step() != nil {}
    sqlite3_reset(handle)
  }
}

/// The row that a statement stands on.
struct BookRow: ~Copyable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  /// A number; 0 for null.
  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

  /// A number, or nil for null.
  func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

  /// The bytes of a text; none for null.
  func label(_ column: Int) -> Label {
    guard let text = sqlite3_column_text(handle, Int32(column)) else { return .empty }
    let count = Int(sqlite3_column_bytes(handle, Int32(column)))
    return Label(UnsafeBufferPointer(start: text, count: count))
  }

  /// Whether the bytes of a text are these.
  func holds(_ label: Label, _ column: Int) -> Bool {
    guard let text = sqlite3_column_text(handle, Int32(column)) else { return label.isEmpty }
    let count = Int(sqlite3_column_bytes(handle, Int32(column)))
    return label.bytes.elementsEqual(UnsafeBufferPointer(start: text, count: count))
  }

  /// Text for people; empty for null.
  func text(_ column: Int) -> String { label(column).description }

  /// Text, or nil for null.
  func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

  private func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
}
