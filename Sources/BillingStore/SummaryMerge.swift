// Summaries of several runs as one: rows with equal keys are added up, in order, in the memory of one row for each run.

import Money
import Tables
import UsageSummary

/// Walks over summaries that are each in order of their keys.
///
/// Quantities and amounts are integers, so that the result does not depend on how usage was divided into runs.
struct SummaryMerge {
  /// One summary on its way: its reader stands at the row.
  private struct Head {
    var key: SummaryKey
    var source: Int
  }

  /// A summary to merge: its file, and what it was when it was committed.
  struct Source {
    /// The file.
    var path: String
    /// Its rows.
    var rowCount: Int64
    /// SHA-256 of its decoded bytes.
    var sha256: String
    /// Whether its rows are taken away instead of added.
    var isTakenAway = false
    /// Accounts whose rows are wanted; nil for all.
    var accounts: Set<Label>?
  }

  private let sources: [Source]
  private let readers: [SummaryReader]
  // A heap: the smallest key first.
  private var heads: [Head] = []
  private let isWanted: (SummaryRow) -> Bool
  /// The line of the row that was given last, where it is that of one summary as it stands there; else empty.
  private(set) var line: [UInt8] = []
  /// Whether that row is the sum of several.
  private(set) var isSum = false

  /// Begins with the first row of each summary for which `isWanted`.
  init(_ sources: [Source], where isWanted: @escaping (SummaryRow) -> Bool) throws(StoreFault) {
    self.sources = sources
    self.isWanted = isWanted
    var readers: [SummaryReader] = []
    for source in sources {
      readers.append(
        try StoreFault.ofUsage { () throws(UsageFolderFault) in try SummaryReader(path: source.path) })
    }
    self.readers = readers
    for index in sources.indices {
      if let head = try nextHead(of: index) { push(head) }
    }
  }

  /// The next row of the merged summary; nil after the last one, when every summary was read to its end and proved again.
  mutating func next() throws(StoreFault) -> SummaryRow? {
    guard let first = heads.first else { return nil }
    var row = readers[first.source].row
    line.removeAll(keepingCapacity: true)
    isSum = false
    if sources[first.source].isTakenAway {
      row = row - row - row
    } else {
      readers[first.source].appendLine(to: &line)
    }
    replaceFirst(with: try nextHead(of: first.source))
    while let other = heads.first, other.key == first.key {
      let its = readers[other.source].row
      row = sources[other.source].isTakenAway ? row - its : row + its
      line.removeAll(keepingCapacity: true)
      isSum = true
      replaceFirst(with: try nextHead(of: other.source))
    }
    return row
  }

  private func nextHead(of source: Int) throws(StoreFault) -> Head? {
    let reader = readers[source]
    let isThere = try StoreFault.ofUsage { () throws(UsageFolderFault) -> Bool in
      while try reader.advance() {
        let row = reader.row
        if isWanted(row), sources[source].accounts?.contains(row.account) ?? true { return true }
      }
      return false
    }
    if isThere { return Head(key: reader.key, source: source) }
    // Nothing is billed from other bytes than those that were committed.
    guard reader.hexDigest == sources[source].sha256, reader.rowCount == sources[source].rowCount else {
      throw .damaged(
        path: sources[source].path, message: "its rows are not those that were committed")
    }
    return nil
  }

  // MARK: the heap

  private mutating func push(_ head: Head) {
    heads.append(head)
    var child = heads.count - 1
    while child > 0, heads[child].key < heads[(child - 1) / 2].key {
      heads.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func replaceFirst(with head: Head?) {
    if let head {
      heads[0] = head
    } else {
      heads[0] = heads[heads.count - 1]
      heads.removeLast()
    }
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heads.count {
        if heads[child].key < heads[least].key { least = child }
      }
      if least == parent { return }
      heads.swapAt(parent, least)
      parent = least
    }
  }
}

extension SummaryRow {
  /// Whether nothing is left of it.
  var isZero: Bool {
    eventCount == 0 && quantityRaw == 0 && quantityBilled == 0 && quantityCovered == 0 && amount == .zero
      && (cost ?? .zero) == .zero
  }

  /// Two rows of one key, added up.
  static func + (a: SummaryRow, b: SummaryRow) -> SummaryRow {
    var sum = a
    sum.eventCount += b.eventCount
    sum.quantityRaw += b.quantityRaw
    sum.quantityBilled += b.quantityBilled
    sum.quantityCovered += b.quantityCovered
    sum.amount += b.amount
    if let cost = b.cost { sum.cost = (a.cost ?? .zero) + cost }
    return sum
  }

  /// A row without another of the same key.
  static func - (a: SummaryRow, b: SummaryRow) -> SummaryRow {
    var negated = b
    negated.eventCount = -b.eventCount
    negated.quantityRaw = -b.quantityRaw
    negated.quantityBilled = -b.quantityBilled
    negated.quantityCovered = -b.quantityCovered
    negated.amount = -b.amount
    negated.cost = b.cost.map { -$0 }
    return a + negated
  }
}
