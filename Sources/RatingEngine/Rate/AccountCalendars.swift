// Local days and usage periods of accounts, with the last answers remembered.

import BillingCalendar
import Catalog

/// Days and periods; owned by one worker.
struct AccountCalendars {
  private let catalog: CompiledCatalog
  /// Per zone: the span in which its last instant fell.
  private var spans: [ZoneSpan]
  /// Per cycle day: the period in which its last day fell, as first day and day after the last.
  private var periods: [(from: Int32, until: Int32)]

  init(_ catalog: CompiledCatalog) {
    self.catalog = catalog
    spans = catalog.zones.map { $0.span(containingUTC: 0) }
    periods = [(from: Int32, until: Int32)](repeating: (0, 0), count: 32)
  }

  /// Day number (since 1970) of an instant in the account's zone.
  @inline(__always) mutating func day(account: UInt32, seconds: Int64) -> Int32 {
    let zone = Int(catalog.accounts[Int(account)].zone)
    if seconds < spans[zone].fromSeconds || seconds >= spans[zone].untilSeconds {
      spans[zone] = catalog.zones[zone].span(containingUTC: seconds)
    }
    let local = seconds &+ Int64(spans[zone].offsetSeconds)
    // Floor, also before 1970.
    let day = local >= 0 ? local / 86400 : (local &- 86399) / 86400
    return Int32(truncatingIfNeeded: day)
  }

  /// The usage period that holds a day, packed: first day × 64 + number of days.
  @inline(__always) mutating func period(account: UInt32, day: Int32) -> UInt64 {
    let cycleDay = Int(catalog.accounts[Int(account)].cycleDay)
    if day < periods[cycleDay].from || day >= periods[cycleDay].until {
      let period = UsagePeriod.containing(CivilDate(dayNumber: day), cycleDay: Int32(cycleDay))
      periods[cycleDay] = (period.from.dayNumber, period.until.dayNumber)
    }
    let found = periods[cycleDay]
    return UInt64(UInt16(clamping: found.from)) &<< 6 | UInt64(truncatingIfNeeded: found.until &- found.from)
  }
}
