// By which catalog whose usage is settled, where runs are taken back: that of the last run that is left and has touched it.

import BillingStore
import Catalog
import RatingEngine
import Tables

/// Settles with the catalogs of runs that stay.
struct SettlingCatalogs {
  let store: BillingStore

  /// Settles what runs have touched over the events of the others, and of those that stand for them, and publishes it for the commit.
  ///
  /// Each account is settled with the catalog that has priced its events in the last of the runs that are left, as if the others had
  /// never been. Where the pools of a catalog would be torn apart by that, everybody is settled with the catalog of the latest run.
  /// Among the new ones a run that stands for no other is the latest of all: `newest` is its catalog and version of the rules.
  func stage(
    without runs: [RunRecord], adding new: [StoreSettling.NewRun],
    newest: (ratingHash: String, semantics: Int64)? = nil
  ) throws(OperationFault) -> [SettlementDraft] {
    let gone = Set(runs.map(\.id))
    let settling = try OperationFault.ofStore { () throws(StoreFault) in try store.settlingRuns() }
    guard settling.contains(where: { gone.contains($0.run.id) }) || !new.isEmpty, let first = runs.first
    else { return [] }
    let isOfOthers = new.isEmpty
    let latest = settling.last { isOfOthers ? !gone.contains($0.run.id) : true }?.run ?? first
    var left = settling.filter { !gone.contains($0.run.id) }
    left += new.compactMap { run in run.replaced.map { ($0, run.usage) } }
    left.sort { $0.run.number < $1.run.number }
    var users = try OperationFault.ofStore { () throws(StoreFault) in
      let closed = try store.closedUsage()
      return try left.map { entry throws(StoreFault) in
        (usage: entry.usage, layers: try store.layers(of: entry.run).filter { !closed.holds($0) })
      }
    }
    let latestHash: String
    if let newest {
      latestHash = newest.ratingHash
    } else {
      latestHash = try OperationFault.ofStore { () throws(StoreFault) in
        try store.layers(of: latest)[0].ratingHash
      }
    }
    if newest != nil {
      users += new.filter { $0.replaced == nil }.map { ($0.usage, [RunLayer(ratingHash: latestHash)]) }
    }
    let semantics = newest?.semantics ?? latest.semantics
    let main = try self.settling(latestHash, semantics)
    let scope: StoreSettling.Scope
    switch try main.touch(adding: new, removing: runs) {
    case .none: return []
    case .nothingLeft: return [.nothing]
    case .some(let found): scope = found
    }
    let hashes = Set(users.flatMap { $0.layers.map(\.ratingHash) } + [latestHash])
    // Where the periods of everybody are others now, the newest run settles everybody, as it does alone.
    let isWhole = hashes.count == 1 || (newest != nil && scope.isOfAll)
    let groups = try isWhole ? nil : groups(scope, users, latestHash)
    guard let groups, groups.count > 1 || groups[latestHash] == nil else {
      return [try main.stage(scope.isOfAll ? nil : scope.accounts, of: scope)]
    }
    var drafts: [SettlementDraft] = []
    for (hash, accounts) in groups.sorted(by: { $0.key < $1.key }) {
      let settling = hash == latestHash ? main : try self.settling(hash, semantics)
      var draft = try settling.stage(accounts, of: scope, number: drafts.count)
      draft.isOfAll = scope.isOfAll && drafts.isEmpty
      drafts.append(draft)
    }
    return drafts
  }

  /// The accounts of a scope by the catalog that is to settle them; nil where pools would be torn apart.
  private func groups(
    _ scope: StoreSettling.Scope, _ left: [(usage: SettlingUsage, layers: [RunLayer])], _ latest: String
  ) throws(OperationFault) -> [String: Set<Label>]? {
    let counting = try OperationFault.ofStore { () throws(StoreFault) in try store.countingSettlements() }
    let known = Set(left.flatMap { $0.layers.map(\.ratingHash) })
    var accounts = scope.accounts
    if scope.isOfAll { for entry in left { accounts.formUnion(entry.usage.accounts) } }
    var groups: [String: Set<Label>] = [:]
    for account in accounts {
      var hash: String?
      for (usage, layers) in left where usage.accounts.contains(account) {
        hash = layers.last { $0.accounts?.contains(account) ?? true }?.ratingHash
      }
      // Whoever owes something without usage stays with the catalog that has settled it, as long as a run has that.
      let held = counting.last { $0.accounts.contains(account) && known.contains($0.ratingHash) }?.ratingHash
      groups[hash ?? held ?? latest, default: []].insert(account)
    }
    for (hash, members) in groups {
      let catalog = try OperationFault.load(store.catalogPath(hash))
      if SettlingOwner.torn(by: members, in: catalog) != nil { return nil }
    }
    return groups
  }

  private func settling(_ hash: String, _ semantics: Int64) throws(OperationFault) -> StoreSettling {
    let catalog = try OperationFault.load(store.catalogPath(hash))
    let engine = try OperationFault.ofRun { () throws(RunFault) in
      try RatingRun(catalog: catalog, options: RatingOptions())
    }
    return StoreSettling(store: store, catalog: catalog, engine: engine, semantics: semantics)
  }
}

/// Accounts whose usage is settled together: those of a pool.
struct SettlingOwner {
  /// The pool.
  var pool: Label
  /// Those of its accounts that were chosen, and those that were not.
  var chosen: [Label]
  var others: [Label]

  /// A pool with usage that depends on whole periods, of whose accounts only some are chosen; nil where there is none.
  static func torn(by chosen: Set<Label>, in catalog: Catalog) -> SettlingOwner? {
    var pools: [Label: SettlingOwner] = [:]
    for account in catalog.accounts where !account.pool.isEmpty {
      var owner = pools[account.pool] ?? SettlingOwner(pool: account.pool, chosen: [], others: [])
      if chosen.contains(account.id) {
        owner.chosen.append(account.id)
      } else {
        owner.others.append(account.id)
      }
      pools[account.pool] = owner
    }
    let settled = RatingResult.settledAccounts(of: catalog)
    return pools.values.filter { owner in
      !owner.chosen.isEmpty && !owner.others.isEmpty
        && (owner.chosen + owner.others).contains { settled.contains($0) }
    }.min { $0.pool < $1.pool }
  }
}
