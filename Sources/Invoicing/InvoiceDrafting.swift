// From rows and contracts to drafts, account by account.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// Makes the drafts of a usage folder.
///
/// A draft is what one account owes for one usage period in one currency: its usage, and the charges of its contracts where
/// the period is one of `ContractMonths`, with one-time charges, commitments, discounts and taxes. Where there is nothing to
/// charge, there is no draft. A choice leaves out all other periods.
struct InvoiceDrafting: Sendable {
  /// The usage of one account, read and added up: what its drafts are made from besides the catalog.
  struct AccountUsage: Sendable {
    /// Its index in the catalog.
    var index: Int
    fileprivate var lines: [DocumentKey: UsageLines] = [:]
  }

  let usage: UsageFolder
  let catalog: Catalog
  let choice: UsagePeriodChoice?
  private let seller: [InvoiceDraft.Detail]
  private let billing: [AccountBilling]
  private let allowances: AllowanceBook
  private let previous: [EarlierKey: PreviousTotals]
  private let basis: DraftBasis?
  private let adjustments: [Label: AdjustmentLines]
  private let corrected: [EarlierKey: Label]
  private let charged: [Label: [DraftBasis.ChargedLine]]
  private let earlier: [Label: [DraftBasis.ChargedLine]]
  private let invoices: [Label: [DraftBasis.EarlierInvoice]]
  private let reached: [Label: [DraftBasis.ReachedSum]]
  private let contractMonths: ContractMonths

  /// Whether the usage is that of a store.
  var isOfStore: Bool { basis != nil }

  fileprivate struct DocumentKey: Hashable, Comparable, Sendable {
    var period: UsagePeriod
    var currency: Currency
    var part = DocumentPart.main

    static func < (a: DocumentKey, b: DocumentKey) -> Bool {
      (a.period, a.currency, a.part) < (b.period, b.currency, b.part)
    }
  }

  init(
    usage: UsageFolder, catalog: Catalog, choice: UsagePeriodChoice?, earlier: [DraftsFolder],
    pinned: PinnedBasis? = nil
  ) throws(InvoiceDraftFault) {
    self.usage = usage
    self.catalog = catalog
    basis = pinned?.basis
    adjustments =
      try pinned.map { pinned throws(InvoiceDraftFault) in
        try pinned.basis.adjustments(in: pinned.folder)
      } ?? [:]
    charged = Dictionary(grouping: pinned?.basis.charged ?? [], by: \.account)
    corrected = Dictionary(
      (pinned?.basis.invoices ?? []).map { (EarlierKey($0), $0.number) }, uniquingKeysWith: { $1 })
    self.earlier = Dictionary(grouping: pinned?.basis.earlier ?? [], by: \.account)
    invoices = Dictionary(grouping: pinned?.basis.invoices ?? [], by: \.account)
    reached = Dictionary(grouping: pinned?.basis.reached ?? [], by: \.account)
    self.choice = choice
    seller = InvoiceParty.seller(of: catalog)
    billing = AccountBilling.all(of: catalog)
    contractMonths = ContractMonths(usage.usagePeriods, choice)
    do throws(UsageFolderFault) { allowances = AllowanceBook(try usage.allowances()) } catch {
      throw .usage(error)
    }
    previous = EarlierKey.totals(of: earlier).merging(
      EarlierKey.totals(of: pinned?.basis.invoices ?? []), uniquingKeysWith: { $1 })
  }

  /// Calls `body` with every draft: by account as bytes, then period, then currency. Memory: the lines of one account.
  func forEachDraft(
    _ body: (InvoiceDraft) throws(InvoiceDraftFault) -> Void
  ) throws(InvoiceDraftFault) {
    try forEachAccount { account throws(InvoiceDraftFault) in
      for draft in try drafts(of: account) { try body(draft) }
    }
  }

