// What a reader has to say about one YAML file, collected so that reading can go on after a fault.

/// The findings of one file, in the order in which they were met.
///
/// A reference, because the readers of maps, lists and values inside one file all write to the same list. It stays on
/// one thread.
package final class YamlFindings {
  /// The files as the user named them; places count them from 0. The first is the one that is read, the others are those
  /// from which it inherits.
  package let files: [String]
  /// Everything found so far.
  package private(set) var all: [CatalogFinding] = []

  /// Starts an empty list for `file`.
  package init(file: String) { files = [file] }

  /// Starts an empty list for a file and those from which it inherits.
  package init(files: [String]) { self.files = files }

  /// The file that is read.
  package var file: String { files[0] }

  /// The file of a place.
  package func file(of place: YamlPlace) -> String { files[Int(place.file)] }

  /// Whether there is an error among them.
  package var hasErrors: Bool { all.contains { $0.severity == .error } }

  /// How many errors there are so far.
  package var errorCount: Int { all.count { $0.severity == .error } }

  /// Adds an error.
  package func error(_ message: String, at place: YamlPlace, hint: String = "") {
    add(.error, message, place, hint)
  }

  /// Adds a warning; `hasFigures` where its digits outside of quotes are prices and quantities.
  package func warning(
    _ message: String, at place: YamlPlace, hint: String = "", hasFigures: Bool = false
  ) {
    add(.warning, message, place, hint, hasFigures: hasFigures)
  }

  /// The findings sorted by place, errors and warnings together.
  package var sorted: [CatalogFinding] {
    // Swift's sort is stable in practice but does not promise it: the index keeps findings of one place in order.
    // Of several files, the findings of each stay together.
    files.flatMap { file in
      all.enumerated().filter { $0.element.file == file }
        .sorted {
          ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }
        .map(\.element)
    }
  }

  private func add(
    _ severity: CatalogFinding.Severity, _ message: String, _ place: YamlPlace, _ hint: String,
    hasFigures: Bool = false
  ) {
    all.append(
      CatalogFinding(
        severity: severity, file: file(of: place), line: place.line, column: place.column, message: message,
        hint: hint, hasFigures: hasFigures))
  }
}
