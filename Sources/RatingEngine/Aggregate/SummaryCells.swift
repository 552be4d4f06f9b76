// The sums: one small cell a summary key, found through an index of 32-bit slots.
//
// Fresh memory and cache misses are what adding up costs, so a cell is half a cache line, cells lie one after the other in the
// order of their first event (no holes, no copy when the index grows), and a slot is the cell's number under a few bits of the
// hash. Slot and cell are prefetched some rows ahead of the update. What does not fit a small cell (a sum that grows too
// large, a refund, a record taken back) is kept by key in a dictionary beside them, and joined when the cells are sealed.

import CMachine

/// Exact sums by key. One owner at a time until `seal`, any number of readers after it.
final class SummaryCells: CellReading {
  /// What every access reads, outside the class: its fields would be checked for exclusive access at every use.
  private struct State {
    /// Number of the cell + 1 in the lower `numberBits`, the hash's upper bits above them; 0 is empty.
    var slots: FlatTable<UInt32>
    var mask: UInt64
    var numberBits: UInt32
    var count: Int
    /// Blocks of 2^blockShift cells, room for 2^13 of them.
    var blocks: FlatTable<UnsafeMutablePointer<UInt64>?>
    /// Bits of the key that are set where an allowance covers the cell.
    var coverLow: UInt64
    var coverHigh: UInt64
    /// Whether an amount below 0 was added to a small cell.
    var hasNegative = false
  }
  private struct Key: Hashable {
    var low: UInt64
    var high: UInt64
  }

  private static let blockShift = 16
  private static let blockMask = (1 << blockShift) - 1
  private static let blockCountMax = 1 << 13
  private static let slotCountMin = 1 << 14
  /// Slots below which their number grows fourfold.
  private static let slotCountQuick = 1 << 22
  /// Cells that slots of 24 bits can number; beyond them a slot has four bits of the hash.
  private static let numberBitsFew: UInt32 = 24
  private static let numberBitsMany: UInt32 = 29
  private static let rebuildAhead = 32

  private let state: UnsafeMutablePointer<State>
  // Words of a cell: key, amount in pico (62 bits and a sign, in two's complement), raw quantity × 2¹⁶ + number of events,
  // billed quantity; then the upper half of the key where it has more than 64 bits.
  private let cellWords: Int
  private var wide: [Key: SummaryCell] = [:]
  /// After `seal`: what was kept apart.
  private var wideCells: [SummaryCell] = []
  private var isSealed = false

