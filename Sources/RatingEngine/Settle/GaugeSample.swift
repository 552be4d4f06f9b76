// Samples of gauges: what an item stood at, at one instant.

/// One sample. Its key has the same meaning as that of `PackedEvent`; 64 bytes with its padding.
struct GaugeSample: BitwiseCopyable, Equatable {
  var keyHigh: UInt64 = 0
  var keyLow: UInt64 = 0
  /// Charging start, milliseconds since 1970 in UTC.
  var startMillis: Int64
  /// In the integer quantity of the kind.
  var value: Int64
  /// Where the record lies in the log of its run.
  var place: Int64 = 0
  /// Number of the item; an item belongs to its account.
  var item: UInt32
  var owner: UInt32
  /// Index in `Catalog.accounts`.
  var account: UInt32
  /// The cell of the row that its charge and rating group get in that account.
  var baseCell: UInt32
  /// First day of the usage period.
  var period: UInt16
  var keyByteCount: UInt8 = 0

  private var key: KeyStart { KeyStart(high: keyHigh, low: keyLow, byteCount: keyByteCount) }

  /// Order in which samples are measured: account, cell, item, then canonical.
  static func precedes(_ a: GaugeSample, _ b: GaugeSample) -> Bool {
    if a.account != b.account { return a.account < b.account }
    if a.baseCell != b.baseCell { return a.baseCell < b.baseCell }
    if a.item != b.item { return a.item < b.item }
    if a.startMillis != b.startMillis { return a.startMillis < b.startMillis }
    let order = KeyStart.compare(a.key, b.key)
    return order == 0 ? a.place < b.place : order < 0
  }
}

extension GaugeSample {
  /// The sample that a packed event stands for.
  init(_ event: PackedEvent) {
    self.init(
      keyHigh: event.keyHigh, keyLow: event.keyLow, startMillis: event.startMillis, value: event.quantity,
      place: event.place, item: event.recorded, owner: event.owner, account: event.account,
      baseCell: event.baseCell, period: event.period, keyByteCount: event.keyByteCount)
  }
}
