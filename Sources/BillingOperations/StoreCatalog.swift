// Kept catalogs, read again to prove them.

import Catalog

/// What a store is told about catalogs, which it does not know itself.
public enum StoreCatalog {
  /// The rating hash of the catalog in a folder; nil where there is none without fault.
  public static func hash(_ folder: String) -> String? { (try? CatalogFolder.load(folder))?.ratingHash }
}
