// The draft run: from a usage folder and a catalog to a folder of drafts that appears complete or not at all.

public import BillingCalendar
public import Catalog
public import DurableFiles
import Money
import Tables
public import UsageSummary

/// Makes draft invoices of a usage folder.
///
/// Of the catalog it reads accounts, contracts and the seller, nothing else; prices were decided by rating. No clock, locale
/// or host takes part: the same folder and catalog give the same bytes.
public struct InvoiceDraftRun {
  private let usage: UsageFolder
  private let catalog: Catalog
  private let choice: UsagePeriodChoice?
  private let earlier: [DraftsFolder]
  private let pinned: PinnedBasis?
  /// How the calls of the usage are listed behind the invoices; nil for not at all. No part of the JSON documents.
  public var callListing: CallListing?
  /// Where the calls are read from; nil for the usage itself.
  public var callUsages: [UsageFolder]?

  /// The file by which a folder is known as one of drafts, which a later run may replace.
  public static let marker = DraftManifest.fileName
  /// The page that a folder of drafts is read from.
  public static let indexName = DraftIndexPage.fileName

  /// Prepares a run over all usage periods of `usage`, or over those that `choice` names.
  ///
  /// `earlier` are drafts of periods before, which the new ones are set beside.
  public init(
    usage: UsageFolder, catalog: Catalog, choice: UsagePeriodChoice? = nil, earlier: [DraftsFolder] = []
  ) {
    self.earlier = earlier
    self.usage = usage
    self.catalog = catalog
    self.choice = choice
    pinned = nil
  }

  /// Prepares a run over the usage of a store: accounts that were billed get no draft, what changed in periods that were
  /// billed stands on the next one, and the store's decisions about charges hold.
  public init(usage: UsageFolder, catalog: Catalog, pinned: PinnedBasis) {
    earlier = []
    self.usage = usage
    self.catalog = pinned.basis.applied(to: catalog)
    choice = pinned.basis.choice
    self.pinned = pinned
  }

  /// Calls `body` with every draft: by account as bytes, then period, then currency.
  ///
  /// `body` may be called before a fault is found; what it made is to be thrown away then. Memory: the lines of one account.
  public func forEachDraft(
    _ body: (InvoiceDraft) throws(InvoiceDraftFault) -> Void
  ) throws(InvoiceDraftFault) {
    let drafting = try drafting()
    guard var book = try callBook() else { return try drafting.forEachDraft(body) }
    let names = DocumentNames(accounts: catalog.accounts.lazy.map(\.id))
    try drafting.forEachAccount { found throws(InvoiceDraftFault) in
      let account = catalog.accounts[found.index]
      let calls = try book.calls(of: account, fileName: names.fileOfCalls(account.id), in: nil)
      for var draft in try drafting.drafts(of: found) {
        draft.appendix = try CallAppendix(calls, of: draft)
        try body(draft)
      }
    }
    try book.checkEnd()
  }

  private func callBook() throws(InvoiceDraftFault) -> CallBook? {
    guard let callListing else { return nil }
    return try CallBook(callUsages ?? [usage], callListing, choice: choice)
  }

  /// Writes all drafts into the folder `path` and publishes it at once.
  ///
  /// For each draft `NAME.json` and `NAME.html`, then `index.html` and `drafts.json`. A folder that holds other things than
  /// drafts is refused and left as it is.
  public func publish(
    to path: String, operations: any FileOperations = SystemFileOperations()
  ) throws(InvoiceDraftFault) -> InvoiceDraftReport {
    let folder = try output { () throws(FileFault) in
      try PublishedFolder.begin(at: path, marker: DraftManifest.fileName, operations: operations)
    }
    var report = emptyReport()
    do throws(InvoiceDraftFault) {
      report.drafts = try writeDrafts(to: folder)
      report.periodsOfLateUsage = periodsOfLateUsage(report.drafts)
      let index = DraftIndexPage.html(
        of: report, seller: catalog.defaults.seller.first { $0.key == "name" }?.value ?? .empty)
      try write(index, to: DraftIndexPage.fileName, of: folder)
      let manifest = DraftManifest.text(
        of: report, usage: usage, catalog: catalog, choice: choice, earlier: earlier,
        indexHash: SHA256.hex(of: index))
      try write(manifest, to: DraftManifest.fileName, of: folder)
      _ = try output { () throws(FileFault) in try folder.publish() }
    } catch {
      folder.discard()
      throw error
    }
    return report
  }

  private func drafting() throws(InvoiceDraftFault) -> InvoiceDrafting {
    try InvoiceDrafting(usage: usage, catalog: catalog, choice: choice, earlier: earlier, pinned: pinned)
  }

  private func emptyReport() -> InvoiceDraftReport {
    var counts: [Label: Int64] = [:]
    for row in usage.suspenseDigest { counts[row.account, default: 0] += row.eventCount }
    return InvoiceDraftReport(
      drafts: [], suspendedCounts: counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      skippedInputs: usage.manifest.skippedInputs.map(\.name),
      isOtherCatalog: usage.manifest.ratingHash != Label(catalog.ratingHash), periodsOfLateUsage: [])
  }

  private func periodsOfLateUsage(_ drafts: [DraftEntry]) -> [UsagePeriod] {
    let months = ContractMonths(usage.usagePeriods, choice)
    return Set(drafts.map(\.period)).sorted()
      .filter { !months.months(cycleDay: $0.cycleDay).contains(BeginningMonth($0)) }
  }

  private func writeDrafts(to folder: PublishedFolder) throws(InvoiceDraftFault) -> [DraftEntry] {
    let drafting = try drafting()
    let names = DocumentNames(accounts: catalog.accounts.lazy.map(\.id))
    var writing = DraftWriting(drafting: drafting, names: names, folder: folder)
    guard var book = try callBook() else {
      try drafting.forEachAccount { account throws(InvoiceDraftFault) in try writing.add(account, calls: nil)
      }
      return try writing.finish()
    }
    try drafting.forEachAccount { found throws(InvoiceDraftFault) in
      let account = catalog.accounts[found.index]
      let fileName = names.fileOfCalls(account.id)
      try writing.add(found, calls: try book.calls(of: account, fileName: fileName, in: folder))
    }
    try book.checkEnd()
    return try writing.finish()
  }

  private func write(_ bytes: [UInt8], to name: String, of folder: PublishedFolder) throws(InvoiceDraftFault)
  {
    try output { () throws(FileFault) in try folder.write(bytes, to: name) }
  }

  private func output<Value>(_ body: () throws(FileFault) -> Value) throws(InvoiceDraftFault) -> Value {
    do throws(FileFault) { return try body() } catch { throw .output(error) }
  }
}

extension PublishedFolder {
  /// Writes a whole file, without a copy.
  func write(_ bytes: [UInt8], to name: String) throws(FileFault) {
    let writer = try writer(name, bufferBytes: 1)
    try writer.write(contentsOf: bytes)
    try writer.finish()
  }
}
