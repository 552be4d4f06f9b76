// Bands: names for times of the week, the year or a calendar, by which prices differ.

public import Tables

/// One entry of a list of bands. All its conditions hold together; a band may have several entries.
///
/// Conditions are of local time: of the account for plans, of the deck for the bands of a supplier's deck.
public struct BandRule: Sendable, Hashable {
  /// Seconds of a day, the end of times until midnight.
  public static let secondsPerDay: Int32 = 86_400

  /// The band's name.
  public var band: Label
  /// Index in `Catalog.holidays` of the list that the local day must be in; nil for any day.
  public var holidayList: Int?
  /// The days of the week on which it holds.
  public var days: DaysOfWeek
  /// First second of the local day, 0...86,399.
  public var fromSecond: Int32
  /// First second of the local day at which it no longer holds, up to 86,400; always after `fromSecond`.
  public var untilSecond: Int32
  /// The local days on which it holds.
  public var dates: DateSpan
  /// Line in its file.
  public var line: Int

  /// Makes an entry.
  public init(
    band: Label, holidayList: Int?, days: DaysOfWeek, fromSecond: Int32, untilSecond: Int32, dates: DateSpan,
    line: Int
  ) {
    self.band = band
    self.holidayList = holidayList
    self.days = days
    self.fromSecond = fromSecond
    self.untilSecond = untilSecond
    self.dates = dates
    self.line = line
  }

  /// Whether it holds at every time at which the other does.
  public func covers(_ other: BandRule) -> Bool {
    (holidayList == nil || holidayList == other.holidayList) && days.isSuperset(of: other.days)
      && fromSecond <= other.fromSecond && untilSecond >= other.untilSecond && dates.covers(other.dates)
  }
}

/// Days of the week, as bits.
public struct DaysOfWeek: OptionSet, Hashable, Sendable {
  /// Bit 0 is Monday, bit 6 Sunday.
  public var rawValue: UInt8
  /// Takes bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Every day.
  public static let all = DaysOfWeek(rawValue: 0x7F)

  /// The day that ISO 8601 counts as `weekday`: 1 is Monday, 7 is Sunday.
  public static func day(_ weekday: Int32) -> DaysOfWeek { DaysOfWeek(rawValue: 1 << UInt8(weekday - 1)) }
}

/// What becomes of a call that crosses from one band into another.
public enum BandCrossing: String, Sendable, CaseIterable {
  /// An increment belongs to the band in which it begins and carries over; steps count from the start of the call.
  case splitCarry = "split-carry"
  /// Steps count from the start of each stay in a band.
  case splitEach = "split-each"
  /// The band of the charging start holds for the whole call.
  case start
}
