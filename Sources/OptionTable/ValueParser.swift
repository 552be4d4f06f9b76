// How the text of a value becomes a typed one.

/// Why a text is not the value that was expected: the half of a message that follows the option's name.
public struct ValueFault: Error, Hashable, Sendable {
  /// Such as `expected a whole number, got 'x'`.
  public let message: String

  /// Takes the message.
  public init(_ message: String) { self.message = message }

  /// The usual shape: what was expected, what came, and a hint such as `; did you mean 'day'?`.
  public static func expected(_ expectation: String, got text: String, hint: String = "") -> ValueFault {
    ValueFault("expected \(expectation), got \(MessageText.quoted(text))\(hint)")
  }
}

/// A reader of one kind of value; pure, without I/O.
public struct ValueParser<Value>: Sendable {
  /// What a shell can offer in this place.
  public let hint: ValueHint
  /// Reads the whole text or says what was expected.
  public let parse: @Sendable (String) throws(ValueFault) -> Value

  /// Makes a parser. It must take the whole text or throw.
  public init(hint: ValueHint = .none, _ parse: @escaping @Sendable (String) throws(ValueFault) -> Value) {
    self.hint = hint
    self.parse = parse
  }

  /// Reads a value, naming the option or operand in the error.
  public func value(of text: String, for name: String) throws(UsageError) -> Value {
    do {
      return try parse(text)
    } catch {
      throw UsageError("\(name): \(error.message)")
    }
  }
}
