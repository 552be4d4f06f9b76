// Settling by plain loops and exact fractions, written from the rules alone: units one by one through tiers, packages one by
// one, days one by one. Slow and obvious; it judges the fast one.

import BillingCalendar
import Catalog
import Money
import Tables

@testable import RatingEngine

/// One owner and period, settled naively. Zone UTC, one band, currency with two digits.
struct ReferenceSettler {
  struct Event {
    var account: Int
    var usage: UsageClass
    var startMillis: Int64
    var key: [UInt8]
    var quantity: Int64
    var recordedPico: Int128?
    var isAnswered: Bool
  }
  struct Result: Equatable {
    var amount: Int128 = 0
    var money: Int128 = 0
    var billed: Int64 = 0
    var coveredByLot: [String: Int64] = [:]
    var quantityByTier: [Int: Int128] = [:]
  }
  struct Lot {
    var name: String
    var source: AllowanceSource
    var holder: Int?
    var size: AllowanceSize
    var scope: AllowanceScope
    var plan: Int?
    var priority: Int
    var isRaw: Bool
    var from: CivilDate
    var expires: CivilDate
    var granted: Int128
    var rolledIn: Int128
    var periods: Int
    var rolls: Bool
    var left: Int128
    /// What it has handed on when its period was billed; nil where that is open.
    var handedOn: Int128?
    /// What may be taken of it in all; nil for no bound.
    var takenMax: Int128?
    var takenInAll: Int128 = 0
    /// What may be taken of it now.
    var open: Int128 { min(left, takenMax.map { $0 - takenInAll } ?? left) }
    var taken: [Int: Int128] = [:]
    var lastUse: [Int: Int] = [:]
  }
  private struct CounterKey: Hashable {
    var plan: Int
    var charge: Int
    var account: Int?
    var group: Label?
    var window: Int64
  }
  private struct Counter {
    var position = 0
    var pricedTotal = 0
    var pricedByTier: [Int]
    var fees: Int128 = 0
  }
  private struct Free {
    var events: Int64 = 0
    var amount: Int128 = 0
    var isOver = false
  }
  private struct SumKey: Hashable {
    var plan: Int
    var charge: Int
    var account: Int?
  }

  let catalog: Catalog
  let pool: Label?
  let accounts: [Int]
  let period: UsagePeriod
  let events: [Event]
  var lots: [Lot] = []
  var results: [Result] = []
  var rows: [(reason: String, account: Int, plan: Int, charge: Int, amount: Int128)] = []
  private var counters: [CounterKey: Counter] = [:]
  private var free: [CounterKey: Free] = [:]
  private var chargeSums: [SumKey: Int128] = [:]
  private var lineSums: [SumKey: Int128] = [:]
  private var uses = 0

  /// The settlement of a billed period: what was handed on is bounded more closely until so much is left.
  static func settled(
    _ catalog: Catalog, pool: Label?, accounts: [Int], _ period: UsagePeriod, _ events: [Event],
    rolled: [RolledLot], isFirstPeriod: Bool, frozen: FrozenLots.Period?
  ) -> ReferenceSettler {
    var givenBack: [Int: Int128] = [:]
    for pass in 1... {
      let found = ReferenceSettler(
        catalog, pool: pool, accounts: accounts, period, events, rolled: rolled, isFirstPeriod: isFirstPeriod,
        frozen: frozen, givenBack: givenBack)
      let short = found.lots.indices.filter { found.lots[$0].left < found.lots[$0].handedOn ?? 0 }
      if short.isEmpty { return found }
      for index in short {
        let lot = found.lots[index]
        givenBack[index] = pass < 4 ? lot.takenInAll - (lot.granted + lot.rolledIn - lot.left) : 0
      }
    }
    preconditionFailure("a bound of 0 is kept")
  }

