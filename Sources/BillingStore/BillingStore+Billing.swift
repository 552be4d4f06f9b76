// What was billed: frozen row by row, so that everything that comes later can be told apart from it.
//
// One rule for late records, revoked runs and new runs alike: what is current minus what was billed is an adjustment. It
// is billed with the next period of its account, under the period that it belongs to.

public import BillingCalendar
import DurableFiles
public import Money
public import Tables
public import UsageSummary

/// One billing: rows that were frozen as billed.
public struct BillingRecord: Sendable {
  /// The name of its folder.
  public var id: String
  /// 1, 2, 3 … in the order of commits.
  public var number: Int
  /// The periods that were named.
  public var choice: String
  /// When it was committed, in UTC.
  public var committedAt: String
  /// Why.
  public var reason: String
  /// Accounts and periods that it has closed.
  public var closedCount: Int
  /// The accounts among them.
  public var accountCount: Int
  /// Rows, adjustments included.
  public var rowCount: Int64
  /// Amounts by currency, adjustments included.
  public var amounts: [(currency: Currency, amount: Amount)]
  /// Rows of periods that were billed before.
  public var adjustmentRowCount: Int64
  /// The accounts of these rows.
  public var adjustedAccountCount: Int
  /// The seal of the audit trail.
  public var auditHead: String
}

/// An account and one of its usage periods.
public struct AccountPeriod: Hashable, Sendable {
  /// Account id.
  public var account: Label
  /// The usage period.
  public var period: UsagePeriod

  /// Makes one.
  public init(account: Label, period: UsagePeriod) {
    self.account = account
    self.period = period
  }
}

/// What a billing takes in.
struct BillingScope {
  var choice: UsagePeriodChoice
  /// Accounts that are wanted; nil for all.
  var accounts: Set<Label>?
  /// What was billed before.
  var billed: Set<AccountPeriod>
  /// What of that was billed late, with a later period: an invoice of its own can still be made.
  var billedLate: Set<AccountPeriod>
  /// What it closes.
  var closing: Set<AccountPeriod>

  /// Whether rows of that account and period belong to it: corrections of earlier periods go with it, those of later ones
  /// wait for theirs.
  func contains(_ pair: AccountPeriod) -> Bool {
    closing.contains(pair)
      || (billed.contains(pair) && (accounts?.contains(pair.account) ?? true) && choice.isAfter(pair.period))
  }
}

/// Rows of a billing that wait for their transaction.
struct StagedBilling {
  var choice: UsagePeriodChoice
  var summary: SummaryManifest.File
  var totals: UsageTotals
  var closing: Set<AccountPeriod>
  var adjustmentRowCount: Int64
  var adjustedAccounts: Set<Label>
}

extension BillingStore {
  /// Freezes the usage of the chosen periods as billed, and with it all adjustments of periods that their accounts were billed
  /// for before, and what these periods hand on to later ones.
  ///
  /// `accounts` limits it; nil takes all that have usage in these periods or adjustments before them, or whose invoices of them
  /// were taken back, and that are not billed for them. Throws `refused` where nothing is left to bill, and without `isBeforeItsEnd`
  /// where a period has not ended (in UTC): what comes of it later would be adjustments.
  /// - Precondition: opened for changing.
  public func markBilled(
    _ choice: UsagePeriodChoice, accounts: Set<Label>?, isBeforeItsEnd: Bool, reason: String
  ) throws(StoreFault) -> BillingRecord {
    let scope = try billingScope(choice, accounts: accounts)
    if !isBeforeItsEnd { try refuseUnended(scope.closing) }
    let staged = try stageBilling(scope) { _ in }
    guard !staged.closing.isEmpty || staged.adjustmentRowCount > 0 else {
      try StoreFault.ofFiles { () throws(FileFault) in
        try DurableFolder.removeAll(stagedBillingPath, operations: operations)
      }
      throw .refused(
        "nothing of \(choice) is left to bill; 'ratemill periods --store \(path)' shows what is open")
    }
    return try book.transaction { () throws(StoreFault) in try insertBilling(staged, reason: reason) }
  }

  private func refuseUnended(_ closing: Set<AccountPeriod>) throws(StoreFault) {
    let today = now.prefix(CivilDate.textBytes)
    let unended = closing.filter { $0.period.until.description > today }
    guard let first = unended.min(by: { ($0.period, $0.account) < ($1.period, $1.account) }) else {
      return
    }
    let others = Set(unended.map(\.account)).count - 1
    let more = others == 0 ? "" : " and \(others) more"
    throw .refused(
      "\(first.period) of account '\(first.account)'\(more) has not ended: usage that comes would be adjusted in the next "
        + "period; wait for its end, bill other accounts (--only), or add --before-its-end")
  }

  private var stagedBillingPath: String { path(.billed, "incoming") }

