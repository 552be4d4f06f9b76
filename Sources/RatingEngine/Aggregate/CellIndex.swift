// Where the cell of a key is: 32-bit slots, open addressing.
//
// A slot is the number of a cell under a few bits of the hash. Usage comes about in the order of its time, so where keys tell
// days, those of a day are in a part of their own: the slots of one day stay in the cache, and its cells lie together.

import CMachine

/// Finds the numbers of cells by their keys. Fields are read at every event, so it lives outside of classes.
struct CellIndex {
  /// Slots of one or more days.
  struct Part: BitwiseCopyable {
    /// Number of the cell + 1 in the lower `numberBits`, the hash's upper bits above them; 0 is empty.
    var slots: UnsafeMutablePointer<UInt32>
    /// Slots − 1; 0 where there are none yet.
    var mask: UInt64
    var count: Int

    var slotCount: Int { Int(mask) + 1 }
    var table: FlatTable<UInt32> { FlatTable(owning: slots, count: slotCount) }
  }

  /// Bits that number cells until there are more; beyond them a slot has four bits of the hash.
  static let numberBitsFew: UInt32 = 24
  private static let numberBitsMany: UInt32 = 29
  private static let slotCountMin = 1 << 14
  /// Slots below which their number grows fourfold.
  private static let slotCountQuick = 1 << 22
  /// Parts of an index by day: days that differ by as many share one.
  private static let partBits = 9
  private static let partSlotCountMin = 1 << 10
  private static let partSlotCountQuick = 1 << 16
  private static let ahead = 32

  private let parts: FlatTable<Part>
  private let partShift: UInt64
  private let partMask: UInt64
  private let partIsInHigh: Bool
  private var numberBits: UInt32
  /// Bytes of all slots.
  private(set) var byteCount = 0
  private var slotCountOfLargest = 0

  /// - Parameter dayField: the field of the key that is its day; nil for an index in one part.
  init(dayField: SummaryKeyPlan.Field?, numberBits: UInt32) {
    // A day that lies across both words of a key is told by what of it is in the upper one.
    partIsInHigh = (dayField.map { $0.shift + $0.width } ?? 0) > 64
    let partBits = dayField.map { min($0.width, Self.partBits) } ?? 0
    partShift = UInt64(max(0, (dayField?.shift ?? 0) - (partIsInHigh ? 64 : 0)))
    partMask = (1 << UInt64(partBits)) - 1
    self.numberBits = numberBits
    parts = FlatTable(zeroedCount: 1 << partBits)
    for part in 0..<parts.count { parts[part] = Self.noKeys }
  }

  func deallocate() {
    for part in 0..<parts.count where parts[part].mask != 0 { parts[part].table.deallocate() }
    parts.deallocate()
  }

  /// A part before its first key: one slot that is empty and stays so, as a mask of 0 makes the part grow first.
  private static var noKeys: Part { Part(slots: emptySlot, mask: 0, count: 0) }
  // Safe to share: nobody writes to it.
  nonisolated(unsafe) private static let emptySlot: UnsafeMutablePointer<UInt32> = {
    let slot = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    slot.initialize(to: 0)
    return slot
  }()

  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> UInt64 {
    let product = (low ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: (high | 1) &* 0x9fb2_1c65_1e98_df25)
    let x = product.high ^ product.low
    return (x ^ x &>> 29) &* 0xbf58_476d_1ce4_e5b9
  }

  /// The part of a key.
  @inline(__always) private func part(_ low: UInt64, _ high: UInt64) -> UnsafeMutablePointer<Part> {
    // The mask is that of the number of parts.
    parts.base + Int(truncatingIfNeeded: (partIsInHigh ? high : low) &>> partShift & partMask)
  }

  @inline(__always) func prefetchSlot(_ low: UInt64, _ high: UInt64, _ hash: UInt64) {
    let part = part(low, high)
    cm_prefetch_read(part.pointee.slots + Int(truncatingIfNeeded: hash & part.pointee.mask))
  }

  /// The number of the cell that a key has, or −1. `isIt` says whether a cell, whose key has some bits of the hash, has all of it.
  @inline(__always) func find(_ low: UInt64, _ high: UInt64, _ hash: UInt64, isIt: (Int) -> Bool) -> Int {
    let part = part(low, high)
    let (slots, mask) = (part.pointee.slots, part.pointee.mask)
    let tag = UInt32(truncatingIfNeeded: hash &>> 32) &>> numberBits
    var at = hash & mask
    while true {
      let slot = slots[Int(truncatingIfNeeded: at)]
      if slot == 0 { return -1 }
      if slot &>> numberBits == tag {
        let number = Int(truncatingIfNeeded: slot & ((1 &<< numberBits) &- 1)) &- 1
        if isIt(number) { return number }
      }
      at = (at &+ 1) & mask
    }
  }

