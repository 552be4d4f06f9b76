// What can be written and is checked, but not rated yet: the one list from which an entry goes when the engine knows it.

import Tables

/// Finds what a run would have to leave out. A run refuses such a catalog: leaving it out in silence would be a wrong bill.
public enum NotYetRated {
  /// What the engine does not know yet of a whole catalog; empty where it knows all of it.
  ///
  /// Files are named by their path inside `folder`, the catalog as the user named it. Complexity: O(parts).
  public static func findings(_ catalog: Catalog, folder: String = "") -> [CatalogFinding] {
    let used = Set(catalog.sources.map(\.formatIndex))
    let formats = catalog.formats.indices.filter { used.contains($0) }.flatMap {
      findings(catalog.formats[$0])
    }
    return formats
  }

  /// What it does not know yet of one format.
  public static func findings(_ format: FormatDescriptor) -> [CatalogFinding] {
    format.fields.filter { unreadRoles.contains($0.role) }.map { field in
      finding(
        format.origin, field.line,
        "format \(Quoted.text(format.name)): the role '\(field.role.name)' is not read yet",
        "leave the field out")
    }
  }

  private static let unreadRoles: Set<FieldRole> = [.refundOf]

  private static func finding(_ file: String, _ line: Int, _ message: String, _ hint: String)
    -> CatalogFinding
  {
    CatalogFinding(severity: .error, file: file, line: line, column: 0, message: message, hint: hint)
  }
}
