// How JSON is written: members in the order given, one spelling for every value, so that equal documents are equal bytes.

/// Writes JSON values.
///
/// Strings escape what JSON requires (`"`, `\`, controls below 0x20); bytes that are not UTF-8 become U+FFFD, because a
/// JSON document cannot hold them. Numbers are written as they are.
public enum JSONText {
  /// What is escaped in strings.
  public enum Escaping: Sendable {
    /// What JSON requires: for documents that programs read.
    case required
    /// And what moves a cursor or turns text around on a terminal: for reports that people look at too.
    case terminal
  }

  /// The value on one line, without blanks or newline.
  public static func compact(_ value: JSONValue, escaping: Escaping = .required) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, Layout(escaping: escaping, depth: nil), to: &bytes)
    return bytes
  }

  /// The value with two blanks of indent for each level, one member or element per line, and a newline at the end.
  public static func pretty(_ value: JSONValue, escaping: Escaping = .required) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, Layout(escaping: escaping, depth: 0), to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// Appends `text` as a JSON string with its quotes.
  public static func appendString(_ text: Label, escaping: Escaping = .required, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    if text.bytes.allSatisfy({ $0 < 0x7F && needsNoEscape($0) }) {
      bytes.append(contentsOf: text.bytes)
    } else if escaping == .terminal {
      for scalar in String(decoding: text.bytes, as: UTF8.self).unicodeScalars {
        appendForTerminal(scalar, to: &bytes)
      }
    } else {
      for byte in String(decoding: text.bytes, as: UTF8.self).utf8 { appendEscaped(byte, to: &bytes) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsNoEscape(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x00..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(hexDigit(byte >> 4))
      bytes.append(hexDigit(byte & 15))
    default: bytes.append(byte)
    }
  }

  private static func appendForTerminal(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    let isHarmless =
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    guard !isHarmless, scalar.value >= 0x20 else {
      for byte in UTF8.encode(scalar).map(Array.init) ?? [] { appendEscaped(byte, to: &bytes) }
      return
    }
    for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
      bytes.append(contentsOf: "\\u".utf8)
      for shift in [12, 8, 4, 0] { bytes.append(hexDigit(UInt8(truncatingIfNeeded: unit >> shift) & 15)) }
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private struct Layout {
    var escaping: Escaping
    /// Levels of indent; nil for the compact form.
    var depth: Int?

    var inner: Layout { Layout(escaping: escaping, depth: depth.map { $0 + 1 }) }
  }

  private static func append(_ value: JSONValue, _ layout: Layout, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): appendString(text, escaping: layout.escaping, to: &bytes)
    case .array(let elements):
      appendList(elements, brackets: ("[", "]"), layout, to: &bytes) { element, inner, bytes in
        append(element, inner, to: &bytes)
      }
    case .object(let members):
      appendList(members, brackets: ("{", "}"), layout, to: &bytes) { member, inner, bytes in
        appendString(member.name, escaping: inner.escaping, to: &bytes)
        bytes.append(contentsOf: (inner.depth == nil ? ":" : ": ").utf8)
        append(member.value, inner, to: &bytes)
      }
    }
  }

  private static func appendList<Part>(
    _ parts: [Part], brackets: (open: String, close: String), _ layout: Layout, to bytes: inout [UInt8],
    appendPart: (Part, Layout, inout [UInt8]) -> Void
  ) {
    bytes.append(contentsOf: brackets.open.utf8)
    for (index, part) in parts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendLineStart(layout.inner, to: &bytes)
      appendPart(part, layout.inner, &bytes)
    }
    if !parts.isEmpty { appendLineStart(layout, to: &bytes) }
    bytes.append(contentsOf: brackets.close.utf8)
  }

  private static func appendLineStart(_ layout: Layout, to bytes: inout [UInt8]) {
    guard let depth = layout.depth else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }
}
