// The files of a run, made and written on all cores. It decides nothing of what stands in them.

import BillingCalendar
import Dispatch
import DurableFiles
import Money
import Synchronization
import Tables
import UsageSummary

/// Makes and writes the drafts of accounts, many accounts at a time; entries come in the order in which accounts were added.
struct DraftWriting {
  /// Accounts that are made side by side. While they are made no usage is read, so they are many; their lines lie in memory, so
  /// they are not thousands.
  private static let accountsMax = 256

  /// Calls that wait with them, at most, and those of one account: some 300 bytes each.
  private static let callsMax = 50_000

  private let drafting: InvoiceDrafting
  private let names: DocumentNames
  private let folder: PublishedFolder
  private var waiting: [(usage: InvoiceDrafting.AccountUsage, calls: AccountCalls?)] = []
  private var waitingCallCount = 0
  private var entries: [DraftEntry] = []

  init(drafting: InvoiceDrafting, names: DocumentNames, folder: PublishedFolder) {
    self.drafting = drafting
    self.names = names
    self.folder = folder
  }

  /// Takes the next account; writes its files now or later.
  mutating func add(
    _ account: InvoiceDrafting.AccountUsage, calls: AccountCalls?
  ) throws(InvoiceDraftFault) {
    waiting.append((account, calls))
    waitingCallCount += calls?.listed.count ?? 0
    if waiting.count == Self.accountsMax || waitingCallCount >= Self.callsMax { try writeWaiting() }
  }

  /// Writes what is left. Returns the entries of all drafts.
  mutating func finish() throws(InvoiceDraftFault) -> [DraftEntry] {
    try writeWaiting()
    return entries
  }

  // Of several faults that of the first account is told, whatever was faster.
  private mutating func writeWaiting() throws(InvoiceDraftFault) {
    // Guards the results, each of which is made by one thread.
    let results = Mutex([Result<[DraftEntry], InvoiceDraftFault>?](repeating: nil, count: waiting.count))
    DispatchQueue.concurrentPerform(iterations: waiting.count) { [self] number in
      let result = write(waiting[number].usage, waiting[number].calls)
      results.withLock { $0[number] = result }
    }
    for result in results.withLock({ $0 }) {
      guard let result else { preconditionFailure("every account is written") }
      entries += try result.get()
    }
    waiting.removeAll(keepingCapacity: true)
    waitingCallCount = 0
  }

  private func write(
    _ account: InvoiceDrafting.AccountUsage, _ calls: AccountCalls?
  ) -> Result<[DraftEntry], InvoiceDraftFault> {
    do throws(InvoiceDraftFault) {
      let drafts = try drafting.drafts(of: account)
      var entries: [DraftEntry] = []
      for var draft in drafts {
        if let calls { draft.appendix = try CallAppendix(calls, of: draft) }
        entries.append(try write(draft, named: fileName(of: draft, among: drafts)))
      }
      return .success(entries)
    } catch {
      return .failure(error)
    }
  }

  // The period is named where the account has several periods, the currency where it has several currencies.
  private func fileName(of draft: InvoiceDraft, among drafts: [InvoiceDraft]) -> String {
    var name = names.base(of: draft.account)
    if drafts.contains(where: { $0.period != draft.period }) { name += "--\(draft.period.from)" }
    if drafts.contains(where: { $0.currency != draft.currency }) { name += "--\(draft.currency)" }
    if draft.part == .projects { name += "--projects" }
    return name
  }

  private func write(
    _ draft: InvoiceDraft, named name: String
  ) throws(InvoiceDraftFault) -> DraftEntry {
    let json = draft.json()
    let page = draft.page()
    do throws(FileFault) {
      try folder.write(json, to: name + ".json")
      try folder.write(page, to: name + ".html")
    } catch { throw .output(error) }
    var entry = DraftEntry(
      account: draft.account, accountName: draft.accountName, period: draft.period, currency: draft.currency,
      recurring: draft.recurringSubtotal, usage: draft.usageSubtotal, fileName: name,
      jsonHash: SHA256.hex(of: json), pageHash: SHA256.hex(of: page))
    entry.other = draft.net - draft.recurringSubtotal - draft.usageSubtotal
    entry.tax = draft.tax
    if drafting.isOfStore { entry.contentHash = draft.contentHash(of: json) }
    entry.undecidedCharges = draft.oneTime.filter { $0.decision == nil }.map(\.name)
    entry.part = draft.part
    entry.calls = draft.appendix.file
    return entry
  }
}
