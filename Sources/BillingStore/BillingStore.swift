// The store: a book and folders that never change. Read this file first.
//
// Owns opening, the lock, and what a kill left behind. What is done with a store is in extensions of this type, one file
// for each verb; each verb changes the book in one transaction, after its folder is on the device.

public import DurableFiles
public import BillingCalendar
import Glibc
import Tables
import UsageSummary

/// What a store needs from its surroundings.
public struct StoreTools: Sendable {
  /// The system calls of folders.
  public var fileOperations: any FileOperations
  /// Seconds since 1970.
  public var clock: @Sendable () -> Int64
  /// Program and version, for the book.
  public var program: String
  /// Who changes the store, for the audit trail.
  public var user: String
  /// How long to wait for another command that changes the store.
  public var waitMilliseconds: Int
  /// Name of the layer below SQLite; nil for the system's.
  public var vfs: String?
  /// How many rows of corrections a run may keep beside its summary, in percent of the rows of that; with more of them the summary is
  /// written anew, because whoever reads it reads them as well.
  public var correctionPercentMax: Int64 = 25

  /// The tools of a usual command.
  public init(
    program: String = "ratemill", fileOperations: any FileOperations = SystemFileOperations(),
    clock: (@Sendable () -> Int64)? = nil, user: String? = nil, waitMilliseconds: Int = 5000,
    vfs: String? = nil
  ) {
    self.user = user ?? Self.loginName
    self.program = program
    self.fileOperations = fileOperations
    self.clock = clock ?? { Int64(time(nil)) }
    self.waitMilliseconds = waitMilliseconds
    self.vfs = vfs
  }
}

extension StoreTools {
  /// The name of whoever runs this process; of the person behind `sudo` where there is one.
  private static var loginName: String {
    if let name = getenv("SUDO_USER"), name.pointee != 0 { return String(cString: name) }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "uid \(getuid())" }
    return String(cString: name)
  }
}

/// An open billing store. Used by one thread at a time.
///
///     store/book.sqlite          what was done, and what it adds up to
///     store/runs/<run id>/       the documents of a run, as `rate --out` writes them, and its keys
///     store/catalogs/<hash>/     the catalogs that runs used
///     store/billed/<billing>/    what was frozen as billed
///     store/drafts/<draft>/      drafts of invoices, with everything they were made from
///     store/invoices/<number>/   invoices and credit notes, which never change
///     store/settled/<id>/        what depends on whole periods, settled over the events of all runs
///     store/lock                 held by the command that changes the store
public final class BillingStore {
  /// What it is opened for.
  public enum Access: Sendable {
    /// To look at; several commands may at once, also while another changes it.
    case reading
    /// To change; one command at a time. A folder that is empty or not there becomes a store where `creates` is true.
    case changing(creates: Bool)
  }

  /// The folder as the user named it.
  public let path: String
  let book: BookDatabase
  let operations: any FileOperations
  let tools: StoreTools
  private let lock: StoreLock?
  /// Purged runs whose records an interrupted purge had left: they went when the store was opened for changing.
  public private(set) var purgesFinished: [String] = []
  /// How runs have read their files, by their ids: folders of runs never change.
  var fileEnds: [String: [Label: FileEnds.End]] = [:]

  /// The name of the book.
  static let bookName = "book.sqlite"
  /// The folders of a store.
  enum Room: String, CaseIterable {
    case runs, catalogs, billed, settled, drafts, invoices
  }

  /// Opens the store at `path`.
  ///
  /// A store that is opened for changing is swept of what a killed command has left. Throws `busy` where another command
  /// holds it, and `notAStore` where the folder is none.
  public static func open(
    _ path: String, for access: Access, tools: StoreTools = StoreTools()
  ) throws(StoreFault) -> BillingStore {
    var folder = path[...]
    while folder.count > 1, folder.hasSuffix("/") { folder = folder.dropLast() }
    let store: BillingStore
    switch access {
    case .reading:
      try checkBookExists(String(folder))
      store = try BillingStore(String(folder), lock: nil, access: .reading, tools)
      try store.checkVersion()
    case .changing(let creates):
      let operations = PrivateFileOperations(tools.fileOperations)
      if creates { try makeFolder(String(folder), operations) } else { try checkBookExists(String(folder)) }
      let lock = try StoreLock(
        store: String(folder), waitMilliseconds: tools.waitMilliseconds, operations: operations)
      try makeBook(String(folder), operations)
      store = try BillingStore(String(folder), lock: lock, access: .writing, tools)
      try store.makeSchema()
      try store.checkVersion()
      try store.sweep()
    }
    return store
  }

  private init(
    _ path: String, lock: StoreLock?, access: BookDatabase.Access, _ tools: StoreTools
  ) throws(StoreFault) {
    self.path = path
    self.lock = lock
    self.tools = tools
    operations = PrivateFileOperations(tools.fileOperations)
    book = try BookDatabase(path: path + "/" + Self.bookName, access: access, vfs: tools.vfs)
  }

  /// The system calls that it was opened with.
  public var fileOperations: any FileOperations { tools.fileOperations }

  /// Now, in UTC.
  var now: String { Instant.text(millis: tools.clock() * 1000) }

