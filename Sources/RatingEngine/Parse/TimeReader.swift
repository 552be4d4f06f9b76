// Times as text to instants, with what was true for the last record remembered.
//
// Exports are nearly sorted: the month, the offset and the clock-change span of one record hold for the next thousands.

import BillingCalendar
import Catalog

/// Reads the time fields of one source; owned by one worker.
struct TimeReader {
  private let zone: Zone
  private let overlap: UsageSource.LocalTimeChoice
  private let gap: UsageSource.LocalTimeChoice
  // The month last seen, as its eight bytes `YYYY-MM-`, and the day number before its first.
  private var monthWord: UInt64 = 0
  private var dayBeforeMonth: Int64 = 0
  private var daysInMonth: Int64 = 0
  // The offset text last seen, and its seconds.
  private var offsetWord: UInt64 = 0
  private var offsetLength = 0
  private var offsetSeconds: Int64 = 0
  // Local seconds for which one offset is certain: not near a clock change.
  private var localFrom = Int64.max
  private var localUntil = Int64.min
  private var localOffset: Int64 = 0

  init(zone: Zone, overlap: UsageSource.LocalTimeChoice, gap: UsageSource.LocalTimeChoice) {
    self.zone = zone
    self.overlap = overlap
    self.gap = gap
  }

  /// The years that a time may be written in; of an epoch, in UTC. Dates of deck rows are 32 bits of seconds from 1970 on,
  /// days and periods of summary rows 16 bits of days: no zone or cycle takes these years out of either.
  static var years: ClosedRange<Int> { 1971...2105 }
  /// The same years in UTC, in milliseconds since 1970.
  static var instants: Range<Int64> { 31_536_000_000..<4_291_747_200_000 }

  /// Reads `YYYY-MM-DD(T| )hh:mm:ss[.fff…][Z|±hh:mm|±hhmm|±hh]`; nil where it is anything else, or in no year of `years`.
  ///
  /// Units: milliseconds since 1970 UTC; digits past the third of a fraction are dropped. A leap second is the second after
  /// it.
  @inline(__always) mutating func iso(_ text: TextPointer, _ length: Int) -> Int64? {
    guard length >= 19 else { return nil }
    let word = ByteText.load8(text)
    if word != monthWord {
      guard readMonth(text, word) else { return nil }
    }
    // "DDThh:mm" and ":ss": one test for all digits and separators. A blank in the place of the T differs by one bit run.
    let middle = ByteText.load8(text + 8)
    let separator = UInt8(truncatingIfNeeded: middle &>> 16)
    let isBlank = separator == UInt8(ascii: " ")
    let t = middle ^ (isBlank ? 0x3030_3a30_3020_3030 : 0x3030_3a30_3054_3030)
    let last = ByteText.load8(text + 16)
    let s = (last ^ 0x30_303a) & 0xff_ffff
    let bad = ((t &+ 0x7676_7f76_767f_7676) | t | (s &+ 0x76_767f) | s) & DigitText.highBits
    let v = t &* 10 &+ (t &>> 8)
    let day = Int64(truncatingIfNeeded: v & 0xff)
    let hour = Int64(truncatingIfNeeded: (v &>> 24) & 0xff)
    let minute = Int64(truncatingIfNeeded: (v &>> 48) & 0xff)
    let second = Int64(truncatingIfNeeded: (s &>> 8) & 0xff) &* 10 &+ Int64(truncatingIfNeeded: s &>> 16)
    if bad != 0 || day &- 1 >= daysInMonth || day == 0 || hour > 23 || minute > 59 || second > 59 {
      return bad == 0 && second == 60 ? leapSecond(text, length) : nil
    }
    let local = (dayBeforeMonth &+ day) &* 86400 &+ hour &* 3600 &+ minute &* 60 &+ second
    if length == 20, (last &>> 24) & 0xff == UInt64(UInt8(ascii: "Z")) { return local &* 1000 }
    return isoTail(text + 19, length &- 19, local)
  }

