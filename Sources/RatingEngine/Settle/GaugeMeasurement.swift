// One quantity out of the samples of a period: per item, then added up, in one walk over the samples in order.
//
// Owns the arithmetic of each measure. What the quantity costs is priced as if it were an event at the end of the period.

import BillingCalendar
import Catalog
import Money

/// Measures the samples of one account, charge and rating group in one period. Keeps one item in memory at a time, and of it
/// no more than its last sample.
struct GaugeMeasurement {
  let measure: ChargeGauge.Measure
  let kind: UsageKind
  /// Instants of the period's ends.
  let fromMillis: Int64
  let untilMillis: Int64
  /// When the account had the plan, and the charge held: samples hold on no other time. Ascending, not overlapping.
  let stays: [Range<Int64>]
  /// Of `count`: the local day.
  let day: Range<Int64>
  /// Of the samples: whose they are.
  private let first: GaugeSample

  /// The last sample of the item at hand; nil before the first.
  private var last: GaugeSample?
  /// Of the item at hand: its greatest value, its last on the day that counts, or the sum of the instant.
  private var itemValue: Int64 = 0
  /// Of the items that are over; of averages, their values × milliseconds.
  private var total: Int128 = 0
  /// The greatest sum of one instant; nil before the first is over.
  private var peak: Int64?

  /// - Parameter first: one of the samples.
  init(of first: GaugeSample, _ rules: SettleRules, _ tables: SettleTables) {
    let usage = tables.usage(ofCell: first.baseCell)
    let charge = tables.catalog.plans[usage.plan].charges[usage.charge]
    guard let gauge = charge.gauge else { preconditionFailure("samples belong to charges with a gauge") }
    self.first = first
    measure = gauge.measure
    kind = usage.kind
    fromMillis = rules.fromMillis
    untilMillis = rules.untilMillis
    stays = Self.stays(of: rules.members[Int(rules.member(first.account))], usage.plan, charge, rules)
    day = Self.day(of: measure, rules)
  }

  /// Takes the next sample, in the order of `GaugeSample.precedes`.
  ///
  /// For the peak of the sum all samples are of one item. Percentiles go by value instead (`PercentileSum`).
  mutating func add(_ sample: GaugeSample) {
    let isFirst = last.map { $0.item != sample.item } ?? true
    if isFirst { endItem() }
    switch measure {
    case .max: itemValue = isFirst ? sample.value : max(itemValue, sample.value)
    case .count: if day.contains(sample.startMillis) { itemValue = sample.value }
    case .average:
      if !isFirst, let last { total += weighted(last, until: sample.startMillis) }
    case .peakOfSum:
      if let last, last.startMillis != sample.startMillis { endInstant() }
      itemValue += sample.value
    case .last, .distinct: break
    case .percentile95: preconditionFailure("percentiles are counted off by value")
    }
    last = sample
  }

  /// The quantity, in integer quantity of the kind; an item that is counted is one unit.
  ///
  /// The average is rounded once, half-up, after the items were added up. To be asked once, after all samples.
  mutating func quantity() -> Int64 {
    endItem()
    switch measure {
    case .average:
      return Int64(RoundingRule.divide(total, by: Int128(untilMillis - fromMillis), mode: .halfUp))
    case .peakOfSum: return peak ?? 0
    default: return Int64(total)
    }
  }

  private mutating func endItem() {
    guard let last else { return }
    switch measure {
    case .max: total += Int128(itemValue)
    case .last: total += Int128(last.value)
    case .distinct: total += Int128(kind.onePerUnit)
    case .count: total += itemValue > 0 ? Int128(kind.onePerUnit) : 0
    case .average: total += weighted(last, until: untilMillis)
    case .peakOfSum: endInstant()
    case .percentile95: break
    }
    itemValue = 0
    self.last = nil
  }

  private mutating func endInstant() {
    peak = max(peak ?? .min, itemValue)
    itemValue = 0
  }

  /// Value × milliseconds: a sample holds until the next one of its item, the last to the end of the plan's days; 0 before
  /// the first.
  private func weighted(_ sample: GaugeSample, until: Int64) -> Int128 {
    Int128(sample.value) * Int128(heldMillis(sample, until: until))
  }