  /// `events` in canonical order; `givenBack` says of lots of a billed period, by their place, what of them is given back at least.
  init(
    _ catalog: Catalog, pool: Label?, accounts: [Int], _ period: UsagePeriod, _ events: [Event],
    rolled: [RolledLot], isFirstPeriod: Bool, frozen: FrozenLots.Period? = nil,
    givenBack: [Int: Int128] = [:]
  ) {
    self.catalog = catalog
    self.pool = pool
    self.accounts = accounts.sorted { catalog.accounts[$0].id < catalog.accounts[$1].id }
    self.period = period
    self.events = events
    makeLots(rolled, isFirstPeriod)
    if let frozen { freeze(frozen, givenBack) }
    results = Array(repeating: Result(), count: events.count)
    let sequence = order()
    var covered: [Int: [(quantity: Int64, lot: Int?)]] = [:]
    for index in sequence { covered[index] = cover(index) }
    for index in events.indices { price(index, covered[index] ?? []) }
    for index in sequence { pay(index) }
    addRows()
  }

  private func plan(_ index: Int) -> RatePlan { catalog.plans[index] }
  private func isLine(_ account: Int) -> Bool { catalog.accounts[account].rounding == .line }
  private func has(_ account: Int, _ plan: Int, on day: CivilDate) -> Bool {
    catalog.accounts[account].plans.contains {
      $0.planIndex == plan && ($0.from ?? .distantPast) <= day && day < ($0.until ?? .distantFuture)
    }
  }
  private func daysOf(_ plan: Int, _ holders: [Int]) -> Int {
    period.days.filter { day in holders.contains { has($0, plan, on: day) } }.count
  }

  // MARK: Lots

  private mutating func makeLots(_ rolled: [RolledLot], _ isFirstPeriod: Bool) {
    for plan in catalog.plans.indices {
      for (at, allowance) in catalog.plans[plan].allowances.enumerated() {
        if let expires = allowance.expires, expires <= period.from { continue }
        let members = accounts.filter { daysOf(plan, [$0]) > 0 }
        let source = AllowanceSource.plan(plan, allowance: at)
        let isShared = allowance.owner != .account && pool != nil
        let holders: [Int?] = isShared ? [nil] : accounts.map { $0 }
        for holder in holders {
          let having = holder.map { members.contains($0) ? [$0] : [] } ?? members
          let heirs = holder.map { [$0] } ?? accounts
          let rolls = allowance.rollover != nil && heirs.contains { has($0, plan, on: period.until) }
          func lot(_ granted: Int128, _ rolledIn: Int128, _ periods: Int) -> Lot {
            var end = period
            for _ in 1..<periods { end = end.next }
            let expires = min(end.until, allowance.expires ?? .distantFuture)
            return Lot(
              name: allowance.name.description, source: source, holder: holder, size: allowance.size,
              scope: allowance.scope, plan: plan, priority: allowance.priority,
              isRaw: allowance.consumption == .raw, from: .distantPast, expires: expires, granted: granted,
              rolledIn: rolledIn, periods: periods, rolls: rolls && periods > 1 && expires > period.until,
              left: granted + rolledIn)
          }
          if !having.isEmpty {
            let parts = allowance.owner == .poolPerMember && isShared ? having.map { [$0] } : [having]
            let granted = parts.reduce(Int128(0)) { $0 + share(allowance, plan, daysOf(plan, $1)) }
            lots.append(lot(granted, 0, 1 + (allowance.rollover?.periodCount ?? 0)))
          }
          for old in rolled where old.source == source && old.account == holder {
            lots.append(lot(0, old.quantity, old.periodCount))
          }
        }
      }
    }
    for (index, grant) in catalog.grants.enumerated() {
      let until = grant.until ?? .distantFuture
      let holder: Int?
      switch grant.owner {
      case .account(let account): holder = account
      case .pool(let name):
        guard name == pool else { continue }
        holder = nil
      }
      if let holder, !accounts.contains(holder) { continue }
      if grant.from >= period.until || until <= period.from { continue }
      let old = rolled.filter { $0.source == .grant(index) }.reduce(Int128(0)) { $0 + $1.quantity }
      let granted = period.contains(grant.from) || (isFirstPeriod && old == 0) ? whole(grant.size) : 0
      lots.append(
        Lot(
          name: grant.name.description, source: .grant(index), holder: holder, size: grant.size,
          scope: grant.scope, plan: nil, priority: grant.priority, isRaw: grant.consumption == .raw,
          from: grant.from, expires: until, granted: granted, rolledIn: old, periods: 0,
          rolls: until > period.until, left: granted + old))
    }
    // Rolled lots are used first, also where the allowance's own end cuts both.
    lots.sort { a, b in
      (a.priority, a.expires.dayNumber, a.name, a.periods)
        < (b.priority, b.expires.dayNumber, b.name, b.periods)
    }
  }

