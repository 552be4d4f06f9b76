// The kinds of value that options take: paths, words, numbers and choices.
//
// Quantities with units and dates have files of their own. Every message has one shape: what was expected, what came.

/// The parsers of option values.
public enum OptionValue {
  /// A path of a file; `-` is taken as it stands. An empty one is refused.
  public static let file = path(hint: .file, expectation: "a file name")
  /// A path of a folder. An empty one is refused, and so is `-`: a folder cannot be a stream.
  public static let folder = path(hint: .folder, expectation: "a folder")

  /// Any text that is not empty.
  public static let text = ValueParser<String> { text throws(ValueFault) in
    guard !text.isEmpty else { throw .expected("some text", got: text) }
    return text
  }

  /// A whole number in `range`, in decimal digits only: no sign, no grouping.
  public static func wholeNumber(in range: ClosedRange<Int> = 0...Int.max) -> ValueParser<Int> {
    ValueParser { text throws(ValueFault) in
      guard let digits = Digits.magnitude(text) else { throw .expected("a whole number", got: text) }
      guard let number = Int(exactly: digits), range.contains(number) else {
        throw .expected("a whole number \(Digits.describe(range))", got: text)
      }
      return number
    }
  }

  /// A whole number of 64 bits, for seeds.
  public static let seed = ValueParser<UInt64> { text throws(ValueFault) in
    guard let digits = Digits.magnitude(text) else { throw .expected("a whole number", got: text) }
    return digits
  }

  /// One of the raw values of an enumeration.
  public static func choice<Choice>(of type: Choice.Type) -> ValueParser<Choice>
  where Choice: RawRepresentable<String> & CaseIterable & Sendable {
    let words = Choice.allCases.map(\.rawValue)
    return ValueParser(hint: .choice(words)) { text throws(ValueFault) in
      guard let choice = Choice(rawValue: text) else {
        throw .expected(
          MessageText.alternatives(words), got: text, hint: Suggestion.question(for: text, among: words))
      }
      return choice
    }
  }

  /// Raw values of an enumeration, separated by commas, in the order given; none twice, at least one.
  ///
  /// `noun` names one element in messages, such as `key`.
  public static func list<Element>(of type: Element.Type, noun: String) -> ValueParser<[Element]>
  where Element: RawRepresentable<String> & CaseIterable & Hashable & Sendable {
    let words = Element.allCases.map(\.rawValue)
    return ValueParser(hint: .list(words)) { text throws(ValueFault) in
      var elements: [Element] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard !part.isEmpty else { throw .expected("\(noun)s separated by commas", got: text) }
        guard let element = Element(rawValue: String(part)) else {
          let question = Suggestion.question(for: String(part), among: words)
          let wayOut = question.isEmpty ? "; known are \(words.joined(separator: ", "))" : question
          throw ValueFault("unknown \(noun) \(MessageText.quoted(String(part)))\(wayOut)")
        }
        guard !elements.contains(element) else { throw ValueFault("\(noun) '\(part)' is given twice") }
        elements.append(element)
      }
      return elements
    }
  }

  private static func path(hint: ValueHint, expectation: String) -> ValueParser<String> {
    ValueParser(hint: hint) { text throws(ValueFault) in
      guard !text.isEmpty, hint != .folder || text != "-" else { throw .expected(expectation, got: text) }
      return text
    }
  }
}

/// Decimal digits as whole numbers, and ranges in words.
enum Digits {
  /// The number that the whole text writes in ASCII digits; nil for anything else or above 2⁶⁴ − 1.
  static func magnitude(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return UInt64(text)
  }

  /// `from 1 to 31`, `of at least 1`, or `of at most 9` in a message.
  static func describe(_ range: ClosedRange<Int>) -> String {
    if range.upperBound == .max { return "of at least \(range.lowerBound)" }
    return "from \(range.lowerBound) to \(range.upperBound)"
  }
}
