// Catalogs that a store keeps, and what it learns of them.

import BillingStore
import Catalog

/// What a store is told about catalogs, which it does not know itself.
public enum StoreCatalog {
  /// The rating hash of the catalog in a folder; nil where there is none without fault.
  public static func hash(_ folder: String) -> String? { (try? CatalogFolder.load(folder))?.ratingHash }
}

extension BillingStore {
  /// Keeps the catalog that was loaded from `path`, which must still be what it was.
  func keep(_ catalog: Catalog, from path: String) throws(StoreFault) {
    try keepCatalog(
      catalog.ratingHash, from: path, entries: CatalogFolder.entryNames, hash: StoreCatalog.hash)
  }
}

extension Catalog {
  /// What its sources promise to send.
  var promises: [RunDraft.Source] {
    sources.map { RunDraft.Source(name: $0.name, expected: $0.expected, sequence: $0.sequence) }
  }
}
