// Rows as CSV, formatted in slices on all cores and handed on in order.

import Catalog
import Dispatch
import DurableFiles
import Money
import Synchronization
import Tables

/// Formats the rows of a summary.
final class SummaryFormatter: @unchecked Sendable {
  // Safe to share: nothing changes after init.
  /// What a row is made of, in order.
  enum Piece {
    case field(Int)
    case commas(Int)
    case newline, unit
    case count, raw, billed, covered, amount, cost
  }

  private let ranks: SummaryRanks
  private let pieces: [Piece]
  private let kindField: Int
  private let costField: Int
  /// 1 by the rank of a cost currency that is one: events without cost have none.
  private let hasCost: FlatTable<UInt8>
  /// Units with their commas, 16 bytes each.
  private let unitTexts: FlatTable<UInt8>
  private let unitLengths: FlatTable<Int>
  private let unitDigits: FlatTable<Int>
  /// The kind of each rank of the field that has it.
  private let kinds: FlatTable<UInt32>
  private let rowBytesMax: Int
  /// Bits of all ranks of a row, and by the number of leading ones that equal those of the row before: the pieces whose
  /// text is the same. Rows are in order, so most of a row is a copy of the one before.
  private let rankBits: Int
  private let samePieces: FlatTable<UInt8>
  /// Rows in a slice: a slice is formatted by one worker and makes one frame of a compressed file.
  private let sliceRows: Int

  init(_ ranks: SummaryRanks, _ view: SummaryView, sliceRows: Int) {
    self.ranks = ranks
    self.sliceRows = sliceRows
    pieces = Self.pieces(view)
    kindField = ranks.fields.firstIndex { $0.part == .kind } ?? 0
    let costCurrency = ranks.fields.firstIndex { $0.part == .costCurrency }
    costField = costCurrency ?? 0
    hasCost = FlatTable(costCurrency.map { ranks.fields[$0].values.map { $0 == 0 ? 0 : 1 } } ?? [0])
    // The last one is that of rows without event over several kinds.
    let units = UsageKind.allCases.map { Array(($0.unit + ",").utf8) } + [Array(",".utf8)]
    unitTexts = FlatTable(units.flatMap { $0 + [UInt8](repeating: 0, count: 16 - $0.count) })
    unitLengths = FlatTable(units.map(\.count))
    unitDigits = FlatTable(UsageKind.allCases.map(\.quantityDigits) + [0])
    kinds = FlatTable(ranks.fields[kindField].values)
    rankBits = ranks.bits
    samePieces = FlatTable(Self.samePieces(pieces, ranks))
    // Numbers take at most 40 digits each.
    rowBytesMax = 256 + ranks.fields.reduce(0) { $0 + $1.texts.longest } + 64
  }

  deinit {
    unitTexts.deallocate()
    unitLengths.deallocate()
    unitDigits.deallocate()
    kinds.deallocate()
    samePieces.deallocate()
    hasCost.deallocate()
  }

  /// The header line.
  static func header(_ view: SummaryView) -> [UInt8] {
    var names = view.columns.map(\.rawValue)
    if view.isWholeSchema {
      names += [
        "event_count", "quantity_raw", "quantity_billed", "quantity_covered", "unit", "amount", "cost",
      ]
    } else {
      if !view.columns.contains(.currency) { names.append("currency") }
      if view.showsCost, !view.columns.contains(.cost_currency) { names.append("cost_currency") }
      names += ["unit", "event_count", "quantity_raw", "quantity_billed", "quantity_covered", "amount"]
      if view.showsCost { names.append("cost") }
    }
    return Array((names.joined(separator: ",") + "\n").utf8)
  }

  private static func pieces(_ view: SummaryView) -> [Piece] {
    var pieces: [Piece] = []
    var columns = view.columns[...]
    while let column = columns.first {
      if let index = view.fields.firstIndex(where: { $0.columns.first == column }) {
        pieces.append(.field(index))
        columns = columns.dropFirst(view.fields[index].columns.count)
      } else {
        // Nothing of this catalog fills the column.
        pieces.append(.commas(1))
        columns = columns.dropFirst()
      }
    }
    if view.isWholeSchema {
      pieces += [Piece.count, .raw, .billed, .covered, .unit, .amount, .commas(1)]
      return pieces + (view.showsCost ? [.cost, .newline] : [.newline])
    }
    for (column, part) in [
      (GroupColumn.currency, SummaryKeyPlan.Part.currency), (.cost_currency, .costCurrency),
    ]
    where !view.columns.contains(column) {
      if let index = view.fields.firstIndex(where: { $0.part == part }) { pieces.append(.field(index)) }
    }
    pieces += [Piece.unit, .count, .raw, .billed, .covered, .amount]
    return pieces + (view.showsCost ? [.commas(1), .cost, .newline] : [.newline])
  }

