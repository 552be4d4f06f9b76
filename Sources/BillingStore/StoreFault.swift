// What can be wrong with a store, each kind with its way out.

public import DurableFiles
public import UsageSummary
import CSQLite

/// Why something with a store could not be done. Nothing was committed.
public enum StoreFault: Error, Sendable, CustomStringConvertible {
  /// Another process holds the store.
  case busy(path: String)
  /// The folder is no store, or of a version that is not known here.
  case notAStore(path: String, message: String)
  /// What was asked for cannot be done in this state of the store.
  case refused(String)
  /// The book or a run folder is not what it was when it was committed.
  case damaged(path: String, message: String)
  /// The book could not be read or written.
  case book(path: String, message: String)
  /// A file could not be written.
  case file(FileFault)
  /// A usage folder cannot be trusted.
  case usage(UsageFolderFault)

  /// One line that names the place, what is wrong and what to do.
  public var description: String {
    switch self {
    case .busy(let path): "\(path): another command is changing this store; try again when it has ended"
    case .notAStore(let path, let message): "\(path): \(message)"
    case .refused(let message): message
    case .damaged(let path, let message):
      "\(path): \(message); \(Self.restore)"
    case .book(let path, let message): "\(path): \(message)"
    case .file(let fault): fault.description
    case .usage(let fault): fault.description
    }
  }

  /// What to do about a store of which something is damaged.
  public static let restore =
    "restore the store from a good copy, or ask 'ratemill verify --deep --store' what else is wrong"

  /// Does something with files; a fault of theirs becomes one of the store.
  static func ofFiles<Result>(_ body: () throws(FileFault) -> Result) throws(StoreFault) -> Result {
    do throws(FileFault) { return try body() } catch { throw .file(error) }
  }

  /// Does something with usage folders; a fault of theirs becomes one of the store.
  static func ofUsage<Result>(_ body: () throws(UsageFolderFault) -> Result) throws(StoreFault) -> Result {
    do throws(UsageFolderFault) { return try body() } catch { throw .usage(error) }
  }

  /// What SQLite said, as the kind of fault that it is.
  static func database(path: String, code: Int32, message: String, sql: String) -> StoreFault {
    // The statement is ours, without values: it tells where in the program, and nothing of the usage.
    let place = sql.isEmpty ? "" : " (in: \(sql.split(separator: "\n").first?.prefix(60) ?? ""))"
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path)
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged(path: path, message: message + place)
    case SQLITE_FULL:
      return .book(path: path, message: "the disk is full; free space and run the same command again")
    case SQLITE_IOERR:
      return .book(
        path: path, message: "\(message) (\(code)); check the device, then run the same command again")
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
      return .book(path: path, message: "\(message); check the permissions of the store")
    default: return .book(path: path, message: message + place)
    }
  }
}
