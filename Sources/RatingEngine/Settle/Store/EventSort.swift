// Events of an owner that do not fit into memory, on their way from pass to pass: put in order on disk, read window by window.

import DurableFiles

/// Packed events with what belongs to them, by the bytes of a key. One owner at a time.
final class EventSort {
  private let sort: ExternalSort

  /// What stands in an entry before its amounts, pieces and parts.
  fileprivate struct Head: BitwiseCopyable {
    var event: PackedEvent
    var covering = EventCovering.nothing
    var amountCount: Int32 = 0
    var pieceCount: Int32 = 0
    var partCount: Int32 = 0
  }

  init(memoryBytesMax: Int, place: SpillPlace) {
    sort = ExternalSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  var count: Int { sort.count }

  /// Adds an event under a key.
  ///
  /// - Parameters:
  ///   - amounts: what its `recorded` begins with; its number there is given anew when it is read.
  ///   - covering: what the first pass decided, with its pieces.
  ///   - parts: what the second made of it.
  func append(
    key: [UInt8], _ event: PackedEvent, amounts: ArraySlice<Int128>, covering: EventCovering = .nothing,
    pieces: ArraySlice<EventPiece> = [], parts: Slice<WorkList<SettledPart>>? = nil
  ) throws(FileFault) {
    var head = Head(event: event, covering: covering)
    head.amountCount = Int32(amounts.count)
    head.pieceCount = Int32(pieces.count)
    head.partCount = Int32(parts?.count ?? 0)
    let payloadBytes =
      MemoryLayout<Head>.size + amounts.count * MemoryLayout<Int128>.stride
      + pieces.count * MemoryLayout<EventPiece>.stride
      + Int(head.partCount) * MemoryLayout<SettledPart>.stride
    try sort.append(keyBytes: key.count, payloadBytes: payloadBytes) { target in
      var writer = RawWriter(target: target)
      for byte in key { writer.put(byte) }
      writer.put(head, byteCount: MemoryLayout<Head>.size)
      for amount in amounts { writer.put(amount) }
      for piece in pieces { writer.put(piece) }
      if let parts {
        for part in parts { writer.put(part) }
      }
    }
  }

  /// A walk over the events in the order of their keys.
  func cursor() throws(FileFault) -> EventCursor { EventCursor(try sort.cursor()) }

  /// Gives memory and file back.
  func release() { sort.release() }
}

/// Writes numbers one after the other, wherever they lie.
private struct RawWriter {
  var target: UnsafeMutableRawPointer

  @inline(__always) mutating func put<T: BitwiseCopyable>(_ value: T, byteCount: Int = MemoryLayout<T>.stride)
  {
    withUnsafeBytes(of: value) { bytes in
      if let base = bytes.baseAddress {
        target.copyMemory(from: base, byteCount: min(byteCount, bytes.count))
      }
    }
    target += byteCount
  }
}

/// A walk over events in order, window by window.
final class EventCursor {
  private let cursor: SortCursor
  private var entry: SortEntry?
  private var hasBegun = false

  fileprivate init(_ cursor: SortCursor) { self.cursor = cursor }

  /// What a window restores besides events and their amounts.
  enum Content {
    case events
    /// Coverings and pieces.
    case covered
    /// Coverings and parts.
    case priced
  }

  /// The next event; nil at the end.
  func peek() throws(FileFault) -> PackedEvent? {
    if !hasBegun {
      hasBegun = true
      entry = try cursor.next()
    }
    return entry.map { $0.payload.loadUnaligned(as: PackedEvent.self) }
  }

  /// Takes the next event off without a window.
  func skip() throws(FileFault) { entry = try cursor.next() }

  /// Takes all events off that stand before those of an owner and period.
  func skip(toOwner owner: UInt32, period: UInt16) throws(FileFault) {
    while let next = try peek(), (next.owner, next.period) < (owner, period) { try skip() }
  }

  /// Fills a window with events of one owner and period, at most `countMax`, and their lists in `settlement`; false where
  /// there are none left.
  func fill(
    _ window: inout EventWindow, _ content: Content, countMax: Int, owner: UInt32, period: UInt16,
    _ settlement: inout Settlement<BandStretching>
  ) throws(FileFault) -> Bool {
    window.removeAll()
    settlement.beginWindow()
    while window.events.count < countMax, let next = try peek(), next.owner == owner, next.period == period,
      let entry
    {
      take(entry, content, &window, &settlement)
      try skip()
    }
    if content == .priced { settlement.firstParts.append(Int32(settlement.parts.count)) }
    return !window.events.isEmpty
  }

