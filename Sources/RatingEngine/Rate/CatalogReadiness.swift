// What keeps a run from using a catalog whose tables are without fault.

public import Catalog

/// The last checks before a catalog is compiled; they need the engine.
public enum CatalogReadiness {
  /// What is wrong: examples of formats that read differently than they say, for formats of the user's own and for those
  /// that sources name.
  ///
  /// Complexity: O(bytes of the examples), milliseconds.
  public static func findings(_ catalog: Catalog) -> [CatalogFinding] {
    let used = Set(catalog.sources.map(\.formatIndex))
    let formats = catalog.formats.indices.filter { used.contains($0) || catalog.formats[$0].isOwn }
    return formats.flatMap { FormatExamples.check(catalog.formats[$0]) }.map(\.finding)
  }

  /// The example faults of the user's own formats, for a catalog that has other faults.
  public static func findings(_ fault: CatalogFault) -> [CatalogFinding] {
    fault.formats.filter(\.isOwn).flatMap(FormatExamples.check).map(\.finding)
  }
}

extension FormatDescriptor {
  /// Whether the user wrote it.
  var isOwn: Bool { origin != "built in" }
}
