// How much is granted: shares of a period, pools, what was rolled in, and grants.

import BillingCalendar
import Catalog
import Money
import Tables

/// Makes the lots of one owner and period.
struct LotCompiler {
  let tables: SettleTables
  let owner: SettleOwner
  let period: UsagePeriod
  let zone: Zone
  let members: [SettleRules.Member]
  let rolledIn: [RolledLot]
  let isFirstPeriod: Bool
  let frozen: FrozenLots.Period?
  private var lots: [AllowanceLot] = []

  init(
    tables: SettleTables, owner: SettleOwner, period: UsagePeriod, zone: Zone, members: [SettleRules.Member],
    rolledIn: [RolledLot], isFirstPeriod: Bool, frozen: FrozenLots.Period?
  ) {
    self.tables = tables
    self.owner = owner
    self.period = period
    self.zone = zone
    self.members = members
    self.rolledIn = rolledIn
    self.isFirstPeriod = isFirstPeriod
    self.frozen = frozen
  }

  /// All lots, in order of use.
  mutating func compile() -> [AllowanceLot] {
    for plan in planIndices() {
      for index in tables.catalog.plans[plan].allowances.indices { addAllowance(plan, index) }
    }
    var grants: [(grant: Int, member: Int32)] = []
    if case .pool(let pool, _) = owner {
      grants += (tables.grantsByPool[pool] ?? []).map { ($0, AllowanceLot.everyone) }
    }
    for (index, member) in members.enumerated() {
      grants += (tables.grantsByAccount[member.account] ?? []).map { ($0, Int32(index)) }
    }
    for grant in grants { addGrant(grant.grant, member: grant.member) }
    if let frozen { freeze(frozen) }
    lots.sort(by: AllowanceLot.precedes)
    return lots
  }

  /// Plans of the period, and plans of what was rolled in, in order of first appearance.
  private func planIndices() -> [Int] {
    var plans: [Int] = []
    for member in members {
      for entry in member.plans where !plans.contains(entry.plan) { plans.append(entry.plan) }
    }
    for lot in rolledIn {
      if case .plan(let plan, _) = lot.source, !plans.contains(plan) { plans.append(plan) }
    }
    return plans
  }

  private mutating func addAllowance(_ plan: Int, _ index: Int) {
    let allowance = tables.catalog.plans[plan].allowances[index]
    if let expires = allowance.expires, expires <= period.from { return }
    let holders = members.indices.filter { members[$0].days(of: plan) != nil }
    let source = AllowanceSource.plan(plan, allowance: index)
    if allowance.owner == .account {
      for member in holders {
        let share = share(of: allowance, plan, days: members[member].days(of: plan) ?? [])
        add(allowance, source, plan, member: Int32(member), granted: share)
      }
      // Who has the plan no more may still hold what came in.
      let strangers = members.indices.filter { !holders.contains($0) }
      for member in strangers { addRolled(allowance, source, plan, member: Int32(member)) }
      return
    }
    let granted: Int128? =
      if holders.isEmpty {
        nil
      } else if allowance.owner == .poolPerMember {
        holders.reduce(0) { $0 + share(of: allowance, plan, days: members[$1].days(of: plan) ?? []) }
      } else {
        share(of: allowance, plan, days: holders.flatMap { members[$0].days(of: plan) ?? [] })
      }
    // An account without a pool holds for itself what pools share.
    let member: Int32 = if case .pool = owner { AllowanceLot.everyone } else { 0 }
    add(allowance, source, plan, member: member, granted: granted)
  }

  /// Notes what lots have handed on.
  ///
  /// A catalog of now may make other lots than that of then: what went on beyond what it has of that age is taken of the allowance's
  /// other lots, the newest first, and beyond them of one of nothing, so that what the next period begins with stands here too.
  private mutating func freeze(_ frozen: FrozenLots.Period) {
    var others: [RolledLot] = []
    for index in lots.indices where isFrozen(lots[index], frozen) { lots[index].handedOn = 0 }
    for lot in frozen.lots {
      var rest = lot
      if let place = places(of: lot).first(where: { lots[$0].periodCount == lot.periodCount + 1 }) {
        let part = min(lot.quantity, lots[place].granted + lots[place].rolledIn)
        lots[place].handedOn = part
        rest.quantity -= part
      }
      if rest.quantity > 0 { others.append(rest) }
    }
    for lot in others {
      let newestFirst = places(of: lot).sorted { lots[$0].periodCount > lots[$1].periodCount }
      var rest = lot.quantity
      for place in newestFirst {
        let known = lots[place].handedOn ?? 0
        let part = min(rest, max(0, lots[place].granted + lots[place].rolledIn - known))
        lots[place].handedOn = known + part
        rest -= part
      }
      guard rest > 0 else { continue }
      if let newest = newestFirst.first {
        lots[newest].handedOn = (lots[newest].handedOn ?? 0) + rest
      } else {
        addNothing(handingOn: lot)
      }
    }
  }

  private func isFrozen(_ lot: AllowanceLot, _ frozen: FrozenLots.Period) -> Bool {
    guard case .plan = lot.source else { return false }
    return frozen.holds(account(lot.member))
  }

  /// The lots of the allowance and holder of what was handed on.
  private func places(of lot: RolledLot) -> [Int] {
    lots.indices.filter { lots[$0].source == lot.source && account(lots[$0].member) == lot.account }
  }

