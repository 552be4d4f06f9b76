// How JSON is written: members in the order given, one spelling for every value, so that equal documents are equal bytes.

/// Writes JSON values.
///
/// Strings escape only what JSON requires (`"`, `\`, controls below 0x20); bytes that are not UTF-8 become U+FFFD,
/// because a JSON document cannot hold them. Numbers are written as they are.
public enum JSONText {
  /// The value on one line, without blanks or newline.
  public static func compact(_ value: JSONValue) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, depth: nil, to: &bytes)
    return bytes
  }

  /// The value with two blanks of indent for each level, one member or element per line, and a newline at the end.
  public static func pretty(_ value: JSONValue) -> [UInt8] {
    var bytes: [UInt8] = []
    append(value, depth: 0, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// Appends `text` as a JSON string with its quotes.
  public static func appendString(_ text: Label, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    if text.bytes.allSatisfy({ $0 < 0x80 && needsNoEscape($0) }) {
      bytes.append(contentsOf: text.bytes)
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

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  // `depth` is nil for the compact form.
  private static func append(_ value: JSONValue, depth: Int?, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): appendString(text, to: &bytes)
    case .array(let elements):
      appendList(elements, brackets: ("[", "]"), depth: depth, to: &bytes) { element, inner, bytes in
        append(element, depth: inner, to: &bytes)
      }
    case .object(let members):
      appendList(members, brackets: ("{", "}"), depth: depth, to: &bytes) { member, inner, bytes in
        appendString(member.name, to: &bytes)
        bytes.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
        append(member.value, depth: inner, to: &bytes)
      }
    }
  }

  private static func appendList<Part>(
    _ parts: [Part], brackets: (open: String, close: String), depth: Int?, to bytes: inout [UInt8],
    appendPart: (Part, Int?, inout [UInt8]) -> Void
  ) {
    bytes.append(contentsOf: brackets.open.utf8)
    for (index, part) in parts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendLineStart(depth.map { $0 + 1 }, to: &bytes)
      appendPart(part, depth.map { $0 + 1 }, &bytes)
    }
    if !parts.isEmpty { appendLineStart(depth, to: &bytes) }
    bytes.append(contentsOf: brackets.close.utf8)
  }

  private static func appendLineStart(_ depth: Int?, to bytes: inout [UInt8]) {
    guard let depth else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }
}
