// The events of one chunk that are settled later, on their way to the store.

/// Packed events with what does not fit them: the rest of long keys, and recorded amounts. Owned by one worker at a time.
final class PackedChunk {
  /// Until an event is stored, its place is where its key goes on in `tails`, and `recorded` counts in `amounts`.
  private(set) var events: [PackedEvent] = []
  /// What of long keys is left behind 16 bytes, one after the other.
  private(set) var tails: [UInt8] = []
  /// In pico.
  private(set) var amounts: [Int128] = []
  /// Earliest and latest charging start of all rated events of the chunk.
  var span = EventSpan()

  /// Forgets all.
  func removeAll() {
    if !events.isEmpty { events.removeAll(keepingCapacity: true) }
    if !tails.isEmpty { tails.removeAll(keepingCapacity: true) }
    if !amounts.isEmpty { amounts.removeAll(keepingCapacity: true) }
    span = EventSpan()
  }

  /// Adds an event; its place is its own already.
  @inline(__always) func append(_ event: PackedEvent) { events.append(event) }

  /// The number under which an amount is kept.
  func add(amountPico: Int128) -> UInt32 {
    amounts.append(amountPico)
    return UInt32(amounts.count)
  }

  /// Where the next long key goes on.
  var tailOffset: Int64 { Int64(tails.count) }

  /// Adds the rest of a long key, behind its length.
  func add(tail: some Collection<UInt8>) {
    withUnsafeBytes(of: UInt32(tail.count).littleEndian) { tails.append(contentsOf: $0) }
    tails.append(contentsOf: tail)
  }
}
