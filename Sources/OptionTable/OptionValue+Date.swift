// Dates as option values.

extension OptionValue {
  /// A date of the Gregorian calendar written `2026-01-31`; days that do not exist are refused.
  public static let date = ValueParser<OptionDate> { text throws(ValueFault) in
    guard let date = OptionDate(text) else { throw .expected("a date such as 2026-01-31", got: text) }
    return date
  }
}

/// A day as typed, without zone: whose midnight it is, the command decides.
public struct OptionDate: Hashable, Sendable {
  /// 1 to 9999.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to the last day of the month.
  public let day: Int

  /// Reads `YYYY-MM-DD`, exactly ten characters; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2] else { return nil }
    guard let year = Digits.magnitude(parts[0]), let month = Digits.magnitude(parts[1]),
      let day = Digits.magnitude(parts[2]), year >= 1, (1...12).contains(month)
    else { return nil }
    guard day >= 1, Int(day) <= Self.dayCount(year: Int(year), month: Int(month)) else { return nil }
    self.year = Int(year)
    self.month = Int(month)
    self.day = Int(day)
  }

  private static func dayCount(year: Int, month: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