  /// A time whose seconds are 60: read as the second before it and one second more.
  @inline(never) private mutating func leapSecond(_ text: TextPointer, _ length: Int) -> Int64? {
    guard length <= 64 else { return nil }
    var before = Array(UnsafeBufferPointer(start: text, count: length))
    before += [UInt8](repeating: 0, count: ByteText.slack)
    (before[17], before[18]) = (UInt8(ascii: "5"), UInt8(ascii: "9"))
    return before.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, let instant = iso(base, length) else { return nil }
      return Self.afterLeapSecond(instant)
    }
  }

  /// The instant of a leap second, given that of the second before it; nil where there can be none: they are inserted
  /// before midnight UTC.
  static func afterLeapSecond(_ before: Int64) -> Int64? {
    let instant = before + 1000
    let inSecond = instant % 1000
    return (instant - inSecond) % 86_400_000 == 0 ? instant : nil
  }

  /// What follows the seconds: a fraction and an offset, either or both or none.
  private mutating func isoTail(_ text: TextPointer, _ length: Int, _ local: Int64) -> Int64? {
    var at = 0
    var milliseconds: Int64 = 0
    if length > 0, text[0] == UInt8(ascii: ".") || text[0] == UInt8(ascii: ",") {
      at = 1
      var digits = 0
      while at < length, text[at] &- 48 <= 9 {
        if digits < 3 { milliseconds = milliseconds * 10 + Int64(text[at] &- 48) }
        digits += 1
        at += 1
      }
      guard digits > 0 else { return nil }
      while digits < 3 {
        milliseconds *= 10
        digits += 1
      }
    }
    let rest = length - at
    if rest == 0 { return utc(local).map { $0 &* 1000 &+ milliseconds } }
    if rest == 1, text[at] | 0x20 == UInt8(ascii: "z") { return local &* 1000 &+ milliseconds }
    guard let offset = offset(text + at, rest) else { return nil }
    return (local &- offset) &* 1000 &+ milliseconds
  }

  private mutating func offset(_ text: TextPointer, _ length: Int) -> Int64? {
    guard length == 6 || length == 5 || length == 3 else { return nil }
    let word = ByteText.word(text, length)
    if word == offsetWord, length == offsetLength { return offsetSeconds }
    let sign = text[0]
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    guard let hours = DigitText.value(text + 1, 2), hours <= 18 else { return nil }
    var minutes: UInt64 = 0
    if length > 3 {
      guard length == 5 || text[3] == UInt8(ascii: ":"), let m = DigitText.value(text + length - 2, 2),
        m <= 59
      else {
        return nil
      }
      minutes = m
    }
    let seconds = Int64(hours) * 3600 + Int64(minutes) * 60
    (offsetWord, offsetLength) = (word, length)
    offsetSeconds = sign == UInt8(ascii: "-") ? -seconds : seconds
    return offsetSeconds
  }

  private mutating func readMonth(_ text: TextPointer, _ word: UInt64) -> Bool {
    guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), let year = DigitText.value(text, 4),
      let month = DigitText.value(text + 5, 2), month >= 1, month <= 12, Self.years.contains(Int(year))
    else { return false }
    setMonth(year: Int(year), month: Int(month))
    monthWord = word
    return true
  }

  private mutating func setMonth(year: Int, month: Int) {
    dayBeforeMonth = Int64(CivilDate.dayNumber(year: Int32(year), month: Int32(month), day: 1)) - 1
    daysInMonth = Int64(CivilDate.dayCount(year: Int32(year), month: Int32(month)))
  }

  /// Local seconds to UTC seconds in the source's zone; nil where its rule says that a clock change is to be looked at.
  @inline(__always) mutating func utc(_ local: Int64) -> Int64? {
    if local >= localFrom, local < localUntil { return local &- localOffset }
    return utcSlow(local)
  }

  private mutating func utcSlow(_ local: Int64) -> Int64? {
    if let span = zone.localSpan(containing: local) {
      (localFrom, localUntil) = (span.fromLocalSeconds, span.untilLocalSeconds)
      localOffset = Int64(span.offsetSeconds)
      return local &- localOffset
    }
    let found = zone.instant(localSeconds: local, overlap: overlap == .second ? .second : .first)
    if found.fit == .overlap ? overlap == .suspend : gap == .suspend { return nil }
    return found.utcSeconds
  }
}
