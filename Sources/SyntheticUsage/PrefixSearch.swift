// Longest prefix in force, by our own means: sorted prefixes, each knowing the next shorter one that holds it.

/// Finds the row of a number in the rows of a deck.
struct PrefixSearch: Sendable {
  private struct Entry {
    /// The first and the last number of 15 digits with this prefix.
    var first: UInt64
    var last: UInt64
    /// Index of the prefix that this one lies in; -1 for none.
    var parent: Int32
    var digitCount: UInt8
    var rowCount: UInt8
    var firstRow: UInt32
  }

  private let rows: [SyntheticDeckRow]
  private let entries: [Entry]
  /// By the first three digits: the first entry that begins there or later.
  private let entryByDigits: [UInt32]

  /// Prepares to search `rows`, which are in the order of `SyntheticDeckRow.isBefore`.
  ///
  /// - Complexity: O(rows).
  init(_ rows: [SyntheticDeckRow]) {
    self.rows = rows
    var entries: [Entry] = []
    var enclosing: [Int] = []
    for (index, row) in rows.enumerated() {
      let first = row.alignedPrefix
      if let last = entries.last, last.first == first, last.digitCount == row.digitCount {
        entries[entries.count - 1].rowCount += 1
        continue
      }
      while let top = enclosing.last, entries[top].last < first { enclosing.removeLast() }
      let size = SyntheticNumber.powersOfTen[SyntheticNumber.digitCountMax - Int(row.digitCount)]
      entries.append(
        Entry(
          first: first, last: first + size - 1, parent: Int32(enclosing.last ?? -1),
          digitCount: row.digitCount,
          rowCount: 1, firstRow: UInt32(index)))
      enclosing.append(entries.count - 1)
    }
    self.entries = entries
    entryByDigits = Self.index(entries)
  }

  private static let digitsUnit: UInt64 = 1_000_000_000_000

  private static func index(_ entries: [Entry]) -> [UInt32] {
    var index: [UInt32] = []
    var next = 0
    for digits in 0...UInt64(1000) {
      while next < entries.count, entries[next].first < digits * digitsUnit { next += 1 }
      index.append(UInt32(next))
    }
    return index
  }

  /// The row of the longest prefix of `number` that is in force at `seconds`; nil for none.
  ///
  /// A row ends where the next one of its prefix begins. Rows out of force hide nothing.
  /// - Complexity: O(log n).
  func row(of number: UInt64, digitCount: Int, atSeconds seconds: Int64) -> SyntheticDeckRow? {
    let aligned = SyntheticNumber.align(number, digitCount: digitCount)
    var at = lastEntry(notAfter: aligned)
    while at >= 0 {
      let entry = entries[at]
      if entry.last >= aligned, Int(entry.digitCount) <= digitCount,
        let row = rowInForce(entry, atSeconds: seconds)
      {
        return row
      }
      at = Int(entry.parent)
    }
    return nil
  }

  private func lastEntry(notAfter aligned: UInt64) -> Int {
    let digits = Int(aligned / Self.digitsUnit)
    var low = Int(entryByDigits[digits])
    var high = Int(entryByDigits[digits + 1])
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].first <= aligned { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  private func rowInForce(_ entry: Entry, atSeconds seconds: Int64) -> SyntheticDeckRow? {
    let first = Int(entry.firstRow)
    for index in (first..<first + Int(entry.rowCount)).reversed() where rows[index].fromSeconds <= seconds {
      return seconds < rows[index].untilSeconds ? rows[index] : nil
    }
    return nil
  }
}
