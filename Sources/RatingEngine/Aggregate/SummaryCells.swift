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
  /// What every access reads, outside the class: its fields would be checked for exclusive access at every use.
  private struct State {
    // Slots hold 32 bits of the hash above the number of the cell + 1; 0 is empty.
    var slots: FlatTable<UInt64>
    var mask: UInt64
    var count: Int
    /// Blocks of 2^blockShift cells; room for 2^16 of them, which is 2^32 cells.
    var blocks: FlatTable<UnsafeMutablePointer<SummaryCell>?>
  }

  private let state: UnsafeMutablePointer<State>
  /// Blocks that were made before cells were forgotten.
  private var blocksInUse = 0
  private static let blockShift = 16
  private static let blockMask = (1 << blockShift) - 1

  init(slotCount: Int = 1 << 16) {
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(
        slots: FlatTable(zeroedCount: slotCount), mask: UInt64(slotCount - 1), count: 0,
        blocks: FlatTable(zeroedCount: 1 << 16)))
  }

  deinit {
    state.pointee.slots.deallocate()
    for number in 0..<max(blocksInUse, (count + Self.blockMask) >> Self.blockShift) {
      // As long as `FlatTable` made it.
      if let block = state.pointee.blocks[number] {
        cm_unmap(block, (MemoryLayout<SummaryCell>.stride << Self.blockShift) + ByteText.slack)
      }
    }
    state.pointee.blocks.deallocate()
    state.deallocate()
  }

  /// Number of cells.
  @inline(__always) var count: Int { state.pointee.count }

  /// Bytes of the cells that are in use and of their index.
  var byteCount: Int {
    state.pointee.slots.byteCount + count * MemoryLayout<SummaryCell>.stride
  }

  /// Forgets all cells; their memory stays for the next.
  func removeAll() {
    blocksInUse = max(blocksInUse, (count + Self.blockMask) >> Self.blockShift)
    let slots = state.pointee.slots
    UnsafeMutableRawPointer(slots.base).initializeMemory(as: UInt8.self, repeating: 0, count: slots.byteCount)
    state.pointee.count = 0
  }

  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> UInt64 {
    let product = (low ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: (high | 1) &* 0x9fb2_1c65_1e98_df25)
    let x = product.high ^ product.low
    return (x ^ x &>> 29) &* 0xbf58_476d_1ce4_e5b9
  }

  /// Prefetches the slot of a row's key and returns the key's hash.
  @inline(__always) func prefetchSlot(_ row: UnsafePointer<OutcomeRow>) -> UInt64 {
    let hash = Self.hash(row.pointee.keyLow, row.pointee.keyHigh)
    cm_prefetch_read(state.pointee.slots.base + Int(truncatingIfNeeded: hash & state.pointee.mask))
    return hash
  }

  /// Prefetches the cell that the slot of `hash` names, if it names one.
  @inline(__always) func prefetchCell(_ hash: UInt64) {
    let slot = state.pointee.slots[Int(truncatingIfNeeded: hash & state.pointee.mask)]
    if slot != 0 { cm_prefetch_write(cell(Int(truncatingIfNeeded: slot & 0xffff_ffff) &- 1)) }
  }

  /// The cell of a number, 0..<count.
  @inline(__always) func cell(_ number: Int) -> UnsafeMutablePointer<SummaryCell> {
    // Every number below `count` has its block.
    state.pointee.blocks[number &>> Self.blockShift].unsafelyUnwrapped + (number & Self.blockMask)
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
  @inline(__always) private func find(_ low: UInt64, _ high: UInt64, hash: UInt64) -> UnsafeMutablePointer<
    SummaryCell
  > {
    let slots = state.pointee.slots
    let mask = state.pointee.mask
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

  @inline(never) private func insert(_ low: UInt64, _ high: UInt64, hash: UInt64) -> UnsafeMutablePointer<
    SummaryCell
  > {
    if UInt64(count) * 4 >= (state.pointee.mask + 1) * 3 { grow() }
    place(count, hash)
    return append(
      SummaryCell(
        keyLow: low, keyHigh: high, eventCount: 0, quantityRaw: 0, quantityBilled: 0, unused: 0, amountPico: 0
      ))
  }

  /// Adds a cell that is found by its number only, not by its key.
  @discardableResult func append(_ new: SummaryCell) -> UnsafeMutablePointer<SummaryCell> {
    let number = count
    precondition(number < Int(UInt32.max) - 1, "a summary in memory has fewer than 2^32 rows")
    if number & Self.blockMask == 0, state.pointee.blocks[number >> Self.blockShift] == nil {
      let block = FlatTable<SummaryCell>(zeroedCount: 1 << Self.blockShift)
      state.pointee.blocks[number >> Self.blockShift] = block.base
    }
    state.pointee.count = number + 1
    let cell = cell(number)
    cell.pointee = new
    return cell
  }

  private func place(_ number: Int, _ hash: UInt64) {
    let slots = state.pointee.slots
    let mask = state.pointee.mask
    var at = hash & mask
    while slots[Int(truncatingIfNeeded: at)] != 0 { at = (at &+ 1) & mask }
    slots[Int(truncatingIfNeeded: at)] = hash & 0xffff_ffff_0000_0000 | UInt64(number + 1)
  }

  private func grow() {
    state.pointee.slots.deallocate()
    let slotCount = Int(state.pointee.mask + 1) * 2
    state.pointee.slots = FlatTable(zeroedCount: slotCount)
    state.pointee.slots.populate()
    state.pointee.mask = UInt64(slotCount - 1)
    for number in 0..<count {
      let cell = cell(number)
      place(number, Self.hash(cell.pointee.keyLow, cell.pointee.keyHigh))
    }
  }
}
