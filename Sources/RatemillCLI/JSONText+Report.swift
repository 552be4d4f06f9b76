// The reports of `--json`: what they escape, for every command.

internal import Tables

extension JSONText {
  /// A report with two blanks of indent and a newline at its end; nothing in it moves the cursor of a terminal.
  static func document(_ value: JSONValue) -> String {
    String(decoding: pretty(value, escaping: .terminal), as: UTF8.self)
  }
}
