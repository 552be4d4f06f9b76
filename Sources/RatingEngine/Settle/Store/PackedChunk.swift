// The events of one chunk that are settled later, on their way to the store.

import DurableFiles

/// Packed events with what does not fit them: the rest of long keys, and recorded amounts. Owned by one worker at a time.
///
/// Filled event by event, then closed: what the store takes are slices, one for each part that has events.
final class PackedChunk {
  // Measured: checking for exclusive access at every event costs more than writing it; a chunk has one owner at a time.

  /// Until an event is stored, its place is where its key goes on in `tails`, and `recorded` counts in `amounts`.
  @exclusivity(unchecked) private(set) var events = WorkList<PackedEvent>(capacity: 1024)
  /// By event: its record among those of the chunk past door 2, or `dropped`.
  @exclusivity(unchecked) private var rows = WorkList<UInt32>(capacity: 1024)
  /// What of long keys is left behind 16 bytes, one after the other, each behind its length.
  private(set) var tails: [UInt8] = []
  /// Whether some event is a sample.
  private var hasItems = false
  /// In pico.
  private(set) var amounts: [Int128] = []
  /// Earliest and latest charging start of all rated events of the chunk.
  var span = EventSpan()

  static let dropped = UInt32.max

  // Once closed: slices of all parts, and where those of a part begin, one more than there are parts.
  @exclusivity(unchecked) private var words = WorkList<UInt64>()
  private var firstWords: [Int] = []
  // Kept between chunks: the part of each event, and events in the order of their parts.
  @exclusivity(unchecked) private var parts = WorkList<UInt16>()
  @exclusivity(unchecked) private var order = WorkList<UInt32>()

  /// Forgets all.
  func removeAll() {
    events.removeAll()
    rows.removeAll()
    if !tails.isEmpty { tails.removeAll(keepingCapacity: true) }
    if !amounts.isEmpty { amounts.removeAll(keepingCapacity: true) }
    hasItems = false
    firstWords.removeAll(keepingCapacity: true)
    span = EventSpan()
  }

  /// Adds an event; its place is its own already.
  @inline(__always) func append(_ event: PackedEvent, row: Int) {
    events.append(event)
    rows.append(UInt32(truncatingIfNeeded: row))
    if event.marks.contains(.sample) { hasItems = true }
  }

  /// Takes an event back before the chunk is closed.
  func drop(_ index: Int) { rows[index] = Self.dropped }

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

  /// The rest of a long key that begins at an offset.
  private func tail(at offset: Int) -> Range<Int> {
    let length = (0..<4).reduce(0) { $0 | Int(tails[offset + $1]) << (8 * $1) }
    return offset..<(offset + 4 + length)
  }

  // MARK: slices

  /// Makes the slices: nothing can be added any more.
  func close(partCount: Int) {
    guard !events.isEmpty else { return }
    let counts = sortByPart(partCount)
    let layout = PackedLayout(events, rows, hasBeside: !tails.isEmpty || !amounts.isEmpty || hasItems)
    words.removeAll()
    firstWords.removeAll(keepingCapacity: true)
    var from = 0
    for count in counts {
      firstWords.append(words.count)
      if count > 0 { appendSlice(from..<(from + count), layout) }
      from += count
    }
    firstWords.append(words.count)
  }

  /// Puts `order` into the order of parts, and returns how many events each has.
  private func sortByPart(_ partCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: partCount)
    parts.removeAll()
    for (row, event) in zip(rows.elements, events.elements) {
      let part = SettleStore.part(ofOwner: event.owner, partCount)
      parts.append(UInt16(truncatingIfNeeded: part))
      if row != Self.dropped { counts[part] += 1 }
    }
    var next = 0
    var places = counts.map { count in
      defer { next += count }
      return next
    }
    order.removeAll()
    order.append(repeating: 0, count: next)
    let (rows, parts, order) = (rows.elements, parts.elements, order.elements)
    for index in 0..<rows.count where rows[index] != Self.dropped {
      let part = Int(parts[index])
      order[places[part]] = UInt32(truncatingIfNeeded: index)
      places[part] += 1
    }
    return counts
  }

  /// Appends the slice of one part.
  private func appendSlice(_ places: Range<Int>, _ layout: PackedLayout) {
    let first = words.count
    let rowWords = (places.count * layout.stride + 7) / 8
    var amountCount = 0
    var tailBytes: [UInt8] = []
    let (events, rows, order) = (events.elements, rows.elements, order.elements)
    // One word more than rows have: the last column is written with what lies behind it.
    words.append(upTo: PackedSlice.headWordsMax + rowWords + 1) { base in
      let headWords = PackedSlice.layoutWord + layout.store(base + PackedSlice.layoutWord)
      // The last word may have bytes behind the last row.
      base[headWords + max(0, rowWords - 1)] = 0
      var row = UnsafeMutableRawPointer(base + headWords)
      for place in places {
        let index = Int(order[place])
        var event = events[index]
        var tail = 0
        if event.keyByteCount == KeyStart.long {
          tail = tailBytes.count
          tailBytes += tails[self.tail(at: Int(event.place))]
        }
        if event.amountCount > 0 {
          event.recorded = UInt32(amountCount + 1)
          amountCount += event.amountCount
        }
        layout.store(event, row: rows[index], tail: tail, row)
        row += layout.stride
      }
      return headWords + rowWords
    }
    appendAmounts(places)
    append(bytes: tailBytes)
    PackedSlice.setHead(
      &words, first, rowCount: places.count, rowWords: rowWords, amountCount: amountCount,
      tailByteCount: tailBytes.count)
  }

  private func appendAmounts(_ places: Range<Int>) {
    guard !amounts.isEmpty else { return }
    for place in places {
      let event = events[Int(order[place])]
      for number in 0..<event.amountCount {
        let amount = amounts[Int(event.recorded) - 1 + number]
        words.append(UInt64(truncatingIfNeeded: amount))
        words.append(UInt64(truncatingIfNeeded: amount >> 64))
      }
    }
  }

  private func append(bytes: [UInt8]) {
    var at = 0
    while at < bytes.count {
      words.append(bytes[at..<min(at + 8, bytes.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
      at += 8
    }
  }

  /// Calls `body` with the slice of every part that has events.
  ///
  /// - Parameter firstPlace: the place of the chunk's first record past door 2 in the run.
  func forEachSlice(
    firstPlace: Int, _ body: (Int, UnsafeBufferPointer<UInt64>) throws(FileFault) -> Void
  ) throws(FileFault) {
    for part in firstWords.indices.dropLast() {
      let range = firstWords[part]..<firstWords[part + 1]
      if range.isEmpty { continue }
      words[range.lowerBound + PackedSlice.placeWord] = UInt64(bitPattern: Int64(firstPlace))
      try body(part, UnsafeBufferPointer(rebasing: words.elements[range]))
    }
  }
}