  /// - Parameters:
  ///   - hasWideKeys: whether keys have more than 64 bits.
  ///   - coverField: the field of the key that is 0 where no allowance covers the cell; what it covers, it covers whole.
  init(hasWideKeys: Bool, coverField: SummaryKeyPlan.Field? = nil) {
    var (coverLow, coverHigh): (UInt64, UInt64) = (0, 0)
    if let coverField {
      SummaryKeyPlan.put(
        1 << UInt64(coverField.width) - 1, shift: coverField.shift, &coverLow, &coverHigh)
    }
    cellWords = hasWideKeys ? 5 : 4
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(
        slots: FlatTable(zeroedCount: Self.slotCountMin), mask: UInt64(Self.slotCountMin - 1),
        numberBits: Self.numberBitsFew, count: 0, blocks: FlatTable(zeroedCount: Self.blockCountMax),
        coverLow: coverLow, coverHigh: coverHigh))
  }

  deinit {
    state.pointee.slots.deallocate()
    for index in 0..<Self.blockCountMax {
      guard let block = state.pointee.blocks[index] else { break }
      FlatTable(owning: block, count: cellWords << Self.blockShift).deallocate()
    }
    state.pointee.blocks.deallocate()
    state.deallocate()
  }

  /// Number of cells; before they are sealed those of keys with wide sums may count twice.
  var count: Int { state.pointee.count + (isSealed ? wideCells.count : wide.count) }

  /// Bytes of the cells that are in use and of their index.
  var byteCount: Int {
    state.pointee.slots.byteCount + state.pointee.count * cellWords * 8 + wide.count * 128
  }

  // MARK: adding up

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

  /// Prefetches the slot of a key.
  @inline(__always) func prefetchSlot(low: UInt64, high: UInt64) {
    let hash = Self.hash(low, high)
    cm_prefetch_read(state.pointee.slots.base + Int(truncatingIfNeeded: hash & state.pointee.mask))
  }

  /// Prefetches the cell that stands for `hash`, if there is one: at half full, every third is not in its first slot.
  @inline(__always) func prefetchCell(_ hash: UInt64) {
    let slots = state.pointee.slots
    let mask = state.pointee.mask
    let numberBits = state.pointee.numberBits
    let tag = UInt32(truncatingIfNeeded: hash &>> 32) &>> numberBits
    var at = hash & mask
    while true {
      let slot = slots[Int(truncatingIfNeeded: at)]
      if slot == 0 { return }
      if slot &>> numberBits == tag { return cm_prefetch_write(words(number(slot))) }
      at = (at &+ 1) & mask
    }
  }

  @inline(__always) private func number(_ slot: UInt32) -> Int {
    Int(truncatingIfNeeded: slot & ((1 &<< state.pointee.numberBits) &- 1)) &- 1
  }

  /// The words of the cell of a number below `state.count`.
  @inline(__always) private func words(_ number: Int) -> UnsafeMutablePointer<UInt64> {
    // Every number below `count` has its block.
    state.pointee.blocks[number &>> Self.blockShift].unsafelyUnwrapped + (number & Self.blockMask)
      &* cellWords
  }

  /// Adds one rated event.
  @inline(__always) func add(_ row: UnsafePointer<OutcomeRow>, hash: UInt64) {
    add(row, hash: hash, eventCount: 1)
  }

  /// Adds the sums of a key that several events share.
  func add(_ cell: SummaryCell) {
    add(cell, hash: Self.hash(cell.keyLow, cell.keyHigh))
  }

  @inline(__always) private func add(_ cell: SummaryCell, hash: UInt64) {
    let (raw, billed) = (UInt64(bitPattern: cell.quantityRaw), UInt64(bitPattern: cell.quantityBilled))
    guard let amount = Int64(exactly: cell.amountPico), amount &>> 62 == amount &>> 63, billed &>> 62 == 0,
      raw &>> 40 == 0, (0...0xffff).contains(cell.eventCount)
    else { return addWide(covered(cell), sign: 1) }
    // What allowances of money pay is negative, and may come to nothing.
    if amount < 0 { state.pointee.hasNegative = true }
    add(
      cell.keyLow, cell.keyHigh, (UInt64(bitPattern: amount), raw, billed), UInt64(cell.eventCount),
      hash: hash)
  }

  /// Adds sums of several keys, each asked for some cells ahead.
  func add(_ cells: UnsafeMutableBufferPointer<SummaryCell>) {
    let ahead = Self.rebuildAhead
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: ahead) { hashes in
      for index in 0..<(cells.count + ahead) {
        if index >= ahead { add(cells[index - ahead], hash: hashes[index & (ahead - 1)]) }
        // Half way on, the slot has arrived and says where the cell lies.
        let half = index - ahead / 2
        if half >= 0, half < cells.count { prefetchCell(hashes[half & (ahead - 1)]) }
        guard index < cells.count else { continue }
        let hash = Self.hash(cells[index].keyLow, cells[index].keyHigh)
        hashes[index & (ahead - 1)] = hash
        cm_prefetch_read(state.pointee.slots.base + Int(truncatingIfNeeded: hash & state.pointee.mask))
      }
    }
  }

  /// A cell that knows what of it is covered.
  @inline(__always) private func covered(_ cell: SummaryCell) -> SummaryCell {
    var cell = cell
    if cell.keyLow & state.pointee.coverLow | cell.keyHigh & state.pointee.coverHigh != 0 {
      cell.quantityCovered = cell.quantityBilled
    }
    return cell
  }

  /// Adds a further part of an event: it counts none.
  @inline(never) func addPart(_ row: OutcomeRow, sign: Int64 = 1) {
    withUnsafePointer(to: row) { row in
      if sign < 0 { return addWide(row, sign: sign, eventCount: 0) }
      add(row, hash: Self.hash(row.pointee.keyLow, row.pointee.keyHigh), eventCount: 0)
    }
  }

  @inline(__always) private func add(
    _ row: UnsafePointer<OutcomeRow>, hash: UInt64, eventCount: UInt64
  ) {
    guard let small = row.pointee.smallSums else {
      return addWide(row, sign: 1, eventCount: Int64(bitPattern: eventCount))
    }
    add(row.pointee.keyLow, row.pointee.keyHigh, small, eventCount, hash: hash)
  }

  @inline(__always) private func add(
    _ low: UInt64, _ high: UInt64, _ small: (amount: UInt64, raw: UInt64, billed: UInt64),
    _ eventCount: UInt64, hash: UInt64
  ) {
    let slots = state.pointee.slots
    let mask = state.pointee.mask
    let numberBits = state.pointee.numberBits
    let tag = UInt32(truncatingIfNeeded: hash &>> 32) &>> numberBits
    var at = hash & mask
    while true {
      let slot = slots[Int(truncatingIfNeeded: at)]
      if slot == 0 { return insert(low, high, small, eventCount, hash: hash) }
      if slot &>> numberBits == tag {
        let cell = words(number(slot))
        if cell[0] == low, cellWords == 4 || cell[4] == high {
          let counted = cell[2]
          let sum = counted &+ (small.raw &<< 16 | eventCount)
          let amount = cell[1] &+ small.amount
          let billed = cell[3] &+ small.billed
          if sum < counted || (counted & 0xffff) &+ eventCount > 0xffff || billed &>> 63 != 0
            || (amount &+ 1 &<< 62) &>> 63 != 0
          {
            carry(cell)
            (cell[1], cell[2], cell[3]) = (small.amount, small.raw &<< 16 | eventCount, small.billed)
          } else {
            (cell[1], cell[2], cell[3]) = (amount, sum, billed)
          }
          return
        }
      }
      at = (at &+ 1) & mask
    }
  }

  @inline(never) private func insert(
    _ low: UInt64, _ high: UInt64, _ small: (amount: UInt64, raw: UInt64, billed: UInt64),
    _ eventCount: UInt64, hash: UInt64
  ) {
    let number = state.pointee.count
    if UInt64(number) * 4 >= (state.pointee.mask + 1) * 3 {
      // Four times as many while that is little memory: every rebuilding holds the others up.
      let slotCount = state.pointee.slots.count
      rebuild(slotCount: slotCount < Self.slotCountQuick ? slotCount * 4 : slotCount * 2)
    }
    if number + 1 >= 1 << Int(state.pointee.numberBits) {
      state.pointee.numberBits = Self.numberBitsMany
      rebuild(slotCount: state.pointee.slots.count)
    }
    precondition(number < Self.blockCountMax << Self.blockShift, "cells in memory are fewer than 2^29")
    if number & Self.blockMask == 0, state.pointee.blocks[number >> Self.blockShift] == nil {
      state.pointee.blocks[number >> Self.blockShift] =
        FlatTable<UInt64>(zeroedBlockOf: cellWords << Self.blockShift).base
    }
    state.pointee.count = number + 1
    place(number, hash)
    let cell = words(number)
    (cell[0], cell[1], cell[2], cell[3]) = (low, small.amount, small.raw << 16 | eventCount, small.billed)
    if cellWords == 5 { cell[4] = high }
  }

  private func place(_ number: Int, _ hash: UInt64) {
    let slots = state.pointee.slots
    let mask = state.pointee.mask
    var at = hash & mask
    while slots[Int(truncatingIfNeeded: at)] != 0 { at = (at &+ 1) & mask }
    let tag = UInt32(truncatingIfNeeded: hash &>> 32) &>> state.pointee.numberBits
    slots[Int(truncatingIfNeeded: at)] = tag &<< state.pointee.numberBits | UInt32(number + 1)
  }

  private func rebuild(slotCount: Int) {
    state.pointee.slots.deallocate()
    state.pointee.slots = FlatTable(zeroedCount: slotCount)
    state.pointee.slots.populate()
    state.pointee.mask = UInt64(slotCount - 1)
    // Slots are asked for some cells ahead, as while adding up.
    let count = state.pointee.count
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.rebuildAhead) { hashes in
      for number in 0..<(count + Self.rebuildAhead) {
        let place = number & (Self.rebuildAhead - 1)
        if number >= Self.rebuildAhead { self.place(number - Self.rebuildAhead, hashes[place]) }
        guard number < count else { continue }
        let cell = words(number)
        let hash = Self.hash(cell[0], cellWords == 5 ? cell[4] : 0)
        hashes[place] = hash
        cm_prefetch_write(state.pointee.slots.base + Int(truncatingIfNeeded: hash & state.pointee.mask))
      }
    }
  }

  // MARK: wide sums

  /// Takes one rated event back that was added before.
  func remove(_ row: UnsafePointer<OutcomeRow>) { addWide(row, sign: -1, eventCount: 1) }

  /// Moves the sums of a cell to those that have room.
  @inline(never) private func carry(_ cell: UnsafeMutablePointer<UInt64>) { addWide(read(cell), sign: 1) }

  @inline(never) private func addWide(
    _ row: UnsafePointer<OutcomeRow>, sign: Int64, eventCount: Int64
  ) {
    addWide(
      covered(
        SummaryCell(
          keyLow: row.pointee.keyLow, keyHigh: row.pointee.keyHigh, eventCount: eventCount,
          quantityRaw: row.pointee.quantityRaw, quantityBilled: row.pointee.quantityBilled,
          amountPico: row.pointee.amountPico)), sign: sign)
  }

  private func addWide(_ cell: SummaryCell, sign: Int64) {
    let key = Key(low: cell.keyLow, high: cell.keyHigh)
    var sum =
      wide[key]
      ?? SummaryCell(
        keyLow: key.low, keyHigh: key.high, eventCount: 0, quantityRaw: 0, quantityBilled: 0, amountPico: 0)
    sum.add(cell, sign: sign)
    wide[key] = sum
  }

  /// Joins what was kept apart: nothing can be added any more, until `removeAll`. Complexity: O(wide sums).
  func seal() {
    guard !isSealed else { return }
    isSealed = true
    var joined: [Int] = []
    for key in wide.keys {
      guard let number = find(key) else { continue }
      carry(words(number))
      joined.append(number)
    }
    if state.pointee.hasNegative { joined = joinedAndNothing(joined) }
    // The last cell takes the place of one that was joined; from the last on, so that it is none of those itself.
    for number in joined.sorted(by: >) {
      let last = state.pointee.count - 1
      if number != last { words(number).update(from: words(last), count: cellWords) }
      state.pointee.count = last
    }
    wideCells = wide.values.filter { !$0.isNothing }
    wide = [:]
  }

  /// Cells that were joined to wide ones, and those that come to nothing.
  private func joinedAndNothing(_ joined: [Int]) -> [Int] {
    let known = Set(joined)
    return joined
      + (0..<state.pointee.count).filter { number in
        let cell = words(number)
        return cell[1] | cell[2] | cell[3] == 0 && !known.contains(number)
      }
  }

  private func find(_ key: Key) -> Int? {
    let hash = Self.hash(key.low, key.high)
    var at = hash & state.pointee.mask
    while true {
      let slot = state.pointee.slots[Int(truncatingIfNeeded: at)]
      if slot == 0 { return nil }
      let cell = words(number(slot))
      if cell[0] == key.low, cellWords == 4 || cell[4] == key.high { return number(slot) }
      at = (at + 1) & state.pointee.mask
    }
  }

  // MARK: reading

  /// The cell of a number, 0..<count; the order of numbers means nothing. Only after `seal`.
  @inline(__always) func cell(_ number: Int) -> SummaryCell {
    number < state.pointee.count ? read(words(number)) : wideCells[number &- state.pointee.count]
  }

  /// Cells of costs are apart.
  func costPico(_ number: Int) -> Int128 { 0 }

  @inline(__always) func prefetch(_ number: Int) {
    if number < state.pointee.count { cm_prefetch_read(words(number)) }
  }

  @inline(__always) private func read(_ cell: UnsafeMutablePointer<UInt64>) -> SummaryCell {
    covered(
      SummaryCell(
        keyLow: cell[0], keyHigh: cellWords == 5 ? cell[4] : 0, eventCount: Int64(cell[2] & 0xffff),
        quantityRaw: Int64(bitPattern: cell[2] &>> 16), quantityBilled: Int64(bitPattern: cell[3]),
        amountPico: Int128(Int64(bitPattern: cell[1]))))
  }

  /// Forgets all cells; their memory stays for the next.
  func removeAll() {
    let slots = state.pointee.slots
    slots.base.update(repeating: 0, count: slots.count)
    state.pointee.count = 0
    wide = [:]
    wideCells = []
    isSealed = false
    state.pointee.hasNegative = false
  }
}
