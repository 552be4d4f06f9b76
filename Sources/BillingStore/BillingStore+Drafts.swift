// Drafts of invoices: a folder with everything they were made from, pinned until they are finalised or drafted again.

public import BillingCalendar
import DurableFiles
public import Money
public import Tables
import UsageSummary

/// Drafts as the book knows them.
public struct DraftRecord: Sendable {
  /// Where they stand.
  public enum State: String, Sendable {
    /// The latest ones of their periods.
    case current
    /// Others were made after them.
    case superseded
  }

  /// The name of their folder.
  public var id: String
  /// 1, 2, 3 … in the order of commits.
  public var number: Int
  /// The periods that were named.
  public var choice: UsagePeriodChoice
  /// Where they stand.
  public var state: State
  /// When they were committed, in UTC.
  public var draftedAt: String
  /// SHA-256 of the bytes of `basis.json`.
  public var basisHash: String
  /// SHA-256 of the bytes of `drafts.json`.
  public var manifestHash: String
}

/// One draft, as it is committed.
public struct DraftDocument: Sendable {
  /// Name of its files, without suffix.
  public var name: Label
  /// Account id.
  public var account: Label
  /// Its usage period.
  public var period: UsagePeriod
  /// Whether it holds charges of projects that stand apart.
  public var isProjects: Bool
  /// Currency of the total.
  public var currency: Currency
  /// SHA-256 of what it says.
  public var contentHash: Label
  /// SHA-256 of its document.
  public var jsonHash: Label
  /// What is owed.
  public var total: Amount

  /// Makes one.
  public init(
    name: Label, account: Label, period: UsagePeriod, isProjects: Bool, currency: Currency,
    contentHash: Label,
    jsonHash: Label, total: Amount
  ) {
    self.name = name
    self.account = account
    self.period = period
    self.isProjects = isProjects
    self.currency = currency
    self.contentHash = contentHash
    self.jsonHash = jsonHash
    self.total = total
  }
}

/// What is told to the book of drafts that were written.
public struct DraftCommit: Sendable {
  /// The periods that were named.
  public var choice: UsagePeriodChoice
  /// `Catalog.ratingHash` and `Catalog.billingHash`.
  public var ratingHash: String
  /// SHA-256 of the billing tables.
  public var billingHash: String
  /// SHA-256 of the bytes of `basis.json`.
  public var basisHash: String
  /// SHA-256 of the bytes of `drafts.json`.
  public var manifestHash: String
  /// What the usage of accounts was (`StoreUsageState`).
  public var usageHashes: [Label: String]
  /// The drafts.
  public var documents: [DraftDocument]

  /// Makes one.
  public init(
    choice: UsagePeriodChoice, ratingHash: String, billingHash: String, basisHash: String,
    manifestHash: String, usageHashes: [Label: String], documents: [DraftDocument]
  ) {
    self.choice = choice
    self.ratingHash = ratingHash
    self.billingHash = billingHash
    self.basisHash = basisHash
    self.manifestHash = manifestHash
    self.usageHashes = usageHashes
    self.documents = documents
  }
}

/// What can be billed of a period now.
public struct StoreUsageState: Sendable {
  /// SHA-256 of the rows of each account that has any, as lines of a summary.
  public var usageHashes: [Label: String]
  /// Rows of periods that were billed before, as lines of a summary with its header.
  public var adjustments: [UInt8]
  /// How many there are.
  public var adjustmentRowCount: Int64
  /// Accounts whose period was billed already.
  public var billedAccounts: Set<Label>
  /// Accounts whose usage of the period was billed with that of a later one: an invoice of it has everything else.
  public var usageBilledLater: Set<Label> = []
  /// What the rows of periods that were billed before come to, by account and currency.
  public var adjustedAmounts: [Label: [Currency: Amount]] = [:]
  /// Accounts with such rows.
  public var adjustedAccounts: Set<Label> { Set(adjustedAmounts.keys) }
}

/// Digests of rows that come account by account.
struct AccountDigests {
  private(set) var hashes: [Label: String] = [:]
  private var current: (account: Label, hash: SHA256)?

  mutating func add(_ row: SummaryRow) {
    if let current, current.account != row.account { close(current) }
    var bytes: [UInt8] = []
    SummaryText.append(row, to: &bytes)
    var hash = current?.hash ?? SHA256()
    hash.update(bytes)
    current = (row.account, hash)
  }

