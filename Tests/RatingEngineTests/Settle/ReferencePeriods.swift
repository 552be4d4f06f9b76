// Periods one after the other, naively: every lot remembers in which period it was granted, and is asked again in each period
// whether it may still be used.

import BillingCalendar
import Catalog
import Tables

@testable import RatingEngine

/// One owner over all usage periods between its earliest and its latest event.
struct ReferencePeriods {
  /// What is left of an allowance, and when it was granted.
  private struct Left {
    var source: AllowanceSource
    var holder: Int?
    /// Number of the period of its grant.
    var birth: Int
    var quantity: Int128
  }

  private(set) var settled: [ReferenceSettler] = []
  /// By period, source and holder: granted, rolled in, used, left, expired, rolled out.
  private(set) var balances: [String: [Int128]] = [:]
  private let catalog: Catalog
  private let accounts: [Int]

  /// `events` in canonical order; `periods` hold all of them.
  init(
    _ catalog: Catalog, pool: Label?, accounts: [Int], _ periods: [UsagePeriod],
    _ events: [ReferenceSettler.Event]
  ) {
    self.catalog = catalog
    self.accounts = accounts
    func number(_ event: ReferenceSettler.Event) -> Int {
      let day = CivilDate(dayNumber: Int32(event.startMillis / 86_400_000))
      return periods.firstIndex { $0.contains(day) } ?? -1
    }
    guard let first = events.map(number).min(), let last = events.map(number).max() else { return }
    var lefts: [Left] = []
    for now in first...last {
      let rolled = lefts.map {
        RolledLot(
          source: $0.source, account: $0.holder, quantity: $0.quantity,
          periodCount: lastPeriod($0) - now + 1)
      }
      let settler = ReferenceSettler(
        catalog, pool: pool, accounts: accounts, periods[now], events.filter { number($0) == now },
        rolled: rolled, isFirstPeriod: now == first)
      settled.append(settler)
      lefts = leave(settler, now)
    }
  }

  /// Number of the last period in which it may be used; grants have a date of their own.
  private func lastPeriod(_ left: Left) -> Int {
    guard case .plan(let plan, let at) = left.source else { return left.birth - 1 }
    return left.birth + (catalog.plans[plan].allowances[at].rollover?.periodCount ?? 0)
  }

  /// What a period leaves to the next, and its balances.
  private mutating func leave(_ settler: ReferenceSettler, _ now: Int) -> [Left] {
    let period = settler.period
    var lefts: [Left] = []
    var groups: [String: [(lot: ReferenceSettler.Lot, birth: Int)]] = [:]
    for lot in settler.lots {
      // A lot of a plan that can be used in so many periods was granted so many before.
      var birth = now
      if case .plan(let plan, let at) = lot.source {
        birth = now + lot.periods - 1 - (catalog.plans[plan].allowances[at].rollover?.periodCount ?? 0)
      }
      groups["\(lot.source) \(lot.holder ?? -1)", default: []].append((lot, birth))
    }
    for (name, group) in groups {
      var sums: [Int128] = [0, 0, 0, 0, 0, 0]
      var room = room(group[0].lot.source)
      for (lot, birth) in group.sorted(by: { $0.birth > $1.birth }) {
        var left = Left(source: lot.source, holder: lot.holder, birth: birth, quantity: lot.left)
        if !goesOn(left, after: period, now) { left.quantity = 0 }
        if let most = room {
          left.quantity = min(left.quantity, most)
          room = most - left.quantity
        }
        if left.quantity > 0 { lefts.append(left) }
        let used = lot.taken.values.reduce(0, +)
        for (at, value) in [
          lot.granted, lot.rolledIn, used, lot.left, lot.left - left.quantity, left.quantity,
        ].enumerated() {
          sums[at] += value
        }
      }
      balances["\(period.from)/\(period.until) \(name)"] = sums
    }
    return lefts
  }

  /// What a cap lets leave a period; nil without a cap.
  private func room(_ source: AllowanceSource) -> Int128? {
    guard case .plan(let plan, let at) = source else { return nil }
    return catalog.plans[plan].allowances[at].rollover?.cap
  }

  private func goesOn(_ left: Left, after period: UsagePeriod, _ now: Int) -> Bool {
    switch left.source {
    case .grant(let grant):
      return period.until < (catalog.grants[grant].until ?? .distantFuture)
    case .plan(let plan, let at):
      let allowance = catalog.plans[plan].allowances[at]
      if now >= lastPeriod(left) || period.until >= (allowance.expires ?? .distantFuture) { return false }
      // The plan goes on for whom the allowance is: the account, or any member of the pool.
      return (left.holder.map { [$0] } ?? accounts).contains { account in
        catalog.accounts[account].plans.contains { stay in
          stay.planIndex == plan && (stay.from ?? .distantPast) <= period.until
            && period.until < (stay.until ?? .distantFuture)
        }
      }
    }
  }
}
