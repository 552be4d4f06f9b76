// A connection to the book: opened with the settings that make a commit durable, statements prepared with their SQL at hand.
//
// A thin typed layer over the C interface of SQLite. It knows nothing of runs or money; it retries nothing that SQLite
// itself did not retry.

import CSQLite

/// An open SQLite database. Used by one thread at a time.
final class BookDatabase {
  /// How it is opened.
  enum Access {
    /// Only looked at; the file is never changed.
    case reading
    /// Changed; the file exists.
    case writing
  }

  /// The file, as messages name it.
  let path: String
  private let handle: OpaquePointer
  /// How long a statement waits for another process before it is busy, in milliseconds. A commit takes some of them.
  static let busyMilliseconds: Int32 = 5000

  /// Opens the file at `path`, which exists; an empty file is an empty database.
  ///
  /// - Parameter vfs: name of the layer below SQLite, for tests of what it does when that fails; nil for the system's.
  init(path: String, access: Access, vfs: String? = nil) throws(StoreFault) {
    self.path = path
    var handle: OpaquePointer?
    // NOMUTEX: one thread at a time. EXRESCODE: say which input or output failed, not only that one did.
    // Also for reading: a journal that a killed process has left must be rolled back by whoever comes first. SQLite opens
    // for reading only where the file cannot be written.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let opened = sqlite3_open_v2(path, &handle, flags, vfs)
    guard opened == SQLITE_OK, let handle else {
      let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)
      throw StoreFault.database(path: path, code: opened, message: message, sql: "")
    }
    self.handle = handle
    sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    try configure(access)
  }

  deinit { sqlite3_close_v2(handle) }

  /// A rollback journal, not a write-ahead log: between commits the book is one file, which can be copied, opened from a
  /// read-only disk, and read by a sqlite3 shell without side files; a commit is made once a run, so that its 2 ms do not
  /// matter, and a reader in a shell holds it up for one statement at most. EXTRA also brings the removal of the journal to
  /// the device: with FULL alone a commit that was reported could be rolled back by a loss of power.
  private func configure(_ access: Access) throws(StoreFault) {
    try execute("PRAGMA foreign_keys = ON")
    try execute("PRAGMA trusted_schema = OFF")
    try execute("PRAGMA cell_size_check = ON")
    // In KiB: the rows of a carrier's month are written once, not page by page again as they come.
    try execute("PRAGMA cache_size = -65536")
    guard access == .writing else { return try execute("PRAGMA query_only = ON") }
    // What is removed from the book is overwritten: corrections of records may hold numbers.
    try execute("PRAGMA secure_delete = ON")
    try execute("PRAGMA journal_mode = DELETE")
    try execute("PRAGMA synchronous = EXTRA")
  }

  /// Runs statements that give no rows.
  func execute(_ sql: String) throws(StoreFault) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw fault(sql) }
  }

  /// Prepares one statement.
  func prepare(_ sql: String) throws(StoreFault) -> BookStatement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw fault(sql)
    }
    return BookStatement(statement, of: self, sql: sql)
  }

  /// Runs one statement with values for its question marks, in order, and gives its rows to `body`.
  func query(
    _ sql: String, _ values: [BookValue] = [], _ body: (borrowing BookRow) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    let statement = try prepare(sql)
    try statement.bind(values)
    while let row = try statement.step() { try body(row) }
  }

  /// Runs one statement with values for its question marks, in order.
  func run(_ sql: String, _ values: [BookValue] = []) throws(StoreFault) {
    try prepare(sql).run(values)
  }

  /// The first column of the first row as a number; nil where there is no row or it is null.
  func integer(_ sql: String, _ values: [BookValue] = []) throws(StoreFault) -> Int64? {
    var result: Int64?
    try query(sql, values) { row in if result == nil { result = row.optionalInteger(0) } }
    return result
  }

  /// The first column of the first row as text; nil where there is no row or it is null.
  func text(_ sql: String, _ values: [BookValue] = []) throws(StoreFault) -> String? {
    var result: String?
    try query(sql, values) { row in if result == nil { result = row.optionalText(0) } }
    return result
  }

  /// Does `body` in one transaction that nobody else can write beside: all of it, or nothing.
  func transaction<Result>(_ body: () throws(StoreFault) -> Result) throws(StoreFault) -> Result {
    try execute("BEGIN IMMEDIATE")
    do throws(StoreFault) {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // Some faults have rolled back already; then this has nothing to do, and its answer does not matter.
      sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  /// Does `body` on one state of the book, whatever is committed meanwhile; it only reads.
  func snapshot(_ body: () throws(StoreFault) -> Void) throws(StoreFault) {
    try execute("BEGIN")
    // Nothing was changed: how it ends does not matter.
    defer { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    try body()
  }

  /// The fault of the last call.
  func fault(_ sql: String) -> StoreFault {
    StoreFault.database(
      path: path, code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)),
      sql: sql)
  }
}