  private mutating func addNothing(handingOn lot: RolledLot) {
    let holder = lot.account.map { account in members.firstIndex { $0.account == account } }
    guard case .plan(let plan, let index) = lot.source else { return }
    let member: Int32
    switch holder {
    case .none: member = AllowanceLot.everyone
    case .some(.some(let place)): member = Int32(place)
    case .some(.none): return
    }
    addLot(
      tables.catalog.plans[plan].allowances[index], lot.source, plan, member: member, granted: 0,
      rolledIn: 0, periodCount: lot.periodCount + 1)
    lots[lots.count - 1].handedOn = lot.quantity
  }

  /// The account that a member is, as `RolledLot.account` has it.
  private func account(_ member: Int32) -> Int? {
    member == AllowanceLot.everyone ? nil : members[Int(member)].account
  }

  private mutating func add(
    _ allowance: PlanAllowance, _ source: AllowanceSource, _ plan: Int, member: Int32, granted: Int128?
  ) {
    if let granted {
      let periodCount = 1 + (allowance.rollover?.periodCount ?? 0)
      addLot(
        allowance, source, plan, member: member, granted: granted, rolledIn: 0, periodCount: periodCount)
    }
    addRolled(allowance, source, plan, member: member)
  }

  private mutating func addRolled(
    _ allowance: PlanAllowance, _ source: AllowanceSource, _ plan: Int, member: Int32
  ) {
    let account = account(member)
    for lot in rolledIn where lot.source == source && lot.periodCount > 0 {
      // What the owner itself holds may be named by it or by nobody.
      guard lot.account == account || (lot.account == nil && members.count == 1) else { continue }
      addLot(
        allowance, source, plan, member: member, granted: 0, rolledIn: lot.quantity,
        periodCount: lot.periodCount)
    }
  }

  private mutating func addLot(
    _ allowance: PlanAllowance, _ source: AllowanceSource, _ plan: Int, member: Int32, granted: Int128,
    rolledIn: Int128, periodCount: Int
  ) {
    var end = period
    for _ in 1..<max(1, periodCount) { end = end.next }
    let expires = min(end.until, allowance.expires ?? .distantFuture)
    // What a pool shares goes on for any member, also for one that gets the plan then.
    let isOnTomorrow = members.indices.contains {
      (member == AllowanceLot.everyone || Int(member) == $0)
        && isInForce(plan, of: members[$0].account, on: period.until)
    }
    lots.append(
      AllowanceLot(
        source: source, name: allowance.name, member: member, measure: allowance.size.measure,
        consumption: allowance.consumption, priority: allowance.priority, expires: expires,
        fromMillis: .min, untilMillis: expires < period.until ? midnight(expires) : .max,
        bands: bands(allowance.scope.bands, of: plan), granted: granted, rolledIn: rolledIn,
        periodCount: periodCount,
        isKept: allowance.rollover != nil && periodCount > 1 && expires > period.until && isOnTomorrow))
  }

  private mutating func addGrant(_ index: Int, member: Int32) {
    let grant = tables.catalog.grants[index]
    let until = grant.until ?? .distantFuture
    guard grant.from < period.until, until > period.from else { return }
    let rolled = rolledIn.filter { $0.source == .grant(index) }.reduce(Int128(0)) { $0 + $1.quantity }
    let isNew = grant.from >= period.from || (isFirstPeriod && rolled == 0)
    lots.append(
      AllowanceLot(
        source: .grant(index), name: grant.name, member: member, measure: grant.size.measure,
        consumption: grant.consumption, priority: grant.priority, expires: until,
        fromMillis: grant.from > period.from ? midnight(grant.from) : .min,
        untilMillis: until < period.until ? midnight(until) : .max, bands: [],
        granted: isNew ? grant.size.quantity : 0, rolledIn: rolled, periodCount: 0,
        isKept: until > period.until))
  }

  private func midnight(_ day: CivilDate) -> Int64 { zone.midnight(of: day) * 1000 }

  private func bands(_ names: [Label], of plan: Int) -> [Bool] {
    names.isEmpty ? [] : [false] + tables.catalog.plans[plan].bandNames.map(names.contains)
  }

  private func isInForce(_ plan: Int, of account: Int, on day: CivilDate) -> Bool {
    tables.catalog.accounts[account].plans.contains {
      $0.planIndex == plan && DateSpan(from: $0.from, until: $0.until).contains(day)
    }
  }

  /// The part of an allowance for the days on which it is had: rounded once, half-up, to whole units; money to the
  /// currency's digits. What is had on every day is whole.
  private func share(of allowance: PlanAllowance, _ plan: Int, days: [Range<CivilDate>]) -> Int128 {
    let whole = allowance.size.quantity
    guard allowance.isProrated, !days.contains(period.days) else { return whole }
    let had = period.days.filter { day in days.contains { $0.contains(day) } }.count
    if had == Int(period.dayCount) { return whole }
    let unit: Int128 =
      switch allowance.size {
      case .quantity(_, let kind): Int128(kind.onePerUnit)
      case .events: 1
      case .amount: RoundingRule(scale: tables.plans[plan].minorDigits, mode: .halfUp).stepPico
      }
    return RoundingRule.divide(whole * Int128(had), by: Int128(period.dayCount) * unit, mode: .halfUp) * unit
  }
}

extension SettleRules.Member {
  /// Days of the period on which it has a plan; nil for none.
  func days(of plan: Int) -> [Range<CivilDate>]? { plans.first { $0.plan == plan }?.days }
}

extension AllowanceSize {
  /// In its own measure: integer quantity, events, pico.
  var quantity: Int128 {
    switch self {
    case .quantity(let quantity, _): Int128(quantity)
    case .events(let count): Int128(count)
    case .amount(let amount): amount.pico
    }
  }

  var measure: AllowanceLot.Measure {
    switch self {
    case .quantity: .quantity
    case .events: .events
    case .amount: .money
    }
  }
}
