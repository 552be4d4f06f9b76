// Reviews a folder of drafts against the catalog and the usage that it was made from.
//
// Drafts are made again and must be the same bytes, so that what is reviewed is what lies in the folder.

import BillingCalendar
public import Catalog
import Money
import Tables
public import UsageSummary

/// Looks for leaks and doubts in drafts.
public struct InvoiceReview {
  /// Why drafts cannot be reviewed.
  public enum Fault: Error, Sendable, CustomStringConvertible {
    /// They were made from other usage, another catalog, or changed since.
    case notTheseDrafts(String)
    /// They cannot be made again.
    case drafting(InvoiceDraftFault)

    /// What is wrong and what to do.
    public var description: String {
      switch self {
      case .notTheseDrafts(let message): message + "; draft again, then review"
      case .drafting(let fault): fault.description
      }
    }
  }

  private let usage: UsageFolder
  private let catalog: Catalog
  private let drafts: DraftsFolder
  private let earlier: [DraftsFolder]

  /// Prepares a review. `earlier` are drafts of periods before, by which totals are judged.
  public init(usage: UsageFolder, catalog: Catalog, drafts: DraftsFolder, earlier: [DraftsFolder] = []) {
    self.usage = usage
    self.catalog = catalog
    self.drafts = drafts
    self.earlier = earlier
  }

  /// Everything to look at. Memory: one draft at a time, and the flags.
  public func report() throws(Fault) -> ReviewReport {
    guard drafts.usageManifestHash == Label(usage.manifestHash) else {
      throw .notTheseDrafts("\(drafts.path): the drafts were made from other usage")
    }
    guard drafts.billingHash == Label(catalog.billingHash) else {
      throw .notTheseDrafts(
        "\(drafts.path): the billing tables of the catalog have changed since the drafts were made")
    }
    let setBeside = try earlierDrafts()
    var report = ReviewReport()
    var periods: Set<UsagePeriod> = []
    let run = InvoiceDraftRun(usage: usage, catalog: catalog, choice: drafts.choice, earlier: setBeside)
    var isSame = true
    do throws(InvoiceDraftFault) {
      try run.forEachDraft { draft throws(InvoiceDraftFault) in
        let index = report.draftCount
        isSame =
          isSame && index < drafts.drafts.count
          && drafts.drafts[index].jsonHash == Label(SHA256.hex(of: draft.json()))
        report.draftCount += 1
        periods.insert(draft.period)
        report.flags += DraftReview(draft: draft, earlier: totals(before: draft)).flags()
      }
    } catch { throw .drafting(error) }
    guard isSame, report.draftCount == drafts.drafts.count else {
      throw .notTheseDrafts("\(drafts.path): the catalog makes other drafts than those that lie there")
    }
    report.flags += usageFlags()
    if let period = periods.max() {
      report.flags += CountReview(catalog: catalog, period: period).flags()
      report.flags += ContractReview(catalog: catalog, period: period).flags()
      report.flags += ChargeReview(catalog: catalog, periods: periods).flags()
    }
    report.flags = Self.sorted(report.flags)
    return report
  }

  /// The earlier drafts that the drafts were set beside, which are part of their documents.
  private func earlierDrafts() throws(Fault) -> [DraftsFolder] {
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

  private func totals(before draft: InvoiceDraft) -> [Amount] {
    earlier.flatMap(\.drafts).filter {
      $0.account == draft.account && $0.currency == draft.currency && $0.period < draft.period
        && $0.isProjects == (draft.part == .projects)
    }.map(\.total)
  }

  private func usageFlags() -> [ReviewFlag] {
    usage.suspenseDigest.map { row in
      let whose = row.account.isEmpty ? " of no known account" : ""
      let records =
        row.eventCount == 1 ? "1 record" : "\(PrintedNumber.count(Int128(row.eventCount))) records"
      return ReviewFlag(
        .unratedUsage, account: row.account, "\(records)\(whose) in suspense: \(row.reason)",
        money: row.estimatedValue, currency: row.currency)
    }
  }

  private static func sorted(_ flags: [ReviewFlag]) -> [ReviewFlag] {
    let order = Dictionary(uniqueKeysWithValues: ReviewFlag.Kind.allCases.enumerated().map { ($1, $0) })
    return flags.enumerated().sorted { a, b in
      (order[a.element.kind] ?? 0, a.element.account, a.offset)
        < (order[b.element.kind] ?? 0, b.element.account, b.offset)
    }.map(\.element)
  }
}
