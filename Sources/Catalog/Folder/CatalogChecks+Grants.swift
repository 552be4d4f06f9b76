// Checks of grants against the plans of their owners.

import Tables

extension CatalogChecks {
  /// Grants that name charges which their owner's plans do not have, and grants that consume otherwise than an allowance
  /// which they can meet.
  func grantFindings(grantsFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: grantsFile)
    for grant in catalog.grants {
      let owned = plans(of: grant.owner)
      checkCharges(of: grant, owned, &findings)
      warn(of: grant.scope.ratingGroups ?? [], grant.scope.kinds, line: grant.line, owned, &findings)
      let other = owned.lazy.flatMap(\.allowances).first { allowance in
        grant.size.isQuantity && allowance.size.isQuantity && grant.consumption != allowance.consumption
          && grant.scope.meets(allowance.scope)
      }
      if let other {
        findings.error(
          at: TablePosition(line: grant.line, column: 0),
          "the grant can meet allowance \(Quoted.text(other.name)) in one event, and one consumes raw, the other "
            + "billed quantities", hint: "write '\(other.consumption)' under 'consume'")
      }
    }
    return findings.sorted()
  }

  /// Rating groups of prices of accounts that no deck of their plans has.
  func accountPriceFindings(overridesFile: String) -> [CatalogFinding] {
    var findings = FindingList(file: overridesFile)
    for price in catalog.accountPrices where !price.ratingGroup.isEmpty {
      let owned = plans(of: .account(price.accountIndex))
      warn(of: [price.ratingGroup], price.kind.map { [$0] } ?? [], line: price.line, owned, &findings)
    }
    return findings.sorted()
  }

  private func warn(
    of groups: [Label], _ kinds: [UsageKind], line: Int, _ plans: [RatePlan], _ findings: inout FindingList
  ) {
    guard let unknown = unknownGroup(groups, of: kinds, in: plans) else { return }
    findings.warning(
      at: TablePosition(line: line, column: 0),
      "no deck of the owner's plans has the rating group \(Quoted.text(unknown.name))", hint: unknown.hint)
  }

  private func checkCharges(of grant: AllowanceGrant, _ plans: [RatePlan], _ findings: inout FindingList) {
    let names = plans.flatMap(\.charges).map(\.name)
    for charge in grant.scope.charges where !names.contains(charge) {
      findings.error(
        at: TablePosition(line: grant.line, column: 0),
        "no plan of the owner has a charge \(Quoted.text(charge))",
        hint: Quoted.suggestion(for: charge, in: names, otherwise: "check the plan"))
    }
  }

  /// The plans that an account, or any member of a pool, ever has.
  private func plans(of owner: AllowanceGrant.Owner) -> [RatePlan] {
    let members: [Account]
    switch owner {
    case .account(let index): members = [accounts[index]]
    case .pool(let pool): members = accounts.filter { $0.pool == pool }
    }
    return Set(members.flatMap { $0.plans.map(\.planIndex) }).sorted().map { plans[$0] }
  }
}
