// The door to a catalog folder: reads every file, checks each and all against each other, and gives a catalog or all faults.

public import BillingCalendar

/// A folder of tables and YAML files, as the README of this module describes it.
public enum CatalogFolder {
  /// Findings given at most; a folder with more says how many are left.
  public static let findingCountMax = 200

  /// The files and folders of a catalog folder that are read; anything else in it is not.
  public static let entryNames =
    [
      "catalog.yaml", "accounts.csv", "services.csv", "sources.csv", "decks", "plans", "formats",
      "holidays.csv", "grants.csv", "overrides.csv", "suppliers.csv", "fx.csv", "jurisdiction.csv",
    ] + BillingTables.folders + BillingTables.files

  /// The catalog in the folder at `path`, which is only read.
  ///
  /// Paths in findings are `path` as given, then the path inside. With at least one error there is no catalog, and all
  /// findings are thrown; warnings alone become `Catalog.warnings`. `zones` says where zone files are looked for.
  /// - Complexity: O(bytes); a deck of 500,000 rows takes about 0.2 s of one core.
  public static func load(_ path: String, zones: ZoneLibrary = ZoneLibrary()) throws(CatalogFault) -> Catalog
  {
    var loading = CatalogLoading(files: CatalogFiles(folder: path), zones: zones)
    return try loading.catalog()
  }
}
