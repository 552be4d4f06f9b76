// Writes JSON: the same value gives the same bytes, always.
//
// Owns layout and escaping. It does not read JSON, and it has no floating point: amounts and quantities are decimal
// texts in strings, because a JSON number would be read as a double by most readers.

/// A JSON value whose objects keep the order in which they were written.
indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int128)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])
}

/// A name and its value in an object.
struct JSONMember: Hashable, Sendable {
  let name: String
  let value: JSONValue
}

/// The order of the names in every object.
enum JSONOrder: Sendable {
  /// As given: for reports that people read from the top.
  case given
  /// By bytes: for documents that are compared or hashed.
  case sorted
}

/// Makes text of JSON values.
enum JSONText {
  /// The document with two spaces of indentation and a newline at its end; empty arrays and objects stay closed.
  ///
  /// - Precondition: no object has two members of one name.
  static func document(_ value: JSONValue, order: JSONOrder = .given) -> String {
    var text = ""
    write(value, to: &text, layout: Layout(order: order, isIndented: true), depth: 0)
    return text + "\n"
  }

  /// The value on one line without blanks or newline, for JSON lines.
  ///
  /// - Precondition: no object has two members of one name.
  static func line(_ value: JSONValue, order: JSONOrder = .given) -> String {
    var text = ""
    write(value, to: &text, layout: Layout(order: order, isIndented: false), depth: 0)
    return text
  }

  private struct Layout {
    let order: JSONOrder
    let isIndented: Bool

    func newline(_ depth: Int) -> String {
      isIndented ? "\n" + String(repeating: "  ", count: depth) : ""
    }
  }

  private static func write(_ value: JSONValue, to text: inout String, layout: Layout, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let isTrue): text += isTrue ? "true" : "false"
    case .integer(let number): text += String(number)
    case .string(let string): write(string: string, to: &text)
    case .array(let elements):
      writeList(elements, between: "[", and: "]", to: &text, layout, depth) { element, text in
        write(element, to: &text, layout: layout, depth: depth + 1)
      }
    case .object(let members):
      precondition(Set(members.map(\.name)).count == members.count, "the names of a JSON object are unique")
      let ordered =
        layout.order == .given
        ? members : members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      writeList(ordered, between: "{", and: "}", to: &text, layout, depth) { member, text in
        write(string: member.name, to: &text)
        text += layout.isIndented ? ": " : ":"
        write(member.value, to: &text, layout: layout, depth: depth + 1)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], between open: String, and close: String, to text: inout String, _ layout: Layout,
    _ depth: Int, write: (Element, inout String) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      text += (index > 0 ? "," : "") + layout.newline(depth + 1)
      write(element, &text)
    }
    text += (elements.isEmpty ? "" : layout.newline(depth)) + close
  }

  /// Escapes what JSON demands, and besides what moves a cursor or turns text around on a terminal.
  private static func write(string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if isPlain(scalar) {
          text.unicodeScalars.append(scalar)
        } else {
          for unit in UTF16.encode(scalar).map(Array.init) ?? [] { text += "\\u" + hex(unit) }
        }
      }
    }
    text += "\""
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    default: return true
    }
  }

  private static func hex(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember(name: $0.0, value: $0.1) })
  }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(Int128(value)) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// A whole number of any width up to 128 bits.
  static func number(_ number: some BinaryInteger) -> JSONValue { .integer(Int128(number)) }
  /// A text, or null where there is none.
  static func stringOrNull(_ text: String?) -> JSONValue {
    guard let text else { return .null }
    return .string(text)
  }
}
