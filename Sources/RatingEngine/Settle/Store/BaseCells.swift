// What an event's rows and its price have in common with those of many others, as one number.
//
// Bounded by the catalog (charges × deck rows × changes of prices × bands), not by the usage: whose an event is and when it
// was stand beside the number in the packed event.

import CMachine
import Catalog
import Money
import Synchronization
import Tables

/// The parts of a summary key that neither owner, service nor time decides, and what pricing starts from.
struct BaseCell: Hashable, BitwiseCopyable, NumberedKey {
  /// Number of the charge among those of all plans.
  var charge: UInt32
  var tariff: UInt32
  /// Number of the price of the deck row under the charge, or of the charge, in the compiled catalog.
  var basePrice: UInt32
  /// Number of the change of prices; `CompiledCatalog.none` for none.
  var change: UInt32
  /// Number of the band of the charging start; 0 for the empty one.
  var band: UInt32
  /// Numbers of `CostTables`.
  var supplier: UInt32 = 0
  var costCurrency: UInt16 = 0
  var kind: UInt8
  var direction: UInt8
  /// Raw value of `Jurisdiction`.
  var jurisdiction: UInt8 = 0

  func hash(into hasher: inout Hasher) { hasher.combine(mixed) }

  /// Numbers of our own, not an attacker's: two multiplications are enough.
  @inline(__always) var mixed: UInt64 {
    let low = UInt64(tariff) &<< 32 | UInt64(basePrice)
    let sides = UInt64(supplier) &<< 24 ^ UInt64(costCurrency) &<< 8 ^ UInt64(jurisdiction)
    let way = UInt64(kind) &<< 2 ^ UInt64(direction)
    let high = (UInt64(charge) &<< 32 ^ sides &<< 16) | UInt64(change) ^ UInt64(band) &<< 8 ^ way
    let product = (low ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: high &* 0x9fb2_1c65_1e98_df25 | 1)
    return product.high ^ product.low
  }
}

/// Gives every base cell of a run a number. Shared by all workers.
///
/// The numbers depend on who asks first and never show.
final class BaseCellNumbers: Sendable {
  /// Numbers of items, whose samples gauges measure.
  let items = ItemNumbers()
  // Guards the cells and their numbers.
  private let found = Mutex(NumberedKeys<BaseCell>())

  /// The number of a cell.
  func number(_ cell: BaseCell) -> UInt32 { found.withLock { $0.number(cell).number } }

  /// All cells by number, once nothing is read any more.
  var cells: [BaseCell] { found.withLock { $0.keys } }
}

/// Gives every item of gauges a number. Shared by all workers; the numbers depend on who asks first and never show.
final class ItemNumbers: Sendable {
  // Guards the numbers given out.
  private let found = Mutex<[Label: UInt32]>([:])

  /// The number of an item.
  func number(_ name: Label) -> UInt32 {
    found.withLock { found in
      if let number = found[name] { return number }
      let number = UInt32(found.count)
      found[name] = number
      return number
    }
  }
}

/// The cells that one worker has met: an open-addressing table, so that the usual event takes no lock.
struct BaseCellCache {
  /// What is known of a cell.
  struct Entry: BitwiseCopyable {
    var cell: BaseCell
    var number: UInt32
    /// Quantities above it are no usage that anybody pays for: see `BaseCellCache.quantityMax`.
    var quantityMax: Int64
  }

  private let numbers: BaseCellNumbers
  var items: ItemNumbers { numbers.items }
  /// Entries in the order in which their cells were met.
  private var entries = FlatTable<Entry>(zeroedCount: entryCountMin)
  private var count = 0
  /// Index of an entry + 1, open addressing, as many as a power of two; 0 is empty. Apart from the entries, of which there are so many that
  /// empty ones among them would be most of the memory.
  private var slots = FlatTable<UInt32>(zeroedCount: 4 * entryCountMin)
  /// Cells that a deck row decides.
  var byRow: RowCells
  /// The least of all entries' `quantityMax`.
  private(set) var leastQuantityMax = Int64.max

  private static let entryCountMin = 64

  /// - Parameters:
  ///   - rowCount: deck rows of the catalog.
  ///   - chargeCount: charges of all plans.
  init(_ numbers: BaseCellNumbers, rowCount: Int, chargeCount: Int) {
    self.numbers = numbers
    byRow = RowCells(rowCount: rowCount, chargeCount: chargeCount)
  }

  @inline(__always) private func slot(_ cell: BaseCell) -> Int {
    Int(truncatingIfNeeded: cell.mixed) & (slots.count &- 1)
  }

  /// Asks for what is known of a cell ahead of its turn.
  @inline(__always) func prefetch(_ cell: BaseCell) { cm_prefetch_read(slots.base + slot(cell)) }

  /// The entry of a cell; `price` is asked for what a new one costs at the most.
  @inline(__always) mutating func entry(_ cell: BaseCell, price: () -> UnitPrice) -> Entry {
    var at = slot(cell)
    while slots[at] != 0 {
      let entry = entries[Int(slots[at] &- 1)]
      if entry.cell == cell { return entry }
      at = (at &+ 1) & (slots.count &- 1)
    }
    let isVoice = cell.kind == UsageKind.voice.rawValue
    return insert(
      Entry(
        cell: cell, number: numbers.number(cell), quantityMax: Self.quantityMax(price(), isVoice: isVoice)))
  }

