// Whose usage may depend on a whole period.

public import Catalog
public import Tables

extension RatingResult {
  /// The accounts of a catalog of which some usage may depend on a whole period: by their plans, their grants or their rounding.
  /// Complexity: O(accounts × grants of pools).
  public static func settledAccounts(of catalog: Catalog) -> Set<Label> {
    let plans = catalog.plans.map(\.mayBeSettled)
    var accounts: Set<Label> = []
    for account in catalog.accounts
    where account.rounding == .line || account.plans.contains(where: { plans[$0.planIndex] }) {
      accounts.insert(account.id)
    }
    for grant in catalog.grants {
      switch grant.owner {
      case .account(let index): accounts.insert(catalog.accounts[index].id)
      case .pool(let name): accounts.formUnion(catalog.accounts.filter { $0.pool == name }.map(\.id))
      }
    }
    return accounts
  }
}
