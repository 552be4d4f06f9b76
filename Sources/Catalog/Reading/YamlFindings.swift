// What a reader has to say about one YAML file, collected so that reading can go on after a fault.

/// The findings of one file, in the order in which they were met.
///
/// A reference, because the readers of maps, lists and values inside one file all write to the same list. It stays on
/// one thread.
package final class YamlFindings {
  /// The file as the user named it.
  package let file: String
  /// Everything found so far.
  package private(set) var all: [CatalogFinding] = []

  /// Starts an empty list for `file`.
  package init(file: String) { self.file = file }

  /// Whether there is an error among them.
  package var hasErrors: Bool { all.contains { $0.severity == .error } }

  /// Adds an error.
  package func error(_ message: String, at place: YamlPlace, hint: String = "") {
    add(.error, message, place, hint)
  }

  /// Adds a warning.
  package func warning(_ message: String, at place: YamlPlace, hint: String = "") {
    add(.warning, message, place, hint)
  }

  /// The findings sorted by place, errors and warnings together.
  package var sorted: [CatalogFinding] {
    // Swift's sort is stable in practice but does not promise it: the index keeps findings of one place in order.
    all.enumerated()
      .sorted {
        ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
      }
      .map(\.element)
  }

  private func add(_ severity: CatalogFinding.Severity, _ message: String, _ place: YamlPlace, _ hint: String)
  {
    all.append(
      CatalogFinding(
        severity: severity, file: file, line: place.line, column: place.column, message: message, hint: hint))
  }
}
