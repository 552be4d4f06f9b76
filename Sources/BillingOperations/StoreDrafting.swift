// Drafting from a store: what is open now, what was corrected since, and what was decided, pinned with the catalog.

public import BillingCalendar
public import BillingStore
import Catalog
import Money
import DurableFiles
public import Invoicing
import Tables
import UsageSummary

/// How the calls behind a store's drafts are made: from the stored events of its runs.
public struct CallItemising: Sendable {
  /// How they are listed.
  public var listing: CallListing
  /// Version of the rating rules, for the folders that hold them.
  public var semantics: Int64

  /// Takes both.
  public init(listing: CallListing, semantics: Int64) {
    self.listing = listing
    self.semantics = semantics
  }
}

/// Makes drafts of a store.
public enum StoreDrafting {
  /// What became of it.
  public struct Outcome: Sendable {
    /// The drafts as the book knows them.
    public var record: DraftRecord
    /// Whether the same drafts were there already; then nothing was changed.
    public var wasThere: Bool
    /// What was made.
    public var report: InvoiceDraftReport
    /// How many of them were approved before and say the same as then.
    public var approvedCount: Int
    /// Whether any run has usage of the period; without it contracts and charges alone are billed.
    public var hasUsage: Bool
    /// What earlier invoices leave to people and nobody may overlook: what was charged otherwise than the catalog says now, and
    /// invoices that were credited in full and whose period stays closed.
    public var toLookAt: [ReviewFlag]
  }

  /// Drafts the chosen periods with the catalog in that folder, into a store that was opened for changing.
  ///
  /// Accounts whose period was billed get no draft. The folder holds a copy of everything the drafts were made from, so that
  /// they can be made again, and proved, when store and catalog have gone on. With `itemising` the calls stand behind them.
  public static func draft(
    _ choice: UsagePeriodChoice, catalogPath: String, itemising: CallItemising? = nil,
    in store: BillingStore
  ) throws(OperationFault) -> Outcome {
    // Its faults are to name the user's files, not those of the copy.
    let written = try OperationFault.load(catalogPath)
    let staged = store.stagedDraftsPath
    let usage = try OperationFault.ofStore { () throws(StoreFault) in
      try store.beginDrafts()
      try store.stageCatalog(from: catalogPath, entries: CatalogFolder.entryNames)
      return try store.writeUsage(of: choice, to: staged + "/" + StoreDrafts.Name.usage, allowsNone: true)
    }
    let calls = try itemising.map { order throws(OperationFault) in try stageCalls(order, choice, in: store) }
    let late = try StoreLateTables.uncorrected(
      choice, written, path: staged + "/" + StoreDrafts.Name.catalog, in: store)
    let basis = try OperationFault.ofStore { () throws(StoreFault) in
      try pin(choice, written, calls, late, in: store)
    }
    let catalog = try OperationFault.load(staged + "/" + StoreDrafts.Name.catalog)
    let report = try publish(basis.basis, catalog, calls, in: store)
    let documents = staged + "/" + StoreDrafts.Name.documents
    let drafts = try OperationFault.ofDocuments { () throws(DraftsFolderFault) in
      try DraftsFolder.open(documents)
    }
    return try OperationFault.ofStore { () throws(StoreFault) in
      let (record, wasThere) = try store.commitStagedDrafts(
        DraftCommit(
          choice: choice, ratingHash: catalog.ratingHash, billingHash: catalog.billingHash,
          basisHash: try hash(staged + "/" + DraftBasis.fileName),
          manifestHash: try hash(documents + "/" + InvoiceDraftRun.marker), usageHashes: basis.usageHashes,
          documents: drafts.drafts.map(document)))
      let verdicts = try store.decisions(.draft)
      return Outcome(
        record: record, wasThere: wasThere, report: report,
        approvedCount: drafts.drafts.count { verdicts[$0.contentHash]?.verdict == .approve },
        hasUsage: !usage.runs.isEmpty || usage.eventCount > 0, toLookAt: basis.basis.leftToPeople)
    }
  }

  /// Writes the calls of the period beside the staged drafts.
  private static func stageCalls(
    _ order: CallItemising, _ choice: UsagePeriodChoice, in store: BillingStore
  ) throws(OperationFault) -> PinnedCalls {
    let folder = store.stagedDraftsPath + "/" + StoreDrafts.Name.calls
    try OperationFault.ofFiles { () throws(FileFault) in
      try DurableFolder.make(folder, operations: store.fileOperations)
    }
    let usages = try StoreCalls(store: store).write(
      StoreCalls.Question(choice: choice), to: folder, semantics: order.semantics)
    return PinnedCalls(listing: order.listing, usages: usages)
  }

