// A day of the proleptic Gregorian calendar, as a number of days.
//
// Owns the arithmetic between day numbers and year, month and day. It knows no time of day and no zone; how a
// day is written is in CivilDate+Text.swift.

/// A calendar day, packed as the count of days since 1970-01-01.
///
/// Four bytes, ordered by time. Every Int32 is a valid day (years −5,877,641 to 5,881,580). The conversions
/// have no branches and no loops. Source: C. Neri and L. Schneider, "Euclidean affine functions and their
/// application to calendar algorithms", 2022; widened here to 64 bits so that no day number is out of range.
public struct CivilDate: Hashable, Sendable, BitwiseCopyable {
  /// Days since 1970-01-01, negative before.
  public var dayNumber: Int32

  /// Takes a count of days since 1970-01-01.
  @inlinable public init(dayNumber: Int32) { self.dayNumber = dayNumber }

  /// Takes a day that is in the calendar; nil for any other, such as 30 February.
  @inlinable public init?(year: Int32, month: Int32, day: Int32) {
    guard Self.isValid(year: year, month: month, day: day) else { return nil }
    dayNumber = Self.dayNumber(year: year, month: month, day: day)
  }

  /// Takes the day of that month, or its last day where the month is shorter: 31 in February 2024 is the
  /// 29th.
  ///
  /// - Precondition: `month` lies in 1...12, and `day` is at least 1.
  @inlinable public init(clampingDay day: Int32, year: Int32, month: Int32) {
    precondition(month >= 1 && month <= 12 && day >= 1, "a month is 1 to 12, a day at least 1")
    let last = Self.dayCount(year: year, month: month)
    dayNumber = Self.dayNumber(year: year, month: month, day: min(day, last))
  }

  /// The first day of the calendar that a day number can hold.
  public static let distantPast = CivilDate(dayNumber: .min)
  /// The last one; stands for "never" where a half-open range has no end.
  public static let distantFuture = CivilDate(dayNumber: .max)
}

extension CivilDate {
  // 14,700 cycles of 400 years lift every Int32 day above zero, so that unsigned arithmetic serves all of
  // them.
  @usableFromInline static let yearShift: Int64 = 400 * 14_700
  // 719,468 days lie between 0000-03-01, where the shifted years begin, and 1970-01-01.
  @usableFromInline static let dayShift: Int64 = 719_468 + 146_097 * 14_700

  /// The day number of a year, month and day that are known to be valid.
  ///
  /// Any month 1...12 and any day number is taken; a day past the end of its month runs on into the next.
  /// - Complexity: O(1), no branches.
  @inlinable public static func dayNumber(year: Int32, month: Int32, day: Int32) -> Int32 {
    // Years begin on 1 March here, so that the leap day is the last day of its year.
    let isBeforeMarch: Int64 = month <= 2 ? 1 : 0
    let marchYear = UInt64(bitPattern: Int64(year) &+ yearShift &- isBeforeMarch)
    let marchMonth = UInt64(bitPattern: Int64(month) &+ 12 &* isBeforeMarch)
    let century = marchYear / 100
    let daysBeforeYear = 1461 &* marchYear / 4 &- century &+ century / 4
    let daysBeforeMonth = (979 &* marchMonth &- 2919) / 32
    let days = Int64(bitPattern: daysBeforeYear &+ daysBeforeMonth) &+ Int64(day) &- 1 &- dayShift
    return Int32(truncatingIfNeeded: days)
  }

  /// Year, month (1...12) and day (1...31).
  ///
  /// - Complexity: O(1), no branches.
  @inlinable public var components: (year: Int32, month: Int32, day: Int32) {
    let shifted = UInt64(bitPattern: Int64(dayNumber) &+ Self.dayShift)
    let quarters = 4 &* shifted &+ 3
    let century = quarters / 146_097
    let dayOfCentury = quarters % 146_097 / 4
    // The high half of this product is the year of the century, the low half gives the day of that year.
    let product = 2_939_745 &* (4 &* dayOfCentury &+ 3)
    let dayOfYear = (product & 0xffff_ffff) / 2_939_745 / 4
    let monthAndDay = 2141 &* dayOfYear &+ 197_913
    let isPastDecember: Int32 = dayOfYear >= 306 ? 1 : 0
    let marchYear = Int64(bitPattern: 100 &* century &+ (product >> 32)) &- Self.yearShift
    return (
      year: Int32(truncatingIfNeeded: marchYear) &+ isPastDecember,
      month: Int32(truncatingIfNeeded: monthAndDay >> 16) &- 12 &* isPastDecember,
      day: Int32(truncatingIfNeeded: (monthAndDay & 0xffff) / 2141) &+ 1
    )
  }

  /// The year; 0 is the year before 1.
  @inlinable public var year: Int32 { components.year }
  /// The month, 1...12.
  @inlinable public var month: Int32 { components.month }
  /// The day of the month, 1...31.
  @inlinable public var day: Int32 { components.day }

  /// The day of the week as ISO 8601 counts it: 1 is Monday, 7 is Sunday.
  @inlinable public var weekday: Int32 {
    // 1970-01-01 was a Thursday; the shift is a multiple of 7 above every Int32.
    Int32(truncatingIfNeeded: (Int64(dayNumber) &+ 3 &+ 7 &* 400_000_000) % 7) &+ 1
  }

  /// Whether February of that year has 29 days.
  @inlinable public static func isLeap(year: Int32) -> Bool {
    // A multiple of 25 is a leap year when it is a multiple of 16, any other year when it is one of 4.
    year & (year % 25 == 0 ? 15 : 3) == 0
  }

  /// How many days that month has.
  ///
  /// - Precondition: `month` lies in 1...12.
  @inlinable public static func dayCount(year: Int32, month: Int32) -> Int32 {
    month == 2 ? (isLeap(year: year) ? 29 : 28) : 30 | (month ^ (month >> 3))
  }

  /// Whether the calendar has that day.
  @inlinable public static func isValid(year: Int32, month: Int32, day: Int32) -> Bool {
    month >= 1 && month <= 12 && day >= 1 && day <= dayCount(year: year, month: month)
  }

  /// The day with number `anchorDay` in the month that lies `months` after this one, or that month's last
  /// day.
  ///
  /// The anchor is given again at every step, so that steps do not drift: 31 January, 29 February, 31 March.
  /// - Precondition: `anchorDay` is at least 1.
  @inlinable public func adding(months: Int32, anchorDay: Int32) -> CivilDate {
    let (year, month, _) = components
    let count = Int64(year) * 12 + Int64(month - 1) + Int64(months)
    let yearOfCount = (count - (count % 12 + 12) % 12) / 12
    return CivilDate(
      clampingDay: anchorDay, year: Int32(yearOfCount), month: Int32(count - yearOfCount * 12) + 1)
  }
}

extension CivilDate: Strideable {
  /// Days from this one to `other`, negative where that one is earlier.
  @inlinable public func distance(to other: CivilDate) -> Int {
    Int(other.dayNumber) - Int(dayNumber)
  }
  /// The day that many days later.
  ///
  /// - Precondition: that day has a day number.
  @inlinable public func advanced(by days: Int) -> CivilDate {
    CivilDate(dayNumber: Int32(Int(dayNumber) + days))
  }
  /// Orders by time.
  @inlinable public static func < (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber < b.dayNumber }
  /// The same day.
  @inlinable public static func == (a: CivilDate, b: CivilDate) -> Bool { a.dayNumber == b.dayNumber }
}