  /// What a billing of the chosen periods takes in: the open periods of the wanted accounts, nil for all that have usage in
  /// them, and of these accounts the adjustments of periods before, and `late` periods of them that nobody has billed.
  func billingScope(
    _ choice: UsagePeriodChoice, accounts: Set<Label>?, late: Set<AccountPeriod> = []
  ) throws(StoreFault) -> BillingScope {
    let billed = try billedPeriods()
    let wanted = { (account: Label) in accounts?.contains(account) ?? true }
    let known = try usedPeriods().union(takenBackPeriods())
    let closing = known.subtracting(billed).filter {
      (choice.contains($0.period) || late.contains($0)) && wanted($0.account)
    }
    return BillingScope(
      choice: choice, accounts: accounts, billed: billed, billedLate: try periodsBilledLate(),
      closing: closing)
  }

  /// Gives the rows that a billing would freeze, in order; rows of nothing are left out.
  func forEachRow(
    of scope: BillingScope, _ body: (SummaryRow) throws(StoreFault) -> Void
  ) throws(StoreFault) {
    var merge = try currentMinusBilled { scope.contains($0) }
    while let row = try merge.next() {
      if !row.isZero { try body(row) }
    }
  }

  /// Writes the rows of a billing where it waits for its transaction, and gives each to `body` as well.
  func stageBilling(
    _ scope: BillingScope, _ body: (SummaryRow) throws(StoreFault) -> Void
  ) throws(StoreFault) -> StagedBilling {
    var writer = try StoreFault.ofFiles { () throws(FileFault) in
      try SummaryFolderWriter(at: stagedBillingPath, operations: operations)
    }
    var totals = UsageTotals()
    var adjustmentRowCount: Int64 = 0
    var adjustedAccounts: Set<Label> = []
    do throws(StoreFault) {
      try forEachRow(of: scope) { row throws(StoreFault) in
        if !scope.closing.contains(AccountPeriod(account: row.account, period: row.usagePeriod)) {
          adjustmentRowCount += 1
          adjustedAccounts.insert(row.account)
        }
        totals.add(row)
        try StoreFault.ofFiles { () throws(FileFault) in try writer.add(row) }
        try body(row)
      }
    } catch {
      writer.discard()
      throw error
    }
    let summary = try StoreFault.ofFiles { () throws(FileFault) in
      let summary = try writer.finishSummary()
      try writer.publish()
      return summary
    }
    return StagedBilling(
      choice: scope.choice, summary: summary, totals: totals, closing: scope.closing,
      adjustmentRowCount: adjustmentRowCount, adjustedAccounts: adjustedAccounts)
  }

  /// Gives the adjustments row by row, in order: what is current minus what was billed, of all billed accounts and periods.
  public func adjustments(_ body: (SummaryRow) throws(StoreFault) -> Void) throws(StoreFault) {
    let billed = try billedPeriods()
    guard !billed.isEmpty else { return }
    var merge = try currentMinusBilled { billed.contains($0) }
    while let row = try merge.next() {
      if !row.isZero { try body(row) }
    }
  }

  /// All rows of the wanted accounts and periods: those of runs that count, without those of billings.
  private func currentMinusBilled(
    _ isWanted: @escaping (AccountPeriod) -> Bool
  ) throws(StoreFault) -> SummaryMerge {
    var sources: [SummaryMerge.Source] = []
    for run in try currentRuns() { sources += self.sources(try open(run, isSummaryProved: false)) }
    sources += try settledSources()
    sources += try standingBilledSources()
    return try SummaryMerge(sources) {
      isWanted(AccountPeriod(account: $0.account, period: $0.usagePeriod))
    }
  }

  /// The summaries of all billings; of some without the rows of accounts.
  func billedSources(without accounts: [String: Set<Label>] = [:]) throws(StoreFault) -> [SummaryMerge.Source]
  {
    var sources: [SummaryMerge.Source] = []
    try book.query("SELECT billing_id, summary_rows, summary_sha256 FROM billings ORDER BY number") { row in
      sources.append(
        SummaryMerge.Source(
          path: path(.billed, row.text(0)) + "/" + SummarySchema.fileName, rowCount: row.integer(1),
          sha256: row.text(2), isTakenAway: true, accountsLeftOut: accounts[row.text(0)] ?? []))
    }
    return sources
  }

  /// The same without the rows of accounts that were taken back.
  private func standingBilledSources() throws(StoreFault) -> [SummaryMerge.Source] {
    var takenBack: [String: Set<Label>] = [:]
    try book.query("SELECT billing_id, account FROM taken_back") { row in
      takenBack[row.text(0), default: []].insert(row.label(1))
    }
    return try billedSources(without: takenBack)
  }