  /// Notes the cell of a key that has none: cells are numbered one after the other.
  ///
  /// `cellBytes` are those of the cells before it; `ask` prefetches a cell, `hashOf` is the hash of its key.
  mutating func insert(
    _ number: Int, _ low: UInt64, _ high: UInt64, _ hash: UInt64, cellBytes: Int, ask: (Int) -> Void,
    hashOf: (Int) -> UInt64
  ) {
    let part = part(low, high)
    if part.pointee.mask == 0 {
      lay(part, slotCount: firstSlotCount(cellBytes), ask, hashOf)
    } else if part.pointee.count * 4 >= part.pointee.slotCount * 3 {
      // Four times as many while that is little memory: every rebuilding holds the others up.
      let isQuick = part.pointee.slotCount < (isInParts ? Self.partSlotCountQuick : Self.slotCountQuick)
      lay(part, slotCount: part.pointee.slotCount * (isQuick ? 4 : 2), oldBits: numberBits, ask, hashOf)
    }
    if number + 1 >= 1 << Int(numberBits), numberBits < Self.numberBitsMany {
      let oldBits = numberBits
      numberBits = Self.numberBitsMany
      for index in 0..<parts.count where parts[index].mask != 0 {
        lay(parts.base + index, slotCount: parts[index].slotCount, oldBits: oldBits, ask, hashOf)
      }
    }
    place(number, hash, part)
    part.pointee.count += 1
  }

  /// Forgets all cells.
  mutating func removeAll() {
    guard isInParts else {
      if parts[0].mask != 0 { parts[0].slots.update(repeating: 0, count: parts[0].slotCount) }
      parts.base.pointee.count = 0
      return
    }
    // The next may be of other days.
    for part in 0..<parts.count where parts[part].mask != 0 {
      parts[part].table.deallocate()
      parts[part] = Self.noKeys
    }
    (byteCount, slotCountOfLargest) = (0, 0)
  }

  private var isInParts: Bool { parts.count > 1 }

  /// Slots of a part that has none: those of the largest, as one day is much like another, while the index is small beside its
  /// cells.
  private func firstSlotCount(_ cellBytes: Int) -> Int {
    guard isInParts else { return Self.slotCountMin }
    return byteCount < cellBytes / 2 ? slotCountOfLargest : Self.partSlotCountMin
  }

  private func place(_ number: Int, _ hash: UInt64, _ part: UnsafeMutablePointer<Part>) {
    let (slots, mask) = (part.pointee.slots, part.pointee.mask)
    var at = hash & mask
    while slots[Int(truncatingIfNeeded: at)] != 0 { at = (at &+ 1) & mask }
    let tag = UInt32(truncatingIfNeeded: hash &>> 32) &>> numberBits
    slots[Int(truncatingIfNeeded: at)] = tag &<< numberBits | UInt32(number + 1)
  }

  /// Lays the slots of a part anew, with the cells of its old ones; `oldBits` are those of their numbers, nil where there are
  /// none.
  private mutating func lay(
    _ part: UnsafeMutablePointer<Part>, slotCount: Int, oldBits: UInt32? = nil, _ ask: (Int) -> Void,
    _ hashOf: (Int) -> UInt64
  ) {
    let old = part.pointee.table
    let slots = FlatTable<UInt32>(zeroedCount: slotCount)
    if slotCount >= Self.slotCountMin { slots.populate() }
    byteCount += slots.byteCount
    slotCountOfLargest = max(slotCountOfLargest, slotCount)
    part.pointee.slots = slots.base
    part.pointee.mask = UInt64(slotCount - 1)
    guard let oldBits else { return }
    // Cells are asked for, then the slots of those that have arrived.
    let (ahead, mask) = (Self.ahead, 2 * Self.ahead - 1)
    withUnsafeTemporaryAllocation(of: (hash: UInt64, number: Int).self, capacity: 2 * ahead) { waiting in
      var taken = 0
      var hashed = 0
      var placed = 0
      func take(_ number: Int) {
        ask(number)
        waiting[taken & mask].number = number
        taken += 1
        if taken - hashed == ahead { hashNext() }
      }
      func hashNext() {
        let hash = hashOf(waiting[hashed & mask].number)
        cm_prefetch_write(slots.base + Int(truncatingIfNeeded: hash & part.pointee.mask))
        waiting[hashed & mask].hash = hash
        hashed += 1
        if hashed - placed == ahead { placeNext() }
      }
      func placeNext() {
        place(waiting[placed & mask].number, waiting[placed & mask].hash, part)
        placed += 1
      }
      if isInParts {
        let numberMask: UInt32 = (1 &<< oldBits) &- 1
        for slot in 0..<old.count where old[slot] != 0 { take(Int(old[slot] & numberMask) - 1) }
      } else {
        // All cells are in the one part: read one after the other.
        for number in 0..<part.pointee.count { take(number) }
      }
      while hashed < taken { hashNext() }
      while placed < taken { placeNext() }
    }
    byteCount -= old.byteCount
    old.deallocate()
  }
}
