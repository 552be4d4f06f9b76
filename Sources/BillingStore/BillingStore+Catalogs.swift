// The catalogs that runs used, kept as they were: prices of years ago must be explainable.

import DurableFiles
import Tables

extension BillingStore {
  /// Keeps a copy of the catalog folder at `folder` under its rating hash, unless there is one.
  ///
  /// Every file is copied, but for hidden ones. `hash` is asked for the rating hash of the copy: a catalog that was changed
  /// since the run has read it is refused, and nothing is committed under prices that nobody can look up.
  /// - Precondition: opened for changing.
  public func keepCatalog(
    _ ratingHash: String, from folder: String, hash: (_ copy: String) -> String?
  ) throws(StoreFault) {
    let target = path(.catalogs, ratingHash)
    guard operations.kind(of: target, isFollowingLinks: false) == .nothing else { return }
    do throws(FileFault) {
      let copy = try PublishedFolder.begin(at: target, operations: operations)
      try Self.copy(folder, "", into: copy)
      guard hash(copy.hiddenPath) == ratingHash else {
        copy.discard()
        throw FileFault(
          refusing: folder, detail: "the catalog was changed while the run went on; run the same command again")
      }
      try copy.publish()
    } catch {
      throw .file(error)
    }
  }

  /// The kept catalog of that hash.
  public func catalogPath(_ ratingHash: String) -> String { path(.catalogs, ratingHash) }

  /// Copies the files of `folder`/`inner`, and those below.
  private static func copy(
    _ folder: String, _ inner: String, into copy: PublishedFolder
  ) throws(FileFault) {
    let system = SystemFileOperations()
    let (names, result) = system.names(in: folder + "/" + inner)
    guard result >= 0 else { throw FileFault(path: folder + "/" + inner, operation: .list, code: -result) }
    for name in names.sorted() where !name.hasPrefix(".") {
      let innerPath = inner.isEmpty ? name : inner + "/" + name
      switch system.kind(of: folder + "/" + innerPath, isFollowingLinks: true) {
      case .folder:
        try copy.makeFolder(innerPath)
        try Self.copy(folder, innerPath, into: copy)
      case .file:
        let bytes: [UInt8]
        do throws(TableFileFault) {
          bytes = try TableFile.read(folder + "/" + innerPath)
        } catch {
          throw FileFault(refusing: folder + "/" + innerPath, detail: "it cannot be read: \(error)")
        }
        let writer = try copy.writer(innerPath)
        try writer.write(contentsOf: bytes)
        try writer.finish()
      default: continue
      }
    }
  }
}
