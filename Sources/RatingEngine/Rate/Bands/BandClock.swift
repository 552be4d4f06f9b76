// Which band holds when, on the clocks of one zone: a table of transitions, made block by block as instants ask for it.

import BillingCalendar
import Catalog

/// The bands of one list on the clocks of one zone. Owned by one worker.
final class BandClock {
  /// A half-open stretch of UTC in which one band holds; more of the same band may follow.
  struct Span: BitwiseCopyable {
    var fromSeconds: Int64
    var untilSeconds: Int64
    /// Number of the band; 0 is the empty one.
    var band: UInt32
  }
  /// The part of a call that one band holds for.
  struct Stay: Equatable {
    var band: UInt32
    /// Milliseconds after the beginning of the stretch that was asked for.
    var from: Int64
    var until: Int64
  }

  private let rules: [CompiledBandRule]
  private let holidays: [HolidayList]
  private let zone: Zone
  private var last = Span(fromSeconds: 0, untilSeconds: 0, band: 0)
  private var blocks: [Int64: [Span]] = [:]

  /// 32 days: a month of usage needs two tables.
  private static let blockSeconds: Int64 = 32 * 86_400
  /// Blocks that are kept: usage of five years. Older usage makes its tables again.
  private static let blocksMax = 64
  /// Changes of bands in one call, and its milliseconds, that are followed: 100 years.
  static let staysMax = 10_000
  static let lengthMillisMax: Int64 = 100 * 366 * 86_400_000

  init(_ rules: [CompiledBandRule], holidays: [HolidayList], zone: Zone) {
    self.rules = rules
    self.holidays = holidays
    self.zone = zone
  }

  /// The stretch around an instant in which the band does not change, as far as its block reaches.
  ///
  /// Complexity: O(log transitions of 32 days); the last answer is remembered.
  func span(atSeconds seconds: Int64) -> Span {
    if seconds >= last.fromSeconds, seconds < last.untilSeconds { return last }
    let number = Self.floor(seconds, over: Self.blockSeconds)
    if blocks[number] == nil {
      if blocks.count >= Self.blocksMax { blocks.removeAll() }
      blocks[number] = block(number)
    }
    let spans = blocks[number] ?? []
    var low = 0
    var high = spans.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if spans[middle].fromSeconds <= seconds { low = middle } else { high = middle }
    }
    last = spans[low]
    return last
  }

  /// The bands of `length` milliseconds from an instant on, in order; neighbours differ. At least one; nil where the call is
  /// longer, or crosses bands more often, than anybody calls.
  func stays(fromMillis origin: Int64, length: Int64) -> [Stay]? {
    guard length <= Self.lengthMillisMax else { return nil }
    var stays: [Stay] = []
    var at = origin
    repeat {
      let span = span(atSeconds: Instant.seconds(ofMillis: at))
      let until = span.untilSeconds * 1000
      if let before = stays.last, before.band == span.band {
        stays[stays.count - 1].until = until - origin
      } else {
        if stays.count == Self.staysMax { return nil }
        stays.append(Stay(band: span.band, from: at - origin, until: until - origin))
      }
      at = until
    } while at - origin < length
    return stays
  }

  // MARK: tables

  /// The transitions of one block: zone span by zone span, local day by local day.
  private func block(_ number: Int64) -> [Span] {
    let until = (number + 1) * Self.blockSeconds
    var at = number * Self.blockSeconds
    var spans: [Span] = []
    while at < until {
      let clock = zone.span(containingUTC: at)
      let end = min(clock.untilSeconds, until)
      addDays(from: at, until: end, offset: Int64(clock.offsetSeconds), to: &spans)
      at = end
    }
    return spans
  }

  /// Adds what holds from `from` to `until`, between which local clocks are `offset` ahead of UTC.
  private func addDays(from: Int64, until: Int64, offset: Int64, to spans: inout [Span]) {
    var day = Self.floor(from + offset, over: 86_400)
    while day * 86_400 - offset < until {
      let midnight = day * 86_400 - offset
      let date = CivilDate(dayNumber: Int32(truncatingIfNeeded: day))
      let holding = rules.filter { $0.holds(on: date, holidays) }
      let cuts = Set(holding.flatMap { [Int64($0.rule.fromSecond), Int64($0.rule.untilSecond)] } + [0])
      let sorted = cuts.filter { $0 < 86_400 }.sorted()
      for (index, cut) in sorted.enumerated() {
        let end = index + 1 < sorted.count ? sorted[index + 1] : 86_400
        let span = Span(
          fromSeconds: max(from, midnight + cut), untilSeconds: min(until, midnight + end),
          band: holding.first { $0.rule.fromSecond <= cut && cut < $0.rule.untilSecond }?.band ?? 0)
        guard span.fromSeconds < span.untilSeconds else { continue }
        if let before = spans.last, before.band == span.band {
          spans[spans.count - 1].untilSeconds = span.untilSeconds
        } else {
          spans.append(span)
        }
      }
      day += 1
    }
  }

  private static func floor(_ value: Int64, over divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// One entry of a list of bands, with the number of its band.
struct CompiledBandRule: Hashable, Sendable {
  var band: UInt32
  var rule: BandRule

  /// Whether its conditions on the day hold.
  func holds(on date: CivilDate, _ holidays: [HolidayList]) -> Bool {
    rule.days.contains(.day(date.weekday)) && rule.dates.contains(date)
      && (rule.holidayList.map { holidays[$0].contains(date) } ?? true)
  }
}

/// The clocks that a worker has looked at, by list of bands and zone.
struct BandClocks {
  private let catalog: CompiledCatalog
  private var clocks: [BandClock?]

  init(_ catalog: CompiledCatalog) {
    self.catalog = catalog
    clocks = Array(repeating: nil, count: catalog.bandSets.count * catalog.zones.count)
  }

  /// The clock of a list of bands for an account.
  mutating func clock(bandSet: Int, account: UInt32) -> BandClock {
    let zone = Int(catalog.accounts[Int(account)].zone)
    let at = bandSet * catalog.zones.count + zone
    if let clock = clocks[at] { return clock }
    let clock = BandClock(
      catalog.bandSets[bandSet], holidays: catalog.source.holidays, zone: catalog.zones[zone])
    clocks[at] = clock
    return clock
  }
}
