// Rating some accounts or days again beside usage that depends on whole periods: that stays as it is, and must not be among the chosen.

import BillingStore
import DurableFiles
import RatingEngine
import Tables

extension RerateWork {
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
