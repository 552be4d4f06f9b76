// The files of two catalog folders, byte by byte.

import Catalog
import DurableFiles
import Tables

/// Compares catalog folders.
enum CatalogFiles {
  /// Names inside the folders of files that differ, or that only one has; those that rating does not read are left out.
  static func differing(_ one: String, _ other: String) -> Set<String> {
    let names = Set(CatalogFolder.entryNames).subtracting(BillingTables.files + BillingTables.folders)
    var differing: Set<String> = []
    for name in names { compare(one, other, name, &differing) }
    return differing
  }

  private static func compare(_ one: String, _ other: String, _ name: String, _ differing: inout Set<String>)
  {
    let system = SystemFileOperations()
    let paths = (one + "/" + name, other + "/" + name)
    let kinds = (
      system.kind(of: paths.0, isFollowingLinks: true), system.kind(of: paths.1, isFollowingLinks: true)
    )
    if kinds.0 == .nothing, kinds.1 == .nothing { return }
    if kinds.0 == .folder || kinds.1 == .folder {
      let inner = Set(system.names(in: paths.0).names).union(system.names(in: paths.1).names)
      for entry in inner where !entry.hasPrefix(".") { compare(one, other, name + "/" + entry, &differing) }
      return
    }
    guard let a = try? TableFile.read(paths.0), let b = try? TableFile.read(paths.1), a == b else {
      differing.insert(name)
      return
    }
  }
}