  private mutating func freeze(_ frozen: FrozenLots.Period, _ givenBack: [Int: Int128]) {
    for index in lots.indices where lots[index].plan != nil {
      let lot = lots[index]
      guard lot.holder.map(frozen.accounts.contains) ?? frozen.isPoolFrozen else { continue }
      let handedOn = frozen.lots.first {
        $0.source == lot.source && $0.account == lot.holder && $0.periodCount == lot.periods - 1
      }?.quantity
      lots[index].handedOn = handedOn ?? 0
      lots[index].takenMax = givenBack[index].map { lot.left - (handedOn ?? 0) + $0 }
    }
  }

  private func whole(_ size: AllowanceSize) -> Int128 {
    switch size {
    case .quantity(let value, _): Int128(value)
    case .events(let value): Int128(value)
    case .amount(let amount): amount.pico
    }
  }

  private func share(_ allowance: PlanAllowance, _ plan: Int, _ days: Int) -> Int128 {
    let size = whole(allowance.size)
    if !allowance.isProrated || days == period.days.count { return size }
    let unit: Int128
    switch allowance.size {
    case .quantity(_, .voice): unit = 1000
    case .quantity(_, .event): unit = 1_000_000
    case .quantity, .events: unit = 1
    case .amount: unit = 10_000_000_000
    }
    return Fraction(size * Int128(days), over: Int128(period.days.count)).rounded(to: unit, "half-up")
  }

  private func fits(_ lot: Lot, _ event: Event) -> Bool {
    let charge = plan(event.usage.plan).charges[event.usage.charge].name
    return (lot.plan == nil || lot.plan == event.usage.plan)
      && (lot.holder == nil || lot.holder == event.account)
      && (lot.scope.kinds.isEmpty || lot.scope.kinds.contains(event.usage.kind))
      && (lot.scope.directions.isEmpty || lot.scope.directions.contains(event.usage.direction))
      && (lot.scope.ratingGroups == nil || lot.scope.ratingGroups?.contains(event.usage.ratingGroup) == true)
      && (lot.scope.charges.isEmpty || lot.scope.charges.contains(charge))
  }

  private func isOpen(_ lot: Lot, _ event: Event) -> Bool {
    let day = CivilDate(dayNumber: Int32(event.startMillis / 86_400_000))
    return lot.from <= day && day < lot.expires && lot.open > 0
  }

  private mutating func take(_ quantity: Int128, _ lot: Int, _ account: Int) {
    lots[lot].left -= quantity
    lots[lot].takenInAll += max(0, quantity)
    lots[lot].taken[account, default: 0] += quantity
    guard quantity > 0 else { return }
    uses += 1
    lots[lot].lastUse[account] = uses
  }

  /// Lots to give back to, the last used first.
  private func toGiveBack(_ event: Event, _ isWanted: (AllowanceSize) -> Bool) -> [Int] {
    lots.indices.filter {
      fits(lots[$0], event) && isWanted(lots[$0].size) && lots[$0].taken[event.account, default: 0] > 0
    }.sorted { lots[$0].lastUse[event.account, default: 0] > lots[$1].lastUse[event.account, default: 0] }
  }

  // MARK: Who gets allowances

  private func order() -> [Int] {
    let rule =
      accounts.lazy.flatMap { account in
        self.catalog.plans.indices.filter { self.daysOf($0, [account]) > 0 }
      }.first.map { catalog.plans[$0].order } ?? .time
    guard rule != .time else { return Array(events.indices) }
    func price(_ event: Event) -> Fraction {
      let charge = plan(event.usage.plan).charges[event.usage.charge]
      var price = UnitPrice(pico: 0, units: 1)
      switch charge.price {
      case .deck, .unit: price = event.usage.price
      case .tiers(let tiers): price = tiers.steps[0].price ?? price
      case .recorded: break
      }
      return Fraction(Int128(price.pico) * Int128(event.usage.kind.onePerUnit), over: Int128(price.units))
    }
    return events.indices.sorted { a, b in
      let difference = (price(events[a]) + -price(events[b])).numerator
      if difference == 0 { return a < b }
      return rule == .dearestFirst ? difference > 0 : difference < 0
    }
  }

