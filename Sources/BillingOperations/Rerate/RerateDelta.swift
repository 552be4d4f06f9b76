// What rating again has changed: key by key, by account, and in all.

public import DurableFiles
public import Tables

/// One key whose events come to something else now.
public struct RerateRow: Sendable {
  /// Cells of the key, in the order of `RerateDelta.keyColumns`.
  public var key: [Label]
  /// What the events that were rated again came to.
  public var old: RerateMeasures
  /// What they come to now.
  public var new: RerateMeasures
  /// The difference.
  public var delta: RerateMeasures { new - old }
}

/// Differences between what events came to and what they come to now.
public struct RerateDelta: Sendable {
  /// The columns of the key.
  public private(set) var keyColumns: [Label] = []
  /// Keys that differ.
  public private(set) var rowCount = 0
  /// By currency, all keys, also those that are the same.
  public private(set) var totals: [RerateSum] = []
  /// Accounts that are charged otherwise, by currency; the largest difference first.
  public private(set) var accounts: [RerateSum] = []
  /// What suppliers charge, by currency of the cost, all keys that have one.
  public private(set) var costTotals: [RerateSum] = []
  /// Accounts that cost something else, by currency of the cost; the largest difference first.
  public private(set) var costAccounts: [RerateSum] = []

  /// Tables of the same keys before and after; nil for none.
  private let pairs: [(old: String?, new: String?)]

  /// No difference.
  public static let none = RerateDelta()

  private init() { pairs = [] }

  /// Whether nothing differs.
  public var isEmpty: Bool { rowCount == 0 }

  /// Compares tables; where there are none, their columns would be `emptyColumns`. Complexity: O(rows), in the memory of the accounts.
  init(_ pairs: [(old: String?, new: String?)], emptyColumns: [Label]) throws(FileFault) {
    self.pairs = pairs
    var sums = RerateSums()
    var costs = RerateSums()
    var columns: [Label] = []
    var count = 0
    try Self.walk(pairs, columns: &columns) { (row, columns) throws(FileFault) in
      if sums.isEmpty {
        sums.begin(columns, currency: "currency", leavingOut: ["supplier", "cost_currency"])
        costs.begin(columns, currency: "cost_currency", leavingOut: [])
      }
      sums.add(row.key, row.old.ofCharges, row.new.ofCharges)
      costs.add(row.key, row.old.ofCosts, row.new.ofCosts)
      if row.old != row.new { count += 1 }
    }
    keyColumns = columns.isEmpty ? emptyColumns : columns
    rowCount = count
    (totals, accounts) = sums.ended { $0.amountPico }
    (costTotals, costAccounts) = costs.ended { $0.costPico }
  }

  /// Calls `body` with every key that differs, in order. The files of the comparison must still be there.
  public func forEach(_ body: (RerateRow) throws(FileFault) -> Void) throws(FileFault) {
    var columns: [Label] = []
    try Self.walk(pairs, columns: &columns) { (row, _) throws(FileFault) in
      if row.old != row.new { try body(RerateRow(key: row.key.cells, old: row.old, new: row.new)) }
    }
  }

  /// What stands under one key.
  private struct Pair {
    var key: RerateKey
    var old = RerateMeasures.zero
    var new = RerateMeasures.zero
  }

  /// Walks over all tables side by side, key by key.
  private static func walk(
    _ pairs: [(old: String?, new: String?)], columns: inout [Label],
    _ body: (Pair, [Label]) throws(FileFault) -> Void
  ) throws(FileFault) {
    var tables: [(table: RerateTable, isOld: Bool)] = []
    for pair in pairs {
      for (path, isOld) in [(pair.old, true), (pair.new, false)] {
        guard let path else { continue }
        let table = try RerateTable(path)
        columns = table.keyColumns
        tables.append((table, isOld))
      }
    }
    while true {
      var least: RerateKey?
      for (table, _) in tables {
        guard let key = table.key else { continue }
        if least.map({ key < $0 }) ?? true { least = key }
      }
      guard let key = least else { return }
      var row = Pair(key: key)
      for (table, isOld) in tables {
        while table.key == key {
          if isOld { row.old += table.measures } else { row.new += table.measures }
          try table.advance()
        }
      }
      try body(row, columns)
    }
  }
}
