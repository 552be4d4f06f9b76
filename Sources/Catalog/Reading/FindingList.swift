// The findings of one file, bounded: a deck with half a million bad rows needs no half million messages.

import Tables

/// What one file gave to say.
struct FindingList {
  /// Findings kept per file; more are only counted.
  static let countMax = 50

  /// The file as the user named it: the folder as given, then the path inside.
  let file: String
  /// The findings kept, in the order in which they were met.
  private(set) var findings: [CatalogFinding] = []
  /// Whether any of them is an error, kept or not.
  private(set) var hasErrors = false
  private var omittedCount = 0

  init(file: String) { self.file = file }

  /// Adds an error; the texts are made only where it is kept.
  mutating func error(
    at position: TablePosition, _ message: @autoclosure () -> String, hint: @autoclosure () -> String = ""
  ) {
    hasErrors = true
    add(.error, at: position, message, hint: hint)
  }

  /// Adds a warning.
  mutating func warning(
    at position: TablePosition, _ message: @autoclosure () -> String, hint: @autoclosure () -> String = ""
  ) {
    add(.warning, at: position, message, hint: hint)
  }

  /// Takes over what the table reader found.
  mutating func add(_ faults: [TableFault]) {
    for fault in faults { error(at: fault.position, fault.message, hint: fault.hint) }
  }

  /// The findings by line and column, with a last one that counts what was left out.
  func sorted() -> [CatalogFinding] {
    // Stable: findings of one place stay in the order in which they were met.
    var all = findings.enumerated().sorted { a, b in
      (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
    }.map(\.element)
    if omittedCount > 0 {
      all.append(
        CatalogFinding(
          severity: hasErrors ? .error : .warning, file: file, line: 0, column: 0,
          message: "and \(omittedCount) more in this file"))
    }
    return all
  }

  private mutating func add(
    _ severity: CatalogFinding.Severity, at position: TablePosition, _ message: () -> String,
    hint: () -> String
  ) {
    guard findings.count < Self.countMax else {
      omittedCount += 1
      return
    }
    findings.append(
      CatalogFinding(
        severity: severity, file: file, line: position.line, column: position.column, message: message(),
        hint: hint()))
  }
}

/// Texts as messages quote them.
enum Quoted {
  /// Bytes quoted at most.
  static let bytesMax = 60

  /// The bytes in single quotes, control characters and what is too long shown as `…`.
  static func text(_ bytes: some Collection<UInt8>) -> String {
    var shown: [UInt8] = []
    for byte in bytes.prefix(bytesMax) {
      if byte < 0x20 || byte == 0x7F { shown.append(contentsOf: "…".utf8) } else { shown.append(byte) }
    }
    let ending = bytes.count > bytesMax ? "…" : ""
    return "'" + String(decoding: shown, as: UTF8.self) + ending + "'"
  }

  /// The same for a label.
  static func text(_ label: Label) -> String { text(label.bytes) }

  /// `did you mean 'x'?` for the nearest candidate; otherwise `otherwise`.
  static func suggestion(for name: Label, in candidates: some Sequence<Label>, otherwise: String = "")
    -> String
  {
    NearestName.find(name, in: candidates).map { "did you mean \(text($0))?" } ?? otherwise
  }
}
