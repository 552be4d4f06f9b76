// Samples of gauges: what an item stood at, at one instant.

/// One sample.
struct GaugeSample: BitwiseCopyable, Equatable {
  /// Charging start, milliseconds since 1970 in UTC.
  var startMillis: Int64
  /// In the integer quantity of the kind.
  var value: Int64
  /// Which of the samples of one instant it is, in canonical order.
  var place: Int64 = 0
  /// Number of the item; an item belongs to its account. 0 where a gauge does not tell items apart.
  var item: UInt32
  var owner: UInt32
  /// Index in `Catalog.accounts`.
  var account: UInt32
  /// The cell of the row that its charge and rating group get in that account.
  var baseCell: UInt32
  /// First day of the usage period.
  var period: UInt16

  /// Order in which samples are measured: account, cell, item, then canonical.
  static func precedes(_ a: GaugeSample, _ b: GaugeSample) -> Bool {
    if a.account != b.account { return a.account < b.account }
    if a.baseCell != b.baseCell { return a.baseCell < b.baseCell }
    if a.item != b.item { return a.item < b.item }
    return a.startMillis == b.startMillis ? a.place < b.place : a.startMillis < b.startMillis
  }

  /// Whether one gauge measures both.
  func isMeasured(with other: GaugeSample) -> Bool {
    owner == other.owner && period == other.period && account == other.account && baseCell == other.baseCell
  }
}

extension GaugeSample {
  /// The sample that a packed event stands for; `place` counts the events of its owner in canonical order.
  init(_ event: PackedEvent, place: Int = 0) {
    self.init(
      startMillis: event.startMillis, value: event.quantity, place: Int64(place), item: event.recorded,
      owner: event.owner, account: event.account, baseCell: event.baseCell, period: event.period)
  }
}
