// One quantity out of the samples of a period: per item, then added up.
//
// Owns the arithmetic of each measure. What the quantity costs is priced as if it were an event at the end of the period.

import BillingCalendar
import Catalog
import Money

/// Measures the samples of one account, charge and rating group in one period.
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

  /// The quantity, in integer quantity of the kind; an item that is counted is one unit.
  ///
  /// The average is rounded once, half-up, after the items were added up. `samples` are sorted (`GaugeSample.precedes`),
  /// and at least one.
  func quantity(_ samples: UnsafeBufferPointer<GaugeSample>) -> Int64 {
    switch measure {
    case .peakOfSum: return peakOfSum(samples)
    case .average:
      let total = items(samples).reduce(Int128(0)) { $0 + weighted($1) }
      return Int64(
        RoundingRule.divide(total, by: Int128(untilMillis - fromMillis), mode: .halfUp))
    default:
      return items(samples).reduce(0) { $0 + value(of: $1) }
    }
  }

  /// The samples of each item.
  private func items(_ samples: UnsafeBufferPointer<GaugeSample>) -> [UnsafeBufferPointer<GaugeSample>] {
    var items: [UnsafeBufferPointer<GaugeSample>] = []
    var from = 0
    for index in 1...samples.count
    where index == samples.count || samples[index].item != samples[from].item {
      items.append(UnsafeBufferPointer(rebasing: samples[from..<index]))
      from = index
    }
    return items
  }

  private func value(of item: UnsafeBufferPointer<GaugeSample>) -> Int64 {
    switch measure {
    case .max: return item.reduce(Int64.min) { max($0, $1.value) }
    case .last: return item[item.count - 1].value
    case .percentile95:
      // Nearest rank: the ⌈0.95 n⌉-th of n, counted from 1.
      return item.map(\.value).sorted()[(95 * item.count + 99) / 100 - 1]
    case .distinct: return kind.onePerUnit
    case .count:
      let last = item.last { day.contains($0.startMillis) }
      return (last?.value ?? 0) > 0 ? kind.onePerUnit : 0
    case .average, .peakOfSum: preconditionFailure("these are measured over all items")
    }
  }

  /// Value × milliseconds: each sample holds until the next one, the last to the end of the plan's days; 0 before the first.
  private func weighted(_ item: UnsafeBufferPointer<GaugeSample>) -> Int128 {
    item.indices.reduce(Int128(0)) { sum, index in
      let until = index + 1 < item.count ? item[index + 1].startMillis : untilMillis
      let held = item[index].startMillis..<max(item[index].startMillis, until)
      let millis = stays.reduce(Int64(0)) { $0 + Int64(held.clamped(to: $1).count) }
      return sum + Int128(item[index].value) * Int128(millis)
    }
  }

  /// The greatest sum of all samples of one instant.
  private func peakOfSum(_ samples: UnsafeBufferPointer<GaugeSample>) -> Int64 {
    var sums: [Int64: Int64] = [:]
    for sample in samples { sums[sample.startMillis, default: 0] += sample.value }
    return sums.values.max() ?? 0
  }
}

extension GaugeMeasurement {
  /// Measures all gauges of an owner and period: one event for each account, charge and rating group that has samples,
  /// to be sorted among the others. It stands at the last instant on which the account has the plan in the period.
  ///
  /// Sorts `samples`. Complexity: O(n log n).
  static func events(
    _ samples: inout [GaugeSample], _ rules: SettleRules, _ tables: SettleTables
  ) -> [PackedEvent] {
    samples.sort(by: GaugeSample.precedes)
    return samples.withUnsafeBufferPointer { samples in
      var events: [PackedEvent] = []
      var from = 0
      for next in 1..<(samples.count + 1) {
        if next < samples.count, samples[next].account == samples[from].account,
          samples[next].baseCell == samples[from].baseCell
        {
          continue
        }
        events.append(event(UnsafeBufferPointer(rebasing: samples[from..<next]), rules, tables))
        from = next
      }
      return events
    }
  }

  private static func event(
    _ samples: UnsafeBufferPointer<GaugeSample>, _ rules: SettleRules, _ tables: SettleTables
  ) -> PackedEvent {
    let first = samples[0]
    let usage = tables.usage(ofCell: first.baseCell)
    let charge = tables.catalog.plans[usage.plan].charges[usage.charge]
    guard let gauge = charge.gauge else { preconditionFailure("samples belong to charges with a gauge") }
    let stays = stays(of: rules.members[Int(rules.member(first.account))], usage.plan, charge, rules)
    let measurement = GaugeMeasurement(
      measure: gauge.measure, kind: usage.kind, fromMillis: rules.fromMillis,
      untilMillis: rules.untilMillis, stays: stays, day: day(of: gauge.measure, rules))
    return PackedEvent(
      keyHigh: 0, keyLow: 0, startMillis: (stays.last?.upperBound ?? rules.untilMillis) - 1,
      quantity: measurement.quantity(samples), place: first.place, owner: first.owner,
      account: first.account, baseCell: first.baseCell, period: first.period, keyByteCount: 0, marks: .gauge)
  }

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
