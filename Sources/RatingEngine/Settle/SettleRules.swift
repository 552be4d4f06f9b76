// The rules of one owner in one usage period: members, who had which plan on how many days, and lots.
//
// Compiled from the catalog for each owner and period; small, and read by one worker.

import BillingCalendar
import Catalog
import Money
import Tables

/// A pool, or an account without one.
enum SettleOwner: Hashable, Sendable {
  /// Index in `Catalog.accounts`.
  case account(Int)
  /// The pool's name, and its accounts as indices in `Catalog.accounts`.
  case pool(Label, accounts: [Int])
}

/// What settling one owner and period needs besides its events.
struct SettleRules: Sendable {
  struct Member: Sendable, Equatable {
    /// Index in `Catalog.accounts`.
    var account: Int
    /// Whether its amounts are rounded in one running sum for each charge.
    var roundsByLine: Bool
    /// Index in `Catalog.plans` and the days of this period on which it has it, each plan once.
    var plans: [(plan: Int, days: [Range<CivilDate>])]

    static func == (a: Member, b: Member) -> Bool {
      a.account == b.account && a.roundsByLine == b.roundsByLine
        && a.plans.elementsEqual(b.plans) { $0.plan == $1.plan && $0.days == $1.days }
    }
  }

  let owner: SettleOwner
  let period: UsagePeriod
  let zone: Zone
  /// Instants of its ends.
  let fromMillis: Int64
  let untilMillis: Int64
  /// By name.
  let members: [Member]
  /// Whether some member rounds by line: then counters that members share are rounded at 10⁻¹².
  let hasLineMembers: Bool
  /// Lots in order of use.
  let lots: [AllowanceLot]
  /// What the period has handed on when it was billed; nil where it was not.
  let frozen: FrozenLots.Period?
  /// Whether something of a lot was: what is used may not reach into that.
  let handsOnFrozenLots: Bool
  /// Who gets allowances first; one in a pool and period.
  let order: AllowanceOrder
  /// Members by index in `Catalog.accounts`, ascending.
  private let memberByAccount: [(account: UInt32, member: Int32)]

  /// The rules of an owner in a period.
  ///
  /// `rolledIn` is what the period before left, grants included. In the first period that is known of an owner, grants that
  /// began before it are granted now, as opening balances. `frozen` is what the period itself has handed on, where it was billed.
  /// - Precondition: the owner has a member.
  init(
    _ tables: SettleTables, _ owner: SettleOwner, _ period: UsagePeriod, rolledIn: [RolledLot] = [],
    isFirstPeriod: Bool = false, frozen: FrozenLots.Period? = nil
  ) {
    // Measured: a copy of the whole catalog counts all that it holds.
    let known = tables.catalog.accounts
    let accounts =
      switch owner {
      case .account(let account): [account]
      case .pool(_, let accounts): accounts.sorted { known[$0].id < known[$1].id }
      }
    precondition(!accounts.isEmpty, "a pool has a member")
    let zone = known[accounts[0]].zone
    let members = accounts.map { Self.member($0, known[$0], period) }
    self.owner = owner
    self.period = period
    self.zone = zone
    self.members = members
    hasLineMembers = members.contains(where: \.roundsByLine)
    fromMillis = zone.midnight(of: period.from) * 1000
    untilMillis = zone.midnight(of: period.until) * 1000
    memberByAccount = accounts.enumerated().map { (UInt32($1), Int32($0)) }.sorted { $0.0 < $1.0 }
    let firstPlan = members.first { !$0.plans.isEmpty }?.plans[0].plan
    order = firstPlan.map { tables.catalog.plans[$0].order } ?? .time
    var lots = LotCompiler(
      tables: tables, owner: owner, period: period, zone: zone, members: members, rolledIn: rolledIn,
      isFirstPeriod: isFirstPeriod, frozen: frozen)
    self.lots = lots.compile()
    self.frozen = frozen
    handsOnFrozenLots = self.lots.contains { $0.handedOn ?? 0 > 0 }
  }

  /// Whether nobody has a plan, and nothing is in force: without events there is nothing to settle.
  var isIdle: Bool { lots.isEmpty && members.allSatisfy { $0.plans.isEmpty } }

  /// The member that an account is; every event belongs to one.
  @inline(__always) func member(_ account: UInt32) -> Int32 {
    if memberByAccount.count == 1 { return 0 }
    var low = 0
    var high = memberByAccount.count - 1
    while low < high {
      let middle = (low + high) / 2
      if memberByAccount[middle].account < account { low = middle + 1 } else { high = middle }
    }
    precondition(memberByAccount[low].account == account, "an event's account is a member of its owner")
    return memberByAccount[low].member
  }

  private static func member(_ index: Int, _ account: Account, _ period: UsagePeriod) -> Member {
    var plans: [(plan: Int, days: [Range<CivilDate>])] = []
    for stay in account.plans {
      let from = stay.from ?? .distantPast
      let days = (from..<max(from, stay.until ?? .distantFuture)).clamped(to: period.days)
      guard !days.isEmpty else { continue }
      if let known = plans.firstIndex(where: { $0.plan == stay.planIndex }) {
        plans[known].days.append(days)
      } else {
        plans.append((stay.planIndex, [days]))
      }
    }
    return Member(account: index, roundsByLine: account.rounding == .line, plans: plans)
  }
}
