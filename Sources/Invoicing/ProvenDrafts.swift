// The drafts of a folder, made again from their sources and proved to be the same bytes.
//
// What reviews and exports is thereby what lies in the folder, without a second reader of documents.

public import Catalog
public import DurableFiles
import Tables
public import UsageSummary

/// Why drafts cannot be made again.
public enum ProvenDraftsFault: Error, Sendable, CustomStringConvertible {
  /// They were made from other usage, another catalog, or changed since.
  case notTheseDrafts(String)
  /// They cannot be made at all.
  case drafting(InvoiceDraftFault)
  /// An output could not be written.
  case output(FileFault)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .notTheseDrafts(let message): message + "; draft again"
    case .drafting(let fault): fault.description
    case .output(let fault): fault.description
    }
  }
}

/// Drafts that are known to be those of a folder.
public struct ProvenDrafts {
  let usage: UsageFolder
  let catalog: Catalog
  let drafts: DraftsFolder
  let earlier: [DraftsFolder]
  let pinned: PinnedBasis?
  /// The calls behind the drafts, where pages are asked for; nil for none.
  public var calls: PinnedCalls?

  /// Takes a folder of drafts and what it was made from.
  ///
  /// `earlier` are folders of drafts of periods before; those that the drafts were set beside must be among them. `pinned` is
  /// what a store knew, where they were drafted from one.
  public init(
    usage: UsageFolder, catalog: Catalog, drafts: DraftsFolder, earlier: [DraftsFolder] = [],
    pinned: PinnedBasis? = nil
  ) {
    self.usage = usage
    self.catalog = catalog
    self.drafts = drafts
    self.earlier = earlier
    self.pinned = pinned
  }

  /// Calls `body` with every draft and its entry in the folder, in the order of the folder.
  ///
  /// `body` may be called before a fault is found; what it made is to be thrown away then. Memory: one account.
  public func forEach(
    _ body: (InvoiceDraft, DraftsFolder.Draft) throws(ProvenDraftsFault) -> Void
  ) throws(ProvenDraftsFault) {
    let earlier = try checkSources()
    var run =
      pinned.map { InvoiceDraftRun(usage: usage, catalog: catalog, pinned: $0) }
      ?? InvoiceDraftRun(usage: usage, catalog: catalog, choice: drafts.choice, earlier: earlier)
    run.callListing = calls?.listing
    run.callUsages = calls?.usages
    var count = 0
    var fault: ProvenDraftsFault?
    do throws(InvoiceDraftFault) {
      try run.forEachDraft { draft throws(InvoiceDraftFault) in
        guard fault == nil else { return }
        do throws(ProvenDraftsFault) {
          let entry = count < drafts.drafts.count ? drafts.drafts[count] : nil
          guard let entry, entry.jsonHash == Label(SHA256.hex(of: draft.json())) else { throw others() }
          count += 1
          try body(draft, entry)
        } catch { fault = error }
      }
    } catch { throw .drafting(error) }
    if let fault { throw fault }
    guard count == drafts.drafts.count else { throw others() }
  }

  private func others() -> ProvenDraftsFault {
    .notTheseDrafts("\(drafts.path): the catalog makes other drafts than those that lie there")
  }

  /// The earlier drafts that the drafts were set beside, which are part of their documents.
  private func checkSources() throws(ProvenDraftsFault) -> [DraftsFolder] {
    guard drafts.usageManifestHash == Label(usage.manifestHash) else {
      throw .notTheseDrafts("\(drafts.path): the drafts were made from other usage")
    }
    guard drafts.billingHash == Label(catalog.billingHash) else {
      throw .notTheseDrafts(
        "\(drafts.path): the billing tables of the catalog have changed since the drafts were made")
    }
    var found: [DraftsFolder] = []
    for seal in drafts.earlierSeals {
      guard let folder = earlier.first(where: { $0.seal == seal }) else {
        throw .notTheseDrafts(
          "\(drafts.path): the drafts were set beside earlier ones that are not named; add --earlier DIR")
      }
      found.append(folder)
    }
    return found
  }
}
