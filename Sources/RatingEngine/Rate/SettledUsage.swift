// Which usage depends on order, and the numbers that its rows are named by.
//
// Usage that no tier, limit of a period, gauge, allowance or rounding by line can touch is priced as it is read; the rest is
// settled when all was read. The answer may be "settled" for more than need be, never for less: settling prices everything.

import BillingCalendar
import Catalog
import Money
import Tables

/// What of a catalog's usage is settled, and what settling names. Immutable.
struct SettledUsage: Sendable {
  /// A tier as rows show it.
  struct Tier: Hashable, Sendable {
    var from: Label
    var upTo: Label
  }

  /// Whether any usage is settled, or any row stands without event.
  let isAny: Bool
  /// Whether accounts are settled whatever their plans are: they round by line, or have grants.
  let hasAccounts: Bool
  /// Whether rows may stand without event.
  let hasRowsWithoutEvent: Bool
  /// Number of the owner by account: of its pool (after all accounts), or of itself.
  let ownerByAccount: FlatTable<UInt32>
  /// Pools by number of the owner less the number of accounts.
  let pools: [SettleOwner]
  let accountCount: Int
  /// Plan, and index among its charges, by number of the charge.
  let charges: [(plan: Int, index: Int)]
  /// Whether records must carry an amount, by number of the charge.
  let asksForAmount: FlatTable<Bool>
  /// Whether it makes one quantity of samples, by number of the charge.
  let isGauge: FlatTable<Bool>
  let hasGauges: Bool
  /// Whether it asks which item a sample is of, by number of the charge: a peak of sums has samples of one instant alone.
  let asksForItem: FlatTable<Bool>
  /// Whether it counts items, by number of the charge: a sample that names none cannot be counted.
  let countsItems: FlatTable<Bool>
  let anyCountsItems: Bool
  /// Ids of allowances; number 0 is the empty one.
  let allowances: [Label]
  let allowanceNumbers: [Label: UInt32]
  /// Tiers as rows show them; number 0 is none.
  let tiers: [Tier]
  /// Number of each tier of a charge, by number of the charge.
  let tierNumbers: [[UInt32]]
  /// By source: what its namespace is in the order of keys; empty where there is but one.
  let namespaceRanks: [[UInt8]]

  init(_ catalog: Catalog) {
    charges = catalog.plans.enumerated().flatMap { plan, entry in entry.charges.indices.map { (plan, $0) } }
    asksForAmount = FlatTable(catalog.plans.flatMap { $0.charges.map(\.asksForAmount) })
    isGauge = FlatTable(catalog.plans.flatMap { $0.charges.map { $0.gauge != nil } })
    asksForItem = FlatTable(
      catalog.plans.flatMap { $0.charges.map { $0.gauge.map { $0.measure != .peakOfSum } ?? false } })
    let countsItems = catalog.plans.flatMap { $0.charges.map { $0.gauge?.measure.countsItems ?? false } }
    self.countsItems = FlatTable(countsItems)
    anyCountsItems = countsItems.contains(true)
    hasGauges = catalog.plans.contains { $0.charges.contains { $0.gauge != nil } }
    let hasLines = catalog.accounts.contains { $0.rounding == .line }
    hasAccounts = hasLines || !catalog.grants.isEmpty
    hasRowsWithoutEvent = catalog.plans.contains {
      $0.charges.contains { $0.mayOweWithoutEvent || $0.gauge != nil }
    }
    isAny = hasAccounts || catalog.plans.contains(where: \.mayBeSettled)
    accountCount = catalog.accounts.count
    (ownerByAccount, pools) = Self.owners(catalog)
    let names =
      catalog.plans.flatMap { $0.allowances.map(\.name) } + catalog.grants.map(\.name)
    var numbers: [Label: UInt32] = [:]
    var allowances: [Label] = [.empty]
    for name in names where numbers[name] == nil {
      numbers[name] = UInt32(allowances.count)
      allowances.append(name)
    }
    self.allowances = allowances
    allowanceNumbers = numbers
    (tiers, tierNumbers) = Self.tiers(catalog)
    namespaceRanks = Self.namespaceRanks(catalog)
  }

  /// The owner of a number.
  func owner(_ number: UInt32) -> SettleOwner {
    Int(number) < accountCount ? .account(Int(number)) : pools[Int(number) - accountCount]
  }

  /// Numbers of owners, accounts that are in a pool left out.
  var ownerCount: Int { accountCount + pools.count }

  private static func owners(_ catalog: Catalog) -> (FlatTable<UInt32>, [SettleOwner]) {
    var members: [Label: [Int]] = [:]
    var names: [Label] = []
    for (index, account) in catalog.accounts.enumerated() where !account.pool.isEmpty {
      if members[account.pool] == nil { names.append(account.pool) }
      members[account.pool, default: []].append(index)
    }
    var numbers: [Label: UInt32] = [:]
    for (index, name) in names.enumerated() { numbers[name] = UInt32(catalog.accounts.count + index) }
    let byAccount = FlatTable<UInt32>(zeroedCount: catalog.accounts.count)
    for (index, account) in catalog.accounts.enumerated() {
      byAccount[index] = account.pool.isEmpty ? UInt32(index) : numbers[account.pool] ?? UInt32(index)
    }
    return (byAccount, names.map { .pool($0, accounts: members[$0] ?? []) })
  }