  /// The usage periods of which accounts are billed.
  public func billedPeriods() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs("SELECT account, usage_period FROM billed_periods")
  }

  private func usedPeriods() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs(
      "SELECT DISTINCT account, usage_period FROM counted_usage")
  }

  /// Accounts and periods whose usage was billed with the invoice of a later period, and that have no invoice of their own.
  private func periodsBilledLate() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs(
      """
      SELECT account, usage_period FROM billed_periods
      WHERE billing_id IN (SELECT billing_id FROM invoice_documents WHERE kind = 'invoice')
      EXCEPT
      SELECT account, usage_period FROM billed_periods AS closed
      WHERE billing_id NOT IN (SELECT billing_id FROM invoice_documents WHERE kind = 'invoice')
        OR EXISTS (SELECT 1 FROM invoice_documents AS own WHERE own.billing_id = closed.billing_id
          AND own.account = closed.account AND own.usage_period = closed.usage_period)
      """)
  }

  /// Accounts and periods that were billed by decision (`markBilled`) and not with invoices.
  public func periodsClosedWithoutInvoices() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs(
      """
      SELECT account, usage_period FROM billed_periods
      WHERE billing_id NOT IN (SELECT billing_id FROM invoice_documents WHERE kind = 'invoice')
      """)
  }

  /// The periods of an account that a billing has closed.
  public func periodsClosed(by billingID: String, of account: Label) throws(StoreFault) -> Set<UsagePeriod> {
    var periods: Set<UsagePeriod> = []
    let sql = "SELECT account, usage_period FROM billed_accounts WHERE billing_id = ? AND account = ?"
    for pair in try pairs(sql, [.text(billingID), .label(account)]) { periods.insert(pair.period) }
    return periods
  }

  /// Accounts and periods whose invoices were all credited in full.
  private func takenBackPeriods() throws(StoreFault) -> Set<AccountPeriod> {
    try pairs("SELECT account, usage_period FROM billed_accounts JOIN taken_back USING (billing_id, account)")
  }

  /// Accounts, or pools, and periods.
  func pairs(_ sql: String, _ values: [BookValue] = []) throws(StoreFault) -> Set<AccountPeriod> {
    var pairs: Set<AccountPeriod> = []
    try book.query(sql, values) { row throws(StoreFault) in
      guard let period = UsagePeriod.parse(row.text(1)) else {
        throw .damaged(path: path, message: "'\(row.text(1))' in the book is no usage period")
      }
      pairs.insert(AccountPeriod(account: row.label(0), period: period))
    }
    return pairs
  }

  /// Puts the staged rows in their place and into the book; to be called inside a transaction.
  func insertBilling(_ staged: StagedBilling, reason: String) throws(StoreFault) -> BillingRecord {
    let (choice, summary, closing) = (staged.choice, staged.summary, staged.closing)
    let number = Int(try book.integer("SELECT MAX(number) FROM billings") ?? 0) + 1
    let identity = SHA256.hex(of: Array("ratemill billing 1\n\(number)\n\(choice)\n\(summary.sha256)\n".utf8))
    var record = BillingRecord(
      id: String(identity.prefix(RunIdentity.runIDDigits)), number: number,
      choice: choice.description,
      committedAt: now, reason: reason, closedCount: closing.count,
      accountCount: Set(closing.map(\.account)).count, rowCount: summary.rowCount,
      amounts: (summary.sums?.amounts ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      adjustmentRowCount: staged.adjustmentRowCount,
      adjustedAccountCount: staged.adjustedAccounts.count,
      auditHead: "")
    try StoreFault.ofFiles { () throws(FileFault) in
      try DurableFolder.rename(stagedBillingPath, to: path(.billed, record.id), operations: operations)
    }
    try book.run(
      """
      INSERT INTO billings (billing_id, number, period_choice, committed_at, reason, summary_sha256, summary_rows)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(record.id), .count(number), .text(record.choice), .text(record.committedAt), .text(reason),
        .text(summary.sha256), .integer(summary.rowCount),
      ])
    let rollover = try freezeRollover(closing, billing: record.id)
    let statement = try book.prepare(
      "INSERT INTO billed_accounts (billing_id, account, usage_period) VALUES (?, ?, ?)")
    for pair in closing.sorted(by: { ($0.account, $0.period) < ($1.account, $1.period) }) {
      try statement.run([.text(record.id), .label(pair.account), .text(pair.period.description)])
    }
    try staged.totals.insert(into: book, table: "billed_usage", owner: record.id)
    record.auditHead = try AuditTrail(book: book).append(
      "mark-billed", subject: record.id,
      details: [
        "reason": .text(reason), "periods": .text(record.choice), "accounts": .integer(closing.count),
        "summary_sha256": .text(summary.sha256), "rollover_sha256": rollover.map { .text($0) } ?? .null,
        "amounts": .object(
          record.amounts.map {
            JSONMember(name: Label($0.currency.code), value: .text($0.amount.description))
          }),
      ], at: record.committedAt)
    return record
  }
}

extension UsagePeriodChoice {
  /// Whether the chosen periods begin after that one.
  func isAfter(_ period: UsagePeriod) -> Bool {
    switch self {
    case .one(let chosen): return period < chosen
    case .beginning(let year, let month):
      let (itsYear, itsMonth, _) = period.from.components
      return (itsYear, itsMonth) < (year, month)
    }
  }
}