  @inline(never) private mutating func insert(_ entry: Entry) -> Entry {
    if count == entries.count {
      let larger = FlatTable<Entry>(zeroedCount: 2 * count)
      larger.base.update(from: entries.base, count: count)
      entries.deallocate()
      entries = larger
      slots.deallocate()
      slots = FlatTable(zeroedCount: 4 * entries.count)
      for index in 0..<count { place(index) }
    }
    entries[count] = entry
    place(count)
    count += 1
    leastQuantityMax = min(leastQuantityMax, entry.quantityMax)
    return entry
  }

  private func place(_ index: Int) {
    var at = slot(entries[index].cell)
    while slots[at] != 0 { at = (at + 1) & (slots.count - 1) }
    slots[at] = UInt32(index + 1)
  }

  /// Gives the memory back.
  func deallocate() {
    entries.deallocate()
    slots.deallocate()
    byRow.deallocate()
  }

  /// The largest quantity of an event whose amount stays below what an event may come to, whatever tier it falls into.
  static func quantityMax(_ price: UnitPrice, isVoice: Bool) -> Int64 {
    // A century of milliseconds, or a million gigabytes: beyond it the sums of a period might not fit.
    let most: Int64 = isVoice ? BandClock.lengthMillisMax : 1 << 50
    guard price.pico != 0, price.units > 0 else { return most }
    let (whole, left) = OutcomeRow.amountPicoLimit.quotientAndRemainder(
      dividingBy: Int128(price.pico.magnitude))
    // limit × units ÷ price, without a product that does not fit.
    let few = whole * Int128(price.units) + left / Int128(price.pico.magnitude)
    return few > Int128(most) ? most : max(1, Int64(few))
  }
}

/// Numbers of cells that a deck row, its charge, the kind and the direction decide.
///
/// Measured: cells are found one cache miss after the other; numbers by row are few enough to stay in the caches.
struct RowCells {
  /// By charge, kind and direction: 1 + its number; `noRoom` where there is none.
  private let ways: FlatTable<UInt8>
  private var wayCount = 0
  private let wayCountMax: Int
  private let rowCount: Int
  /// By way and row: 1 + number of the cell; 0 where nobody has asked yet.
  private let numbers: FlatTable<UInt32>

  private static let noRoom = UInt8.max
  /// Numbers of a worker; memory is taken only for rows that are met.
  private static let numberCountMax = 4 << 20
  /// Combinations of kind and direction, both below 4.
  private static let combinationCount = 16

  init(rowCount: Int, chargeCount: Int) {
    self.rowCount = rowCount + 1
    wayCountMax = min(Int(Self.noRoom) - 1, Self.numberCountMax / (rowCount + 1))
    ways = FlatTable(zeroedCount: chargeCount * Self.combinationCount)
    numbers = FlatTable(zeroedCount: wayCountMax * (rowCount + 1))
  }

  func deallocate() {
    ways.deallocate()
    numbers.deallocate()
  }

  /// Where the number of a cell stands; −1 where there is no room for it.
  ///
  /// - Precondition: `row` is a deck row + 1.
  @inline(__always) mutating func place(row: UInt32, charge: UInt32, kind: UInt8, direction: UInt8) -> Int {
    let at = Int(charge) &* Self.combinationCount &+ Int(kind) &* 4 &+ Int(direction)
    var way = ways[at]
    if way == 0 { way = addWay(at) }
    return way == Self.noRoom ? -1 : Int(way &- 1) &* rowCount &+ Int(row)
  }

  @inline(never) private mutating func addWay(_ at: Int) -> UInt8 {
    if wayCount < wayCountMax {
      wayCount += 1
      ways[at] = UInt8(wayCount)
    } else {
      ways[at] = Self.noRoom
    }
    return ways[at]
  }

  /// Asks for a number ahead of its turn.
  @inline(__always) func prefetch(_ place: Int) { cm_prefetch_read(numbers.base + place) }

  /// The number at a place; nil where it is not known.
  @inline(__always) func number(_ place: Int) -> UInt32? {
    let number = numbers[place]
    return number == 0 ? nil : number &- 1
  }

  /// Remembers the number of a cell.
  func note(_ number: UInt32, _ place: Int) { numbers[place] = number &+ 1 }
}

/// The earliest and the latest charging start of events; empty at first.
struct EventSpan: Sendable {
  var firstSeconds = Int64.max
  var lastSeconds = Int64.min

  var isEmpty: Bool { firstSeconds > lastSeconds }

  @inline(__always) mutating func add(seconds: Int64) {
    if seconds < firstSeconds { firstSeconds = seconds }
    if seconds > lastSeconds { lastSeconds = seconds }
  }

  mutating func add(_ other: EventSpan) {
    firstSeconds = min(firstSeconds, other.firstSeconds)
    lastSeconds = max(lastSeconds, other.lastSeconds)
  }
}