  private static func tiers(_ catalog: Catalog) -> ([Tier], [[UInt32]]) {
    var tiers = [Tier(from: .empty, upTo: .empty)]
    var numbers: [Tier: UInt32] = [:]
    let byCharge = catalog.plans.flatMap(\.charges).map { charge -> [UInt32] in
      guard case .tiers(let tiers) = charge.price else { return [] }
      return shown(tiers, charge.kinds.first ?? .event).map { tier in numbered(tier) }
    }
    func numbered(_ tier: Tier) -> UInt32 {
      if let number = numbers[tier] { return number }
      let number = UInt32(tiers.count)
      tiers.append(tier)
      numbers[tier] = number
      return number
    }
    return (tiers, byCharge)
  }

  /// Tiers in the unit of their counter.
  private static func shown(_ tiers: ChargeTiers, _ kind: UsageKind) -> [Tier] {
    let digits = tiers.measure == .spend ? Amount.scale : kind.quantityDigits
    return TierCurve.steps(of: tiers).0.map { step in
      Tier(
        from: Label(DecimalText.format(step.from, scale: digits)),
        upTo: step.upTo == .max ? .empty : Label(DecimalText.format(step.upTo, scale: digits)))
    }
  }

  private static func namespaceRanks(_ catalog: Catalog) -> [[UInt8]] {
    let names = Set(catalog.sources.map(\.namespace)).sorted()
    return catalog.sources.map { source in
      let rank = names.firstIndex(of: source.namespace) ?? 0
      if names.count == 1 { return [] }
      return names.count <= 256 ? [UInt8(rank)] : [UInt8(rank >> 8 & 255), UInt8(rank & 255)]
    }
  }

  /// The unit prices that parts may show beside those of deck rows and charges: of tiers, of increments' steps, and none.
  static func unitPrices(
    _ catalog: Catalog, _ increments: [BillingIncrement]
  ) -> [CompiledCatalog.UnitPriceText] {
    var prices = [UnitPrice(pico: 0, units: 0)]
    for charge in catalog.plans.flatMap(\.charges) {
      if case .tiers(let tiers) = charge.price { prices += tiers.steps.compactMap(\.price) }
    }
    prices += increments.flatMap { $0.steps.compactMap(\.price) }
    var seen: Set<UnitPrice> = []
    return prices.filter { seen.insert($0).inserted }.flatMap { price in
      UsageKind.allCases.map {
        CompiledCatalog.UnitPriceText(pico: price.pico, units: price.units, kind: $0.rawValue)
      }
    }
  }
}

extension RatePlan {
  /// Whether some of its usage is settled.
  var mayBeSettled: Bool { !allowances.isEmpty || charges.contains(where: \.isSettled) }
}

extension PlanCharge {
  /// Whether its own terms depend on order.
  var isSettled: Bool {
    if periodMinimum != nil || periodMaximum != nil || gauge != nil { return true }
    switch price {
    case .tiers: return true
    case .recorded(.percentage(let percentage)):
      return percentage.freeEventCount != nil || percentage.freeAmount != nil
    case .deck, .unit, .recorded: return false
    }
  }

  /// Whether its price is a share of the amounts that records carry.
  var asksForAmount: Bool {
    switch price {
    case .recorded: return true
    case .tiers(let tiers):
      return tiers.measure == .spend || tiers.kind == .percentage || tiers.kind == .graduatedPercentage
    case .deck, .unit: return false
    }
  }

  /// Whether it may make rows without event.
  var mayOweWithoutEvent: Bool {
    if periodMinimum != nil { return true }
    if case .tiers(let tiers) = price { return tiers.billsFlatOnZero }
    return false
  }

  /// For which kinds and directions, as bits of `CompiledPlan.combination`, and for which rating groups (nil for all) its
  /// usage is settled on a plan.
  func settledScope(in plan: RatePlan) -> (combinations: UInt16, groups: [Label]?) {
    if isSettled { return (.max, nil) }
    var combinations: UInt16 = 0
    var groups: [Label]? = []
    for allowance in plan.allowances {
      let scope = allowance.scope
      guard scope.charges.isEmpty || scope.charges.contains(name) else { continue }
      for kind in UsageKind.allCases where scope.kinds.isEmpty || scope.kinds.contains(kind) {
        for direction in UsageDirection.allCases
        where scope.directions.isEmpty || scope.directions.contains(direction) {
          combinations |= 1 << UInt16(CompiledPlan.combination(kind.rawValue, direction.rawValue))
        }
      }
      if let own = scope.ratingGroups { groups = groups.map { $0 + own } } else { groups = nil }
    }
    return (combinations, groups)
  }
}
