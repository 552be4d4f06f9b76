// Which accounts and days may be rated again where usage depends on whole periods: whole owners, over all their periods.

import BillingCalendar
import BillingStore
import Catalog
import DurableFiles
import RatingEngine
import Tables
import UsageSummary

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
    let parts = name.description.split(separator: ",").map { Label(String($0)) }
    if parts.count > 1, parts.allSatisfy({ part in catalog.accounts.contains { $0.id == part } }) {
      throw .store(
        .refused(
          "unknown account '\(name)'; name each by itself: "
            + parts.map { "--accounts \($0)" }.joined(separator: " ")))
    }
    throw .store(
      .refused(
        "unknown account '\(name)'; "
          + (near.map { "did you mean '\($0)'?" } ?? "accounts.csv of the catalog lists the accounts")))
  }

  /// Finds out whether what was chosen is settled: then its accounts must be whole owners (an account without a pool, or all accounts of
  /// one), and days must leave out none of their usage periods. Returns the box without days that leave nothing out.
  mutating func choose(_ box: EventBox, _ runs: [RunRecord]) throws(OperationFault) -> EventBox {
    guard settles, !box.isUnbounded else { return box }
    let before = try OperationFault.ofStore { () throws(StoreFault) in try store.countingSettlements() }
    var settled = RatingResult.settledAccounts(of: catalog)
    for entry in before {
      settled.formUnion(
        RatingResult.settledAccounts(of: try earlier(entry.ratingHash).catalog).intersection(entry.accounts))
    }
    if let accounts = box.accounts { settled.formIntersection(accounts) }
    guard let account = settled.min() else { return box }
    var box = box
    if box.from != nil || box.until != nil {
      let days = try days(of: settled, runs)
      guard let days, Self.covers(box, days) else {
        // Nobody was named: days may still hold nothing that is settled.
        if box.accounts == nil { return box }
        throw refusal(of: account, days)
      }
      (box.from, box.until) = (nil, nil)
    }
    guard let accounts = box.accounts else { return box }
    for hash in [catalog.ratingHash]
      + before.filter({ !$0.accounts.isDisjoint(with: accounts) }).map(\.ratingHash)
    {
      let known = hash == catalog.ratingHash ? catalog : try earlier(hash).catalog
      guard let owner = SettlingOwner.torn(by: accounts, in: known) else { continue }
      throw .store(
        .refused(
          "account '\(owner.chosen[0])' shares pool '\(owner.pool)' with others: what its usage comes to depends on theirs; name them too: "
            + owner.others.prefix(Self.namesMax).map { "--accounts \($0)" }.joined(separator: " ")
            + (owner.others.count > Self.namesMax ? " and \(owner.others.count - Self.namesMax) more" : "")))
    }
    owners = accounts
    let holders = before.filter { !$0.accounts.isDisjoint(with: accounts) }
    areSettledSo = !holders.isEmpty && holders.allSatisfy { $0.ratingHash == catalog.ratingHash }
    for run in runs.reversed() where lastOther == nil && !run.isPurged {
      let layers = try OperationFault.ofStore { () throws(StoreFault) in try store.layers(of: run) }
      if try isOther(layers) { lastOther = run.id }
    }
    return box
  }

  // Accounts that a message names.
  private static let namesMax = 5

  /// The days from the first to the last usage period of accounts with usage in the store; nil where there is none.
  private func days(
    of accounts: Set<Label>, _ runs: [RunRecord]
  ) throws(OperationFault) -> (from: CivilDate, until: CivilDate)? {
    var days: [(from: CivilDate, until: CivilDate)] = []
    if let span = StoreSettling.span(settlingBefore.map(\.usage.span)) {
      for account in catalog.accounts where accounts.contains(account.id) {
        guard let cycle = UsageCycle(zone: account.zone, cycleDay: Int32(account.cycleDay)) else { continue }
        let ends = [span.lowerBound, span.upperBound].map { cycle.span(containingUTC: $0).period }
        days.append((ends[0].from, ends[1].until))
      }
    }
    for run in runs where !run.isPurged {
      let periods = try OperationFault.ofStore { () throws(StoreFault) in
        try store.openUsage(of: run).usagePeriods
      }
      days += periods.map { ($0.period.from, $0.period.until) }
    }
    guard let from = days.map(\.from).min(), let until = days.map(\.until).max() else { return nil }
    return (from, until)
  }

  /// Whether every one of some days is meant.
  private static func covers(_ box: EventBox, _ days: (from: CivilDate, until: CivilDate)) -> Bool {
    let dayMillis: Int64 = 86_400_000
    return box.from.map { $0 <= Int64(days.from.dayNumber) * dayMillis } ?? true
      && box.until.map { $0 >= Int64(days.until.dayNumber) * dayMillis } ?? true
  }

  private func refusal(of account: Label, _ days: (from: CivilDate, until: CivilDate)?) -> OperationFault {
    .store(
      .refused(
        "usage of account '\(account)' depends on whole periods (allowances, tiers, limits), and what a period leaves goes on into the "
          + "next: it is rated again over all its periods or not at all. "
          + (days.map { "Name all days, --from \($0.from) --until \($0.until), or none" }
            ?? "Leave --from and --until out")
          + "; or let prices and plans of the catalog begin on the day from which they are to hold"))
  }

  /// Refuses chosen events that depend on whole periods, by the catalog of before or that of now: days that leave some of a period out
  /// have no meaning for them.
  func refuseSettled(_ first: RatingResult, _ second: RatingResult, _ runs: [RunRecord])
    throws(OperationFault)
  {
    let later = [first, second].compactMap(\.later).filter { $0.eventCount > 0 }
    guard let account = later.flatMap(\.accounts).min() else { return }
    throw refusal(of: account, try days(of: [account], runs))
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