  /// By the number of leading bits of the ranks that equal those of the row before: how many leading pieces have its text.
  private static func samePieces(_ pieces: [Piece], _ ranks: SummaryRanks) -> [UInt8] {
    var counts = [UInt8](repeating: 0, count: ranks.bits + 1)
    var fieldCount = 0
    var bits = 0
    for (index, piece) in pieces.prefix(Int(UInt8.max)).enumerated() {
      switch piece {
      case .commas: break
      case .field(fieldCount):
        bits = ranks.bits - ranks.shifts[fieldCount]
        fieldCount += 1
      // A field out of its order, or a number.
      default: return counts
      }
      for same in bits...ranks.bits { counts[same] = UInt8(index + 1) }
    }
    return counts
  }

  /// How many leading bits of their ranks two rows share.
  @inline(__always) private static func sharedBits(
    _ a: SummaryOrder.Row, _ b: SummaryOrder.Row, _ bits: Int
  ) -> Int {
    let high = a.high ^ b.high
    let leading = high != 0 ? high.leadingZeroBitCount : 64 &+ (a.low ^ b.low).leadingZeroBitCount
    return leading &- (128 &- bits)
  }

  /// Formats rows `from`..<`until` into `buffer`, which is grown as needed; returns the bytes used.
  private func format(
    _ order: SummaryOrder, _ cells: some CellReading, from: Int, until: Int,
    into buffer: inout UnsafeMutablePointer<UInt8>, capacity: inout Int
  ) -> Int {
    let need = (until - from) * rowBytesMax + 64
    if need > capacity {
      buffer.deallocate()
      capacity = need
      buffer = .allocate(capacity: capacity)
    }
    var out = buffer
    // What the loop asks, outside classes and arrays: both are checked at every use.
    let pieces = self.pieces
    let unitTexts = self.unitTexts.base
    let unitLengths = self.unitLengths.base
    let unitDigits = self.unitDigits.base
    let kinds = self.kinds.base
    let kindField = self.kindField
    let costField = self.costField
    let hasCost = self.hasCost.base
    let rankBits = self.rankBits
    let samePieces = self.samePieces.base
    withFieldTexts { fields in
      pieces.withUnsafeBufferPointer { pieces in
        // Where each piece of the row before ended.
        withUnsafeTemporaryAllocation(of: Int.self, capacity: pieces.count + 1) { ends in
          ends[0] = 0
          var last = order.row(from)
          var lastStart = out
          for index in from..<until {
            let row = order.row(index)
            if index &+ 24 < until { cells.prefetch(Int(order.row(index &+ 24).cell)) }
            let cell = cells.cell(Int(row.cell))
            let kind = Int(kinds[fields[kindField].rank(row)])
            let start = out
            var at = index == from ? 0 : Int(samePieces[Self.sharedBits(row, last, rankBits)])
            if at > 0 { RowText.copy(lastStart, ends[at], &out) }
            (last, lastStart) = (row, start)
            while at < pieces.count {
              let piece = pieces[at]
              switch piece {
              case .field(let number):
                let field = fields + number
                let rank = field.pointee.rank(row)
                let begin = Int(field.pointee.ends[rank])
                let length = Int(field.pointee.ends[rank &+ 1]) &- begin
                RowText.copy(field.pointee.bytes + begin, length, &out)
              case .commas(let count): for _ in 0..<count { RowText.put(UInt8(ascii: ","), &out) }
              case .newline: RowText.put(UInt8(10), &out)
              case .unit: RowText.copy(unitTexts + kind &* 16, unitLengths[kind], &out)
              case .count:
                RowText.put(UInt64(bitPattern: cell.eventCount), &out)
                RowText.put(UInt8(ascii: ","), &out)
              case .raw: RowText.quantity(cell.quantityRaw, digits: unitDigits[kind], &out)
              case .billed: RowText.quantity(cell.quantityBilled, digits: unitDigits[kind], &out)
              case .covered: RowText.quantity(cell.quantityCovered, digits: unitDigits[kind], &out)
              case .amount: RowText.amount(cell.amountPico, &out)
              case .cost:
                if hasCost[fields[costField].rank(row)] != 0 {
                  RowText.amount(cells.costPico(Int(row.cell)), &out)
                }
              }
              at &+= 1
              ends[at] = out - start
            }
          }
        }
      }
    }
    return out - buffer
  }

  /// One field of the rows: where its rank is, and the texts of its ranks.
  private struct FieldText {
    var shift: Int
    var width: Int
    var bytes: UnsafePointer<UInt8>
    var ends: UnsafePointer<UInt32>

    @inline(__always) func rank(_ row: SummaryOrder.Row) -> Int {
      SummaryOrder.rank(low: row.low, high: row.high, shift: shift, width: width)
    }
  }