  private func billed(_ quantity: Int64, _ usage: UsageClass, keepsMilliseconds: Bool) -> Int64 {
    if quantity == 0 { return 0 }
    var used = quantity
    if usage.kind == .voice, !keepsMilliseconds { while used % 1000 != 0 { used += 1 } }
    used = max(used, usage.minimum)
    var total = usage.increment.steps[0].size
    let next = usage.increment.steps.last?.size ?? total
    while total < used { total += next }
    return total
  }

  private mutating func cover(_ index: Int) -> [(quantity: Int64, lot: Int?)] {
    let event = events[index]
    let usage = event.usage
    let rule = plan(usage.plan)
    let magnitude = Int64(event.quantity.magnitude)
    let recorded = max(0, magnitude - rule.charges[usage.charge].freeQuantity)
    var pieces: [(quantity: Int64, lot: Int?)] = []
    let mine = lots.indices.filter { fits(lots[$0], event) }
    // A recorded amount has no increments.
    let hasUnitPrice = if case .recorded = rule.charges[usage.charge].price { false } else { true }
    let isZeroCharged =
      magnitude == 0 && usage.kind == .voice && event.isAnswered && rule.chargesAnsweredZero && hasUnitPrice
    let isRaw = mine.contains { if case .quantity = lots[$0].size { lots[$0].isRaw } else { false } }
    var rest =
      isRaw ? recorded : billed(recorded, usage, keepsMilliseconds: rule.keepsMilliseconds)
    if !isRaw, isZeroCharged {
      rest = usage.increment.steps[0].size
    }
    if event.quantity < 0 {
      for lot in toGiveBack(event, { if case .quantity = $0 { true } else { false } }) where rest > 0 {
        let given = min(Int128(rest), lots[lot].taken[event.account] ?? 0)
        take(-given, lot, event.account)
        pieces.append((Int64(given), lot))
        rest -= Int64(given)
      }
    } else {
      for lot in mine where isOpen(lots[lot], event) && rest > 0 {
        switch lots[lot].size {
        case .amount: continue
        case .quantity:
          let covered = min(Int128(rest), lots[lot].open)
          take(covered, lot, event.account)
          pieces.append((Int64(covered), lot))
          rest -= Int64(covered)
        case .events where magnitude > 0:
          take(1, lot, event.account)
          let all = isRaw ? billed(rest, usage, keepsMilliseconds: rule.keepsMilliseconds) : rest
          pieces.append((all, lot))
          rest = 0
        case .events: continue
        }
      }
    }
    if isRaw, rest > 0 { rest = billed(rest, usage, keepsMilliseconds: rule.keepsMilliseconds) }
    if isRaw, isZeroCharged {
      rest = usage.increment.steps[0].size
    }
    if rest > 0 || pieces.isEmpty { pieces.append((rest, nil)) }
    return pieces
  }

  // MARK: What the rest costs

  private func rounded(_ value: Fraction, _ usage: UsageClass, isExact: Bool) -> Int128 {
    if isExact { return value.rounded(to: 1, "half-even") }
    let rule = plan(usage.plan).rounding
    return value.rounded(to: rule.stepPico, rule.mode.rawValue)
  }

