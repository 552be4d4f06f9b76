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

/// Sums of one account, or of all, in one currency.
public struct RerateSum: Sendable {
  /// Empty for all accounts.
  public var account: Label
  /// Code of the currency.
  public var currency: Label
  /// Before.
  public var old = RerateMeasures.zero
  /// After.
  public var new = RerateMeasures.zero
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
  /// Accounts that differ, by currency; the largest difference first.
  public private(set) var accounts: [RerateSum] = []

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
    var sums: [ArraySlice<UInt8>: RerateSum] = [:]
    var byAccount = AccountDifferences()
    var columns: [Label] = []
    var count = 0
    try Self.walk(pairs, columns: &columns) { (row, columns) throws(FileFault) in
      let account = columns.firstIndex(of: "account")
      let currency = columns.firstIndex(of: "currency")
      let code = currency.map { row.key.rawCell($0) } ?? []
      Self.add(
        row, to: &sums[code, default: RerateSum(account: .empty, currency: Label(bytes: Array(code)))])
      guard row.old != row.new else { return }
      count += 1
      byAccount.add(
        row, account: account.map { row.key.cell($0) } ?? .empty,
        currency: currency.map { row.key.cell($0) } ?? .empty, isAscending: account == 0)
    }
    keyColumns = columns.isEmpty ? emptyColumns : columns
    rowCount = count
    totals = sums.values.sorted { $0.currency < $1.currency }
    accounts = byAccount.ended().sorted { a, b in
      let (one, other) = (a.delta.amountPico.magnitude, b.delta.amountPico.magnitude)
      return one != other ? one > other : (a.account, a.currency) < (b.account, b.currency)
    }
  }

  /// Differences by account and currency. Where accounts ascend, only those of one are looked up.
  private struct AccountDifferences {
    private var done: [RerateSum] = []
    private var open: [[Label]: RerateSum] = [:]
    private var last: Label?

    mutating func add(_ row: Pair, account: Label, currency: Label, isAscending: Bool) {
      if isAscending, account != last {
        done += open.values
        open.removeAll(keepingCapacity: true)
      }
      last = account
      RerateDelta.add(
        row, to: &open[[account, currency], default: RerateSum(account: account, currency: currency)])
    }

    /// All of them, in no order.
    func ended() -> [RerateSum] { done + open.values }
  }

  private static func add(_ row: Pair, to sum: inout RerateSum) {
    sum.old += row.old
    sum.new += row.new
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
