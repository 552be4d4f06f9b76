// Times in any other form than ISO: the patterns of descriptors, read letter by letter.
//
// The slow road: a few hundred nanoseconds a field. Formats with many records use `iso` or `epoch`.

import BillingCalendar
import Tables

/// One compiled time pattern.
struct TimePatternReader: Sendable {
  private enum Token: Sendable {
    case year4, year2, month, monthName, day, hour, minute, second, fraction, halfDay, offset
    case literal(UInt8)
  }

  private let tokens: [Token]

  /// Compiles the letters of `FieldConversion.pattern`.
  init(_ pattern: Label) {
    let bytes = pattern.bytes
    var tokens: [Token] = []
    var index = 0
    let words: [(String, Token)] = [
      ("YYYY", .year4), ("YY", .year2), ("MMM", .monthName), ("MM", .month), ("DD", .day), ("hh", .hour),
      ("mm", .minute), ("ss", .second), ("fff", .fraction), ("AP", .halfDay), ("Z", .offset),
    ]
    outer: while index < bytes.count {
      for (word, token) in words where bytes[index...].starts(with: word.utf8) {
        tokens.append(token)
        index += word.utf8.count
        continue outer
      }
      tokens.append(.literal(bytes[index]))
      index += 1
    }
    self.tokens = tokens
  }

  /// What a text says: local seconds since 1970, milliseconds of the fraction, and the offset where it has one. Of a leap
  /// second it says the second before it.
  struct Reading {
    var localSeconds: Int64
    var milliseconds: Int64
    var offsetSeconds: Int64?
    var isLeapSecond: Bool
  }

  /// Reads the whole text; nil where it does not fit the pattern or is no time.
  func read(_ text: TextPointer, _ length: Int) -> Reading? {
    var at = 0
    var year = 1970
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0
    var milliseconds: Int64 = 0
    var isAfternoon: Bool?
    var offset: Int64?
    for token in tokens {
      switch token {
      case .literal(let byte):
        guard at < length, text[at] == byte else { return nil }
        at += 1
      case .year4: guard number(text, length, &at, least: 4, most: 4, &year) else { return nil }
      case .year2:
        guard number(text, length, &at, least: 2, most: 2, &year) else { return nil }
        year += year < 70 ? 2000 : 1900
      case .month: guard number(text, length, &at, least: 1, most: 2, &month) else { return nil }
      case .monthName:
        guard let name = Self.monthName(text, length, &at) else { return nil }
        month = name
      case .day: guard number(text, length, &at, least: 1, most: 2, &day) else { return nil }
      case .hour: guard number(text, length, &at, least: 1, most: 2, &hour) else { return nil }
      case .minute: guard number(text, length, &at, least: 2, most: 2, &minute) else { return nil }
      case .second: guard number(text, length, &at, least: 2, most: 2, &second) else { return nil }
      case .fraction:
        let begin = at
        while at < length, text[at] &- 48 <= 9 {
          if at - begin < 3 { milliseconds = milliseconds * 10 + Int64(text[at] &- 48) }
          at += 1
        }
        guard at > begin else { return nil }
        for _ in (at - begin)..<max(3, at - begin) { milliseconds *= 10 }
      case .halfDay:
        guard at + 2 <= length, text[at + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
        switch text[at] | 0x20 {
        case UInt8(ascii: "a"): isAfternoon = false
        case UInt8(ascii: "p"): isAfternoon = true
        default: return nil
        }
        at += 2
      case .offset:
        guard let seconds = Self.offset(text, length, &at) else { return nil }
        offset = seconds
      }
    }
    guard at == length else { return nil }
    if let isAfternoon {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    guard CivilDate.isValid(year: Int32(year), month: Int32(month), day: Int32(day)), hour < 24, minute < 60,
      second <= 60, TimeReader.years.contains(year)
    else { return nil }
    let date = CivilDate.dayNumber(year: Int32(year), month: Int32(month), day: Int32(day))
    let seconds = Int64(date) * 86400 + Int64(hour * 3600 + minute * 60 + min(second, 59))
    return Reading(
      localSeconds: seconds, milliseconds: milliseconds, offsetSeconds: offset, isLeapSecond: second == 60)
  }

  private func number(
    _ text: TextPointer, _ length: Int, _ at: inout Int, least: Int, most: Int, _ value: inout Int
  ) -> Bool {
    let begin = at
    value = 0
    while at < length, at - begin < most, text[at] &- 48 <= 9 {
      value = value * 10 + Int(text[at] &- 48)
      at += 1
    }
    return at - begin >= least
  }

  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static func monthName(_ text: TextPointer, _ length: Int, _ at: inout Int) -> Int? {
    guard at + 3 <= length else { return nil }
    let begin = at
    let found = monthNames.firstIndex { name in
      zip(name.utf8, 0...).allSatisfy { byte, index in text[begin + index] | 0x20 == byte }
    }
    at += 3
    return found.map { $0 + 1 }
  }

  private static func offset(_ text: TextPointer, _ length: Int, _ at: inout Int) -> Int64? {
    guard at < length else { return nil }
    if text[at] | 0x20 == UInt8(ascii: "z") {
      at += 1
      return 0
    }
    guard text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") else { return nil }
    let isWest = text[at] == UInt8(ascii: "-")
    var digits: [Int64] = []
    at += 1
    while at < length, digits.count < 4 {
      if text[at] == UInt8(ascii: ":"), digits.count == 2 {
        at += 1
        continue
      }
      guard text[at] &- 48 <= 9 else { break }
      digits.append(Int64(text[at] &- 48))
      at += 1
    }
    guard digits.count == 2 || digits.count == 4 else { return nil }
    var seconds = (digits[0] * 10 + digits[1]) * 3600
    if digits.count == 4 { seconds += (digits[2] * 10 + digits[3]) * 60 }
    return isWest ? -seconds : seconds
  }
}
