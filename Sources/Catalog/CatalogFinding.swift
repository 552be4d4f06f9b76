// A fault or a doubt in the catalog, with its place and a way out.

/// One thing that `check` has to say.
public struct CatalogFinding: Error, Sendable, Hashable {
  /// Whether the catalog can be used all the same.
  public enum Severity: String, Sendable { case error, warning }

  /// Error or warning.
  public var severity: Severity
  /// File as the user named it: the folder as given, then the path inside.
  public var file: String
  /// Line, from 1; 0 where the whole file is meant.
  public var line: Int
  /// Column of the offending text, from 1, in bytes; 0 where the whole line is meant.
  public var column: Int
  /// What is wrong, lower-case, quoting the offending text.
  public var message: String
  /// What to do about it; empty where the message says it.
  public var hint: String
  /// Whether digits of the message outside of quotes are prices and quantities of the catalog, and none of a telephone number.
  public var hasFigures: Bool

  /// Makes a finding.
  public init(
    severity: Severity, file: String, line: Int, column: Int, message: String, hint: String = "",
    hasFigures: Bool = false
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
    self.hasFigures = hasFigures
  }
}

extension CatalogFinding: CustomStringConvertible {
  /// `file:line:column: message; hint`.
  public var description: String {
    var text = file
    if line > 0 { text += ":\(line)" }
    if column > 0 { text += ":\(column)" }
    text += severity == .warning ? ": warning: " : ": "
    text += message
    if !hint.isEmpty { text += "; " + hint }
    return text
  }
}

/// A catalog that cannot be used: all its faults, not only the first.
public struct CatalogFault: Error, Sendable {
  /// The findings, in file order, errors and warnings.
  public var findings: [CatalogFinding]
  /// The formats that could be read all the same, built in ones included, so that their examples can be tried.
  public var formats: [FormatDescriptor]
  /// Makes a fault from its findings.
  public init(findings: [CatalogFinding], formats: [FormatDescriptor] = []) {
    self.findings = findings
    self.formats = formats
  }
}
