// The packed events of a run, in parts that share no owner, until all was read.
//
// Parts grow side by side, a slice for each chunk, and go to disk when they have outgrown their share. An event that turns
// out to be a duplicate is not looked for: its place is noted, and it is left out when the part is loaded.

import DurableFiles

/// Collects packed events by owner. The holder of the ledger fills it; then any number of workers load parts.
final class SettleStore {
  /// What is kept of the owners of one part.
  struct Part {
    /// Slices, one after the other, in the order in which chunks were taken.
    let slices: SpillableLog<UInt64>
    /// Places of events that were taken back.
    let removed: SpillableLog<Int64>
    /// Events of all slices, and bytes of what lies beside their rows.
    fileprivate(set) var rowCount = 0
    fileprivate(set) var besideBytes = 0
  }

  private(set) var parts: [Part]
  /// The chunks in the order in which they were taken, whose records are counted without a gap.
  private(set) var chunks = LogStretches()
  private(set) var recordCount = 0
  /// Earliest and latest charging start of rated events.
  private(set) var span = EventSpan()
  /// Events, less those that were removed.
  private(set) var eventCount = 0

  /// Parts: so many that one of them is small beside the memory, and few enough for a file each.
  static let partCountMax = 64

  /// How many parts a store has.
  static func partCount(memoryBytesMax: Int) -> Int {
    // A part that gets too little would do nothing but write to disk.
    max(1, min(partCountMax, memoryBytesMax >> 16))
  }

  init(memoryBytesMax: Int, place: SpillPlace) {
    let partCount = Self.partCount(memoryBytesMax: memoryBytesMax)
    let share = memoryBytesMax / partCount
    parts = (0..<partCount).map { _ in
      Part(
        slices: SpillableLog(memoryBytesMax: share / 16 * 15, place: place),
        removed: SpillableLog(memoryBytesMax: share / 16, place: place))
    }
  }

  /// The part of an owner. Neighbours are spread, so that the parts are about equal.
  @inline(__always) static func part(ofOwner owner: UInt32, _ partCount: Int) -> Int {
    Int(truncatingIfNeeded: (UInt64(owner &* 0x9e37_79b9) &* UInt64(truncatingIfNeeded: partCount)) &>> 32)
  }

  /// Lets the run reach over other usage than its own.
  func widen(_ seconds: ClosedRange<Int64>) {
    span.add(seconds: seconds.lowerBound)
    span.add(seconds: seconds.upperBound)
  }

  /// The part of an owner.
  func part(ofOwner owner: UInt32) -> Int { Self.part(ofOwner: owner, parts.count) }

  /// Takes the events of a chunk of `rowCount` records past door 2. Their places are their records' numbers among all such
  /// records, in the order in which chunks are taken; returns that of the first.
  func take(_ outcome: ChunkOutcome, _ unit: InputUnit) throws(FileFault) -> Int {
    let first = recordCount
    chunks.append(firstIndex: first, unit, sequence: outcome.sequence)
    recordCount += outcome.rowCount
    span.add(outcome.packed.span)
    try append(outcome.packed, firstPlace: first)
    return first
  }

  /// Appends the slices of a chunk that is closed.
  func append(_ chunk: PackedChunk, firstPlace: Int) throws(FileFault) {
    try chunk.forEachSlice(firstPlace: firstPlace) { part, words throws(FileFault) in
      try parts[part].slices.append(contentsOf: words)
      parts[part].rowCount += PackedSlice.rowCount(words)
      parts[part].besideBytes += PackedSlice.besideBytes(words)
      eventCount += PackedSlice.rowCount(words)
    }
  }

  /// Takes an event back that turned out to be a duplicate.
  func remove(place: Int, owner: UInt32) throws(FileFault) {
    try parts[part(ofOwner: owner)].removed.append(Int64(place))
    eventCount -= 1
  }

  /// Gives memory and files back.
  func release() {
    for part in parts {
      part.slices.release()
      part.removed.release()
    }
  }
}
