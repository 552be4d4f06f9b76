// The catalogs that runs used, kept as they were: prices of years ago must be explainable.

import DurableFiles
import Tables

extension BillingStore {
  /// Keeps a copy of the catalog folder at `folder` under its rating hash, unless there is one.
  ///
  /// Copied are `entries`, files and folders with all that is not hidden in them. `hash` is asked for the rating hash of the copy: a catalog that was changed
  /// since the run has read it is refused, and nothing is committed under prices that nobody can look up.
  /// - Precondition: opened for changing.
  public func keepCatalog(
    _ ratingHash: String, from folder: String, entries: [String], hash: (_ copy: String) -> String?
  ) throws(StoreFault) {
    let target = path(.catalogs, ratingHash)
    switch operations.kind(of: target, isFollowingLinks: false) {
    case .folder: return
    case .unknown(let code): throw .file(FileFault(path: target, operation: .open, code: code))
    default: break
    }
    do throws(FileFault) {
      let copy = try PublishedFolder.begin(at: target, operations: operations)
      for name in entries { try Self.copy(folder, name, into: copy) }
      guard hash(copy.hiddenPath) == ratingHash else {
        copy.discard()
        throw FileFault(
          refusing: folder,
          detail: "the catalog was changed while the run went on; run the same command again")
      }
      try copy.publish()
    } catch {
      throw .file(error)
    }
  }

  /// The kept catalog of that hash.
  public func catalogPath(_ ratingHash: String) -> String { path(.catalogs, ratingHash) }

  /// Copies the file at `folder`/`inner`, or the folder with all that is in it; nothing where there is none.
  static func copy(
    _ folder: String, _ inner: String, into copy: PublishedFolder
  ) throws(FileFault) {
    let system = SystemFileOperations()
    let path = folder + "/" + inner
    switch system.kind(of: path, isFollowingLinks: true) {
    case .folder:
      let (names, result) = system.names(in: path)
      guard result >= 0 else { throw FileFault(path: path, operation: .list, code: -result) }
      try copy.makeFolder(inner)
      for name in names.sorted() where !name.hasPrefix(".") {
        try Self.copy(folder, inner + "/" + name, into: copy)
      }
    case .file:
      let bytes: [UInt8]
      do throws(TableFileFault) {
        bytes = try TableFile.read(path)
      } catch {
        throw FileFault(path: path, operation: .read, code: error.code)
      }
      let writer = try copy.writer(inner)
      try writer.write(contentsOf: bytes)
      try writer.finish()
    default: break
    }
  }
}
