// Gauges: what a charge makes of the samples of a period.

/// One quantity out of samples: per item, then added up (but for `peakOfSum`).
public struct ChargeGauge: Sendable, Hashable {
  /// What is measured.
  public enum Measure: Sendable, Hashable {
    /// The greatest sample of each item.
    case max
    /// The last sample of each item.
    case last
    /// The time-weighted average of each item over the whole period, 0 before its first sample.
    case average
    /// The nearest-rank 95th percentile of each item's samples.
    case percentile95
    /// How many different items were seen.
    case distinct
    /// How many items were above 0 in their last sample of a local day.
    case count(at: GaugeDay)
    /// The greatest sum over all items at one instant.
    case peakOfSum

    /// Whether it says how many items there are, so that every sample must name one.
    public var countsItems: Bool {
      switch self {
      case .distinct, .count: true
      case .max, .last, .average, .percentile95, .peakOfSum: false
      }
    }
  }

  /// What is measured.
  public var measure: Measure

  /// Makes a gauge.
  public init(measure: Measure) { self.measure = measure }
}

/// A day of the usage period.
public enum GaugeDay: Sendable, Hashable {
  /// Its first day.
  case first
  /// Its last day.
  case last
  /// The day of the month, 1...31; the last day of shorter months.
  case dayOfMonth(Int32)
}
