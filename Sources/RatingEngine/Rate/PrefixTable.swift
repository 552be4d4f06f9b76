// Longest prefix by date, in a few table reads.
//
// Digits are consumed 4, 3, 2, 2, 2 and 2 at a time. A leaf holds the head of a chain: the versions of the longest prefix
// that covers it, newest first, then those of the next shorter prefix, and so on; the first row in force wins. So a deck
// of half a million prefixes is matched as fast as one of a thousand. Leaves of shorter prefixes are pushed down.

import Catalog

/// One row of a deck as the match reads it. Times are seconds since 1970, clamped to 32 bits (until 2106).
struct MatchRow: BitwiseCopyable {
  var fromSeconds: UInt32
  /// First second at which it no longer holds; `UInt32.max` for "open".
  var untilSeconds: UInt32
  /// Row to try where this one is not in force, + 1; 0 for none.
  var next: UInt32
  /// Index of the price in the compiled catalog.
  var price: UInt32
  /// Index of (rating group, destination) in the compiled catalog.
  var tariff: UInt32
  var prefixDigits: UInt8
  var isBlocked: UInt8
  var deck: UInt16
  /// Index of the authored row in its deck, for `explain`.
  var row: UInt32
  /// The price's common form, so that most events need no other table: the row fills one cache line.
  var fast: FastPrice
}

/// The nodes of all decks. Immutable after it was built; shared by workers.
struct PrefixTable: Sendable {
  static let childFlag: UInt32 = 0x8000_0000
  /// Digits that each level ends at.
  static let levelEnds = [4, 7, 9, 11, 13, 15]

  /// 10,000 entries a deck and kind: the first four digits.
  var level1: FlatTable<UInt32>
  /// 1000 entries a node.
  var level2: FlatTable<UInt32>
  /// 100 entries a node, all deeper levels.
  var level3: FlatTable<UInt32>
  /// Rows; a leaf value is row + 1, 0 for "no prefix".
  var rows: FlatTable<MatchRow>

  /// A number left-aligned to 15 digits, cut into the levels' digits.
  struct Digits {
    var first4: Int
    var next3: Int
    /// Digits 8 to 15.
    var last8: UInt32

    @inline(__always) init(_ number: UInt64, count: Int) {
      let aligned = number &* DigitText.powerOfTen(15 &- count)
      let first7 = aligned / 100_000_000
      first4 = Int(truncatingIfNeeded: first7 / 1000)
      next3 = Int(truncatingIfNeeded: first7 % 1000)
      last8 = UInt32(truncatingIfNeeded: aligned % 100_000_000)
    }
  }

  /// The entry of a level 3 node for the first two of eight digits.
  @inline(__always) static func level3Index(_ node: UInt32, _ digits: UInt32) -> Int {
    Int(node & ~childFlag) &* 100 &+ Int(digits / 1_000_000)
  }

  /// The deeper levels, from a level 3 node on; returns a leaf value.
  @inline(__always) func descend(_ node: UInt32, _ last8: UInt32) -> UInt32 {
    var value = node
    var digits = last8
    while value & Self.childFlag != 0 {
      value = level3[Self.level3Index(value, digits)]
      digits = digits % 1_000_000 &* 100
    }
    return value
  }

  /// The row in force for a leaf value, + 1; 0 for none. Rows of longer prefixes than the number has digits are passed.
  @inline(__always) func inForce(_ leaf: UInt32, atSeconds seconds: UInt32, digitCount: UInt8) -> UInt32 {
    var at = leaf
    while at != 0 {
      let row = rows.base + Int(at &- 1)
      if row.pointee.fromSeconds <= seconds, seconds < row.pointee.untilSeconds,
        row.pointee.prefixDigits <= digitCount
      {
        return at
      }
      at = row.pointee.next
    }
    return 0
  }

  /// The whole match, for one number: row + 1, or 0.
  func match(base: Int, number: UInt64, count: UInt8, atSeconds seconds: UInt32) -> UInt32 {
    let isShort = count & PhoneNumber.shortCodeFlag != 0
    let digits = count & ~PhoneNumber.shortCodeFlag
    guard digits > 0, digits <= 15 else { return 0 }
    let parts = Digits(number, count: Int(digits))
    var leaf = level1[base &+ parts.first4]
    if leaf & Self.childFlag != 0 {
      leaf = level2[Int(leaf & ~Self.childFlag) &* 1000 &+ parts.next3]
      leaf = descend(leaf, parts.last8)
    }
    let row = inForce(leaf, atSeconds: seconds, digitCount: digits)
    // A short code matches whole rows only.
    if isShort, row != 0, rows[Int(row - 1)].prefixDigits != digits { return 0 }
    return row
  }
}

/// Builds the nodes deck by deck.
struct PrefixTableBuilder {
  private var level1: [UInt32] = []
  private var level2: FlatTable<UInt32>
  private var level3: FlatTable<UInt32>
  private var level2Count = 0
  private var level3Count = 0
  private var rows: FlatTable<MatchRow>
  private var rowCount = 0

