// What depends on a whole period: settled over the events of all runs that count, owner by owner, and kept beside the runs.
//
// A run's own documents hold what does not depend on order, so that runs are added up in any order. What does is in
// settlements: each holds the complete rows of the accounts that a commit has touched, never a difference, and takes the place of
// what earlier settlements hold of them.

public import Tables
import BillingCalendar
import DurableFiles
import UsageSummary

/// What a run has left to be settled over the events of all runs.
public struct SettlingUsage: Sendable {
  /// Accounts with such events, and those that share a pool with them.
  public var accounts: Set<Label>
  /// Charging start of the earliest and of the latest rated record, in seconds since 1970.
  public var span: ClosedRange<Int64>

  /// Takes the two.
  public init(accounts: Set<Label>, span: ClosedRange<Int64>) {
    self.accounts = accounts
    self.span = span
  }
}

/// A settlement on its way, published at `BillingStore.stagedSettlementPath(number)`.
public struct SettlementDraft: Sendable {
  /// Which of those that are committed together: 0, 1, 2 …; one that is of all comes first.
  public var number = 0
  /// The accounts whose rows it holds, all of them.
  public var accounts: Set<Label>
  /// The pools whose allowances it holds.
  public var pools: Set<Label>
  /// Whether it holds those of everybody: nothing else counts any more.
  public var isOfAll: Bool
  /// Whether a folder was published: else nothing is left of them.
  public var hasRows: Bool

  /// Takes the five.
  public init(accounts: Set<Label>, pools: Set<Label>, isOfAll: Bool, hasRows: Bool, number: Int = 0) {
    self.number = number
    self.accounts = accounts
    self.pools = pools
    self.isOfAll = isOfAll
    self.hasRows = hasRows
  }
}

/// A settlement whose documents were read and added up.
struct PreparedSettlement {
  var draft: SettlementDraft
  /// Nil where nothing is left.
  var usage: UsageFolder?
  var totals = UsageTotals()
  /// Of the bytes of its `rollover.csv`.
  var rolloverHash = ""
  var id = ""

  /// What the audit trail seals of settlements: the hashes of their manifests, a blank between them; null for none.
  static func seal(_ settlements: [PreparedSettlement]) -> JSONValue {
    let hashes = settlements.compactMap(\.usage?.manifestHash)
    return hashes.isEmpty ? .null : .text(hashes.joined(separator: " "))
  }
}

extension BillingStore {
  /// Where the documents of a settlement are published before they are committed; several that are committed together have numbers.
  public func stagedSettlementPath(_ number: Int = 0) -> String {
    path(.settled, number == 0 ? "incoming" : "incoming-\(number)")
  }

  /// What runs that count have left to be settled, in the order of their commits.
  public func settlingRuns() throws(StoreFault) -> [(run: RunRecord, usage: SettlingUsage)] {
    var runs: [(run: RunRecord, usage: SettlingUsage)] = []
    for run in try currentRuns() {
      var span: ClosedRange<Int64>?
      try book.query(
        "SELECT first_second, last_second FROM run_spans WHERE run_id = ?", [.text(run.id)]
      ) { row in span = row.integer(0)...max(row.integer(0), row.integer(1)) }
      guard let span else { continue }
      var accounts: Set<Label> = []
      try book.query("SELECT account FROM run_settled WHERE run_id = ?", [.text(run.id)]) { row in
        accounts.insert(row.label(0))
      }
      runs.append((run, SettlingUsage(accounts: accounts, span: span)))
    }
    return runs
  }

  /// The folders of settlements that hold rows that count, with the owners whose rows those are.
  func settlements() throws(StoreFault) -> [CountingSettlement] {
    var closed: [String: [SettledHolder: [(after: UsagePeriod?, until: UsagePeriod)]]] = [:]
    var openAfter: [SettledHolder: UsagePeriod] = [:]
    try forEachClosed { stretch, settlement in
      let holder = SettledHolder(isPool: stretch.isPool, name: stretch.holder)
      closed[settlement, default: [:]][holder, default: []].append((openAfter[holder], stretch.until))
      openAfter[holder] = stretch.until
    }
    var known: [(id: String, manifestHash: String)] = []
    try book.query("SELECT settlement_id, manifest_sha256 FROM settlements ORDER BY number") { row in
      known.append((row.text(0), row.text(1)))
    }
    var found: [CountingSettlement] = []
    for (id, hash) in known {
      let usage = try StoreFault.ofUsage { () throws(UsageFolderFault) in
        try UsageFolder.open(path(.settled, id))
      }
      guard usage.manifestHash == hash else {
        throw .damaged(path: usage.path, message: "its manifest is not the one that was committed")
      }
      var settlement = CountingSettlement(id: id, usage: usage, closed: closed[id] ?? [:])
      try book.query("SELECT kind, owner FROM settled_owners WHERE settlement_id = ?", [.text(id)]) { row in
        let isPool = row.text(0) == "pool"
        if isPool { settlement.pools.insert(row.label(1)) } else { settlement.accounts.insert(row.label(1)) }
        let holder = SettledHolder(isPool: isPool, name: row.label(1))
        settlement.openAfter[holder] = openAfter[holder]
      }
      found.append(settlement)
    }
    return found
  }

