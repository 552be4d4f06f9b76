// One event that somebody wants explained: found again while its owner and period are settled.

/// An event as its key and its owner know it.
struct WatchedEvent: Sendable {
  var event: PackedEvent
  /// What its key has behind 16 bytes.
  var tail: [UInt8]

  /// The index of the event among sorted ones of its owner and period; nil where it is not there.
  ///
  /// Numbers of base cells are given out anew by every run, so they are not compared. Identical records come to the same, so
  /// any of them will do.
  func index(in events: UnsafeBufferPointer<PackedEvent>, tail: (PackedEvent) -> ArraySlice<UInt8>) -> Int? {
    events.firstIndex { isSame($0, tail: tail($0)) }
  }

  /// Whether another event is the same, as far as one can see.
  func isSame(_ other: PackedEvent, tail: some Sequence<UInt8>) -> Bool {
    other.startMillis == event.startMillis && other.keyHigh == event.keyHigh && other.keyLow == event.keyLow
      && other.keyByteCount == event.keyByteCount && other.account == event.account
      && other.identity == event.identity && other.quantity == event.quantity
      && tail.elementsEqual(self.tail)
  }
}

/// What became of a watched event.
struct SettledEvent: Sendable {
  var parts: [SettledPart]
  var witness: SettleWitness
  var rules: SettleRules
  /// Index in `Catalog.accounts`.
  var account: Int
  var usage: UsageClass
  /// The amount that the record carries, in pico; nil for none.
  var recordedPico: Int128?
  /// Whether it was settled as if there were no other usage.
  var isAlone: Bool
  /// What the event was measured with, where it is a sample: the parts are then those of its gauge.
  var gauge: GaugeWitness?

  /// Of all parts together.
  var amountPico: Int128 { parts.reduce(0) { $0 + $1.amountPico } }
  var billed: Int64 { parts.reduce(0) { $0 + $1.billed } }
}
