// Local days and usage periods of accounts, with the last answers remembered.

import BillingCalendar
import Catalog

/// Days and periods; owned by one worker.
struct AccountCalendars {
  private let catalog: CompiledCatalog
  /// Zone and cycle day of all accounts, where they are the same: no account needs to be looked up then.
  private let common: CompiledCatalog.AccountEntry?
  /// Per zone: the span in which its last instant fell.
  private var spans: [ZoneSpan]
  /// Per zone × 32 + cycle day: the period in which the last instant fell, and how it is packed.
  private var periods: [(span: UsagePeriodSpan, packed: UInt64)]

  init(_ catalog: CompiledCatalog) {
    self.catalog = catalog
    common = Self.common(catalog.accounts)
    spans = catalog.zones.map { $0.span(containingUTC: 0) }
    let nothing = UsagePeriodSpan(
      period: UsagePeriod.containing(CivilDate(dayNumber: 0), cycleDay: 1), fromSeconds: 0, untilSeconds: 0)
    periods = Array(repeating: (nothing, 0), count: catalog.zones.count * 32)
  }

  private static func common(_ accounts: FlatTable<CompiledCatalog.AccountEntry>)
    -> CompiledCatalog.AccountEntry?
  {
    guard accounts.count > 0 else { return nil }
    let first = accounts[0]
    for index in 1..<max(1, accounts.count)
    where accounts[index].zone != first.zone || accounts[index].cycleDay != first.cycleDay { return nil }
    return first
  }

  /// The entry of an account, of which only zone and cycle day count.
  @inline(__always) private func entry(_ account: UInt32) -> CompiledCatalog.AccountEntry {
    common ?? catalog.accounts[Int(account)]
  }

  /// Day number (since 1970) of an instant in the account's zone.
  @inline(__always) mutating func day(account: UInt32, seconds: Int64) -> Int32 {
    let zone = Int(entry(account).zone)
    if seconds < spans[zone].fromSeconds || seconds >= spans[zone].untilSeconds {
      spans[zone] = catalog.zones[zone].span(containingUTC: seconds)
    }
    let local = seconds &+ Int64(spans[zone].offsetSeconds)
    // Floor, also before 1970.
    let day = local >= 0 ? local / 86400 : (local &- 86399) / 86400
    return Int32(truncatingIfNeeded: day)
  }

  /// The day of an instant, and the seconds from and until which it is sure to be that day in the account's zone.
  mutating func daySpan(account: UInt32, seconds: Int64) -> (day: Int32, from: Int64, until: Int64) {
    let day = day(account: account, seconds: seconds)
    let span = spans[Int(entry(account).zone)]
    let from = Int64(day) * 86400 - Int64(span.offsetSeconds)
    return (day, max(from, span.fromSeconds), min(from + 86400, span.untilSeconds))
  }

  /// The usage period that holds an instant, packed: first day × 64 + number of days.
  ///
  /// Decided by the local midnights at its ends, as `UsageCycle` says, and not by the date: where clocks go back over
  /// midnight, the date before shows again.
  @inline(__always) mutating func period(account: UInt32, seconds: Int64) -> UInt64 {
    let entry = entry(account)
    let at = Int(entry.zone) &* 32 &+ Int(entry.cycleDay)
    if !periods[at].span.contains(seconds) { findPeriod(at, entry, seconds) }
    return periods[at].packed
  }

  @inline(never) private mutating func findPeriod(
    _ at: Int, _ account: CompiledCatalog.AccountEntry, _ seconds: Int64
  ) {
    guard let cycle = UsageCycle(zone: catalog.zones[Int(account.zone)], cycleDay: Int32(account.cycleDay))
    else { preconditionFailure("the cycle day of an account is 1 to 31") }
    let span = cycle.span(containingUTC: seconds)
    let first = UInt64(UInt16(clamping: span.period.from.dayNumber))
    periods[at] = (span, first << 6 | UInt64(truncatingIfNeeded: span.period.dayCount))
  }
}
