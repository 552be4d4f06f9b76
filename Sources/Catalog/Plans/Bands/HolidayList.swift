// Holidays: named lists of days, dated or of every year.

public import BillingCalendar
public import Tables

/// One list of `holidays.csv`.
public struct HolidayList: Sendable, Hashable {
  /// One day of it.
  public struct Day: Sendable, Hashable {
    /// When it is.
    public enum Date: Sendable, Hashable {
      /// One day of one year.
      case once(CivilDate)
      /// The same day of every year; 29 February only in leap years.
      case everyYear(month: Int32, day: Int32)
    }

    /// When it is.
    public var date: Date
    /// What people call it; empty where the row does not say.
    public var name: Label
    /// Line in the file.
    public var line: Int

    /// Makes a day.
    public init(date: Date, name: Label, line: Int) {
      self.date = date
      self.name = name
      self.line = line
    }
  }

  /// The name that bands refer to.
  public var name: Label
  /// Its days, in file order, each once.
  public var days: [Day]

  /// Makes a list.
  public init(name: Label, days: [Day]) {
    self.name = name
    self.days = days
  }

  /// Whether a day is one of them. Complexity: O(days of the list).
  public func contains(_ date: CivilDate) -> Bool {
    days.contains { day in
      switch day.date {
      case .once(let once): once == date
      case .everyYear(let month, let dayOfMonth): date.month == month && date.day == dayOfMonth
      }
    }
  }
}
