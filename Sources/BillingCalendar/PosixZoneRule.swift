// The rule at the end of a zone file, such as CET-1CEST,M3.5.0,M10.5.0/3: what clocks do after its last
// entry.
//
// Source: POSIX.1-2017 section 8.3 (TZ), with hours −167 to 167 as RFC 9636 section 3.3.1 allows.

/// A POSIX TZ rule with an explicit date for each change of clocks.
struct PosixZoneRule: Equatable {
  /// Seconds ahead of UTC in standard time.
  let standardOffsetSeconds: Int32
  /// The other time of the year, if there is one.
  let daylight: Daylight?

  /// Daylight saving time: how far ahead, and from when to when in each year.
  struct Daylight: Equatable {
    let offsetSeconds: Int32
    let start: YearlyMoment
    let end: YearlyMoment
  }

  /// The text is read whole; nil where any byte does not belong.
  init?(_ text: [UInt8]) {
    var reader = RuleReader(text: text)
    guard reader.skipName(), let west = reader.signedTime(hoursMax: 24) else { return nil }
    // POSIX counts offsets west of Greenwich.
    standardOffsetSeconds = -Int32(west)
    if reader.isAtEnd {
      daylight = nil
      return
    }
    guard reader.skipName() else { return nil }
    var daylightOffset = standardOffsetSeconds + 3600
    if !reader.isNext(",") {
      guard let daylightWest = reader.signedTime(hoursMax: 24) else { return nil }
      daylightOffset = -Int32(daylightWest)
    }
    guard reader.take(","), let start = reader.moment(), reader.take(","), let end = reader.moment(),
      reader.isAtEnd
    else { return nil }
    daylight = Daylight(offsetSeconds: daylightOffset, start: start, end: end)
  }

  /// The two changes of clocks of that year in order of time; none where clocks never change.
  func transitions(year: Int32) -> [ZoneTable.Transition] {
    guard let daylight else { return [] }
    let start = ZoneTable.Transition(
      atSeconds: daylight.start.localSeconds(year: year) - Int64(standardOffsetSeconds),
      offsetSeconds: daylight.offsetSeconds)
    let end = ZoneTable.Transition(
      atSeconds: daylight.end.localSeconds(year: year) - Int64(daylight.offsetSeconds),
      offsetSeconds: standardOffsetSeconds)
    return start.atSeconds <= end.atSeconds ? [start, end] : [end, start]
  }
}

/// A date that comes every year, and a time of that day.
struct YearlyMoment: Equatable {
  /// How the day is named.
  enum Day: Equatable {
    /// `Jn`, 1...365: 29 February is never counted.
    case julian(Int32)
    /// `n`, 0...365: 29 February is counted.
    case zeroBased(Int32)
    /// `Mm.w.d`: weekday `d` (0 is Sunday) in week `w` of month `m`; week 5 is the last one.
    case weekday(month: Int32, week: Int32, day: Int32)
  }

  let day: Day
  /// Seconds after 00:00 of that day; may lie before it or days after it.
  let timeSeconds: Int64

  /// Seconds since 1970-01-01T00:00:00 on the clock that the rule speaks of.
  func localSeconds(year: Int32) -> Int64 {
    let newYear = CivilDate.dayNumber(year: year, month: 1, day: 1)
    let dayNumber: Int32
    switch day {
    case .julian(let number):
      dayNumber = newYear + number - 1 + (CivilDate.isLeap(year: year) && number >= 60 ? 1 : 0)
    case .zeroBased(let number):
      dayNumber = newYear + number
    case .weekday(let month, let week, let weekday):
      let first = CivilDate(dayNumber: CivilDate.dayNumber(year: year, month: month, day: 1))
      let toFirst = (weekday - first.weekday % 7 + 7) % 7
      let last = CivilDate.dayCount(year: year, month: month)
      var dayOfMonth = 1 + toFirst + (week - 1) * 7
      if dayOfMonth > last { dayOfMonth -= 7 }
      dayNumber = first.dayNumber + dayOfMonth - 1
    }
    return Int64(dayNumber) * 86_400 + timeSeconds
  }
}

/// Walks over the text of a rule.
private struct RuleReader {
  let text: [UInt8]
  var index = 0

  var isAtEnd: Bool { index == text.count }

  func isNext(_ character: Unicode.Scalar) -> Bool {
    index < text.count && text[index] == UInt8(ascii: character)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard isNext(character) else { return false }
    index += 1
    return true
  }

  /// An abbreviation: three letters or more, or anything of that length between angle brackets.
  mutating func skipName() -> Bool {
    let from = index
    if take("<") {
      while index < text.count, !isNext(">") { index += 1 }
      return take(">") && index - from >= 5
    }
    while index < text.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[index] | 0x20) {
      index += 1
    }
    return index - from >= 3
  }

  mutating func number(max: Int64) -> Int64? {
    let from = index
    var value: Int64 = 0
    while index < text.count, text[index] &- UInt8(ascii: "0") <= 9 {
      value = value * 10 + Int64(text[index] - UInt8(ascii: "0"))
      guard value <= max else { return nil }
      index += 1
    }
    return index > from ? value : nil
  }

  /// `[+-]h[:mm[:ss]]` in seconds.
  mutating func signedTime(hoursMax: Int64) -> Int64? {
    let isNegative = isNext("-")
    if isNegative || isNext("+") { index += 1 }
    guard var seconds = number(max: hoursMax).map({ $0 * 3600 }) else { return nil }
    for unit: Int64 in [60, 1] where take(":") {
      guard let part = number(max: 59) else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  mutating func moment() -> YearlyMoment? {
    guard let day = day() else { return nil }
    // Without a time the clocks change at 02:00.
    guard take("/") else { return YearlyMoment(day: day, timeSeconds: 2 * 3600) }
    return signedTime(hoursMax: 167).map { YearlyMoment(day: day, timeSeconds: $0) }
  }

  private mutating func day() -> YearlyMoment.Day? {
    if take("J") {
      return number(max: 365).flatMap { $0 >= 1 ? .julian(Int32($0)) : nil }
    }
    guard take("M") else { return number(max: 365).map { .zeroBased(Int32($0)) } }
    guard let month = number(max: 12), month >= 1, take("."), let week = number(max: 5), week >= 1, take("."),
      let day = number(max: 6)
    else { return nil }
    return .weekday(month: Int32(month), week: Int32(week), day: Int32(day))
  }
}