  private mutating func price(_ index: Int, _ pieces: [(quantity: Int64, lot: Int?)]) {
    let event = events[index]
    let usage = event.usage
    let rule = plan(usage.plan)
    let charge = rule.charges[usage.charge]
    let sign: Int64 = event.quantity < 0 ? -1 : 1
    for piece in pieces {
      results[index].billed += sign * piece.quantity
      if let lot = piece.lot {
        results[index].coveredByLot[lots[lot].name, default: 0] += sign * piece.quantity
      }
    }
    let open = pieces.filter { $0.lot == nil }.reduce(0) { $0 + $1.quantity }
    let all = pieces.reduce(0) { $0 + $1.quantity }
    var fee: Int128 = 0
    if event.quantity >= 0 {
      switch rule.connectionFee {
      case .chargeable: fee = open > 0 ? Int128(usage.feePico) : 0
      case .answered: fee = event.quantity > 0 ? Int128(usage.feePico) : 0
      case .always: fee = Int128(usage.feePico)
      }
    }
    var amount: Int128 = 0
    var exactSign = 0
    switch charge.price {
    case .deck, .unit:
      let exact =
        Fraction(Int128(usage.price.pico) * Int128(open), over: Int128(usage.price.units)) + Fraction(fee)
      amount = Int128(sign) * rounded(exact, usage, isExact: isLine(event.account))
      exactSign = Int(exact.numerator.signum()) * Int(sign)
    case .tiers(let tiers):
      (amount, exactSign) = throughTiers(index, pieces, tiers, fee)
    case .recorded(let price):
      // Covered in proportion to what is billed; what is covered is not charged.
      var charged: Int128 = 0
      var before: Int128 = 0
      var soFar: Int64 = 0
      let recorded = event.recordedPico ?? 0
      for piece in pieces {
        soFar += piece.quantity
        let upTo =
          all == 0
          ? recorded : Fraction(recorded * Int128(soFar), over: Int128(all)).rounded(to: 1, "half-even")
        if piece.lot == nil { charged += upTo - before }
        before = upTo
      }
      let isAnythingOpen = pieces.contains { $0.lot == nil }
      (amount, exactSign) = recordedAmount(event, charged, price, isAnythingOpen)
    }
    amount = limited(amount, charge.eventMinimum?.pico, charge.eventMaximum?.pico, exactSign)
    let holder = charge.counter.owner == .account ? event.account : nil
    amount = throughPeriod(amount, event.account, usage.plan, usage.charge, holder)
    results[index].amount = amount
  }

  private func limited(_ amount: Int128, _ least: Int128?, _ most: Int128?, _ exactSign: Int) -> Int128 {
    var size = amount < 0 ? -amount : amount
    if let most { size = min(size, most) }
    if let least, exactSign != 0 { size = max(size, least) }
    return amount < 0 || (amount == 0 && exactSign < 0) ? -size : size
  }

  private mutating func throughPeriod(
    _ amount: Int128, _ account: Int, _ plan: Int, _ charge: Int, _ holder: Int?
  ) -> Int128 {
    let rule = catalog.plans[plan].charges[charge]
    let key = SumKey(plan: plan, charge: charge, account: holder)
    func cut(_ sum: Int128) -> Int128 { limited(sum, nil, rule.periodMaximum?.pico, 0) }
    let before = chargeSums[key, default: 0]
    chargeSums[key] = before + amount
    return throughLine(cut(before + amount) - cut(before), account, plan, charge)
  }

  private mutating func throughLine(_ amount: Int128, _ account: Int, _ plan: Int, _ charge: Int) -> Int128 {
    guard isLine(account) else { return amount }
    let key = SumKey(plan: plan, charge: charge, account: account)
    let before = lineSums[key, default: 0]
    lineSums[key] = before + amount
    func cents(_ sum: Int128) -> Int128 { Fraction(sum).rounded(to: 10_000_000_000, "half-up") }
    return cents(before + amount) - cents(before)
  }

  private func counterKey(_ event: Event, _ charge: PlanCharge) -> CounterKey {
    var window: Int64 = 0
    switch charge.counter.window {
    case .period: break
    case .day: window = event.startMillis / 86_400_000
    case .hour: window = event.startMillis / 3_600_000
    }
    return CounterKey(
      plan: event.usage.plan, charge: event.usage.charge,
      account: charge.counter.owner == .account ? event.account : nil,
      group: charge.counter.isByRatingGroup ? event.usage.ratingGroup : nil, window: window)
  }

  /// Where a unit of a tier ends, counting packages one by one: the tier in which its package begins.
  private func tier(of unit: Int, _ tiers: ChargeTiers) -> Int {
    func reached(_ position: Int) -> Int {
      tiers.steps.firstIndex { $0.upTo.map { Int128(position) <= $0 } ?? true } ?? 0
    }
    guard tiers.kind == .package else { return reached(unit) }
    var begin = 0
    while true {
      let tier = reached(begin + 1)
      let size = Int(tiers.steps[tier].price?.units ?? 1)
      if unit <= begin + size { return tier }
      begin += size
    }
  }