  /// Counts the nodes that `decks` need, so that they are laid out once.
  init(decks: [RateDeck]) {
    var nodes2 = 0
    var nodes3 = 0
    for deck in decks {
      // Rows are sorted by their left-aligned digits: a new node begins where the leading digits change. Kinds share no
      // nodes; counting them apart is not needed for a bound if each kind is counted as a change.
      var lasts = [UInt64](repeating: .max, count: PrefixTable.levelEnds.count)
      var lastKind = UInt8.max
      for row in deck.rows {
        let aligned = row.prefix &* DigitText.powerOfTen(15 - Int(row.prefixDigits))
        let kindChanged = row.kind.rawValue != lastKind
        lastKind = row.kind.rawValue
        for (level, end) in PrefixTable.levelEnds.dropLast().enumerated() where Int(row.prefixDigits) > end {
          let head = aligned / DigitText.powerOfTen(15 - end)
          guard head != lasts[level] || kindChanged else { continue }
          lasts[level] = head
          if level == 0 { nodes2 += 1 } else { nodes3 += 1 }
        }
      }
    }
    level2 = FlatTable(zeroedCount: nodes2 * 1000)
    level3 = FlatTable(zeroedCount: nodes3 * 100)
    rows = FlatTable(zeroedCount: decks.reduce(0) { $0 + $1.rows.count })
  }

  /// Adds the rows of one deck and kind; returns the base of its first level.
  ///
  /// `deck` are all rows of the deck; a pointer, because every look into an array of a deck counts its owners. `convert` makes
  /// the match row of an authored row, without `next`. Complexity: O(rows + nodes).
  mutating func add(
    _ deck: UnsafeBufferPointer<RateDeckRow>, kind: UsageKind, convert: (RateDeckRow, Int) -> MatchRow
  ) -> Int {
    let base = level1.count
    level1.append(contentsOf: repeatElement(0, count: 10_000))
    // Shorter prefixes first: whatever a longer one finds in its place is the chain of the prefix above it.
    var byLength = [[Int32]](repeating: [], count: 16)
    for index in deck.indices where deck[index].kind == kind {
      byLength[Int(deck[index].prefixDigits)].append(Int32(index))
    }
    for length in 1...15 {
      byLength[length].withUnsafeBufferPointer { indices in
        var at = 0
        while at < indices.count {
          var end = at + 1
          let prefix = deck[Int(indices[at])].prefix
          while end < indices.count, deck[Int(indices[end])].prefix == prefix { end += 1 }
          let versions = UnsafeBufferPointer(rebasing: indices[at..<end])
          insert(deck, versions, length: length, base: base, convert: convert)
          at = end
        }
      }
    }
    return base
  }

  private mutating func insert(
    _ deck: UnsafeBufferPointer<RateDeckRow>, _ versions: UnsafeBufferPointer<Int32>, length: Int, base: Int,
    convert: (RateDeckRow, Int) -> MatchRow
  ) {
    let prefix = deck[Int(versions[0])].prefix
    let aligned = prefix &* DigitText.powerOfTen(15 - length)
    let (table, first, width) = place(aligned, length: length, base: base)
    // The whole stretch holds one value: any shorter prefix that covers part of it covers all of it.
    var head = table == 1 ? level1[first] : table == 2 ? level2[first] : level3[first]
    for offset in versions.indices {
      let index = Int(versions[offset])
      var row = convert(deck[index], index)
      // A later `from` ends the earlier row.
      if offset + 1 < versions.count {
        row.untilSeconds = min(
          row.untilSeconds, MatchRowTime.from(deck[Int(versions[offset + 1])].fromSeconds))
      }
      row.next = head
      rows[rowCount] = row
      rowCount += 1
      head = UInt32(rowCount)
    }
    switch table {
    case 1: for index in first..<(first + width) { level1[index] = head }
    case 2: for index in first..<(first + width) { level2[index] = head }
    default: for index in first..<(first + width) { level3[index] = head }
    }
  }

  /// Where the leaves of a prefix are: which table, the first entry and how many. Nodes on the way are made.
  private mutating func place(_ aligned: UInt64, length: Int, base: Int) -> (
    table: Int, first: Int, width: Int
  ) {
    func digits(_ from: Int, _ until: Int) -> Int {
      Int(aligned / DigitText.powerOfTen(15 - until) % DigitText.powerOfTen(until - from))
    }
    let first4 = base + digits(0, 4)
    if length <= 4 { return (1, first4, Int(DigitText.powerOfTen(4 - length))) }
    if level1[first4] & PrefixTable.childFlag == 0 {
      for index in 0..<1000 { level2[level2Count * 1000 + index] = level1[first4] }
      level1[first4] = PrefixTable.childFlag | UInt32(level2Count)
      level2Count += 1
    }
    let next3 = Int(level1[first4] & ~PrefixTable.childFlag) * 1000 + digits(4, 7)
    if length <= 7 { return (2, next3, Int(DigitText.powerOfTen(7 - length))) }
    var value = level2[next3]
    if value & PrefixTable.childFlag == 0 {
      value = newNode(filledWith: value)
      level2[next3] = value
    }
    var end = 9
    while true {
      let index = Int(value & ~PrefixTable.childFlag) * 100 + digits(end - 2, end)
      if length <= end { return (3, index, Int(DigitText.powerOfTen(end - length))) }
      value = level3[index]
      if value & PrefixTable.childFlag == 0 {
        value = newNode(filledWith: value)
        level3[index] = value
      }
      end += 2
    }
  }

  private mutating func newNode(filledWith value: UInt32) -> UInt32 {
    for index in 0..<100 { level3[level3Count * 100 + index] = value }
    level3Count += 1
    return PrefixTable.childFlag | UInt32(level3Count - 1)
  }

  /// The finished table.
  func build() -> PrefixTable {
    PrefixTable(level1: FlatTable(level1), level2: level2, level3: level3, rows: rows)
  }
}

/// Seconds of authored rows clamped to the 32 bits of a match row.
enum MatchRowTime {
  static func from(_ seconds: Int64) -> UInt32 { UInt32(clamping: max(0, seconds)) }
  static func until(_ seconds: Int64) -> UInt32 {
    seconds >= Int64(UInt32.max) ? UInt32.max : UInt32(clamping: max(0, seconds))
  }
}
