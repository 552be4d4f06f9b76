// Usage that depends on whole periods and stays as it was billed, because a purge has removed events of it.

public import BillingCalendar
public import Tables
import UsageSummary

/// Until when the settled usage of accounts and pools is closed: nothing of it is settled any more, and later periods begin with what
/// these were billed to hand on.
public struct ClosedUsage: Sendable {
  /// Periods of one account or pool, from those that were closed before up to `until`.
  public struct Stretch: Sendable, Hashable {
    /// Whether a pool holds the usage, or an account.
    public var isPool: Bool
    /// The account or pool.
    public var holder: Label
    /// The last closed period.
    public var until: UsagePeriod
    /// The first instant behind it, in seconds since 1970.
    public var endSecond: Int64

    /// Takes what it is made of.
    public init(isPool: Bool, holder: Label, until: UsagePeriod, endSecond: Int64) {
      self.isPool = isPool
      self.holder = holder
      self.until = until
      self.endSecond = endSecond
    }
  }

  /// By account: its last closed period, and where that ends in seconds since 1970.
  public private(set) var accounts: [Label: (until: UsagePeriod, endSecond: Int64)] = [:]

  /// Whether nothing is closed.
  public var isEmpty: Bool { accounts.isEmpty }

  /// Whether something is closed that was charged in that second or later.
  public func reaches(_ second: Int64) -> Bool { accounts.values.contains { second < $0.endSecond } }

  /// Whether usage of an account that was charged in that second is closed.
  public func holds(_ account: Label, atSecond second: Int64) -> Bool {
    accounts[account].map { second < $0.endSecond } ?? false
  }

  fileprivate mutating func add(_ stretch: Stretch) {
    guard !stretch.isPool, accounts[stretch.holder].map({ $0.until < stretch.until }) ?? true else { return }
    accounts[stretch.holder] = (stretch.until, stretch.endSecond)
  }
}

/// An account or a pool whose settled rows somebody holds.
struct SettledHolder: Hashable {
  var isPool: Bool
  var name: Label
}

/// A settlement that holds rows that count, and whose those are.
struct CountingSettlement {
  var id: String
  var usage: UsageFolder
  /// Those whose rows it holds up to now: behind what is closed of them.
  var accounts: Set<Label> = []
  var pools: Set<Label> = []
  /// The last closed period of these.
  var openAfter: [SettledHolder: UsagePeriod] = [:]
  /// Closed periods that it holds, by account or pool: behind one up to another.
  var closed: [SettledHolder: [(after: UsagePeriod?, until: UsagePeriod)]] = [:]

  /// Every account some of whose rows it holds.
  var allAccounts: Set<Label> { accounts.union(closed.keys.filter { !$0.isPool }.map(\.name)) }

  /// Whether the rows of an account, or the allowances of a pool, in a period are those that count up to now: behind what is closed.
  func isOpen(isPool: Bool = false, _ name: Label, _ period: UsagePeriod) -> Bool {
    let holder = SettledHolder(isPool: isPool, name: name)
    return (isPool ? pools : accounts).contains(name) && openAfter[holder].map { $0 < period } ?? true
  }

  /// Whether the rows of an account, or the allowances of a pool, in a period are those that count.
  func holds(isPool: Bool = false, _ name: Label, _ period: UsagePeriod) -> Bool {
    if isOpen(isPool: isPool, name, period) { return true }
    return closed[SettledHolder(isPool: isPool, name: name)]?.contains { stretch in
      period <= stretch.until && stretch.after.map { $0 < period } ?? true
    } ?? false
  }
}

extension BillingStore {
  /// What purges have closed of settled usage.
  public func closedUsage() throws(StoreFault) -> ClosedUsage {
    var closed = ClosedUsage()
    try forEachClosed { stretch, _ in closed.add(stretch) }
    return closed
  }

  /// Gives what is closed, each account and pool in the order of its periods, with the settlement that holds it.
  func forEachClosed(_ body: (ClosedUsage.Stretch, _ settlement: String) -> Void) throws(StoreFault) {
    try book.query(
      "SELECT kind, owner, usage_period, end_second, settlement_id FROM closed_usage ORDER BY kind, owner, usage_period"
    ) { row throws(StoreFault) in
      guard let period = UsagePeriod.parse(row.text(2)) else {
        throw .damaged(path: path, message: "'\(row.text(2))' in the book is no usage period")
      }
      body(
        ClosedUsage.Stretch(
          isPool: row.text(0) == "pool", holder: row.label(1), until: period, endSecond: row.integer(3)),
        row.text(4))
    }
  }

  /// Closes usage with a purge, inside its transaction: the settlements that hold it now hold it for good.
  func closeUsage(_ stretches: [ClosedUsage.Stretch], purge: Int) throws(StoreFault) {
    for stretch in stretches {
      try book.run(
        """
        INSERT INTO closed_usage (kind, owner, usage_period, end_second, settlement_id, purge)
        SELECT kind, owner, ?, ?, settlement_id, ? FROM settled_owners WHERE kind = ? AND owner = ?
        """,
        [
          .text(stretch.until.description), .integer(stretch.endSecond), .count(purge),
          .text(stretch.isPool ? "pool" : "account"), .label(stretch.holder),
        ])
    }
  }

  /// The SHA-256 of what a purge has closed, with the hashes of the settlements that hold it; nil where that is nothing.
  func closedSeal(ofPurge purge: Int) throws(StoreFault) -> String? {
    var text: [UInt8] = []
    try book.query(
      """
      SELECT kind, owner, usage_period, CAST(end_second AS TEXT), settlement_id, manifest_sha256, rollover_sha256
      FROM closed_usage JOIN settlements USING (settlement_id) WHERE purge = ? ORDER BY kind, owner, usage_period
      """, [.count(purge)]
    ) { row in
      var cells: [Label] = []
      for column in 0..<7 { cells.append(row.label(column)) }
      CSVText.appendRow(cells, to: &text)
    }
    return text.isEmpty ? nil : SHA256.hex(of: text)
  }

  /// The first account and chosen period with rows that are closed; `account` limits it, nil for all.
  public func closedPeriod(
    of choice: UsagePeriodChoice, account: Label?
  ) throws(StoreFault) -> AccountPeriod? {
    let closed = try closedUsage()
    if closed.isEmpty { return nil }
    return try pairs("SELECT DISTINCT account, usage_period FROM counted_usage").filter { pair in
      choice.contains(pair.period) && account.map { $0 == pair.account } ?? true
        && closed.accounts[pair.account].map { pair.period <= $0.until } ?? false
    }.min { ($0.account, $0.period) < ($1.account, $1.period) }
  }

  /// Whether rows of an account count in a period behind `after`, nil for the first one, and not behind `until`.
  public func hasUsage(
    _ account: Label, after: UsagePeriod?, until: UsagePeriod
  ) throws(StoreFault) -> Bool {
    try book.integer(
      "SELECT COUNT(*) FROM counted_usage WHERE account = ? AND usage_period > ? AND usage_period <= ?",
      [.label(account), .text(after?.description ?? ""), .text(until.description)]) ?? 0 > 0
  }
}
