// Building the prefix table: the rows of a deck in one pass.
//
// Rows come in the order of their left-aligned digits, a prefix before those that begin with it. So the nodes that a row lies in
// are those of the row before, up to where their digits part: only these few are held with all their entries, and what a prefix
// finds in its place is the chain of the next shorter one.

import CMachine
import Catalog

/// Builds the nodes deck by deck.
struct PrefixTableBuilder {
  private var level1: [UInt32] = []
  private var stretches: [PrefixTable.Stretch] = []
  private var moreValues: [UInt32] = []
  private var rows: FlatTable<MatchRow>
  private var rowCount = 0
  /// The node of each level that the last row lies in, with all its entries; the first is that of the first four digits.
  private var open: [OpenNode]
  /// How many of `open` hold a node.
  private var openCount = 0

  /// A node whose rows are still coming.
  private struct OpenNode {
    /// The digits above it.
    var head: UInt64 = 0
    let entries: FlatTable<UInt32>

    func fill(_ value: UInt32) { entries.base.update(repeating: value, count: entries.count) }
  }

  init(decks: [RateDeck]) {
    rows = FlatTable(zeroedCount: decks.reduce(0) { $0 + $1.rows.count })
    var begin = 0
    open = PrefixTable.levelEnds.map { end in
      defer { begin = end }
      return OpenNode(entries: FlatTable(zeroedCount: Int(DigitText.powerOfTen(end - begin))))
    }
  }

  /// Adds the rows of one deck and kind; returns the base of its first level.
  ///
  /// `deck` are all rows of the deck, in their order; a pointer, because every look into an array of a deck counts its owners.
  /// `convert` makes the match row of an authored row, without `next`. Complexity: O(rows + entries of nodes).
  mutating func add(
    _ deck: UnsafeBufferPointer<RateDeckRow>, kind: UsageKind, convert: (RateDeckRow, Int) -> MatchRow
  ) -> Int {
    let base = level1.count
    openCount = 1
    open[0].fill(0)
    var at = 0
    while at < deck.count {
      if deck[at].kind != kind {
        at += 1
        continue
      }
      insert(deck, &at, convert: convert)
    }
    close(downTo: 1)
    level1.append(contentsOf: UnsafeBufferPointer(start: open[0].entries.base, count: open[0].entries.count))
    openCount = 0
    return base
  }

  /// Adds the versions of the prefix at `at`, and moves `at` behind them.
  private mutating func insert(
    _ deck: UnsafeBufferPointer<RateDeckRow>, _ at: inout Int, convert: (RateDeckRow, Int) -> MatchRow
  ) {
    let (prefix, length, kind) = (deck[at].prefix, Int(deck[at].prefixDigits), deck[at].kind)
    let aligned = prefix &* DigitText.powerOfTen(15 - length)
    let level = enter(aligned, length: length)
    let first = Self.digits(aligned, level)
    let end = PrefixTable.levelEnds[level]
    // The whole stretch holds one value: any shorter prefix that covers part of it covers all of it.
    var head = open[level].entries[first]
    while at < deck.count, deck[at].prefix == prefix, Int(deck[at].prefixDigits) == length {
      // Kinds of one prefix and date are neighbours.
      guard deck[at].kind == kind else {
        at += 1
        continue
      }
      // A later `from` ends the earlier row.
      if head != 0, rows[Int(head - 1)].prefixDigits == deck[at].prefixDigits {
        let from = MatchRowTime.from(deck[at].fromSeconds)
        rows[Int(head - 1)].untilSeconds = min(rows[Int(head - 1)].untilSeconds, from)
      }
      var row = convert(deck[at], at)
      row.next = head
      rows[rowCount] = row
      rowCount += 1
      head = UInt32(rowCount)
      at += 1
    }
    (open[level].entries.base + first).update(
      repeating: head, count: Int(DigitText.powerOfTen(end - length)))
  }

