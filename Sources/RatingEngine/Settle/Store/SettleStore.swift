// The packed events of a run, in parts that share no owner, until all was read.
//
// Parts grow side by side and go to disk when they have outgrown their share. An event that turns out to be a duplicate is
// not looked for: its removal is appended behind it, and meets it when the part is loaded.

import DurableFiles

/// Collects packed events by owner. The holder of the ledger fills it; then any number of workers load parts.
final class SettleStore {
  /// What is kept of the owners of one part.
  struct Part {
    let events: SpillableLog<PackedEvent>
    /// What of long keys is left behind 16 bytes, each behind its length, in the order of the events.
    let tails: SpillableLog<UInt8>
    /// Recorded amounts and costs in pico, in the order of the events.
    let amounts: SpillableLog<Int128>
  }

  let parts: [Part]
  /// The chunks in the order in which they were taken, whose records are counted without a gap.
  private(set) var chunks = LogStretches()
  private(set) var recordCount = 0
  /// Earliest and latest charging start of rated events.
  private(set) var span = EventSpan()
  /// Events, less those that were removed.
  private(set) var eventCount = 0

  /// Parts: so many that one of them is small beside the memory, and few enough for a file each.
  static let partCountMax = 64

  init(memoryBytesMax: Int, place: SpillPlace) {
    // A part that gets too little would do nothing but write to disk.
    let partCount = max(1, min(Self.partCountMax, memoryBytesMax >> 16))
    let share = memoryBytesMax / partCount
    parts = (0..<partCount).map { _ in
      Part(
        events: SpillableLog(memoryBytesMax: share / 2, place: place),
        tails: SpillableLog(memoryBytesMax: share / 8 * 3, place: place),
        amounts: SpillableLog(memoryBytesMax: share / 8, place: place))
    }
  }

  /// The part of an owner. Neighbours are spread, so that the parts are about equal.
  @inline(__always) func part(ofOwner owner: UInt32) -> Int {
    Int((UInt64(owner &* 0x9e37_79b9) &* UInt64(parts.count)) &>> 32)
  }

  /// Lets the run reach over other usage than its own.
  func widen(_ seconds: ClosedRange<Int64>) {
    span.add(seconds: seconds.lowerBound)
    span.add(seconds: seconds.upperBound)
  }

  /// Begins with a chunk of `rowCount` records past door 2; returns the place of its first.
  func begin(_ outcome: ChunkOutcome, _ unit: InputUnit) -> Int {
    let first = recordCount
    chunks.append(firstIndex: first, unit, sequence: outcome.sequence)
    recordCount += outcome.rowCount
    span.add(outcome.packed.span)
    return first
  }

  /// Takes an event of the chunk.
  ///
  /// - Parameter place: the record's number among all records past door 2, in the order in which chunks were taken.
  @inline(__always) func append(_ index: Int, of chunk: PackedChunk, place: Int) throws(FileFault) {
    var event = chunk.events[index]
    let part = parts[self.part(ofOwner: event.owner)]
    if event.keyByteCount == PackedEvent.longKey { try appendTail(Int(event.place), chunk, part) }
    if event.amountCount > 0 {
      let first = Int(event.recorded) - 1
      event.recorded = UInt32(part.amounts.count + 1)
      try part.amounts.append(event.amountCount) { chunk.amounts[first + $0] }
    }
    event.place = Int64(place)
    try part.events.append(event)
    eventCount &+= 1
  }

  private func appendTail(_ offset: Int, _ chunk: PackedChunk, _ part: Part) throws(FileFault) {
    let length = (0..<4).reduce(0) { $0 | Int(chunk.tails[offset + $1]) << (8 * $1) }
    try part.tails.append(4 + length) { chunk.tails[offset + $0] }
  }

  /// Takes an event back that turned out to be a duplicate.
  func remove(place: Int, owner: UInt32) throws(FileFault) {
    try parts[part(ofOwner: owner)].events.append(
      PackedEvent(
        keyHigh: 0, keyLow: 0, startMillis: 0, quantity: 0, place: Int64(place), owner: owner, account: 0,
        baseCell: 0, period: 0, keyByteCount: 0, marks: .removal))
    eventCount -= 1
  }

  /// Gives memory and files back.
  func release() {
    for part in parts {
      part.events.release()
      part.tails.release()
      part.amounts.release()
    }
  }
}