  /// Calls `body` with every account of the catalog and its usage, by account as bytes.
  ///
  /// Accounts that the catalog does not have are found, and the usage is proved, at the end.
  func forEachAccount(
    _ body: (AccountUsage) throws(InvoiceDraftFault) -> Void
  ) throws(InvoiceDraftFault) {
    var rows = try AccountRows(usage)
    var unknown: [Label] = []
    for (index, account) in catalog.accounts.enumerated() {
      while let id = rows.nextAccount, id < account.id {
        unknown.append(id)
        try rows.readAccount { _ throws(InvoiceDraftFault) in }
      }
      var found = AccountUsage(index: index)
      if rows.nextAccount == account.id {
        try rows.readAccount { row throws(InvoiceDraftFault) in
          guard choice?.contains(row.usagePeriod) ?? true else { return }
          let key = DocumentKey(period: row.usagePeriod, currency: row.currency)
          found.lines[key, default: UsageLines()].add(row)
        }
      }
      guard unknown.isEmpty else { continue }
      try body(found)
    }
    while let id = rows.nextAccount {
      unknown.append(id)
      try rows.readAccount { _ throws(InvoiceDraftFault) in }
    }
    guard unknown.isEmpty else { throw .unknownAccounts(unknown) }
    try rows.checkEnd()
  }

  /// The drafts of one account by period, then currency. Accounts do not depend on each other.
  func drafts(of found: AccountUsage) throws(InvoiceDraftFault) -> [InvoiceDraft] {
    let index = found.index
    let account = catalog.accounts[index]
    let isBilledLater = basis?.usageBilledLater.contains(account.id) ?? false
    let lines = isBilledLater ? [:] : found.lines
    if let basis, basis.billedAccounts.contains(account.id) { return [] }
    for key in lines.keys.sorted() {
      let own = UsagePeriod.containing(key.period.from, cycleDay: Int32(account.cycleDay))
      guard own == key.period else {
        throw .otherCycle(account: account.id, period: key.period.description, cycleDay: account.cycleDay)
      }
    }
    var assembly = InvoiceAssembly(
      catalog: catalog, accountIndex: index, billing: billing[index], charged: charged[account.id] ?? [])
    if let basis {
      let invoices = invoices[account.id] ?? []
      (assembly.isOfStore, assembly.firstPeriod) = (true, basis.firstPeriods[account.id])
      assembly.late = LateCharges(
        cycleDay: Int32(account.cycleDay), invoicedPeriods: Set(invoices.map(\.period)),
        billed: basis.billedCharges)
      if isBilledLater {
        for (key, lines) in found.lines {
          assembly.usageBilledLater[key.currency] = lines.sections(in: key.currency).reduce(.zero) {
            $0 + $1.subtotal
          }
        }
      }
      assembly.reached = (reached[account.id] ?? [], invoices)
      if basis.differing.contains(account.id) { assembly.earlier = (earlier[account.id] ?? [], invoices) }
    }
    var charges: [DocumentKey: InvoiceAssembly.Charges] = [:]
    for month in contractMonths.months(cycleDay: Int32(account.cycleDay)) {
      let period = month.period(cycleDay: Int32(account.cycleDay))
      guard choice?.contains(period) ?? true else { continue }
      for (part, byCurrency) in try assembly.charges(in: period) {
        for (currency, lines) in byCurrency {
          charges[DocumentKey(period: period, currency: currency, part: part)] = lines
        }
      }
    }
    let corrections = adjustments[account.id]
    var adjusted: Set<DocumentKey> = []
    if let period = basis.flatMap({ $0.choice.period(cycleDay: Int32(account.cycleDay)) }) {
      adjusted = Set((corrections?.currencies ?? []).map { DocumentKey(period: period, currency: $0) })
    }
    var drafts: [InvoiceDraft] = []
    for key in Set(lines.keys).union(charges.keys).union(adjusted).sorted() {
      var draft = InvoiceDraft(
        seller: seller, account: account.id, accountName: account.name,
        accountDetails: InvoiceParty.details(of: account), period: key.period, currency: key.currency,
        recurring: charges[key]?.recurring ?? [], usage: lines[key]?.sections(in: key.currency) ?? [],
        usageManifestHash: usage.manifestHash)
      draft.part = key.part
      draft.previous = previous[EarlierKey(draft)]
      draft.replaces = (basis?.takenBack ?? []).filter {
        $0.account == account.id && $0.period == key.period && $0.currency == key.currency
          && $0.isProjects == (key.part == .projects)
      }.map(\.number)
      if key.part == .main {
        draft.allowances = allowances.uses(of: account, in: key.period)
        draft.costCentres = lines[key]?.costCentreUse(of: draft.usageSubtotal, in: key.currency) ?? []
      }
      draft.oneTime = charges[key]?.oneTime ?? []
      draft.values = charges[key]?.values ?? []
      if adjusted.contains(key) {
        draft.adjustments =
          corrections?.lines(in: key.currency) { period in
            corrected[EarlierKey(account.id, key.currency, period)] ?? .empty
          } ?? []
      }
      try assembly.finish(&draft, isChargedPeriod: charges[key] != nil)
      drafts.append(draft)
    }
    return drafts
  }
}