  /// Opens the nodes that a prefix lies in and closes all others; returns the level of its leaves.
  private mutating func enter(_ aligned: UInt64, length: Int) -> Int {
    var level = 0
    while length > PrefixTable.levelEnds[level] { level += 1 }
    var same = 1
    while same < openCount, same <= level, Self.head(aligned, same) == open[same].head { same += 1 }
    close(downTo: same)
    while openCount <= level {
      let above = open[openCount - 1].entries[Self.digits(aligned, openCount - 1)]
      precondition(above & PrefixTable.childFlag == 0, "rows come in the order of their digits")
      open[openCount].head = Self.head(aligned, openCount)
      open[openCount].fill(above)
      openCount += 1
    }
    return level
  }

  /// Closes nodes, the deepest first, until `count` are open: each is laid down and stands in the one above it.
  private mutating func close(downTo count: Int) {
    while openCount > count {
      openCount -= 1
      let place = laidDown(open[openCount].entries)
      // The last digits of its head are its entry in the node above.
      let above = Int(open[openCount].head % UInt64(open[openCount - 1].entries.count))
      open[openCount - 1].entries[above] = PrefixTable.childFlag | place
    }
  }

  /// Lays the entries of a node down as the places where they change; returns the place of its first one.
  private mutating func laidDown(_ entries: FlatTable<UInt32>) -> UInt32 {
    let first = stretches.count * 64
    precondition(first < Int(PrefixTable.childFlag), "a deck has fewer nodes than 31 bits number")
    for begin in stride(from: 0, to: entries.count, by: 64) {
      stretches.append(stretch(entries, from: begin, until: min(begin + 64, entries.count)))
    }
    return UInt32(first)
  }

  private mutating func stretch(
    _ entries: FlatTable<UInt32>, from begin: Int, until end: Int
  ) -> PrefixTable.Stretch {
    var stretch = PrefixTable.Stretch()
    var changes: UInt64 = 0
    var number = 0
    withUnsafeMutableBytes(of: &stretch.values) { own in
      var last = entries[begin]
      own.storeBytes(of: last, as: UInt32.self)
      for index in (begin + 1)..<end where entries[index] != last {
        last = entries[index]
        changes |= 1 << UInt64(index - begin)
        number += 1
        if number < PrefixTable.ownValues {
          own.storeBytes(of: last, toByteOffset: number * 4, as: UInt32.self)
        } else {
          moreValues.append(last)
        }
      }
    }
    stretch.changes = changes
    // Values are numbered from 0 in their stretch, those of its own first.
    stretch.more = Int32(moreValues.count - number - 1)
    return stretch
  }

  /// The digits above a level.
  private static func head(_ aligned: UInt64, _ level: Int) -> UInt64 {
    // Constants, because division by a variable takes many times as long.
    switch level {
    case 1: aligned / 100_000_000_000
    case 2: aligned / 100_000_000
    case 3: aligned / 1_000_000
    case 4: aligned / 10_000
    default: aligned / 100
    }
  }

  /// The digits of a level.
  private static func digits(_ aligned: UInt64, _ level: Int) -> Int {
    switch level {
    case 0: Int(head(aligned, 1))
    case 1: Int(head(aligned, 2) % 1000)
    case 5: Int(aligned % 100)
    default: Int(head(aligned, level + 1) % 100)
    }
  }

  /// The finished table; nothing can be added any more.
  func build() -> PrefixTable {
    for node in open { node.entries.deallocate() }
    return PrefixTable(
      level1: FlatTable(level1), stretches: FlatTable(stretches), moreValues: FlatTable(moreValues),
      rows: rows)
  }
}

/// Seconds of authored rows clamped to the 32 bits of a match row.
enum MatchRowTime {
  static func from(_ seconds: Int64) -> UInt32 { UInt32(clamping: max(0, seconds)) }
  static func until(_ seconds: Int64) -> UInt32 {
    seconds >= Int64(UInt32.max) ? UInt32.max : UInt32(clamping: max(0, seconds))
  }
}