  /// How long a sample holds within the plan's days; nil for `until` where its item has no later one.
  func heldMillis(_ sample: GaugeSample, until: Int64?) -> Int64 {
    let held = sample.startMillis..<max(sample.startMillis, until ?? untilMillis)
    return stays.reduce(Int64(0)) { $0 + Int64(held.clamped(to: $1).count) }
  }

  /// The event that stands for the quantity: at the last instant on which the account has the plan in the period.
  func event(quantity: Int64) -> PackedEvent {
    PackedEvent(
      keyHigh: 0, keyLow: 0, startMillis: (stays.last?.upperBound ?? untilMillis) - 1, quantity: quantity,
      place: first.place, owner: first.owner, account: first.account, baseCell: first.baseCell,
      period: first.period, keyByteCount: 0, marks: .gauge)
  }

  // MARK: days

  private static func stays(
    of member: SettleRules.Member, _ plan: Int, _ charge: PlanCharge, _ rules: SettleRules
  ) -> [Range<Int64>] {
    let held = (charge.dates.from ?? .distantPast)..<(charge.dates.until ?? .distantFuture)
    return (member.days(of: plan) ?? []).map { $0.clamped(to: held) }.filter { !$0.isEmpty }
      .map { days in
        let from = rules.zone.midnight(of: days.lowerBound) * 1000
        return from..<max(from, rules.zone.midnight(of: days.upperBound) * 1000)
      }
  }

  /// The instants of the day on which items are counted.
  private static func day(of measure: ChargeGauge.Measure, _ rules: SettleRules) -> Range<Int64> {
    guard case .count(let at) = measure else { return 0..<0 }
    let day = at.date(in: rules.period)
    let from = rules.zone.midnight(of: day) * 1000
    return from..<max(from, rules.zone.midnight(of: day.advanced(by: 1)) * 1000)
  }
}

/// Adds up the 95th percentiles of items whose values come in ascending order.
struct PercentileSum {
  private(set) var sum: Int64 = 0
  private var left: Int64 = 0

  /// Begins the next item, which has so many values.
  mutating func beginItem(count: Int64) {
    // Nearest rank: the ⌈0.95 n⌉-th of n, counted from 1.
    left = (95 * count + 99) / 100
  }

  /// Takes the next value of the item.
  mutating func add(_ value: Int64) {
    left -= 1
    if left == 0 { sum += value }
  }
}

extension GaugeMeasurement {
  /// Measures all gauges of an owner and period: one event for each account, charge and rating group that has samples,
  /// to be sorted among the others.
  ///
  /// Sorts `samples`. Complexity: O(n log n).
  static func events(
    _ samples: inout [GaugeSample], _ rules: SettleRules, _ tables: SettleTables
  ) -> [PackedEvent] {
    samples.sort(by: GaugeSample.precedes)
    return samples.chunks(while: { $0.isMeasured(with: $1) }).map { samples in
      var gauge = GaugeMeasurement(of: samples[samples.startIndex], rules, tables)
      guard gauge.measure == .percentile95 else {
        for sample in samples { gauge.add(sample) }
        return gauge.event(quantity: gauge.quantity())
      }
      var percentiles = PercentileSum()
      for item in samples.chunks(while: { $0.item == $1.item }) {
        percentiles.beginItem(count: Int64(item.count))
        for value in item.map(\.value).sorted() { percentiles.add(value) }
      }
      return gauge.event(quantity: percentiles.sum)
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// Its stretches of neighbours that belong together. Complexity: O(n).
  fileprivate func chunks(while belong: (Element, Element) -> Bool) -> [SubSequence] {
    var chunks: [SubSequence] = []
    var from = startIndex
    for next in indices.dropFirst() where !belong(self[from], self[next]) {
      chunks.append(self[from..<next])
      from = next
    }
    return from < endIndex ? chunks + [self[from...]] : chunks
  }
}

extension GaugeDay {
  /// The day in a period. A day of the month that none of its months has in it is its last day.
  func date(in period: UsagePeriod) -> CivilDate {
    let last = period.until.advanced(by: -1)
    switch self {
    case .first: return period.from
    case .last: return last
    case .dayOfMonth(let number):
      let inFirstMonth = period.from.adding(months: 0, anchorDay: number)
      if period.contains(inFirstMonth) { return inFirstMonth }
      let inNextMonth = period.from.adding(months: 1, anchorDay: number)
      return period.contains(inNextMonth) ? inNextMonth : last
    }
  }
}
