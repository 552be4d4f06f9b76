// The sums: one small cell a summary key, found through an index of 32-bit slots.
//
// Fresh memory and cache misses are what adding up costs, so a cell is half a cache line and cells lie one after the other in the
// order of their first event: no holes, no copy when the index grows. Slot and cell are prefetched some rows ahead of the update.
// What does not fit a small cell (a sum that grows too large, a refund, a record taken back) is kept by key in a dictionary beside
// them, and joined when the cells are sealed.

import CMachine

/// Exact sums by key. One owner at a time until `seal`, any number of readers after it.
final class SummaryCells: CellReading {
  /// What every access reads, outside the class: its fields would be checked for exclusive access at every use.
  private struct State {
    var index: CellIndex
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
  private static let sumsAhead = 32

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
  ///   - dayField: the field of the key that is its day; nil where keys do not tell it.
  ///   - numberBits: bits of the numbers of cells in the index, before it needs more.
  init(
    hasWideKeys: Bool, coverField: SummaryKeyPlan.Field? = nil, dayField: SummaryKeyPlan.Field? = nil,
    numberBits: UInt32 = CellIndex.numberBitsFew
  ) {
    var (coverLow, coverHigh): (UInt64, UInt64) = (0, 0)
    if let coverField {
      SummaryKeyPlan.put(
        1 << UInt64(coverField.width) - 1, shift: coverField.shift, &coverLow, &coverHigh)
    }
    cellWords = hasWideKeys ? 5 : 4
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(
        index: CellIndex(dayField: dayField, numberBits: numberBits), count: 0,
        blocks: FlatTable(zeroedCount: Self.blockCountMax), coverLow: coverLow, coverHigh: coverHigh))
  }

  deinit {
    state.pointee.index.deallocate()
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
    state.pointee.index.byteCount + state.pointee.count * cellWords * 8 + wide.count * 128
  }

  // MARK: adding up

  @inline(__always) static func hash(_ low: UInt64, _ high: UInt64) -> UInt64 { CellIndex.hash(low, high) }

  /// Prefetches the slot of a row's key and returns the key's hash.
  @inline(__always) func prefetchSlot(_ row: UnsafePointer<OutcomeRow>) -> UInt64 {
    prefetchSlot(low: row.pointee.keyLow, high: row.pointee.keyHigh)
  }

  /// Prefetches the slot of a key and returns the key's hash.
  @inline(__always) @discardableResult func prefetchSlot(low: UInt64, high: UInt64) -> UInt64 {
    let hash = Self.hash(low, high)
    state.pointee.index.prefetchSlot(low, high, hash)
    return hash
  }

  /// Prefetches the cell of a row's key, if there is one: at half full, every third is not in its first slot.
  @inline(__always) func prefetchCell(_ row: UnsafePointer<OutcomeRow>, hash: UInt64) {
    prefetchCell(low: row.pointee.keyLow, high: row.pointee.keyHigh, hash: hash)
  }

  /// Prefetches the cell of a key, if there is one.
  @inline(__always) func prefetchCell(low: UInt64, high: UInt64, hash: UInt64) {
    let number = state.pointee.index.find(low, high, hash) { _ in true }
    if number >= 0 { cm_prefetch_write(words(number)) }
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
    let ahead = Self.sumsAhead
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: ahead) { hashes in
      for index in 0..<(cells.count + ahead) {
        if index >= ahead { add(cells[index - ahead], hash: hashes[index & (ahead - 1)]) }
        // Half way on, the slot has arrived and says where the cell lies.
        let half = index - ahead / 2
        if half >= 0, half < cells.count {
          prefetchCell(
            low: cells[half].keyLow, high: cells[half].keyHigh, hash: hashes[half & (ahead - 1)])
        }
        guard index < cells.count else { continue }
        hashes[index & (ahead - 1)] = prefetchSlot(low: cells[index].keyLow, high: cells[index].keyHigh)
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
    let number = state.pointee.index.find(low, high, hash) { number in
      let cell = words(number)
      return cell[0] == low && (cellWords == 4 || cell[4] == high)
    }
    if number < 0 { return insert(low, high, small, eventCount, hash: hash) }
    let cell = words(number)
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
  }

  @inline(never) private func insert(
    _ low: UInt64, _ high: UInt64, _ small: (amount: UInt64, raw: UInt64, billed: UInt64),
    _ eventCount: UInt64, hash: UInt64
  ) {
    let number = state.pointee.count
    precondition(number < Self.blockCountMax << Self.blockShift, "cells in memory are fewer than 2^29")
    if number & Self.blockMask == 0, state.pointee.blocks[number >> Self.blockShift] == nil {
      state.pointee.blocks[number >> Self.blockShift] =
        FlatTable<UInt64>(zeroedBlockOf: cellWords << Self.blockShift).base
    }
    state.pointee.index.insert(
      number, low, high, hash, cellBytes: number * cellWords * 8, ask: { cm_prefetch_read(words($0)) },
      hashOf: { number in
        let cell = words(number)
        return Self.hash(cell[0], cellWords == 5 ? cell[4] : 0)
      })
    state.pointee.count = number + 1
    let cell = words(number)
    (cell[0], cell[1], cell[2], cell[3]) = (low, small.amount, small.raw << 16 | eventCount, small.billed)
    if cellWords == 5 { cell[4] = high }
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
    let number = state.pointee.index.find(key.low, key.high, Self.hash(key.low, key.high)) { number in
      let cell = words(number)
      return cell[0] == key.low && (cellWords == 4 || cell[4] == key.high)
    }
    return number < 0 ? nil : number
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
    state.pointee.index.removeAll()
    state.pointee.count = 0
    wide = [:]
    wideCells = []
    isSealed = false
    state.pointee.hasNegative = false
  }
}