  /// Writes what the store knows beside the staged drafts.
  private static func pin(
    _ choice: UsagePeriodChoice, _ catalog: Catalog, _ calls: PinnedCalls?,
    _ late: [DraftBasis.Uncorrected], in store: BillingStore
  ) throws(StoreFault) -> (basis: DraftBasis, usageHashes: [Label: String]) {
    let unbilled = try StoreLateUsage.unbilled(before: choice, catalog, in: store)
    let state = try store.usageState(of: choice, late: StoreLateUsage.billedHere(unbilled))
    let invoices = try store.invoices().filter { $0.kind == .invoice }
    var basis = DraftBasis(
      choice: choice, billedAccounts: state.billedAccounts,
      invoices: invoices.filter { isEarlier($0, than: choice) && !$0.isTakenBack }.map(earlier),
      charged: [],
      decisions: try decisions(in: store).map(\.decision), adjustmentRowCount: state.adjustmentRowCount,
      adjustmentsHash: SHA256.hex(of: state.adjustments))
    basis.unbilled = unbilled
    basis.usageBilledLater = state.usageBilledLater
    basis.takenBack = invoices.filter(\.isTakenBack).map(earlier)
    basis.firstPeriods = firstPeriods(of: invoices, catalog)
    basis.closed = try closedPeriods(choice, in: store)
    let earlier = try StoreEarlierCharges(
      choice, catalog, basis.invoices, firstPeriods: basis.firstPeriods, in: store)
    (basis.differing, basis.earlier) = (earlier.accounts, earlier.lines)
    basis.uncorrected = earlier.uncorrected
    basis.uncorrected += try StoreEarlierCharges.oneTime(
      choice, basis.applied(to: catalog), basis.invoices, in: store)
    basis.uncorrected += late
    basis.uncorrected += adjustments(state, ofOthersThan: catalog, basis.invoices)
    basis.charged = try chargedLines(choice, catalog, earlier.renamed, in: store)
    basis.creditedInFull = try StoreTakingBack.standing(before: choice, in: store)
    let corrected = state.adjustedAccounts.union(earlier.accounts)
      .union(StoreReached.endedAccounts(choice, catalog))
    basis.reached = try StoreReached.sums(of: corrected, catalog, in: store)
    basis.correcting = Set(try store.correctingInvoices().keys)
    basis.billedCharges = Set(try store.billedCharges().keys)
    basis.calls = calls.map { ($0.listing, $0.usages.map(\.manifestHash)) }
    try store.writeStaged(state.adjustments, to: DraftBasis.adjustmentsName)
    try store.writeStaged(basis.json(), to: DraftBasis.fileName)
    return (basis, state.usageHashes)
  }

  /// What usage of billed periods comes to more or less of accounts that the catalog does not have any more: no draft has it.
  private static func adjustments(
    _ state: StoreUsageState, ofOthersThan catalog: Catalog, _ invoices: [DraftBasis.EarlierInvoice]
  ) -> [DraftBasis.Uncorrected] {
    let gone = state.adjustedAccounts.subtracting(catalog.accounts.map(\.id))
    return gone.sorted().flatMap { account -> [DraftBasis.Uncorrected] in
      let sums = (state.adjustedAmounts[account] ?? [:]).sorted { $0.key < $1.key }
      return sums.filter { $0.value != .zero }.map { currency, more in
        let rounding = RoundingRule(scale: currency.minorDigits, mode: .halfUp)
        return DraftBasis.Uncorrected(
          account: account, reason: .adjustment, description: "usage",
          invoice: invoices.last { $0.account == account }?.number ?? .empty, invoiceCount: 1,
          more: rounding.round(more), currency: currency, origin: nil)
      }
    }
  }

  /// Recurring lines that reach into the period, and those of rows of contracts that ended inside of what they charge, up to a
  /// year back: their ends may have become known after the invoice.
  private static func chargedLines(
    _ choice: UsagePeriodChoice, _ catalog: Catalog, _ renamed: [Label: RenamedContracts],
    in store: BillingStore
  ) throws(StoreFault) -> [DraftBasis.ChargedLine] {
    let first =
      switch choice {
      case .one(let period): period.from
      case .beginning(let year, let month): CivilDate(clampingDay: 1, year: year, month: month)
      }
    let back = first.advanced(by: -366)
    let ended = Dictionary(
      grouping: catalog.contracts.filter { $0.days.upperBound > back && $0.days.upperBound <= first },
      by: { catalog.accounts[$0.accountIndex].id })
    let earliest = ended.values.joined().map(\.days.upperBound).min() ?? first
    let lines = try store.chargedLines(beyond: min(first, earliest)).compactMap(charged)
    var known: [Label: [DraftBasis.ChargedLine]] = [:]
    for (account, names) in renamed { known[account] = names.renamed(lines.filter { $0.account == account }) }
    var places: [Label: Int] = [:]
    return lines.map { line in
      guard let own = known[line.account] else { return line }
      defer { places[line.account, default: 0] += 1 }
      return own[places[line.account] ?? 0]
    }.filter { line in
      line.until > first
        || (ended[line.account] ?? []).contains { row in
          row.name == line.contract && row.description == line.description && row.item == line.item
            && row.currency == line.currency && row.days.upperBound < line.until
        }
    }
  }

