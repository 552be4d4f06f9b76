// From scalars to the values that a schema expects. Nothing is guessed: the caller says what a text must be.
//
// Every function answers nil after it added an error, so that the caller can take a default and go on.

package import BillingCalendar
package import Money
package import Tables

extension YamlFindings {
  /// A text that is not empty.
  package func text(_ node: YamlNode, what: String) -> Label? {
    guard case .scalar(let text, _) = node.content, !text.isEmpty else {
      error("expected \(what), found \(node.quoted)", at: node.place)
      return nil
    }
    return text
  }

  /// A text that may be empty where it is written in quotes.
  package func textOrEmpty(_ node: YamlNode, what: String) -> Label? {
    if case .scalar(let text, isPlain: false) = node.content { return text }
    return text(node, what: what)
  }

  /// `yes`, `no`, `true` or `false`.
  package func flag(_ node: YamlNode) -> Bool? {
    choice(node, what: "yes or no", of: [("yes", true), ("no", false), ("true", true), ("false", false)])
  }

  /// One of a few words; `what` names them all, as in `a rounding mode`.
  package func choice<T>(_ node: YamlNode, what: String, of words: [(word: String, value: T)]) -> T? {
    guard let text = text(node, what: what) else { return nil }
    if let found = words.first(where: { Label($0.word) == text }) { return found.value }
    error(
      "\(Quoted.text(text)) is not \(what)", at: node.place,
      hint: YamlSuggestion.hint(for: text, among: words.map(\.word)))
    return nil
  }

  /// A whole number within bounds: an optional minus and digits, nothing else.
  package func integer(_ node: YamlNode, what: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(node, what: what) else { return nil }
    guard let number = Self.integer(text) else {
      error(
        "\(Quoted.text(text)) is not \(what)", at: node.place,
        hint: "write digits only, such as \(range.lowerBound)")
      return nil
    }
    guard range.contains(number) else {
      error(
        "\(number) is not \(what)", at: node.place,
        hint: "it lies between \(range.lowerBound) and \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The number that a text of digits with an optional minus stands for; nil for any other text.
  package static func integer(_ text: Label) -> Int? {
    let digits = text.bytes.first == UInt8(ascii: "-") ? text.bytes.dropFirst() : text.bytes[...]
    guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else { return nil }
    return Int(text.description)
  }

  /// An exact decimal amount that is not negative.
  package func amount(_ node: YamlNode, what: String) -> Amount? {
    guard let text = text(node, what: what) else { return nil }
    switch text.bytes.withUnsafeBufferPointer({ DecimalText.parse($0, scale: Amount.scale) }) {
    case .success(let pico) where pico >= 0: return Amount(pico: pico)
    case .success:
      error("\(what) is not negative, found \(Quoted.text(text))", at: node.place)
    case .failure(let fault):
      error("\(Quoted.text(text)) is not \(what)", at: node.place, hint: fault.hint)
    }
    return nil
  }

  /// An amount that fits the 64 bits of a price: below 9,223,372 units of the currency.
  package func price(_ node: YamlNode, what: String) -> Int64? {
    guard let amount = amount(node, what: what) else { return nil }
    guard let pico = Int64(exactly: amount.pico) else {
      error(
        "\(what) of \(amount) is too large", at: node.place,
        hint: "the largest is \(Amount(pico: Int128(Int64.max)))")
      return nil
    }
    return pico
  }

  /// A day, `YYYY-MM-DD`.
  package func date(_ node: YamlNode, what: String) -> CivilDate? {
    guard let text = text(node, what: what) else { return nil }
    if let date = CivilDate.parse(text.description) { return date }
    error(
      "\(Quoted.text(text)) is not \(what)", at: node.place, hint: "write YYYY-MM-DD, such as 2025-01-31")
    return nil
  }

  /// The elements of a list; a text or a map alone stands for a list of one. An empty list is an error.
  package func elements(_ node: YamlNode, what: String) -> [YamlNode]? {
    guard case .list(let elements) = node.content else { return [node] }
    guard !elements.isEmpty else {
      error("an empty list of \(what)", at: node.place, hint: "leave the key out")
      return nil
    }
    return elements
  }

  /// Texts: one, or a list of at least one. An element that is no text is an error; the others are kept.
  package func labels(_ node: YamlNode, what: String) -> [Label]? {
    elements(node, what: what)?.compactMap { text($0, what: what) }
  }

  /// Words out of a few, each at most once: one, or a list of at least one.
  package func choices<T>(_ node: YamlNode, what: String, of words: [(word: String, value: T)]) -> [T]? {
    var seen: Set<Label> = []
    return elements(node, what: what)?.compactMap { element in
      guard let value = choice(element, what: what, of: words) else { return nil }
      guard case .scalar(let text, _) = element.content, seen.insert(text).inserted else {
        error("\(element.quoted) is listed twice", at: element.place)
        return nil
      }
      return value
    }
  }
}

extension DecimalFault {
  /// What to do about it.
  package var hint: String {
    switch self {
    case .empty: "write a number, such as 0.05"
    case .unexpected(byte: UInt8(ascii: ","), offset: _): "write a decimal point, and no grouping"
    case .unexpected: "write digits and a decimal point, such as 0.05"
    case .scientific: "write all digits: an exponent has lost some"
    case .tooPrecise(let digits):
      "it has \(digits) digits after the point; at most \(Amount.scale) can be kept"
    case .tooLarge: "it is too large"
    }
  }
}
