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
        unknown.subtract(try catalogs.earlier(hash).catalog.accounts.map(\.id))
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
        RatingResult.settledAccounts(of: try catalogs.earlier(entry.ratingHash).catalog).intersection(
          entry.accounts))
    }
    if let accounts = box.accounts { settled.formIntersection(accounts) }
    guard let account = settled.min() else { return box }
    var box = box
    var torn: (owner: SettlingOwner, missing: [Label])?
    if let accounts = box.accounts { torn = try self.torn(by: accounts, before) }
    if box.from != nil || box.until != nil {
      chosenDays = box
      settledDays = try days(of: settled.union(torn?.missing ?? []), runs)
      guard let days = settledDays, Self.covers(box, days) else {
        // Nobody was named: days may still hold nothing that is settled.
        if box.accounts == nil { return box }
        throw refusal(of: account, torn?.missing ?? [])
      }
      (box.from, box.until) = (nil, nil)
    }
    guard let accounts = box.accounts else { return box }
    if let (owner, missing) = torn {
      throw .store(
        .refused(
          "account '\(owner.chosen[0])' shares pool '\(owner.pool)' with others: what its usage comes to depends on theirs; name them too: "
            + Self.arguments(missing)))
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

  /// A pool of which only some accounts were chosen, and all accounts that are missing: of this pool and of every other, by any of the
  /// catalogs; nil where whole owners were chosen.
  private mutating func torn(
    by chosen: Set<Label>, _ before: [(ratingHash: String, accounts: Set<Label>)]
  ) throws(OperationFault) -> (owner: SettlingOwner, missing: [Label])? {
    var first: SettlingOwner?
    var accounts = chosen
    var isWhole = false
    while !isWhole {
      isWhole = true
      let holders = before.filter { !$0.accounts.isDisjoint(with: accounts) }
      for hash in [catalog.ratingHash] + holders.map(\.ratingHash) {
        let known = hash == catalog.ratingHash ? catalog : try catalogs.earlier(hash).catalog
        while let owner = SettlingOwner.torn(by: accounts, in: known) {
          if first == nil { first = owner }
          accounts.formUnion(owner.others)
          isWhole = false
        }
      }
    }
    return first.map { ($0, accounts.subtracting(chosen).sorted()) }
  }

  /// Accounts as they are named on the command line.
  private static func arguments(_ accounts: [Label]) -> String {
    accounts.map { "--accounts \($0)" }.joined(separator: " ")
  }

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

  /// Why chosen days cannot be rated again alone, with the arguments that can; `missing` are accounts that must be named as well.
  private func refusal(of account: Label, _ missing: [Label]) -> OperationFault {
    var advice = "Leave --from and --until out"
    if let days = settledDays { advice = "Name all days, --from \(days.from) --until \(days.until), or none" }
    if !missing.isEmpty {
      advice += ", and the accounts that share a pool with those, \(Self.arguments(missing))"
    }
    return .store(
      .refused(
        "\(cut(of: account) ?? "usage of account '\(account)'") depends on whole periods (allowances, tiers, limits), and what a period "
          + "leaves goes on into the next: it is rated again over all its periods or not at all. \(advice)"
          + "; or let prices and plans of the catalog begin on the day from which they are to hold"))
  }

  /// The usage period of an account that chosen days leave out, or a part of it: the nearest one.
  private func cut(of account: Label) -> String? {
    guard let box = chosenDays, let days = settledDays,
      let cycleDay = catalog.accounts.first(where: { $0.id == account })?.cycleDay
    else { return nil }
    let dayMillis: Int64 = 86_400_000
    func text(_ millis: Int64, _ option: String, _ lost: Int64) -> String? {
      guard let day = CivilDate.parse(String(Instant.text(millis: millis).prefix(10))),
        let lostDay = CivilDate.parse(String(Instant.text(millis: lost).prefix(10)))
      else { return nil }
      let period = UsagePeriod.containing(lostDay, cycleDay: Int32(cycleDay))
      return "\(option) \(day) leaves out \(period) of account '\(account)', whose usage"
    }
    if let from = box.from, from > Int64(days.from.dayNumber) * dayMillis {
      return text(from, "--from", from - dayMillis)
    }
    return box.until.flatMap { text($0, "--until", $0) }
  }

  /// Refuses chosen events that depend on whole periods, by the catalog of before or that of now: days that leave some of a period out
  /// have no meaning for them.
  func refuseSettled(_ first: RatingResult, _ second: RatingResult) throws(OperationFault) {
    let later = [first, second].compactMap(\.later).filter { $0.eventCount > 0 }
    guard let account = later.flatMap(\.accounts).min() else { return }
    throw refusal(of: account, [])
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
