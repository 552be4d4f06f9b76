// Summaries of several runs as one: rows with equal keys are added up, in order, in the memory of one row for each run.

import BillingCalendar
import Money
import Tables
import UsageSummary

/// Walks over summaries that are each in order of their keys.
///
/// Quantities and amounts are integers, so that the result does not depend on how usage was divided into runs.
struct SummaryMerge {
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
    /// Accounts whose rows are not.
    var accountsLeftOut: Set<Label> = []
    /// Whether the row of an account and period is wanted; nil for all.
    var isCounted: ((Label, UsagePeriod) -> Bool)?
  }

  private let sources: [Source]
  private let readers: [SummaryReader]
  // Readers that stand at a row, as a heap: the smallest key first.
  private var heads: [Int] = []
  // Readers that stand at the key which was given last.
  private var given: [Int] = []
  private let isWanted: ((SummaryRow) -> Bool)?
  /// The line of the row that was given last, where it is that of one summary as it stands there; else empty.
  private(set) var line: [UInt8] = []
  /// Whether that row is the sum of several.
  private(set) var isSum = false

  /// Begins with the first row of each summary for which `isWanted`; nil for all rows.
  init(_ sources: [Source], where isWanted: ((SummaryRow) -> Bool)? = nil) throws(StoreFault) {
    self.sources = sources
    self.isWanted = isWanted
    var readers: [SummaryReader] = []
    for source in sources {
      readers.append(
        try StoreFault.ofUsage { () throws(UsageFolderFault) in try SummaryReader(path: source.path) })
    }
    self.readers = readers
    for index in sources.indices where try advance(index) { push(index) }
  }

  /// The next row of the merged summary; nil after the last one, when every summary was read to its end and proved again.
  mutating func next() throws(StoreFault) -> SummaryRow? {
    for reader in given where try advance(reader) { push(reader) }
    given.removeAll(keepingCapacity: true)
    guard let first = heads.first else { return nil }
    removeFirst()
    given.append(first)
    var row = readers[first].row
    line.removeAll(keepingCapacity: true)
    if sources[first].isTakenAway { row = row - row - row }
    while let other = heads.first, readers[first].compareKey(with: readers[other]) == 0 {
      removeFirst()
      given.append(other)
      row = sources[other].isTakenAway ? row - readers[other].row : row + readers[other].row
    }
    isSum = given.count > 1
    if !isSum, !sources[first].isTakenAway { readers[first].appendLine(to: &line) }
    return row
  }

  /// Goes to the next row of a summary that is wanted; false after the last one.
  private func advance(_ source: Int) throws(StoreFault) -> Bool {
    let reader = readers[source]
    let (accounts, leftOut) = (sources[source].accounts, sources[source].accountsLeftOut)
    let isCounted = sources[source].isCounted
    let isThere = try StoreFault.ofUsage { () throws(UsageFolderFault) -> Bool in
      while try reader.advance() {
        if isWanted == nil, accounts == nil, leftOut.isEmpty, isCounted == nil { return true }
        let row = reader.row
        if leftOut.contains(row.account) { continue }
        if isWanted?(row) ?? true, accounts?.contains(row.account) ?? true,
          isCounted?(row.account, row.usagePeriod) ?? true
        {
          return true
        }
      }
      return false
    }
    if isThere { return true }
    // Nothing is billed from other bytes than those that were committed.
    guard reader.hexDigest == sources[source].sha256, reader.rowCount == sources[source].rowCount else {
      throw .damaged(
        path: sources[source].path, message: "its rows are not those that were committed")
    }
    return false
  }

  // MARK: the heap

  private func precedes(_ a: Int, _ b: Int) -> Bool { readers[a].compareKey(with: readers[b]) < 0 }

  private mutating func push(_ head: Int) {
    heads.append(head)
    var child = heads.count - 1
    while child > 0, precedes(heads[child], heads[(child - 1) / 2]) {
      heads.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func removeFirst() {
    heads[0] = heads[heads.count - 1]
    heads.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heads.count {
        if precedes(heads[child], heads[least]) { least = child }
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
