// A deck while its files are being read: rows in file order, names numbered as they are met.

import Money
import Tables

/// Rows of a deck that are not yet ordered, checked against each other, or free of deletions.
struct DeckDraft: ~Copyable {
  /// Rows in the order of files and lines.
  private(set) var rows: [RateDeckRow] = []
  /// `DeckPrefix.sortCode` of each row.
  private(set) var sortCodes: [UInt64] = []
  /// Whether some row is a deletion.
  private(set) var hasDeletions = false
  /// The different sets of further prices.
  private(set) var variants: [DeckPriceVariant] = []
  /// Rows that give the price of one band, until they are attached to the rows of their prefixes.
  var bandRows: [DeckBandRow] = []
  /// Names of bands, by number.
  var bands = NameTable()
  /// Names of destinations, by number.
  var destinations = NameTable()
  /// Names of rating groups, by number.
  var ratingGroups = NameTable()
  /// The different increments.
  private(set) var increments: [BillingIncrement] = []

  private var variantIndices: [DeckPriceVariant: UInt32] = [:]
  private var incrementIndexByPair: [DeckIncrementCell.Pair: UInt32] = [:]
  private var lastPair: (pair: DeckIncrementCell.Pair, index: UInt32)?
  /// For each destination, the rating group of the same name; -1 where nobody asked.
  private var groupByDestination: [Int] = []

  init() {}

  /// Makes room for so many rows more.
  mutating func reserve(_ rowCount: Int) {
    rows.reserveCapacity(rows.count + rowCount)
    sortCodes.reserveCapacity(sortCodes.count + rowCount)
  }

  /// Hands the rows over, which it no longer has.
  mutating func takeRows() -> [RateDeckRow] {
    let taken = rows
    rows = []
    return taken
  }

  /// Adds a row under a prefix.
  @inline(__always) mutating func append(_ row: RateDeckRow, _ prefix: DeckPrefix) {
    var row = row
    row.prefix = prefix.digits
    row.prefixDigits = prefix.count
    if row.isDeletion { hasDeletions = true }
    rows.append(row)
    sortCodes.append(prefix.sortCode)
  }

  /// The number of an increment.
  @inline(__always) mutating func incrementIndex(_ pair: DeckIncrementCell.Pair) -> UInt32 {
    if let lastPair, lastPair.pair == pair { return lastPair.index }
    return findIncrement(pair)
  }

  /// The number of a set of further prices.
  mutating func variantIndex(_ variant: DeckPriceVariant) -> UInt32 {
    if let index = variantIndices[variant] { return index }
    let index = UInt32(variants.count)
    variants.append(variant)
    variantIndices[variant] = index
    return index
  }

  /// Gives a row a set of further prices.
  mutating func setVariant(_ variant: DeckPriceVariant, ofRow index: Int) {
    rows[index].variant = variantIndex(variant)
  }

  /// The rating group that has a destination's name.
  mutating func ratingGroup(ofDestination destination: Int) -> Int {
    while groupByDestination.count <= destination { groupByDestination.append(-1) }
    if groupByDestination[destination] < 0 {
      let name = destinations.label(destination)
      groupByDestination[destination] = name.bytes.withUnsafeBufferPointer { ratingGroups.index(of: $0) }
    }
    return groupByDestination[destination]
  }

  private mutating func findIncrement(_ pair: DeckIncrementCell.Pair) -> UInt32 {
    let index = incrementIndexByPair[pair] ?? UInt32(increments.count)
    if index == increments.count {
      increments.append(BillingIncrement(first: pair.first, next: pair.next))
      incrementIndexByPair[pair] = index
    }
    lastPair = (pair, index)
    return index
  }
}

extension RateDeckRow {
  /// Whether the row only ends its prefix: it pays for no quantity. Such rows never leave the reader.
  var isDeletion: Bool { priceUnits == 0 }
}