/// The rows of a summary, account by account: its first key column is the account.
private struct AccountRows {
  private let usage: UsageFolder
  private let reader: SummaryReader
  private var row: SummaryRow?

  init(_ usage: UsageFolder) throws(InvoiceDraftFault) {
    self.usage = usage
    do throws(UsageFolderFault) {
      reader = try usage.summaryReader()
      row = try reader.next()
    } catch { throw .usage(error) }
  }

  /// The account of the rows that come next; nil at the end.
  var nextAccount: Label? { row?.account }

  /// Calls `body` with every row of the next account.
  mutating func readAccount(
    _ body: (SummaryRow) throws(InvoiceDraftFault) -> Void
  ) throws(InvoiceDraftFault) {
    let account = nextAccount
    while let current = row, current.account == account {
      try body(current)
      do throws(UsageFolderFault) { row = try reader.next() } catch { throw .usage(error) }
    }
  }

  /// Proves, at the end, that the rows were those that the folder's manifest names.
  func checkEnd() throws(InvoiceDraftFault) {
    do throws(UsageFolderFault) { try usage.check(reader) } catch { throw .usage(error) }
  }
}

/// By what the draft of the period before is found.
private struct EarlierKey: Hashable {
  var account: Label
  var currency: Currency
  var isProjects: Bool
  /// The period after that of the earlier draft.
  var period: UsagePeriod

  init(_ draft: InvoiceDraft) {
    (account, currency, period) = (draft.account, draft.currency, draft.period)
    isProjects = draft.part == .projects
  }

  init(_ draft: DraftsFolder.Draft) {
    (account, currency, period) = (draft.account, draft.currency, draft.period.next)
    isProjects = draft.isProjects
  }

  init(_ invoice: DraftBasis.EarlierInvoice) {
    (account, currency, period) = (invoice.account, invoice.currency, invoice.period.next)
    isProjects = invoice.isProjects
  }

  /// The main document of a period.
  init(_ account: Label, _ currency: Currency, _ period: UsagePeriod) {
    (self.account, self.currency, self.period) = (account, currency, period.next)
    isProjects = false
  }

  /// The sums of invoices.
  static func totals(of invoices: [DraftBasis.EarlierInvoice]) -> [EarlierKey: PreviousTotals] {
    Dictionary(
      invoices.map { invoice in
        (
          EarlierKey(invoice),
          PreviousTotals(
            recurring: invoice.recurring, usage: invoice.usage, other: invoice.other, total: invoice.total)
        )
      }, uniquingKeysWith: { $1 })
  }

  /// The sums of all drafts; of two for one period, those of the folder named last.
  static func totals(of folders: [DraftsFolder]) -> [EarlierKey: PreviousTotals] {
    var totals: [EarlierKey: PreviousTotals] = [:]
    for draft in folders.flatMap(\.drafts) {
      totals[EarlierKey(draft)] = PreviousTotals(
        recurring: draft.recurring, usage: draft.usage, other: draft.other, total: draft.total)
    }
    return totals
  }
}
