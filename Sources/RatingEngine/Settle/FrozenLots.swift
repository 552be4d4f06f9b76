// What periods have handed on when they were billed: it stays as it was, whatever becomes of their usage later.
//
// Owns the step from names to indices of a catalog, owner by owner. Who freezes what, and when, is the billing store's.

import BillingCalendar
import Catalog
import Money
import Tables
import UsageSummary

/// What the billed periods of one owner have handed on.
///
/// Allowances of plans alone: a grant has dates and one balance of its own, which all its usage draws on.
struct FrozenLots: Sendable {
  /// One period of an owner.
  struct Period: Sendable {
    /// Whether what the pool shares is frozen.
    var isPoolFrozen = false
    /// The accounts whose own allowances are, as indices in `Catalog.accounts`.
    var accounts: Set<Int> = []
    /// What goes on into the next period; of these holders nothing else does.
    var lots: [RolledLot] = []

    /// Whether the allowances of an account, or of the pool for nil, are frozen.
    func holds(_ account: Int?) -> Bool { account.map(accounts.contains) ?? isPoolFrozen }
  }

  /// The last frozen period of what the pool shares.
  private var poolUntil: UsagePeriod?
  /// The same of accounts.
  private var accountsUntil: [Int: UsagePeriod] = [:]
  private var lots: [UsagePeriod: [RolledLot]] = [:]

  /// What a period hands on as it was billed; nil where nothing of it is frozen.
  func period(_ period: UsagePeriod) -> Period? {
    var frozen = Period()
    frozen.isPoolFrozen = poolUntil.map { period <= $0 } ?? false
    for (account, until) in accountsUntil where period <= until { frozen.accounts.insert(account) }
    guard frozen.isPoolFrozen || !frozen.accounts.isEmpty else { return nil }
    frozen.lots = (lots[period] ?? []).filter { frozen.holds($0.account) }
    return frozen
  }

  /// The frozen owners of a catalog, by their numbers. What the catalog has no allowance for goes nowhere.
  static func byOwner(_ rollover: FrozenRollover?, _ catalog: CompiledCatalog) -> [UInt32: FrozenLots] {
    guard let rollover else { return [:] }
    let names = Names(catalog)
    var owners: [UInt32: FrozenLots] = [:]
    for (account, until) in rollover.accounts {
      guard let index = names.accounts[account] else { continue }
      owners[catalog.settled.ownerByAccount[index], default: FrozenLots()].accountsUntil[index] = until
    }
    for (pool, until) in rollover.pools {
      if let owner = names.pools[pool] { owners[owner, default: FrozenLots()].poolUntil = until }
    }
    for lot in rollover.lots {
      guard let source = names.source(of: lot) else { continue }
      let account = lot.isPool ? nil : names.accounts[lot.holder]
      let owner = lot.isPool ? names.pools[lot.holder] : account.map { catalog.settled.ownerByAccount[$0] }
      guard let owner else { continue }
      owners[owner, default: FrozenLots()].lots[lot.usagePeriod, default: []].append(
        RolledLot(source: source, account: account, quantity: lot.quantity, periodCount: lot.periodCount))
    }
    return owners
  }

  /// Where the names of frozen lots are found in a catalog.
  private struct Names {
    private struct Allowance: Hashable {
      var plan: Label
      var name: Label
      var unit: String
    }

    private(set) var accounts: [Label: Int] = [:]
    private(set) var pools: [Label: UInt32] = [:]
    private var allowances: [Allowance: AllowanceSource] = [:]

    init(_ catalog: CompiledCatalog) {
      for (index, account) in catalog.source.accounts.enumerated() { accounts[account.id] = index }
      for (index, owner) in catalog.settled.pools.enumerated() {
        if case .pool(let name, _) = owner { pools[name] = UInt32(catalog.settled.accountCount + index) }
      }
      for (planIndex, plan) in catalog.source.plans.enumerated() {
        for (index, allowance) in plan.allowances.enumerated() {
          let unit = AllowanceRows.unit(of: allowance.size, currency: plan.currency.code)
          allowances[Allowance(plan: plan.name, name: allowance.name, unit: unit.name)] =
            .plan(planIndex, allowance: index)
        }
      }
    }

    func source(of lot: RolloverLot) -> AllowanceSource? {
      allowances[Allowance(plan: lot.plan, name: lot.allowance, unit: lot.unit.description)]
    }
  }
}