  /// The settlements that hold rows that count: by which catalog, and of which accounts. Those that hold closed periods alone are none.
  public func countingSettlements() throws(StoreFault) -> [(ratingHash: String, accounts: Set<Label>)] {
    try settlements().filter { !$0.accounts.isEmpty || !$0.pools.isEmpty }.map {
      ($0.usage.manifest.ratingHash.description, $0.accounts)
    }
  }

  /// The summaries of settlements, to be merged: of each the rows that count.
  func settledSources() throws(StoreFault) -> [SummaryMerge.Source] {
    try settlements().flatMap { sources(of: $0) }
  }

  /// The summary of one, to be merged: the rows that count.
  func sources(of settlement: CountingSettlement) -> [SummaryMerge.Source] {
    sources(settlement.usage, of: settlement.allAccounts).map { source in
      var source = source
      if !settlement.closed.isEmpty || !settlement.openAfter.isEmpty {
        source.isCounted = { settlement.holds($0, $1) }
      }
      return source
    }
  }

  // MARK: committing

  /// Reads the documents of a staged settlement once more.
  func prepare(_ draft: SettlementDraft) throws(StoreFault) -> PreparedSettlement {
    guard draft.hasRows else { return PreparedSettlement(draft: draft) }
    let path = stagedSettlementPath(draft.number)
    let (usage, totals) = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try UsageTotals.proving(path)
    }
    let rolloverHash = try StoreFault.ofUsage { () throws(UsageFolderFault) in
      try RolloverTable.read(path + "/" + RolloverTable.fileName)
    }
    if let stranger = totals.accounts.subtracting(draft.accounts).min() {
      throw .refused(
        "usage that earlier runs have read belongs to account '\(stranger)' with this catalog, and did not when it was "
          + "read (a number that was given to another account for days that are past?); rate these runs again first: "
          + "'ratemill rerate'")
    }
    let number = (try book.integer("SELECT MAX(number) FROM settlements") ?? 0) + Int64(draft.number)
    let identity = SHA256.hex(
      of: Array("ratemill settlement 1\n\(number + 1)\n\(usage.manifestHash)\n\(now)\n".utf8))
    return PreparedSettlement(
      draft: draft, usage: usage, totals: totals, rolloverHash: rolloverHash,
      id: String(identity.prefix(RunIdentity.runIDDigits)))
  }

  /// Gives the folder of a prepared settlement its name.
  func place(_ prepared: PreparedSettlement) throws(StoreFault) {
    guard let usage = prepared.usage else { return }
    try StoreFault.ofFiles { () throws(FileFault) in
      try DurableFolder.rename(usage.path, to: path(.settled, prepared.id), operations: operations)
    }
  }

  /// Lets a settlement count; inside the transaction of what has caused it.
  func insert(_ prepared: PreparedSettlement) throws(StoreFault) {
    let draft = prepared.draft
    if draft.isOfAll { try book.run("DELETE FROM settled_owners", []) }
    if let usage = prepared.usage {
      try book.run(
        """
        INSERT INTO settlements (settlement_id, number, committed_at, catalog_hash, manifest_sha256, rollover_sha256)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
          .text(prepared.id), .integer((try book.integer("SELECT MAX(number) FROM settlements") ?? 0) + 1),
          .text(now), .label(usage.manifest.ratingHash), .text(usage.manifestHash),
          .text(prepared.rolloverHash),
        ])
      try prepared.totals.insert(into: book, table: "settled_usage", owner: prepared.id)
    }
    for (kind, owners) in [("account", draft.accounts), ("pool", draft.pools)] {
      for owner in owners.sorted() {
        try book.run("DELETE FROM settled_owners WHERE kind = ? AND owner = ?", [.text(kind), .label(owner)])
        if prepared.usage == nil { continue }
        try book.run(
          "INSERT INTO settled_owners (kind, owner, settlement_id) VALUES (?, ?, ?)",
          [.text(kind), .label(owner), .text(prepared.id)])
      }
    }
    // Nobody's rows are in these any more; the next command that changes the store removes their folders.
    let left =
      "settlement_id NOT IN (SELECT settlement_id FROM settled_owners UNION SELECT settlement_id FROM closed_usage)"
    try book.run("DELETE FROM settled_usage WHERE \(left)", [])
    try book.run("DELETE FROM settlements WHERE \(left)", [])
  }

  /// Notes what a run has left to be settled.
  func insert(_ usage: SettlingUsage, of run: RunRecord) throws(StoreFault) {
    try book.run(
      "INSERT INTO run_spans (run_id, first_second, last_second) VALUES (?, ?, ?)",
      [.text(run.id), .integer(usage.span.lowerBound), .integer(usage.span.upperBound)])
    for account in usage.accounts.sorted() {
      try book.run(
        "INSERT INTO run_settled (run_id, account) VALUES (?, ?)", [.text(run.id), .label(account)])
    }
  }
}