  private func cost(_ quantity: Int, _ step: ChargeTiers.Step, _ kind: ChargeTiers.Kind) -> Fraction {
    if quantity == 0 { return Fraction(0) }
    if quantity < 0 { return -cost(-quantity, step, kind) }
    var total = Fraction(step.flat.pico)
    if let share = step.share {
      total = total + Fraction(Int128(quantity) * Int128(share.numerator), over: Int128(share.denominator))
    } else if let price = step.price, kind == .package {
      total =
        total
        + Fraction(Int128(price.pico) * ((Int128(quantity) + Int128(price.units) - 1) / Int128(price.units)))
    } else if let price = step.price {
      total = total + Fraction(Int128(quantity) * Int128(price.pico), over: Int128(price.units))
    }
    if let cap = step.cap, (total + Fraction(-cap.pico)).numerator > 0 { return Fraction(cap.pico) }
    return total
  }

  private func total(_ counter: Counter, _ tiers: ChargeTiers) -> Fraction {
    if tiers.kind == .volume || tiers.kind == .stairstep || tiers.kind == .percentage {
      return cost(counter.pricedTotal, tiers.steps[tier(of: abs(counter.position), tiers)], tiers.kind)
    }
    return tiers.steps.indices.reduce(Fraction(0)) {
      $0 + cost(counter.pricedByTier[$1], tiers.steps[$1], tiers.kind)
    }
  }

  private mutating func throughTiers(
    _ index: Int, _ pieces: [(quantity: Int64, lot: Int?)], _ tiers: ChargeTiers, _ fee: Int128
  ) -> (Int128, Int) {
    let event = events[index]
    let charge = plan(event.usage.plan).charges[event.usage.charge]
    let key = counterKey(event, charge)
    var counter = counters[key] ?? Counter(pricedByTier: tiers.steps.map { _ in 0 })
    let before = total(counter, tiers)
    let feesBefore = counter.fees
    let up = event.quantity < 0 ? -1 : 1
    for piece in pieces where piece.lot == nil || tiers.counted == .all {
      for _ in 0..<piece.quantity {
        let unit = max(abs(counter.position), abs(counter.position + up))
        let tier = tier(of: unit, tiers)
        counter.position += up
        if piece.lot == nil {
          counter.pricedTotal += up
          counter.pricedByTier[tier] += up
        }
        let isWhole = tiers.kind == .volume || tiers.kind == .stairstep
        if piece.lot == nil, !isWhole { results[index].quantityByTier[tier, default: 0] += Int128(up) }
      }
    }
    counter.fees += fee
    let after = total(counter, tiers)
    counters[key] = counter
    let isExact =
      charge.counter.owner == .pool ? accounts.contains { isLine($0) } : isLine(event.account)
    let amount =
      rounded(after + Fraction(counter.fees), event.usage, isExact: isExact)
      - rounded(before + Fraction(feesBefore), event.usage, isExact: isExact)
    return (amount, Int((after + -before + Fraction(fee)).numerator.signum()))
  }

  private mutating func recordedAmount(
    _ event: Event, _ charged: Int128, _ price: RecordedPrice, _ isAnythingOpen: Bool
  ) -> (Int128, Int) {
    let isExact = isLine(event.account)
    switch price {
    case .asItIs: return (rounded(Fraction(charged), event.usage, isExact: isExact), Int(charged.signum()))
    case .scaled(let scale):
      let exact = Fraction(charged * Int128(scale.ratio.numerator), over: Int128(scale.ratio.denominator))
      return (rounded(exact, event.usage, isExact: isExact), Int(exact.numerator.signum()))
    case .percentage(let rule):
      guard isAnythingOpen else { return (0, 0) }
      let key = counterKey(event, plan(event.usage.plan).charges[event.usage.charge])
      var zone = free[key] ?? Free(isOver: rule.freeEventCount == nil && rule.freeAmount == nil)
      defer { free[key] = zone }
      var paying = charged
      if !zone.isOver, charged < 0 {
        let given = min(zone.amount, -charged)
        zone.amount -= given
        paying = charged + given
        if paying == 0 { return (0, 0) }
      } else if !zone.isOver {
        let isOutOfEvents = rule.freeEventCount.map { zone.events >= $0 } ?? false
        let excess = rule.freeAmount.map { zone.amount + charged - $0.pico } ?? 0
        if !isOutOfEvents, excess <= 0 {
          zone.events += 1
          zone.amount += charged
          return (0, 0)
        }
        zone.isOver = true
        if !isOutOfEvents { paying = excess }
      }
      let isRefund = charged < 0 || event.quantity < 0
      let exact =
        Fraction(paying * Int128(rule.share.numerator), over: Int128(rule.share.denominator))
        + Fraction(isRefund ? 0 : rule.fixed.pico)
      let amount = rounded(exact, event.usage, isExact: isExact)
      let sign = Int(exact.numerator.signum())
      return (limited(amount, rule.minimum?.pico, rule.maximum?.pico, sign), sign)
    }
  }