  /// The first period of standing invoices of each account that opening.csv names.
  private static func firstPeriods(
    of invoices: [InvoiceRecord], _ catalog: Catalog
  ) -> [Label: UsagePeriod] {
    let opened = Set(catalog.billing.opening.billedUntil.keys.map { catalog.accounts[$0].id })
    let own = invoices.filter { !$0.isTakenBack && opened.contains($0.account) }
    return Dictionary(own.map { ($0.account, $0.period) }, uniquingKeysWith: min)
  }

  /// Earlier periods of accounts that are billed, up to a year back: also those that somebody has closed without an invoice.
  private static func closedPeriods(
    _ choice: UsagePeriodChoice, in store: BillingStore
  ) throws(StoreFault) -> [Label: Set<UsagePeriod>] {
    var closed: [Label: Set<UsagePeriod>] = [:]
    for pair in try store.periodsClosedWithoutInvoices() {
      guard let chosen = choice.period(cycleDay: pair.period.cycleDay), pair.period < chosen,
        pair.period.from >= EarlierCharges.firstDay(before: chosen.from)
      else { continue }
      closed[pair.account, default: []].insert(pair.period)
    }
    return closed
  }

  private static func isEarlier(_ record: InvoiceRecord, than choice: UsagePeriodChoice) -> Bool {
    guard let chosen = choice.period(cycleDay: record.period.cycleDay) else {
      return false
    }
    return record.period < chosen
  }

  /// An invoice as drafts know it.
  static func earlier(_ record: InvoiceRecord) -> DraftBasis.EarlierInvoice {
    DraftBasis.EarlierInvoice(
      number: Label(record.number), account: record.account, period: record.period,
      currency: record.currency, isProjects: record.isProjects, recurring: record.recurring,
      usage: record.usage, other: record.net - record.recurring - record.usage, total: record.total)
  }

  /// A line as the book has it: what it corrects and whether it was counted is told by its document alone.
  static func charged(_ charged: ChargedInvoiceLine) -> DraftBasis.ChargedLine? {
    let texts = charged.line.texts
    guard let from = CivilDate.parse(texts[6].description), let until = CivilDate.parse(texts[7].description),
      case .success(let quantity) = DecimalText.parse(texts[8].description, scale: 6),
      let micro = Int64(exactly: quantity),
      // Graduated prices are several: what they came to is the line's amount.
      case .success(let price) = DecimalText.parse(
        texts[10].isEmpty ? "0" : texts[10].description, scale: Amount.scale)
    else { return nil }
    var line = DraftBasis.ChargedLine(
      invoice: Label(charged.number), account: charged.account, isRefund: texts[0] == "refund",
      contract: texts[2], description: texts[1], item: texts[3], from: from, until: until,
      quantityMicro: micro, price: Amount(pico: price), currency: charged.currency)
    (line.amount, line.discount) = (charged.line.amount, charged.line.discount)
    return line
  }

  /// The store's decisions about charges, by charge, each with its account.
  static func decisions(
    in store: BillingStore
  ) throws(StoreFault) -> [(account: Label, decision: DraftBasis.Decision)] {
    try store.decisions(.charge).sorted { $0.key < $1.key }.map { charge, record in
      let verdict: ChargeDecision.Verdict
      switch record.verdict {
      case .approve: verdict = .approve
      case .hold: verdict = .hold
      case .reject: verdict = .reject
      }
      let decision = ChargeDecision(
        verdict: verdict, by: Label(record.by), on: CivilDate.parse(String(record.at.prefix(10))))
      return (record.account, DraftBasis.Decision(charge: charge, decision: decision))
    }
  }

  private static func publish(
    _ basis: DraftBasis, _ catalog: Catalog, _ calls: PinnedCalls?, in store: BillingStore
  ) throws(OperationFault) -> InvoiceDraftReport {
    let staged = store.stagedDraftsPath
    do throws(InvoiceDraftFault) {
      let usage: UsageFolder
      do throws(UsageFolderFault) {
        usage = try UsageFolder.open(staged + "/" + StoreDrafts.Name.usage)
      } catch {
        throw .usage(error)
      }
      var run = InvoiceDraftRun(
        usage: usage, catalog: catalog, pinned: PinnedBasis(basis: basis, folder: staged))
      run.callListing = calls?.listing
      run.callUsages = calls?.usages
      return try run.publish(
        to: staged + "/" + StoreDrafts.Name.documents,
        operations: PrivateFileOperations(store.fileOperations))
    } catch {
      throw .drafting(error)
    }
  }

  private static func hash(_ file: String) throws(StoreFault) -> String {
    do throws(TableFileFault) { return SHA256.hex(of: try TableFile.read(file)) } catch {
      throw .file(FileFault(path: file, operation: .read, code: error.code))
    }
  }

  private static func document(_ draft: DraftsFolder.Draft) -> DraftDocument {
    DraftDocument(
      name: draft.name, account: draft.account, period: draft.period, isProjects: draft.isProjects,
      currency: draft.currency, contentHash: draft.contentHash, jsonHash: draft.jsonHash, total: draft.total)
  }
}