  private mutating func close(_ current: (account: Label, hash: SHA256)) {
    hashes[current.account] = current.hash.hexDigest()
    self.current = nil
  }

  /// The digests, after the last row.
  mutating func finish() -> [Label: String] {
    if let current { close(current) }
    return hashes
  }
}

extension BillingStore {
  /// Where drafts are written before they are committed.
  public var stagedDraftsPath: String { path(.drafts, "incoming") }
  /// The folder of committed drafts.
  public func draftsPath(_ id: String) -> String { path(.drafts, id) }

  /// What can be billed of the chosen periods now: open usage, and adjustments of periods before; of `late` periods, which
  /// nobody has billed, all of it is one.
  public func usageState(
    of choice: UsagePeriodChoice, late: Set<AccountPeriod> = []
  ) throws(StoreFault) -> StoreUsageState {
    let scope = try billingScope(choice, accounts: nil, late: late)
    let chosen = scope.billed.filter { choice.contains($0.period) }
    let billed = Set(chosen.subtracting(scope.billedLate).map(\.account))
    var digests = AccountDigests()
    var state = StoreUsageState(
      usageHashes: [:], adjustments: SummarySchema.header, adjustmentRowCount: 0, billedAccounts: billed)
    state.usageBilledLater = Set(chosen.map(\.account)).subtracting(billed)
    // An account whose period is billed waits with its corrections for the next one.
    try forEachRow(of: scope) { row throws(StoreFault) in
      guard !billed.contains(row.account) else { return }
      digests.add(row)
      guard !choice.contains(row.usagePeriod) else { return }
      SummaryText.append(row, to: &state.adjustments)
      state.adjustedAmounts[row.account, default: [:]][row.currency, default: .zero] += row.amount
      state.adjustmentRowCount += 1
    }
    state.usageHashes = digests.finish()
    return state
  }

  /// Begins a folder for drafts, empty.
  public func beginDrafts() throws(StoreFault) {
    try StoreFault.ofFiles { () throws(FileFault) in
      try DurableFolder.removeAll(stagedDraftsPath, operations: operations)
      try DurableFolder.make(stagedDraftsPath, operations: operations)
    }
  }

  /// Writes a small file beside the drafts that are begun.
  public func writeStaged(_ bytes: [UInt8], to name: String) throws(StoreFault) {
    try StoreFault.ofFiles { () throws(FileFault) in
      let file = try PublishedFile(at: stagedDraftsPath + "/" + name, operations: operations)
      try file.writer.write(contentsOf: bytes)
      try file.publish()
    }
  }

  /// Copies the entries of a catalog beside the drafts that are begun.
  public func stageCatalog(from folder: String, entries: [String]) throws(StoreFault) {
    try StoreFault.ofFiles { () throws(FileFault) in
      let copy = try PublishedFolder.begin(at: stagedDraftsPath + "/catalog", operations: operations)
      for name in entries { try Self.copy(folder, name, into: copy) }
      try copy.publish()
    }
  }

  /// Makes the staged drafts the current ones of their periods.
  ///
  /// Drafts that are there already stay as they are. Those that were made before for the same periods are superseded; their
  /// folder goes away unless invoices were made from them.
  /// - Precondition: opened for changing.
  public func commitStagedDrafts(
    _ commit: DraftCommit
  ) throws(StoreFault) -> (record: DraftRecord, wasThere: Bool) {
    let identity = SHA256.hex(
      of: Array("ratemill drafts 1\n\(commit.choice)\n\(commit.basisHash)\n\(commit.manifestHash)\n".utf8))
    let id = String(identity.prefix(RunIdentity.runIDDigits))
    let known = try drafts(where: "draft_id = ?", [.text(id)]).first
    if let known, known.state == .current {
      try StoreFault.ofFiles { () throws(FileFault) in
        try DurableFolder.removeAll(stagedDraftsPath, operations: operations)
      }
      return (known, true)
    }
    try StoreFault.ofFiles { () throws(FileFault) in
      try DurableFolder.removeAll(path(.drafts, id), operations: operations)
      try DurableFolder.rename(stagedDraftsPath, to: path(.drafts, id), operations: operations)
    }
    let moment = now
    try book.transaction { () throws(StoreFault) -> Void in
      try book.run(
        "UPDATE drafts SET state = 'superseded' WHERE state = 'current' AND period_choice = ?",
        [.text(commit.choice.description)])
      if known == nil {
        try insert(commit, id: id, at: moment)
      } else {
        try book.run("UPDATE drafts SET state = 'current' WHERE draft_id = ?", [.text(id)])
      }
      try AuditTrail(book: book).append(
        "draft", subject: id,
        details: [
          "periods": .text(commit.choice.description), "documents": .integer(commit.documents.count),
          "basis_sha256": .text(commit.basisHash), "drafts_sha256": .text(commit.manifestHash),
        ], at: moment)
    }
    guard let record = try drafts(where: "draft_id = ?", [.text(id)]).first else {
      throw .damaged(path: path, message: "drafts \(id) were committed and are not there")
    }
    return (record, false)
  }