  private func withFieldTexts(_ body: (UnsafePointer<FieldText>) -> Void) {
    func bind(_ index: Int, _ bound: [FieldText]) {
      guard index < ranks.fields.count else {
        return bound.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base) } }
      }
      let field = ranks.fields[index]
      field.texts.bytes.withUnsafeBufferPointer { bytes in
        field.texts.ends.withUnsafeBufferPointer { ends in
          guard let bytes = bytes.baseAddress, let ends = ends.baseAddress else { return }
          let text = FieldText(shift: ranks.shifts[index], width: field.width, bytes: bytes, ends: ends)
          bind(index + 1, bound + [text])
        }
      }
    }
    bind(0, [])
  }

  /// What a worker formats its slices into, grown as needed.
  private struct SliceText: ~Copyable {
    var capacity = 1 << 20
    var buffer: UnsafeMutablePointer<UInt8>

    init() { buffer = .allocate(capacity: capacity) }

    deinit { buffer.deallocate() }
  }

  /// Formats the rows of `order`, of which each has a cell, slice by slice on `threadCount` workers and hands the slices on in order.
  ///
  /// `make` turns a slice's bytes into what is written (a compressed frame, or the bytes themselves) on the worker;
  /// `write` gets them in order, one at a time.
  func forEachSlice(
    _ order: SummaryOrder, _ cells: some CellReading, threadCount: Int,
    make: @escaping @Sendable (UnsafeRawBufferPointer) throws(FileFault) -> [UInt8]?,
    write: (UnsafeRawBufferPointer, [UInt8]?) throws(FileFault) -> Void
  ) throws(FileFault) {
    let sliceRows = self.sliceRows
    try handOn((order.rowCount + sliceRows - 1) / sliceRows, threadCount, make, write) {
      { slice, text in
        let from = slice * sliceRows
        return self.format(
          order, cells, from: from, until: min(from + sliceRows, order.rowCount), into: &text.buffer,
          capacity: &text.capacity)
      }
    }
  }

  /// The same for rows of which some have several cells, which each worker adds up.
  ///
  /// - Parameter side: the field that tells cells of costs from others; nil where there are none.
  func forEachSlice(
    _ slices: SummaryOrder.Slices, of order: SummaryOrder, _ cells: some CellReading,
    side: SummaryKeyPlan.Field?, threadCount: Int,
    make: @escaping @Sendable (UnsafeRawBufferPointer) throws(FileFault) -> [UInt8]?,
    write: (UnsafeRawBufferPointer, [UInt8]?) throws(FileFault) -> Void
  ) throws(FileFault) {
    try handOn(slices.bounds.count - 1, threadCount, make, write) {
      let window = RowWindow(rowsMax: slices.sliceRows, side: side)
      return { slice, text in
        window.removeAll()
        let until = slices.bounds[slice + 1]
        for index in slices.bounds[slice]..<until {
          if index &+ 24 < until { cells.prefetch(Int(order.row(index &+ 24).cell)) }
          let row = order.row(index)
          let hasRoom = window.take(low: row.low, high: row.high, cells.cell(Int(row.cell)))
          precondition(hasRoom, "a slice has as many rows as were counted")
        }
        return self.format(
          window.order, window.cells, from: 0, until: window.cells.count, into: &text.buffer,
          capacity: &text.capacity)
      }
    }
  }

  /// Formats slices on `threadCount` workers, each with a function of its own, and hands them on in order.
  private func handOn(
    _ sliceCount: Int, _ threadCount: Int,
    _ make: @escaping @Sendable (UnsafeRawBufferPointer) throws(FileFault) -> [UInt8]?,
    _ write: (UnsafeRawBufferPointer, [UInt8]?) throws(FileFault) -> Void,
    _ worker: () -> (Int, inout SliceText) -> Int
  ) throws(FileFault) {
    let turns = SliceTurns(count: sliceCount)
    let fault = Mutex<FileFault?>(nil)
    withoutActuallyEscaping(write) { write in
      withoutActuallyEscaping(worker) { worker in
        nonisolated(unsafe) let write = write
        nonisolated(unsafe) let worker = worker
        DispatchQueue.concurrentPerform(iterations: max(1, min(threadCount, sliceCount))) { _ in
          var text = SliceText()
          let format = worker()
          while let slice = turns.take() {
            let count = format(slice, &text)
            let bytes = UnsafeRawBufferPointer(start: text.buffer, count: count)
            do throws(FileFault) {
              let made = try make(bytes)
              turns.wait(slice)
              if fault.withLock({ $0 == nil }) { try write(bytes, made) }
            } catch {
              fault.withLock { if $0 == nil { $0 = error } }
              turns.wait(slice)
            }
            turns.done(slice)
          }
        }
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
  }
}

/// Whose turn it is: slices are taken in order and written in order.
final class SliceTurns: Sendable {
  private let next = Atomic<Int>(0)
  private let count: Int
  private let turns: [DispatchSemaphore]

  init(count: Int) {
    self.count = count
    turns = (0...count).map { _ in DispatchSemaphore(value: 0) }
    turns[0].signal()
  }

  /// The next slice, or nil.
  func take() -> Int? {
    let slice = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return slice < count ? slice : nil
  }
  /// Waits for the slice's turn. A slice whose turn came may wait again at once.
  func wait(_ slice: Int) {
    turns[slice].wait()
    turns[slice].signal()
  }
  /// Lets the next slice write.
  func done(_ slice: Int) { turns[slice + 1].signal() }
}
