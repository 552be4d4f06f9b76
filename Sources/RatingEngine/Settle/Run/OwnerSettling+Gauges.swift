// What gauges make of the samples of an owner and period.

import BillingCalendar
import Catalog
import Tables

extension OwnerSettling {
  /// The events of an owner and period with what gauges make of the samples among them, in order.
  ///
  /// - Parameter watched: index of the event that somebody wants explained.
  func measured(
    _ stored: UnsafeBufferPointer<PackedEvent>, _ rules: SettleRules, watched: Int?
  ) -> [PackedEvent] {
    let events = stored.filter { !$0.marks.contains(.sample) }
    var samples: [GaugeSample] = []
    var counts: [UInt64: Int64] = [:]
    func group(_ account: UInt32, _ cell: UInt32) -> UInt64 { UInt64(account) << 32 | UInt64(cell) }
    for (place, event) in stored.enumerated() where event.marks.contains(.sample) {
      samples.append(GaugeSample(event, place: place))
      counts[group(event.account, event.baseCell), default: 0] += 1
      rows.noteSample(event)
    }
    let gauges = GaugeMeasurement.events(&samples, rules, classes.tables).map { event in
      named(gauge: event, sampleCount: counts[group(event.account, event.baseCell)] ?? 0)
    }
    if let watched, stored[watched].marks.contains(.sample) {
      watch(GaugeSample(stored[watched], place: watched), among: samples, gauges, rules)
    }
    return Self.merged(events, gauges.sorted(by: PackedEvent.precedes))
  }

  /// Notes what a sample was measured with. `samples` are in order.
  private func watch(
    _ watched: GaugeSample, among samples: [GaugeSample], _ gauges: [PackedEvent], _ rules: SettleRules
  ) {
    var watch = SampleWatch(GaugeMeasurement(of: watched, rules, classes.tables))
    var values: [Int64] = []
    for sample in samples where sample.isMeasured(with: watched) {
      watch.add(sample, isWatched: sample.place == watched.place)
      if sample.item == watched.item { values.append(sample.value) }
    }
    var percentile = PercentileSum()
    percentile.beginItem(count: Int64(values.count))
    for value in values.sorted() { percentile.add(value) }
    let gauge = gauges.first { watched.isMeasured(with: GaugeSample($0)) }
    watchedGauge = watch.witness(quantity: gauge?.quantity ?? 0, percentile: percentile.sum).map {
      (watched, $0)
    }
  }

  /// The event of a gauge as it stands among others.
  ///
  /// Its row is the account's, and counts its samples. Numbers of cells differ from run to run: the key orders gauges of one
  /// instant by account, charge and rating group.
  func named(gauge: PackedEvent, sampleCount: Int64) -> PackedEvent {
    var event = gauge
    let cell = classes.cells[Int(event.baseCell)]
    event.identity = setup.catalog.identityByAccount(Int(event.account))
    event.place = sampleCount
    let names = SummaryTexts.tariff(Int(cell.tariff), setup.catalog, setup.meters)
    var key: [UInt8] = []
    withUnsafeBytes(of: event.account.bigEndian) { key += $0 }
    withUnsafeBytes(of: cell.charge.bigEndian) { key += $0 }
    key += names.group.bytes
    key.withUnsafeBufferPointer { event.setKey($0) }
    return event
  }

  /// Gauges among events, which stay in their order: 16 bytes of their keys may not tell it.
  private static func merged(_ events: [PackedEvent], _ gauges: [PackedEvent]) -> [PackedEvent] {
    var merged: [PackedEvent] = []
    merged.reserveCapacity(events.count + gauges.count)
    var next = 0
    for event in events {
      while next < gauges.count, PackedEvent.precedes(gauges[next], event) {
        merged.append(gauges[next])
        next += 1
      }
      merged.append(event)
    }
    return merged + gauges[next...]
  }
}
