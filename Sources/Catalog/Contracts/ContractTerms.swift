// The words by which a contract line says when it is charged, how it is counted and how a part of it is priced.

public import BillingCalendar

/// How long one interval of a recurring charge is.
public enum ContractInterval: Hashable, Sendable {
  /// That many months; ends of months are clamped and do not drift.
  case months(Int)
  /// That many days.
  case days(Int)

  /// `weekly`, `monthly`, `quarterly`, `annual`, a number of months, `N days` or `N weeks`; nil for another text.
  ///
  /// Months from 1 to 120, days from 1 to 3,660.
  public init?(_ text: String) {
    switch text {
    case "weekly": self = .days(7)
    case "monthly": self = .months(1)
    case "quarterly": self = .months(3)
    case "annual": self = .months(12)
    default:
      let words = text.split(separator: " ")
      guard let first = words.first, let count = Int(first), first.allSatisfy(\.isNumber) else { return nil }
      switch (words.count, words.last) {
      case (1, _) where (1...120).contains(count): self = .months(count)
      case (2, "month"), (2, "months"):
        guard (1...120).contains(count) else { return nil }
        self = .months(count)
      case (2, "day"), (2, "days"):
        guard (1...3660).contains(count) else { return nil }
        self = .days(count)
      case (2, "week"), (2, "weeks"):
        guard (1...520).contains(count) else { return nil }
        self = .days(7 * count)
      default: return nil
      }
    }
  }

  /// What a text may say.
  public static let expectedForm =
    "weekly, monthly, quarterly, annual, a number of months, or such as '4 weeks'"
}

/// On which invoice an interval is charged. An invoice of a usage period is dated by the period's end.
public enum ContractTiming: String, CaseIterable, Sendable {
  /// On the invoice of the usage period in which the interval begins; the default.
  case current
  /// One invoice earlier: on that which is dated when the interval begins, or before.
  case advance
  /// On the invoice of the usage period in which the interval ends.
  case arrears
}

/// From which day intervals are counted.
public enum ContractAnchor: Hashable, Sendable {
  /// From the beginning of the account's usage period that holds the line's first day: scattered contracts close together.
  case account
  /// From a day, onwards and backwards; its day of the month is clamped to shorter months.
  case day(CivilDate)
}

/// What part of a price a part of an interval costs.
public enum ProrationBasis: String, CaseIterable, Sendable {
  /// Its days over the days of the interval; the default.
  case days
  /// The same with every month taken as 30 days.
  case thirtyDayMonths = "30-day-months"
  /// All of it: a part costs as much as the whole.
  case whole
}

/// How a quantity follows the snapshots of counts.csv.
public enum CountMode: Hashable, Sendable {
  /// It does not: the quantity that is written.
  case fixed
  /// The count when the interval begins; each change is charged from its day on, as a line of its own.
  case prorate
  /// The count when the interval ends holds for all of it: a change counts as if made on the first day.
  case full
  /// The count when the interval begins; a change counts from the next interval on.
  case next
  /// The largest count of the interval.
  case highWater
  /// The mean of the counts over the days of the interval.
  case average
  /// The count on a day of the month in which the interval begins, 1...31, clamped.
  case onDay(Int)

  /// `fixed prorate full next high-water average`, or `day N`; nil for another text.
  public init?(_ text: String) {
    switch text {
    case "fixed": self = .fixed
    case "prorate": self = .prorate
    case "full": self = .full
    case "next": self = .next
    case "high-water": self = .highWater
    case "average": self = .average
    default:
      let words = text.split(separator: " ")
      guard words.count == 2, words[0] == "day", let day = Int(words[1]), (1...31).contains(day) else {
        return nil
      }
      self = .onDay(day)
    }
  }

  /// What a text may say.
  public static let expectedForm = "fixed, prorate, full, next, high-water, average, or 'day N'"
}
