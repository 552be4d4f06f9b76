// One part of the store in memory: its events in canonical order, owner by owner.

import DurableFiles

/// The events of some owners, sorted. Owned by one worker; used for one part after the other.
final class SettlePartition {
  private(set) var events = FlatTable<PackedEvent>(zeroedCount: 0)
  // Measured: checking for exclusive access at every event costs more than counting it; a partition has one owner.
  @exclusivity(unchecked) private var places = OwnerPlaces()
  /// Events that were loaded.
  var count: Int { stretches.reduce(0) { $0 + $1.range.count } }
  /// Owners and periods in order of their numbers.
  private(set) var stretches: [SettleOrder.Stretch] = []
  /// By `PackedEvent.recorded` − 1.
  private(set) var amounts: [Int128] = []
  /// The rest of long keys, each behind its length, and where each begins, by the places of their events, ascending.
  private var tails: [UInt8] = []
  private var tailPlaces: [(place: Int64, offset: Int)] = []

  /// Bytes of one event while it is sorted: itself, and as much again while those of its owner are merged.
  static let bytesPerEvent = 2 * MemoryLayout<PackedEvent>.stride

  deinit { events.deallocate() }

  /// Which owners of a part are loaded together.
  struct Pass {
    var number: Int
    var count: Int
    /// Owners that are loaded by no pass, ascending.
    var excluded: [UInt32] = []

    /// Whether all owners are loaded.
    @inline(__always) var takesAll: Bool { count == 1 && excluded.isEmpty }

    @inline(__always) func takes(_ owner: UInt32) -> Bool {
      (count == 1 || Int((owner &* 0x85eb_ca6b) &>> 8) % count == number)
        && (excluded.isEmpty || !excluded.contains(owner))
    }
  }

  /// How many times a part is read so that what is loaded of it fits `bytesMax`; an owner is never split.
  ///
  /// - Parameter excludedCount: events that are loaded by no pass.
  static func passCount(_ part: SettleStore.Part, excludedCount: Int = 0, bytesMax: Int) -> Int {
    let bytes =
      (part.rowCount - excludedCount) * bytesPerEvent
      + part.besideBytes / max(1, part.rowCount) * (part.rowCount - excludedCount)
    return max(1, (bytes + bytesMax - 1) / max(1, bytesMax))
  }

  static func forEachSlice(
    _ part: SettleStore.Part, _ body: (PackedSlice) -> Void
  ) throws(FileFault) {
    let reader = LogReader(part.slices)
    while reader.position < part.slices.count {
      let start = reader.position
      let count = PackedSlice.wordCount(try reader.next(PackedSlice.headWords))
      reader.seek(start)
      body(PackedSlice(try reader.next(count)))
    }
  }

  /// Loads the owners of a pass and sorts their events.
  ///
  /// - Parameter order: where chunks lie in the order of files.
  func load(_ part: SettleStore.Part, _ pass: Pass, _ order: ChunkOrder) throws(FileFault) {
    places.removeAll()
    amounts.removeAll(keepingCapacity: true)
    tails.removeAll(keepingCapacity: true)
    tailPlaces.removeAll(keepingCapacity: true)
    // Rows are read twice, so that each event is written once, to its owner's others.
    try Self.forEachSlice(part) { slice in count(slice, pass) }
    places.arrange()
    if places.count > events.count {
      events.deallocate()
      events = FlatTable(zeroedCount: max(1024, places.count + places.count / 8))
    }
    var removed = try RemovedPlaces(part.removed)
    try Self.forEachSlice(part) { slice in load(slice, pass, &removed) }
    sort(order)
  }

  /// Places of events that were taken back, asked for in order.
  struct RemovedPlaces {
    private var places: [Int64] = []
    private var next = 0

    init(_ removed: SpillableLog<Int64>) throws(FileFault) {
      try removed.forEachStretch { _, block throws(FileFault) in append(block) }
      sort()
    }

    private mutating func append(_ block: UnsafeBufferPointer<Int64>) { places.append(contentsOf: block) }
    private mutating func sort() { places.sort() }

    @inline(__always) mutating func contains(_ place: Int64) -> Bool {
      while next < places.count, places[next] < place { next += 1 }
      return next < places.count && places[next] == place
    }
  }

  private func count(_ slice: PackedSlice, _ pass: Pass) {
    let layout = slice.layout
    let isWhole = pass.takesAll
    for number in 0..<slice.rowCount {
      let owner = layout.owner(slice.row(number))
      if isWhole || pass.takes(owner) { places.note(owner) }
    }
  }