  // MARK: Money and rows without event

  private mutating func pay(_ index: Int) {
    let event = events[index]
    var open = results[index].amount
    if open > 0 {
      for lot in lots.indices where fits(lots[lot], event) && isOpen(lots[lot], event) && open > 0 {
        guard case .amount = lots[lot].size else { continue }
        var left = lots[lot].open
        if isLine(event.account) { left -= left % 10_000_000_000 }
        let paid = min(left, open)
        if paid == 0 { continue }
        take(paid, lot, event.account)
        open -= paid
        results[index].money -= paid
      }
    } else if open < 0 {
      for lot in toGiveBack(event, { if case .amount = $0 { true } else { false } }) where open < 0 {
        let given = min(-open, lots[lot].taken[event.account] ?? 0)
        take(-given, lot, event.account)
        open += given
        results[index].money += given
      }
    }
  }

  private mutating func addRows() {
    for plan in catalog.plans.indices {
      for (at, charge) in catalog.plans[plan].charges.enumerated() {
        let members = accounts.filter { account in
          period.days.contains { has(account, plan, on: $0) && charge.dates.contains($0) }
        }
        let isByAccount = charge.counter.owner == .account
        for account in isByAccount ? members : Array(members.prefix(1)) {
          let holder = isByAccount ? account : nil
          if case .tiers(let tiers) = charge.price, tiers.billsFlatOnZero {
            let isUsed = counters.contains {
              $0.key.plan == plan && $0.key.charge == at && $0.key.account == holder && $0.value.position != 0
            }
            if !isUsed {
              let step = tiers.steps[0]
              let flat = min(step.flat.pico, step.cap?.pico ?? step.flat.pico)
              let rule = catalog.plans[plan].rounding
              let amount = throughPeriod(
                Fraction(flat).rounded(to: rule.stepPico, rule.mode.rawValue), account, plan, at, holder)
              if amount != 0 { rows.append(("flat", account, plan, at, amount)) }
            }
          }
          if let least = charge.periodMinimum?.pico {
            let sum = limited(
              chargeSums[SumKey(plan: plan, charge: at, account: holder), default: 0], nil,
              charge.periodMaximum?.pico, 0)
            let amount = sum < least ? throughLine(least - sum, account, plan, at) : 0
            if amount != 0 { rows.append(("minimum", account, plan, at, amount)) }
          }
        }
      }
    }
  }

  /// granted, rolled in, used, left, expired, rolled out of each source and holder, added up.
  func balances() -> [String: [Int128]] {
    var sums: [String: [Int128]] = [:]
    var room: [String: Int128] = [:]
    for lot in lots.sorted(by: { $0.periods > $1.periods }) {
      let key = "\(lot.source) \(lot.holder ?? -1)"
      var cap = lot.left
      if case .plan(let plan, let at) = lot.source,
        let most = catalog.plans[plan].allowances[at].rollover?.cap
      {
        cap = min(lot.left, room[key] ?? most)
        room[key] = (room[key] ?? most) - (lot.rolls ? cap : 0)
      }
      let out = lot.handedOn ?? (lot.rolls ? cap : 0)
      let used = lot.taken.values.reduce(0, +)
      let values = [lot.granted, lot.rolledIn, used, lot.left, lot.left - out, out]
      sums[key] = zip(sums[key] ?? [0, 0, 0, 0, 0, 0], values).map { $0 + $1 }
    }
    return sums
  }
}
