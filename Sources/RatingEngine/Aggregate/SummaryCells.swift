// The sums: one cell a summary key, found through an index of 64-bit slots.
//
// Cells lie one after the other in the order of their first event (no holes, no copy when the index grows); a cell is one
// cache line. Index and cell are prefetched some rows ahead of the update.

import CMachine

/// What is added up for one key. 64 bytes.
struct SummaryCell: BitwiseCopyable {
  var keyLow: UInt64
  var keyHigh: UInt64
  var eventCount: UInt64
  var quantityRaw: Int64
  var quantityBilled: Int64
  var unused: UInt64
  var amountPico: Int128
}

/// Exact sums by key. One owner at a time.
final class SummaryCells {
  // Slots hold 32 bits of the hash above the number of the cell + 1; 0 is empty.
  private var slots: FlatTable<UInt64>
  private var mask: UInt64
  private(set) var count = 0
  private var blocks: [FlatTable<SummaryCell>] = []
  private static let blockShift = 16
  private static let blockMask = (1 << blockShift) - 1

  init(slotCount: Int = 1 << 16) {
    slots = FlatTable(zeroedCount: slotCount)
    mask = UInt64(slotCount - 1)
  }

  deinit {
    slots.deallocate()
    for block in blocks { block.deallocate() }
  }

  /// Bytes held.
  var byteCount: Int { slots.byteCount + blocks.count << Self.blockShift * MemoryLayout<SummaryCell>.stride }

  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> UInt64 {
    let product = (low ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: (high | 1) &* 0x9fb2_1c65_1e98_df25)
    let x = product.high ^ product.low
    return (x ^ x &>> 29) &* 0xbf58_476d_1ce4_e5b9
  }

  @inline(__always) func prefetchSlot(_ hash: UInt64) {
    cm_prefetch_read(slots.base + Int(truncatingIfNeeded: hash & mask))
  }

  /// Prefetches the cell that the slot of `hash` names, if it names one.
  @inline(__always) func prefetchCell(_ hash: UInt64) {
    let slot = slots[Int(truncatingIfNeeded: hash & mask)]
    if slot != 0 { cm_prefetch_write(cell(Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1)) }
  }

  /// The cell of a number, 0..<count.
  @inline(__always) func cell(_ number: Int) -> UnsafeMutablePointer<SummaryCell> {
    blocks.withUnsafeBufferPointer { $0[number &>> Self.blockShift].base + (number & Self.blockMask) }
  }

  /// Prefetches a cell for reading.
  @inline(__always) func prefetch(_ number: Int) { cm_prefetch_read(cell(number)) }

  /// Adds one rated event.
  @inline(__always) func add(_ row: UnsafePointer<OutcomeRow>, hash: UInt64) {
    let cell = find(row.pointee.keyLow, row.pointee.keyHigh, hash: hash)
    cell.pointee.eventCount &+= 1
    // Wrapping: the run's own totals in 128 bits are compared with these at the end.
    cell.pointee.quantityRaw &+= row.pointee.quantityRaw
    cell.pointee.quantityBilled &+= row.pointee.quantityBilled
    cell.pointee.amountPico &+= row.pointee.amountPico
  }

  /// Takes one rated event back that was added before.
  func remove(_ row: UnsafePointer<OutcomeRow>) {
    let hash = Self.hash(row.pointee.keyLow, row.pointee.keyHigh)
    let cell = find(row.pointee.keyLow, row.pointee.keyHigh, hash: hash)
    cell.pointee.eventCount &-= 1
    cell.pointee.quantityRaw &-= row.pointee.quantityRaw
    cell.pointee.quantityBilled &-= row.pointee.quantityBilled
    cell.pointee.amountPico &-= row.pointee.amountPico
  }

  /// The cell of a key, made where there is none.
  @inline(__always) private func find(_ low: UInt64, _ high: UInt64, hash: UInt64) -> UnsafeMutablePointer<SummaryCell> {
    var at = hash & mask
    let tag = hash & 0xffff_ffff_0000_0000
    while true {
      let slot = slots[Int(truncatingIfNeeded: at)]
      if slot == 0 { return insert(low, high, hash: hash) }
      if slot & 0xffff_ffff_0000_0000 == tag {
        let found = cell(Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1)
        if found.pointee.keyLow == low, found.pointee.keyHigh == high { return found }
      }
      at = (at &+ 1) & mask
    }
  }

  @inline(never) private func insert(_ low: UInt64, _ high: UInt64, hash: UInt64) -> UnsafeMutablePointer<SummaryCell> {
    if UInt64(count) * 4 >= (mask + 1) * 3 { grow() }
    if count & Self.blockMask == 0 { blocks.append(FlatTable(zeroedCount: 1 << Self.blockShift)) }
    precondition(count < Int(UInt32.max) - 1, "a summary has fewer than 2^32 rows")
    let number = count
    count += 1
    place(number, hash)
    let new = cell(number)
    new.pointee = SummaryCell(
      keyLow: low, keyHigh: high, eventCount: 0, quantityRaw: 0, quantityBilled: 0, unused: 0, amountPico: 0)
    return new
  }

  private func place(_ number: Int, _ hash: UInt64) {
    var at = hash & mask
    while slots[Int(truncatingIfNeeded: at)] != 0 { at = (at &+ 1) & mask }
    slots[Int(truncatingIfNeeded: at)] = hash & 0xffff_ffff_0000_0000 | UInt64(number + 1)
  }

  private func grow() {
    slots.deallocate()
    let slotCount = Int(mask + 1) * 2
    slots = FlatTable(zeroedCount: slotCount)
    mask = UInt64(slotCount - 1)
    for number in 0..<count {
      let cell = cell(number)
      place(number, Self.hash(cell.pointee.keyLow, cell.pointee.keyHigh))
    }
  }
}