  /// Today, in UTC.
  public var today: CivilDate {
    guard let day = CivilDate.parse(String(now.prefix(10))) else {
      preconditionFailure("an instant begins with its day")
    }
    return day
  }

  /// The path of an entry of a room.
  func path(_ room: Room, _ name: String) -> String { "\(path)/\(room.rawValue)/\(name)" }
}

// How a store comes to be.
extension BillingStore {
  private static func checkBookExists(_ path: String) throws(StoreFault) {
    switch SystemFileOperations().kind(of: path + "/" + bookName, isFollowingLinks: true) {
    case .file: return
    case .unknown(let code): throw .file(FileFault(path: path, operation: .open, code: code))
    default:
      throw .notAStore(
        path: path,
        message: "there is no billing store here (no \(bookName)); 'ratemill rate --store DIR' makes one")
    }
  }

  private static func makeFolder(_ path: String, _ operations: any FileOperations) throws(StoreFault) {
    do throws(FileFault) {
      try DurableFolder.make(path, operations: operations)
    } catch {
      throw .file(error)
    }
    let (names, result) = operations.names(in: path)
    guard result >= 0 else { throw .file(FileFault(path: path, operation: .list, code: -result)) }
    guard names.isEmpty || names.contains(bookName) || names == ["lock"] else {
      throw .notAStore(
        path: path, message: "the folder is not empty and holds no billing store; name another or a new one")
    }
  }

  /// Makes an empty book, where there is none, and the rooms: SQLite would make the file readable for everybody.
  private static func makeBook(_ path: String, _ operations: any FileOperations) throws(StoreFault) {
    do throws(FileFault) {
      // The book before the rooms: a folder with rooms and without a book is none that was just begun.
      let file = path + "/" + bookName
      let kind = operations.kind(of: file, isFollowingLinks: true)
      if case .unknown(let code) = kind { throw FileFault(path: file, operation: .open, code: code) }
      if kind == .nothing {
        let opened = operations.open(file, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        guard opened >= 0 else { throw FileFault(path: file, operation: .open, code: -opened) }
        _ = operations.close(opened)
        try DurableFolder.syncNames(in: path, operations: operations)
      }
      for room in Room.allCases {
        try DurableFolder.make(path + "/" + room.rawValue, operations: operations)
      }
    } catch {
      throw .file(error)
    }
  }

  /// Fills an empty book, at once or not at all.
  private func makeSchema() throws(StoreFault) {
    // A database of somebody else has an id of its own, or tables.
    guard try book.integer("PRAGMA application_id") == 0 else { return }
    guard try book.integer("SELECT COUNT(*) FROM sqlite_schema") == 0 else { return }
    guard Room.allCases.allSatisfy({ entries(of: $0).isEmpty }) else {
      throw .damaged(path: path, message: "its \(Self.bookName) is empty, its folders are not")
    }
    try book.transaction { () throws(StoreFault) -> Void in
      for statement in BookSchema.statements { try book.execute(statement) }
      try AuditTrail(book: book).append(
        "create", subject: "store", details: ["program": .text(tools.program)], at: now)
    }
  }

  private func checkVersion() throws(StoreFault) {
    guard try book.integer("PRAGMA application_id") == BookSchema.applicationID else {
      throw .notAStore(
        path: path, message: "its \(Self.bookName) is no book of ratemill; name the folder of a billing store"
      )
    }
    let version = try book.integer("PRAGMA user_version") ?? 0
    guard version == BookSchema.version else {
      throw .notAStore(
        path: path,
        message: "the store is of version \(version), this program knows \(BookSchema.version); "
          + (version < BookSchema.version
            ? "it is of before the first release: rate its files into a new store"
            : "use the version of ratemill that wrote it"))
    }
  }
}

// What a kill left behind.
extension BillingStore {
  /// Removes every entry of the rooms that no row names: what was being made when a command was killed.
  private func sweep() throws(StoreFault) {
    for room in Room.allCases {
      let known = try knownNames(of: room)
      for name in entries(of: room) where !known.contains(name) {
        do throws(FileFault) {
          try DurableFolder.removeAll(path(room, name), operations: operations)
        } catch {
          throw .file(error)
        }
      }
    }
    for run in try purgedRuns().sorted() where !recordNames(ofRun: run).isEmpty {
      try removeRecords(ofRun: run)
      purgesFinished.append(run)
    }
  }

  /// The names in a room, sorted.
  func entries(of room: Room) -> [String] {
    operations.names(in: "\(path)/\(room.rawValue)").names.sorted()
  }

  /// The names that rows of the book give to the entries of a room.
  func knownNames(of room: Room) throws(StoreFault) -> Set<String> {
    let sql =
      switch room {
      case .runs: "SELECT run_id FROM runs"
      case .catalogs: "SELECT catalog_hash FROM runs"
      case .billed: "SELECT billing_id FROM billings"
      case .drafts:
        """
        SELECT draft_id FROM drafts
        WHERE state = 'current' OR draft_id IN (SELECT draft_id FROM invoice_documents)
        """
      case .invoices: "SELECT number FROM invoice_documents"
      case .settled: "SELECT settlement_id FROM settlements"
      }
    var names: Set<String> = []
    try book.query(sql) { row in names.insert(row.text(0)) }
    return names
  }
}