  private func take(
    _ entry: SortEntry, _ content: Content, _ window: inout EventWindow,
    _ settlement: inout Settlement<BandStretching>
  ) {
    let payload = entry.payload
    let head = payload.loadUnaligned(as: EventSort.Head.self)
    var at = MemoryLayout<EventSort.Head>.size
    func next<T: BitwiseCopyable>(_: T.Type) -> T {
      defer { at += MemoryLayout<T>.stride }
      return payload.loadUnaligned(fromByteOffset: at, as: T.self)
    }
    var event = head.event
    event.recorded = head.amountCount > 0 ? UInt32(settlement.recordedAmounts.count + 1) : 0
    for _ in 0..<head.amountCount { settlement.recordedAmounts.append(next(Int128.self)) }
    if content != .events {
      var covering = head.covering
      covering.firstPiece = Int32(settlement.pieces.count)
      covering.pieceCount = head.pieceCount
      settlement.coverings.append(covering)
      for _ in 0..<head.pieceCount { settlement.pieces.append(next(EventPiece.self)) }
    }
    if content == .priced {
      settlement.firstParts.append(Int32(settlement.parts.count))
      for _ in 0..<head.partCount {
        var part = next(SettledPart.self)
        part.event = Int32(window.events.count)
        settlement.parts.append(part)
      }
    }
    if event.marks.contains(.watched) { settlement.watched = window.events.count }
    window.append(event, index: EventKey.index(atEndOf: entry.key))
  }
}

/// Events that are in memory at a time.
struct EventWindow {
  private(set) var events: [PackedEvent] = []
  /// By event: its number in canonical order, where the key ends with it.
  private(set) var indices: [Int] = []

  fileprivate mutating func removeAll() {
    events.removeAll(keepingCapacity: true)
    indices.removeAll(keepingCapacity: true)
  }

  /// Leaves the mark of the first watched event alone, where none was found before; returns its index, −1 for none.
  mutating func keepFirstWatched(_ isFound: inout Bool) -> Int {
    var first = -1
    for index in events.indices where events[index].marks.contains(.watched) {
      if isFound { events[index].marks.remove(.watched) } else { (isFound, first) = (true, index) }
    }
    return first
  }

  /// Bytes of an event in a window, with its parts, pieces and what else is made of it.
  static let bytesPerEvent = 512

  fileprivate mutating func append(_ event: PackedEvent, index: Int) {
    events.append(event)
    indices.append(index)
  }
}

/// Keys by which events are sorted on disk: bytes that compare as the events stand.
enum EventKey {
  /// Owner, period, charging start, key, and the place where keys are equal: canonical order.
  ///
  /// - Parameter tail: what the key has behind the 16 bytes in the event.
  static func setCanonical(
    _ key: inout [UInt8], _ event: PackedEvent, tail: some Collection<UInt8>, place: Int
  ) {
    key.removeAll(keepingCapacity: true)
    append(event.owner, to: &key)
    append(event.period, to: &key)
    appendOrder(event, tail: tail, place: place, to: &key)
  }

  /// Owner, period, account, cell and item, then canonical order: that in which samples are measured.
  static func setSample(
    _ key: inout [UInt8], _ event: PackedEvent, tail: some Collection<UInt8>, place: Int
  ) {
    key.removeAll(keepingCapacity: true)
    append(event.owner, to: &key)
    append(event.period, to: &key)
    append(event.account, to: &key)
    append(event.baseCell, to: &key)
    append(event.recorded, to: &key)
    appendOrder(event, tail: tail, place: place, to: &key)
  }

  /// A rank, then the number in canonical order.
  static func set(_ key: inout [UInt8], rank: UInt32, index: Int) {
    key.removeAll(keepingCapacity: true)
    append(rank, to: &key)
    append(UInt64(index), to: &key)
  }

  /// The number with which a key ends.
  static func index(atEndOf key: UnsafeRawBufferPointer) -> Int {
    Int(UInt64(bigEndian: key.loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)))
  }

  private static func appendOrder(
    _ event: PackedEvent, tail: some Collection<UInt8>, place: Int, to key: inout [UInt8]
  ) {
    // Times before 1970 are negative.
    append(UInt64(bitPattern: event.startMillis) ^ 1 << 63, to: &key)
    if event.key.isUUID {
      for byte in UUIDKey.text(event.keyHigh, event.keyLow) { append(text: byte, to: &key) }
    } else {
      withUnsafeBytes(of: (event.keyHigh.bigEndian, event.keyLow.bigEndian)) { words in
        for byte in words.prefix(Int(min(event.keyByteCount, 16))) { append(text: byte, to: &key) }
      }
      for byte in tail { append(text: byte, to: &key) }
    }
    // A key comes before those that it begins.
    key.append(0)
    key.append(0)
    append(UInt64(place), to: &key)
  }

  @inline(__always) private static func append(text byte: UInt8, to key: inout [UInt8]) {
    key.append(byte)
    if byte == 0 { key.append(1) }
  }

  @inline(__always) private static func append<T: FixedWidthInteger>(_ number: T, to key: inout [UInt8]) {
    withUnsafeBytes(of: number.bigEndian) { key.append(contentsOf: $0) }
  }
}
