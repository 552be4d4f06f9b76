// Rating some accounts or days again beside usage that depends on whole periods: that stays as it is, and must not be among the chosen.

import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables

extension RerateWork {
  /// Refuses names of accounts that neither the catalog of now nor one that has priced events of these runs has: nothing would be rated,
  /// and nobody would be told.
  mutating func refuseUnknown(_ names: Set<Label>, _ runs: [RunRecord]) throws(OperationFault) {
    var unknown = names.subtracting(catalog.accounts.map(\.id))
    for run in runs where !unknown.isEmpty {
      let hashes = try OperationFault.ofStore { () throws(StoreFault) in
        try store.layers(of: run).map(\.ratingHash) + [store.firstReading(of: run).ratingHash]
      }
      for hash in Set(hashes) where hash != catalog.ratingHash {
        unknown.subtract(try earlier(hash).catalog.accounts.map(\.id))
      }
    }
    guard let name = unknown.min() else { return }
    let near = NearestName.find(name, in: catalog.accounts.map(\.id))
    throw .store(
      .refused(
        "unknown account '\(name)'; "
          + (near.map { "did you mean '\($0)'?" } ?? "accounts.csv of the catalog lists the accounts")))
  }

  /// Refuses chosen events that depend on whole periods, by the catalog of before or that of now: what some of them come to depends
  /// on all others.
  func refuseSettled(_ first: RatingResult, _ second: RatingResult) throws(OperationFault) {
    let later = [first, second].compactMap(\.later).filter { $0.eventCount > 0 }
    guard let account = later.flatMap(\.accounts).min() else { return }
    throw .store(
      .refused(
        "usage of account '\(account)' depends on whole periods (allowances, tiers, limits): what some events come to depends on all "
          + "others. Rate again without --accounts, --from and --until, and let prices of the catalog begin on the day from "
          + "which they are to hold; or name other accounts with --accounts"))
  }

  /// What a run leaves to be settled, where events that are not settled were rated again: what it left before, over their time as well.
  func settlingKept(_ run: RunRecord, _ spans: [ClosedRange<Int64>]) -> SettlingUsage? {
    guard var usage = settlingBefore.first(where: { $0.run.id == run.id })?.usage else { return nil }
    for span in spans {
      usage.span = min(usage.span.lowerBound, span.lowerBound)...max(usage.span.upperBound, span.upperBound)
    }
    return usage
  }
}
