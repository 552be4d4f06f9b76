// Time patterns as text: `iso`, `epoch-s`, `DD.MM.YYYY hh:mm:ss`, and the parts that a pattern is made of.

public import Tables

/// One part of a time pattern.
public enum TimePatternPart: Hashable, Sendable {
  /// `YYYY`.
  case year
  /// `YY`: 00...68 is 2000...2068, 69...99 is 1969...1999 (POSIX).
  case shortYear
  /// `MM`: 1...12.
  case month
  /// `MMM`: the first three letters of an English month, any case.
  case monthName
  /// `DD`: 1...31.
  case day
  /// `hh`: 0...23, or 1...12 where there is a `halfDay`.
  case hour
  /// `mm`.
  case minute
  /// `ss`.
  case second
  /// `fff`: the digits of a fraction of a second.
  case fraction
  /// `AP`: AM or PM, any case.
  case halfDay
  /// `Z`: `Z` or an offset such as `+01:00`.
  case offset
  /// A byte that stands for itself.
  case literal(UInt8)
}

extension TimePattern {
  /// The pattern with this word, or the pattern of letters that the text spells.
  ///
  /// Errors: a text that is neither, a letter that looks like a mistyped part (`HH`, `yyyy`), a part twice, a date that
  /// is not whole, a time of day that begins in the middle.
  public static func parse(_ text: Label) -> Result<TimePattern, TextFault> {
    if let named = named.first(where: { Label($0.word) == text }) { return .success(named.pattern) }
    return parts(of: text).map { _ in .pattern(text) }
  }

  /// The parts of a pattern of letters, in order; literals byte by byte.
  public static func parts(of text: Label) -> Result<[TimePatternPart], TextFault> {
    var parts: [TimePatternPart] = []
    var rest = text.bytes[...]
    while let byte = rest.first {
      if let (word, part) = partWords.first(where: { rest.starts(with: $0.word.utf8) }) {
        guard !parts.contains(part) else { return .failure(fault(text, "has '\(word)' twice")) }
        parts.append(part)
        rest = rest.dropFirst(word.utf8.count)
      } else if mistakenLetters.contains(byte) {
        return .failure(misspelt(text, rest))
      } else {
        parts.append(.literal(byte))
        rest = rest.dropFirst()
      }
    }
    return check(parts, of: text).map { .failure($0) } ?? .success(parts)
  }

  private static let named: [(word: String, pattern: TimePattern)] = [
    ("iso", .iso), ("epoch-s", .epoch(unitsPerSecond: 1)), ("epoch-ms", .epoch(unitsPerSecond: 1000)),
    ("epoch-us", .epoch(unitsPerSecond: 1_000_000)),
  ]

  // Longer words first, so that MMM is no MM and a rest.
  private static let partWords: [(word: String, part: TimePatternPart)] = [
    ("YYYY", .year), ("YY", .shortYear), ("MMM", .monthName), ("MM", .month), ("DD", .day), ("hh", .hour),
    ("mm", .minute), ("ss", .second), ("fff", .fraction), ("AP", .halfDay), ("Z", .offset),
  ]

  // Letters with which other programs write dates; as literals they would only hide a slip. `T` is left a literal.
  private static let mistakenLetters = Set("YyMmDdHhSsFf".utf8)

  private static func check(_ parts: [TimePatternPart], of text: Label) -> TextFault? {
    let has = Set(parts)
    guard has.contains(.year) != has.contains(.shortYear) else {
      return fault(text, has.contains(.year) ? "has two years" : "has no year", nearName: true)
    }
    guard has.contains(.month) != has.contains(.monthName) else {
      return fault(text, has.contains(.month) ? "has two months" : "has no month")
    }
    guard has.contains(.day) else { return fault(text, "has no day") }
    let needs: [(part: TimePatternPart, other: TimePatternPart, message: String)] = [
      (.minute, .hour, "has minutes without hours"), (.second, .minute, "has seconds without minutes"),
      (.fraction, .second, "has a fraction without seconds"), (.halfDay, .hour, "has AP without hours"),
      (.offset, .hour, "has an offset without hours"),
    ]
    return needs.first { has.contains($0.part) && !has.contains($0.other) }.map { fault(text, $0.message) }
  }

  private static func fault(_ text: Label, _ message: String, nearName: Bool = false) -> TextFault {
    let question = nearName ? YamlSuggestion.question(for: text, among: named.map(\.word)) : nil
    return TextFault(
      message: "the time pattern \(Quoted.text(text)) \(message)", hint: question ?? form)
  }

  private static func misspelt(_ text: Label, _ rest: ArraySlice<UInt8>) -> TextFault {
    let letter = rest.first ?? 0
    let run = String(decoding: rest.prefix { $0 == letter }, as: UTF8.self)
    let near = YamlSuggestion.question(for: text, among: named.map(\.word))
    let hints = [
      "y": "a year is YYYY or YY", "d": "a day is DD", "m": "a minute is mm, a month MM",
      "h": "an hour is hh",
      "s": "a second is ss", "f": "a fraction is fff",
    ]
    return TextFault(
      message: "the time pattern \(Quoted.text(text)) has '\(run)'",
      hint: near ?? hints[run.prefix(1).lowercased()] ?? form)
  }

  private static let form = "write iso, epoch-s, epoch-ms, epoch-us, or letters such as YYYY-MM-DD hh:mm:ss"
}
