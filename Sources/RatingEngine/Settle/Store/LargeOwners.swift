// Owners with so many events that they do not fit into memory: their events sorted on disk, all of a part at once.

import DurableFiles

/// The large owners of one part of the store. Owned by one worker.
final class LargeOwners {
  /// Their numbers, ascending.
  let owners: [UInt32]
  /// Events of all of them in canonical order, owner by owner. Gauges are put among them when they were measured.
  let events: EventSort
  /// Samples of gauges in the order in which they are measured.
  let samples: EventSort
  /// By owner: first days of the usage periods in which it has events or samples.
  private(set) var periods: [UInt32: Set<UInt16>] = [:]
  private var key: [UInt8] = []

  /// Memory of a walk where tests say how many events an owner may have: windows and runs of a few events.
  static let memoryBytesForTests = 8 << 10

  /// Which owners of a part have more than `countMax` events, ascending, and how many those have together.
  ///
  /// The part is read where it has so many itself.
  static func find(
    _ part: SettleStore.Part, countMax: Int
  ) throws(FileFault) -> (owners: [UInt32], eventCount: Int) {
    guard part.rowCount > countMax else { return ([], 0) }
    var places = OwnerPlaces()
    try SettlePartition.forEachSlice(part) { slice in
      let layout = slice.layout
      for number in 0..<slice.rowCount { places.note(layout.owner(slice.row(number))) }
    }
    let owners = places.owners(countAbove: countMax)
    return (owners, owners.reduce(0) { $0 + places.count(of: $1) })
  }

  init(_ owners: [UInt32], memoryBytesMax: Int, place: SpillPlace) {
    self.owners = owners
    events = EventSort(memoryBytesMax: memoryBytesMax, place: place)
    samples = EventSort(memoryBytesMax: memoryBytesMax, place: place)
  }

  /// Reads their events.
  ///
  /// - Parameter order: where chunks lie in the order of files.
  func load(
    _ part: SettleStore.Part, _ order: ChunkOrder, watched: WatchedEvent?
  ) throws(FileFault) {
    var removed = try SettlePartition.RemovedPlaces(part.removed)
    var isOwner = Set<UInt32>()
    for owner in owners { isOwner.insert(owner) }
    var fault: FileFault?
    try SettlePartition.forEachSlice(part) { slice in
      guard fault == nil else { return }
      do throws(FileFault) {
        try load(slice, isOwner, order, &removed, watched)
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
  }

  private func load(
    _ slice: PackedSlice, _ isOwner: Set<UInt32>, _ order: ChunkOrder,
    _ removed: inout SettlePartition.RemovedPlaces, _ watched: WatchedEvent?
  ) throws(FileFault) {
    let layout = slice.layout
    var amounts: [Int128] = []
    for number in 0..<slice.rowCount {
      let row = slice.row(number)
      guard isOwner.contains(layout.owner(row)) else { continue }
      var event = layout.event(row, firstPlace: slice.firstPlace)
      if removed.contains(event.place) { continue }
      periods[event.owner, default: []].insert(event.period)
      let tail =
        event.keyByteCount == KeyStart.long ? Array(slice.tail(row).dropFirst(4)) : []
      if let watched, watched.isSame(event, tail: tail) { event.marks.insert(.watched) }
      if event.marks.contains(.sample) {
        EventKey.setSample(&key, event, tail: tail, place: order.place(event.place))
        try samples.append(key: key, event, amounts: [])
        continue
      }
      amounts.removeAll(keepingCapacity: true)
      for at in 0..<event.amountCount { amounts.append(slice.amountPico(Int(event.recorded) + at)) }
      EventKey.setCanonical(&key, event, tail: tail, place: order.place(event.place))
      try events.append(key: key, event, amounts: amounts[...])
    }
  }

  /// Puts what gauges came to among the events.
  func add(gauge event: PackedEvent) throws(FileFault) {
    // Of a longer key, the 16 bytes that the event has decide, then its length.
    EventKey.setCanonical(
      &key, event, tail: event.keyByteCount == KeyStart.long ? [1] : [], place: Int(event.place))
    try events.append(key: key, event, amounts: [])
  }

  /// Gives memory and files back.
  func release() {
    events.release()
    samples.release()
  }
}
