// Drafting from a store: what is open now, what was corrected since, and what was decided, pinned with the catalog.

public import BillingCalendar
public import BillingStore
import Catalog
import Money
import DurableFiles
public import Invoicing
import Tables
import UsageSummary

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
  }

  /// Drafts the chosen periods with the catalog in that folder, into a store that was opened for changing.
  ///
  /// Accounts whose period was billed get no draft. The folder holds a copy of everything the drafts were made from, so that
  /// they can be made again, and proved, when store and catalog have gone on.
  public static func draft(
    _ choice: UsagePeriodChoice, catalogPath: String, in store: BillingStore
  ) throws(OperationFault) -> Outcome {
    // Its faults are to name the user's files, not those of the copy.
    _ = try OperationFault.load(catalogPath)
    let staged = store.stagedDraftsPath
    let basis = try OperationFault.ofStore { () throws(StoreFault) in
      try store.beginDrafts()
      try store.stageCatalog(from: catalogPath, entries: CatalogFolder.entryNames)
      _ = try store.writeUsage(of: choice, to: staged + "/" + StoreDrafts.Name.usage)
      return try pin(choice, in: store)
    }
    let catalog = try OperationFault.load(staged + "/" + StoreDrafts.Name.catalog)
    let report = try publish(basis.basis, catalog, in: store)
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
        approvedCount: drafts.drafts.count { verdicts[$0.contentHash]?.verdict == .approve })
    }
  }

  /// Writes what the store knows beside the staged drafts.
  private static func pin(
    _ choice: UsagePeriodChoice, in store: BillingStore
  ) throws(StoreFault) -> (basis: DraftBasis, usageHashes: [Label: String]) {
    let state = try store.usageState(of: choice)
    let basis = DraftBasis(
      choice: choice, billedAccounts: state.billedAccounts,
      invoices: try store.invoices().filter { isEarlier($0, than: choice) }.map(earlier),
      charged: try store.chargedLines(beyond: choice).compactMap(charged),
      decisions: try decisions(in: store).map(\.decision), adjustmentRowCount: state.adjustmentRowCount,
      adjustmentsHash: SHA256.hex(of: state.adjustments))
    try store.writeStaged(state.adjustments, to: DraftBasis.adjustmentsName)
    try store.writeStaged(basis.json(), to: DraftBasis.fileName)
    return (basis, state.usageHashes)
  }

  private static func isEarlier(_ record: InvoiceRecord, than choice: UsagePeriodChoice) -> Bool {
    guard record.kind == .invoice, let chosen = choice.period(cycleDay: record.period.cycleDay) else {
      return false
    }
    return record.period < chosen
  }

  private static func earlier(_ record: InvoiceRecord) -> DraftBasis.EarlierInvoice {
    DraftBasis.EarlierInvoice(
      number: Label(record.number), account: record.account, period: record.period,
      currency: record.currency, isProjects: record.isProjects, recurring: record.recurring,
      usage: record.usage, other: record.net - record.recurring - record.usage, total: record.total)
  }

  private static func charged(_ charged: ChargedInvoiceLine) -> DraftBasis.ChargedLine? {
    let texts = charged.line.texts
    guard let from = CivilDate.parse(texts[6].description), let until = CivilDate.parse(texts[7].description),
      case .success(let quantity) = DecimalText.parse(texts[8].description, scale: 6),
      let micro = Int64(exactly: quantity),
      case .success(let price) = DecimalText.parse(texts[10].description, scale: Amount.scale)
    else { return nil }
    return DraftBasis.ChargedLine(
      invoice: Label(charged.number), account: charged.account, isRefund: texts[0] == "refund",
      contract: texts[2], description: texts[1], item: texts[3], from: from, until: until,
      quantityMicro: micro, price: Amount(pico: price), currency: charged.currency)
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
    _ basis: DraftBasis, _ catalog: Catalog, in store: BillingStore
  ) throws(OperationFault) -> InvoiceDraftReport {
    let staged = store.stagedDraftsPath
    do throws(InvoiceDraftFault) {
      let usage: UsageFolder
      do throws(UsageFolderFault) {
        usage = try UsageFolder.open(staged + "/" + StoreDrafts.Name.usage)
      } catch {
        throw .usage(error)
      }
      let run = InvoiceDraftRun(
        usage: usage, catalog: catalog, pinned: PinnedBasis(basis: basis, folder: staged))
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