  /// Loads the events of a slice; slices and their rows lie in the order of their places.
  private func load(_ slice: PackedSlice, _ pass: Pass, _ removed: inout RemovedPlaces) {
    let layout = slice.layout
    let isWhole = pass.takesAll
    let base = events.base
    for number in 0..<slice.rowCount {
      let row = slice.row(number)
      if !isWhole, !pass.takes(layout.owner(row)) { continue }
      let event = layout.event(row, firstPlace: slice.firstPlace)
      if removed.contains(event.place) { continue }
      let target = base + places.place(event.owner)
      target.initialize(to: event)
      if event.recorded != 0 || event.keyByteCount == KeyStart.long { loadBeside(target, row, slice) }
    }
  }

  /// Loads what lies beside an event.
  private func loadBeside(
    _ event: UnsafeMutablePointer<PackedEvent>, _ row: UnsafeRawPointer, _ slice: PackedSlice
  ) {
    if event.pointee.amountCount > 0 {
      let first = Int(event.pointee.recorded)
      event.pointee.recorded = UInt32(amounts.count + 1)
      for number in 0..<event.pointee.amountCount { amounts.append(slice.amountPico(first + number)) }
    }
    if event.pointee.keyByteCount == KeyStart.long {
      tailPlaces.append((event.pointee.place, tails.count))
      tails.append(contentsOf: slice.tail(row))
    }
  }

  /// Gives the memory of events back; there are none after.
  func release() {
    events.deallocate()
    events = FlatTable(zeroedCount: 0)
    stretches.removeAll()
    amounts = []
    tails = []
    tailPlaces = []
  }

  // MARK: order

  private func sort(_ order: ChunkOrder) {
    stretches.removeAll(keepingCapacity: true)
    places.forEachOwner { SettleOrder.sort($0, of: events.base, stretches: &stretches) }
    let sorted = UnsafeBufferPointer(start: events.base, count: events.count)
    for stretch in stretches {
      let part = UnsafeBufferPointer(rebasing: sorted[stretch.range])
      for run in SettleOrder.undecided(in: part) {
        let from = stretch.range.lowerBound + run.lowerBound
        var tied = UnsafeMutableBufferPointer(start: events.base + from, count: run.count)
        tied.sort { keyPrecedes($0, $1, order) }
      }
    }
  }

  /// Whether the rest of one long key comes before that of another; equal keys stand in the order of files.
  private func keyPrecedes(_ a: PackedEvent, _ b: PackedEvent, _ order: ChunkOrder) -> Bool {
    let (x, y) = (
      a.key.isUUID ? a.key.tailOfUUID : tail(of: a), b.key.isUUID ? b.key.tailOfUUID : tail(of: b)
    )
    if x.elementsEqual(y) { return order.place(a.place) < order.place(b.place) }
    return x.lexicographicallyPrecedes(y)
  }

  /// What the key of an event has behind the 16 bytes that stand in it; nothing where they hold all of it.
  func tail(of event: PackedEvent) -> ArraySlice<UInt8> {
    guard event.keyByteCount == KeyStart.long else { return [] }
    var (low, high) = (0, tailPlaces.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if tailPlaces[middle].place < event.place { low = middle + 1 } else { high = middle }
    }
    let offset = tailPlaces[low].offset
    let length = (0..<4).reduce(0) { $0 | Int(tails[offset + $1]) << (8 * $1) }
    return tails[(offset + 4)..<(offset + 4 + length)]
  }
}

/// The chunks in the order of files: what an event's place is in that order, whoever read first.
struct ChunkOrder: Sendable {
  /// By chunk in the order of arrival: where its records begin, in the order of arrival and in that of files.
  private let arrivals: [Int]
  private let places: [Int]

  init(_ chunks: LogStretches, recordCount: Int) {
    let stretches = chunks.stretches
    arrivals = stretches.map(\.firstIndex)
    var places = [Int](repeating: 0, count: stretches.count)
    let order = stretches.indices.sorted { a, b in
      let (x, y) = (stretches[a], stretches[b])
      return (x.file, x.unit, x.sequence) < (y.file, y.unit, y.sequence)
    }
    var next = 0
    for index in order {
      places[index] = next
      let end = index + 1 < stretches.count ? stretches[index + 1].firstIndex : recordCount
      next += end - stretches[index].firstIndex
    }
    self.places = places
  }

  /// The place in the order of files of one in the order of arrival. Complexity: O(log chunks).
  func place(_ arrival: Int64) -> Int {
    let arrival = Int(arrival)
    var (low, high) = (0, arrivals.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if arrivals[middle] <= arrival { low = middle } else { high = middle }
    }
    return places[low] + arrival - arrivals[low]
  }
}
