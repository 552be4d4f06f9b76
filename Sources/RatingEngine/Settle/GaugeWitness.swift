// What a sample was measured with: for explanations only.

import Catalog

/// One sample that somebody wants explained, among those of its gauge.
struct GaugeWitness: Sendable, Equatable {
  /// The sample's value, in the integer quantity of the kind.
  var value: Int64
  /// How long it held, within the plan's days, and how long the period is, in milliseconds.
  var heldMillis: Int64
  var periodMillis: Int64
  /// How many samples its item has, and what they alone come to. Peaks of sums do not tell items apart.
  var itemSampleCount: Int64
  var itemQuantity: Int64
  /// Of the account, charge and rating group.
  var sampleCount: Int64
  var itemCount: Int64
  var quantity: Int64
}

/// Looks for that sample while those of its gauge are walked over, in their order.
struct SampleWatch {
  private let empty: GaugeMeasurement
  /// Of the item at hand.
  private var gauge: GaugeMeasurement
  private var item: UInt32?
  private var itemSampleCount: Int64 = 0
  private var sampleCount: Int64 = 0
  private var itemCount: Int64 = 0
  private var found: Found?

  private struct Found {
    var sample: GaugeSample
    /// When the next sample of its item was taken; nil where it is the last.
    var until: Int64?
    /// Known when its item is over.
    var itemSampleCount: Int64?
    var itemQuantity: Int64 = 0
  }

  /// - Parameter gauge: before it has taken any sample.
  init(_ gauge: GaugeMeasurement) {
    empty = gauge
    self.gauge = gauge
  }

  /// The item of the sample; nil where it is not among them so far.
  var watchedItem: UInt32? { found?.sample.item }

  mutating func add(_ sample: GaugeSample, isWatched: Bool) {
    if item != sample.item {
      endItem()
      item = sample.item
      itemCount += 1
    } else if found?.itemSampleCount == nil, found?.until == nil {
      found?.until = sample.startMillis
    }
    sampleCount += 1
    itemSampleCount += 1
    if gauge.measure != .percentile95 { gauge.add(sample) }
    if isWatched, found == nil { found = Found(sample: sample) }
  }

  private mutating func endItem() {
    if found != nil, found?.itemSampleCount == nil {
      found?.itemSampleCount = itemSampleCount
      if gauge.measure != .percentile95 { found?.itemQuantity = gauge.quantity() }
    }
    itemSampleCount = 0
    gauge = empty
  }

  /// What there is to tell when all samples came; nil where the sample is not among them.
  ///
  /// - Parameters:
  ///   - quantity: what all of them came to.
  ///   - percentile: that of the watched item, where it is one.
  mutating func witness(quantity: Int64, percentile: Int64) -> GaugeWitness? {
    endItem()
    guard let found, let itemSampleCount = found.itemSampleCount else { return nil }
    return GaugeWitness(
      value: found.sample.value, heldMillis: empty.heldMillis(found.sample, until: found.until),
      periodMillis: empty.untilMillis - empty.fromMillis, itemSampleCount: itemSampleCount,
      itemQuantity: empty.measure == .percentile95 ? percentile : found.itemQuantity,
      sampleCount: sampleCount, itemCount: itemCount, quantity: quantity)
  }
}
