// Dates as a deck writes them, where it does not write YYYY-MM-DD.

import BillingCalendar
import Tables

/// A compiled pattern such as `DD/MM/YYYY` or `D-MMM-YY hh:mm`.
///
/// `YYYY YY MM M MMM DD D hh mm ss` are parts; all other bytes stand for themselves. `M` and `D` take one or two digits, `YY`
/// means 2000 to 2099, `MMM` is an English month name of three letters. A `Z` at the end means UTC.
struct DeckDatePattern: Hashable {
  private enum Part: Hashable {
    case year, shortYear, month, monthName, day, hour, minute, second
    case literal(UInt8)
  }

  private struct Token: Hashable {
    var part: Part
    var digitsMin = 2
    var digitsMax = 2
  }

  private static let words: [(text: String, token: Token)] = [
    // Longest first: `MMM` is not `MM` and `M`.
    ("YYYY", Token(part: .year, digitsMin: 4, digitsMax: 4)),
    ("MMM", Token(part: .monthName)),
    ("YY", Token(part: .shortYear)), ("MM", Token(part: .month)), ("DD", Token(part: .day)),
    ("hh", Token(part: .hour)), ("mm", Token(part: .minute)), ("ss", Token(part: .second)),
    ("M", Token(part: .month, digitsMin: 1)), ("D", Token(part: .day, digitsMin: 1)),
  ]
  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private let tokens: [Token]
  private let isUTC: Bool
  /// The pattern as written.
  let text: Label

  /// Compiles a pattern; nil where it does not name a year, a month and a day once each.
  init?(_ text: Label) {
    self.text = text
    var rest = text.bytes[...]
    isUTC = rest.last == UInt8(ascii: "Z")
    if isUTC { rest = rest.dropLast() }
    var tokens: [Token] = []
    while let first = rest.first {
      if let word = Self.words.first(where: { rest.starts(with: $0.text.utf8) }) {
        tokens.append(word.token)
        rest = rest.dropFirst(word.text.utf8.count)
      } else {
        tokens.append(Token(part: .literal(first)))
        rest = rest.dropFirst()
      }
    }
    self.tokens = tokens
    func count(_ parts: Part...) -> Int { tokens.count { parts.contains($0.part) } }
    guard count(.year, .shortYear) == 1, count(.month, .monthName) == 1, count(.day) == 1, count(.hour) <= 1,
      count(.minute) <= 1, count(.second) <= 1
    else { return nil }
  }

  /// The instant of a cell, in seconds UTC; nil where it does not fit or the calendar has no such day.
  func seconds(of cell: UnsafeBufferPointer<UInt8>, in zone: Zone) -> Int64? {
    var rest = Array(cell)[...]
    if isUTC {
      guard rest.popLast() == UInt8(ascii: "Z") else { return nil }
    }
    var values: [Part: Int32] = [:]
    for token in tokens {
      if case .literal(let byte) = token.part {
        guard rest.popFirst() == byte else { return nil }
      } else {
        guard let value = Self.take(token, &rest) else { return nil }
        values[token.part] = value
      }
    }
    guard rest.isEmpty, let month = values[.month] ?? values[.monthName], let day = values[.day],
      let year = values[.year] ?? values[.shortYear].map({ $0 + 2000 }),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let zone = isUTC ? Zone.utc : zone
    guard values[.hour] != nil || values[.minute] != nil || values[.second] != nil else {
      return zone.midnight(of: date)
    }
    let (hour, minute, second) = (values[.hour] ?? 0, values[.minute] ?? 0, values[.second] ?? 0)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    let localSeconds = Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    return zone.instant(localSeconds: localSeconds).utcSeconds
  }

  private static func take(_ token: Token, _ rest: inout ArraySlice<UInt8>) -> Int32? {
    if token.part == .monthName {
      let name = String(decoding: rest.prefix(3), as: UTF8.self).lowercased()
      rest = rest.dropFirst(3)
      return monthNames.firstIndex(of: name).map { Int32($0 + 1) }
    }
    var value: Int32 = 0
    var count = 0
    while count < token.digitsMax, let byte = rest.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    {
      value = value * 10 + Int32(byte - UInt8(ascii: "0"))
      count += 1
      rest = rest.dropFirst()
    }
    return count >= token.digitsMin ? value : nil
  }
}