  private func insert(_ commit: DraftCommit, id: String, at moment: String) throws(StoreFault) {
    let number = Int(try book.integer("SELECT MAX(number) FROM drafts") ?? 0) + 1
    try book.run(
      """
      INSERT INTO drafts (draft_id, number, period_choice, state, drafted_at, program, catalog_hash, billing_hash,
        basis_sha256, manifest_sha256)
      VALUES (?, ?, ?, 'current', ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(id), .count(number), .text(commit.choice.description), .text(moment), .text(tools.program),
        .text(commit.ratingHash), .text(commit.billingHash), .text(commit.basisHash),
        .text(commit.manifestHash),
      ])
    let account = try book.prepare("INSERT INTO draft_accounts VALUES (?, ?, ?)")
    for (name, hash) in commit.usageHashes.sorted(by: { $0.key < $1.key }) {
      try account.run([.text(id), .label(name), .text(hash)])
    }
    let document = try book.prepare("INSERT INTO draft_documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for draft in commit.documents {
      try document.run(
        [
          .text(id), .label(draft.name), .label(draft.account), .text(draft.period.description),
          .text(draft.isProjects ? "projects" : "main"), .text(draft.currency.code),
          .label(draft.contentHash), .label(draft.jsonHash),
        ] + UsageTotals.bookValues(draft.total))
    }
  }

  /// The latest drafts of every choice of periods, in the order of commits.
  public func currentDrafts() throws(StoreFault) -> [DraftRecord] {
    try drafts(where: "state = 'current'", [])
  }

  /// Drafts by their id.
  public func drafts(named id: String) throws(StoreFault) -> DraftRecord {
    guard let record = try drafts(where: "draft_id = ?", [.text(id)]).first else {
      throw .refused("\(path): there are no drafts \(id)")
    }
    return record
  }

  /// What the usage of its accounts was when drafts were made.
  public func usageHashes(of drafts: DraftRecord) throws(StoreFault) -> [Label: String] {
    var hashes: [Label: String] = [:]
    try book.query(
      "SELECT account, usage_sha256 FROM draft_accounts WHERE draft_id = ?", [.text(drafts.id)]
    ) { row in hashes[row.label(0)] = row.text(1) }
    return hashes
  }

  func drafts(where condition: String, _ values: [BookValue]) throws(StoreFault) -> [DraftRecord] {
    var records: [DraftRecord] = []
    try book.query(
      """
      SELECT draft_id, number, period_choice, state, drafted_at, basis_sha256, manifest_sha256 FROM drafts
      WHERE \(condition) ORDER BY number
      """, values
    ) { row throws(StoreFault) in
      guard let choice = UsagePeriodChoice.parse(row.text(2)),
        let state = DraftRecord.State(rawValue: row.text(3))
      else { throw .damaged(path: path, message: "drafts \(row.text(0)) of the book cannot be read") }
      records.append(
        DraftRecord(
          id: row.text(0), number: Int(row.integer(1)), choice: choice, state: state, draftedAt: row.text(4),
          basisHash: row.text(5), manifestHash: row.text(6)))
    }
    return records
  }
}

extension UsageTotals {
  /// The two columns of an amount; an amount of an invoice always fits them.
  static func bookValues(_ amount: Amount) throws(StoreFault) -> [BookValue] {
    let (units, pico) = parts(amount)
    return [.integer(try narrow(units, "an amount")), .integer(Int64(pico))]
  }
}
