// Drafts of a store, opened with everything they were made from.

public import BillingCalendar
public import BillingStore
public import Catalog
public import Invoicing
public import UsageSummary
import Tables

/// A folder of drafts inside a store.
///
///     basis.json       what the store knew: billed accounts, earlier invoices, decisions about charges
///     adjustments.csv  what changed in periods that were billed before
///     usage/           the usage of the period
///     catalog/         the catalog, as it was
///     documents/       the drafts
///     calls/           usage folders with the calls behind them, where they are itemised
public struct StoreDrafts: Sendable {
  /// As the book knows them.
  public let record: DraftRecord
  /// The pinned usage.
  public let usage: UsageFolder
  /// The pinned catalog, with the decisions of the store.
  public let catalog: Catalog
  /// The drafts.
  public let drafts: DraftsFolder
  /// What the store knew.
  public let pinned: PinnedBasis

  /// Names inside the folder.
  enum Name {
    static let usage = "usage"
    static let catalog = "catalog"
    static let documents = "documents"
    static let calls = "calls"
  }

  /// Opens the latest drafts of a period; nil for the latest of all. They must be what was committed.
  public static func open(
    _ choice: UsagePeriodChoice?, in store: BillingStore
  ) throws(OperationFault) -> StoreDrafts {
    let all = try OperationFault.ofStore { () throws(StoreFault) in try store.currentDrafts() }
    guard let record = all.last(where: { choice == nil || $0.choice == choice }) else {
      let what = choice.map { " of \($0)" } ?? ""
      throw .store(
        .refused(
          "\(store.path): there are no drafts\(what); make them with "
            + "'ratemill invoice draft --store \(store.path) --period PERIOD'"))
    }
    return try open(record, in: store)
  }

  /// Opens drafts that the book knows.
  public static func open(
    _ record: DraftRecord, in store: BillingStore
  ) throws(OperationFault) -> StoreDrafts {
    let folder = store.draftsPath(record.id)
    let documents = folder + "/" + Name.documents
    for (file, hash) in [
      (folder + "/" + DraftBasis.fileName, record.basisHash),
      (documents + "/" + InvoiceDraftRun.marker, record.manifestHash),
    ] {
      guard let bytes = try? TableFile.read(file), SHA256.hex(of: bytes) == hash else {
        throw .store(.damaged(path: file, message: "it is not the one that was committed"))
      }
    }
    let basis = try OperationFault.ofDocuments { () throws(DraftsFolderFault) in try DraftBasis.open(folder) }
    let pinned = PinnedBasis(basis: basis, folder: folder)
    let usage: UsageFolder
    do throws(UsageFolderFault) { usage = try UsageFolder.open(folder + "/" + Name.usage) } catch {
      throw .store(.usage(error))
    }
    let drafts = try OperationFault.ofDocuments { () throws(DraftsFolderFault) in
      try DraftsFolder.open(documents)
    }
    let catalog = basis.applied(to: try OperationFault.load(folder + "/" + Name.catalog))
    return StoreDrafts(record: record, usage: usage, catalog: catalog, drafts: drafts, pinned: pinned)
  }

  /// The drafts, to be made again from what is pinned.
  public var proven: ProvenDrafts {
    ProvenDrafts(usage: usage, catalog: catalog, drafts: drafts, pinned: pinned)
  }

  /// The calls behind the drafts, each of them proved; nil where nothing is itemised. Complexity: O(calls).
  func calls() throws(OperationFault) -> PinnedCalls? {
    guard let pinnedCalls = pinned.basis.calls else { return nil }
    var usages: [UsageFolder] = []
    for (index, hash) in pinnedCalls.manifestHashes.enumerated() {
      let path = pinned.folder + "/" + Name.calls + "/\(index)"
      do throws(UsageFolderFault) { usages.append(try UsageFolder.open(path)) } catch {
        throw .store(.usage(error))
      }
      guard usages[index].manifestHash == hash else {
        throw .store(.damaged(path: path, message: "its calls are not those that were committed"))
      }
    }
    return PinnedCalls(listing: pinnedCalls.listing, usages: usages)
  }

  /// Name of the seller; empty where the catalog names none.
  var entity: Label { catalog.defaults.seller.first { $0.key == "name" }?.value ?? .empty }

  /// A series of the catalog.
  func series(_ name: Label) -> NumberSeries {
    NumberSeries(
      entity: entity, name: name, firstNumber: catalog.billing.opening.nextNumbers[name] ?? 1)
  }
}
