// What a user may write after --period.

/// The usage periods that a user names: one of them, or all that begin in a month.
public enum UsagePeriodChoice: Hashable, Sendable, CustomStringConvertible {
  /// Exactly that one: `2024-01-31/2024-02-29`.
  case one(UsagePeriod)
  /// Those that begin in that month, whatever their cycle day: `2024-01`.
  case beginning(year: Int32, month: Int32)

  /// What a message tells the user to write.
  public static let expectedForm = "YYYY-MM or YYYY-MM-DD/YYYY-MM-DD"

  /// Reads either form; nil for any other text.
  public static func parse(_ text: String) -> UsagePeriodChoice? {
    if let period = UsagePeriod.parse(text) { return .one(period) }
    guard text.utf8.count == 7, let first = CivilDate.parse(text + "-01") else { return nil }
    return .beginning(year: first.year, month: first.month)
  }

  /// Whether that period is meant.
  public func contains(_ period: UsagePeriod) -> Bool {
    switch self {
    case .one(let named): return period == named
    case .beginning(let year, let month):
      let (fromYear, fromMonth, _) = period.from.components
      return fromYear == year && fromMonth == month
    }
  }

  /// The text that was read.
  public var description: String {
    switch self {
    case .one(let period): return period.description
    case .beginning(let year, let month):
      return String(CivilDate(clampingDay: 1, year: year, month: month).description.dropLast(3))
    }
  }
}
