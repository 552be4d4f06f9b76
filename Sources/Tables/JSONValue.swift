// A JSON document as a value that keeps what the text said.
//
// Numbers stay text, so that no digit passes through floating point; members keep their order, so that a document is
// written as it was built; names and strings are exact bytes. Reading is `JSONReader`, writing is `JSONText`.

/// One JSON value.
public indirect enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number as its JSON text, such as `12`, `-0.50` or `1e3`; never computed with here.
  case number(String)
  /// A string, escapes undone: UTF-8 bytes.
  case string(Label)
  /// The elements in order.
  case array([JSONValue])
  /// The members in order; a reader has checked that no name comes twice.
  case object([JSONMember])
}

/// A name and its value inside an object.
public struct JSONMember: Hashable, Sendable {
  /// The name.
  public var name: Label
  /// The value.
  public var value: JSONValue

  /// Makes a member.
  public init(name: Label, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

extension JSONValue {
  /// A whole number.
  public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
  /// A string from Swift text.
  public static func text(_ value: String) -> JSONValue { .string(Label(value)) }
  /// A string from Swift text, or null where there is none.
  public static func textOrNull(_ value: String?) -> JSONValue { value.map { .text($0) } ?? .null }

  /// The member of that name; nil where there is none or this is no object. Complexity: O(members).
  public subscript(_ name: Label) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// What kind of value this is, for messages: `null`, `a truth value`, `a number`, `a string`, `an array`, `an object`.
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  /// An object with its members in the order written.
  public init(dictionaryLiteral elements: (Label, JSONValue)...) {
    self = .object(elements.map { JSONMember(name: $0.0, value: $0.1) })
  }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// A string.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
